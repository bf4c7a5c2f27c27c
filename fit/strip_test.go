package fit

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// TestStrip: the metadata is gone, and the pixels are the same.
func TestStrip(t *testing.T) {
	m := gradient(64, 48)
	plain := jpegOf(t, m, 85)
	icc := iccOf("Display P3", "RGB ", xyzP3, paraSRGB())
	profile := segment(0xE2, iccID+"\x01\x01"+string(icc))
	thumbnail := "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x01\x01SECRETthumb"
	plainPNG := pngOf(t, m)
	tests := []struct {
		name    string
		data    []byte
		removed string
		left    []string // what must still be there
	}{
		{"photo.jpg", behindSOI(plain, segment(0xE0, "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"), segment(0xE1, exifID+exifOf(binary.BigEndian, 1, true)),
			segment(0xE1, xmpID+"<SECRET/>"), segment(0xED, "Photoshop 3.0\x00SECRET"), segment(0xFE, "SECRET"), profile, segment(0xE5, "SECRET")),
			"exif, location, xmp, iptc, comment, application data", []string{"JFIF", iccID, string(icc)}},
		{"thumbnail.jpg", behindSOI(plain, segment(0xE0, thumbnail), segment(0xE0, "JFXX\x00SECRET")), "thumbnail", []string{"JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00"}},
		{"live.jpg", slices.Concat(behindSOI(plain, segment(0xE2, "MPF\x00SECRET")), []byte("ftypmp42SECRET"), plain), "second pictures, bytes behind the picture", nil},
		{"between.jpg", slices.Concat(plain[:len(plain)-2], segment(0xFE, "SECRET"), []byte("\xFF\xD9")), "comment", nil},
		{"adobe.jpg", behindSOI(plain, segment(0xEE, "Adobe\x00\x64\x00\x00\x00\x00\x01"), segment(0xFE, "SECRET")), "comment", []string{"Adobe"}},
		{"a.png", behindIHDR(plainPNG, chunk("tEXt", "k\x00SECRET"), chunk("zTXt", "k\x00\x00SECRET"), chunk("iTXt", "k\x00\x00\x00\x00\x00SECRET"), chunk("eXIf", exifOf(binary.LittleEndian, 1, true)),
			chunk("tIME", "SECRETT"), chunk("prVW", "SECRET"), chunk("gAMA", "\x00\x00\xB1\x8F"), chunk("pHYs", "\x00\x00\x0B\x13\x00\x00\x0B\x13\x01")),
			"text, exif, location, time, application data", []string{"gAMA", "pHYs"}},
		{"tail.png", append(bytes.Clone(plainPNG), "SECRET"...), "bytes behind the picture", nil},
	}
	for _, test := range tests {
		got, c := fitted(t, Options{Strip: true}, wxup.MarketingImage, test.name, test.data)
		if got == nil {
			t.Errorf("%s: nothing was stripped", test.name)
			continue
		}
		if !c.Lossless || !c.Stripped || strings.Join(c.Removed, ", ") != test.removed {
			t.Errorf("%s: %s: removed %v, want %s", test.name, c, c.Removed, test.removed)
		}
		if bytes.Contains(got.Bytes, []byte("SECRET")) {
			t.Errorf("%s: a secret is left", test.name)
		}
		for _, part := range test.left {
			if !bytes.Contains(got.Bytes, []byte(part)) {
				t.Errorf("%s: %.20q is gone", test.name, part)
			}
		}
		same(t, test.data, got.Bytes)
		if again, _ := fitted(t, Options{Strip: true}, wxup.MarketingImage, test.name, got.Bytes); again != nil {
			t.Errorf("%s: stripped twice: %s", test.name, again.Change)
		}
	}
	for _, clean := range [][]byte{plain, plainPNG, behindSOI(plain, profile), bmpOf(9, 9, 24, 40, nil, func(x, y int) uint32 { return 0 })} {
		if got, c := fitted(t, Options{Strip: true}, wxup.MarketingImage, "x", clean); got != nil {
			t.Errorf("nothing to strip, but %s", c)
		}
	}
}

