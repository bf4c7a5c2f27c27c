package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/internal/need"
)

// TestOrder watches the system calls of one upload: what makes it survive a loss of power must have
// happened before the answer is sent. kill -9 cannot show this, as it leaves the kernel's cache
// alone.
//
//	the temporary file is synced → renamed → its directory synced → the index's log synced → HTTP 200
func TestOrder(t *testing.T) {
	t.Parallel()
	strace := need.Program(t, "strace", need.Setup)
	dir, trace := t.TempDir(), filepath.Join(t.TempDir(), "trace")
	cmd := exec.Command(strace, "-f", "-y", "-e", "trace=write,fsync,fdatasync,renameat,renameat2", "-o", trace,
		wxupPath(t), "serve", "--data", dir, "--http", "127.0.0.1:0", "--https", "", "--admin", "127.0.0.1:0", "--proxy", "", "--log", "off")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{dir, cmd}
	defer p.kill()
	if !p.up() {
		t.Fatal("the server did not come up")
	}
	c := p.client(t, p.vars(t))
	for i := range 3 {
		if _, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("a.jpg", unique(20000+i))); err != nil {
			t.Fatal(err)
		}
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", cmd.Process.Pid, cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(children))) // strace keeps signals to itself
	if err != nil {
		t.Fatal(err)
	}
	syscall.Kill(pid, syscall.SIGTERM)
	p.cmd.Wait()

	f, err := os.Open(trace)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	steps := []struct{ name, pattern string }{
		{"the file is synced", `fsync\(\d+<[^>]*/blobs/tmp/[^>]+>`},
		{"it is renamed", `renameat2?\(.*/blobs/tmp>`},
		{"its directory is synced", `fsync\(\d+<[^>]*/blobs/[0-9a-f]{2}>`},
		{"the index's log is synced", `f(data)?sync\(\d+<[^>]*/index\.db-wal>`},
		{"the answer is sent", `write\(\d+<(TCP|socket):.*"HTTP/1\.1 200`},
	}
	next, uploads := 0, 0
	var seen []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		for i, s := range steps {
			if !regexp.MustCompile(s.pattern).MatchString(line) {
				continue
			}
			seen = append(seen, fmt.Sprintf("%d %.150s", i, line))
			switch {
			case i == next:
				next = (next + 1) % len(steps)
				if next == 0 {
					uploads++
				}
			case i == len(steps)-1:
				t.Fatalf("the answer was sent before %s:\n%s", steps[next].name, strings.Join(seen, "\n"))
			}
		}
	}
	if uploads != 3 {
		t.Errorf("saw %d whole uploads, want 3:\n%s", uploads, strings.Join(seen, "\n"))
	}
}
