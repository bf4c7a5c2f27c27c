package fit

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"os"
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// convertedBy is what a profile makes of a colour.
func convertedBy(t *testing.T, icc []byte, c [3]uint8) [3]uint8 {
	t.Helper()
	_, _, tr, err := readICC(icc)
	if err != nil {
		t.Fatal(err)
	}
	row := []uint8{c[0], c[1], c[2], 255}
	if tr != nil {
		tr.apply(row)
	}
	return [3]uint8(row)
}

// TestICC: known colours. The wanted values are those of littleCMS for the same profiles, relative
// colorimetric.
func TestICC(t *testing.T) {
	p3, adobe := iccOf("Display P3", "RGB ", xyzP3, paraSRGB()), iccOf("Adobe RGB (1998)", "RGB ", xyzAdobe, gammaTRC(563./256))
	for _, test := range []struct {
		name string
		icc  []byte
		in   [3]uint8
		want [3]uint8
	}{
		{"P3", p3, [3]uint8{0, 0, 0}, [3]uint8{0, 0, 0}},
		{"P3", p3, [3]uint8{255, 255, 255}, [3]uint8{255, 255, 255}},
		{"P3", p3, [3]uint8{128, 128, 128}, [3]uint8{128, 128, 128}},
		{"P3", p3, [3]uint8{255, 0, 0}, [3]uint8{255, 0, 0}}, // outside of sRGB
		{"P3", p3, [3]uint8{0, 255, 0}, [3]uint8{0, 255, 0}},
		{"P3", p3, [3]uint8{200, 100, 50}, [3]uint8{214, 92, 30}},
		{"P3", p3, [3]uint8{64, 128, 192}, [3]uint8{31, 129, 197}},
		{"P3", p3, [3]uint8{180, 160, 140}, [3]uint8{184, 159, 137}},
		{"Adobe", adobe, [3]uint8{255, 255, 255}, [3]uint8{255, 255, 255}},
		{"Adobe", adobe, [3]uint8{128, 128, 128}, [3]uint8{129, 129, 129}},
		{"Adobe", adobe, [3]uint8{200, 100, 50}, [3]uint8{227, 100, 42}},
		{"Adobe", adobe, [3]uint8{64, 128, 192}, [3]uint8{0, 129, 195}},
		{"Adobe", adobe, [3]uint8{180, 160, 140}, [3]uint8{188, 161, 140}},
	} {
		got := convertedBy(t, test.icc, test.in)
		for i := range got {
			if d := int(got[i]) - int(test.want[i]); d < -2 || d > 2 {
				t.Errorf("%s %v: %v, want %v", test.name, test.in, got, test.want)
				break
			}
		}
	}
}

// TestSRGB: sRGB is recognised however its curve is written, and left alone.
func TestSRGB(t *testing.T) {
	for name, trc := range map[string][]byte{"parameters": paraSRGB(), "1024 points": tableTRC(1024), "4096 points": tableTRC(4096)} {
		called, _, tr, err := readICC(iccOf("sRGB", "RGB ", xyzSRGB, trc))
		if err != nil || called != "sRGB" || tr != nil {
			t.Errorf("%s: %q, %v; it is converted", name, called, err)
		}
	}
	for name, icc := range map[string][]byte{
		"gamma 2.2": iccOf("x", "RGB ", xyzSRGB, gammaTRC(1.8)), "P3": iccOf("x", "RGB ", xyzP3, paraSRGB()),
	} {
		if _, _, tr, err := readICC(icc); err != nil || tr == nil {
			t.Errorf("%s passes for sRGB: %v", name, err)
		}
	}
}