// TestStripTurned: how a picture is turned stays, losslessly, and is all that does.
func TestStripTurned(t *testing.T) {
	for orientation := uint16(2); orientation <= 8; orientation++ {
		block := exifOf(binary.LittleEndian, orientation, true)
		for name, data := range map[string][]byte{
			"a.jpg": behindSOI(jpegOf(t, gradient(30, 20), 90), segment(0xE1, exifID+block)),
			"a.png": behindIHDR(pngOf(t, gradient(30, 20)), chunk("eXIf", block)),
		} {
			got, c := fitted(t, Options{Strip: true}, wxup.MarketingImage, name, data)
			if got == nil || !c.Lossless {
				t.Fatalf("%s: %v", name, c)
			}
			same(t, data, got.Bytes)
			if bytes.Contains(got.Bytes, []byte("SECRET")) {
				t.Errorf("%s %d: a secret is left", name, orientation)
			}
			format, _ := media.BySuffix(name)
			h, err := readHead(t.Context(), format, media.Info{}, sectionOf(got.Bytes))
			if err != nil || h.exif.orientation != int(orientation) || h.exif.location {
				t.Errorf("%s: orientation %d became %+v, %v", name, orientation, h.exif, err)
			}
			if again, _ := fitted(t, Options{Strip: true}, wxup.MarketingImage, name, got.Bytes); again != nil {
				t.Errorf("stripped twice: %s", again.Change)
			}
		}
	}
}

// TestStripRare: metadata also goes where the pixels cannot be decoded, and where the format cannot
// be stripped.
func TestStripRare(t *testing.T) {
	twelve := jpegOf(t, gradient(30, 20), 90)
	twelve[bytes.Index(twelve, []byte{0xFF, 0xC0})+4] = 12
	data := behindSOI(twelve, segment(0xFE, "SECRET"))
	got, err := New(Options{Strip: true}).Fit(t.Context(), wxup.MarketingImage, "x.jpg", sectionOf(data))
	if err != nil || !bytes.Equal(got.Bytes, twelve) {
		t.Errorf("12 bits: %v", err)
	}
	// A row of a user's own that takes WebP: with metadata in it, it becomes something else.
	own := row(1<<20, media.WebP, media.JPEG)
	small := gradient(8, 8)
	clean := webpOf(small)
	dirty := riffOf(vp8x(8, 8, 8), clean[12:], webpChunkOf("EXIF", []byte(exifOf(binary.LittleEndian, 1, true))))
	if got, _ := fitted(t, Options{Strip: true}, own, "x.webp", clean); got != nil {
		t.Error("changed without need")
	}
	out, c := fitted(t, Options{Strip: true}, own, "x.webp", dirty)
	if c == nil || c.To.Format != media.JPEG || bytes.Contains(out.Bytes, []byte("SECRET")) {
		t.Errorf("%v", c)
	}
	// Nothing else is taken: better no upload than one with the place in it.
	if _, err := New(Options{Strip: true}).Fit(t.Context(), row(1<<20, media.WebP), "x.webp", sectionOf(dirty)); err == nil {
		t.Error("no error")
	}
	if _, err := New(Options{Strip: true}).Fit(t.Context(), row(1<<20, media.TIFF), "x.tif", sectionOf([]byte("II*\x00\x08\x00\x00\x00"))); err == nil {
		t.Error("no error")
	}
}

// TestStripFirst: a file that is too large for its metadata only keeps its pixels.
func TestStripFirst(t *testing.T) {
	plain := jpegOf(t, gradient(64, 48), 85)
	var more [][]byte
	for range 40 {
		more = append(more, segment(0xE1, xmpID2+strings.Repeat("x", 60000)))
	}
	got, c := fitted(t, Options{}, wxup.MarketingImage, "x.jpg", behindSOI(plain, more...))
	if !c.Lossless || !bytes.Equal(got.Bytes, plain) {
		t.Error(c)
	}
	// As many segments as no decoder is asked to read.
	more = nil
	for range media.MaxSegments + 1 {
		more = append(more, segment(0xFE, "x"))
	}
	got, c = fitted(t, Options{}, wxup.MarketingImage, "x.jpg", behindSOI(plain, more...))
	if !c.Lossless || !bytes.Equal(got.Bytes, plain) {
		t.Error(c)
	}
}

