package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/internal/need"
	"github.com/wxup/wxup/sign"
)

// long chooses the long form of some tests; .ci/run and .ci/long set it.
var long = os.Getenv("WXUP_LONG") != ""

// process is the program run for real, as a process of its own.
type process struct {
	dir string
	cmd *exec.Cmd
}

// wxupPath is the path of wxup: the test binary under another name, see TestMain.
func wxupPath(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("wxup")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func start(t testing.TB, dir string, flags ...string) *process {
	t.Helper()
	args := append([]string{"serve", "--data", dir, "--http", "127.0.0.1:0", "--https", "", "--admin", "127.0.0.1:0", "--proxy", "", "--log", "off"}, flags...)
	p := &process{dir, exec.Command(wxupPath(t), args...)}
	env := p.cmd.Env
	if env == nil {
		env = os.Environ()
	}
	p.cmd.Env = append(env, "TMPDIR="+t.TempDir()) // a process that is killed leaves SQLite's files
	var stderr bytes.Buffer
	p.cmd.Stderr = &stderr
	os.Remove(datadir.EnvFile(dir))
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.kill() })
	if !p.up() {
		p.kill()
		t.Fatalf("the server did not come up: %s", stderr.String())
	}
	return p
}

// up waits until the server is up.
func (p *process) up() bool {
	return becomes(func() bool {
		_, err := os.Stat(datadir.EnvFile(p.dir))
		return err == nil
	})
}

// becomes waits up to a minute for something to become true, and reports whether it did.
func becomes(is func() bool) bool {
	for until := time.Now().Add(time.Minute); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			return false
		}
	}
	return true
}

func (p *process) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

func (p *process) vars(t testing.TB) map[string]string {
	vars, err := datadir.ReadEnv(datadir.EnvFile(p.dir))
	if err != nil {
		t.Fatal(err)
	}
	return vars
}

func (p *process) client(t testing.TB, vars map[string]string) *wxup.Client {
	c, err := wxup.FromVariables(func(name string) string { return vars[name] })
	if err != nil {
		t.Fatal(err)
	}
	c.BaseURL, c.Transport = vars["WXUP_HTTP_URL"], &http.Transport{MaxIdleConnsPerHost: 64}
	return c
}

// peak is the most memory that the process has had resident, in bytes.
func (p *process) peak(t testing.TB) int64 {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		need.That(t, false, "/proc", "use Linux")
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kb << 10
		}
	}
	t.Fatal("no VmHWM")
	return 0
}

// unique is a JPEG of n bytes that no other call gives.
func unique(n int) []byte {
	b := padded(n)
	rand.Read(b[6:38]) // inside the comment
	return b
}

// BenchmarkBurst sends 200 uploads of 2 MB at once and prints the most memory that the server had
// resident meanwhile. What does not fit into the budget waits; none may fail.
func BenchmarkBurst(b *testing.B) {
	const callers, size = 200, 2 << 20
	p := start(b, b.TempDir(), "--budget-wait", "60s")
	c := p.client(b, p.vars(b))
	c.SkipVerify = true // the sender shares the machine
	files := make([][]byte, callers)
	for b.Loop() {
		for i := range files {
			files[i] = unique(size)
		}
		var wg sync.WaitGroup
		var failed atomic.Int32
		begun := time.Now()
		for i := range files {
			wg.Go(func() {
				if _, err := c.Upload(b.Context(), wxup.MarketingImage, wxup.Bytes("big.jpg", files[i])); err != nil {
					failed.Add(1)
					b.Log(err)
				}
			})
		}
		wg.Wait()
		if failed.Load() > 0 {
			b.Errorf("%d of %d uploads failed", failed.Load(), callers)
		}
		b.ReportMetric(callers/time.Since(begun).Seconds(), "uploads/s")
	}
	peak := p.peak(b)
	b.ReportMetric(float64(peak)/(1<<20), "peak-MB")
	if peak > 256<<20 {
		b.Errorf("the server had %d MB resident; 256 are allowed", peak/(1<<20))
	}
}

// TestCrowd: what does not fit into the budget in time is told so, in the documented way, and the
// rest is accepted.
func TestCrowd(t *testing.T) {
	t.Parallel()
	p := start(t, t.TempDir(), "--budget", strconv.Itoa(32<<20), "--budget-wait", "1ms")
	c := p.client(t, p.vars(t))
	c.Retry.Attempts = 1
	var accepted, refused atomic.Int32
	upload := func() {
		_, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("big.jpg", unique(2<<20)))
		switch {
		case err == nil:
			accepted.Add(1)
		case errors.Is(err, wxup.TooFrequent):
			refused.Add(1)
		default:
			t.Error(err)
		}
	}
	// How many are there at once depends on the machine.
	for round := 0; round < 20 && (accepted.Load() == 0 || refused.Load() == 0); round++ {
		var wg sync.WaitGroup
		for range 40 {
			wg.Go(upload)
		}
		wg.Wait()
	}
	t.Logf("accepted %d, too frequent %d", accepted.Load(), refused.Load())
	if accepted.Load() == 0 || refused.Load() == 0 {
		t.Error("want some of each")
	}
}

