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

// The tables are made by the files in migrations, in the order of their numbers: 0001_first.sql, 0002_…. A file that was
// released is never changed; what comes later is a new file. There is no way back: a program that is older than the
// database refuses it.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

func migrations() fs.FS {
	sub, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the directory is in the program
	}
	return sub
}

// migrate applies the files that were not applied yet, all in one transaction. Of several processes that start at once
// the first does it, and the others wait.
func migrate(ctx context.Context, db *sql.DB, files fs.FS) error {
	names, err := fs.Glob(files, "*.sql") // sorted
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	const versions = `CREATE TABLE IF NOT EXISTS schema_version (
		version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied BIGINT NOT NULL)`
	if _, err := tx.ExecContext(ctx, versions); err != nil {
		return err
	}
	var has int
	if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM schema_version`).Scan(&has); err != nil {
		return err
	}
	if has > len(names) {
		return fmt.Errorf("a newer wxup made it (its tables have version %d, this program knows %d): use that one", has, len(names))
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
		if _, err := tx.ExecContext(ctx, string(text)); err != nil {
			return fmt.Errorf("apply %s: %w", name, err)
		}
		const note = `INSERT INTO schema_version (version, name, applied) VALUES ($1, $2, $3)`
		if _, err := tx.ExecContext(ctx, note, version, name, time.Now().UnixMicro()); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
