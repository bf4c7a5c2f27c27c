//go:build nodynamic

package heif

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/fit"
	"github.com/wxup/wxup/media"
)

// endpoint accepts the given formats.
func endpoint(formats ...media.Format) *wxup.Endpoint {
	ep := *wxup.MarketingImage
	ep.Accepts = nil
	for _, f := range formats {
		ep.Accepts = append(ep.Accepts, wxup.Accept{Format: f, Max: 1 << 20})
	}
	return &ep
}

func fitted(t *testing.T, ep *wxup.Endpoint, name, file string) (image.Image, *fit.Change) {
	t.Helper()
	f := fit.New(fit.Options{Decoders: Decoders()})
	got, err := f.Fit(t.Context(), ep, name, section(file))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	decode := jpeg.Decode
	if media.Sniff(got.Bytes) == media.PNG {
		decode = png.Decode
	}
	m, err := decode(bytes.NewReader(got.Bytes))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return m, got.Change.(*fit.Change)
}

// quarters are the colours of the test pictures, row by row.
var quarters = [4][3]int{{220, 30, 30}, {30, 180, 30}, {30, 30, 220}, {240, 240, 240}}

// checkQuarters compares the centres of a picture's quarters with colours, given by their index.
func checkQuarters(t *testing.T, name string, m image.Image, w, h int, want [4]int) {
	t.Helper()
	if m.Bounds().Dx() != w || m.Bounds().Dy() != h {
		t.Errorf("%s: %v, want %d×%d", name, m.Bounds(), w, h)
	}
	for i, q := range want {
		r, g, b, _ := m.At(w/4+i%2*w/2, h/4+i/2*h/2).RGBA()
		for c, v := range []uint32{r, g, b} {
			if d := int(v>>8) - quarters[q][c]; d < -24 || d > 24 {
				t.Errorf("%s: quarter %d is %d %d %d, want %v", name, i, r>>8, g>>8, b>>8, quarters[q])
				break
			}
		}
	}
}

func TestFit(t *testing.T) {
	jpg := endpoint(media.JPEG)
	for _, name := range []string{"quarters.heic", "quarters420.heic", "deep.avif"} {
		m, change := fitted(t, jpg, name, readFile(t, name))
		checkQuarters(t, name, m, 160, 128, [4]int{0, 1, 2, 3})
		if format := media.Format(name[len(name)-4:]); change.From.Format != format || change.From.Width != 160 {
			t.Errorf("%s: %s", name, change)
		}
	}
	m, change := fitted(t, jpg, "turned.avif", readFile(t, "turned.avif"))
	checkQuarters(t, "turned.avif", m, 128, 160, [4]int{1, 3, 0, 2})
	if !change.Oriented {
		t.Errorf("turned.avif: %s", change)
	}
	m, _ = fitted(t, jpg, "grid.avif", readFile(t, "grid.avif"))
	checkQuarters(t, "grid.avif", m, 128, 64, [4]int{0, 1, 2, 3})

	m, _ = fitted(t, endpoint(media.JPEG, media.PNG), "half.avif", readFile(t, "half.avif"))
	if _, _, _, a := m.At(120, 20).RGBA(); a != 0 {
		t.Errorf("half.avif: alpha %d where it is transparent", a)
	}
	m, _ = fitted(t, jpg, "half.avif", readFile(t, "half.avif"))
	if r, g, b, _ := m.At(120, 20).RGBA(); r>>8 < 250 || g>>8 < 250 || b>>8 < 250 {
		t.Errorf("half.avif: %d %d %d where white is laid under", r>>8, g>>8, b>>8)
	}
}

// TestPhone decodes a picture as iPhones write them: tiles, rotated, with EXIF.
func TestPhone(t *testing.T) {
	single := readFile(t, "quarters420.heic")
	box := func(name string) string {
		at := strings.Index(single, name) - 4
		return single[at : at+int(uint8(single[at+3]))+int(uint8(single[at+2]))<<8]
	}
	tile := item{kind: "hvc1", data: box("mdat")[8:], properties: []string{box("hvcC"), ispe(160, 128)}}
	file := gridOf(3, tile, 160, 128) // 270° anticlockwise
	m, change := fitted(t, endpoint(media.JPEG), "IMG_0001.HEIC", file)
	if m.Bounds().Dx() != 128 || m.Bounds().Dy() != 320 {
		t.Fatal(m.Bounds())
	}
	upper := m.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(image.Rect(0, 0, 128, 160))
	checkQuarters(t, "phone", upper, 128, 160, [4]int{2, 0, 3, 1})
	if !change.Stripped || len(change.Removed) != 1 || change.Removed[0] != "exif" {
		t.Errorf("%s", change)
	}
}

func TestBounds(t *testing.T) {
	file := readFile(t, "quarters.heic")
	large := strings.Replace(file, u32(160)+u32(128), u32(12000)+u32(9000), 1)
	f := fit.New(fit.Options{Decoders: Decoders()})
	for name, text := range map[string]string{large: "Options.Memory", file[:len(file)-100]: "heic", file[:60]: "damaged"} {
		if _, err := f.Fit(t.Context(), endpoint(media.JPEG), "x.heic", section(name)); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v, want %s", err, text)
		}
	}
}
