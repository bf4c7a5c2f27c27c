package fit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

func TestFlatten(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 16, 16))
	for i := 0; i < len(m.Pix); i += 4 {
		copy(m.Pix[i:], []uint8{200, 100, 50, 128})
	}
	// A BMP shows the exact values.
	got, c := fitted(t, Options{Background: color.NRGBA{0, 0, 255, 255}}, row(1<<20, media.BMP), "x.png", pngOf(t, m))
	out, _, err := image.Decode(bytes.NewReader(got.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	want := color.RGBA{100, 50, 152, 255} // (v*128 + background*127)/255, rounded
	if have := color.RGBAModel.Convert(out.At(3, 3)); have != want || !c.Flattened {
		t.Errorf("got %v, want %v: %s", have, want, c)
	}
	for a := range 256 {
		row := []uint8{10, 200, 255, uint8(a)}
		flatten(row, [3]uint8{255, 255, 255})
		for i, v := range []int{10, 200, 255} {
			if want := (v*a*2 + 255*(255-a)*2 + 255) / 510; int(row[i]) != want || row[3] != 255 {
				t.Fatalf("alpha %d: %v, want %d", a, row, want)
			}
		}
	}
}

func TestRename(t *testing.T) {
	for _, test := range []struct{ name, want string }{
		{"a.png", "a.jpg"}, {"a.PNG", "a.jpg"}, {"a.jpeg", "a.jpeg"}, {"a.JPG", "a.JPG"}, {"a", "a.jpg"}, {"", "image.jpg"},
		{"a.b.webp", "a.b.jpg"}, {"a.txt", "a.txt.jpg"}, {"票.heic", "票.jpg"}, {"a.pdf", "a.pdf.jpg"},
	} {
		if got := rename(test.name, media.JPEG); got != test.want {
			t.Errorf("%q: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestChange(t *testing.T) {
	c := &Change{
		From: Side{media.PNG, 4032, 3024, 6396314}, To: Side{media.JPEG, 2600, 1950, 1992294},
		Quality: 82, SSIM: 0.9899, Oriented: true, Flattened: true, ConvertedToSRGB: true, Profile: "Display P3",
		Stripped: true, Removed: []string{"exif", "location"},
	}
	c.note("the first picture of an animation", "动画仅取第一帧")
	en := "png → jpeg q82, 4032×3024 → 2600×1950, 6.1 MB → 1.9 MB, SSIM 0.98, turned upright, Display P3 → sRGB, transparency filled in, without exif, location, the first picture of an animation"
	if c.String() != en {
		t.Errorf("got  %s\nwant %s", c, en)
	}
	if zh := c.Text("zh-CN"); !strings.Contains(zh, "已按拍摄方向转正") || !strings.Contains(zh, "动画仅取第一帧") {
		t.Error(zh)
	}
	text, _ := json.Marshal(c)
	for _, word := range []string{`"from":{"format":"png","width":4032`, `"quality":82`, `"ssim":0.98`, `"oriented":true`, `"profile":"Display P3"`} {
		if !bytes.Contains(text, []byte(word)) {
			t.Errorf("no %s in %s", word, text)
		}
	}
}

func TestSettings(t *testing.T) {
	all := map[string]bool{}
	for _, o := range []Options{
		{}, {Strip: true}, {Quality: 70}, {Background: color.Black}, {Formats: []media.Format{media.JPEG}}, {MaxPixels: 5}, {Memory: 5 << 20},
	} {
		all[New(o).Settings()] = true
	}
	if len(all) != 7 {
		t.Errorf("%d settings of 7", len(all))
	}
	if New(Options{}).Settings() != New(Options{Quality: 60, Background: color.White}).Settings() {
		t.Error("the defaults have other settings when they are said")
	}
}

// TestFormats: Options.Formats chooses among those of the row.
func TestFormats(t *testing.T) {
	data := webpOf(gradient(30, 30))
	_, c := fitted(t, Options{Formats: []media.Format{media.PNG}}, wxup.MarketingImage, "a.webp", data)
	if c.To.Format != media.PNG {
		t.Error(c)
	}
	if _, err := New(Options{Formats: []media.Format{media.GIF}}).Fit(t.Context(), wxup.MarketingImage, "a.webp", sectionOf(data)); !errors.Is(err, wxup.NotImage) {
		t.Error(err)
	}
}

func TestCancel(t *testing.T) {
	data := jpegOf(t, photo(800, 600), 97)
	for steps := 0; ; steps += 9 { // cancelled after so many reads
		ctx, cancel := context.WithCancel(t.Context())
		r := &cancelling{bytes.NewReader(data), steps, cancel}
		got, err := New(Options{}).Fit(ctx, row(100<<10, media.JPEG), "x.jpg", io.NewSectionReader(r, 0, int64(len(data))))
		cancel()
		if err == nil {
			if got == nil || steps == 0 {
				t.Fatal("never cancelled")
			}
			return
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("after %d reads: %v", steps, err)
		}
	}
}

type cancelling struct {
	io.ReaderAt
	left   int
	cancel func()
}

func (c *cancelling) ReadAt(p []byte, off int64) (int, error) {
	if c.left--; c.left < 0 {
		c.cancel()
	}
	return c.ReaderAt.ReadAt(p[:min(len(p), 16<<10)], off)
}

// TestReadError: what reading the file fails with comes out.
func TestReadError(t *testing.T) {
	broken := errors.New("the disk is gone")
	r := readerAt(func([]byte, int64) (int, error) { return 0, broken })
	if _, err := New(Options{}).Fit(t.Context(), wxup.ReceiptImage, "x.jpg", io.NewSectionReader(r, 0, 5000)); !errors.Is(err, broken) {
		t.Error(err)
	}
}

type readerAt func([]byte, int64) (int, error)

func (f readerAt) ReadAt(p []byte, off int64) (int, error) { return f(p, off) }

// TestUnended: a PNG without its empty last chunk, wholly or in part.
func TestUnended(t *testing.T) {
	whole := pngOf(t, screenshot(300, 200))
	for cut := 1; cut <= 12; cut += 3 {
		got, c := fitted(t, Options{}, row(int64(len(whole))*9/10, media.PNG), "x.png", whole[:len(whole)-cut])
		if got == nil || !c.Lossless {
			t.Fatalf("%d bytes cut off: %v", cut, c)
		}
		same(t, whole, got.Bytes)
	}
}

// same compares what two files decode to.
func same(t testing.TB, a, b []byte) {
	t.Helper()
	am, _, err := image.Decode(bytes.NewReader(a))
	if err != nil {
		t.Fatal(err)
	}
	bm, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if am.Bounds() != bm.Bounds() {
		t.Fatalf("%v and %v", am.Bounds(), bm.Bounds())
	}
	for y := range am.Bounds().Dy() {
		for x := range am.Bounds().Dx() {
			r, g, bl, al := am.At(x, y).RGBA()
			r2, g2, b2, al2 := bm.At(x, y).RGBA()
			if r != r2 || g != g2 || bl != b2 || al != al2 {
				t.Fatalf("pixel %d,%d: %v and %v", x, y, am.At(x, y), bm.At(x, y))
			}
		}
	}
}

// TestTrailing: bytes behind a picture that is decoded do no harm, and are not sent.
func TestTrailing(t *testing.T) {
	garbage := bytes.Repeat([]byte("garbage\xFF\xD8\x89PNG"), 5000)
	for _, data := range [][]byte{jpegOf(t, gradient(50, 50), 90), pngOf(t, gradient(50, 50))} {
		got, c := fitted(t, Options{}, row(20000, media.JPEG, media.PNG), "x", slices.Concat(data, garbage))
		if !c.Lossless || !bytes.Equal(got.Bytes, data) {
			t.Errorf("%s", c)
		}
	}
}

func TestProgressive(t *testing.T) {
	data, err := os.ReadFile("testdata/progressive.jpg")
	if err != nil {
		t.Fatal(err)
	}
	got, c := fitted(t, Options{}, row(int64(len(data))*2/3, media.JPEG), "x.jpg", data)
	m, err := jpeg.Decode(bytes.NewReader(got.Bytes))
	if err != nil || m.Bounds().Dx() > 61 {
		t.Fatal(err, c)
	}
	a := color.NRGBAModel.Convert(m.At(m.Bounds().Dx()/2, m.Bounds().Dy()/2)).(color.NRGBA)
	if d := distance(a, gradient(61, 43).NRGBAAt(30, 21)); d > 25 {
		t.Errorf("%s: the middle is off by %d", c, d)
	}
}

// TestInterlaced: Go writes none, but libvips and others do; the passes are made here from single
// pixels.
func TestInterlaced(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 1, 1))
	m.Pix[0] = 77
	data := pngOf(t, m)
	data[28] = 1 // one pixel is in the first pass, and the others are empty
	copy(data[8:33], chunk("IHDR", string(data[16:29])))
	if _, err := png.Decode(bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	got, c := fitted(t, Options{}, row(20000, media.JPEG), "x.png", data)
	if got == nil || c.To.Width != 1 {
		t.Fatal(c)
	}
}

// TestSame: the same file gives the same result.
func TestSame(t *testing.T) {
	data := jpegOf(t, photo(600, 400), 97)
	f := New(Options{})
	a, _ := f.Fit(t.Context(), row(60<<10, media.JPEG), "a.jpg", sectionOf(data))
	b, _ := f.Fit(t.Context(), row(60<<10, media.JPEG), "a.jpg", sectionOf(data))
	if !bytes.Equal(a.Bytes, b.Bytes) {
		t.Error("two results")
	}
}
