package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// makeFiles writes each call's file. Its content follows from its name: no two are alike, and every
// run sends the same.
func makeFiles(clients []client, dir string) error {
	var calls []call
	for _, c := range clients {
		calls = append(calls, c.calls...)
	}
	for _, c := range calls {
		h := fnv.New64a()
		io.WriteString(h, c.file())
		rnd := rand.New(rand.NewPCG(h.Sum64(), 1))
		var b bytes.Buffer
		var err error
		switch c.kind {
		case "jpg":
			err = jpeg.Encode(&b, photo(rnd, 1024, 768), &jpeg.Options{Quality: 89})
		case "png":
			err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, photo(rnd, 400, 300))
		case "bmp":
			err = encodeBMP(&b, photo(rnd, 400, 250))
		case "mp4":
			err = encodeMP4(&b, rnd)
		default:
			err = fmt.Errorf("unknown kind of file")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", c.file(), err)
		}
		if err := os.WriteFile(filepath.Join(dir, c.file()), b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// photo looks like a photograph to a compressor: soft shapes under a little noise.
func photo(rnd *rand.Rand, width, height int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	hue, fx, fy := rnd.Float64()*6, 1+2*rnd.Float64(), 1+2*rnd.Float64()
	row := make([]float64, width)
	for x := range row {
		row[x] = math.Sin(hue + fx*6*float64(x)/float64(width))
	}
	for y := range height {
		col := math.Cos(hue + fy*6*float64(y)/float64(height))
		for x := range width {
			noise := int(rnd.Uint32()&31) - 16
			img.SetRGBA(x, y, color.RGBA{
				R: uint8(128 + int(90*row[x]) + noise),
				G: uint8(128 + int(90*col) + noise),
				B: uint8(128 + int(45*(row[x]+col)) + noise),
				A: 255,
			})
		}
	}
	return img
}

// encodeBMP writes the plainest BMP there is: 24 bits a pixel, no compression, rows from the bottom
// up.
func encodeBMP(w io.Writer, img image.Image) error {
	width, height := img.Bounds().Dx(), img.Bounds().Dy()
	stride := (3*width + 3) &^ 3
	const headers = 14 + 40
	b := append([]byte("BM"), make([]byte, headers-2+stride*height)...)
	le := binary.LittleEndian
	le.PutUint32(b[2:], uint32(len(b)))
	le.PutUint32(b[10:], headers)
	le.PutUint32(b[14:], 40) // BITMAPINFOHEADER
	le.PutUint32(b[18:], uint32(width))
	le.PutUint32(b[22:], uint32(height))
	le.PutUint16(b[26:], 1)  // planes
	le.PutUint16(b[28:], 24) // bits a pixel
	le.PutUint32(b[34:], uint32(stride*height))
	for y := range height {
		row := b[headers+stride*(height-1-y):]
		for x := range width {
			r, g, bl, _ := img.At(x, y).RGBA()
			row[3*x], row[3*x+1], row[3*x+2] = byte(bl>>8), byte(g>>8), byte(r>>8)
		}
	}
	_, err := w.Write(b)
	return err
}

// encodeMP4 writes a film without a track: ftyp, moov with its mvhd, and an mdat of noise (ISO/IEC
// 14496-12).
func encodeMP4(w io.Writer, rnd *rand.Rand) error {
	be := binary.BigEndian
	mvhd := make([]byte, 100)               // version 0, no flags, no dates
	be.PutUint32(mvhd[12:], 1000)           // timescale: milliseconds
	be.PutUint32(mvhd[16:], 1000)           // duration: one second
	be.PutUint32(mvhd[20:], 0x00010000)     // rate 1.0
	be.PutUint16(mvhd[24:], 0x0100)         // volume 1.0
	be.PutUint32(mvhd[36:], 0x00010000)     // unity matrix
	be.PutUint32(mvhd[36+4*4:], 0x00010000) //
	be.PutUint32(mvhd[36+8*4:], 0x40000000) //
	be.PutUint32(mvhd[96:], 1)              // next track
	noise := make([]byte, 200<<10)
	for i := 0; i < len(noise); i += 8 {
		be.PutUint64(noise[i:], rnd.Uint64())
	}
	film := box("ftyp", []byte("isom\x00\x00\x02\x00isomiso2mp41"))
	film = append(film, box("moov", box("mvhd", mvhd))...)
	film = append(film, box("mdat", noise)...)
	_, err := w.Write(film)
	return err
}

// box is a length of four bytes that counts itself, a name of four letters, and the content.
func box(name string, content []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(8+len(content)))
	return append(append(b, name...), content...)
}
