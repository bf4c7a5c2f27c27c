package media_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wxup/wxup/media"
)

// A picture is one file and what Walk has to say of it: a size, or the kind of its refusal.
type picture struct {
	file          []byte
	width, height int
	refused       media.Kind
}

func good(file []byte, width, height int) picture { return picture{file, width, height, ""} }
func bad(file []byte, refused media.Kind) picture { return picture{file, 0, 0, refused} }
func check(t *testing.T, f media.Format, all map[string]picture) {
	t.Helper()
	for name, p := range all {
		info, err := walk(p.file)
		if got := kindOf(t, err); got != p.refused {
			t.Errorf("%s: got %v, want %q", name, err, p.refused)
		}
		if err == nil && (info.Width != p.width || info.Height != p.height) {
			t.Errorf("%s: got %dx%d, want %dx%d", name, info.Width, info.Height, p.width, p.height)
		}
		if p.refused != media.NotPicture && info.Format != f {
			t.Errorf("%s: got format %q", name, info.Format)
		}
	}
}

func TestJPEG(t *testing.T) {
	plain := makeJPEG(t, 33, 17)
	sof, sos, dht, eoi := index(t, plain, "\xFF\xC0"), index(t, plain, "\xFF\xDA"), index(t, plain, "\xFF\xC4"), len(plain)-2
	frame := func(marker, precision byte) []byte {
		return patched(patched(plain, sof+1, marker), sof+4, precision)
	}
	// cut out the frame and put in another
	framed := func(marker byte, data string) []byte {
		return inserted(append(plain[:sof:sof], plain[sof+19:]...), sof, segment(marker, data))
	}
	all := map[string]picture{
		"baseline":                good(plain, 33, 17),
		"trailing bytes":          good(append(plain[:len(plain):len(plain)], "<?php"...), 33, 17),
		"a second picture behind": good(append(plain[:len(plain):len(plain)], plain...), 33, 17),
		"fill before a marker":    good(inserted(plain, sof, []byte{0xFF, 0xFF}), 33, 17),
		"a thumbnail in APP1":     good(inserted(plain, 2, segment(0xE1, string(makeJPEG(t, 8, 8)))), 33, 17),
		"an empty APP0":           good(inserted(plain, 2, segment(0xE0, "")), 33, 17),
		"TEM":                     good(inserted(plain, sof, []byte{0xFF, 0x01}), 33, 17),
		"no tables (as MJPEG)":    good(append(plain[:2:2], plain[sof:]...), 33, 17),
		"greyscale":               good(framed(0xC0, "\x08\x00\x11\x00\x21\x01\x01\x11\x00"), 33, 17),
		"CMYK":                    good(framed(0xC0, "\x08\x00\x11\x00\x21\x04"+strings.Repeat("\x01\x11\x00", 4)), 33, 17),
		"two components":          good(framed(0xC0, "\x08\x00\x11\x00\x21\x02"+"\x01\x42\x00\x02\x24\x00"), 33, 17),
		"height left to DNL":      good(inserted(patched(plain, sof+5, 0, 0), eoi, segment(0xDC, "\x00\x11")), 33, 17),
		"height left open":        good(patched(plain, sof+5, 0, 0), 33, 0),
		"DNL nobody needs":        good(inserted(plain, eoi, segment(0xDC, "\x00\x33")), 33, 17),
		"two scans":               good(inserted(plain, eoi, plain[sos:eoi]), 33, 17),
		"restarts in a scan":      good(inserted(plain, eoi, []byte{0xFF, 0xD0, 1, 0xFF, 0xD1, 2}), 33, 17),
		"stray bytes after SOF":   good(inserted(plain, dht, []byte{1, 2, 3, 0xFF, 0x00}), 33, 17),
		"hierarchical": good(inserted(inserted(plain, eoi, segment(0xC5, "\x08\x00\x22\x00\x42\x01\x01\x11\x00")), sof,
			segment(0xDE, "\x08\x00\x22\x00\x42\x01\x01\x11\x00")), 66, 34),

		"hierarchical, smaller than announced": good(inserted(inserted(plain, eoi, segment(0xC5, "\x08\x00\x08\x00\x08\x01\x01\x11\x00")), sof,
			segment(0xDE, "\x08\x00\x11\x00\x21\x01\x01\x11\x00")), 33, 17),

		"progressive":              good(frame(0xC2, 8), 33, 17),
		"extended, 12 bits":        good(frame(0xC1, 12), 33, 17),
		"progressive, 12 bits":     good(frame(0xC2, 12), 33, 17),
		"lossless, 2 bits":         good(frame(0xC3, 2), 33, 17),
		"lossless, 16 bits":        good(frame(0xC3, 16), 33, 17),
		"arithmetic":               good(frame(0xC9, 8), 33, 17),
		"arithmetic, progressive":  good(frame(0xCA, 8), 33, 17),
		"arithmetic, lossless":     good(frame(0xCB, 16), 33, 17),
		"arithmetic, differential": good(frame(0xCF, 8+5), 33, 17),

		"SOI":                        bad([]byte("\xFF\xD8"), media.NotPicture),
		"SOI and junk":               bad([]byte("\xFF\xD8junk"), media.NotPicture),
		"stray bytes before SOF":     bad(inserted(plain, sof, []byte{1}), media.Header),
		"FF 00 before SOF":           bad(inserted(plain, sof, []byte{0xFF, 0x00}), media.Header),
		"a restart before SOF":       bad(inserted(plain, sof, []byte{0xFF, 0xD0}), media.Header),
		"SOI, EOI":                   bad([]byte("\xFF\xD8\xFF\xD9"), media.Header),
		"SOS before SOF":             bad(append(plain[:sof:sof], plain[sof+19:]...), media.Header),
		"DHT taken for SOF":          bad(framed(0xC4, "\x08\x00\x11\x00\x21\x01\x01\x11\x00"), media.Header),
		"JPG taken for SOF":          bad(framed(0xC8, "\x08\x00\x11\x00\x21\x01\x01\x11\x00"), media.Header),
		"DAC taken for SOF":          bad(framed(0xCC, "\x08\x00\x11\x00\x21\x01\x01\x11\x00"), media.Header),
		"width 0":                    bad(patched(plain, sof+7, 0, 0), media.Header),
		"0x0":                        bad(patched(plain, sof+5, 0, 0, 0, 0), media.Header),
		"DNL of 0":                   bad(inserted(patched(plain, sof+5, 0, 0), eoi, segment(0xDC, "\x00\x00")), media.Header),
		"DNL too short":              bad(inserted(patched(plain, sof+5, 0, 0), eoi, segment(0xDC, "\x01")), media.Header),
		"precision 0":                bad(frame(0xC0, 0), media.Header),
		"precision 16, not lossless": bad(frame(0xC0, 16), media.Header),
		"precision 1, lossless":      bad(frame(0xC3, 1), media.Header),
		"precision 17, lossless":     bad(frame(0xC3, 17), media.Header),
		"no components":              bad(patched(plain, sof+9, 0), media.Header),
		"five components":            bad(framed(0xC0, "\x08\x00\x11\x00\x21\x05"+strings.Repeat("\x01\x11\x00", 5)), media.Header),
		"two of three components":    bad(patched(plain, sof+9, 2), media.Header),
		"frame too short":            bad(framed(0xC0, "\x08\x00\x11"), media.Header),
		"horizontal sampling 0":      bad(patched(plain, sof+11, 0x01), media.Header),
		"horizontal sampling 5":      bad(patched(plain, sof+11, 0x51), media.Header),
		"vertical sampling 0":        bad(patched(plain, sof+11, 0x10), media.Header),
		"vertical sampling 5":        bad(patched(plain, sof+11, 0x15), media.Header),
		"cut before the frame":       bad(plain[:sof-5], media.Header),
		"cut in the frame":           bad(plain[:sof+12], media.Header),
		"cut behind the frame":       bad(plain[:dht+9], media.Damaged),
		"segment length 1":           bad(patched(plain, 4, 0, 1), media.Header),
		"segment length 0 after":     bad(patched(plain, dht+2, 0, 0), media.Damaged),
		"a marker of no use":         bad(inserted(plain, sof, segment(0x42, "")), media.Header),
		"the same after SOF":         bad(inserted(plain, dht, segment(0x42, "")), media.Damaged),
		"SOI again":                  bad(inserted(plain, sos, []byte{0xFF, 0xD8}), media.Damaged),
		"two frames":                 bad(inserted(plain, sos, plain[sof:sof+19]), media.Damaged),
		"no scan":                    bad(append(plain[:sos:sos], 0xFF, 0xD9), media.Damaged),
		"no EOI":                     bad(plain[:eoi], media.Damaged),
		"scan of no component":       bad(patched(plain, sos+4, 0), media.Damaged),
		"scan of five":               bad(patched(plain, sos+4, 5), media.Damaged),
		"scan of two with three":     bad(patched(plain, sos+4, 2), media.Damaged),
	}
	check(t, media.JPEG, all)
}