// TestProfiles fits pictures that carry profiles, in each place, and looks at a pixel of the
// result.
func TestProfiles(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 32, 32))
	grey := image.NewGray(m.Rect)
	for i := range grey.Pix {
		copy(m.Pix[4*i:], []uint8{200, 100, 50, 255})
		grey.Pix[i] = 100
	}
	p3 := iccOf("Display P3", "RGB ", xyzP3, paraSRGB())
	srgb := iccOf("sRGB", "RGB ", xyzSRGB, paraSRGB())
	broken := bytes.Replace(p3, []byte("rXYZ"), []byte("A2B0"), 1)
	greyProfile := iccOf("Dot Gain", "GRAY", xyzP3, gammaTRC(1))
	inJPEG := func(b, icc []byte) []byte { return behindSOI(b, segment(0xE2, iccID+"\x01\x01"+string(icc))) }
	inPNG := func(icc []byte) []byte { return behindIHDR(pngOf(t, m), profileChunk(icc)) }
	halves := behindSOI(jpegOf(t, m, 95), segment(0xE2, iccID+"\x02\x02"+string(p3[200:])), segment(0xE2, iccID+"\x01\x02"+string(p3[:200])))
	lost := behindSOI(jpegOf(t, m, 95), segment(0xE2, iccID+"\x02\x02"+string(p3[200:])))
	cicp := func(a, b byte) []byte { return behindIHDR(pngOf(t, m), chunk("cICP", string([]byte{a, b, 0, 1}))) }
	be := func(v ...uint32) string {
		var b []byte
		for _, x := range v {
			b = binary.BigEndian.AppendUint32(b, x)
		}
		return string(b)
	}
	tests := []struct {
		name      string
		data      []byte
		want      [3]int
		converted bool
		says      string
	}{
		{"p3.jpg", inJPEG(jpegOf(t, m, 95), p3), [3]int{214, 92, 30}, true, "Display P3 → sRGB"},
		{"parts.jpg", halves, [3]int{214, 92, 30}, true, "Display P3 → sRGB"},
		{"lost.jpg", lost, [3]int{200, 100, 50}, false, "part 1 of 2 is missing"},
		{"srgb.jpg", inJPEG(jpegOf(t, m, 95), srgb), [3]int{200, 100, 50}, false, ""},
		{"tables.jpg", inJPEG(jpegOf(t, m, 95), lutOf("Printer", "RGB ", darker)), [3]int{139, 60, 45}, true, "Printer → sRGB"},
		{"broken.jpg", inJPEG(jpegOf(t, m, 95), broken), [3]int{200, 100, 50}, false, "cannot be read"},
		{"inks.jpg", inJPEG(flatJPEG("Adobe\x00\x64\x00\x00\x00\x00\x00", 255, 255, 255, 0), lutOf("Press", "CMYK", inks)), [3]int{60, 60, 60}, true, "Press → sRGB"},
		{"ink.jpg", inJPEG(flatJPEG("Adobe\x00\x64\x00\x00\x00\x00\x00", 128, 255, 255, 255), lutOf("Press", "CMYK", inks)), [3]int{178, 225, 255}, true, "Press → sRGB"},
		{"foreign inks.jpg", inJPEG(flatJPEG("Adobe\x00\x64\x00\x00\x00\x00\x00", 255, 255, 255, 0), p3), [3]int{0, 0, 0}, false, "does not belong"},
		{"foreign.jpg", inJPEG(jpegOf(t, m, 95), greyProfile), [3]int{200, 100, 50}, false, "does not belong"},
		{"grey.jpg", inJPEG(jpegOf(t, grey, 95), greyProfile), [3]int{168, 168, 168}, true, "Dot Gain → sRGB"},
		{"greyP3.jpg", inJPEG(jpegOf(t, grey, 95), p3), [3]int{100, 100, 100}, false, ""},
		{"p3.png", inPNG(p3), [3]int{214, 92, 30}, true, "Display P3 → sRGB"},
		{"p3.webp", riffOf(vp8x(0x20, 32, 32), webpChunkOf("ICCP", p3), webpOf(m)[12:]), [3]int{214, 92, 30}, true, "Display P3 → sRGB"},
		{"cicp p3.png", cicp(12, 13), [3]int{214, 92, 30}, true, "Display P3 → sRGB"},
		{"cicp srgb.png", cicp(1, 13), [3]int{200, 100, 50}, false, ""},
		{"cicp pq.png", cicp(9, 16), [3]int{200, 100, 50}, false, "HDR"},
		{"gamma.png", behindIHDR(pngOf(t, m), chunk("gAMA", be(45455))), [3]int{200, 100, 50}, false, ""},
		{"linear.png", behindIHDR(pngOf(t, m), chunk("gAMA", be(100000))), [3]int{228, 168, 122}, true, "gAMA"},
		{"srgb stands above.png", behindIHDR(pngOf(t, m), chunk("sRGB", "\x00"), chunk("gAMA", be(100000))), [3]int{200, 100, 50}, false, ""},
		{"chrm.png", behindIHDR(pngOf(t, m), chunk("cHRM", be(31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000))), [3]int{214, 92, 30}, true, "cHRM"},
		{"nonsense.png", behindIHDR(pngOf(t, m), chunk("cHRM", be(0, 0, 0, 0, 0, 0, 0, 0))), [3]int{200, 100, 50}, false, ""},
		{"broken.png", behindIHDR(pngOf(t, m), chunk("iCCP", "x\x00\x00nothing")), [3]int{200, 100, 50}, false, "cannot be read"},
	}
	for _, test := range tests {
		format := media.Sniff(test.data)
		var ep *wxup.Endpoint
		if format == media.JPEG {
			ep = row(64<<10, media.PNG)
		} else {
			ep = row(64<<10, media.JPEG)
		}
		got, c := fitted(t, Options{}, ep, test.name, test.data)
		out, _, err := image.Decode(bytes.NewReader(got.Bytes))
		if err != nil {
			t.Fatal(err)
		}
		p := color.NRGBAModel.Convert(out.At(out.Bounds().Dx()/2, 5)).(color.NRGBA)
		for i, v := range []uint8{p.R, p.G, p.B} {
			if d := int(v) - test.want[i]; d < -3 || d > 3 { // JPEG and the rounding of YCbCr on top
				t.Errorf("%s: %v, want %v: %s", test.name, p, test.want, c)
				break
			}
		}
		if c.ConvertedToSRGB != test.converted || !strings.Contains(c.String(), test.says) {
			t.Errorf("%s: %s, want %q", test.name, c, test.says)
		}
	}
}

