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
	"github.com/wxup/wxup/sign"
)

// process is the program run for real, as a process of its own.
type process struct {
	dir string
	cmd *exec.Cmd
}

var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "wxup-test")
	if err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "wxup"), ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return filepath.Join(dir, "wxup"), nil
})

func start(t testing.TB, dir string, flags ...string) *process {
	t.Helper()
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"serve", "--data", dir, "--http", "127.0.0.1:0", "--https", "", "--proxy", "", "--log", "off"}, flags...)
	p := &process{dir, exec.Command(program, args...)}
	var stderr bytes.Buffer
	p.cmd.Stderr = &stderr
	os.Remove(envFile(dir))
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.kill() })
	for range 400 {
		if _, err := os.Stat(envFile(dir)); err == nil {
			return p
		}
		time.Sleep(25 * time.Millisecond)
	}
	p.kill()
	t.Fatalf("the server did not come up: %s", stderr.String())
	return nil
}

func (p *process) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

func (p *process) vars(t testing.TB) map[string]string {
	vars, err := readEnv(envFile(p.dir))
	if err != nil {
		t.Fatal(err)
	}
	return vars
}

func (p *process) client(t testing.TB, vars map[string]string) *wxup.Client {
	m, err := merchantFrom(func(name string) string { return vars[name] }, wxup.PayV3)
	if err != nil {
		t.Fatal(err)
	}
	return &wxup.Client{
		BaseURL: vars["WXUP_HTTP_URL"], Merchant: m, App: &wxup.App{AppID: vars["WXUP_APPID"], Secret: vars["WXUP_APPSECRET"], Stable: true},
		Transport: &http.Transport{MaxIdleConnsPerHost: 64},
	}
}

// peak is the most memory that the process has had resident, in bytes.
func (p *process) peak(t testing.TB) int64 {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Skipf("SKIPPED: the peak of memory is read from /proc: %v", err)
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

// BenchmarkBurst sends 200 uploads of 2 MB at once and prints the most memory that the server had resident meanwhile.
// What does not fit into the budget waits; none may fail.
func BenchmarkBurst(b *testing.B) {
	const callers, size = 200, 2 * wxup.MB
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
	b.ReportMetric(float64(peak)/wxup.MB, "peak-MB")
	if peak > 256*wxup.MB {
		b.Errorf("the server had %d MB resident; 256 are allowed", peak/wxup.MB)
	}
}

// TestCrowd: what does not fit into the budget in time is told so, in the documented way, and the rest is accepted.
func TestCrowd(t *testing.T) {
	p := start(t, t.TempDir(), "--budget", strconv.Itoa(6*wxup.MB), "--budget-wait", "1ms")
	c := p.client(t, p.vars(t))
	c.Retry.Attempts = 1
	var accepted, refused atomic.Int32
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			_, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("big.jpg", unique(2*wxup.MB)))
			switch {
			case err == nil:
				accepted.Add(1)
			case errors.Is(err, wxup.TooFrequent):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	t.Logf("accepted %d, too frequent %d", accepted.Load(), refused.Load())
	if accepted.Load() == 0 || refused.Load() == 0 {
		t.Error("want some of each")
	}
}

// TestKill kills the server with SIGKILL at random moments while uploads run, over all three APIs that need no TLS, and
// then looks for every upload that was acknowledged: its bytes must be there and right. WXUP_LONG=1 kills 100 times.
func TestKill(t *testing.T) {
	kills := 12
	if os.Getenv("WXUP_LONG") != "" {
		kills = 100
	}
	dir := t.TempDir()
	type ack struct{ address, sum string }
	var mu sync.Mutex
	var acks []ack
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
					ep := []wxup.Endpoint{wxup.MarketingImage, wxup.MerchantImage, wxup.ArticleImage, wxup.MarketingImage}[w]
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
		b := make([]byte, 1)
		rand.Read(b)
		time.Sleep(150*time.Millisecond + time.Duration(b[0])*time.Millisecond)
		p.kill()
		cancel()
		wg.Wait()
	}
	p := start(t, dir)
	vars := p.vars(t)
	lost := 0
	for _, a := range acks {
		data, status, err := fetch(vars["WXUP_HTTP_URL"]+a.address, vars["WXUP_ADMIN_TOKEN"])
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

// TestStop sends SIGTERM while uploads run: those under way finish, and nothing that was acknowledged is lost.
func TestStop(t *testing.T) {
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
		time.Sleep(200 * time.Millisecond)
		p.cmd.Process.Signal(os.Interrupt)
		if err := p.cmd.Wait(); err != nil {
			t.Errorf("the server did not stop cleanly: %v", err)
		}
		cancel()
		wg.Wait()
		if ok.Load() == 0 {
			t.Error("no upload ran")
		}
		if _, err := os.Stat(envFile(dir)); err == nil {
			t.Error("wxup.env is still there")
		}
	}
}

// TestPermissions: nothing that the server writes may be read by others, but what it hands out as public.
func TestPermissions(t *testing.T) {
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
