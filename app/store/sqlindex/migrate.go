package sqlindex

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"
)

// The tables are made by the files in migrations, in the order of their numbers: 0001_first.sql,
// 0002_…. A file that was released is never changed; what comes later is a new file. There is no
// way back: a program that is older than the database refuses it when it starts. One that is
// running meanwhile goes on, as long as a new file only adds what the program before it can do
// without. The others are not applied while it runs: see aloneFrom.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

// aloneFrom is the version that servers of earlier ones cannot work with.
const aloneFrom = 5

func migrations() fs.FS {
	sub, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the directory is in the program
	}
	return sub
}

func migrationCount() int {
	names, _ := fs.Glob(migrations(), "*.sql")
	return len(names)
}

// scripts is how an engine applies migrations.
type scripts struct {
	lock  func(ctx context.Context, tx *sql.Tx) error // keeps others from migrating; nil: that the transaction began does
	alone func(ctx context.Context, tx *sql.Tx) error // fails if an older version may be running; nil: it was asked before
	apply func(ctx context.Context, tx *sql.Tx, text string) error
}

const versionTable = `CREATE TABLE IF NOT EXISTS schema_version (
	version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied BIGINT NOT NULL)`

// migrate applies the files that were not applied yet, all in one transaction. Of several processes
// that start at once the first does it, and the others wait.
func migrate(ctx context.Context, db *sql.DB, files fs.FS, in scripts) error {
	names, err := fs.Glob(files, "*.sql") // sorted
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if in.lock != nil {
		if err := in.lock(ctx, tx); err != nil {
			return err
		}
	}
	if err := in.apply(ctx, tx, versionTable); err != nil {
		return err
	}
	var has int
	if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM schema_version`).Scan(&has); err != nil {
		return err
	}
	if err := tooNew(has, len(names)); err != nil {
		return err
	}
	if has > 0 && has < aloneFrom && len(names) >= aloneFrom && in.alone != nil {
		if err := in.alone(ctx, tx); err != nil {
			return err
		}
	}
	for i, name := range names[has:] {
		version := has + i + 1
		if number, _, _ := strings.Cut(name, "_"); path.Ext(name) != ".sql" || atoi(number) != version {
			return fmt.Errorf("migration %s stands at place %d", name, version)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if err := in.apply(ctx, tx, string(text)); err != nil {
			return fmt.Errorf("apply %s: %w", name, err)
		}
		const note = `INSERT INTO schema_version (version, name, applied) VALUES ($1, $2, $3)`
		if _, err := tx.ExecContext(ctx, note, version, name, time.Now().UnixMicro()); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// alone is the error of an index that must be upgraded while a server of an older version has it
// open.
func alone(who string) error {
	return fmt.Errorf("it must be upgraded, and a wxup of an older version still uses it (%s); stop that one first, on every machine, and start again", who)
}

func tooNew(has, known int) error {
	if has > known {
		return texts.Errorf("a newer wxup made it: the index is at version %d, this program knows %d; upgrade wxup", has, known)
	}
	return nil
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