func TestPNG(t *testing.T) {
	head := func(rest ...byte) []byte { return chunk("IHDR", ihdr(7, 5, rest...)) }
	grey, data, end := head(8, 0, 0, 0, 0), chunk("IDAT", deflated(make([]byte, 40))), chunk("IEND", "")
	palette := chunk("PLTE", "rgbRGB")
	wrong := func(b []byte) []byte { return patched(b, len(b)-1, b[len(b)-1]^1) } // its CRC
	notDeflate := chunk("IDAT", "is not looked at")
	all := map[string]picture{
		"of Go":                 good(makePNG(t, 70, 50), 70, 50),
		"greyscale":             good(pngOf(grey, data, end), 7, 5),
		"interlaced":            good(pngOf(head(16, 6, 0, 0, 1), data, end), 7, 5),
		"palette":               good(pngOf(head(1, 3, 0, 0, 0), palette, data, end), 7, 5),
		"trailing bytes":        good(append(pngOf(grey, data, end), "<script>"...), 7, 5),
		"unknown chunks":        good(pngOf(grey, chunk("teSt", "?"), chunk("\x00\x01\x02\x03", ""), data, chunk("CRIT", ""), end), 7, 5),
		"text":                  good(pngOf(grey, chunk("iTXt", "k"), chunk("iTXt", ""), chunk("iTXt", strings.Repeat("k", 200)), data, end), 7, 5),
		"apart":                 good(pngOf(grey, data, chunk("tEXt", "k\x00v"), data, end), 7, 5),
		"an empty IDAT first":   good(pngOf(grey, chunk("IDAT", ""), data, end), 7, 5),
		"IDAT of wrong CRC":     good(pngOf(grey, wrong(data), end), 7, 5),
		"IDAT of wrong content": good(pngOf(grey, notDeflate, end), 7, 5),
		"IEND of wrong CRC":     good(pngOf(grey, data, wrong(end)), 7, 5),
		"IEND with data":        good(pngOf(grey, data, chunk("IEND", "data")), 7, 5),
		"no IEND":               good(pngOf(grey, data), 7, 5),
		"half of IEND":          good(pngOf(grey, data, end[:6]), 7, 5),
		"no IEND, two IDATs":    good(pngOf(grey, chunk("IDAT", "12345"), chunk("IDAT", "1234")), 7, 5),

		"signature only":          bad(pngOf(), media.Header),
		"signature in CRLF":       bad([]byte("\x89PNG\r\r\n\x1a\n"), media.NotPicture),
		"IEND first":              bad(pngOf(end, grey, data, end), media.Header),
		"CgBI first":              bad(pngOf(chunk("CgBI", "\x50\x00\x20\x02"), grey, data, end), media.Header),
		"IHDR of 12":              bad(pngOf(chunk("IHDR", ihdr(7, 5, 8, 0, 0, 0)), data, end), media.Header),
		"IHDR of 14":              bad(pngOf(chunk("IHDR", ihdr(7, 5, 8, 0, 0, 0, 0, 0)), data, end), media.Header),
		"IHDR of wrong CRC":       bad(pngOf(wrong(grey), data, end), media.Header),
		"0x0":                     bad(pngOf(chunk("IHDR", ihdr(0, 0, 8, 0, 0, 0, 0)), data, end), media.Header),
		"width 0":                 bad(pngOf(chunk("IHDR", ihdr(0, 5, 8, 0, 0, 0, 0)), data, end), media.Header),
		"height 0":                bad(pngOf(chunk("IHDR", ihdr(7, 0, 8, 0, 0, 0, 0)), data, end), media.Header),
		"width 2^31":              bad(pngOf(chunk("IHDR", ihdr(1<<31, 1, 8, 0, 0, 0, 0)), data, end), media.Header),
		"height 2^31":             bad(pngOf(chunk("IHDR", ihdr(1, 1<<31, 8, 0, 0, 0, 0)), data, end), media.Header),
		"compression 1":           bad(pngOf(head(8, 0, 1, 0, 0), data, end), media.Header),
		"filter 1":                bad(pngOf(head(8, 0, 0, 1, 0), data, end), media.Header),
		"interlace 2":             bad(pngOf(head(8, 0, 0, 0, 2), data, end), media.Header),
		"IHDR twice":              bad(pngOf(grey, grey, data, end), media.Damaged),
		"no IDAT":                 bad(pngOf(grey, end), media.Damaged),
		"empty IDAT":              bad(pngOf(grey, chunk("IDAT", ""), end), media.Damaged),
		"no palette":              bad(pngOf(head(8, 3, 0, 0, 0), data, end), media.Damaged),
		"palette too late":        bad(pngOf(head(8, 3, 0, 0, 0), data, palette, end), media.Damaged),
		"a length too long":       bad(pngOf(grey, patched(data, 3, 200), end), media.Damaged),
		"no IEND but junk":        bad(pngOf(grey, data, []byte("IEND")), media.Damaged),
		"no IEND, wrong CRC":      bad(pngOf(grey, wrong(data)), media.Damaged),
		"no IEND, no IDAT":        bad(pngOf(grey), media.Damaged),
		"no IEND, IDATs to come":  bad(pngOf(grey, chunk("IDAT", "12345"), chunk("IDAT", "12345")), media.Damaged),
		"no IEND, an IDAT of 8 K": bad(pngOf(grey, chunk("IDAT", strings.Repeat("x", 8192))), media.Damaged),
	}
	legal := map[byte]string{0: "\x01\x02\x04\x08\x10", 2: "\x08\x10", 3: "\x01\x02\x04\x08", 4: "\x08\x10", 6: "\x08\x10"}
	for colour := range byte(9) {
		for depth := range byte(34) {
			p := bad(pngOf(head(depth, colour, 0, 0, 0), palette, data, end), media.Header)
			if strings.IndexByte(legal[colour], depth) >= 0 {
				p = good(p.file, 7, 5)
			}
			all[fmt.Sprintf("depth %d, colour type %d", depth, colour)] = p
		}
	}
	check(t, media.PNG, all)
}

