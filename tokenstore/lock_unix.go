//go:build unix && !aix && (!solaris || illumos)

package tokenstore

import (
	"errors"
	"os"
	"syscall"
)

// tryLock locks an open file against other openings of it, in any process. It reports false if
// another one holds the lock.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return false, nil
	}
	return err == nil, err
}
