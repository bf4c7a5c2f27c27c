package fit

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
	"slices"
	"testing"
)

// The pictures of these tests are made here, but for testdata/*.webp and progressive.jpg, which
// hold the picture that gradient makes, encoded by cwebp and libvips.

// photo is something like a photograph: soft shapes, texture on several scales, and noise.
func photo(w, h int) *image.YCbCr {
	m := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	seed := uint32(1)
	noise := func() int { seed = seed*1664525 + 1013904223; return int(seed >> 27) }
	var grids [5][64 * 64]uint8
	for i := range grids {
		for k := range grids[i] {
			grids[i][k] = uint8(noise() * 8)
		}
	}
	octave := func(g, x, y, size int) int { // bilinear value noise
		gx, gy := x/size, y/size
		fx, fy := (x%size)*256/size, (y%size)*256/size
		at := func(i, k int) int { return int(grids[g][(k&63)*64+i&63]) }
		top := at(gx, gy)*(256-fx) + at(gx+1, gy)*fx
		low := at(gx, gy+1)*(256-fx) + at(gx+1, gy+1)*fx
		return (top*(256-fy) + low*fy) >> 16
	}
	for y := range h {
		for x := range w {
			v := octave(0, x, y, 400)*4 + octave(1, x, y, 90)*3 + octave(2, x, y, 21)*2 + octave(3, x, y, 5)
			m.Y[y*m.YStride+x] = uint8(min(v/10+noise()*2/3, 255))
		}
	}
	for y := range (h + 1) / 2 {
		for x := range (w + 1) / 2 {
			m.Cb[y*m.CStride+x] = uint8(96 + octave(4, x, y, 70)/4)
			m.Cr[y*m.CStride+x] = uint8(96 + octave(0, x, y, 60)/4)
		}
	}
	return m
}

// screenshot is panels, lines and something like text: most pixels are as their neighbours.
func screenshot(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	seed := uint32(7)
	for y := range h {
		for x := range w {
			c := color.NRGBA{245, 246, 248, 255}
			if x < w/5 {
				c = color.NRGBA{40, uint8(44 + y/64), 52, 255}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	for y := 8; y+10 < h; y += 14 {
		for x := w/5 + 8; x+6 < w; x += 7 {
			seed = seed*1664525 + 1013904223
			if seed>>29 == 0 {
				continue
			}
			for dy := range 9 {
				for dx := range 5 {
					if seed>>(uint(dy*3+dx)%29)&3 == 0 {
						m.SetNRGBA(x+dx, y+dy, color.NRGBA{uint8(20 + seed>>20&63), uint8(30 + seed>>12&63), uint8(40 + seed>>4&63), 255})
					}
				}
			}
		}
	}
	return m
}

// gradient is a small picture in which no two corners are alike.
func gradient(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, color.NRGBA{uint8(x * 255 / max(w-1, 1)), uint8(y * 255 / max(h-1, 1)), uint8(128 + 100*math.Sin(float64(x+2*y)/40)), 255})
		}
	}
	return m
}

func jpegOf(t testing.TB, m image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	if ycc, ok := m.(*image.YCbCr); ok { // of which image/png would write 16 bits
		rgba := image.NewRGBA(ycc.Rect)
		draw.Draw(rgba, rgba.Rect, ycc, image.Point{}, draw.Src)
		m = rgba
	}
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := e.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// segment is a JPEG segment; behind puts bytes behind SOI.
func segment(marker byte, data string) []byte {
	b := []byte{0xFF, marker}
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)+2))
	return append(b, data...)
}

func behindSOI(b []byte, more ...[]byte) []byte {
	return slices.Insert(bytes.Clone(b), 2, bytes.Join(more, nil)...)
}

