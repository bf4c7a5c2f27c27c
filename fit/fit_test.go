package fit

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// row is a row of a user's own.
func row(max int64, formats ...media.Format) *wxup.Endpoint {
	ep := *wxup.MarketingImage
	ep.Name, ep.Accepts = "own", nil
	for _, f := range formats {
		ep.Accepts = append(ep.Accepts, wxup.Accept{Format: f, Max: max})
	}
	return &ep
}

func sectionOf(b []byte) *io.SectionReader {
	return io.NewSectionReader(bytes.NewReader(b), 0, int64(len(b)))
}

// fitted fits, and checks what must be true of every result.
func fitted(t testing.TB, o Options, ep *wxup.Endpoint, name string, data []byte) (*wxup.FitResult, *Change) {
	t.Helper()
	got, err := New(o).Fit(t.Context(), ep, name, sectionOf(data))
	if err != nil {
		t.Fatalf("%s to %s: %v", name, ep.Name, err)
	}
	if got == nil {
		return nil, nil
	}
	return got, sound(t, ep, got, data)
}

func sound(t testing.TB, ep *wxup.Endpoint, got *wxup.FitResult, data []byte) *Change {
	t.Helper()
	c := got.Change.(*Change)
	res, err := new(wxup.Client).Check(t.Context(), ep, wxup.Bytes(got.Name, got.Bytes))
	if err != nil {
		t.Fatalf("%s: the row does not take what was made: %v\n%s", got.Name, err, c)
	}
	if suffix, _ := media.BySuffix(got.Name); res.Format != c.To.Format || suffix != res.Format || res.Name != got.Name {
		t.Errorf("the result is %s, its name %q, sent as %q, the change says %s", res.Format, got.Name, res.Name, c.To.Format)
	}
	m, _, err := image.Decode(bytes.NewReader(got.Bytes))
	if err != nil {
		t.Fatalf("the result cannot be decoded: %v", err)
	}
	if c.Lossless && c.Quality == 0 && c.To.Format == c.From.Format && !c.Oriented {
		// The pixels may still lie turned.
	} else if m.Bounds().Dx() != c.To.Width || m.Bounds().Dy() != c.To.Height {
		t.Errorf("the result has %v, the change says %d×%d", m.Bounds(), c.To.Width, c.To.Height)
	}
	if c.To.Width > c.From.Width || c.To.Height > c.From.Height {
		t.Errorf("enlarged: %s", c)
	}
	if c.To.Bytes != int64(len(got.Bytes)) || c.From.Bytes != int64(len(data)) {
		t.Errorf("%s: the sizes are %d and %d", c, len(data), len(got.Bytes))
	}
	if c.SSIM < 0.5 || c.SSIM > 1 || c.Lossless && c.SSIM != 1 {
		t.Errorf("SSIM %v of %s", c.SSIM, c)
	}
	return c
}

// TestUntouched: what the row takes is not touched.
func TestUntouched(t *testing.T) {
	small := gradient(40, 30)
	files := map[string][]byte{
		"a.jpg": behindSOI(jpegOf(t, small, 80), segment(0xE1, exifID+exifOf(binary.BigEndian, 6, true))),
		"a.png": behindIHDR(pngOf(t, small), chunk("tEXt", "Author\x00me")),
		"a.bmp": bmpOf(20, 20, 24, 40, nil, func(x, y int) uint32 { return uint32(x * y) }),
	}
	for name, data := range files {
		if got, _ := fitted(t, Options{}, wxup.MarketingImage, name, data); got != nil {
			t.Errorf("%s: changed: %s", name, got.Change)
		}
	}
	// Documents and videos as well.
	for _, f := range []struct {
		ep   *wxup.Endpoint
		data string
	}{{wxup.FapiaoFile, "%PDF-1.7\n"}, {wxup.MerchantVideo, "\x00\x00\x00\x18ftypmp42"}, {wxup.HKFile, "%PDF-1.4\n"}} {
		if got, err := New(Options{Strip: true}).Fit(t.Context(), f.ep, "x", sectionOf([]byte(f.data))); got != nil || err != nil {
			t.Errorf("%q: %v, %v", f.data, got, err)
		}
	}
}

