//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package fsblob

import (
	"os"
	"syscall"
)

// lockFile takes a lock that ends with the process, however that ends.
func lockFile(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

func syncDir(dir *os.File) error { return dir.Sync() }
