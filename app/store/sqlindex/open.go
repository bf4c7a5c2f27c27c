package sqlindex

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"regexp"
	"strings"

	"github.com/wxup/wxup/sign"
)

// Open opens the database that a path, an URL of the form sqlite:///abs/path or one of the form
// postgres://user:password@host:port/database names, and brings its tables up to date. SQLite's
// file is made if it is not there, PostgreSQL's database must be. A database that a newer program
// has changed is refused.
func Open(ctx context.Context, where string) (*Index, error) {
	e, err := open(ctx, where)
	if err != nil {
		return nil, texts.Errorf("open index %s: %w", masked(where), err)
	}
	return &Index{
		db:           e,
		where:        masked(where),
		recorded:     make(chan struct{}, 1),
		certificates: parsed[*x509.Certificate]{parse: sign.ParseCertificate},
		privateKeys:  parsed[*rsa.PrivateKey]{parse: sign.ParsePrivateKey},
	}, nil
}

func open(ctx context.Context, where string) (engine, error) {
	switch scheme, _, ok := strings.Cut(where, "://"); {
	case !ok && noPath.MatchString(where):
		return nil, texts.Errorf("neither a file nor a URL; the forms are index.db, sqlite:///path/to/index.db and postgres://user@host/database")
	case !ok || scheme == "sqlite":
		return openSQLiteEngine(ctx, where)
	case scheme == "postgres" || scheme == "postgresql":
		return openPostgres(ctx, where)
	default:
		return nil, texts.Errorf("%q URLs are not supported for the index; use sqlite:///path/to/index.db or postgres://user@host/database", scheme)
	}
}

// noPath finds what would be a strange file: PostgreSQL's other form, host=… dbname=…, and a URL
// without its slashes.
var noPath = regexp.MustCompile(`^(postgres|postgresql|sqlite):|(^|\s)(host|hostaddr|dbname|user|password|service)\s*=`)

// masked is a place as it may be shown. An URL can hold a password in many places.
func masked(where string) string {
	switch scheme, _, ok := strings.Cut(where, "://"); {
	case !ok && noPath.MatchString(where):
		return "…"
	case !ok || scheme == "sqlite":
		return where
	case scheme == "postgres" || scheme == "postgresql":
		return shownPostgres(where)
	default:
		return scheme + "://…"
	}
}
