package sqlindex

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// patience is how long a call may take, if the URL does not say wxup.answer_within.
	patience     = 2 * time.Second
	pingPatience = time.Second
	// patienceAtMost is that of calls that nobody waits for, and when the server gives up by
	// itself.
	patienceAtMost = time.Minute
	// askedAfter is how long a connection may have been idle before it is asked whether it still
	// works. A change that is sent over a dead connection cannot be repeated: nobody knows whether
	// it arrived.
	askedAfter = 100 * time.Millisecond
	// poolSize is how many connections a server uses at most, if the URL does not say
	// pool_max_conns. PostgreSQL has 100.
	poolSize = 16
)

var postgresForm = texts.Text("the form is postgres://user:password@host:5432/database?sslmode=verify-full; in names and the password write %%40 for @, %%2F for / and so on")

// limits are what an URL says that is for us, not for PostgreSQL.
type limits struct {
	pool     int
	patience time.Duration
}

// postgresConfig reads an URL. What it does not say is taken from the environment, as psql does it:
// PGPASSWORD, PGPASSFILE, PGSSLROOTCERT…. The connections are to be to the server itself: one pool
// after another, such as PgBouncer's, would hand the settings and the locks made here to others.
func postgresConfig(where string) (config *pgx.ConnConfig, limits limits, err error) {
	u, err := url.Parse(where)
	if err != nil {
		return nil, limits, texts.Errorf("not a URL; %s", postgresForm)
	}
	q := u.Query()
	if cutShort(u, q) {
		return nil, limits, texts.Errorf("a part of the password is taken for something else; %s", postgresForm)
	}
	limits.pool, limits.patience = poolSize, patience
	if text := q.Get("pool_max_conns"); text != "" {
		if limits.pool, err = strconv.Atoi(text); err != nil || limits.pool < 2 {
			return nil, limits, texts.Errorf("pool_max_conns is a number of connections, at least 2")
		}
		q.Del("pool_max_conns")
	}
	if text := q.Get("wxup.answer_within"); text != "" {
		if limits.patience, err = time.ParseDuration(text); err != nil || limits.patience < patience || limits.patience > patienceAtMost {
			return nil, limits, texts.Errorf("wxup.answer_within is a time from %s to %s", patience, patienceAtMost)
		}
		q.Del("wxup.answer_within")
	}
	u.RawQuery = q.Encode()
	config, err = pgx.ParseConfig(u.String())
	if err != nil {
		// Its text shows the URL, and may fail to hide the password; the causes below it do not.
		if cause := errors.Unwrap(err); cause != nil && !holdsSecret(cause.Error(), u) {
			return nil, limits, texts.Errorf("%v; %s", cause, postgresForm)
		}
		return nil, limits, texts.Errorf("%s", postgresForm)
	}
	set := func(name, value string) {
		if config.RuntimeParams[name] == "" {
			config.RuntimeParams[name] = value
		}
	}
	config.RuntimeParams["application_name"] = strings.TrimSpace(ourName + " " + config.RuntimeParams["application_name"])
	set("statement_timeout", strconv.FormatInt(patienceAtMost.Milliseconds(), 10))
	set("lock_timeout", strconv.FormatInt(limits.patience.Milliseconds(), 10))
	config.RuntimeParams["default_transaction_isolation"] = "read committed" // what the statements are written for
	if config.ConnectTimeout == 0 || config.ConnectTimeout > limits.patience {
		config.ConnectTimeout = limits.patience
	}
	if config.ValidateConnect == nil { // of several hosts, the one that takes changes
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	config.AfterConnect = func(ctx context.Context, c *pgconn.PgConn) error {
		c.CustomData()[lastUsed] = time.Now()
		return c.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`).Close()
	}
	return config, limits, nil
}

// cutShort reports that a @ follows what is taken for the host: so the password has a /, ? or #
// that is not escaped.
func cutShort(u *url.URL, q url.Values) bool {
	if u.Fragment != "" || strings.Contains(u.EscapedPath(), "@") {
		return true
	}
	for name := range q {
		if strings.Contains(name, "@") {
			return true
		}
	}
	return false
}

func holdsSecret(text string, u *url.URL) bool {
	secrets := []string{u.Query().Get("password"), u.Query().Get("sslpassword")}
	if u.User != nil {
		p, _ := u.User.Password()
		secrets = append(secrets, p)
	}
	for _, s := range secrets {
		if s != "" && strings.Contains(text, s) {
			return true
		}
	}
	return strings.Contains(text, "://")
}

// shownPostgres is an URL without its user, password and parameters.
func shownPostgres(where string) string {
	config, _, err := postgresConfig(where)
	if err != nil {
		return "postgres://…"
	}
	return "postgres://" + placeOf(config)
}

func placeOf(config *pgx.ConnConfig) string {
	return net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))) + "/" + config.Database
}

const lastUsed = "wxup last used"

// ourName begins the application_name of our connections. Versions before 5 of the tables have
// another one.
const ourName = "wxup 5"
