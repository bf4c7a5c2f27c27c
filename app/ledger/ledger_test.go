package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openAt(t *testing.T, path string) *Ledger {
	t.Helper()
	l, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

var key = wxup.LedgerKey{Server: "https://api.mch.weixin.qq.com", Account: "1900009191", Endpoint: "marketing", SHA256: "ab", Fit: "q60", Fields: "f"}

func TestRemembered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "dir", "ledger.db")
	l := openAt(t, path)
	ctx := t.Context()
	if res, err := l.Recall(ctx, key); res != nil || err != nil {
		t.Fatalf("an empty ledger knows %v, %v", res, err)
	}
	want := &wxup.Result{Endpoint: "marketing", URL: "https://x/0?wx_fmt=jpeg", Name: "图 片.jpg", Format: media.JPEG, Size: 7, SHA256: "cd", RequestID: "r", Change: change("jpeg q82")}
	if err := l.Remember(ctx, key, want); err != nil {
		t.Fatal(err)
	}
	l.Close()
	l = openAt(t, path)
	got, err := l.Recall(ctx, key)
	if err != nil || got == nil {
		t.Fatal(got, err)
	}
	if fmt.Sprint(*got) != fmt.Sprint(*want) {
		t.Errorf("recalled %v, want %v", *got, *want)
	}
	// Each part of the key counts.
	for i, other := range []func(*wxup.LedgerKey){
		func(k *wxup.LedgerKey) { k.Server += "x" }, func(k *wxup.LedgerKey) { k.Account += "x" }, func(k *wxup.LedgerKey) { k.Endpoint += "x" },
		func(k *wxup.LedgerKey) { k.SHA256 += "x" }, func(k *wxup.LedgerKey) { k.Fit = "" }, func(k *wxup.LedgerKey) { k.Fields += "x" },
	} {
		k := key
		other(&k)
		if res, err := l.Recall(ctx, k); res != nil || err != nil {
			t.Errorf("part %d of the key does not count: %v, %v", i, res, err)
		}
	}
	// The newest counts.
	want.URL = "https://y"
	if err := l.Remember(ctx, key, want); err != nil {
		t.Fatal(err)
	}
	if got, err := l.Recall(ctx, key); err != nil || got.URL != "https://y" {
		t.Error(got, err)
	}
	if runtime.GOOS != "windows" {
		for _, name := range []string{path, path + "-wal", path + "-shm"} {
			if info, err := os.Stat(name); err == nil && info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v", name, info.Mode())
			}
		}
	}
}

