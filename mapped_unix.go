//go:build unix

package wxup

import (
	"cmp"
	"errors"
	"fmt"
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
	m := &mapped{f, b}
	c.at, c.whole, c.close = m, m, func() error { return errors.Join(syscall.Munmap(b), f.Close()) }
}

// mapped is a file in memory. Where the file is no longer so long, or its disk cannot be read, memory is not there, or, up to
// the end of a page, zero: that is an error here, as it is of a file that is read.
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

// touch is whatever reads the memory.
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

// intact reports whether the file is as long as it was.
func (m *mapped) intact() error {
	info, err := m.f.Stat()
	if err == nil && info.Size() < int64(len(m.b)) {
		err = fmt.Errorf("it has %d of %d bytes left: %w", info.Size(), len(m.b), io.ErrUnexpectedEOF)
	}
	return err
}