// chunk is a PNG chunk; behindIHDR puts some behind the header.
func chunk(name, data string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func behindIHDR(b []byte, more ...[]byte) []byte {
	return slices.Insert(bytes.Clone(b), 33, bytes.Join(more, nil)...)
}

// exifOf is an EXIF block with an orientation, a camera's name, and a place.
func exifOf(order binary.AppendByteOrder, orientation uint16, location bool) string {
	b := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	entries := uint16(2)
	if location {
		entries++
	}
	b = order.AppendUint16(b, entries)
	entry := func(tag, kind uint16, count, value uint32) {
		b = order.AppendUint16(b, tag)
		b = order.AppendUint16(b, kind)
		b = order.AppendUint32(b, count)
		b = order.AppendUint32(b, value)
	}
	entry(0x010F, 2, 9, 100) // the maker
	b = order.AppendUint16(b, 0x0112)
	b = order.AppendUint16(b, 3)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, orientation)
	b = order.AppendUint16(b, 0)
	if location {
		entry(0x8825, 4, 1, 120)
	}
	b = order.AppendUint32(b, 0)
	b = append(b, make([]byte, 100-len(b))...)
	return string(append(b, "SECRETCAM\x00 at 39.9042N 116.4074E"...))
}

// flatJPEG is a JPEG of one block of 8×8 pixels, each component of which has one value. Go cannot
// encode four components.
func flatJPEG(app14 string, values ...int) []byte {
	var b bytes.Buffer
	b.WriteString("\xFF\xD8")
	if app14 != "" {
		b.Write(segment(0xEE, app14))
	}
	ones := bytes.Repeat([]byte{1}, 64)
	b.Write(segment(0xDB, "\x00"+string(ones)))
	frame := []byte{8, 0, 8, 0, 8, byte(len(values))}
	scan := []byte{byte(len(values))}
	for i := range values {
		frame = append(frame, byte(i+1), 0x11, 0)
		scan = append(scan, byte(i+1), 0)
	}
	b.Write(segment(0xC0, string(frame)))
	// DC: categories 0 to 11 with 4 bits each. AC: nothing but the end of the block, with 1 bit.
	b.Write(segment(0xC4, "\x00\x00\x00\x00\x0C\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"+"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B"))
	b.Write(segment(0xC4, "\x10\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	b.Write(segment(0xDA, string(append(scan, 0, 63, 0))))
	var bits string
	for _, v := range values {
		dc := (v - 128) * 8
		category, size := 0, max(dc, -dc)
		for size>>category > 0 {
			category++
		}
		if dc < 0 {
			dc += 1<<category - 1
		}
		for i := 3; i >= 0; i-- {
			bits += string('0' + rune(category>>i&1))
		}
		for i := category - 1; i >= 0; i-- {
			bits += string('0' + rune(dc>>i&1))
		}
		bits += "0"
	}
	for len(bits)%8 != 0 {
		bits += "1"
	}
	for i := 0; i < len(bits); i += 8 {
		var c byte
		for _, bit := range bits[i : i+8] {
			c = c<<1 | byte(bit-'0')
		}
		b.WriteByte(c)
		if c == 0xFF {
			b.WriteByte(0)
		}
	}
	b.WriteString("\xFF\xD9")
	return b.Bytes()
}

// progressiveGrey is a progressive JPEG of any size, grey throughout, in 4:2:0: one scan in which
// each block is one bit.
func progressiveGrey(w, h int) []byte {
	var b bytes.Buffer
	b.WriteString("\xFF\xD8")
	b.Write(segment(0xDB, "\x00"+string(bytes.Repeat([]byte{1}, 64))))
	b.Write(segment(0xC2, string([]byte{8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0})))
	b.Write(segment(0xC4, "\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	b.Write(segment(0xDA, "\x03\x01\x00\x02\x00\x03\x00\x00\x00\x00"))
	blocks := (w + 15) / 16 * ((h + 15) / 16) * 6
	b.Write(make([]byte, (blocks+7)/8))
	b.WriteString("\xFF\xD9")
	return b.Bytes()
}

// bmpOf writes a BMP of any depth that is stored as plain numbers.
func bmpOf(w, h, bits int, header uint32, palette []color.NRGBA, pixel func(x, y int) uint32) []byte {
	le := binary.LittleEndian
	row := (w*bits + 31) / 32 * 4
	offset := 14 + int(header) + 4*len(palette)
	b := []byte("BM")
	b = le.AppendUint32(b, uint32(offset+row*h))
	b = le.AppendUint32(b, 0)
	b = le.AppendUint32(b, uint32(offset))
	b = le.AppendUint32(b, header)
	b = le.AppendUint32(b, uint32(w))
	b = le.AppendUint32(b, uint32(h))
	b = le.AppendUint16(b, 1)
	b = le.AppendUint16(b, uint16(bits))
	b = append(b, make([]byte, 16)...)
	b = le.AppendUint32(b, uint32(len(palette)))
	b = append(b, make([]byte, int(header)-36)...)
	for _, c := range palette {
		b = append(b, c.B, c.G, c.R, 0)
	}
	for y := h - 1; y >= 0; y-- {
		line := make([]byte, row)
		for x := range w {
			v := pixel(x, y)
			if bits < 8 {
				line[x*bits/8] |= byte(v) << (8 - bits - x*bits%8)
				continue
			}
			for i := range bits / 8 {
				line[x*bits/8+i] = byte(v >> (8 * i))
			}
		}
		b = append(b, line...)
	}
	return b
}

// webpOf is a lossless WebP: each of green, red, blue and alpha as a code of 8 bits.
func webpOf(m *image.NRGBA) []byte {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	var out []byte
	var acc uint64
	var n uint
	put := func(v uint64, bits uint) { // from the low end
		acc |= v << n
		for n += bits; n >= 8; n -= 8 {
			out = append(out, byte(acc))
			acc >>= 8
		}
	}
	put(0x2F, 8)
	put(uint64(w-1), 14)
	put(uint64(h-1), 14)
	put(1, 1) // alpha
	put(0, 3)
	put(0, 1) // no transform
	put(0, 1) // no colour cache
	put(0, 1) // no meta image
	for _, symbols := range []int{256 + 24, 256, 256, 256} {
		// A normal code: of the code lengths only 0 and 8 occur, one bit each.
		put(0, 1)
		put(12-4, 4) // so many lengths of lengths, in the order 17 18 0 1 2 3 4 5 16 6 7 8
		for _, symbol := range []int{17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8} {
			if symbol == 0 || symbol == 8 {
				put(1, 3)
			} else {
				put(0, 3)
			}
		}
		put(0, 1) // for all symbols
		for s := range symbols {
			if s < 256 {
				put(1, 1)
			} else {
				put(0, 1)
			}
		}
	}
	put(1, 1) // distances: a simple code of one symbol
	put(0, 1)
	put(0, 1)
	put(0, 1)
	reverse := func(v uint8) uint64 {
		var r uint8
		for i := range 8 {
			r |= v >> i & 1 << (7 - i)
		}
		return uint64(r)
	}
	for y := range h {
		for x := range w {
			c := m.NRGBAAt(x, y)
			put(reverse(c.G), 8)
			put(reverse(c.R), 8)
			put(reverse(c.B), 8)
			put(reverse(c.A), 8)
		}
	}
	put(0, 8)
	return riffOf(webpChunkOf("VP8L", out))
}

func webpChunkOf(name string, data []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data)))
	b = append(b, data...)
	if len(data)%2 != 0 {
		b = append(b, 0)
	}
	return b
}

func riffOf(chunks ...[]byte) []byte {
	body := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

// vp8x is the header of a WebP with more than a picture in it.
func vp8x(flags byte, w, h int) []byte {
	w, h = w-1, h-1
	return webpChunkOf("VP8X", []byte{flags, 0, 0, 0, byte(w), byte(w >> 8), byte(w >> 16), byte(h), byte(h >> 8), byte(h >> 16)})
}
