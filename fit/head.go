package fit

import (
	"image"
	"io"

	"github.com/wxup/wxup/media"
)

// head is what the headers of a picture say, before anything is decoded.
type head struct {
	format        media.Format
	width, height int             // as stored, of the whole picture
	frame         image.Rectangle // the part of it that has pixels: a frame of a GIF may be smaller
	exif          exif
	turned        bool // there was an EXIF block
	grey          bool // one channel
	cmyk          bool
	alpha         bool // some pixels may be transparent
	deep          bool // 16 bits a sample, reduced to 8
	exact         bool // the format is lossless
	studio        bool // YCbCr from 16 to 235 (WebP), not from 0 to 255 (JPEG)
	animated      bool
	scans         int // JPEG: passes over the picture

	icc    []byte   // the profile, if there is one that can be read
	lost   string   // or why it cannot be read
	tagged *profile // the colours that PNG describes in other ways
	hdr    bool     // PNG's cICP names an HDR curve

	decoder  *Decoder                          // of a format that is not read here
	cannot   error                             // why it cannot be decoded, by its header; metadata can be removed all the same
	removed  []string                          // the kinds of metadata in it
	decoding int64                             // bytes that the decoder uses at its peak, with its result
	decoded  int64                             // bytes of the result
	open     func(*io.SectionReader) io.Reader // the decoder's input; nil is the file
}

func (h *head) has(kind string) {
	for _, k := range h.removed {
		if k == kind {
			return
		}
	}
	h.removed = append(h.removed, kind)
}

func (h *head) exifBlock(b []byte) {
	if !h.turned { // the first of several counts
		h.exif, h.turned = readEXIF(b), true
	}
	h.has("exif")
	if h.exif.location {
		h.has("location")
	}
}

func (h *head) pixels() int64 { return int64(h.width) * int64(h.height) }

// upright returns the dimensions of the picture rotated as EXIF says.
func (h *head) upright() (w, hgt int) {
	if h.exif.orientation >= 5 {
		return h.height, h.width
	}
	return h.width, h.height
}

const trailingKind = "bytes behind the picture"

const exifID = "Exif\x00\x00" // before an EXIF block in a JPEG; some programs write it elsewhere too
