package media

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// A PNG (W3C PNG, third edition) is a signature and a string of chunks. IHDR comes first, IEND last.
//
//	89 'PNG' 0D 0A 1A 0A   length 4  name 4  data…  CRC-32 4   length 4 …
const (
	pngSignature = "\x89PNG\r\n\x1a\n"
	pngHeader    = "\x00\x00\x00\x0DIHDR"
	pngEnd       = "\x00\x00\x00\x00IEND\xAE\x42\x60\x82"
)

// pngState is what a walk over a PNG has to remember from chunk to chunk.
type pngState struct {
	palette   bool  // a PLTE was seen
	data      int64 // bytes of picture, over all IDAT chunks
	first     int64 // length of the first IDAT
	last      int64 // and of the latest
	wrongData bool  // some IDAT has a wrong CRC

	// Text and colour profiles are deflated, and decoders inflate them whole, however large they get.
	inflatable int64 // bytes of such chunks
	count      [256]uint32
}

// walkPNG goes from chunk to chunk until IEND. A wrong CRC is a fault in IHDR only: without a size there is no picture.
// Elsewhere decoders disagree about it, and the digest of the upload already proves that the bytes are the sender's.
// The names and the order of the other chunks are not looked at either; what is not in step ends behind the file.
func (w *walker) walkPNG() error {
	w.skip(int64(len(pngSignature)))
	paletted, err := w.pngHeader()
	if err != nil {
		return err
	}
	p := &w.png
	for {
		b := w.peek(len(pngEnd))
		if len(b) < len(pngEnd) {
			return w.pngCut(b)
		}
		length, name := int64(binary.BigEndian.Uint32(b)), string(b[4:8])
		if length > 1<<31-1 {
			return w.fail(Damaged, "a chunk longer than the standard allows")
		}
		if err := w.segment(); err != nil {
			return err
		}
		switch name {
		case "IHDR":
			return w.fail(Damaged, "a second IHDR")
		case "PLTE":
			p.palette = true
		case "IDAT":
			if paletted && !p.palette {
				return w.fail(Damaged, "no palette")
			}
		}
		right, whole := w.pngChunk(length, w.pngInflates(name))
		if !whole {
			return w.fail(Damaged, "a chunk ends behind the file")
		}
		switch {
		case name == "IDAT":
			if p.data == 0 {
				p.first = length
			}
			p.last = length
			p.data += length
			p.wrongData = p.wrongData || !right
		case name == "IEND":
			return w.pngVerdict()
		}
	}
}

// pngHeader reads the IHDR chunk and reports whether the picture needs a palette.
//
//	width 4  height 4  bit depth 1  colour type 1  compression 1  filter 1  interlace 1
func (w *walker) pngHeader() (paletted bool, err error) {
	b := w.peek(len(pngHeader) + 13 + 4)
	if len(b) < len(pngHeader)+13+4 {
		return false, w.fail(Header, "cut inside IHDR")
	}
	if string(b[:len(pngHeader)]) != pngHeader {
		return false, w.fail(Header, "the first chunk is not IHDR") // Apple's CgBI, for one, which only iOS reads
	}
	h := b[len(pngHeader):]
	width, height := binary.BigEndian.Uint32(h), binary.BigEndian.Uint32(h[4:])
	depth, colour := h[8], h[9]
	switch {
	case !pngDepth(depth, colour):
		return false, w.fail(Header, "no such bit depth and colour type")
	case h[10] != 0 || h[11] != 0 || h[12] > 1:
		return false, w.fail(Header, "no such compression, filter or interlace method")
	case width >= 1<<31 || height >= 1<<31:
		return false, w.fail(Header, "wider or higher than the standard allows")
	case crc32.ChecksumIEEE(b[4:len(pngHeader)+13]) != binary.BigEndian.Uint32(h[13:]):
		return false, w.fail(Header, "wrong CRC of IHDR")
	}
	if err := w.size(int64(width), int64(height)); err != nil {
		return false, err
	}
	w.skip(int64(len(b)))
	return colour == 3, w.segment()
}

