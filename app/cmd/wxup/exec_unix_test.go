//go:build unix

package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wxup/wxup/app/child"
	"github.com/wxup/wxup/internal/need"
)

// running is a wxup exec whose command waits until its standard input ends, and then ends with
// status 3.
type running struct {
	*exec.Cmd
	tmp   string // its temporary directory
	stdin io.Closer
	out   *os.File // its standard output and standard error
}

func startExec(t *testing.T, tmp string) *running {
	t.Helper()
	in, stdin, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r := &running{exec.Command(wxupPath(t), "exec", "--", "sh", "-c", `echo $WXUP_MCH_KEY_FILE; read line; exit 3`), tmp, stdin, out}
	r.Dir, r.Env = t.TempDir(), append(os.Environ(), "TMPDIR="+tmp, "WXUP_DATA=", "WXUP_CONFIG=off", "WXUP_LANG=en")
	r.Stdin, r.Stdout, r.Stderr = in, w, w
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	w.Close()
	t.Cleanup(func() { stdin.Close(); out.Close(); r.Process.Kill(); r.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, tmp) {
		t.Fatalf("the private key is in %q, not in %s: %v", line, tmp, err)
	}
	return r
}

// silent reports whether wxup and its command have ended within a minute: nobody can write to their
// output any more.
func (r *running) silent() bool {
	r.out.SetReadDeadline(time.Now().Add(time.Minute))
	_, err := io.Copy(io.Discard, r.out)
	return err == nil
}

func (r *running) left() []string {
	left, _ := filepath.Glob(filepath.Join(r.tmp, "*"))
	return left
}

// TestExecLeavesNothing: whatever signal comes, neither the directory with private keys nor the
// command is left.
func TestExecLeavesNothing(t *testing.T) {
	for name, x := range map[string]struct {
		do     func(r *running)
		status int
	}{
		"SIGINT":  {func(r *running) { r.Process.Signal(syscall.SIGINT) }, child.Signaled + int(syscall.SIGINT)},
		"SIGTERM": {func(r *running) { r.Process.Signal(syscall.SIGTERM) }, child.Signaled + int(syscall.SIGTERM)},
		"SIGHUP":  {func(r *running) { r.Process.Signal(syscall.SIGHUP) }, child.Signaled + int(syscall.SIGHUP)},
		"SIGQUIT": {func(r *running) { r.Process.Signal(syscall.SIGQUIT) }, child.Signaled + int(syscall.SIGQUIT)},
		// What wxup has to say about the command meets a pipe that nobody reads.
		"SIGPIPE": {func(r *running) { r.out.Close(); r.stdin.Close() }, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startExec(t, t.TempDir())
			x.do(r)
			r.Wait()
			if status := r.ProcessState.ExitCode(); status != x.status {
				t.Errorf("status %d (%v), want %d", status, r.ProcessState, x.status)
			}
			if left := r.left(); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			if name != "SIGPIPE" && !r.silent() {
				t.Error("the command still runs")
			}
		})
	}
}

// TestExecKilled: SIGKILL leaves a directory with private keys; the next wxup exec removes it, and
// no other.
func TestExecKilled(t *testing.T) {
	need.Time(t)
	t.Parallel()
	tmp := t.TempDir()
	killed, lives := startExec(t, tmp), startExec(t, tmp)
	killed.Process.Kill()
	killed.Wait()
	if left := killed.left(); len(left) != 2 {
		t.Errorf("before the next start there are %v, want two directories", left)
	}
	if runtime.GOOS == "linux" && !killed.silent() {
		t.Error("its command still runs")
	}
	next := startExec(t, tmp)
	if left := killed.left(); len(left) != 2 {
		t.Errorf("after it there are %v, want two directories", left)
	}
	for _, r := range []*running{lives, next} {
		r.stdin.Close()
		if r.Wait(); r.ProcessState.ExitCode() != 3 {
			t.Errorf("one that lives ends with %v", r.ProcessState)
		}
	}
	if left := killed.left(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestExecEarlySignal: a signal that comes while the server starts.
func TestExecEarlySignal(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			tmp := t.TempDir()
			cmd := exec.Command(wxupPath(t), "exec", "--", "sh", "-c", "read line") // it does not end by itself
			cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), "TMPDIR="+tmp, "WXUP_DATA=", "WXUP_CONFIG=off")
			if _, err := cmd.StdinPipe(); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { cmd.Process.Kill() })
			left := func() []string { list, _ := filepath.Glob(filepath.Join(tmp, "*")); return list }
			if !becomes(func() bool { return len(left()) > 0 }) {
				t.Fatal("no directory is made")
			}
			cmd.Process.Signal(s)
			cmd.Wait()
			if status := cmd.ProcessState.ExitCode(); status != exitStopped && status != child.Signaled+int(s) {
				t.Errorf("%v", cmd.ProcessState)
			}
			if list := left(); len(list) > 0 {
				t.Errorf("left behind: %v", list)
			}
		})
	}
}
