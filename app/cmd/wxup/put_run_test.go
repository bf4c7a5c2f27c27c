package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/wxup/wxup/app/internal/shellword"
	"github.com/wxup/wxup/internal/need"
)

// road stands before a real server: it counts the uploads by their files' names, and may keep them
// waiting.
type road struct {
	URL string

	mu       sync.Mutex
	answered map[string]int // uploads that were accepted, by file name
	tries    int
	open     int        // connections of clients
	closed   *sync.Cond // one of them was

	gate func(name string) // called before an upload is passed on; nil lets all through
	fail func(try int) bool
}

func newRoad(t testing.TB, to string) *road {
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	rd := &road{answered: map[string]int{}}
	rd.closed = sync.NewCond(&rd.mu)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorLog = log.New(io.Discard, "", 0) // that of clients which were killed
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client has gone
		}
		name := fileIn(r.Header.Get("Content-Type"), body)
		rd.mu.Lock()
		rd.tries++
		try, gate, fail := rd.tries, rd.gate, rd.fail
		rd.mu.Unlock()
		if gate != nil {
			gate(name)
		}
		if fail != nil && fail(try) {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.Host = target.Host
		rec := httptest.NewRecorder()
		proxy.ServeHTTP(rec, r)
		if rec.Code == 200 {
			rd.mu.Lock()
			rd.answered[name]++
			rd.mu.Unlock()
		}
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.Code)
		w.Write(rec.Body.Bytes())
	}))
	srv.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		rd.mu.Lock()
		defer rd.mu.Unlock()
		switch state {
		case http.StateNew:
			rd.open++
		case http.StateClosed:
			rd.open--
			rd.closed.Broadcast()
		}
	}
	srv.Start()
	rd.URL = srv.URL
	t.Cleanup(srv.Close)
	return rd
}

// fileIn is the name of the file in an upload's body.
func fileIn(contentType string, body []byte) string {
	_, params, _ := mime.ParseMediaType(contentType)
	for parts := multipart.NewReader(bytes.NewReader(body), params["boundary"]); ; {
		part, err := parts.NextPart()
		if err != nil {
			return ""
		}
		if part.FileName() != "" {
			return part.FileName()
		}
	}
}

// onArrival and failing say what happens to uploads from now on; nil is nothing.
func (rd *road) onArrival(gate func(name string)) {
	rd.mu.Lock()
	defer rd.mu.Unlock()
	rd.gate = gate
}

func (rd *road) failing(fail func(try int) bool) {
	rd.mu.Lock()
	defer rd.mu.Unlock()
	rd.fail = fail
}

// forget begins to count anew, and gives what was counted. It is for when the clients have ended;
// what one that was killed had under way still counts.
func (rd *road) forget() (answered map[string]int, tries int) {
	rd.mu.Lock()
	defer rd.mu.Unlock()
	for rd.open > 0 {
		rd.closed.Wait()
	}
	answered, tries = rd.answered, rd.tries
	rd.answered, rd.tries = map[string]int{}, 0
	return answered, tries
}

// accepted is how many uploads were accepted, of all files together. A try that was refused for a
// moment, as a busy server may do, is none.
func accepted(answered map[string]int) (n int) {
	for _, times := range answered {
		n += times
	}
	return n
}

// fileSize is that of the pictures of a shop, in bytes.
const fileSize = 3000

// shop is a server, the road to it, and a directory of pictures.
type shop struct {
	t      testing.TB
	road   *road
	data   string
	dir    string
	ledger string
}

