//go:build !unix

package scratch

import (
	"errors"
	"os"
)

var errTaken = errors.New("another process has it")

// acquire creates the lock file. Windows does not let a file be removed that a process has open:
// that is the lock.
func acquire(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
}

// takeOver removes the lock file of a process that has ended. It fails if the process still runs.
func takeOver(path string) (end func(), err error) {
	return func() {}, os.Remove(path)
}

// owned reports true: on Windows each user has a temporary directory of their own.
func owned(os.FileInfo) bool { return true }
