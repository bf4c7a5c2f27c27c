//go:build unix

package wxup

import (
	"errors"
	"io"
	"os"
	"runtime/debug"
	"syscall"
)

// mapFile reads the content from the file mapped into memory, if that can be done: not a call of the system for each piece,
// and nothing on the heap.
func (c *content) mapFile(f *os.File) {
	b, err := syscall.Mmap(int(f.Fd()), 0, int(c.size), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return
	}
	c.at, c.close = &mapped{f, b}, func() error { return errors.Join(syscall.Munmap(b), f.Close()) }
}

// mapped is a file in memory, as long as it was when it was mapped.
type mapped struct {
	f *os.File
	b []byte
}

// ReadAt fails as a file's does where the file is no longer so long, or its disk cannot be read: memory is then not there,
// or, up to the end of a page, zero.
func (m *mapped) ReadAt(p []byte, off int64) (n int, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if recover() != nil {
			n, err = 0, io.ErrUnexpectedEOF
		}
	}()
	n = copy(p, m.b[min(off, int64(len(m.b))):])
	if off+int64(n) < int64(len(m.b)) {
		return n, nil
	}
	if info, err := m.f.Stat(); err != nil || info.Size() < int64(len(m.b)) {
		return 0, errors.Join(err, io.ErrUnexpectedEOF)
	}
	return n, io.EOF
}
