-- Bytes have a row: which there are, and what becomes of them. bytes.go has the rules.
CREATE TABLE blob (
	sha256 TEXT NOT NULL PRIMARY KEY,
	size   BIGINT NOT NULL,
	state  TEXT NOT NULL,  -- live; doomed: to be deleted, unless wanted again; deleting; gone: deleted a short while ago
	since  BIGINT NOT NULL -- of the state; of deleting and gone also the number of the claim
);
CREATE INDEX blob_state ON blob (state, since, sha256) WHERE state <> 'live';

-- What lists read stands in exchange, what one page reads besides in exchange_body. Records from before are moved there
-- while the server runs, the newest first: upgrade.go. A server from before cannot record any more: columns are missing.
ALTER TABLE exchange RENAME TO exchange_old;
DROP INDEX exchange_account;
DROP INDEX exchange_refused;

CREATE TABLE exchange (
	id        TEXT NOT NULL PRIMARY KEY,
	at        BIGINT NOT NULL,
	took      BIGINT NOT NULL, -- nanoseconds
	family    TEXT NOT NULL,
	endpoint  TEXT NOT NULL,
	account   TEXT NOT NULL,
	proven    BOOLEAN NOT NULL,
	method    TEXT NOT NULL,
	path      TEXT NOT NULL,
	remote    TEXT NOT NULL,
	status    BIGINT NOT NULL,
	problem   TEXT NOT NULL,
	reason    TEXT NOT NULL,
	cause     TEXT NOT NULL,
	warnings  TEXT NOT NULL, -- JSON
	media     TEXT NOT NULL, -- JSON; null: none. As this exchange saw it: the row in media is that of the first one
	replay_of TEXT NOT NULL
);
CREATE INDEX exchange_newest ON exchange (at, id);
CREATE INDEX exchange_of_account ON exchange (account, at, id);
CREATE INDEX exchange_of_endpoint ON exchange (endpoint, at, id);
CREATE INDEX exchange_of_family ON exchange (family, at, id);
CREATE INDEX exchange_of_problem ON exchange (problem, at, id) WHERE problem <> '';
CREATE INDEX exchange_of_cause ON exchange (cause, at, id) WHERE cause <> '';
CREATE INDEX exchange_refused ON exchange (at, id) WHERE problem <> '';
CREATE INDEX exchange_accepted ON exchange (at, id) WHERE problem = '';
CREATE INDEX exchange_warned ON exchange (at, id) WHERE problem = '' AND warnings NOT IN ('null', '[]');

CREATE TABLE exchange_body (
	id      TEXT NOT NULL PRIMARY KEY,
	report  TEXT NOT NULL, -- JSON; null: none
	steps   TEXT NOT NULL, -- JSON, as is the next
	request TEXT NOT NULL,
	answer  BYTEA,
	nonce   TEXT NOT NULL -- JSON; null: none. It stays here when its row is purged
);

CREATE INDEX media_of_endpoint ON media (endpoint, created, id);

-- An index with data in it keeps its records until its operator says how long; a new one has no settings yet.
INSERT INTO setting (name, value) SELECT 'keeps records', 'always' WHERE EXISTS (SELECT 1 FROM setting);
INSERT INTO setting (name, value) SELECT 'upgrading', '' WHERE EXISTS (SELECT 1 FROM setting);

-- Files that are not served any more, whoever has their bytes. Uploading one again ends its takedown, unless it is blocked.
CREATE TABLE takedown (
	id      TEXT NOT NULL PRIMARY KEY, -- of the media
	at      BIGINT NOT NULL,           -- no two are the same, and later ones are larger
	blocked BOOLEAN NOT NULL
);
CREATE INDEX takedown_at ON takedown (at);
