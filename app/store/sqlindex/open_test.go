package sqlindex

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/wxup/wxup/app/internal/phrase"
	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/app/testservers"
	"github.com/wxup/wxup/internal/need"
	"github.com/wxup/wxup/server"
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
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, content, 0o600))
		return path
	}
	whole, err := os.ReadFile(filepath.Join(dir, "plain.db"))
	must(t, err)
	torn := slices.Clone(whole)
	for i := len(torn) / 4; i < len(torn); i++ {
		torn[i] = 0xff
	}
	others := filepath.Join(dir, "others.db")
	withSQLite(t, others, `CREATE TABLE song (title TEXT)`)
	for where, want := range map[string]string{
		"":                                  "empty",
		"sqlite://relative.db":              "three slashes",
		"sqlite:///x.db?mode=memory":        "three slashes",
		"mysql://u:secret@h/db":             "postgres://user@host",
		"sqlite://%zz":                      "not a URL",
		filepath.Join(dir, "no", "x.db"):    "no such file",
		"sqlite://" + filepath.ToSlash(dir): "name a file in it",
		"postgres:u:secret@h/db":            "postgres://user@host",
		"host=h user=u password=secret":     "postgres://user@host",
		file("text", make([]byte, 2000)):    "name another file",
		file("torn.db", torn):               "restore it from a backup",
		others:                              "another program's database",
	} {
		ix, err := Open(t.Context(), where)
		if err == nil {
			ix.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q) = %v, want it to say %q", where, err, want)
		}
		if strings.Contains(fmt.Sprint(err), "secret") {
			t.Errorf("Open(%q) shows the password: %v", where, err)
		}
		mustBeChinese(t, err)
	}
}

// mustBeChinese: no error at the start has four English words in a row under WXUP_LANG=zh.
func mustBeChinese(t *testing.T, err error) {
	t.Helper()
	text := regexp.MustCompile(`（[^（）]*）`).ReplaceAllString(phrase.In(err, "zh"), "") // without the server's own words
	if !regexp.MustCompile(`\p{Han}`).MatchString(text) || regexp.MustCompile(`(?:\b[a-z]{2,} ){3}[a-z]{2,}\b`).MatchString(text) {
		t.Errorf("not in Chinese: %s", text)
	}
}

func withSQLite(t *testing.T, path string, statements ...string) {
	t.Helper()
	must(t, createPrivate(path))
	db, err := openSQLite(path, 1)
	must(t, err)
	defer db.Close()
	for _, s := range statements {
		_, err := db.Exec(s)
		must(t, err)
	}
}

// TestLockedByAnother: a start does not wait for long for a program that keeps the database locked.
func TestLockedByAnother(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "index.db")
	must(t, openAt(t, path).Close())
	db, err := openSQLite(path, 1, "_txlock=immediate")
	must(t, err)
	defer db.Close()
	tx, err := db.Begin()
	must(t, err)
	defer tx.Rollback()
	if ix, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "another process has it locked") {
		t.Errorf("Open gives %v, %v", ix, err)
	}
}

func TestModes(t *testing.T) {
	need.That(t, runtime.GOOS != "windows", "file modes", "use Unix")
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
		must(t, ix.db.(*watched).engine.(*sqliteEngine).file.Load().write.conn.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got))
		if got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if _, err := ix.db.(*watched).engine.(*sqliteEngine).file.Load().readers.Exec(`INSERT INTO setting (name, value) VALUES ('a', 'b')`); err == nil {
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
		must(t, migrate(t.Context(), db, files, sqliteScripts))
	}
	if version() != 1 {
		t.Errorf("version %d, want 1", version())
	}

	// One of several that fails undoes all.
	files["0002_b.sql"] = file("UPDATE a SET x = 2; CREATE TABLE b (x BIGINT);")
	files["0003_c.sql"] = file("INSERT INTO none VALUES (1);")
	if err := migrate(t.Context(), db, files, sqliteScripts); err == nil || !strings.Contains(err.Error(), "0003_c.sql") {
		t.Errorf("a migration that fails: %v", err)
	}
	var x int
	must(t, db.QueryRow(`SELECT x FROM a`).Scan(&x))
	if version() != 1 || x != 1 {
		t.Errorf("afterwards version %d and x = %d, want 1 and 1", version(), x)
	}
	files["0003_c.sql"] = file("INSERT INTO b VALUES (1);")
	must(t, migrate(t.Context(), db, files, sqliteScripts))
	if version() != 3 {
		t.Errorf("version %d, want 3", version())
	}

	// An older program.
	delete(files, "0003_c.sql")
	if err := migrate(t.Context(), db, files, sqliteScripts); err == nil || !strings.Contains(err.Error(), "newer wxup") {
		t.Errorf("an older program: %v", err)
	}
	// A gap in the numbers.
	files["0004_d.sql"], files["0005_e.sql"] = file(""), file("")
	if err := migrate(t.Context(), db, files, sqliteScripts); err == nil || !strings.Contains(err.Error(), "0005_e.sql stands at place 4") {
		t.Errorf("a gap: %v", err)
	}
}

