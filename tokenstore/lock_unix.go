//go:build unix && !aix && (!solaris || illumos)

package tokenstore

import (
	"errors"
	"os"
	"syscall"
)

// tryLock locks an open file for its process and all others; false is: somebody else has.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return false, nil
	}
	return err == nil, err
}
