package main

import (
	"bytes"
	"cmp"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/internal/need"
)

// TestMain lets the test binary be the runner, which starts itself for -exec and as guard.
func TestMain(m *testing.M) {
	if os.Getenv("WXUP_TESTRUN_MAIN") == "1" {
		main()
		return
	}
	os.Exit(m.Run())
}

const header = "package p\n\nimport (\n\t\"os\"\n\t\"os/exec\"\n\t\"syscall\"\n\t\"testing\"\n\t\"time\"\n)\n\n" +
	"var _ = []any{os.Exit, exec.Command, syscall.Getpid, time.Sleep}\n\n"

// fixture makes a module whose packages have one test file each, with the given body.
func fixture(t *testing.T, packages map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.com/m\n\ngo 1.26\n")
	write("go.work", "go 1.26\n\nuse .\n")
	for name, body := range packages {
		source, err := format.Source([]byte(header + body))
		if err != nil {
			t.Fatal(err)
		}
		write(filepath.Join(name, "p_test.go"), string(source))
	}
	return dir
}

// testrun returns a command that runs the fixture's tests, with a temporary directory of its own.
func testrun(t *testing.T, dir string, args ...string) (cmd *exec.Cmd, temp string) {
	t.Helper()
	temp = t.TempDir()
	cmd = exec.Command(os.Args[0], append([]string{"-dir", dir, "-patience", "1s"}, args...)...)
	cmd.Env = append(os.Environ(), "WXUP_TESTRUN_MAIN=1", "TMPDIR="+temp, "GOFLAGS=", "CGO_ENABLED="+cmp.Or(os.Getenv("WXUP_TESTRUN_CGO"), "0"))
	return cmd, temp
}

// output runs the fixture's tests and checks that nothing is left of the run.
func output(t *testing.T, packages map[string]string, args ...string) (string, bool) {
	t.Helper()
	cmd, temp := testrun(t, fixture(t, packages), args...)
	out, err := cmd.CombinedOutput()
	if left := filesIn(temp); len(left) > 0 {
		t.Errorf("the run leaves %v", left)
	}
	if err != nil && cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("%v", err)
	}
	return string(out), err == nil
}

// lastTable is the part of the output from the table's head on.
func lastTable(t *testing.T, out string) string {
	t.Helper()
	i := strings.LastIndex(out, "\nmodule ")
	if i < 0 {
		t.Fatalf("no table:\n%s", out)
	}
	return out[i+1:]
}

