package media

import (
	"bufio"
	"fmt"
	"io"
	"sync"
)

// A picture beyond one of these is refused as [TooBig]: it passes every limit in bytes and still bursts its decoder.
const (
	MaxPixels   = 50_000_000 // width × height; imgproxy's default (IMGPROXY_MAX_SRC_RESOLUTION, 50 megapixels)
	MaxScans    = 64         // passes over a JPEG; a decoder goes over the whole picture for each (CVE-2019-13960)
	MaxSegments = 4096       // segments of a JPEG or chunks of a PNG; a picture of 2 MB has some hundreds
)

// Kind is why a file was refused. It is an error, so that errors.Is(err, media.TooBig) works.
type Kind string

const (
	NotPicture Kind = "not a picture"     // the first bytes are those of no format that is walked
	Header     Kind = "unreadable header" // they are, but what follows does not say how large the picture is
	Damaged    Kind = "damaged"           // the header is fine; the rest is cut off or does not hold together
	TooBig     Kind = "too big to decode" // beyond MaxPixels, MaxScans or MaxSegments, or deflated text that is a bomb
)

func (k Kind) Error() string { return string(k) }

// StructureError says what is wrong with a file and where.
//
//	jpeg: damaged: no end marker (at byte 1090)
type StructureError struct {
	Format Format // what the first bytes say, Unknown if nothing known
	Kind   Kind
	Offset int64 // how far the walk came, in bytes from the start
	Reason string
}

func (e *StructureError) Error() string {
	format := e.Format
	if format == Unknown {
		format = "file"
	}
	return fmt.Sprintf("%s: %s: %s (at byte %d)", format, e.Kind, e.Reason, e.Offset)
}

// Unwrap returns the kind.
func (e *StructureError) Unwrap() error { return e.Kind }

// Info is what a walk learns about a picture.
type Info struct {
	Format        Format
	Width, Height int // in pixels; a JPEG may leave its height open, then it is 0
	Scans         int // JPEG: how many SOS there are
	Segments      int // JPEG: segments; PNG: chunks

	// Unended marks a PNG all of whose picture is there, but whose closing IEND chunk, which holds nothing, is not.
	// Viewers show it like any other; who wants the letter of the standard refuses it.
	Unended bool
}

// Walk reads a picture from r and checks that its structure holds: a header that says a possible size, every segment
// within the file, and the end where it has to be. It never decodes.
//
// It reads r up to the end of the picture and up to 32 KB more, or to the first fault. What r still has then is the
// caller's to drain, for instance with io.Copy(io.Discard, r) where a digest is computed on the way. Bytes behind the
// picture are no fault.
//
// An error is a [*StructureError], or, if r itself failed, that error, wrapped. Info holds what was found until then.
func Walk(r io.Reader) (Info, error) {
	in := readers.Get().(*bufio.Reader)
	in.Reset(r)
	info, err := walk(in)
	in.Reset(nil)
	readers.Put(in)
	return info, err
}

var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 32<<10) }}

// WalkBytes is [Walk] over a file in memory, which is not copied.
func WalkBytes(file []byte) (Info, error) { return walk(&whole{file}) }

func walk(in window) (Info, error) {
	w := walker{in: in}
	err := w.walk()
	return w.Info, err
}

// A window is what can be seen of a file at once: the next 32 KB, in a *bufio.Reader, or all that is left.
type window interface {
	Peek(n int) ([]byte, error)
	Discard(n int) (int, error)
	Buffered() int
}

type whole struct{ left []byte }

func (f *whole) Buffered() int { return len(f.left) }

func (f *whole) Peek(n int) ([]byte, error) {
	if n > len(f.left) {
		return f.left, io.EOF
	}
	return f.left[:n], nil
}

func (f *whole) Discard(n int) (int, error) {
	b, err := f.Peek(n)
	f.left = f.left[len(b):]
	return len(b), err
}

// A walker is one walk in progress: a window over the file and what was found in it.
type walker struct {
	Info
	in     window
	offset int64
	failed error // of the reader, other than io.EOF

	png pngState
}

func (w *walker) walk() error {
	w.Format = Sniff(w.peek(16)) // enough for the three formats walked
	switch w.Format {
	case JPEG:
		return w.walkJPEG()
	case PNG:
		return w.walkPNG()
	case BMP:
		return w.walkBMP()
	}
	head, err := w.in.Peek(SniffLen)
	w.note(err)
	w.Format = Sniff(head)
	switch {
	case len(head) == 0:
		return w.fail(NotPicture, "empty")
	case w.Format == Unknown:
		return w.fail(NotPicture, "no known signature")
	}
	return w.fail(NotPicture, "only jpeg, png and bmp are")
}

// fail returns the verdict, unless the walk ended because the reader failed: then that is the error.
func (w *walker) fail(kind Kind, reason string) error {
	if w.failed != nil {
		return fmt.Errorf("read picture: %w", w.failed)
	}
	return &StructureError{Format: w.Format, Kind: kind, Offset: w.offset, Reason: reason}
}

func (w *walker) note(err error) {
	if err != nil && err != io.EOF {
		w.failed = err
	}
}

// peek returns the next n bytes without consuming them, fewer if the file ends before.
func (w *walker) peek(n int) []byte {
	b, err := w.in.Peek(n)
	w.note(err)
	return b
}

// window returns what can be had without another read, at least one byte unless the file is at its end.
func (w *walker) window() []byte {
	if w.in.Buffered() == 0 {
		w.peek(1)
	}
	return w.peek(w.in.Buffered())
}

// skip consumes n bytes and reports whether there were as many.
func (w *walker) skip(n int64) bool {
	for n > 0 {
		did, err := w.in.Discard(int(min(n, 1<<30)))
		w.offset += int64(did)
		n -= int64(did)
		if err != nil {
			w.note(err)
			return false
		}
	}
	return true
}

// size notes the size of the picture and refuses an impossible or a monstrous one.
func (w *walker) size(width, height int64) error {
	if width <= 0 || height <= 0 {
		return w.fail(Header, reasonSize)
	}
	w.Width, w.Height = int(width), int(height)
	if width > MaxPixels/height {
		return w.fail(TooBig, "more pixels than anyone decodes")
	}
	return nil
}

// segment counts one and refuses too many.
func (w *walker) segment() error {
	if w.Segments++; w.Segments > MaxSegments {
		return w.fail(TooBig, "too many segments")
	}
	return nil
}

const reasonSize = "no width or no height"
