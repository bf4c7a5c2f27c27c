package fit

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// FuzzFit gives hostile files to three rows. Whatever comes: no panic (the decoders' own are
// errors), and what is made is taken by the row.
func FuzzFit(f *testing.F) {
	small := gradient(24, 16)
	for _, name := range []string{"lossy.webp", "alpha.webp", "progressive.jpg"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	exifBlock := exifOf(binary.LittleEndian, 6, true)
	icc := iccOf("P3", "RGB ", xyzP3, paraSRGB())
	f.Add(behindSOI(jpegOf(f, small, 80), segment(0xE1, exifID+exifBlock), segment(0xE2, iccID+"\x01\x01"+string(icc))))
	f.Add(behindIHDR(pngOf(f, small), chunk("eXIf", exifBlock), profileChunk(icc), chunk("tEXt", "a\x00b")))
	f.Add(webpOf(small))
	f.Add(riffOf(vp8x(0x2A, 24, 16), webpChunkOf("ICCP", icc), webpChunkOf("EXIF", []byte(exifBlock)), webpOf(small)[12:]))
	f.Add(bmpOf(9, 9, 8, 40, nil, func(x, y int) uint32 { return 0 }))
	f.Add(bmpOf(9, 9, 32, 108, nil, func(x, y int) uint32 { return 0xFF00FF }))
	f.Add([]byte("GIF89a\x02\x00\x02\x00\x80\x00\x00\x00\x00\x00\xFF\xFF\xFF!\xF9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x02\x00\x02\x00\x00\x02\x03\x44\x02\x05\x00;"))
	f.Add(flatJPEG("Adobe\x00\x64\x00\x00\x00\x00\x02", 1, 2, 3, 4))
	f.Add(progressiveGrey(40, 40))
	rows := []*wxup.Endpoint{wxup.MarketingImage, row(700, media.JPEG, media.PNG), row(900, media.BMP)}
	fitters := []*Fitter{New(Options{MaxPixels: 20_000, Memory: 48 << 20}), New(Options{Strip: true, MaxPixels: 20_000, Memory: 48 << 20})}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, ep := range rows {
			for _, fitter := range fitters {
				got, err := fitter.Fit(t.Context(), ep, "x", sectionOf(data))
				if err != nil {
					if _, ok := errors.AsType[*wxup.Error](err); !ok {
						t.Fatalf("an error of another kind: %T %v", err, err)
					}
					continue
				}
				if got == nil {
					continue
				}
				if _, err := new(wxup.Client).Check(context.Background(), ep, wxup.Bytes(got.Name, got.Bytes)); err != nil {
					t.Fatalf("%s: %v", got.Change, err)
				}
				if c := got.Change.(*Change); c.To.Width > c.From.Width || c.To.Height > c.From.Height {
					t.Fatalf("enlarged: %s", c)
				}
			}
		}
	})
}

func FuzzExif(f *testing.F) {
	f.Add([]byte(exifOf(binary.LittleEndian, 6, true)))
	f.Add([]byte(exifOf(binary.BigEndian, 3, false)))
	f.Add(orientationEXIF(8))
	f.Fuzz(func(t *testing.T, data []byte) {
		if got := readEXIF(data); got.orientation < 1 || got.orientation > 8 {
			t.Fatalf("%+v", got)
		}
	})
}

func FuzzICC(f *testing.F) {
	f.Add(iccOf("Display P3", "RGB ", xyzP3, paraSRGB()))
	f.Add(iccOf("x", "RGB ", xyzAdobe, gammaTRC(2.2)))
	f.Add(iccOf("x", "GRAY", xyzAdobe, tableTRC(20)))
	f.Add(lutOf("x", "RGB ", darker))
	f.Add(lutOf("x", "CMYK", inks))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _, tr, err := readICC(data)
		if err != nil {
			return
		}
		row := bytes.Repeat([]byte{7, 99, 200, 255}, 3)
		if tr != nil {
			tr.apply(row)
		}
		if row[3] != 255 {
			t.Fatal("the alpha was changed")
		}
	})
}

// FuzzStrip: what is stripped has the same frame and is stripped no further.
func FuzzStrip(f *testing.F) {
	f.Add(behindSOI(jpegOf(f, gradient(9, 9), 80), segment(0xFE, "x")))
	f.Add(append(jpegOf(f, gradient(9, 9), 80), "x"...))
	f.Fuzz(func(t *testing.T, data []byte) {
		var out, again bytes.Buffer
		if stripJPEG(newReader(t.Context(), sectionOf(data)), &out, 6) != nil {
			return
		}
		if err := stripJPEG(newReader(t.Context(), sectionOf(out.Bytes())), &again, 6); err != nil || !bytes.Equal(out.Bytes(), again.Bytes()) {
			t.Fatalf("%d bytes, then %d: %v", out.Len(), again.Len(), err)
		}
	})
}
