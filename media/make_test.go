package media_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

// The pictures of these tests are made here. What Go's encoders cannot write is patched in or
// written by hand.

// drawing is a small picture with an edge, a gradient and a bit of everything.
func drawing(width, height int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.Set(x, y, color.NRGBA{uint8(x * 5), uint8(y * 7), uint8(x * y), 255})
		}
	}
	return m
}

func makeJPEG(t testing.TB, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, drawing(width, height), &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func makePNG(t testing.TB, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, drawing(width, height)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// patched returns a copy of b with the bytes at a place replaced.
func patched(b []byte, at int, with ...byte) []byte {
	b = bytes.Clone(b)
	copy(b[at:], with)
	return b
}

// inserted returns a copy of b with more bytes at a place.
func inserted(b []byte, at int, more []byte) []byte {
	return bytes.Join([][]byte{b[:at], more, b[at:]}, nil)
}

func index(t testing.TB, b []byte, what string) int {
	t.Helper()
	at := bytes.Index(b, []byte(what))
	if at < 0 {
		t.Fatalf("no % x in the test's file", what)
	}
	return at
}

// segment writes a JPEG segment.
func segment(marker byte, data string) []byte {
	b := []byte{0xFF, marker}
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)+2))
	return append(b, data...)
}

// chunk writes a PNG chunk.
func chunk(name, data string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// ihdr writes the data of an IHDR chunk: what follows the size are bit depth, colour type,
// compression, filter, interlace.
func ihdr(width, height uint32, rest ...byte) string {
	b := binary.BigEndian.AppendUint32(nil, width)
	b = binary.BigEndian.AppendUint32(b, height)
	return string(append(b, rest...))
}

// pngOf writes a PNG of the chunks.
func pngOf(chunks ...[]byte) []byte {
	return append([]byte("\x89PNG\r\n\x1a\n"), bytes.Join(chunks, nil)...)
}

// bmp says what is in a BMP header; zero fields get what a good file has there.
type bmp struct {
	header        int // size of the DIB header
	width, height int32
	planes, bits  uint16
	compression   uint32
	imageSize     uint32
	colours       uint32
	offset        uint32
	pixels        int // bytes of pixels, -1 for none
}

func (f bmp) bytes() []byte {
	le := binary.LittleEndian
	if f.header == 0 {
		f.header = 40
	}
	if f.offset == 0 {
		f.offset = uint32(14 + f.header + 4*int(f.colours))
	}
	if f.pixels == 0 {
		f.pixels = (int(f.width)*int(f.bits) + 31) / 32 * 4 * max(int(f.height), -int(f.height))
	}
	b := []byte("BM\x00\x00\x00\x00\x00\x00\x00\x00")
	b = le.AppendUint32(b, f.offset)
	b = le.AppendUint32(b, uint32(f.header))
	if f.header == 12 {
		b = le.AppendUint16(b, uint16(f.width))
		b = le.AppendUint16(b, uint16(f.height))
		b = le.AppendUint16(b, 1)
		b = le.AppendUint16(b, f.bits)
	} else {
		b = le.AppendUint32(b, uint32(f.width))
		b = le.AppendUint32(b, uint32(f.height))
		b = le.AppendUint16(b, f.planes)
		b = le.AppendUint16(b, f.bits)
		b = le.AppendUint32(b, f.compression)
		b = le.AppendUint32(b, f.imageSize)
		b = append(b, make([]byte, 8)...)
		b = le.AppendUint32(b, f.colours)
		b = append(b, make([]byte, 124)...)
	}
	if f.header <= 124 && f.header > 0 {
		b = b[:min(14+f.header, len(b))]
	}
	if pad := int(f.offset) - len(b); pad > 0 && pad < 1<<16 {
		b = append(b, make([]byte, pad)...)
	}
	if f.pixels > 0 {
		b = append(b, strings.Repeat("\x55", f.pixels)...)
	}
	return b
}
