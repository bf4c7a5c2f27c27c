//go:build unix

package source

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"syscall"
)

// mapFile maps the first size bytes of a file into memory, if the system can: then there is no
// system call for each piece, and nothing on the heap. close unmaps and closes the file.
func mapFile(f *os.File, size int64) (m memory, close func() error) {
	b, err := syscall.Mmap(int(f.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, nil
	}
	return &mapped{f, b}, func() error { return errors.Join(syscall.Munmap(b), f.Close()) }
}

// mapped is a file in memory. If the file is cut or its disk cannot be read, the memory faults or,
// up to the end of a page, is zero. Both are errors here, as they are for a file that is read.
type mapped struct {
	f *os.File
	b []byte
}

func (m *mapped) look(f func(b []byte)) error {
	if err := m.touch(f); err != nil {
		return err
	}
	return m.intact()
}

func (m *mapped) ReadAt(p []byte, off int64) (n int, err error) {
	err = m.touch(func(b []byte) { n = copy(p, b[min(off, int64(len(b))):]) })
	if err == nil && off+int64(n) == int64(len(m.b)) {
		err = cmp.Or(m.intact(), io.EOF)
	}
	if err != nil && err != io.EOF {
		n = 0
	}
	return n, err
}

// touch calls f with the memory, and turns a fault into an error.
func (m *mapped) touch(f func(b []byte)) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case interface{ Addr() uintptr }:
			err = io.ErrUnexpectedEOF
		default:
			panic(fault)
		}
	}()
	f(m.b)
	return nil
}

// intact checks that the file is still as long as it was.
func (m *mapped) intact() error {
	info, err := m.f.Stat()
	if err == nil && info.Size() < int64(len(m.b)) {
		err = fmt.Errorf("it has %d of %d bytes left: %w", info.Size(), len(m.b), io.ErrUnexpectedEOF)
	}
	return err
}
