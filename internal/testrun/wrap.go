package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// markName is set to the run's temporary directory in the environment of all that a run starts.
const markName = "WXUP_TEST_RUN"

// wrap runs a test binary for go test -exec. It gives the binary a temporary directory of its own,
// and fails if the binary leaves a file in it or a process behind.
func wrap(command []string, patience time.Duration) int {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT)
	dir, err := smallDir(os.Getenv(markName))
	if err != nil {
		fmt.Println("make a temporary directory:", err)
		return 1
	}
	letThrough(dir)
	env := slices.DeleteFunc(os.Environ(), func(x string) bool {
		name, _, _ := strings.Cut(x, "=")
		return name == "TMPDIR" || name == "TMP" || name == "TEMP"
	})
	env = append(env, "TMPDIR="+dir, "TMP="+dir, "TEMP="+dir)
	status, err := runAndReap(command[0], command, env, signals)
	if err != nil {
		fmt.Println("run the tests:", err)
		return 1
	}
	for _, p := range wait(patience, descendants) {
		fmt.Printf("left a process behind: %d %.300s\n", p.pid, p.command)
		p.kill()
		status = max(status, 1)
	}
	left := filesIn(dir)
	for _, name := range left[:min(20, len(left))] {
		fmt.Printf("left a file behind: %s\n", name)
		status = max(status, 1)
	}
	if err := os.RemoveAll(dir); err != nil {
		fmt.Println("remove the temporary directory:", err)
		status = max(status, 1)
	}
	return status
}

// smallDir makes a directory with a name of a few letters: tests put sockets into it, whose paths
// may have 100 bytes.
func smallDir(in string) (string, error) {
	for n := 1; ; n++ {
		dir := filepath.Join(in, strconv.Itoa(n))
		if err := os.Mkdir(dir, 0o700); !os.IsExist(err) {
			return dir, err
		}
	}
}

// letThrough lets other users pass through a directory of root's: PostgreSQL does not run as root.
func letThrough(dir string) {
	if os.Getuid() == 0 {
		os.Chmod(dir, 0o711)
	}
}

// wait gives processes some time to end, such as servers to stop, and returns those that have not
// ended.
func wait(patience time.Duration, list func() []process) []process {
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		reap()
		left := list()
		if len(left) == 0 || time.Now().After(deadline) {
			return left
		}
	}
}

// filesIn lists the files and the empty directories below dir, by their relative names.
func filesIn(dir string) []string {
	var found []string
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return nil
		}
		if d.IsDir() {
			if entries, err := os.ReadDir(path); err != nil || len(entries) > 0 {
				return nil
			}
		}
		name, _ := filepath.Rel(dir, path)
		found = append(found, name)
		return nil
	})
	return found
}