func TestBMP(t *testing.T) {
	with := func(f bmp, change func(*bmp)) []byte { change(&f); return f.bytes() }
	base := bmp{width: 7, height: 5, bits: 24, planes: 1}
	all := map[string]picture{
		"top-down":                good(with(base, func(f *bmp) { f.height = -5 }), 7, 5),
		"trailing bytes":          good(append(base.bytes(), "<html>"...), 7, 5),
		"wrong planes":            good(with(base, func(f *bmp) { f.planes = 30000 }), 7, 5),
		"a palette nobody needs":  good(with(base, func(f *bmp) { f.colours = 300 }), 7, 5),
		"a gap before the pixels": good(with(base, func(f *bmp) { f.offset = 5000 }), 7, 5),
		"pixels in the palette":   good(with(base, func(f *bmp) { f.bits, f.colours, f.offset, f.pixels = 8, 2, 56, 46 }), 7, 5),
		"RLE8":                    good(with(base, func(f *bmp) { f.bits, f.compression, f.imageSize, f.pixels = 8, 1, 20, 20 }), 7, 5),
		"RLE8, no image size":     good(with(base, func(f *bmp) { f.bits, f.compression, f.pixels = 8, 1, 2 }), 7, 5),
		"RLE4":                    good(with(base, func(f *bmp) { f.bits, f.compression, f.pixels = 4, 2, 2 }), 7, 5),
		"RGB565":                  good(with(base, func(f *bmp) { f.bits, f.compression, f.offset = 16, 3, 66 }), 7, 5),
		"masks and alpha":         good(with(base, func(f *bmp) { f.bits, f.compression, f.offset = 32, 6, 70 }), 7, 5),
		"OS/2 RLE24":              good(with(base, func(f *bmp) { f.header, f.compression, f.imageSize, f.pixels = 64, 4, 20, 20 }), 7, 5),
		"OS/2 Huffman":            good(with(base, func(f *bmp) { f.header, f.bits, f.compression, f.imageSize, f.pixels = 64, 1, 3, 2, 2 }), 7, 5),
		"a JPEG inside":           good(with(base, func(f *bmp) { f.header, f.bits, f.compression, f.imageSize, f.pixels = 124, 0, 4, 99, 99 }), 7, 5),
		"a PNG inside":            good(with(base, func(f *bmp) { f.header, f.bits, f.compression, f.imageSize, f.pixels = 124, 0, 5, 99, 99 }), 7, 5),

		"BM":                      bad([]byte("BM"), media.Header),
		"a text":                  bad([]byte("BMW builds cars, and this is a text about them, long enough for a header"), media.Header),
		"width 0":                 bad(with(base, func(f *bmp) { f.width = 0 }), media.Header),
		"width -7":                bad(with(base, func(f *bmp) { f.width = -7; f.pixels = 999 }), media.Header),
		"height 0":                bad(with(base, func(f *bmp) { f.height = 0 }), media.Header),
		"height -2^31":            bad(with(base, func(f *bmp) { f.height, f.pixels = -1<<31, 10 }), media.Header),
		"compression 7":           bad(with(base, func(f *bmp) { f.compression = 7 }), media.Header),
		"RLE8 of 24 bits":         bad(with(base, func(f *bmp) { f.compression = 1 }), media.Header),
		"RLE4 of 8 bits":          bad(with(base, func(f *bmp) { f.bits, f.compression = 8, 2 }), media.Header),
		"masks of 24 bits":        bad(with(base, func(f *bmp) { f.compression = 3 }), media.Header),
		"a JPEG of 24 bits":       bad(with(base, func(f *bmp) { f.compression = 4 }), media.Header),
		"masks of 1 bit":          bad(with(base, func(f *bmp) { f.bits, f.compression = 1, 3 }), media.Header),
		"OS/2 Huffman of 24 bits": bad(with(base, func(f *bmp) { f.header, f.compression = 64, 3 }), media.Header),
		"cut in the file header":  bad(base.bytes()[:13], media.Header),
		"cut in the DIB header":   bad(base.bytes()[:53], media.Header),
		"pixels in the header":    bad(with(base, func(f *bmp) { f.offset = 53 }), media.Damaged),
		"pixels behind the file":  bad(patched(base.bytes(), 10, 0, 0, 0, 0x7F), media.Damaged),
		"palette behind the file": bad(patched(base.bytes(), 46, 0, 0, 0, 0x7F), media.Damaged),
		"a byte too few":          bad(with(base, func(f *bmp) { f.pixels = 24*5 - 1 }), media.Damaged),
		"no pixels":               bad(with(base, func(f *bmp) { f.pixels = -1 }), media.Damaged),
		"RLE8 without pixels":     bad(with(base, func(f *bmp) { f.bits, f.compression, f.pixels = 8, 1, -1 }), media.Damaged),
		"RLE8 a byte too few":     bad(with(base, func(f *bmp) { f.bits, f.compression, f.imageSize, f.pixels = 8, 1, 20, 19 }), media.Damaged),
		"masks, a byte too few":   bad(with(base, func(f *bmp) { f.bits, f.compression, f.offset, f.pixels = 16, 3, 66, 79 }), media.Damaged),
		"alpha, a byte too few":   bad(with(base, func(f *bmp) { f.bits, f.compression, f.offset, f.pixels = 16, 6, 70, 79 }), media.Damaged),
	}
	headers := map[int]bool{12: true, 16: true, 40: true, 52: true, 56: true, 64: true, 108: true, 124: true}
	for n := range 200 {
		p := bad(with(base, func(f *bmp) { f.header = n }), media.Header)
		if n == 0 {
			p.file = patched(base.bytes(), 14, 0)
		}
		if headers[n] {
			p = good(p.file, 7, 5)
		}
		all[fmt.Sprintf("header size %d", n)] = p
	}
	bits := map[int]bool{1: true, 2: true, 4: true, 8: true, 16: true, 24: true, 32: true, 64: true}
	for n := range 80 {
		p := bad(with(base, func(f *bmp) { f.bits, f.pixels = uint16(n), 999 }), media.Header)
		if bits[n] {
			p = good(p.file, 7, 5)
		}
		all[fmt.Sprintf("%d bits", n)] = p
	}
	check(t, media.BMP, all)
}

// TestNotPicture checks that a refusal names what came.
func TestNotPicture(t *testing.T) {
	for head, format := range map[string]media.Format{
		"":                        media.Unknown,
		"x":                       media.Unknown,
		"GIF89a":                  media.GIF,
		"%PDF-1.7":                media.PDF,
		"<svg/>":                  media.SVG,
		" \r\n<!DOCTYPE html><p>": media.HTML,
		" \x89PNG\r\n\x1a\n":      media.Unknown,
	} {
		info, err := walk([]byte(head))
		if kindOf(t, err) != media.NotPicture || info.Format != format {
			t.Errorf("%q: got %+v, %v", head, info, err)
		}
	}
	_, err := walk([]byte("GIF89a"))
	if got, want := err.Error(), "gif: not a picture: only jpeg, png and bmp are (at byte 0)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