// TestKinds fits every kind of picture that is read into a row that takes JPEG and PNG, and looks
// at the pixels.
func TestKinds(t *testing.T) {
	source := gradient(61, 43)
	see := func(c color.Color) color.NRGBA { return color.NRGBAModel.Convert(c).(color.NRGBA) }
	grey := image.NewGray(source.Rect)
	deep := image.NewNRGBA64(source.Rect)
	deepGrey := image.NewGray16(source.Rect)
	palette := image.NewPaletted(source.Rect, color.Palette{color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 255, 0, 255}, color.NRGBA{0, 0, 255, 255}, color.NRGBA{9, 9, 9, 255}})
	for y := range 43 {
		for x := range 61 {
			c := source.NRGBAAt(x, y)
			grey.Set(x, y, c)
			deepGrey.Set(x, y, c)
			deep.Set(x, y, color.NRGBA64{uint16(c.R) * 257, uint16(c.G) * 257, uint16(c.B) * 257, 65535})
			palette.SetColorIndex(x, y, uint8(x/8+y/8)%4)
		}
	}
	var anim bytes.Buffer
	frame := image.NewPaletted(image.Rect(5, 3, 25, 23), palette.Palette)
	for i := range frame.Pix {
		frame.Pix[i] = 2
	}
	second := image.NewPaletted(image.Rect(0, 0, 61, 43), palette.Palette)
	gif.EncodeAll(&anim, &gif.GIF{Image: []*image.Paletted{frame, second}, Delay: []int{1, 1}, Config: image.Config{Width: 61, Height: 43, ColorModel: palette.Palette}})
	still := new(bytes.Buffer)
	gif.Encode(still, palette, nil)
	file := func(name string) []byte {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	onGrid := func(x, y int) color.NRGBA { return see(palette.At(x, y)) }
	plain := func(x, y int) color.NRGBA { return source.NRGBAAt(x, y) }
	bmpPixel := func(x, y int) uint32 {
		c := source.NRGBAAt(x, y)
		return uint32(c.A)<<24 | uint32(c.R)<<16 | uint32(c.G)<<8 | uint32(c.B)
	}
	var colours []color.NRGBA
	for i := range 256 {
		colours = append(colours, color.NRGBA{uint8(i), uint8(255 - i), uint8(i * 7), 255})
	}
	byPalette := func(bits int) []byte {
		return bmpOf(61, 43, bits, 40, colours[:1<<bits], func(x, y int) uint32 { return uint32(x+y) & (1<<bits - 1) })
	}
	fromPalette := func(bits int) func(x, y int) color.NRGBA {
		return func(x, y int) color.NRGBA { return colours[(x+y)&(1<<bits-1)] }
	}
	lossy := file("lossy.webp")
	animated := riffOf(vp8x(2, 100, 80), webpChunkOf("ANIM", make([]byte, 6)),
		webpChunkOf("ANMF", append([]byte{10, 0, 0, 5, 0, 0, 60, 0, 0, 42, 0, 0, 9, 0, 0, 0}, lossy[12:]...)),
		webpChunkOf("ANMF", append([]byte{0, 0, 0, 0, 0, 0, 60, 0, 0, 42, 0, 0, 9, 0, 0, 0}, lossy[12:]...)))
	tests := []struct {
		name  string
		data  []byte
		to    media.Format
		exact bool // every pixel is right; else near
		pixel func(x, y int) color.NRGBA
		note  string
	}{
		{"rgb.png", pngOf(t, source), media.JPEG, false, plain, ""},
		{"deep.png", pngOf(t, deep), media.JPEG, false, plain, ""},
		{"palette.png", pngOf(t, palette), media.PNG, true, onGrid, ""},
		{"grey.png", pngOf(t, grey), media.PNG, true, func(x, y int) color.NRGBA { return see(grey.At(x, y)) }, ""},
		{"grey16.png", pngOf(t, deepGrey), media.PNG, true, func(x, y int) color.NRGBA {
			v := uint8((int(deepGrey.Gray16At(x, y).Y)*255 + 32767) / 65535)
			return color.NRGBA{v, v, v, 255}
		}, ""},
		{"still.gif", still.Bytes(), media.PNG, true, onGrid, ""},
		{"anim.gif", anim.Bytes(), media.PNG, true, func(x, y int) color.NRGBA {
			if image.Pt(x, y).In(frame.Rect) {
				return color.NRGBA{0, 0, 255, 255}
			}
			return color.NRGBA{}
		}, "first picture of an animation"},
		{"1.bmp", byPalette(1), media.PNG, true, fromPalette(1), ""},
		{"2.bmp", byPalette(2), media.PNG, true, fromPalette(2), ""},
		{"4.bmp", byPalette(4), media.PNG, true, fromPalette(4), ""},
		{"8.bmp", byPalette(8), media.PNG, true, fromPalette(8), ""},
		{"24.bmp", bmpOf(61, 43, 24, 40, nil, bmpPixel), media.JPEG, false, plain, ""},
		{"32.bmp", bmpOf(61, 43, 32, 40, nil, bmpPixel), media.JPEG, false, plain, ""},
		{"32alpha0.bmp", bmpOf(61, 43, 32, 108, nil, func(x, y int) uint32 { return bmpPixel(x, y) & 0xFFFFFF }), media.JPEG, false, plain, ""},
		{"lossless.webp", webpOf(source), media.JPEG, false, plain, ""},
		{"lossy.webp", lossy, media.JPEG, false, plain, ""},
		{"alpha.webp", file("alpha.webp"), media.PNG, false, func(x, y int) color.NRGBA {
			c := plain(x, y)
			c.A = uint8(x * 4)
			return c
		}, ""},
		{"animated.webp", animated, media.PNG, false, func(x, y int) color.NRGBA {
			if image.Pt(x, y).In(image.Rect(20, 10, 81, 53)) {
				return plain(x-20, y-10)
			}
			return color.NRGBA{}
		}, "first picture of an animation"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			// The rows of WeChat take BMP; this one does not, and takes PNG up to a size that makes
			// all of them go through.
			ep := row(2<<20, media.JPEG, media.PNG)
			o := Options{}
			if format := media.Sniff(test.data); format == media.PNG {
				o.Strip = true // it fits, so that something must be asked for
				test.data = behindIHDR(test.data, chunk("gAMA", "\x00\x00\x00\x00"))
				ep = row(2<<20, media.JPEG)
				if test.to == media.PNG {
					ep = row(int64(len(test.data))-1, media.JPEG, media.PNG)
				}
			}
			got, c := fitted(t, o, ep, test.name, test.data)
			if got == nil {
				t.Fatal("nothing was done")
			}
			if c.To.Format != test.to || !strings.Contains(c.String(), test.note) {
				t.Errorf("%s, want %s and %q", c, test.to, test.note)
			}
			m, _, err := image.Decode(bytes.NewReader(got.Bytes))
			if err != nil {
				t.Fatal(err)
			}
			var worst, sum, n int
			for y := range m.Bounds().Dy() {
				for x := range m.Bounds().Dx() {
					d := distance(see(m.At(x, y)), test.pixel(x, y))
					worst, sum, n = max(worst, d), sum+d, n+1
				}
			}
			if test.exact && worst > 0 {
				t.Errorf("%s: a pixel is off by %d", c, worst)
			}
			if mean := float64(sum) / float64(n); mean > 6 {
				t.Errorf("%s: pixels are off by %.1f on average", c, mean)
			}
		})
	}
}