// marked is a picture whose corners are red, green, blue and white: top left, top right, bottom
// left, bottom right.
func marked(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{255, 0, 0, 255}
			switch {
			case x >= w/2 && y < h/2:
				c = color.NRGBA{0, 255, 0, 255}
			case x < w/2 && y >= h/2:
				c = color.NRGBA{0, 0, 255, 255}
			case x >= w/2:
				c = color.NRGBA{255, 255, 255, 255}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

// TestOrientation: all eight values, in all three places, in all targets, and with the size changed
// on the way.
func TestOrientation(t *testing.T) {
	const w, h = 96, 64
	// The corners as they are seen (top left, top right, bottom left, bottom right) when R G B W is
	// stored so.
	upright := map[uint16]string{1: "RGBW", 2: "GRWB", 3: "WBGR", 4: "BWRG", 5: "RBGW", 6: "BRWG", 7: "WGBR", 8: "GWRB"}
	source := marked(w, h)
	for orientation, want := range upright {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			block := exifOf(order, orientation, false)
			files := map[string][]byte{
				"a.jpg":  behindSOI(jpegOf(t, source, 95), segment(0xE1, exifID+block)),
				"a.png":  behindIHDR(pngOf(t, source), chunk("eXIf", block)),
				"a.webp": riffOf(vp8x(8, w, h), webpOf(source)[12:], webpChunkOf("EXIF", []byte(block))),
			}
			for name, data := range files {
				for _, to := range []media.Format{media.JPEG, media.PNG, media.BMP} {
					format, _ := media.BySuffix(name)
					limit := int64(64 << 10)
					if format == to {
						continue // it would be taken
					}
					if to == media.BMP {
						limit = 8000 // fewer pixels
					}
					got, c := fitted(t, Options{}, row(limit, to), name, data)
					m, _, err := image.Decode(bytes.NewReader(got.Bytes))
					if err != nil {
						t.Fatal(err)
					}
					gw, gh := m.Bounds().Dx(), m.Bounds().Dy()
					if (gw < gh) != (orientation >= 5) || c.Oriented != (orientation > 1) || c.From.Width != 96 && orientation < 5 {
						t.Errorf("%s %d: %s", name, orientation, c)
					}
					seen := ""
					for _, p := range []image.Point{{gw / 4, gh / 4}, {gw * 3 / 4, gh / 4}, {gw / 4, gh * 3 / 4}, {gw * 3 / 4, gh * 3 / 4}} {
						r, g, b, _ := m.At(p.X, p.Y).RGBA()
						seen += map[[3]bool]string{{true, false, false}: "R", {false, true, false}: "G", {false, false, true}: "B", {true, true, true}: "W"}[[3]bool{r > 0x8000, g > 0x8000, b > 0x8000}]
					}
					if seen != want {
						t.Errorf("%s to %s, orientation %d: corners %s, want %s", name, to, orientation, seen, want)
					}
				}
			}
		}
	}
}

// TestTurn: the eight turns are what their definition says, pixel for pixel.
func TestTurn(t *testing.T) {
	const w, h = 5, 3
	where := map[int]func(x, y int) (int, int){
		1: func(x, y int) (int, int) { return x, y },
		2: func(x, y int) (int, int) { return w - 1 - x, y },
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		4: func(x, y int) (int, int) { return x, h - 1 - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return h - 1 - y, x },
		7: func(x, y int) (int, int) { return h - 1 - y, w - 1 - x },
		8: func(x, y int) (int, int) { return y, w - 1 - x },
	}
	for orientation, at := range where {
		to := turned(orientation, w, h)
		for y := range h {
			for x := range w {
				tx, ty := at(x, y)
				if got := to.base + x*to.dx + y*to.dy; got != ty*to.w+tx {
					t.Errorf("%d: (%d, %d) goes to %d, not to (%d, %d)", orientation, x, y, got, tx, ty)
				}
			}
		}
	}
}

func TestEXIF(t *testing.T) {
	good := exifOf(binary.BigEndian, 6, true)
	for _, test := range []struct {
		block string
		want  exif
	}{
		{good, exif{6, true}}, {exifOf(binary.LittleEndian, 8, false), exif{8, false}},
		{exifOf(binary.LittleEndian, 0, false), exif{1, false}}, {exifOf(binary.LittleEndian, 9, false), exif{1, false}},
		{"", exif{1, false}}, {good[:8], exif{1, false}}, {good[:20], exif{1, false}}, {good[:34], exif{6, false}},
		{"MM\x00*\xFF\xFF\xFF\xFF" + good[8:], exif{1, false}}, {"XX" + good[2:], exif{1, false}},
		{string(orientationEXIF(7)), exif{7, false}},
	} {
		if got := readEXIF([]byte(test.block)); got != test.want {
			t.Errorf("%.40q: %+v, want %+v", test.block, got, test.want)
		}
	}
}
