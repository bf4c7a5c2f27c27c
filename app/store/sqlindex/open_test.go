package sqlindex

import (
	"context"
	"database/sql"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"unicode/utf8"
)

func TestOpenForms(t *testing.T) {
	dir := t.TempDir()
	odd := filepath.Join(dir, "a b?c#d%41&_pragma=x.db")
	for _, x := range []struct{ where, path string }{
		{filepath.Join(dir, "plain.db"), filepath.Join(dir, "plain.db")},
		{"sqlite://" + filepath.ToSlash(dir) + "/url.db", filepath.Join(dir, "url.db")},
		{"sqlite://" + filepath.ToSlash(dir) + "/a%20b.db", filepath.Join(dir, "a b.db")},
		{odd, odd},
	} {
		ix, err := Open(t.Context(), x.where)
		if err != nil {
			t.Errorf("Open(%q): %v", x.where, err)
			continue
		}
		if err := ix.PutSetting(t.Context(), "a", "b"); err != nil {
			t.Error(err)
		}
		ix.Close()
		if info, err := os.Stat(x.path); err != nil || info.Size() == 0 {
			t.Errorf("Open(%q) has not made %s: %v", x.where, x.path, err)
		}
	}
	for where, want := range map[string]string{
		"":                                  "empty",
		"sqlite://relative.db":              "three slashes",
		"sqlite:///x.db?mode=memory":        "three slashes",
		"postgres://u:secret@h/db":          "postgres",
		"sqlite://%zz":                      "not a URL",
		filepath.Join(dir, "no", "x.db"):    "no such file",
		"sqlite://" + filepath.ToSlash(dir): "",
	} {
		ix, err := Open(t.Context(), where)
		if err == nil {
			ix.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q) = %v, want it to say %q", where, err, want)
		}
	}
}

func TestModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such modes")
	}
	dir := t.TempDir()
	ix := openIndex(t, dir)
	must(t, ix.PutSetting(t.Context(), "a", "b"))
	files, err := os.ReadDir(dir)
	must(t, err)
	for _, f := range files {
		info, err := f.Info()
		must(t, err)
		if info.Mode() != 0o600 {
			t.Errorf("%s has mode %s, want -rw-------", f.Name(), info.Mode())
		}
	}
	if len(files) != 3 {
		t.Errorf("%d files, want the database, -wal and -shm", len(files))
	}
	for _, mode := range []fs.FileMode{0o644, 0o640, 0o604} {
		path := filepath.Join(t.TempDir(), "index.db")
		must(t, os.WriteFile(path, nil, mode))
		must(t, os.Chmod(path, mode))
		if ix, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "chmod 600 ") {
			t.Errorf("Open of a file of mode %04o = %v, %v", mode, ix, err)
		}
	}
}

// TestPragmas: what durability rests on is really on.
func TestPragmas(t *testing.T) {
	ix := openIndex(t, t.TempDir())
	for name, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000"} {
		var got string
		must(t, ix.write.conn.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got))
		if got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if _, err := ix.read.db.Exec(`INSERT INTO setting (name, value) VALUES ('a', 'b')`); err == nil {
		t.Error("a connection for lookups takes changes")
	}
}

func openRaw(t *testing.T) *sql.DB {
	db, err := openSQLite(filepath.Join(t.TempDir(), "x.db"), 1, "_txlock=immediate")
	must(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

func TestMigrate(t *testing.T) {
	db := openRaw(t)
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	files := fstest.MapFS{"0001_a.sql": file("CREATE TABLE a (x BIGINT); INSERT INTO a VALUES (1);")}
	version := func() (n int) {
		must(t, db.QueryRow(`SELECT MAX(version) FROM schema_version`).Scan(&n))
		return n
	}
	for range 2 {
		must(t, migrate(t.Context(), db, files))
	}
	if version() != 1 {
		t.Errorf("version %d, want 1", version())
	}

	// One of several that fails undoes all.
	files["0002_b.sql"] = file("UPDATE a SET x = 2; CREATE TABLE b (x BIGINT);")
	files["0003_c.sql"] = file("INSERT INTO none VALUES (1);")
	if err := migrate(t.Context(), db, files); err == nil || !strings.Contains(err.Error(), "0003_c.sql") {
		t.Errorf("a migration that fails: %v", err)
	}
	var x int
	must(t, db.QueryRow(`SELECT x FROM a`).Scan(&x))
	if version() != 1 || x != 1 {
		t.Errorf("afterwards version %d and x = %d, want 1 and 1", version(), x)
	}
	files["0003_c.sql"] = file("INSERT INTO b VALUES (1);")
	must(t, migrate(t.Context(), db, files))
	if version() != 3 {
		t.Errorf("version %d, want 3", version())
	}

	// An older program.
	delete(files, "0003_c.sql")
	if err := migrate(t.Context(), db, files); err == nil || !strings.Contains(err.Error(), "newer wxup") {
		t.Errorf("an older program: %v", err)
	}
	// A gap in the numbers.
	files["0004_d.sql"], files["0005_e.sql"] = file(""), file("")
	if err := migrate(t.Context(), db, files); err == nil || !strings.Contains(err.Error(), "0005_e.sql stands at place 4") {
		t.Errorf("a gap: %v", err)
	}
}

// TestOpenAtOnce: several programs that start with no database make one.
func TestOpenAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			ix, err := Open(context.Background(), path)
			if err != nil {
				t.Error(err)
				return
			}
			defer ix.Close()
			if err := ix.PutSetting(context.Background(), "a", "b"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestEscape(t *testing.T) {
	for s, want := range map[string]string{
		"":             "",
		"图.jpg":        "图.jpg",
		"\ufffd":       "\ufffd",
		"a\xb5\x00":    "a\U0010FFB5\U0010FF00",
		"\U0010FF41":   "\U0010FFF4\U0010FF8F\U0010FFBD\U0010FF81",
		"\xed\xa0\x80": "\U0010FFED\U0010FFA0\U0010FF80",
	} {
		if got := escape(s); got != want {
			t.Errorf("escape(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestEscapeAnything(t *testing.T) {
	alphabet := []byte{'a', 0, 0x80, 0xbc, 0xbf, 0xc3, 0xe5, 0xef, 0xf4, 0x8f, 0xff}
	random := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		b := make([]byte, random.IntN(12))
		for i := range b {
			b[i] = alphabet[random.IntN(len(alphabet))]
		}
		s := string(b)
		e := escape(s)
		if !utf8.ValidString(e) || strings.ContainsRune(e, 0) {
			t.Fatalf("escape(%q) = %q", s, e)
		}
		if got := unescape(e); got != s {
			t.Fatalf("%q comes back as %q", s, got)
		}
	}
}
