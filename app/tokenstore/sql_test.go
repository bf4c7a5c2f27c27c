// Package tokenstore_test runs package tokenstore's SQL over the databases that wxup is used with:
// the library itself may import no driver.
package tokenstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver sqlite

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/testservers" // and the driver pgx
	"github.com/wxup/wxup/tokenstore"
)

const app = "https://api.weixin.qq.com/cgi-bin/token wx1"

// png is the smallest picture: one grey pixel.
var png = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82")

var good = wxup.Token{Value: "57_good", Until: time.UnixMilli(1772600767000)}

// TestMain lets the test binary be the other processes of TestProcesses and TestKilledHolder.
func TestMain(m *testing.M) {
	as := os.Getenv("TOKENSTORE_AS")
	if as == "" {
		os.Exit(m.Run())
	}
	db, err := sql.Open(os.Getenv("TOKENSTORE_DRIVER"), os.Getenv("TOKENSTORE_DSN"))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	store := &tokenstore.SQL{DB: db}
	if as == "holder" { // takes the lease and keeps it until it is killed
		store.Renew(context.Background(), app, func(context.Context, wxup.Token) (wxup.Token, error) {
			fmt.Println("ready")
			select {}
		})
	}
	c := &wxup.Client{
		BaseURL: os.Getenv("TOKENSTORE_URL"), Auth: &wxup.App{AppID: "wx1", Secret: "s3cr3t", Store: store}, Retry: wxup.Retry{Attempts: 1},
	}
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1))
	res, err := c.Upload(context.Background(), wxup.ArticleImage, wxup.Bytes("a.png", png))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(res.URL)
}

// child starts the test binary as another process, and returns when it says that it is ready.
func child(t *testing.T, env ...string) (p *exec.Cmd, in io.WriteCloser, out io.Reader) {
	t.Helper()
	p = exec.Command(os.Args[0])
	p.Env = append(os.Environ(), env...)
	in, err1 := p.StdinPipe()
	out, err2 := p.StdoutPipe()
	p.Stderr = os.Stderr
	if err := errors.Join(err1, err2, p.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill(); p.Wait() })
	line := make([]byte, len("ready\n"))
	if _, err := io.ReadFull(out, line); err != nil || string(line) != "ready\n" {
		t.Fatalf("%q %v", line, err)
	}
	return p, in, out
}

// database is one to which further connections can be made.
type database struct {
	driver, dsn string
	*sql.DB
}

// eachDatabase runs a test over SQLite and PostgreSQL, with an empty table.
func eachDatabase(t *testing.T, test func(*testing.T, database)) {
	for name, open := range map[string]func(*testing.T) (driver, dsn string){
		"sqlite": func(t *testing.T) (string, string) {
			return "sqlite", "file:" + filepath.Join(t.TempDir(), "tokens.db") + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)"
		},
		"postgres": func(t *testing.T) (string, string) { return "pgx", testservers.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			driver, dsn := open(t)
			db, err := sql.Open(driver, dsn)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			for range 2 { // it may be there already
				if _, err := db.Exec(tokenstore.Schema); err != nil {
					t.Fatal(err)
				}
			}
			test(t, database{driver, dsn, db})
		})
	}
}