// TestProfileBomb: a profile that inflates without end is given up at 4 MB.
func TestProfileBomb(t *testing.T) {
	data := behindIHDR(pngOf(t, gradient(16, 16)), profileChunk(make([]byte, 16<<20)))
	before := allocated()
	_, c := fitted(t, Options{}, row(64<<10, media.JPEG), "x.png", data)
	if !strings.Contains(c.String(), "more than 4 MB") {
		t.Error(c)
	}
	if grown := allocated() - before; grown > 30<<20 {
		t.Errorf("%d MB were allocated", grown>>20)
	}
}

// TestCMYK: Adobe writes inverted values, as CMYK or as YCCK. ImageMagick reads the same colours
// from these files.
func TestCMYK(t *testing.T) {
	const cmyk, ycck = "Adobe\x00\x64\x00\x00\x00\x00\x00", "Adobe\x00\x64\x00\x00\x00\x00\x02"
	for _, test := range []struct {
		name string
		data []byte
		want [3]int
	}{
		{"no ink", flatJPEG(cmyk, 255, 255, 255, 255), [3]int{255, 255, 255}},
		{"black", flatJPEG(cmyk, 255, 255, 255, 0), [3]int{0, 0, 0}},
		{"cyan", flatJPEG(cmyk, 0, 255, 255, 255), [3]int{0, 255, 255}},
		{"half", flatJPEG(cmyk, 200, 100, 50, 128), [3]int{100, 50, 25}},
		{"ycck white", flatJPEG(ycck, 0, 128, 128, 255), [3]int{255, 255, 255}},
		{"ycck red", flatJPEG(ycck, 179, 171, 1, 255), [3]int{254, 0, 0}},
		{"ycck dark red", flatJPEG(ycck, 179, 171, 1, 128), [3]int{127, 0, 0}},
	} {
		got, c := fitted(t, Options{}, row(64<<10, media.PNG), "x.jpg", test.data)
		m, _, err := image.Decode(bytes.NewReader(got.Bytes))
		if err != nil {
			t.Fatal(err)
		}
		p := color.NRGBAModel.Convert(m.At(3, 3)).(color.NRGBA)
		for i, v := range []uint8{p.R, p.G, p.B} {
			if d := int(v) - test.want[i]; d < -2 || d > 2 {
				t.Errorf("%s: %v, want %v: %s", test.name, p, test.want, c)
				break
			}
		}
		if !strings.Contains(c.String(), "CMYK") {
			t.Error(c)
		}
	}
	// RGB in a JPEG, which Adobe's mark tells.
	got, _ := fitted(t, Options{}, row(64<<10, media.PNG), "x.jpg", flatJPEG(cmyk, 200, 100, 50))
	m, _, _ := image.Decode(bytes.NewReader(got.Bytes))
	if p := color.NRGBAModel.Convert(m.At(3, 3)).(color.NRGBA); distance(p, color.NRGBA{200, 100, 50, 255}) > 1 {
		t.Errorf("RGB: %v", p)
	}
}

