package sqlindex

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// engine is what SQLite and PostgreSQL do each in their own way.
type engine interface {
	// read gives each row that a query finds to a function.
	read(ctx context.Context, query string, args []any, each func(scanner) error) error
	// change makes a change: all statements in one transaction, or none. It gives how many rows
	// each has changed, of a change that failed those before the failure. PostgreSQL is sent all of
	// them at once, to be made in one round trip. So where the others must not be made if the first
	// changes nothing, they say so in their text.
	change(ctx context.Context, list []statement) ([]int64, error)

	claimText() string // of claimLive
	ping(ctx context.Context) error
	exclusive(ctx context.Context, name string, f func(context.Context) error) error
	warnings() []string
	pool() sql.DBStats
	selfCheck(ctx context.Context, quick bool, found func(text string)) error // has the database check itself, if it can
	tableBytes(ctx context.Context, table string) (int64, error)
	tidy(ctx context.Context) error     // gives space back
	optimize(ctx context.Context) error // keeps what plans are made by up to date
	close() error

	failed() error // why no change is made any more, until recover; nil: changes are made
	// recover opens the database anew after its disk has failed, and makes changes again if check
	// finds the exchanges that were acknowledged last.
	recover(ctx context.Context, check func(ctx context.Context, exchanges []string) error) error
}

// unhurried is a context for calls that nobody waits for, such as copying: they may take longer
// than an upload's.
func unhurried(ctx context.Context) context.Context {
	return context.WithValue(ctx, unhurriedKey{}, true)
}

type unhurriedKey struct{}

// statement is a part of a change.
type statement struct {
	query string
	args  []any
}

func stmt(query string, args ...any) statement { return statement{query, args} }

// arguments is $1, $2, … for a list of columns.
func arguments(columns string) string {
	list := make([]string, strings.Count(columns, ",")+1)
	for i := range list {
		list[i] = "$" + strconv.Itoa(i+1)
	}
	return strings.Join(list, ", ")
}

// scanner is a row to be read: *sql.Row or *sql.Rows.
type scanner interface{ Scan(into ...any) error }

var errClosed = texts.Errorf("the index is closed")
