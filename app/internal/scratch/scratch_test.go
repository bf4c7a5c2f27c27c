package scratch

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// helper is the variable that makes this test binary a process that has a directory and waits to be
// killed.
const helper = "SCRATCH_TEST_HELPER"

func TestMain(m *testing.M) {
	if os.Getenv(helper) == "" {
		os.Exit(m.Run())
	}
	d, err := New("keys")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(d.Path)
	os.Stdin.Read(make([]byte, 1))
	d.Remove()
}

// user starts a process that has a directory, and returns the directory, how to kill the process,
// and how to end it.
func user(t *testing.T) (dir string, kill, end func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helper+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	dir = line[:len(line)-1]
	if err := os.WriteFile(filepath.Join(dir, "key.pem"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, func() { cmd.Process.Kill(); cmd.Wait() }, func() { in.Close(); cmd.Wait() }
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// temporary gives the test a temporary directory of its own.
func temporary(t *testing.T) string {
	dir := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, dir)
	}
	return dir
}

// TestKilled: a killed process leaves its directory, and the next process removes it; those in use
// stay.
func TestKilled(t *testing.T) {
	temporary(t)
	killed, kill, _ := user(t)
	used, _, end := user(t)
	kill()
	if !exists(killed) || !exists(used) {
		t.Fatal("the directories are not there")
	}
	d, err := New("keys")
	if err != nil {
		t.Fatal(err)
	}
	if exists(killed) {
		t.Error("the directory of the killed process stays")
	}
	if !exists(filepath.Join(used, "key.pem")) {
		t.Error("the directory of a running process was removed")
	}
	info, err := os.Stat(d.Path)
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := d.Remove(); err != nil || exists(d.Path) {
		t.Errorf("Remove: %v", err)
	}
	end()
	if exists(used) {
		t.Error("a process that ends by itself leaves its directory")
	}
}

// TestOthers: what is not known to be left behind stays.
func TestOthers(t *testing.T) {
	tmp := temporary(t)
	at := func(name string) string { return filepath.Join(tmp, name) }
	mkdir := func(path string) {
		t.Helper()
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	// without makes a directory without a lock file that was last changed some time ago.
	without := func(name string, ago time.Duration) {
		t.Helper()
		mkdir(at(name))
		if err := os.Chtimes(at(name), time.Time{}, time.Now().Add(-ago)); err != nil {
			t.Fatal(err)
		}
	}
	without("keys-1", 2*unlockedFor)
	without("keys-2", 0)
	without("other-3", 2*unlockedFor)
	if err := os.WriteFile(at("keys-4"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	mkdir(at("target"))
	if err := os.WriteFile(filepath.Join(at("target"), lockName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	symlinks := os.Symlink(at("target"), at("keys-5")) == nil
	var foreign bool
	if os.Geteuid() == 0 { // the directory of another user, with a lock that nobody holds
		mkdir(at("keys-6"))
		if err := os.WriteFile(filepath.Join(at("keys-6"), lockName), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		foreign = os.Chown(at("keys-6"), 65534, 65534) == nil
	}
	d, err := New("keys")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Remove()
	for name, want := range map[string]bool{
		"keys-1": false, "keys-2": true, "other-3": true, "keys-4": true, "keys-5": symlinks, "target": true, "keys-6": foreign,
	} {
		if got := exists(at(name)); got != want {
			t.Errorf("%s exists: %v, want %v", name, got, want)
		}
	}
}

// TestMany: processes that start at once do not take each other's new directories.
func TestMany(t *testing.T) {
	temporary(t)
	const n = 8
	dirs := make(chan *Dir)
	for range n {
		go func() {
			d, err := New("keys")
			if err != nil {
				t.Error(err)
			}
			dirs <- d
		}()
	}
	var all []*Dir
	for range n {
		all = append(all, <-dirs)
	}
	for _, d := range all {
		if d == nil {
			continue
		}
		if !exists(filepath.Join(d.Path, lockName)) {
			t.Errorf("%s was removed", d.Path)
		}
		if err := d.Remove(); err != nil {
			t.Error(err)
		}
	}
}
