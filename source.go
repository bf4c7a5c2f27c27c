package wxup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// Source is a file to upload, made by [File], [Bytes] or [Reader]. The exported fields may be set afterwards:
//
//	src := wxup.File("/tmp/upload-17")
//	src.Name = "licence.jpg"
type Source struct {
	// Name is the file's name as WeChat is told; "" means the source's own. Directories are taken off it, characters
	// that WeChat does not take (quotes, control characters, emoji and all others of four bytes in UTF-8) are replaced
	// by one that it does, a name that is too long is shortened, and where it does not end in a suffix that the endpoint
	// takes, the suffix of the content is put after it. Result.Name is the name that was sent.
	Name string
	// Meta holds the values of the endpoint's own meta fields (Endpoint.Fields), such as transaction_id. Fields that the
	// row does not list are sent too. PayV2 and Account have no meta: there these are fields of the form.
	Meta map[string]string
	// Path fills the {segments} of the endpoint's path, such as sub_mchid.
	Path map[string]string

	from  any   // localPath, []byte or io.Reader
	limit int64 // how many bytes of an io.Reader; -1 is all
}

type localPath string

// worthMapping is the size of a file, in bytes, from where on it costs less to map it into memory than to read it twice.
const worthMapping = 256 << 10

// File is the file at a path. It is opened when the upload begins, and read twice: once to check and digest it, once to
// send it. Whoever changes it in between gets [BadDigest] from the server. From 256 KB on it is mapped into memory where the
// system can do so. What is no regular file (a pipe) is read once into a temporary file.
func File(path string) Source { return Source{from: localPath(path)} }

// Bytes is a file in memory. It is not copied: leave it alone until the upload has ended.
func Bytes(name string, b []byte) Source {
	return Source{Name: name, from: b}
}

// Reader is the next size bytes of r, or all that are left in it if size is -1. Fewer than size are an error.
//
// An upload needs its file twice, as the digest is sent before it. An r that is an [io.Seeker] is read in place, from
// where it stands, and put back there in the end; do not use it in the meantime. Any other is read once into a temporary
// file, of at most the endpoint's largest size, that is gone when the upload has ended; such a Source is good for one
// upload. r is not closed.
func Reader(name string, r io.Reader, size int64) Source {
	return Source{Name: name, from: r, limit: size}
}

// content is the bytes of an opened Source, which can be read from their start as often as need be, also at once.
type content struct {
	name  string // the source's own, unmended
	at    io.ReaderAt
	off   int64
	size  int64
	whole memory // all of it, if it is in memory
	close func() error
}

// memory is a content that lies in memory.
type memory interface {
	// look shows it to f, which must not keep it, and tells whether it was there to its end all the while.
	look(f func(b []byte)) error
}

// inHeap is one that nobody takes away.
type inHeap []byte

func (b inHeap) look(f func(b []byte)) error {
	f(b)
	return nil
}

func (c *content) reader() io.Reader { return io.NewSectionReader(c.at, c.off, c.size) }

// replace puts other bytes in the place of the content's. What close does stays.
func (c *content) replace(b []byte) {
	c.at, c.off, c.size, c.whole = bytes.NewReader(b), 0, int64(len(b)), inHeap(b)
}

// name is what the source is called before it is opened.
func (s *Source) name() string {
	if at, ok := s.from.(localPath); ok && s.Name == "" {
		return filepath.Base(string(at))
	}
	return s.Name
}

// open makes a Source readable. Where it must be copied into a temporary file, no more than limit bytes are.
func (s *Source) open(ctx context.Context, limit int64) (*content, error) {
	c := &content{name: s.name(), close: func() error { return nil }}
	var err error
	switch from := s.from.(type) {
	case localPath:
		err = c.openFile(ctx, string(from), limit)
	case []byte:
		c.replace(from)
	case io.Reader:
		err = c.openReader(ctx, from, s.limit, limit)
	default:
		err = errors.New("the Source is empty: make it with File, Bytes or Reader")
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (c *content) openFile(ctx context.Context, path string, limit int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	switch {
	case err == nil && info.IsDir():
		err = fmt.Errorf("%s is a directory", path)
	case err == nil && !info.Mode().IsRegular():
		err = c.spool(ctx, f, -1, limit)
	case err == nil:
		c.at, c.size, c.close = f, info.Size(), f.Close
		if c.size >= worthMapping && c.size <= limit {
			c.mapFile(f)
		}
		return nil
	}
	f.Close()
	return err
}

func (c *content) openReader(ctx context.Context, r io.Reader, size, limit int64) error {
	seeker, ok := r.(io.Seeker)
	if f, isFile := r.(*os.File); isFile { // a device may seem to be empty
		info, err := f.Stat()
		ok = err != nil || info.Mode().IsRegular()
	}
	if !ok {
		return c.spool(ctx, r, size, limit)
	}
	off, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil { // a pipe in an *os.File
		return c.spool(ctx, r, size, limit)
	}
	end, err := seeker.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("find the source's size: %w", err)
	}
	switch left := end - off; {
	case size < 0:
		size = left
	case size > left:
		return fmt.Errorf("the source has %d bytes, not %d: %w", left, size, io.ErrUnexpectedEOF)
	}
	if c.at, ok = r.(io.ReaderAt); !ok {
		c.at = &seekerAt{r: r, seeker: seeker}
	}
	c.off, c.size = off, size
	c.close = func() error {
		_, err := seeker.Seek(off, io.SeekStart)
		return err
	}
	return nil
}

// spool copies r into a temporary file.
func (c *content) spool(ctx context.Context, r io.Reader, size, limit int64) error {
	if size > limit {
		return tooLarge(size, limit)
	}
	f, err := os.CreateTemp("", "wxup-*")
	if err != nil {
		return fmt.Errorf("keep the source in a temporary file: %w", err)
	}
	gone := os.Remove(f.Name()) == nil // where a file that is open cannot be removed, it is when it is closed
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
	n, err := io.Copy(f, io.LimitReader(&contextReader{ctx, r}, most))
	switch {
	case err != nil:
		err = fmt.Errorf("read the source: %w", err)
	case n < size:
		err = fmt.Errorf("the source ended after %d of %d bytes: %w", n, size, io.ErrUnexpectedEOF)
	case n > limit:
		err = tooLarge(-1, limit)
	}
	if err != nil {
		closed()
		return err
	}
	c.at, c.size, c.close = f, n, closed
	return nil
}

// seekerAt reads at any place of what can only be read where it stands.
type seekerAt struct {
	mu     sync.Mutex
	r      io.Reader
	seeker io.Seeker
}

func (s *seekerAt) ReadAt(p []byte, off int64) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.seeker.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(s.r, p)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return n, err
}

// contextReader ends when its context does. It is no io.WriterTo, so that copying it uses the copier's buffer.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
