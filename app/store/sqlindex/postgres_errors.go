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

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

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

var errReadOnly = errors.New("it takes no changes: it is a standby, or default_transaction_read_only is on")

// sqlState is the code of an error that the server has answered; "" if it has not.
func sqlState(err error) string {
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return answer.Code
	}
	return ""
}

// explain turns an error that means that the database cannot be asked just now into [server.ErrUnavailable], in one line.
func (e *postgresEngine) explain(err error) error {
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
			return e.unavailable(fmt.Errorf("%s (SQLSTATE %s)", answer.Message, answer.Code))
		}
		return err
	case pgconn.Timeout(err) || errors.Is(err, context.DeadlineExceeded):
		return e.unavailable(errors.New("no answer in time"))
	case errors.As(err, &connect):
		return e.unavailable(fmt.Errorf("no connection: %s", rootCause(err)))
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, pgconn.ErrConnClosed),
		errors.As(err, &network), errors.Is(err, net.ErrClosed):
		return e.unavailable(fmt.Errorf("the connection broke: %s", rootCause(err)))
	case errors.Is(err, errReadOnly):
		return e.unavailable(err)
	}
	return err
}

func (e *postgresEngine) unavailable(err error) error {
	return fmt.Errorf("%w: PostgreSQL at %s: %w", server.ErrUnavailable, e.place, err)
}

// explainOpening says in one line why a database cannot be opened, and what to do.
func explainOpening(err error, config *pgx.ConnConfig) error {
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
			return fmt.Errorf("the server at %s refuses the password of user %q; set the right one in the URL or in PGPASSWORD", host, config.User)
		case invalidLogin:
			return fmt.Errorf("the server at %s does not let user %q in (%s); make it with: createuser -P %s, or allow it in pg_hba.conf",
				host, config.User, what, config.User)
		case noDatabase:
			return fmt.Errorf("there is no database %q at %s; make it with: createdb -h %s -p %d -O %s -E UTF8 -T template0 %s",
				config.Database, host, config.Host, config.Port, config.User, config.Database)
		case noRight:
			return fmt.Errorf("user %q may not make or use the tables (%s); run as the database's owner: GRANT ALL ON SCHEMA public TO %s, or ALTER DATABASE %s OWNER TO %s; or, where another user has made them: GRANT ALL ON ALL TABLES IN SCHEMA public TO %s",
				config.User, what, config.User, config.Database, config.User, config.User)
		case duplicateTable:
			return fmt.Errorf("the database %q at %s has tables of another program (%s); make one for wxup: createdb -h %s -p %d -O %s -E UTF8 -T template0 wxup",
				config.Database, host, what, config.Host, config.Port, config.User)
		case readOnlyTransaction:
			return fmt.Errorf("the server at %s takes no changes (%s); name the primary", host, what)
		}
		if class := answer.Code[:min(2, len(answer.Code))]; class == "53" || class == "57" || class == "08" {
			return fmt.Errorf("%w: the server at %s says: %s (SQLSTATE %s)", server.ErrUnavailable, host, what, answer.Code)
		}
		return fmt.Errorf("the server at %s says: %s (SQLSTATE %s)", host, what, answer.Code)
	case errors.As(err, &not):
		return fmt.Errorf("user %q may not change the tables %s; run as their owner: GRANT ALL ON ALL TABLES IN SCHEMA public TO %s", config.User, string(not), config.User)
	case strings.Contains(text, "read only connection"):
		return fmt.Errorf("the server at %s takes no changes: it is a standby, or default_transaction_read_only is on; name the primary", host)
	case strings.Contains(text, "server refused TLS connection") && mustTLS(config):
		return fmt.Errorf("the server at %s speaks no TLS; set ssl = on there, or add ?sslmode=disable if nobody can listen in between", host)
	case errors.As(err, &authority), errors.As(err, &hostname), errors.As(err, &invalid), errors.As(err, &header):
		return fmt.Errorf("TLS with the server at %s fails: %s; add &sslrootcert=FILE with the CA that signed its certificate", host, rootCause(err))
	case errors.As(err, &dns):
		return fmt.Errorf("%w: there is no host %q; look at the URL", server.ErrUnavailable, config.Host)
	case pgconn.Timeout(err) || errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w: the server at %s has not answered within %s; is it the right address, and does a firewall let us through?", server.ErrUnavailable, host, patience)
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return fmt.Errorf("%w: no connection to %s: %s; is PostgreSQL running there?", server.ErrUnavailable, host, rootCause(err))
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

// rootCause is the text of the innermost cause: what wraps it in pgx says again what we say, over several lines.
func rootCause(err error) string {
	for {
		var inner error
		switch x := err.(type) {
		case interface{ Unwrap() error }:
			inner = x.Unwrap()
		case interface{ Unwrap() []error }:
			inner = x.Unwrap()[0]
		}
		if inner == nil {
			return oneLine(err)
		}
		err = inner
	}
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
