-- One text for SQLite and PostgreSQL. Times are microseconds since 1970 UTC, 0 for none. Lists and records that are only
-- read whole are JSON. Text that strangers sent is escaped as in text.go.
--
-- Keys, secrets and tokens are here in clear: the program must sign with the keys and hand the tokens out again. The
-- file's mode, 0600, protects them.

CREATE TABLE setting (
	name  TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
);

CREATE TABLE merchant (
	mchid           TEXT NOT NULL PRIMARY KEY,
	name            TEXT NOT NULL,
	apiv2_key       TEXT NOT NULL,
	apiv3_key       TEXT NOT NULL,
	public_key_only BOOLEAN NOT NULL,
	endpoints       TEXT NOT NULL, -- JSON; null: all
	disabled        BOOLEAN NOT NULL
);

CREATE TABLE merchant_certificate (
	mchid      TEXT NOT NULL REFERENCES merchant (mchid),
	serial     TEXT NOT NULL, -- as sign.CanonicalSerial spells it
	pem        TEXT NOT NULL,
	state      TEXT NOT NULL,
	not_before BIGINT NOT NULL,
	PRIMARY KEY (mchid, serial)
);

CREATE TABLE platform_key (
	id          TEXT NOT NULL PRIMARY KEY, -- serial number, or PUB_KEY_ID_…
	place       BIGINT NOT NULL,           -- the lowest is the default
	certificate TEXT NOT NULL,             -- PEM; empty in public-key mode
	private_key TEXT NOT NULL              -- PEM
);

CREATE TABLE app (
	appid     TEXT NOT NULL PRIMARY KEY,
	name      TEXT NOT NULL,
	secret    TEXT NOT NULL,
	state     TEXT NOT NULL,
	allow_ips TEXT NOT NULL -- JSON; null: anyone
);

CREATE TABLE component (
	appid     TEXT NOT NULL PRIMARY KEY,
	name      TEXT NOT NULL,
	secret    TEXT NOT NULL,
	ticket    TEXT NOT NULL,
	allow_ips TEXT NOT NULL
);

CREATE TABLE component_authorization (
	component   TEXT NOT NULL,
	authorizer  TEXT NOT NULL,
	permissions TEXT NOT NULL, -- JSON
	PRIMARY KEY (component, authorizer)
);

CREATE TABLE token (
	value     TEXT NOT NULL PRIMARY KEY,
	kind      TEXT NOT NULL,
	subject   TEXT NOT NULL,
	component TEXT NOT NULL,
	seq       BIGINT NOT NULL,
	issued    BIGINT NOT NULL,
	expires   BIGINT NOT NULL,
	retired   BIGINT NOT NULL,
	UNIQUE (kind, subject, component, seq)
);
CREATE INDEX token_expires ON token (expires);
CREATE INDEX token_retired ON token (retired);

CREATE TABLE quota (
	name  TEXT NOT NULL,
	start BIGINT NOT NULL,
	ends  BIGINT NOT NULL,
	calls BIGINT NOT NULL,
	PRIMARY KEY (name, start, ends)
);
CREATE INDEX quota_ends ON quota (ends);

CREATE TABLE nonce (
	account  TEXT NOT NULL,
	value    TEXT NOT NULL,
	exchange TEXT NOT NULL, -- the one that spent it
	expires  BIGINT NOT NULL,
	PRIMARY KEY (account, value)
);
CREATE INDEX nonce_expires ON nonce (expires);

CREATE TABLE media (
	id       TEXT NOT NULL PRIMARY KEY,
	url      TEXT NOT NULL,
	account  TEXT NOT NULL,
	endpoint TEXT NOT NULL,
	sha256   TEXT NOT NULL,
	size     BIGINT NOT NULL,
	format   TEXT NOT NULL,
	width    BIGINT NOT NULL,
	height   BIGINT NOT NULL,
	filename TEXT NOT NULL,
	public   BOOLEAN NOT NULL,
	created  BIGINT NOT NULL,
	expires  BIGINT NOT NULL
);
CREATE INDEX media_created ON media (created, id);
CREATE INDEX media_account ON media (account, created, id);
CREATE INDEX media_sha256 ON media (sha256);

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
	report    TEXT NOT NULL, -- JSON; null: none
	warnings  TEXT NOT NULL, -- JSON, as are the next two
	steps     TEXT NOT NULL,
	request   TEXT NOT NULL,
	answer    BYTEA,
	media     TEXT NOT NULL, -- JSON; null: none. As this exchange saw it: the row in media is that of the first one
	nonce     TEXT NOT NULL, -- JSON; null: none. It stays here when its row is purged
	replay_of TEXT NOT NULL
);
CREATE INDEX exchange_at ON exchange (at, id);
CREATE INDEX exchange_account ON exchange (account, at, id);
CREATE INDEX exchange_refused ON exchange (at, id) WHERE problem <> '';
