//go:build unix

package scratch

import (
	"errors"
	"os"
	"syscall"
)

var errTaken = errors.New("another process has it")

// acquire creates a lock file and locks it.
func acquire(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	if err := flock(f); err != nil {
		f.Close()
		return nil, err
	}
	// Between the two steps another process may have locked the file, removed it, and ended.
	if _, err := os.Stat(path); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// takeOver locks the file of a process that has ended. It fails if the process still runs.
func takeOver(path string) (end func(), err error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if err := flock(f); err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}

func flock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == syscall.EWOULDBLOCK {
		return errTaken
	}
	return err
}

// owned reports whether a file belongs to the user of this process.
func owned(info os.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid()
}