func newShop(t testing.TB, files int) *shop {
	t.Helper()
	data := t.TempDir()
	p := start(t, data)
	s := &shop{t: t, road: newRoad(t, p.vars(t)["WXUP_HTTP_URL"]), data: data, dir: t.TempDir(), ledger: filepath.Join(t.TempDir(), "ledger.db")}
	for i := range files {
		if err := os.WriteFile(filepath.Join(s.dir, fmt.Sprintf("p%04d.jpg", i)), unique(fileSize), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// put makes a command of it: wxup put DIR --to marketing --json and so on.
func (s *shop) put(args ...string) *exec.Cmd {
	cmd := exec.Command(wxupPath(s.t), append([]string{"put", s.dir, "--to", "marketing", "--data", s.data, "--server", s.road.URL, "--config", "off", "--ledger", s.ledger, "--json"}, args...)...)
	cmd.Env = append(os.Environ(), "WXUP_LANG=en")
	return cmd
}

// lines are the lines of put --json, by file.
func lines(t testing.TB, out []byte) map[string]uploadedLine {
	t.Helper()
	got := map[string]uploadedLine{}
	for line := range bytes.Lines(out) {
		var u struct {
			uploadedLine
			Error *refusal `json:"error"`
		}
		if err := json.Unmarshal(line, &u); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if u.Error != nil {
			t.Errorf("%s: %s", u.File, u.Error.Message)
			continue
		}
		got[filepath.Base(u.File)] = u.uploadedLine
	}
	return got
}

func (s *shop) mustPut(args ...string) map[string]uploadedLine {
	s.t.Helper()
	cmd := s.put(args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("put %v: %v\n%s", args, err, stderr.String())
	}
	return lines(s.t, out)
}

// TestThousands: a folder of files goes up once; the second run makes no call at all; what is
// changed goes up again. WXUP_LONG=1 makes it 2,000 files instead of 200 and, without the race
// detector, bounds the memory.
func TestThousands(t *testing.T) {
	need.Time(t)
	t.Parallel()
	files := 200
	if long {
		files = 2000
	}
	s := newShop(t, files)
	first := s.put()
	pipe, err := first.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	var peak int64
	n := 0
	for out := bufio.NewScanner(pipe); out.Scan(); {
		told.WriteString(out.Text() + "\n")
		if n++; n%100 == 0 { // while it runs: afterwards the system no longer knows
			peak = max(peak, peakOf(first))
		}
	}
	if err := first.Wait(); err != nil {
		t.Fatal(err)
	}
	if got := lines(t, told.Bytes()); len(got) != files {
		t.Fatalf("%d files have a line", len(got))
	}
	if answered, _ := s.road.forget(); len(answered) != files || accepted(answered) != files {
		t.Errorf("%d files were accepted, in %d uploads", len(answered), accepted(answered))
	}
	second := s.mustPut()
	cached := 0
	for name, u := range second {
		if u.Cached && strings.HasPrefix(u.URL, "http") && u.SHA256 != "" && u.Bytes == fileSize {
			cached++
		} else {
			t.Fatalf("%s: %+v", name, u)
		}
	}
	if _, tries := s.road.forget(); tries != 0 || cached != files {
		t.Errorf("the second run made %d calls; %d files were remembered", tries, cached)
	}
	os.WriteFile(filepath.Join(s.dir, "p0007.jpg"), unique(fileSize), 0o644)
	s.mustPut()
	if answered, _ := s.road.forget(); accepted(answered) != 1 || answered["p0007.jpg"] != 1 {
		t.Errorf("after a change these were sent: %v", answered)
	}
	if runtime.GOOS == "linux" {
		t.Logf("%d files: the most memory was %d MB", files, peak>>20)
		if long && !raceEnabled && (peak == 0 || peak > 128<<20) {
			t.Errorf("%d MB are too much, or not measured", peak>>20)
		}
	}
}

// peakOf is the most memory that a running process has had resident, in bytes; 0 if it is not
// known.
func peakOf(cmd *exec.Cmd) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	var kb int64
	fmt.Sscan(rest, &kb)
	return kb << 10
}

// TestKilledRun kills the program with SIGKILL in the middle, again and again, until it comes to
// its end: no file is lost, and none that it has told of is sent again.
func TestKilledRun(t *testing.T) {
	need.Time(t)
	t.Parallel()
	const files = 120
	s := newShop(t, files)
	told := map[string]bool{}
	kills := 0
	for {
		cmd := s.put("--parallel", "4")
		pipe, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		n, fresh := 0, map[string]bool{}
		for out := bufio.NewScanner(pipe); out.Scan(); {
			for name, u := range lines(t, out.Bytes()) {
				n++
				if !u.Cached {
					fresh[name] = true
				}
			}
			if len(fresh) == 23 {
				cmd.Process.Kill()
			}
		}
		ended := cmd.Wait()
		answered, _ := s.road.forget()
		for name, times := range answered {
			if told[name] {
				t.Errorf("%s was told of before run %d was killed, and sent again", name, kills)
			}
			if times > 1 {
				t.Errorf("%s was sent %d times in one run", name, times)
			}
		}
		for name := range fresh {
			told[name] = true
		}
		if ended == nil {
			if n != files {
				t.Errorf("the last run told of %d files, not %d", n, files)
			}
			break
		}
		if kills++; kills > files {
			t.Fatal("it never came to its end")
		}
	}
	if kills < 3 {
		t.Errorf("it was killed %d times only: that proves little", kills)
	}
	t.Logf("%d kills", kills)
	s.mustPut()
	if _, tries := s.road.forget(); tries != 0 {
		t.Errorf("%d calls after all was done", tries)
	}
}

// TestTwoRunsAtOnce: two processes with the same files and the same ledger both come to their end,
// and both know all.
func TestTwoRunsAtOnce(t *testing.T) {
	need.Time(t)
	t.Parallel()
	const files = 100
	s := newShop(t, files)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			cmd := s.put()
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err != nil {
				t.Errorf("%v: %s", err, stderr.String())
				return
			}
			if got := lines(t, out); len(got) != files {
				t.Errorf("%d files have a line", len(got))
			}
		})
	}
	wg.Wait()
	answered, _ := s.road.forget()
	if n := accepted(answered); len(answered) != files || n > 2*files {
		t.Errorf("%d uploads of %d files", n, files)
	}
	t.Logf("%d uploads of twice %d files", accepted(answered), files)
	s.mustPut()
	if _, tries := s.road.forget(); tries != 0 {
		t.Errorf("%d calls after all was done", tries)
	}
}

