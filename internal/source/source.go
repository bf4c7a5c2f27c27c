// Package source opens what is to be uploaded, a path, bytes or a reader, as a file of known size
// that can be read from its start as often as need be.
package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// File is an opened source.
type File struct {
	Size  int64
	at    io.ReaderAt
	off   int64
	whole memory // all of it, if it is in memory
	close func() error
}

// TooLarge is the error of a source that has more than Limit bytes.
type TooLarge struct{ Size, Limit int64 } // Size is -1 if it is not known

func (e *TooLarge) Error() string { return fmt.Sprintf("the source has more than %d bytes", e.Limit) }

// Bytes is a file in memory.
func Bytes(b []byte) *File {
	f := &File{close: func() error { return nil }}
	f.Replace(b)
	return f
}

// Replace puts b in the place of the file's bytes. The file must still be closed.
func (f *File) Replace(b []byte) {
	h := heap{bytes.NewReader(b), b}
	f.at, f.off, f.Size, f.whole = h, 0, int64(len(b)), h
}

// Section reads the file.
func (f *File) Section() *io.SectionReader { return io.NewSectionReader(f.at, f.off, f.Size) }

// Head fills p with the first bytes of the file, or as many as it has, and returns them.
func (f *File) Head(p []byte) ([]byte, error) {
	first := p[:min(f.Size, int64(len(p)))]
	n, err := f.at.ReadAt(first, f.off)
	switch {
	case n == len(first):
		return first, nil
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	return nil, err
}

// Look calls f with the whole file if it is in memory, and reports whether it is.
func (f *File) Look(look func(b []byte)) (held bool, err error) {
	if f.whole == nil {
		return false, nil
	}
	return true, f.whole.look(look)
}

// Close frees what the file holds. A seeker is put back where it stood.
func (f *File) Close() error { return f.close() }

// minMapped is the size in bytes from which mapping a file into memory costs less than reading it
// twice.
const minMapped = 256 << 10

// Open opens a path. A file that is not regular, such as a pipe, is copied into a temporary file of
// at most limit bytes.
func Open(ctx context.Context, path string, limit int64) (*File, error) {
	f, err := openFile(ctx, path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case info.IsDir():
		err = fmt.Errorf("%s is a directory", path)
	case !info.Mode().IsRegular():
		defer f.Close()
		return spool(ctx, f, -1, limit)
	default:
		if size := info.Size(); size >= minMapped && size <= limit {
			if m, close := mapFile(f, size); m != nil {
				return &File{Size: size, at: m, whole: m, close: close}, nil
			}
		}
		return &File{Size: info.Size(), at: f, close: f.Close}, nil
	}
	f.Close()
	return nil, err
}

// openFile is os.Open that ends with ctx: opening a named pipe waits for its other end.
func openFile(ctx context.Context, path string) (*os.File, error) {
	if info, err := os.Stat(path); err != nil || info.Mode().IsRegular() || info.IsDir() {
		return os.Open(path)
	}
	var f *os.File
	err := await(ctx, func() (err error) {
		f, err = os.Open(path)
		return err
	}, func() { f.Close() })
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Reader opens the next size bytes of r, or all that are left if size is -1. An [io.Seeker] is read
// where it is, others are copied into a temporary file of at most limit bytes.
func Reader(ctx context.Context, r io.Reader, size, limit int64) (*File, error) {
	seeker, ok := r.(io.Seeker)
	if f, isFile := r.(*os.File); isFile { // a device may seem to be empty
		info, err := f.Stat()
		ok = err != nil || info.Mode().IsRegular()
	}
	if !ok {
		return spool(ctx, r, size, limit)
	}
	off, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil { // a pipe in an *os.File
		return spool(ctx, r, size, limit)
	}
	end, err := seeker.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("find the source's size: %w", err)
	}
	switch left := end - off; {
	case size < 0:
		size = left
	case size > left:
		return nil, fmt.Errorf("the source has %d bytes, not %d: %w", left, size, io.ErrUnexpectedEOF)
	}
	at, ok := r.(io.ReaderAt)
	if !ok {
		at = &seekerAt{r: r, seeker: seeker}
	}
	return &File{Size: size, at: bounded(ctx, at), off: off, close: func() error {
		if s, ok := at.(*seekerAt); ok {
			return s.rewind(off)
		}
		_, err := seeker.Seek(off, io.SeekStart)
		return err
	}}, nil
}

// spool copies r into a temporary file.
func spool(ctx context.Context, r io.Reader, size, limit int64) (*File, error) {
	if size > limit {
		return nil, &TooLarge{size, limit}
	}
	f, err := os.CreateTemp("", "wxup-*")
	if err != nil {
		return nil, fmt.Errorf("keep the source in a temporary file: %w", err)
	}
	gone := os.Remove(f.Name()) == nil // if an open file cannot be removed, it is removed when it is closed
	closed := func() error {
		err := f.Close()
		if !gone {
			err = errors.Join(err, os.Remove(f.Name()))
		}
		return err
	}
	most := size
	if size < 0 {
		most = max(limit, limit+1) // one more tells that there is more
	}
	n, err := io.Copy(f, io.LimitReader(&patientReader{ctx: ctx, r: r}, most))
	switch {
	case err != nil:
		err = fmt.Errorf("read the source: %w", err)
	case n < size:
		err = fmt.Errorf("the source ended after %d of %d bytes: %w", n, size, io.ErrUnexpectedEOF)
	case n > limit:
		err = &TooLarge{-1, limit}
	}
	if err != nil {
		closed()
		return nil, err
	}
	return &File{Size: n, at: f, close: closed}, nil
}
