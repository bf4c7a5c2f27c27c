package media

import "fmt"

// A picture beyond one of these limits is refused as [TooBig]: it is small in bytes and still
// overwhelms its decoder.
const (
	MaxPixels   = 50_000_000 // width × height; imgproxy's default (IMGPROXY_MAX_SRC_RESOLUTION, 50 megapixels)
	MaxScans    = 64         // scans of a JPEG; a decoder passes over the whole picture for each (CVE-2019-13960)
	MaxSegments = 4096       // segments of a JPEG or chunks of a PNG; a picture of 2 MB has some hundreds
)

// Kind is why a file was refused. It is an error, so that errors.Is(err, media.TooBig) works.
type Kind string

const (
	NotPicture Kind = "not a picture"     // the first bytes are those of no format that Walk reads
	NotAudio   Kind = "not audio"         // the first bytes are those of no format that WalkAudio reads
	Header     Kind = "unreadable header" // the format is known, but the header does not give the picture's size
	Damaged    Kind = "damaged"           // the header is fine; the rest is cut off or inconsistent
	TooBig     Kind = "too big to decode" // beyond MaxPixels, MaxScans or MaxSegments, or deflated text that is a bomb
)

func (k Kind) Error() string { return string(k) }

// StructureError says what is wrong with a file and where.
//
//	jpeg: damaged: no end marker (at byte 1090)
type StructureError struct {
	Format Format // by the first bytes; may be Unknown
	Kind   Kind
	Offset int64 // how far the file was read, in bytes from its start
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

// damage is the kind of a fault before and after the header was read.
func damage(headerRead bool) Kind {
	if headerRead {
		return Damaged
	}
	return Header
}