// TestStudio: WebP's YCbCr goes from 16 to 235. lossy.webp was made of gradient, whose corners are
// near black and white.
func TestStudio(t *testing.T) {
	data, err := os.ReadFile("testdata/lossy.webp")
	if err != nil {
		t.Fatal(err)
	}
	got, _ := fitted(t, Options{}, row(64<<10, media.PNG), "x.webp", data)
	m, _, _ := image.Decode(bytes.NewReader(got.Bytes))
	want := gradient(61, 43)
	for _, p := range []image.Point{{1, 1}, {59, 1}, {1, 41}, {59, 41}, {30, 20}} {
		a, b := color.NRGBAModel.Convert(m.At(p.X, p.Y)).(color.NRGBA), want.NRGBAAt(p.X, p.Y)
		if distance(a, b) > 14 {
			t.Errorf("%v: %v, want %v", p, a, b)
		}
	}
}

// TestUnsoundProfiles: what a profile claims beyond its bytes would be allocated.
func TestUnsoundProfiles(t *testing.T) {
	lut := lutOf("Press", "CMYK", inks)
	at := bytes.Index(lut, []byte("mft2"))
	changed := func(i int, with ...byte) []byte {
		b := bytes.Clone(lut)
		copy(b[i:], with)
		return b
	}
	modular := changed(at, append([]byte("mAB \x00\x00\x00\x00\x04\x03\x00\x00"), bytes.Repeat([]byte{0, 0, 0, 0}, 5)...)...)
	modular[at+27] = 40 // the table
	copy(modular[at+40:], bytes.Repeat([]byte{255}, 16))
	modular[at+56] = 0 // bytes a value
	for name, icc := range map[string][]byte{
		"curve of 4 billion": iccOf("x", "RGB ", xyzP3, []byte("curv\x00\x00\x00\x00\xFF\xFF\xFF\xFF\x00\x00")),
		"255 points":         changed(at+10, 255),
		"200 inputs":         changed(at+8, 200),
		"no points":          changed(at+10, 0),
		"65535 entries":      changed(at+48, 255, 255),
		"table of nothing":   modular,
		"4 billion tags":     changed(128, 255, 255, 255, 255),
		"tag beyond the end": changed(128+4+4, 255, 255),
		"cut":                lut[:len(lut)-2],
		"header alone":       lut[:128],
	} {
		if _, _, _, err := readICC(icc); err != errProfile {
			t.Errorf("%s: %v", name, err)
		}
	}
}
