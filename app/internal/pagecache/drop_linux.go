package pagecache

import (
	"os"

	"golang.org/x/sys/unix"
)

// Drop forgets what is held of an open file.
func Drop(f *os.File) error { return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED) }