// TestStopOnce: the first Ctrl-C lets those finish that are being sent, says how many are left and
// how to go on; the next run sends these, and no others.
func TestStopOnce(t *testing.T) {
	t.Parallel()
	need.That(t, runtime.GOOS != "windows", "signals", "use Unix")
	const files = 30
	s := newShop(t, files)
	arrived, open := make(chan string, files), make(chan struct{})
	s.road.onArrival(func(name string) { arrived <- name; <-open })
	cmd := s.put("--parallel", "3")
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-arrived
	<-arrived
	<-arrived
	cmd.Process.Signal(os.Interrupt)
	said := bufio.NewScanner(stderr)
	var text strings.Builder
	for said.Scan() {
		fmt.Fprintln(&text, said.Text())
		if strings.Contains(said.Text(), "are finished first") {
			close(open)
		}
	}
	err = cmd.Wait()
	if status := cmd.ProcessState.ExitCode(); status != exitStopped {
		t.Errorf("exit status %d, %v: %s", status, err, text.String())
	}
	got := lines(t, stdout.Bytes())
	answered, _ := s.road.forget()
	if len(got) < 3 || len(got) >= files || len(answered) != len(got) {
		t.Errorf("%d files were answered, %d have a line", len(answered), len(got))
	}
	if want := fmt.Sprintf("%d of %d files left; the same command continues", files-len(got), files); !strings.Contains(text.String(), want) {
		t.Errorf("it does not say %q: %s", want, text.String())
	}
	s.road.onArrival(nil)
	if rest := s.mustPut(); len(rest) != files {
		t.Errorf("%d files have a line in the second run", len(rest))
	}
	if again, _ := s.road.forget(); len(again) != files-len(got) || accepted(again) != len(again) {
		t.Errorf("the second run has uploaded %v; %d files were left", again, files-len(got))
	}
}

