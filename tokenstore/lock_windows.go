package tokenstore

import (
	"errors"
	"os"
	"syscall"
	"unsafe"
)

var lockFileEx = syscall.NewLazyDLL("kernel32.dll").NewProc("LockFileEx")

// https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-lockfileex
const (
	failImmediately = 1
	exclusive       = 2
	errLockViolated = syscall.Errno(33)
)

// tryLock locks an open file against other openings of it, in any process. It reports false if
// another one holds the lock.
func tryLock(f *os.File) (bool, error) {
	var at syscall.Overlapped
	ok, _, err := lockFileEx.Call(f.Fd(), exclusive|failImmediately, 0, 1, 0, uintptr(unsafe.Pointer(&at)))
	if ok != 0 {
		return true, nil
	}
	if errors.Is(err, errLockViolated) || errors.Is(err, syscall.ERROR_IO_PENDING) {
		return false, nil
	}
	return false, err
}
