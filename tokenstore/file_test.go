package tokenstore_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/tokenstore"
)

// TestMain lets the test binary be the second process of some tests.
func TestMain(m *testing.M) {
	switch dir := os.Getenv("TOKENSTORE_DIR"); os.Getenv("TOKENSTORE_AS") {
	case "client": // waits for a line, uploads, and prints the URL
		c := client(os.Getenv("TOKENSTORE_URL"), dir)
		fmt.Println("ready")
		os.Stdin.Read(make([]byte, 1))
		res, err := c.Upload(context.Background(), wxup.ArticleImage, wxup.Bytes("a.gif.png", png))
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(res.URL)
	case "holder": // takes the lock and keeps it until it is killed
		store := tokenstore.File{Dir: dir}
		store.Renew(context.Background(), app, func(context.Context, wxup.Token) (wxup.Token, error) {
			fmt.Println("ready")
			select {}
		})
	default:
		os.Exit(m.Run())
	}
}

const app = "https://api.weixin.qq.com/cgi-bin/token wx1"

// png is the smallest picture: one grey pixel.
var png = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82")

func client(url, dir string) *wxup.Client {
	return &wxup.Client{
		BaseURL: url, Auth: &wxup.App{AppID: "wx1", Secret: "s3cr3t", Store: &tokenstore.File{Dir: dir}}, Retry: wxup.Retry{Attempts: 1},
	}
}

// account is api.weixin.qq.com for one app whose newest token alone is good.
type account struct {
	*httptest.Server
	asked   atomic.Int64 // for tokens
	uploads atomic.Int64
}

func newAccount(t *testing.T) *account {
	a := &account{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if strings.HasSuffix(r.URL.Path, "/token") {
			fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":7200}`, a.asked.Add(1))
			return
		}
		if r.URL.Query().Get("access_token") != fmt.Sprintf("token-%d", a.asked.Load()) {
			io.WriteString(w, `{"errcode":40001,"errmsg":"invalid credential, access_token is invalid or not latest"}`)
			return
		}
		fmt.Fprintf(w, `{"url":"http://mmbiz.qpic.cn/%d"}`, a.uploads.Add(1))
	}))
	t.Cleanup(a.Close)
	return a
}