func TestPass(t *testing.T) {
	t.Setenv("WXUP_REQUIRE_ALL", "") // as anywhere but in CI
	out, ok := output(t, map[string]string{
		"a": `
			func TestA(t *testing.T) { t.Run("x", func(*testing.T) {}) }
			func TestSkip(t *testing.T) { t.Skip("needs zsh: make setup") }
			func TestSkipToo(t *testing.T) { t.Log("first"); t.Skipf("needs zsh: make setup") }
			func TestScript(t *testing.T) { defer t.Log("the course\nof a script"); t.Skip("needs zsh: make setup") }
			func TestOdd(t *testing.T) { t.Skip("not today") }
			func TestTemp(t *testing.T) { os.WriteFile(t.TempDir()+"/x", nil, 0o600) }`,
		"b": `func TestB(t *testing.T) {}`,
	})
	if !ok {
		t.Errorf("fails:\n%s", out)
	}
	table := lastTable(t, out)
	for _, want := range []string{
		"\n.            4       0        4\n", // of both packages
		"                             3  needs zsh: make setup",
		"                             1  not today",
		"without the race detector: ",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
	if !strings.Contains(out, "the slowest packages:\n") {
		t.Errorf("no slowest packages:\n%s", out)
	}
}

// TestFaults: whatever goes wrong in a package fails the run and is named, and the other packages
// run.
func TestFaults(t *testing.T) {
	need.Time(t)
	for _, x := range []struct {
		name, body string
		want       []string
		row        string // passed, failed
		linux      bool
		require    bool
	}{
		{name: "a failing test", body: `func TestX(t *testing.T) { t.Run("sub", func(t *testing.T) { t.Error("wrong value") }) }`,
			want: []string{"FAIL  example.com/m/x TestX/sub\n", "wrong value", "  example.com/m/x TestX/sub\n"}, row: "1       2"},
		{name: "a panic", body: `func TestX(t *testing.T) { panic("at the disco") }`,
			want: []string{"panic: at the disco", "  example.com/m/x TestX\n"}, row: "1       1"},
		{name: "an exit", body: `func TestX(t *testing.T) { os.Exit(3) }`,
			want: []string{"  example.com/m/x TestX (did not end)\n"}, row: "1       1"},
		{name: "a build failure", body: `func TestX(t *testing.T) { undefined() }`,
			want: []string{"undefined: undefined", "  .: go vet\n", "  example.com/m/x\n"}, row: "1       2"},
		{name: "a skip where nothing may be skipped", body: `func TestX(t *testing.T) { t.Skip("needs zsh: make setup") }`,
			require: true, want: []string{"needs zsh: make setup; WXUP_REQUIRE_ALL is set", "  example.com/m/x TestX"}, row: "1       1"},
		{name: "a hang", body: `func TestX(t *testing.T) { select {} }`,
			want: []string{"test timed out after 5s", "  example.com/m/x TestX"}, row: "1       1"},
		{name: "a file", body: `func TestX(t *testing.T) { os.MkdirTemp("", "forgotten") }`,
			want: []string{"left a file behind: forgotten", "  example.com/m/x\n"}, row: "2       1"},
		{name: "a process", linux: true, body: `func TestX(t *testing.T) {
				exec.Command("sleep", "1000").Start()
				exec.Command("sh", "-c", "sleep 1001 & exec sleep 0").Run()
				own := exec.Command("sleep", "1002")
				own.Env, own.SysProcAttr = []string{"PATH=/bin:/usr/bin"}, &syscall.SysProcAttr{Setsid: true}
				own.Start()
			}`,
			want: []string{"left a process behind: ", " sleep 1000\n", " sleep 1001\n", " sleep 1002\n", "  example.com/m/x\n"}, row: "2       1"},
	} {
		t.Run(x.name, func(t *testing.T) {
			if x.linux && len(descendants()) == 0 && len(marked("PATH="+os.Getenv("PATH"))) == 0 {
				t.Skip("processes are found on Linux only")
			}
			t.Setenv("WXUP_REQUIRE_ALL", map[bool]string{true: "1"}[x.require])
			out, ok := output(t, map[string]string{"x": x.body, "y": `func TestY(t *testing.T) {}`}, "-timeout", "5s")
			if ok {
				t.Errorf("passes")
			}
			for _, want := range append(x.want, "ok    example.com/m/y") {
				if !strings.Contains(out, want) {
					t.Errorf("no %q in\n%s", want, out)
				}
			}
			if table := lastTable(t, out); !strings.Contains(table, "\n.            "+x.row+"        0\n") {
				t.Errorf("the table is\n%s", table)
			}
		})
	}
}

// TestDetectorCrash: a package that is killed in native code runs once more, not twice, and only
// with the race detector.
func TestDetectorCrash(t *testing.T) {
	need.Time(t)
	t.Setenv("WXUP_TESTRUN_CGO", "1")
	crash := `os.WriteFile("seen", nil, 0o600)
			os.Stderr.WriteString("SIGSEGV: segmentation violation\nPC=0x437870 m=5 sigcode=1\n")
			os.Exit(2)`
	once := `func TestX(t *testing.T) { if _, err := os.Stat("seen"); err != nil {` + crash + `} }`
	always := `func TestX(t *testing.T) {` + crash + `}`
	detects := raceDetector(t.TempDir()) == nil
	for _, x := range []struct {
		name, body string
		ok         bool
		row        string
	}{{"once", once, detects, "1       0"}, {"always", always, false, "0       1"}} {
		t.Run(x.name, func(t *testing.T) {
			out, ok := output(t, map[string]string{"x": x.body})
			if ok != x.ok {
				t.Errorf("passes: %t, want %t\n%s", ok, x.ok, out)
			}
			if again := strings.Count(out, "again example.com/m/x: "); again > 1 || again == 1 != detects {
				t.Errorf("runs again %d times\n%s", again, out)
			}
			if table := lastTable(t, out); detects && !strings.Contains(table, "\n.            "+x.row+"        0\n") {
				t.Errorf("the table is\n%s", table)
			}
		})
	}
}

// TestInterrupted: nothing is left of a run that is interrupted or killed while a test with a child
// is running.
func TestInterrupted(t *testing.T) {
	need.Time(t)
	if len(marked("PATH="+os.Getenv("PATH"))) == 0 && os.Getenv("PATH") != "" {
		t.Log("processes are found on Linux only")
	}
	for _, signal := range []os.Signal{os.Interrupt, os.Kill} {
		t.Run(signal.String(), func(t *testing.T) {
			cmd, temp := testrun(t, fixture(t, map[string]string{"x": `func TestX(t *testing.T) {
				exec.Command("sleep", "2000").Start()
				os.Stderr.WriteString("the test runs\n")
				select {}
			}`}))
			read, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			cmd.Stdout, cmd.Stderr = write, write
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			write.Close()
			base := waitForBase(t, temp)
			waitFor(t, func() bool { return len(filesIn(base)) > 0 && runs(base, "sleep 2000") })
			cmd.Process.Signal(signal)
			cmd.Wait()
			waitFor(t, func() bool { return len(filesIn(temp)) == 0 && len(marked(markName+"="+base)) == 0 })
			var rest bytes.Buffer
			rest.ReadFrom(read) // ends when no process has the pipe
		})
	}
}

func runs(base, command string) bool {
	for _, p := range marked(markName + "=" + base) {
		if p.command == command {
			return true
		}
	}
	return false
}

// waitFor polls with a bound that only catches hangs.
func waitFor(t *testing.T, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !f(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not happen")
		}
	}
}

// waitForBase returns the temporary directory of the run that puts it into temp.
func waitForBase(t *testing.T, temp string) (base string) {
	t.Helper()
	waitFor(t, func() bool {
		entries, _ := os.ReadDir(temp)
		for _, e := range entries {
			base = filepath.Join(temp, e.Name())
		}
		return base != ""
	})
	return base
}
