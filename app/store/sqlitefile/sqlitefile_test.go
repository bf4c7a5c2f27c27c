package sqlitefile

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestDSN(t *testing.T) {
	for path, want := range map[string]string{
		"/var/lib/a b.db": "file:///var/lib/a%20b.db?_pragma=x(1)",
		"C:/wxup/索引?.db":  "file:///C:/wxup/%E7%B4%A2%E5%BC%95%3F.db?_pragma=x(1)",
	} {
		if got := dsn(path, []string{"_pragma=x(1)"}); got != want {
			t.Errorf("dsn(%q) = %s, want %s", path, got, want)
		}
	}
}

func TestPath(t *testing.T) {
	for path, want := range map[string]string{"/C:/x": "C:/x", "/x": "/x", "/": "/"} {
		if got := withoutDriveSlash(path, true); got != want {
			t.Errorf("withoutDriveSlash(%q) = %q, want %q", path, got, want)
		}
	}
	dir := t.TempDir()
	url := "sqlite:///" + strings.TrimPrefix(filepath.ToSlash(dir), "/") + "/a%20b.db"
	if got, err := Path(url); err != nil || got != filepath.Join(dir, "a b.db") {
		t.Errorf("Path(%q) = %q, %v", url, got, err)
	}
	for _, bad := range []string{"", "sqlite://relative.db", "sqlite:///x.db?mode=memory", "sqlite://%zz"} {
		if got, err := Path(bad); err == nil {
			t.Errorf("Path(%q) = %q, want an error", bad, got)
		}
	}
}

// TestFile checks that a database is private, that odd characters in its path mean nothing, and
// what a foreign file is.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a #%20.db")
	if err := Create(path); err != nil {
		t.Fatal(err)
	}
	db, err := Open(path, 1, "_pragma=journal_mode(WAL)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE t (x)"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		if info, err := os.Stat(name); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if err := errors.Join(Create(path), OwnerOnly(path)); err != nil {
		t.Error(err)
	}
	if err := Create(filepath.Dir(path)); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("a directory: %v", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := OwnerOnly(path); runtime.GOOS != "windows" && (err == nil || !strings.Contains(err.Error(), "chmod 600")) {
		t.Errorf("mode 0644: %v", err)
	}

	foreign := filepath.Join(t.TempDir(), "photo.jpg")
	if err := os.WriteFile(foreign, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	other, err := Open(foreign, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.Exec("CREATE TABLE t (x)"); Code(err) != NotADB {
		t.Errorf("a picture: code %d, %v", Code(err), err)
	}
}

func TestWhileBusy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	one, err1 := Open(path, 1, "_txlock=immediate")
	two, err2 := Open(path, 1, "_txlock=immediate")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	defer two.Close()
	tx, err := one.Begin()
	if err != nil {
		t.Fatal(err)
	}
	write := func() error {
		_, err := two.Exec("CREATE TABLE IF NOT EXISTS t (x); PRAGMA user_version = 1")
		return err
	}
	tries := 0
	err = WhileBusy(t.Context(), time.Minute, func() error {
		if tries++; tries == 3 {
			tx.Rollback()
		}
		return write()
	})
	if err != nil || tries < 3 {
		t.Errorf("after %d tries: %v", tries, err)
	}

	if tx, err = one.Begin(); err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if err := WhileBusy(t.Context(), 0, write); Code(err) != Busy {
		t.Errorf("without patience: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	if err := WhileBusy(ended, time.Minute, func() error { end(); return write() }); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
}