// distance is the largest difference of a channel. Where nothing is to be seen colours do not
// matter.
func distance(a, b color.NRGBA) int {
	abs := func(x, y uint8) int { return max(int(x)-int(y), int(y)-int(x)) }
	if a.A == 0 && b.A == 0 {
		return 0
	}
	d := abs(a.A, b.A)
	if min(a.A, b.A) > 100 {
		d = max(d, abs(a.R, b.R), abs(a.G, b.G), abs(a.B, b.B))
	}
	return d
}

// TestCannot: what cannot be fitted is refused with the reason and with what to do.
func TestCannot(t *testing.T) {
	ep := wxup.ArticleImage
	photoFile := jpegOf(t, gradient(200, 150), 90)
	twelve := bytes.Clone(photoFile)
	twelve[bytes.Index(twelve, []byte{0xFF, 0xC0})+4] = 12
	arithmetic := bytes.Clone(photoFile)
	arithmetic[bytes.Index(arithmetic, []byte{0xFF, 0xC0})+1] = 0xC9
	pngFile := pngOf(t, gradient(200, 150))
	bmpFile := bmpOf(61, 43, 24, 40, nil, func(x, y int) uint32 { return 0 })
	rle := bytes.Clone(bmpFile)
	rle[28], rle[30] = 8, 1
	sixteen := bytes.Clone(bmpFile)
	sixteen[28] = 16
	os2 := bytes.Clone(bmpFile)
	os2[14], os2[10] = 64, 14+64
	os2 = append(os2, make([]byte, 64-40)...)
	tests := []struct {
		name    string
		ep      *wxup.Endpoint
		data    []byte
		problem wxup.Problem
		says    []string
	}{
		{"empty", ep, nil, wxup.EmptyFile, nil},
		{"unknown", ep, []byte("hello, this is nothing"), wxup.NotImage, []string{"is unknown"}},
		{"x.heic", ep, []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), wxup.NotImage, []string{"heic", "Most Compatible"}},
		{"x.avif", ep, []byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00"), wxup.NotImage, []string{"avif", "save it as JPEG"}},
		{"x.jxl", ep, []byte("\xFF\x0Axxxxxxxx"), wxup.NotImage, []string{"jxl"}},
		{"x.tiff", ep, []byte("II*\x00\x08\x00\x00\x00"), wxup.NotImage, []string{"tiff"}},
		{"x.svg", ep, []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), wxup.NotImage, []string{"svg", "PNG"}},
		{"x.psd", ep, []byte("8BPS\x00\x01\x00\x00"), wxup.NotImage, []string{"psd", "export"}},
		{"x.ico", ep, []byte("\x00\x00\x01\x00\x01\x00"), wxup.NotImage, []string{"ico"}},
		{"x.pdf", ep, []byte("%PDF-1.7"), wxup.NotImage, []string{"pdf", "page"}},
		{"x.mp4", ep, []byte("\x00\x00\x00\x18ftypmp42"), wxup.NotImage, []string{"mp4", "not a picture"}},
		{"large.pdf", wxup.HKFile, append([]byte("%PDF-1.7\n"), make([]byte, 6<<20)...), wxup.TooLarge, []string{"6.0 MB", "5.0 MB", "pages"}},
		{"large.mp4", wxup.MerchantVideo, append([]byte("\x00\x00\x00\x18ftypmp42"), make([]byte, 6<<20)...), wxup.TooLarge, []string{"ffmpeg"}},
		{"picture for invoices", wxup.FapiaoFile, photoFile, wxup.NotImage, []string{"pdf, ofd"}},
		{"12-bit.jpg", row(100, media.JPEG), twelve, wxup.NotImage, []string{"12 bits"}},
		{"arithmetic.jpg", row(100, media.JPEG), arithmetic, wxup.NotImage, []string{"arithmetic"}},
		{"cut.jpg", ep, photoFile[:len(photoFile)/2], wxup.NotImage, []string{"get the file again"}},
		{"cut.png", ep, pngFile[:len(pngFile)/2], wxup.NotImage, []string{"get the file again"}},
		{"cut.bmp", row(100, media.JPEG), bmpFile[:len(bmpFile)/2], wxup.NotImage, []string{"get the file again"}},
		{"cut.webp", ep, webpOf(gradient(50, 50))[:4000], wxup.NotImage, []string{"cut off"}},
		{"cut.gif", ep, []byte("GIF89a\x05\x00\x05\x00\x80\x00\x00\x00\x00\x00\xFF\xFF\xFF\x2C\x00\x00\x00\x00\x05\x00\x05\x00\x00\x02\x02\x8C"), wxup.NotImage, []string{"gif"}},
		{"gif without a picture", ep, []byte("GIF89a\x05\x00\x05\x00\x00\x00\x00\x3B"), wxup.NotImage, []string{"no picture"}},
		{"rle.bmp", row(100, media.JPEG), rle, wxup.NotImage, []string{"run-length", "PNG"}},
		{"16.bmp", row(100, media.JPEG), sixteen, wxup.NotImage, []string{"16 bits", "PNG"}},
		{"os2.bmp", row(100, media.JPEG), os2, wxup.NotImage, []string{"64 bytes"}},
		{"no room", row(300, media.JPEG), photoFile, wxup.TooLarge, []string{"300 bytes"}},
		{"no room", row(40, media.PNG), pngFile, wxup.TooLarge, []string{"40 bytes"}},
	}
	for _, test := range tests {
		got, err := New(Options{}).Fit(t.Context(), test.ep, test.name, sectionOf(test.data))
		refusal, ok := errors.AsType[*wxup.Error](err)
		if !ok || got != nil {
			t.Errorf("%s: got %v, %v", test.name, got, err)
			continue
		}
		if refusal.Problem != test.problem || refusal.Endpoint != test.ep.Name {
			t.Errorf("%s: the problem is %s of %q: %v", test.name, refusal.Problem, refusal.Endpoint, err)
		}
		for _, word := range test.says {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: the error does not say %q: %v", test.name, word, err)
			}
		}
	}
}

