package fit

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"

	"github.com/wxup/wxup"
)

// A WebP (RFC 9649) is a RIFF file: chunks of name 4, size 4, data, and a byte of padding where the
// size is odd. All numbers are little-endian.
//
//	'RIFF' size 4 'WEBP'   'VP8 ' …                           lossy
//	                       'VP8L' …                           lossless
//	                       'VP8X' …  ICCP  ALPH  VP8  EXIF    with profile, transparency, metadata
//	                       'VP8X' …  ANIM  ANMF (ALPH VP8) …  an animation
//
// The decoder does not support animations, so it gets the first picture as a file of its own.
type webpPicture struct {
	alpha, pixels section
	lossless      bool
	w, h          int
}

type section struct{ at, size int64 }

func (h *head) webp(r *reader) error {
	if err := r.skip(12); err != nil {
		return err
	}
	var pic webpPicture
	end := r.size
	for r.at+8 <= end && !(pic.pixels.size > 0 && h.animated) {
		name, s, err := webpChunk(r)
		if err != nil {
			return err
		}
		switch name {
		case "VP8X":
			b := make([]byte, 10)
			if err := r.take(b); err != nil {
				return err
			}
			h.animated = b[0]&2 != 0
			h.width, h.height = int(uint24(b[4:]))+1, int(uint24(b[7:]))+1
		case "ANMF": // X 3  Y 3  width-1 3  height-1 3  duration 3  flags 1, and the picture's chunks
			b := make([]byte, 16)
			if err := r.take(b); err != nil {
				return err
			}
			h.animated = true
			x, y := 2*int(uint24(b)), 2*int(uint24(b[3:]))
			h.frame = image.Rect(x, y, x+int(uint24(b[6:]))+1, y+int(uint24(b[9:]))+1)
			continue // into the chunk
		case "ICCP":
			if s.size > iccMost {
				h.lost = "it has more than 4 MB"
				break
			}
			b := make([]byte, s.size)
			if err := r.take(b); err != nil {
				return err
			}
			h.icc = b
		case "EXIF":
			b := make([]byte, min(s.size, 64<<10))
			if err := r.take(b); err != nil {
				return err
			}
			h.exifBlock(bytes.TrimPrefix(b, []byte(exifID)))
		case "XMP ":
			h.has("xmp")
		case "ALPH":
			if pic.alpha.size == 0 {
				pic.alpha = s
			}
		case "VP8 ", "VP8L":
			if pic.pixels.size > 0 {
				break
			}
			pic.pixels, pic.lossless = s, name == "VP8L"
			b := make([]byte, min(s.size, 10))
			if err := r.take(b); err != nil {
				return err
			}
			if err := h.webpFrame(b, &pic); err != nil {
				return err
			}
		}
		if err := r.skip(s.at + s.size + s.size&1 - r.at); err != nil && s.at+s.size > r.size {
			return cannot(wxup.NotImage, "webp: the file is cut off; get it again")
		}
	}
	if pic.pixels.size == 0 {
		return cannot(wxup.NotImage, "webp: it contains no picture")
	}
	if pic.alpha.at+pic.alpha.size > r.size || pic.pixels.at+pic.pixels.size > r.size {
		return cannot(wxup.NotImage, "webp: the file is cut off; get it again")
	}
	return h.webpMemory(&pic)
}

func webpChunk(r *reader) (name string, s section, err error) {
	var b [8]byte
	if err := r.take(b[:]); err != nil {
		return "", s, err
	}
	return string(b[:4]), section{r.at, int64(binary.LittleEndian.Uint32(b[4:]))}, nil
}