// TestKill kills the server with SIGKILL at random moments while uploads run, over all three APIs
// that need no TLS, and then looks for every upload that was acknowledged: its bytes must be there
// and right. WXUP_LONG=1 kills 100 times.
func TestKill(t *testing.T) {
	need.Time(t)
	t.Parallel()
	kills := 12
	if long {
		kills = 100
	}
	dir := t.TempDir()
	type ack struct{ address, sum string }
	var mu sync.Mutex
	var acks []ack
	count := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(acks)
	}
	for range kills {
		p := start(t, dir)
		vars := p.vars(t)
		c := p.client(t, vars)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Go(func() {
				for ctx.Err() == nil {
					data := unique(1000 + 40000*w)
					ep := []*wxup.Endpoint{wxup.MarketingImage, wxup.MerchantImage, wxup.ArticleImage, wxup.MarketingImage}[w]
					res, err := c.Upload(ctx, ep, wxup.Bytes("photo.jpg", data))
					if err != nil {
						continue
					}
					sum := sha256.Sum256(data)
					path := "/api/v1/media/" + res.MediaID
					if res.URL != "" {
						path = strings.TrimPrefix(res.URL, vars["WXUP_HTTP_URL"])
					}
					mu.Lock()
					acks = append(acks, ack{path, hex.EncodeToString(sum[:])})
					mu.Unlock()
				}
			})
		}
		before := count()
		if !becomes(func() bool { return count() >= before+4 }) {
			t.Error("no upload is acknowledged")
		}
		time.Sleep(mathrand.N(250 * time.Millisecond))
		p.kill()
		cancel()
		wg.Wait()
	}
	p := start(t, dir)
	vars := p.vars(t)
	lost := 0
	for _, a := range acks {
		data, status, err := fetch(at(vars, a.address), vars["WXUP_ADMIN_TOKEN"])
		if sum := sha256.Sum256(data); err != nil || status != 200 || hex.EncodeToString(sum[:]) != a.sum {
			lost++
			t.Errorf("%s: %d, %v", a.address, status, err)
		}
	}
	t.Logf("%d kills, %d acknowledged uploads, %d lost", kills, len(acks), lost)
	if len(acks) < kills {
		t.Errorf("only %d uploads were acknowledged: too few to prove anything", len(acks))
	}
	left, err := filepath.Glob(filepath.Join(dir, "blobs", "*", ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("temporary files were left: %v, %v", left, err)
	}
}

// TestStop sends SIGTERM while uploads run: those under way finish, and nothing that was
// acknowledged is lost.
func TestStop(t *testing.T) {
	need.Time(t)
	t.Parallel()
	dir := t.TempDir()
	for range 4 {
		p := start(t, dir)
		vars := p.vars(t)
		c := p.client(t, vars)
		if _, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("a.jpg", unique(1000))); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		var ok atomic.Int32
		for range 6 {
			wg.Go(func() {
				for ctx.Err() == nil {
					_, err := c.Upload(ctx, wxup.MarketingImage, wxup.Bytes("a.jpg", unique(500_000)))
					var refused *wxup.Error
					switch {
					case err == nil:
						ok.Add(1)
					case errors.As(err, &refused) && !errors.Is(err, wxup.Unavailable):
						t.Error(err)
						return
					default: // no listener any more, or told so
						return
					}
				}
			})
		}
		if !becomes(func() bool { return ok.Load() >= 6 }) {
			t.Error("no upload is acknowledged")
		}
		p.cmd.Process.Signal(os.Interrupt)
		if err := p.cmd.Wait(); err != nil {
			t.Errorf("the server did not stop cleanly: %v", err)
		}
		cancel()
		wg.Wait()
		if _, err := os.Stat(datadir.EnvFile(dir)); err == nil {
			t.Error("wxup.env is still there")
		}
	}
}

// TestPermissions: nothing that the server writes may be read by others, but what it hands out as
// public.
func TestPermissions(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	p := start(t, dir)
	c := p.client(t, p.vars(t))
	if _, err := c.Upload(t.Context(), wxup.MerchantImage, wxup.Bytes("a.jpg", unique(1000))); err != nil {
		t.Fatal(err)
	}
	public := map[string]bool{"ca.pem": true, "ca-bundle.pem": true, "ca-bundle.p12": true, "wxup.ini": true, "apiclient_cert.pem": true, "wechatpay_cert.pem": true, "pub_key.pem": true}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return nil // a temporary file that has gone
		}
		if info.Mode().Perm()&0o077 != 0 && !public[d.Name()] {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	key, err := os.ReadFile(p.vars(t)["WXUP_MCH_KEY_FILE"])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sign.ParsePrivateKey(key); err != nil {
		t.Error(err)
	}
}