// TestRows fits photographs, drawings and all in between into the rows of WeChat.
func TestRows(t *testing.T) {
	big := photo(1000, 750)
	shot := screenshot(1000, 800)
	transparent := image.NewNRGBA(shot.Rect)
	copy(transparent.Pix, shot.Pix)
	for i := 3; i < len(transparent.Pix); i += 4 {
		transparent.Pix[i] = uint8(i / 40000)
	}
	photoPNG := pngOf(t, big)
	tests := []struct {
		name string
		data []byte
		ep   *wxup.Endpoint
		want func(c *Change) bool
	}{
		{"photo.jpg", jpegOf(t, big, 100), row(300<<10, media.JPEG), func(c *Change) bool {
			return c.To.Format == media.JPEG && c.To.Width == 1000 && c.Quality >= 60
		}},
		{"photo.jpg", jpegOf(t, big, 97), row(90<<10, media.JPEG), func(c *Change) bool { return c.Quality >= 60 }},
		{"photo.png", photoPNG, row(500<<10, media.JPEG, media.PNG), func(c *Change) bool { return c.To.Format == media.JPEG && c.To.Width == 1000 }},
		{"photo.png", photoPNG, row(250<<10, media.PNG), func(c *Change) bool { return c.To.Format == media.PNG && c.To.Width < 1000 }},
		{"photo.png", photoPNG, row(500<<10, media.BMP), func(c *Change) bool { return c.To.Format == media.BMP && c.To.Width < 1000 }},
		{"photo.jpg", jpegOf(t, big, 90), row(250<<10, media.PNG), func(c *Change) bool { return c.To.Format == media.PNG }},
		{"shot.png", pngOf(t, shot), row(int64(len(pngOf(t, shot)))*9/10, media.JPEG, media.PNG), func(c *Change) bool {
			return c.To.Format == media.PNG && c.Lossless
		}},
		{"shot.png", pngOf(t, shot), row(100<<10, media.JPEG, media.PNG), func(c *Change) bool { return !c.Lossless && !c.Flattened }},
		{"alpha.png", pngOf(t, transparent), row(100<<10, media.JPEG, media.PNG), func(c *Change) bool {
			return c.To.Format == media.PNG && !c.Flattened && c.To.Width*2 >= 1000 || c.To.Format == media.JPEG && c.Flattened
		}},
		{"alpha.png", pngOf(t, transparent), row(100<<10, media.JPEG), func(c *Change) bool { return c.Flattened }},
	}
	for _, test := range tests {
		got, c := fitted(t, Options{}, test.ep, test.name, test.data)
		if got == nil {
			t.Errorf("%s to %s: nothing done", test.name, test.ep.Name)
			continue
		}
		t.Logf("%s %s: %s", test.ep.Name, got.Name, c)
		if !test.want(c) {
			t.Errorf("%s to %s: %s", test.name, test.ep.Name, c)
		}
	}
}

// TestFits: whatever the size, the limit and the kind, what comes out fits and was not enlarged.
func TestFits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		w, h := 1+r.IntN(300), 1+r.IntN(300)
		var m image.Image = photo(w, h)
		var data []byte
		if r.IntN(2) == 0 {
			m = screenshot(w, h)
		}
		if data = pngOf(t, m); r.IntN(2) == 0 {
			data = jpegOf(t, m, 50+r.IntN(50))
		}
		limit := int64(1500 + r.IntN(len(data)+1000))
		formats := [][]media.Format{{media.JPEG}, {media.PNG}, {media.JPEG, media.PNG}, {media.BMP}}[r.IntN(4)]
		ep := row(limit, formats...)
		got, err := New(Options{}).Fit(t.Context(), ep, "x", sectionOf(data))
		if err != nil {
			t.Errorf("%d×%d of %d bytes into %d of %v: %v", w, h, len(data), limit, formats, err)
			continue
		}
		if got != nil {
			sound(t, ep, got, data)
		}
	}
}