// child starts the test binary as another process, and returns when it says that it is ready.
func child(t *testing.T, as, url, dir string) (p *exec.Cmd, in io.WriteCloser, out io.Reader) {
	t.Helper()
	p = exec.Command(os.Args[0])
	p.Env = append(os.Environ(), "TOKENSTORE_AS="+as, "TOKENSTORE_URL="+url, "TOKENSTORE_DIR="+dir)
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

// Several processes that need a token at the same moment ask WeChat for one.
func TestProcesses(t *testing.T) {
	a, dir := newAccount(t), filepath.Join(t.TempDir(), "new", "tokens")
	const processes = 4
	var ins []io.WriteCloser
	var outs []io.Reader
	for range processes {
		_, in, out := child(t, "client", a.URL, dir)
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
	if asked, uploads := a.asked.Load(), a.uploads.Load(); asked != 1 || uploads != processes {
		t.Errorf("%d calls for a token and %d uploads, want 1 and %d", asked, uploads, processes)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(files) != 2 {
		t.Errorf("in the directory: %v", files)
	}
	if runtime.GOOS == "windows" {
		return
	}
	for _, name := range append(files, dir) {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
}

// A process that is killed while it renews holds nobody up.
func TestKilledHolder(t *testing.T) {
	dir := t.TempDir()
	store := &tokenstore.File{Dir: dir}
	p, _, _ := child(t, "holder", "", dir)
	renew := func(ctx context.Context) (wxup.Token, error) {
		return store.Renew(ctx, app, func(context.Context, wxup.Token) (wxup.Token, error) { return good, nil })
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := renew(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("while it is held: %v", err)
	}
	done := make(chan error)
	go func() {
		token, err := renew(t.Context())
		if token != good {
			err = errors.Join(err, fmt.Errorf("got %v", token))
		}
		done <- err
	}()
	p.Process.Kill()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

var good = wxup.Token{Value: "57_good", Until: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}

// One at a time renews, and each sees what the one before has kept.
func TestFile(t *testing.T) {
	store := &tokenstore.File{Dir: t.TempDir()}
	if token, err := store.Load(t.Context(), app); token != (wxup.Token{}) || err != nil {
		t.Errorf("at first: %v, %v", token, err)
	}
	var inside, calls int
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			_, err := store.Renew(t.Context(), app, func(_ context.Context, kept wxup.Token) (wxup.Token, error) {
				inside++ // the race detector, too, would see two
				defer func() { inside-- }()
				if want := fmt.Sprint(calls); inside != 1 || kept.Value != want && calls > 0 {
					t.Errorf("%d inside, kept %q, want %s", inside, kept.Value, want)
				}
				calls++
				return wxup.Token{Value: fmt.Sprint(calls), Until: good.Until}, nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if token, err := store.Load(t.Context(), app); token.Value != "50" || !token.Until.Equal(good.Until) || err != nil {
		t.Errorf("at last: %v, %v", token, err)
	}
	if token, err := store.Load(t.Context(), app+"2"); token != (wxup.Token{}) || err != nil {
		t.Errorf("another app's: %v, %v", token, err)
	}
	failed := errors.New("no")
	if _, err := store.Renew(t.Context(), app, func(context.Context, wxup.Token) (wxup.Token, error) { return wxup.Token{}, failed }); err != failed {
		t.Errorf("got %v", err)
	}
	if token, _ := store.Load(t.Context(), app); token.Value != "50" {
		t.Errorf("after a renewal that failed: %v", token)
	}
}

// A file that is damaged counts as none, and is replaced.
func TestDamaged(t *testing.T) {
	store := &tokenstore.File{Dir: t.TempDir()}
	renew := func(want string) {
		t.Helper()
		_, err := store.Renew(t.Context(), app, func(_ context.Context, kept wxup.Token) (wxup.Token, error) {
			if kept.Value != want {
				t.Errorf("kept %q, want %q", kept.Value, want)
			}
			return good, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	renew("")
	name, _ := filepath.Glob(filepath.Join(store.Dir, "*.token"))
	text, err := os.ReadFile(name[0])
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(text) - 2 { // without its last brace
		if err := os.WriteFile(name[0], text[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if token, err := store.Load(t.Context(), app); token.Value != "" || err != nil {
			t.Errorf("cut to %d bytes: %v, %v", n, token, err)
		}
	}
	renew("")
	renew("57_good")
}

// A token that cannot be kept is used all the same, and the Client says so.
func TestCannotKeep(t *testing.T) {
	dir := t.TempDir()
	c := client(newAccount(t).URL, dir)
	c.Auth.(*wxup.App).Store = full{&tokenstore.File{Dir: dir}}
	var events []wxup.Event
	c.Observe = func(e wxup.Event) { events = append(events, e) }
	if _, err := c.Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("a.png", png)); err != nil {
		t.Fatal(err)
	}
	if len(events) != 1 || events[0].Kind != wxup.EventStore || !strings.Contains(events[0].String(), "keep the access_token: no space") {
		t.Errorf("got %v", events)
	}
}

// full is a store whose disk is full.
type full struct{ *tokenstore.File }

func (s full) Renew(ctx context.Context, app string, renew func(context.Context, wxup.Token) (wxup.Token, error)) (wxup.Token, error) {
	token, err := s.File.Renew(ctx, app, renew)
	return token, errors.Join(err, errors.New("no space left on device"))
}

// Without a directory to write to there is no sharing, and the error says so instead of throwing
// the others out.
func TestNoDirectory(t *testing.T) {
	a, file := newAccount(t), filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := client(a.URL, filepath.Join(file, "tokens"))
	if _, err := c.Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("a.png", png)); err == nil || a.asked.Load() != 0 {
		t.Errorf("got %v, and %d calls for a token", err, a.asked.Load())
	}
}
