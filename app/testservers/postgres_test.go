package testservers

import (
	"context"
	"database/sql"
	"testing"
	"time"
)

func query(dsn string, patience time.Duration) error {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return db.PingContext(ctx)
}

// TestPostgres: each call gives a database of its own.
func TestPostgres(t *testing.T) {
	for range 2 {
		db, err := sql.Open("pgx", Postgres(t))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(`CREATE TABLE a (x BIGINT)`); err != nil { // it is there, if they are the same
			t.Error(err)
		}
	}
}

// TestPostgresServer: what tests do to a server of their own has the effect that they rely on.
func TestPostgresServer(t *testing.T) {
	s := NewPostgres(t)
	url := s.URL("postgres")
	for _, step := range []struct {
		name  string
		do    func() error
		works bool
	}{
		{"start", func() error { return nil }, true},
		{"hang", s.Hang, false},
		{"resume", s.Resume, true},
		{"stop", func() error { return s.Stop("fast") }, false},
		{"start again", s.Start, true},
		{"crash", func() error { return s.Stop("immediate") }, false},
		{"start after it", s.Start, true},
		{"reload", s.Reload, true},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		patience := time.Minute
		if !step.works {
			patience = 300 * time.Millisecond
		}
		if err := query(url, patience); (err == nil) != step.works {
			t.Errorf("after %s a query gives %v", step.name, err)
		}
	}
}
