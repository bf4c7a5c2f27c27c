package media

import (
	"encoding/binary"
	"math"
)

// A BMP is a file header of 14 bytes, a DIB header that starts with its own size, a palette, and
// the pixels at an offset that the file header names. All numbers are little-endian.
//
//	'BM'  file size 4  reserved 4  offset 4
//	header size 4  width 4  height 4  planes 2  bits 2  compression 4  image size 4 …
//
// The file size and the number of planes are ignored: many writers get them wrong.
const (
	bmpFileHeader = 14
	bmpFields     = 40 // of the DIB header, the bytes that are read
)

// The compressions of a DIB header (BITMAPINFOHEADER.biCompression; OS/2 gives 3 and 4 another
// meaning).
const (
	bmpRGB       = 0
	bmpRLE8      = 1
	bmpRLE4      = 2
	bmpBitfields = 3 // OS/2: Huffman 1D
	bmpJPEG      = 4 // OS/2: RLE24
	bmpPNG       = 5
	bmpAlpha     = 6 // bit fields with alpha
)

// walkBMP reads the headers and checks that the palette and the pixels are within the file. Only a
// decoder knows the size of compressed pixels: the header's word is taken for it.
func (w *walker) walkBMP() error {
	b := w.peek(bmpFileHeader + 4)
	if len(b) < bmpFileHeader+4 {
		return w.fail(Header, "cut inside the header")
	}
	offset, size := int64(binary.LittleEndian.Uint32(b[10:])), int64(binary.LittleEndian.Uint32(b[14:]))
	switch size {
	case 12, // OS/2 1, BITMAPCOREHEADER
		16, 64, // OS/2 2, short and long
		40, 52, 56, // Windows 3, and with colour masks, and with alpha
		108, 124: // Windows 4 and 5
	default:
		return w.fail(Header, "an unknown header size")
	}
	if b = w.peek(bmpFileHeader + int(size)); int64(len(b)) < bmpFileHeader+size {
		return w.fail(Header, "cut inside the header")
	}

	d := readDIB(b[bmpFileHeader:])
	if d.width < 1 || d.height == 0 || d.height == math.MinInt32 {
		return w.fail(Header, reasonSize)
	}
	if !d.readable() {
		return w.fail(Header, "an invalid combination of bits per pixel and compression")
	}
	if d.height < 0 { // top-down
		d.height = -d.height
	}
	if err := w.size(d.width, d.height); err != nil {
		return err
	}

	headers := bmpFileHeader + size
	if offset < headers {
		return w.fail(Damaged, "the pixels begin inside the header")
	}
	if !w.skip(max(offset, headers+4*d.colours)) {
		return w.fail(Damaged, "the palette or the pixels begin beyond the end of the file")
	}
	if !w.skip(offset + max(d.bytes(), 1) - w.offset) {
		return w.fail(Damaged, "the pixels extend beyond the end of the file")
	}
	return nil
}

// dib is the part of a DIB header that matters.
type dib struct {
	width, height     int64
	bits, compression int64
	imageSize         int64
	colours           int64 // in the palette; 0 if it has the full number for the bits
	os2               bool
}

func readDIB(b []byte) dib {
	le := binary.LittleEndian
	if len(b) == 12 { // the sizes are 16 bits wide
		return dib{
			width: int64(le.Uint16(b[4:])), height: int64(le.Uint16(b[6:])), bits: int64(le.Uint16(b[10:])), os2: true,
		}
	}
	var f [bmpFields]byte // fields that a short header lacks are zero
	copy(f[:], b)
	return dib{
		width:       int64(int32(le.Uint32(f[4:]))),
		height:      int64(int32(le.Uint32(f[8:]))),
		bits:        int64(le.Uint16(f[14:])),
		compression: int64(le.Uint32(f[16:])),
		imageSize:   int64(le.Uint32(f[20:])),
		colours:     int64(le.Uint32(f[32:])),
		os2:         len(b) == 16 || len(b) == 64,
	}
}

// readable reports whether the combination of bits per pixel and compression is valid.
func (d *dib) readable() bool {
	switch d.compression {
	case bmpRGB:
		switch d.bits {
		case 1, 2, 4, 8, 16, 24, 32, 64:
			return true
		}
	case bmpRLE8:
		return d.bits == 8
	case bmpRLE4:
		return d.bits == 4
	case bmpBitfields, bmpAlpha:
		return d.bits == 16 || d.bits == 32 || d.os2 && d.bits == 1
	case bmpJPEG, bmpPNG:
		return d.bits == 0 || d.os2 && d.bits == 24
	}
	return false
}

// bytes returns the size of the pixels: rows padded to 4 bytes, or the header's size of compressed
// ones.
func (d *dib) bytes() int64 {
	switch {
	case d.compression == bmpRGB, d.compression == bmpBitfields && !d.os2, d.compression == bmpAlpha && !d.os2:
		return (d.width*d.bits + 31) / 32 * 4 * d.height
	}
	return d.imageSize
}
