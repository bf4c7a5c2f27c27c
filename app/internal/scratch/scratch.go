// Package scratch makes temporary directories for secrets and removes those of processes that were
// killed.
//
// Each directory holds a lock file that its process keeps open and locked. The system releases the
// lock when the process ends, however it ends. That is how [New] tells directories in use from
// those that a killed process left.
package scratch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// lockName is the name of the lock file in each directory.
const lockName = ".in-use"

// unlockedFor is the age from which a directory without a lock file counts as left behind. A
// younger one may belong to a process that is about to create the file.
const unlockedFor = time.Hour

// Dir is a temporary directory in use by this process.
type Dir struct {
	Path string
	lock *os.File
}

// New makes a directory with mode 0700 in the system's temporary directory. Its name is the given
// one, a hyphen and a random number. New first removes the directories of that name that belong to
// this user and whose process has ended.
func New(name string) (*Dir, error) {
	sweep(name + "-")
	for range 3 {
		path, err := os.MkdirTemp("", name+"-")
		if err != nil {
			return nil, err
		}
		lock, err := acquire(filepath.Join(path, lockName))
		if err == nil {
			return &Dir{path, lock}, nil
		}
		os.RemoveAll(path)
		if !errors.Is(err, errTaken) && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		// Another process took the new directory for one that was left behind.
	}
	return nil, fmt.Errorf("other processes keep removing new directories in %s", os.TempDir())
}

// Remove removes the directory and all it holds.
func (d *Dir) Remove() error {
	d.lock.Close() // Windows removes no file that is open
	return os.RemoveAll(d.Path)
}

// sweep removes the directories that processes of this user left behind.
func sweep(prefix string) {
	entries, _ := os.ReadDir(os.TempDir())
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		if info, err := e.Info(); err == nil && owned(info) {
			removeLeft(filepath.Join(os.TempDir(), e.Name()), info.ModTime())
		}
	}
}

// removeLeft removes a directory unless a process has it in use.
func removeLeft(path string, changed time.Time) {
	end, err := takeOver(filepath.Join(path, lockName))
	switch {
	case err == nil:
		defer end()
	case !errors.Is(err, os.ErrNotExist) || time.Since(changed) < unlockedFor:
		return
	}
	os.RemoveAll(path)
}