func TestExpiring(t *testing.T) {
	l := openAt(t, filepath.Join(t.TempDir(), "l.db"))
	ctx := t.Context()
	now := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	l.now = func() time.Time { return now }
	if err := l.Remember(ctx, key, &wxup.Result{MediaID: "m", Expires: now.Add(72 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if res, err := l.Recall(ctx, key); err != nil || res == nil || !res.Expires.Equal(now.Add(72*time.Hour)) {
		t.Fatal(res, err)
	}
	now = now.Add(72 * time.Hour)
	if res, err := l.Recall(ctx, key); err != nil || res != nil {
		t.Errorf("an id that has ended is given: %v, %v", res, err)
	}
	// At the next opening it is gone from the file.
	now = now.Add(time.Hour)
	if err := l.migrate(ctx); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := l.db.QueryRow(`SELECT count(*) FROM upload`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d entries are left, %v", n, err)
	}
}

// An upload that has happened is remembered even if its context has ended meanwhile.
func TestRememberAfterTheEnd(t *testing.T) {
	l := openAt(t, filepath.Join(t.TempDir(), "l.db"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Remember(ctx, key, &wxup.Result{URL: "u"}); err != nil {
		t.Fatal(err)
	}
	if res, err := l.Recall(t.Context(), key); err != nil || res == nil {
		t.Error(res, err)
	}
}

// The file does not grow without end.
func TestForgetsTheOldest(t *testing.T) {
	l := openAt(t, filepath.Join(t.TempDir(), "l.db"))
	ctx := t.Context()
	for i := range 3 {
		k := key
		k.SHA256 = fmt.Sprint(i)
		if err := l.Remember(ctx, k, &wxup.Result{URL: "u"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.db.Exec(`UPDATE upload SET id = $1 WHERE sha256 = '2'`, maxEntries+2); err != nil {
		t.Fatal(err)
	}
	if err := l.migrate(ctx); err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{false, false, true} {
		k := key
		k.SHA256 = fmt.Sprint(i)
		if res, err := l.Recall(ctx, k); err != nil || (res != nil) != want {
			t.Errorf("entry %d: %v, %v", i, res, err)
		}
	}
}

// Two ledgers on one new file, as in two processes: all is kept, nobody fails.
func TestTwoAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "l.db")
	const each = 200
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			l, err := Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			defer l.Close()
			for i := range each {
				k := key
				k.SHA256 = fmt.Sprint(w*each/2 + i) // half of them another's too
				if err := l.Remember(t.Context(), k, &wxup.Result{URL: k.SHA256}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	l := openAt(t, path)
	for i := range 3*each/2 + each {
		k := key
		k.SHA256 = fmt.Sprint(i)
		if res, err := l.Recall(t.Context(), k); err != nil || res == nil || res.URL != k.SHA256 {
			t.Fatalf("%d: %v, %v", i, res, err)
		}
	}
}

// A file that is not a ledger of this program is left alone, and the error says what to do.
func TestOtherFiles(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	os.WriteFile(text, []byte(strings.Repeat("this is no database\n", 100)), 0o600)
	foreign := filepath.Join(dir, "foreign.db")
	db, err := sql.Open("sqlite", foreign)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`CREATE TABLE mine (x)`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	newer := filepath.Join(dir, "newer.db")
	l := openAt(t, newer)
	l.db.Exec(`PRAGMA user_version = 99`)
	l.Close()
	damaged := filepath.Join(dir, "damaged.db")
	l = openAt(t, damaged)
	for i := range 500 {
		k := key
		k.SHA256 = fmt.Sprint(i)
		l.Remember(t.Context(), k, &wxup.Result{URL: strings.Repeat("u", 200)})
	}
	l.Close()
	b, err := os.ReadFile(damaged)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(b); i++ {
		b[i] = 0xa5
	}
	os.WriteFile(damaged, b, 0o600)
	file := filepath.Join(dir, "file")
	os.WriteFile(file, nil, 0o600)

	for _, x := range []struct {
		path, want string
		unwritable bool
	}{
		{text, "it is not a ledger: name another file", false},
		{foreign, "a database of another program", false},
		{newer, "a newer wxup wrote it (version 99", false},
		{damaged, "it is damaged: remove it", false},
		{filepath.Join(file, "ledger.db"), "it cannot be written", true},
		{dir, "it cannot be written", true},
	} {
		before, _ := os.ReadFile(x.path)
		l, err := Open(t.Context(), x.path)
		if err == nil {
			l.Close()
			t.Errorf("%s was opened", x.path)
			continue
		}
		if !strings.Contains(err.Error(), x.want) || errors.Is(err, ErrUnwritable) != x.unwritable {
			t.Errorf("%s: %v", filepath.Base(x.path), err)
		}
		if after, _ := os.ReadFile(x.path); string(after) != string(before) {
			t.Errorf("%s was changed", x.path)
		}
	}
}

func BenchmarkRemember(b *testing.B) {
	l, err := Open(b.Context(), filepath.Join(b.TempDir(), "l.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	k := key
	for i := 0; b.Loop(); i++ {
		k.SHA256 = fmt.Sprint(i)
		if err := l.Remember(b.Context(), k, &wxup.Result{URL: "https://mmbiz.qpic.cn/mmbiz_jpg/x/0?wx_fmt=jpeg"}); err != nil {
			b.Fatal(err)
		}
		if res, err := l.Recall(b.Context(), k); err != nil || res == nil {
			b.Fatal(err)
		}
	}
}
