package fit

import (
	"image"
	"io"

	"github.com/wxup/wxup/media"
)

// A Decoder reads a format that package fit does not read itself; package fit/heif has two. Its
// functions must be safe for concurrent use.
type Decoder struct {
	Format media.Format
	// Measure reads the headers. Its error is shown to the user: "the picture is an overlay".
	Measure func(content *io.SectionReader) (Measure, error)
	// Decode decodes the first picture. A picture with transparency is an *image.NRGBA.
	Decode func(io.Reader) (image.Image, error)
}

// Measure is what the headers of a picture say, for a [Decoder].
type Measure struct {
	Width, Height int   // of the picture that Decode returns; it may be smaller
	Peak          int64 // bytes that Decode uses at most, its result included
	Result        int64 // bytes of the result

	Orientation int    // that remains to be applied, as in EXIF, 1 to 8; 0 is 1
	ICC         []byte // the colour profile
	CICP        []byte // or coding-independent code points (ITU-T H.273): primaries, transfer, matrix, full range
	Studio      bool   // Decode returns YCbCr from 16 to 235, not from 0 to 255
	Alpha       bool
	Deep        bool // more than 8 bits a sample
	Animated    bool
	Metadata    []string // kinds of metadata: exif, xmp, thumbnail, …
}