// TestStopTwice: the second Ctrl-C ends the program even if the server never answers.
func TestStopTwice(t *testing.T) {
	t.Parallel()
	need.That(t, runtime.GOOS != "windows", "signals", "use Unix")
	s := newShop(t, 5)
	arrived, open := make(chan string, 100), make(chan struct{})
	defer close(open)
	s.road.onArrival(func(name string) { arrived <- name; <-open })
	cmd := s.put("--parallel", "2")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-arrived
	cmd.Process.Signal(os.Interrupt)
	var text strings.Builder
	for said := bufio.NewScanner(stderr); said.Scan(); {
		fmt.Fprintln(&text, said.Text())
		if strings.Contains(said.Text(), "Ctrl-C again stops at once") {
			cmd.Process.Signal(os.Interrupt)
		}
	}
	cmd.Wait()
	if status := cmd.ProcessState.ExitCode(); status != exitStopped || !strings.Contains(text.String(), "5 of 5 files left") {
		t.Errorf("exit status %d: %s", status, text.String())
	}
}

// TestPausedRunStops: a run that only waits for its quota ends at the first Ctrl-C.
func TestPausedRunStops(t *testing.T) {
	t.Parallel()
	need.That(t, runtime.GOOS != "windows", "signals", "use Unix")
	s := newShop(t, 5)
	cmd := s.put("--rate", "1/h", "--verbose", "--json=false")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(stderr)
	cmd.Wait()
	// A quota of an hour is not waited for: the client says when there is room again.
	if status := cmd.ProcessState.ExitCode(); status != exitRefused || !strings.Contains(string(text), "the next call may be made at") {
		t.Errorf("exit status %d: %s", status, text)
	}
	s.ledger = "off"
	cmd = s.put("--rate", "1/m", "--verbose")
	if stderr, err = cmd.StderrPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := false
	for said := bufio.NewScanner(stderr); said.Scan(); {
		if strings.Contains(said.Text(), "waiting") && !stopped {
			stopped = true
			cmd.Process.Signal(os.Interrupt)
		}
	}
	cmd.Wait()
	if status := cmd.ProcessState.ExitCode(); status != exitStopped || !stopped {
		t.Errorf("exit status %d, stopped %v", status, stopped)
	}
}

// TestStuckRunStops: one Ctrl-C, or the signal of timeout(1), also ends a run that waits for a pipe
// into which nobody writes.
func TestStuckRunStops(t *testing.T) {
	need.Time(t)
	t.Parallel()
	need.That(t, runtime.GOOS != "windows", "signals", "use Unix")
	s := newShop(t, 1)
	pipe := filepath.Join(t.TempDir(), "pipe.jpg")
	if out, err := exec.Command("mkfifo", pipe).CombinedOutput(); err != nil {
		t.Fatalf("mkfifo: %v: %s", err, out)
	}
	put := s.put(pipe)
	dry := exec.Command(put.Path, "put", "--dry-run", filepath.Join(s.dir, "p0000.jpg"), pipe, "--to", "marketing", "--config", "off")
	for _, x := range []struct {
		cmd  *exec.Cmd
		said string
	}{{put, "1 of 2 files left"}, {dry, ""}} {
		var stderr bytes.Buffer
		x.cmd.Stderr = &stderr
		stdout, err := x.cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := x.cmd.Start(); err != nil {
			t.Fatal(err)
		}
		said := bufio.NewReader(stdout)
		said.ReadString('\n') // of the file that is none
		x.cmd.Process.Signal(syscall.SIGTERM)
		late := time.AfterFunc(time.Minute, func() { x.cmd.Process.Kill() })
		rest, _ := io.ReadAll(said)
		x.cmd.Wait()
		late.Stop()
		if status := x.cmd.ProcessState.ExitCode(); status != exitStopped || !strings.Contains(stderr.String(), x.said) {
			t.Errorf("%v: exit status %d: %s%s", x.cmd.Args[1], status, stderr.String(), rest)
		}
	}
}

// TestRetriesAreSaid: with -v each try is on standard error; --retries 0 makes none.
func TestRetriesAreSaid(t *testing.T) {
	t.Parallel()
	s := newShop(t, 1)
	s.road.failing(func(try int) bool { return try == 1 })
	cmd := s.put("--verbose")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if out, err := cmd.Output(); err != nil || len(lines(t, out)) != 1 {
		t.Errorf("%v: %s", err, stderr.String())
	}
	if !strings.Contains(stderr.String(), "p0000.jpg: try 2 of 5") || !strings.Contains(stderr.String(), "503") {
		t.Errorf("said: %s", stderr.String())
	}
	s.road.forget()
	s.road.failing(func(int) bool { return true })
	cmd = s.put("--again", "--retries", "0")
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != exitRefused {
		t.Error(err)
	}
	if _, tries := s.road.forget(); tries != 1 {
		t.Errorf("%d tries with --retries 0", tries)
	}
}