// TestOpenAtOnce: several programs that start with no database make one, and each migration is
// applied once.
func TestOpenAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		dir := t.TempDir()
		var wg sync.WaitGroup
		if strings.HasSuffix(t.Name(), "PostgreSQL") {
			databases.Store(dir, testservers.Postgres(t))
		}
		for range 8 {
			wg.Go(func() {
				ix, err := Open(context.Background(), placeIn(dir))
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
		versions, err := value[int](t.Context(), open(t, dir), "count", `SELECT COUNT(*) FROM schema_version`)
		if err != nil || versions != migrationCount() {
			t.Errorf("%d migrations were applied, %v; want %d", versions, err, migrationCount())
		}
	})
}

// TestOpenInProcesses is TestOpenAtOnce for processes.
func TestOpenInProcesses(t *testing.T) {
	if where := os.Getenv("WXUP_TEST_OPEN"); where != "" {
		ix, err := Open(t.Context(), where)
		must(t, err)
		must(t, ix.PutSetting(t.Context(), fmt.Sprint(os.Getpid()), "was here"))
		must(t, ix.Close())
		return
	}
	self, err := os.Executable()
	must(t, err)
	onEach(t, func(t *testing.T, open opener) {
		dir := t.TempDir()
		if strings.HasSuffix(t.Name(), "PostgreSQL") {
			databases.Store(dir, testservers.Postgres(t))
		}
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				cmd := exec.Command(self, "-test.run=^TestOpenInProcesses$")
				cmd.Env = append(os.Environ(), "WXUP_TEST_OPEN="+placeIn(dir))
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("%v: %s", err, out)
				}
			})
		}
		wg.Wait()
		ix := open(t, dir)
		versions, err := value[int](t.Context(), ix, "count", `SELECT COUNT(*) FROM schema_version`)
		if err != nil || versions != migrationCount() {
			t.Errorf("%d migrations were applied, %v", versions, err)
		}
		if n, err := value[int](t.Context(), ix, "count", `SELECT COUNT(*) FROM setting`); err != nil || n != 5 {
			t.Errorf("%d processes were here, %v; want 5", n, err)
		}
	})
}

// TestMigrateFromFirst: a database that the first release has made keeps what it holds, through
// whatever comes after. An older program does not open it any more, and one that has it open goes
// on.
func TestMigrateFromFirst(t *testing.T) {
	first, err := fs.ReadFile(migrations(), "0001_first.sql")
	must(t, err)
	if sum := fmt.Sprintf("%x", sha256.Sum256(first))[:16]; sum != firstMigration {
		t.Errorf("0001_first.sql is not what was released (%s)", sum)
	}
	onEach(t, func(t *testing.T, open opener) {
		dir := t.TempDir()
		in := sqliteScripts
		connect := func() (*sql.DB, error) {
			return openSQLite(placeIn(dir), 1, "_txlock=immediate", "_pragma=journal_mode(WAL)")
		}
		if strings.HasSuffix(t.Name(), "PostgreSQL") {
			dsn := testservers.Postgres(t)
			databases.Store(dir, dsn)
			in = postgresScripts
			connect = func() (*sql.DB, error) { return sql.Open("pgx", dsn) }
		} else {
			must(t, createPrivate(placeIn(dir)))
		}
		db, err := connect()
		must(t, err)
		must(t, migrate(t.Context(), db, fstest.MapFS{"0001_first.sql": {Data: first}}, in))
		must(t, db.Close()) // the upgrade waits for programs that have it open
		old := open(t, dir)
		fillAll(t, old, 50)
		before := dump(t, old)

		// Those of today, and one more as it may come.
		more := fstest.MapFS{}
		names, _ := fs.Glob(migrations(), "*.sql")
		for _, name := range names {
			text, err := fs.ReadFile(migrations(), name)
			must(t, err)
			more[name] = &fstest.MapFile{Data: text}
		}
		next := len(names) + 1
		more[fmt.Sprintf("%04d_more.sql", next)] = &fstest.MapFile{Data: []byte(`
			CREATE INDEX more_exchange ON exchange (endpoint, at, id);
			ALTER TABLE merchant ADD COLUMN note TEXT NOT NULL DEFAULT '';
			CREATE TABLE more (name TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL);
			INSERT INTO more (name, n) SELECT mchid, 1 FROM merchant;`)}
		db, err = connect()
		must(t, err)
		defer db.Close()
		must(t, migrate(t.Context(), db, more, in))
		if got := dump(t, old); !reflect.DeepEqual(got, before) {
			t.Error("it does not hold what it held")
		}
		must(t, old.Record(t.Context(), storetest.NewExchange(777)))
		must(t, old.PutMerchant(t.Context(), server.Merchant{MchID: "new"}))
		must(t, old.Ping(t.Context()))
		ix, err := Open(t.Context(), placeIn(dir))
		want := fmt.Sprintf("the index is at version %d, this program knows %d; upgrade wxup", next, len(names))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("an older program opens it: %v, %v", ix, err)
		}
	})
}

// firstMigration is the digest of the first migration. Databases were made by it.
const firstMigration = "3a6b99bbf5ac1bca"

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

func TestKey(t *testing.T) {
	long := strings.Repeat("长\x00", 5000)
	for _, s := range []string{"", "1900000001", "a\xb5\x00", strings.Repeat("x", keyMost)} {
		if key(s) != escape(s) {
			t.Errorf("key(%q) = %q", s, key(s))
		}
	}
	a, b := key(long), key(long+"x")
	if a == b || a != key(long) || len(a) > 3*keyMost || !utf8.ValidString(a) {
		t.Errorf("key of long texts: %q, %q", a, b)
	}
}