// webpFrame reads the dimensions in the picture's own header, which must be those of the file.
//
//	VP8:  frame tag 3  9D 01 2A  width 14 bits, scale 2  height 14 bits, scale 2
//	VP8L: 2F  width-1 14 bits  height-1 14 bits  alpha 1 bit  version 3 bits
func (h *head) webpFrame(b []byte, pic *webpPicture) error {
	if pic.lossless {
		if len(b) < 5 || b[0] != 0x2F {
			return cannot(wxup.NotImage, "webp: its picture has no readable header")
		}
		bits := binary.LittleEndian.Uint32(b[1:])
		pic.w, pic.h = int(bits&0x3FFF)+1, int(bits>>14&0x3FFF)+1
		h.alpha = bits>>28&1 != 0
		h.exact = true
	} else {
		if len(b) < 10 || string(b[3:6]) != "\x9D\x01\x2A" {
			return cannot(wxup.NotImage, "webp: its picture has no readable header")
		}
		pic.w, pic.h = int(binary.LittleEndian.Uint16(b[6:])&0x3FFF), int(binary.LittleEndian.Uint16(b[8:])&0x3FFF)
		h.alpha = pic.alpha.size > 0
		h.studio = true
	}
	if h.width == 0 {
		h.width, h.height = pic.w, pic.h
	}
	if h.frame.Empty() {
		h.frame = image.Rect(0, 0, h.width, h.height)
	}
	if h.frame.Size() != (image.Point{pic.w, pic.h}) || !h.frame.In(image.Rect(0, 0, h.width, h.height)) {
		return cannot(wxup.NotImage, "webp: its picture does not have the dimensions that the file states")
	}
	return nil
}

// webpMemory computes what x/image allocates, and sets its input.
func (h *head) webpMemory(pic *webpPicture) error {
	pixels := int64(pic.w) * int64(pic.h)
	if pic.lossless {
		h.decoded = 4 * pixels
		h.decoding = vp8lMemory(pixels, pic.pixels.size)
	} else {
		blocks := int64(pic.w+15) / 16 * (int64(pic.h+15) / 16)
		h.decoded = blocks * 384
		h.decoding = h.decoded + blocks*16 + pic.pixels.size
		if pic.alpha.size > 0 {
			h.decoded += pixels
			h.decoding = max(h.decoding+pixels, pixels+vp8lMemory(pixels, pic.alpha.size))
		}
	}
	if h.frame != image.Rect(0, 0, h.width, h.height) {
		h.alpha = true
	}
	h.open = func(content *io.SectionReader) io.Reader { return pic.file(content) }
	return nil
}

// vp8lMemory returns what a lossless picture uses: its pixels, a copy for a transform, and Huffman
// trees, 2600 groups of up to 53 KB, limited by the size of the data.
func vp8lMemory(pixels, size int64) int64 {
	return 8*pixels + 8<<20 + min(140<<20, 32*size)
}

// file returns the picture as a file of its own.
func (pic *webpPicture) file(content *io.SectionReader) io.Reader {
	var body []io.Reader
	var size int64
	add := func(name string, s section) {
		head := binary.LittleEndian.AppendUint32([]byte(name), uint32(s.size))
		body = append(body, bytes.NewReader(head), io.NewSectionReader(content, s.at, s.size))
		if s.size&1 != 0 {
			body = append(body, bytes.NewReader([]byte{0}))
		}
		size += 8 + s.size + s.size&1
	}
	start := []byte("RIFF....WEBP")
	if pic.alpha.size > 0 && !pic.lossless {
		start = append(start, "VP8X\x0A\x00\x00\x00\x10\x00\x00\x00"...)
		w, h := uint32(pic.w-1), uint32(pic.h-1)
		start = append(start, byte(w), byte(w>>8), byte(w>>16), byte(h), byte(h>>8), byte(h>>16))
		add("ALPH", pic.alpha)
	}
	name := "VP8 "
	if pic.lossless {
		name = "VP8L"
	}
	add(name, pic.pixels)
	binary.LittleEndian.PutUint32(start[4:], uint32(size+int64(len(start))-8))
	return io.MultiReader(append([]io.Reader{bytes.NewReader(start)}, body...)...)
}

func uint24(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }
