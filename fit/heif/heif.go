// Package heif decodes HEIC, the pictures of iPhones, and AVIF for package fit. Build with the tag
// nodynamic:
//
//	go build -tags nodynamic
//
//	fitter := fit.New(fit.Options{Decoders: heif.Decoders()})
//
// Without the tag Decoders returns nothing, and fit answers as it does without this package. The
// tag is that of the decoders, [github.com/gen2brain/heic] and [github.com/gen2brain/avif]: without
// it they would load libheif and libavif of the system where these are installed, and a static
// binary would become a dynamic one. With it they run WebAssembly (libde265, libaom) in
// [github.com/tetratelabs/wazero], without cgo.
//
// # Bounds
//
// Dimensions, the tiles of a grid, profile and rotation are read from the container, and the memory
// that decoding needs is computed from them before a decoder sees the file; see Options.Memory of
// package fit. HEIC needs 24 bytes a pixel, 300 MB for 12 megapixels; AVIF 72, so that the default
// of 512 MB suffices for 6 megapixels. The compressed picture itself may claim other dimensions
// than its container: WebAssembly's 4 GB are the bound then. A decoder that runs is not interrupted
// when the context ends. The first picture of each format takes a second more, to compile the
// decoder.
//
// Supported are pictures of one item or a grid of items, of 8, 10 and 12 bits a sample; HEIC from
// 128×128 pixels. HEIC's transparency is ignored.
package heif

import (
	"errors"
	"fmt"
	"io"

	"github.com/wxup/wxup/fit"
)

// compiled is what a compiled decoder uses, in bytes.
const compiled = 48 << 20

// measureHEIC computes what decoding takes. libheif applies the rotation itself.
func measureHEIC(content *io.SectionReader) (fit.Measure, error) {
	c, err := readContainer(content)
	if err != nil {
		return fit.Measure{}, err
	}
	if min(c.width, c.height) < 128 { // the decoder misreads planes of less than 64 columns
		return fit.Measure{}, fmt.Errorf("it has %d×%d pixels; at least 128 each are supported", c.width, c.height)
	}
	m, err := c.measure("hvc1", content.Size(), 24)
	if c.rotation%2 == 1 {
		m.Width, m.Height = m.Height, m.Width
	}
	m.Result = 3 * int64(m.Width) * int64(m.Height)
	m.Studio = c.cicp != nil && c.cicp[3] == 0
	return m, err
}

// measureAVIF computes what decoding takes. libavif leaves the rotation to its caller, and converts
// to RGB.
func measureAVIF(content *io.SectionReader) (fit.Measure, error) {
	c, err := readContainer(content)
	if err != nil {
		return fit.Measure{}, err
	}
	if c.mirrored {
		return fit.Measure{}, errors.New("it is mirrored, which is not supported")
	}
	perPixel := int64(72)
	if c.bits > 8 {
		perPixel = 120
	}
	m, err := c.measure("av01", content.Size(), perPixel)
	m.Result = 4 * int64(m.Width) * int64(m.Height)
	m.Alpha = c.alpha
	m.Orientation = [4]int{1, 8, 3, 6}[c.rotation]
	return m, err
}

func (c *container) measure(kind string, fileSize, perPixel int64) (fit.Measure, error) {
	if c.kind != kind {
		return fit.Measure{}, fmt.Errorf("its picture is of the unsupported kind %.4q", c.kind)
	}
	return fit.Measure{
		Width: int(c.width), Height: int(c.height),
		Peak: compiled + 3*fileSize + perPixel*max(c.coded, c.width*c.height),
		ICC:  c.icc, CICP: c.cicp, Deep: c.bits > 8, Metadata: c.metadata,
	}, nil
}
