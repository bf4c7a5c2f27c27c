package sqlindex

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/wxup/wxup/app/internal/phrase"
	"github.com/wxup/wxup/server"
)

// What PostgreSQL answers: https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	readOnlyTransaction = "25006"
	invalidLogin        = "28000" // no such role, or none that pg_hba.conf lets in from here
	invalidPassword     = "28P01"
	noDatabase          = "3D000"
	noRight             = "42501"
	undefinedTable      = "42P01"
	duplicateTable      = "42P07"
	lockTimeout         = "55P03"
	statementTimeout    = "57014"
)

var errReadOnly = texts.Errorf("it is read-only: a standby, or default_transaction_read_only is on")

// sqlState is the code of an error that the server has answered; "" if it has not.
func sqlState(err error) string {
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return answer.Code
	}
	return ""
}

// explainPostgres turns an error that means that the database cannot be asked just now into
// [server.ErrUnavailable], in one line.
func explainPostgres(err error, place string) error {
	var answer *pgconn.PgError
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case err == nil || errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, sql.ErrConnDone) || err.Error() == "sql: database is closed":
		return errClosed
	case errors.As(err, &answer):
		switch class := answer.Code[:min(2, len(answer.Code))]; {
		case class == "08", class == "53", class == "57", class == "40", answer.Code == lockTimeout, answer.Code == readOnlyTransaction,
			errors.As(err, &connect):
			return unavailable(phrase.Both(fmt.Sprintf("%s (SQLSTATE %s)", answer.Message, answer.Code)), place)
		}
		return err
	case pgconn.Timeout(err) || errors.Is(err, context.DeadlineExceeded):
		return unavailable(texts.Text("no answer in time"), place)
	case errors.As(err, &connect):
		return unavailable(texts.Text("no connection: %s", rootCause(err)), place)
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, pgconn.ErrConnClosed),
		errors.As(err, &network), errors.Is(err, net.ErrClosed):
		return unavailable(texts.Text("the connection broke: %s", rootCause(err)), place)
	case errors.Is(err, errReadOnly):
		return unavailable(err, place)
	}
	return err
}

func unavailable(why any, place string) error {
	return away{texts.Errorf("PostgreSQL at %s is unavailable: %v", place, why)}
}

// away is a [server.ErrUnavailable] that says why.
type away struct{ error }

func (a away) Is(target error) bool  { return target == server.ErrUnavailable }
func (a away) Unwrap() error         { return a.error }
func (a away) In(lang string) string { return phrase.In(a.error, lang) }

// explainOpening says in one line why a database cannot be opened, and what to do.
func explainOpening(err error, config *pgx.ConnConfig, patience time.Duration) error {
	var (
		host      = net.JoinHostPort(config.Host, fmt.Sprint(config.Port))
		what      string
		answer    *pgconn.PgError
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		header    tls.RecordHeaderError
		dns       *net.DNSError
		not       noRights
	)
	switch text := err.Error(); {
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &answer):
		what = answer.Message
		switch answer.Code {
		case invalidPassword:
			return texts.Errorf("the server at %s refuses the password of user %q; set the right one in the URL or in PGPASSWORD", host, config.User)
		case invalidLogin:
			return texts.Errorf("the server at %s does not let user %q in (%s); create the user with: createuser -P %s, or allow it in pg_hba.conf",
				host, config.User, what, config.User)
		case noDatabase:
			return texts.Errorf("there is no database %q at %s; create it with: createdb -h %s -p %d -O %s -E UTF8 -T template0 %s",
				config.Database, host, config.Host, config.Port, config.User, config.Database)
		case noRight:
			return texts.Errorf("user %q may not create or use the tables (%s); as the owner of the database, run: GRANT ALL ON SCHEMA public TO %s, or ALTER DATABASE %s OWNER TO %s; or, if another user created them: GRANT ALL ON ALL TABLES IN SCHEMA public TO %s",
				config.User, what, config.User, config.Database, config.User, config.User)
		case duplicateTable:
			return texts.Errorf("the database %q at %s has tables of another program (%s); create one for wxup: createdb -h %s -p %d -O %s -E UTF8 -T template0 wxup",
				config.Database, host, what, config.Host, config.Port, config.User)
		case readOnlyTransaction:
			return texts.Errorf("the server at %s is read-only (%s); name the primary", host, what)
		}
		if class := answer.Code[:min(2, len(answer.Code))]; class == "53" || class == "57" || class == "08" {
			return away{texts.Errorf("unavailable: the server at %s says: %s (SQLSTATE %s)", host, what, answer.Code)}
		}
		return texts.Errorf("the server at %s says: %s (SQLSTATE %s)", host, what, answer.Code)
	case errors.As(err, &not):
		return texts.Errorf("user %q may not change the tables %s; as their owner, run: GRANT ALL ON ALL TABLES IN SCHEMA public TO %s", config.User, string(not), config.User)
	case strings.Contains(text, "read only connection"):
		return texts.Errorf("the server at %s is read-only: a standby, or default_transaction_read_only is on; name the primary", host)
	case strings.Contains(text, "server refused TLS connection") && mustTLS(config):
		return texts.Errorf("the server at %s does not support TLS; set ssl = on there, or add ?sslmode=disable if the network is trusted", host)
	case errors.As(err, &authority), errors.As(err, &hostname), errors.As(err, &invalid), errors.As(err, &header):
		return texts.Errorf("TLS with the server at %s fails: %s; add &sslrootcert=FILE with the CA that signed its certificate", host, rootCause(err))
	case errors.As(err, &dns):
		return away{texts.Errorf("unavailable: there is no host %q; check the URL", config.Host)}
	case pgconn.Timeout(err) || errors.Is(err, context.DeadlineExceeded):
		return away{texts.Errorf("unavailable: the server at %s did not answer within %s; is the address right, or is a firewall in the way?", host, patience)}
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return away{texts.Errorf("unavailable: no connection to %s: %s; is PostgreSQL running there?", host, rootCause(err))}
	}
	return err
}

// mustTLS: the URL does not allow a connection without.
func mustTLS(config *pgx.ConnConfig) bool {
	for _, other := range config.Fallbacks {
		if other.TLSConfig == nil {
			return false
		}
	}
	return config.TLSConfig != nil
}

// rootCause is the innermost cause: what wraps it in pgx says again what we say, over several
// lines.
func rootCause(err error) error {
	for {
		var inner error
		switch x := err.(type) {
		case interface{ Unwrap() error }:
			inner = x.Unwrap()
		case interface{ Unwrap() []error }:
			inner = x.Unwrap()[0]
		}
		if inner == nil {
			return oneLine{err}
		}
		err = inner
	}
}

// oneLine is an error whose text is put on one line.
type oneLine struct{ error }

func (e oneLine) Error() string { return e.In("en") }
func (e oneLine) In(lang string) string {
	return strings.Join(strings.Fields(phrase.In(e.error, lang)), " ")
}

// noRights is the error of tables that we may not change.
type noRights string

func (n noRights) Error() string { return "no right to change the tables " + string(n) }