// pngDepth reports whether a bit depth is one of those that a colour type allows (table 11.1 of the standard).
func pngDepth(depth, colour byte) bool {
	switch colour {
	case 0: // greyscale
		return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16
	case 3: // palette
		return depth == 1 || depth == 2 || depth == 4 || depth == 8
	case 2, 4, 6: // truecolour, with and without alpha, and greyscale with alpha
		return depth == 8 || depth == 16
	}
	return false
}

// pngInflates reports whether the chunk that comes is one that decoders inflate whole.
func (w *walker) pngInflates(name string) bool {
	switch name {
	case "iCCP", "zTXt":
		return true
	case "iTXt": // keyword (79 bytes at most)  00  compression flag
		b := w.peek(8 + 79 + 2)[8:]
		end := bytes.IndexByte(b, 0)
		return end >= 0 && end+1 < len(b) && b[end+1] == 1
	}
	return false
}

// pngChunk consumes a chunk. It reports whether its CRC is right and whether it was there to its end.
func (w *walker) pngChunk(length int64, inflates bool) (right, whole bool) {
	w.skip(4)
	sum := crc32.Update(0, crc32.IEEETable, w.peek(4))
	w.skip(4)
	for left := length; left > 0; {
		b := w.window()
		if len(b) == 0 {
			return false, false
		}
		b = b[:min(int64(len(b)), left)]
		sum = crc32.Update(sum, crc32.IEEETable, b)
		if inflates {
			w.png.inflatable += int64(len(b))
			for _, c := range b {
				w.png.count[c]++
			}
		}
		w.skip(int64(len(b)))
		left -= int64(len(b))
	}
	b := w.peek(4)
	if len(b) < 4 {
		return false, false
	}
	right = sum == binary.BigEndian.Uint32(b)
	w.skip(4)
	return right, true
}

// pngCut judges a file that ends without IEND, tail being what there is instead. If all else is there the picture is as
// good as whole: the end chunk holds nothing, and viewers do without. That nothing else is missing shows in the CRCs and
// in the size of the last IDAT. A writer fills all of them to the size of its buffer (8 KB of libpng, 32 KB of Go): if
// the last of several is no shorter than the first, or a lone one measures whole kilobytes, more were to come.
func (w *walker) pngCut(tail []byte) error {
	p := &w.png
	last := p.last < p.first
	if p.data == p.first {
		last = p.first%1024 != 0
	}
	if p.data == 0 || p.wrongData || !last || string(tail) != pngEnd[:len(tail)] {
		return w.fail(Damaged, "no IEND")
	}
	w.Unended = true
	return w.pngVerdict()
}

func (w *walker) pngVerdict() error {
	switch {
	case w.failed != nil:
		return w.fail(Damaged, "") // a reader that failed did not reach the end
	case w.png.data == 0:
		return w.fail(Damaged, "no IDAT")
	case w.png.bomb():
		return w.fail(TooBig, "text or a profile that inflates to hundreds of megabytes")
	}
	return nil
}

// bomb reports whether the deflated text and profiles say the same thing over and over. Deflate shrinks nothing to less
// than 1/1032, so 8 KB stay below the 8,000,000 bytes that libpng grants a chunk (PNG_USER_CHUNK_MALLOC_MAX). More may
// be honest: then it looks random. To shrink by more than 1/229 each match of 258 bytes must take 8 bits or fewer, and
// the same few bytes return for ever.
func (p *pngState) bomb() bool {
	const harmless = 8 << 10
	if p.inflatable <= harmless {
		return false
	}
	var top int64 // the eight commonest bytes together
	for range 8 {
		commonest := 0
		for c := range p.count {
			if p.count[c] > p.count[commonest] {
				commonest = c
			}
		}
		top += int64(p.count[commonest])
		p.count[commonest] = 0
	}
	return top > p.inflatable*3/4
}