// TestSlowTry: a try that takes longer than --timeout is given up, and the file tried again.
func TestSlowTry(t *testing.T) {
	t.Parallel()
	s := newShop(t, 1)
	open := make(chan struct{})
	defer close(open)
	var first atomic.Bool
	s.road.onArrival(func(string) {
		if first.CompareAndSwap(false, true) {
			<-open
		}
	})
	cmd := s.put("--timeout", "3s", "--verbose")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || len(lines(t, out)) != 1 || !strings.Contains(stderr.String(), "nothing was answered within 3s") {
		t.Errorf("%v: %s", err, stderr.String())
	}
}

// TestBars looks at what a terminal gets: script (of util-linux) makes one.
func TestBars(t *testing.T) {
	need.Time(t)
	t.Parallel()
	script := need.Program(t, "script", "install util-linux")
	need.That(t, runtime.GOOS == "linux", "script of util-linux", "use Linux")
	bash := need.Program(t, "bash", need.Setup) // reads the quoted words
	s := newShop(t, 2)
	odd := filepath.Join(t.TempDir(), "图片\x1b[31m.jpg")
	os.WriteFile(odd, unique(fileSize), 0o644)
	run := func(env ...string) string {
		open := make(chan struct{})
		release := sync.OnceFunc(func() { close(open) })
		defer release()
		s.road.onArrival(func(string) { <-open })
		cmd := s.put(odd, "--again", "--json=false")
		for i, a := range cmd.Args {
			cmd.Args[i] = shellword.Quote(a)
		}
		tty := exec.Command(script, "-qec", "stty cols 120 rows 30; "+strings.Join(cmd.Args, " "), "/dev/null")
		tty.Env = append(append(os.Environ(), "WXUP_LANG=en", "TERM=xterm", "NO_COLOR=", "SHELL="+bash), env...)
		out, err := tty.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := tty.Start(); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(env, "TERM=dumb") {
			release()
		}
		defer time.AfterFunc(time.Minute, release).Stop() // no bars
		var all bytes.Buffer
		for b := make([]byte, 4096); ; {
			n, err := out.Read(b)
			all.Write(b[:n])
			if strings.Contains(all.String(), "0 of 3 files") { // the bars are there: go on
				release()
			}
			if err != nil {
				break
			}
		}
		if err := tty.Wait(); err != nil {
			t.Errorf("%v: %s", err, all.String())
		}
		return all.String()
	}
	text := run()
	for _, want := range []string{"0 of 3 files ", "p0000.jpg ", "▕", "KB", "marketing ", "uploaded", "\x1b[2m"} {
		if !strings.Contains(text, want) {
			t.Errorf("the terminal does not get %q:\n%q", want, text)
		}
	}
	if strings.Contains(text, "图片\x1b[31m") {
		t.Errorf("a file's name reaches the terminal as it is: %q", text)
	}
	if text := run("NO_COLOR=1"); strings.Contains(text, "\x1b[2m") || strings.Contains(text, "\x1b[31m") {
		t.Errorf("colours in spite of NO_COLOR: %q", text)
	}
	if text := run("TERM=dumb"); strings.Contains(text, "\x1b") || strings.Contains(text, "▕") {
		t.Errorf("a dumb terminal gets %q", text)
	}
}

// TestQuiet: nothing but results.
func TestQuiet(t *testing.T) {
	t.Parallel()
	s := newShop(t, 3)
	os.WriteFile(filepath.Join(s.dir, "notes.txt"), nil, 0o644)
	var stderr bytes.Buffer
	cmd := s.put("--quiet", "--json=false")
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || bytes.Count(out, []byte("\n")) != 3 || stderr.Len() > 0 {
		t.Errorf("%v: %s%s", err, out, stderr.String())
	}
}