// One at a time renews, and each sees what the one before has kept.
func TestSQL(t *testing.T) {
	eachDatabase(t, func(t *testing.T, db database) {
		store := &tokenstore.SQL{DB: db.DB}
		if token, err := store.Load(t.Context(), app); token != (wxup.Token{}) || err != nil {
			t.Errorf("at first: %v, %v", token, err)
		}
		var inside, calls atomic.Int64
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				_, err := store.Renew(t.Context(), app, func(_ context.Context, kept wxup.Token) (wxup.Token, error) {
					defer inside.Add(-1)
					if n := inside.Add(1); n != 1 || calls.Load() > 0 && kept.Value != fmt.Sprint(calls.Load()) {
						t.Errorf("%d inside, kept %q, want %d", n, kept.Value, calls.Load())
					}
					return wxup.Token{Value: fmt.Sprint(calls.Add(1)), Until: good.Until}, nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if token, err := store.Load(t.Context(), app); token.Value != "20" || !token.Until.Equal(good.Until) || err != nil {
			t.Errorf("at last: %v, %v", token, err)
		}
		if token, err := store.Load(t.Context(), app+"2"); token != (wxup.Token{}) || err != nil {
			t.Errorf("another app's: %v, %v", token, err)
		}
		// A renewal that fails, and one that finds nothing to do, keep what is there and give the
		// lease back.
		failed := errors.New("no")
		if _, err := store.Renew(t.Context(), app, func(context.Context, wxup.Token) (wxup.Token, error) { return wxup.Token{}, failed }); err != failed {
			t.Errorf("got %v", err)
		}
		for range 2 {
			token, err := store.Renew(t.Context(), app, func(_ context.Context, kept wxup.Token) (wxup.Token, error) { return kept, nil })
			if token.Value != "20" || err != nil {
				t.Errorf("got %v, %v", token, err)
			}
		}
	})
}

// Who is too slow loses the lease: what he has got may be dead, so he hands out what the next one
// has kept.
func TestLostLease(t *testing.T) {
	eachDatabase(t, func(t *testing.T, db database) {
		slow, fast := &tokenstore.SQL{DB: db.DB}, &tokenstore.SQL{DB: db.DB, Lease: time.Millisecond}
		calls := 0
		token, err := slow.Renew(t.Context(), app, func(ctx context.Context, kept wxup.Token) (wxup.Token, error) {
			if calls++; calls == 2 {
				return kept, nil
			}
			token, err := fast.Renew(ctx, app, func(_ context.Context, kept wxup.Token) (wxup.Token, error) { return good, nil })
			if err != nil || token.Value != good.Value {
				t.Errorf("the fast one: %v, %v", token, err)
			}
			return wxup.Token{Value: "57_dead", Until: good.Until}, nil
		})
		if err != nil || token.Value != good.Value || calls != 2 {
			t.Errorf("the slow one: %v, %v after %d calls", token, err, calls)
		}
		if token, err := slow.Load(t.Context(), app); token.Value != good.Value || err != nil {
			t.Errorf("kept: %v, %v", token, err)
		}
	})
}

// Several processes that need a token at the same moment ask WeChat for one.
func TestProcesses(t *testing.T) {
	eachDatabase(t, func(t *testing.T, db database) {
		var asked, uploads atomic.Int64
		wechat := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			switch token := fmt.Sprintf("token-%d", asked.Load()); {
			case strings.HasSuffix(r.URL.Path, "/token"):
				fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":7200}`, asked.Add(1))
			case r.URL.Query().Get("access_token") != token:
				io.WriteString(w, `{"errcode":40001,"errmsg":"invalid credential, access_token is invalid or not latest"}`)
			default:
				fmt.Fprintf(w, `{"url":"http://mmbiz.qpic.cn/%d"}`, uploads.Add(1))
			}
		}))
		defer wechat.Close()
		const processes = 3
		var ins []io.WriteCloser
		var outs []io.Reader
		for range processes {
			_, in, out := child(t, "TOKENSTORE_AS=client", "TOKENSTORE_URL="+wechat.URL, "TOKENSTORE_DRIVER="+db.driver, "TOKENSTORE_DSN="+db.dsn)
			ins, outs = append(ins, in), append(outs, out)
		}
		for _, in := range ins {
			in.Write([]byte("\n"))
		}
		for _, out := range outs {
			if text, _ := io.ReadAll(out); !strings.HasPrefix(string(text), "http://mmbiz") {
				t.Errorf("a process says %q", text)
			}
		}
		if asked, uploads := asked.Load(), uploads.Load(); asked != 1 || uploads != processes {
			t.Errorf("%d calls for a token and %d uploads, want 1 and %d", asked, uploads, processes)
		}
	})
}

// A process that is killed while it renews holds nobody up for longer than a lease.
func TestKilledHolder(t *testing.T) {
	eachDatabase(t, func(t *testing.T, db database) {
		p, _, _ := child(t, "TOKENSTORE_AS=holder", "TOKENSTORE_DRIVER="+db.driver, "TOKENSTORE_DSN="+db.dsn)
		store := &tokenstore.SQL{DB: db.DB, Lease: 10 * time.Minute}
		renew := func(context.Context, wxup.Token) (wxup.Token, error) { return good, nil }
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(200*time.Millisecond, cancel) // anything: it would not come in
		if _, err := store.Renew(ctx, app, renew); !errors.Is(err, context.Canceled) {
			t.Errorf("while it is held: %v", err)
		}
		p.Process.Kill()
		p.Wait()
		store.Lease = 50 * time.Millisecond
		if token, err := store.Renew(t.Context(), app, renew); err != nil || token.Value != good.Value {
			t.Errorf("got %v, %v", token, err)
		}
	})
}
