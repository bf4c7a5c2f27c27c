package media_test

import (
	"bytes"
	"errors"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/wxup/wxup/media"
)

// seeds are one file of each sort, whole.
func seeds(t testing.TB) [][]byte {
	plain := makeJPEG(t, 24, 16)
	sof, sos := index(t, plain, "\xFF\xC0"), index(t, plain, "\xFF\xDA")
	return [][]byte{
		plain,
		patched(plain, sof+1, 0xC2),
		patched(plain, sof+4, 12),
		inserted(plain, len(plain)-2, plain[sos:len(plain)-2]),
		makePNG(t, 24, 16),
		pngOf(chunk("IHDR", ihdr(4, 4, 8, 3, 0, 0, 0)), chunk("PLTE", "rgb"), chunk("IDAT", deflated(make([]byte, 20))), chunk("IEND", "")),
		pngOf(chunk("IHDR", ihdr(4, 4, 8, 0, 0, 0, 0)), chunk("iTXt", "k\x00\x01\x00\x00\x00x"), chunk("IDAT", deflated(make([]byte, 20))), chunk("IEND", "")),
		bmp{width: 9, height: 9, bits: 24}.bytes(),
		bmp{header: 12, width: 9, height: 9, bits: 8}.bytes(),
		bmp{header: 124, width: 9, height: -9, bits: 16, compression: 3}.bytes(),
		bmp{width: 9, height: 9, bits: 8, compression: 1, imageSize: 20, pixels: 20}.bytes(),
		[]byte("GIF89a"),
	}
}

// judge walks a file and holds the verdict against itself and against Go's decoders.
func judge(t testing.TB, file []byte) {
	info, err := walk(file)
	kind := kindOf(t, err)
	var e *media.StructureError
	if errors.As(err, &e) && (e.Offset < 0 || e.Offset > int64(len(file)) || e.Format != info.Format) {
		t.Fatalf("%+v of a file of %d bytes, %+v", e, len(file), info)
	}
	picture := info.Format == media.JPEG || info.Format == media.PNG || info.Format == media.BMP
	if (kind == media.NotPicture) == picture {
		t.Fatalf("format %q, %v", info.Format, err)
	}
	if err == nil && (info.Width < 1 || info.Height < 0 || info.Height == 0 && info.Format != media.JPEG || info.Width*info.Height > media.MaxPixels) {
		t.Fatalf("accepted %+v", info)
	}
	if got := media.Sniff(file); got != info.Format {
		t.Fatalf("walked as %q, sniffed as %q", info.Format, got)
	}
	if err != nil && kind != media.TooBig && decodes(file, info) {
		if known := oddlyDecodable(kind, e.Reason); !known {
			t.Fatalf("Go decodes what Walk refuses: %v", err)
		}
	}
}

// decodes reports whether Go's decoder makes a picture of a file. It is not tried on large ones.
func decodes(file []byte, info media.Info) bool {
	switch info.Format {
	case media.JPEG:
		c, err := jpeg.DecodeConfig(bytes.NewReader(file))
		if err == nil && c.Width*c.Height < 1<<18 {
			_, err = jpeg.Decode(bytes.NewReader(file))
			return err == nil
		}
	case media.PNG:
		c, err := png.DecodeConfig(bytes.NewReader(file))
		if err == nil && c.Width*c.Height < 1<<18 {
			_, err = png.Decode(bytes.NewReader(file))
			return err == nil
		}
	}
	return false
}

// oddlyDecodable names what Walk refuses although Go's JPEG decoder does not: bytes between the
// segments before the frame header, which no standard allows, and pictures without any width, which
// nobody can show.
func oddlyDecodable(kind media.Kind, reason string) bool {
	return kind == media.Header && (strings.HasPrefix(reason, "stray bytes") || reason == "no width or no height")
}

// TestMutations is the fuzz target's short sister for every run: the same mutations each time.
func TestMutations(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	all := seeds(t)
	for range 30_000 {
		file := bytes.Clone(all[r.IntN(len(all))])
		for range 1 + r.IntN(3) {
			at := r.IntN(len(file))
			switch r.IntN(5) {
			case 0:
				file[at] = byte(r.Uint32())
			case 1:
				file[at] ^= 1 << r.IntN(8)
			case 2:
				file = append(file[:at], file[min(len(file), at+1+r.IntN(4)):]...)
			case 3:
				file = inserted(file, at, randomBytes(1+r.IntN(4)))
			case 4:
				file = file[:at+1]
			}
			if len(file) == 0 {
				break
			}
		}
		judge(t, file)
	}
}

func FuzzWalk(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file []byte) { judge(t, file) })
}

func FuzzSniff(f *testing.F) {
	for head := range samples {
		f.Add([]byte(head), "x.jpg")
	}
	known := map[media.Format]bool{media.Unknown: true}
	for _, format := range media.Formats() {
		known[format] = true
	}
	f.Fuzz(func(t *testing.T, head []byte, name string) {
		format := media.Sniff(head)
		if !known[format] {
			t.Fatalf("sniffed %q", format)
		}
		if more := media.Sniff(append(head[:len(head):len(head)], 0)); len(head) > 2*media.SniffLen && more != format {
			t.Fatalf("%q turns into %q behind SniffLen", format, more)
		}
		claimed, ok := media.BySuffix(name)
		if ok != (claimed != media.Unknown) || !known[claimed] {
			t.Fatalf("%q claims %q, %v", name, claimed, ok)
		}
		if ok && !strings.HasSuffix(strings.ToLower(name), "."+claimed.Suffix()) && claimed.Class() == media.Video {
			t.Fatalf("%q claims %q", name, claimed)
		}
	})
}
