package media

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

const pngHeader = "\x00\x00\x00\x0DIHDR"

// pngState is what a walk over a PNG keeps from chunk to chunk.
type pngState struct {
	palette   bool  // a PLTE was seen
	data      int64 // bytes of picture, over all IDAT chunks
	first     int64 // size of the first IDAT
	last      int64 // and of the latest
	wrongData bool  // some IDAT has a wrong CRC

	// Text and colour profiles are deflated, and decoders inflate them whole, whatever their size.
	inflatable int64 // bytes of such chunks
	count      [256]uint32
}

// walkPNG reads the chunks up to IEND. A wrong CRC is a fault in IHDR only: without a size there is
// no picture. Elsewhere decoders disagree about it, and the digest of the upload already proves
// that the bytes are the sender's. Names and order of the other chunks are not checked either: a
// walk that lost its step ends beyond the end of the file.
func (w *walker) walkPNG() error {
	c := ChunkReader{in: &w.input, started: true}
	w.skip(int64(len(PNGSignature)))
	paletted, err := w.pngHeader()
	if err != nil {
		return err
	}
	var p pngState
	for {
		if b := w.peek(len(PNGEnd)); len(b) < len(PNGEnd) {
			return w.pngCut(&p, b)
		}
		chunk, err := c.Next()
		if err != nil {
			return err
		}
		if err := w.segment(); err != nil {
			return err
		}
		name := chunk.Name()
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
		right, whole := p.chunk(&c, w.pngInflates(name))
		if !whole {
			return w.fail(Damaged, reasonCut)
		}
		switch name {
		case "IDAT":
			size := chunk.Size()
			if p.data == 0 {
				p.first = size
			}
			p.last = size
			p.data += size
			p.wrongData = p.wrongData || !right
		case "IEND":
			return w.pngVerdict(&p)
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
		return false, w.fail(Header, "an invalid bit depth and colour type")
	case h[10] != 0 || h[11] != 0 || h[12] > 1:
		return false, w.fail(Header, "an unknown compression, filter or interlace method")
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

// pngDepth reports whether a bit depth is one of those that a colour type allows (table 11.1 of the
// standard).
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

// pngInflates reports whether decoders inflate the chunk whole whose data comes next.
func (w *walker) pngInflates(name string) bool {
	switch name {
	case "iCCP", "zTXt":
		return true
	case "iTXt": // keyword (79 bytes at most)  00  compression flag
		b := w.peek(79 + 2)
		end := bytes.IndexByte(b, 0)
		return end >= 0 && end+1 < len(b) && b[end+1] == 1
	}
	return false
}

// chunk consumes the current chunk. It reports whether its CRC is right and whether it was
// complete.
func (p *pngState) chunk(c *ChunkReader, inflates bool) (right, whole bool) {
	sum := ^uint32(0)
	for _, value := range c.current[4:] { // crc32.Update would move c to the heap
		sum = crc32.IEEETable[byte(sum)^value] ^ sum>>8
	}
	sum = ^sum
	for c.left > 0 {
		b := c.window()
		if len(b) == 0 {
			return false, false
		}
		sum = crc32.Update(sum, crc32.IEEETable, b)
		if inflates {
			p.inflatable += int64(len(b))
			for _, value := range b {
				p.count[value]++
			}
		}
		c.use(len(b))
	}
	b := c.in.peek(4)
	if len(b) < 4 {
		return false, false
	}
	right = sum == binary.BigEndian.Uint32(b)
	c.in.skip(4)
	c.open = false
	return right, true
}

// pngCut judges a file that ends without IEND, with tail in its place. If everything else is there,
// the picture is complete: the end chunk holds no data, and viewers do not need it. The CRCs and
// the size of the last IDAT show whether anything else is missing. Writers fill each IDAT to the
// size of their buffer (8 KB in libpng, 32 KB in Go): if the last of several is not shorter than
// the first, or a single one measures whole kilobytes, more data was to come.
func (w *walker) pngCut(p *pngState, tail []byte) error {
	last := p.last < p.first
	if p.data == p.first {
		last = p.first%1024 != 0
	}
	if p.data == 0 || p.wrongData || !last || string(tail) != PNGEnd[:len(tail)] {
		return w.fail(Damaged, "no IEND")
	}
	w.Unended = true
	return w.pngVerdict(p)
}

func (w *walker) pngVerdict(p *pngState) error {
	switch {
	case w.failed != nil:
		return w.fail(Damaged, "") // the reader failed before the end
	case p.data == 0:
		return w.fail(Damaged, "no IDAT")
	case p.bomb():
		return w.fail(TooBig, "text or a profile that inflates to hundreds of megabytes")
	}
	return nil
}

// bomb reports whether the deflated text and profiles inflate enormously. Deflate never shrinks
// data to less than 1/1032, so 8 KB inflate to less than the 8,000,000 bytes that libpng allows for
// a chunk (PNG_USER_CHUNK_MALLOC_MAX). Larger chunks may be honest; their bytes then look random.
// To shrink by more than 1/229, each match of 258 bytes must take 8 bits or fewer, and the same few
// bytes repeat.
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
