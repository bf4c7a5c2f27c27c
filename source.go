package wxup

import (
	"context"
	"errors"
	"io"
	"path/filepath"

	"github.com/wxup/wxup/internal/source"
)

// Source is a file to upload, made by [File], [Bytes] or [Reader]; its fields may be set
// afterwards.
type Source struct {
	// Name is the file's name; "" is the source's own. What is sent has no directories, quotes and
	// emoji, and a length and a suffix that the endpoint allows.
	Name string
	Meta map[string]string // values of the endpoint's Fields, and others; transaction_id
	Path map[string]string // values of the {segments} of the endpoint's path; sub_mchid

	from  any   // localPath, []byte or io.Reader
	limit int64 // of an io.Reader, in bytes; -1 is all
}

type localPath string

// File is the file at a path. It is read twice, for its digest and to be sent; a pipe is read into
// a temporary file.
func File(path string) Source { return Source{from: localPath(path)} }

// Bytes is a file in memory. Do not change b until the upload has ended.
func Bytes(name string, b []byte) Source { return Source{Name: name, from: b} }

// Reader is the next size bytes of r, or all that are left if size is -1. An [io.Seeker] is read in
// place, and put back; any other r is read into a temporary file.
func Reader(name string, r io.Reader, size int64) Source {
	return Source{Name: name, from: r, limit: size}
}

// name is what the source is called before it is opened.
func (s *Source) name() string {
	if at, ok := s.from.(localPath); ok && s.Name == "" {
		return filepath.Base(string(at))
	}
	return s.Name
}

// open opens the source. If it must be copied into a temporary file, no more than limit bytes are.
func (s *Source) open(ctx context.Context, limit int64) (f *source.File, err error) {
	switch from := s.from.(type) {
	case localPath:
		f, err = source.Open(ctx, string(from), limit)
	case []byte:
		f = source.Bytes(from)
	case io.Reader:
		f, err = source.Reader(ctx, from, s.limit, limit)
	default:
		err = errors.New("the Source is empty: make it with File, Bytes or Reader")
	}
	if e, ok := err.(*source.TooLarge); ok {
		return nil, tooLarge(e.Size, e.Limit)
	}
	return f, err
}
