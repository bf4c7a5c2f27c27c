package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup/app/datadir"
)

// ran runs the program until it ends, and gives its exit status and what it printed.
func ran(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	status := run(t.Context(), args, &out, &out)
	return status, out.String()
}

// keptUploads is a data directory of a server that has ended, with some uploads. All is whole.
func keptUploads(t *testing.T) string {
	t.Helper()
	data := t.TempDir()
	p := start(t, data)
	for i := range 5 {
		file := filepath.Join(t.TempDir(), fmt.Sprint("picture", i, ".png"))
		if err := os.WriteFile(file, paint(".png", 20+i, 20), 0o600); err != nil {
			t.Fatal(err)
		}
		if status, out := ran(t, "put", file, "--to", "marketing", "--data", data, "--config", "off"); status != exitOK {
			t.Fatalf("put: %d %s", status, out)
		}
	}
	p.kill()
	if status, out := ran(t, "fsck", "--data", data, "--config", "off"); status != exitOK || !strings.Contains(out, "0 faults") || strings.Contains(out, "index") {
		t.Fatalf("fsck of what is whole: %d %s", status, out)
	}
	return data
}

// TestFsckIndex: fsck says what is wrong with a record, how many there are, and what helps.
func TestFsckIndex(t *testing.T) {
	data := keptUploads(t)
	fsck := []string{"fsck", "--data", data, "--config", "off"}
	db, err := sql.Open("sqlite", filepath.Join(data, "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []string{`UPDATE exchange_body SET report = '{'`, `DELETE FROM blob WHERE sha256 IN (SELECT sha256 FROM media LIMIT 1)`} {
		if _, err := db.Exec(change); err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	status, out := ran(t, fsck...)
	for _, want := range []string{": report is not JSON\n", "5 records hold what wxup has not written", "1 images lack the row", "wxup fsck --repair", " 0 faults"} {
		if status != exitRefused || !strings.Contains(out, want) {
			t.Errorf("fsck: status %d, without %q: %s", status, want, out)
		}
	}
	files, err := filepath.Glob(filepath.Join(data, "blobs", "*", "*"))
	if err != nil || len(files) != 5 {
		t.Fatal(files, err)
	}
	for _, file := range files { // that of an upload in progress has no row yet
		if err := os.Chtimes(file, time.Time{}, time.Now().Add(-48*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	ran(t, append(fsck, "--repair")...)
	if status, out := ran(t, fsck...); status != exitRefused || strings.Contains(out, "lack the row") {
		t.Errorf("fsck after --repair: %d %s", status, out)
	}
}

// TestFsckTornIndex overwrites pages all over the index. fsck says each time that it is damaged;
// serve starts, or ends with an error that says so. Nothing panics.
func TestFsckTornIndex(t *testing.T) {
	data := keptUploads(t)
	index := filepath.Join(data, "index.db")
	whole, err := os.ReadFile(index)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	pages := len(whole) / page
	refused := 0
	for at := 1; at < pages; at += max(1, pages/10) {
		torn := slices.Clone(whole)
		for i := range page {
			torn[at*page+i] = byte(i*7 + 1)
		}
		restore := func() {
			for _, beside := range []string{"-wal", "-shm"} {
				os.Remove(index + beside)
			}
			if err := os.WriteFile(index, torn, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		restore()
		status, out := ran(t, "fsck", "--data", data, "--config", "off")
		if status == exitOK || !strings.Contains(out, "damaged") && !strings.Contains(out, "malformed") {
			t.Errorf("page %d: fsck: %d %s", at, status, out)
		}
		restore()
		if status, out := served(t, data); status != exitOK {
			if refused++; !strings.Contains(out, "the file is damaged: restore it from a backup") {
				t.Errorf("page %d: serve: %d %s", at, status, out)
			}
		}
	}
	if refused == 0 {
		t.Error("serve started each time")
	}
}

// served starts a server, and ends it once it is up.
func served(t *testing.T, data string) (int, string) {
	t.Helper()
	os.Remove(datadir.EnvFile(data))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out bytes.Buffer
	var status int
	var serving sync.WaitGroup
	ended := make(chan struct{})
	serving.Go(func() {
		defer close(ended)
		status = run(ctx, []string{"serve", "--data", data, "--http", "127.0.0.1:0", "--https", "off", "--admin", "off", "--proxy", "off", "--log", "off",
			"--drain", "0s", "--config", "off"}, &out, &out)
	})
	becomes(func() bool {
		select {
		case <-ended:
			return true
		default:
			_, err := os.Stat(datadir.EnvFile(data))
			return err == nil
		}
	})
	cancel()
	serving.Wait()
	return status, out.String()
}
