package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wxup/wxup/app/store/fsblob"
	"github.com/wxup/wxup/app/store/s3blob"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/app/testservers"
	"github.com/wxup/wxup/internal/need"
)

// TestKept puts bytes while they are deleted, on disk, and in a bucket by two servers. WXUP_LONG=1
// makes it ten times as long.
func TestKept(t *testing.T) {
	need.Time(t)
	rounds := 100
	if os.Getenv("WXUP_LONG") != "" {
		rounds *= 10
	}
	t.Run("disk and SQLite", func(t *testing.T) {
		dir := t.TempDir()
		blobs, err := fsblob.Open(filepath.Join(dir, "blobs"))
		must(t, err)
		defer blobs.Close()
		index, err := sqlindex.Open(t.Context(), filepath.Join(dir, "index.db"))
		must(t, err)
		defer index.Close()
		storetest.TestKept(t, rounds, storetest.Kept{Index: index, Blobs: blobs})
	})
	t.Run("S3 and PostgreSQL", func(t *testing.T) {
		s3, database := testservers.S3(t), testservers.Postgres(t)
		for _, pair := range s3.Env() {
			name, value, _ := strings.Cut(pair, "=")
			t.Setenv(name, value)
		}
		url := s3.URL(t)
		var nodes []storetest.Kept
		for range 2 {
			blobs, err := s3blob.Open(t.Context(), url)
			must(t, err)
			defer blobs.Close()
			index, err := sqlindex.Open(t.Context(), database)
			must(t, err)
			defer index.Close()
			nodes = append(nodes, storetest.Kept{Index: index, Blobs: blobs})
		}
		storetest.TestKept(t, rounds, nodes...)
	})
}
