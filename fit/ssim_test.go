package fit

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"
)

// TestSSIM holds the measure to what is known of it.
func TestSSIM(t *testing.T) {
	m := photo(200, 160)
	a, _ := lumaOf(m)
	changed := func(f func(i int, v uint8) int) luma {
		b := luma{make([]uint8, a.w*a.h), a.w, a.w, a.h}
		for y := range a.h {
			for x := range a.w {
				b.pix[y*a.w+x] = uint8(min(max(f(y*a.w+x, a.pix[y*a.stride+x]), 0), 255))
			}
		}
		return b
	}
	r := rand.New(rand.NewPCG(1, 1))
	same := changed(func(_ int, v uint8) int { return int(v) })
	brighter := changed(func(_ int, v uint8) int { return int(v) + 5 })
	little := changed(func(_ int, v uint8) int { return int(v) + r.IntN(5) - 2 })
	much := changed(func(_ int, v uint8) int { return int(v) + r.IntN(61) - 30 })
	inverse := changed(func(_ int, v uint8) int { return 255 - int(v) })
	noise := changed(func(int, uint8) int { return r.IntN(256) })
	if got := ssim(a, same); got != 1 {
		t.Errorf("of itself: %v", got)
	}
	order := []struct {
		name string
		l    luma
	}{{"same", same}, {"brighter", brighter}, {"little noise", little}, {"much noise", much}, {"only noise", noise}, {"inverse", inverse}}
	last := math.Inf(1)
	for _, o := range order {
		got := ssim(a, o.l)
		if got > last || math.Abs(got-ssim(o.l, a)) > 1e-12 || got < -1 || got > 1 {
			t.Errorf("%s: %v, the one before it has %v, the other way round %v", o.name, got, last, ssim(o.l, a))
		}
		last = got
	}
	if last >= 0 {
		t.Errorf("the inverse: %v, want less than 0", last)
	}
	// Against a constant everything can be computed by hand: (2·100·110+c1)/(100²+110²+c1).
	x, y := luma{bytes.Repeat([]byte{100}, 256), 16, 16, 16}, luma{bytes.Repeat([]byte{110}, 256), 16, 16, 16}
	const c1 = 6.5025
	if want, got := (2*100*110+c1)/(100*100+110*110+c1), ssim(x, y); math.Abs(got-want) > 1e-12 {
		t.Errorf("of constants: %v, want %v", got, want)
	}
	if ssim(a, luma{}) != 0 || ssim(x, luma{make([]byte, 12), 3, 3, 4}) != 0 {
		t.Error("of other sizes")
	}
	if tiny := (luma{[]byte{1, 2, 3, 4, 5, 6}, 3, 3, 2}); ssim(tiny, tiny) != 1 {
		t.Error("of a picture smaller than a window")
	}
	// It falls with the quality of a JPEG.
	last = 1
	for q := 95; q >= 5; q -= 10 {
		back, err := jpeg.Decode(bytes.NewReader(jpegOf(t, m, q)))
		if err != nil {
			t.Fatal(err)
		}
		b, _ := lumaOf(back)
		got := ssim(a, b)
		if got >= last {
			t.Errorf("quality %d: %v, 10 more have %v", q, got, last)
		}
		last = got
	}
	// That of large pictures, where fewer windows are looked at, is near that of all.
	big := photo(1200, 900)
	back, _ := jpeg.Decode(bytes.NewReader(jpegOf(t, big, 70)))
	p, _ := lumaOf(big)
	q, _ := lumaOf(back)
	var sum, n float64
	for wy := 0; wy+8 <= p.h; wy += 2 {
		for wx := 0; wx+8 <= p.w; wx += 2 {
			sum, n = sum+window(p, q, wx, wy, 8, 8), n+1
		}
	}
	if got, all := ssim(p, q), sum/n; math.Abs(got-all) > 0.005 {
		t.Errorf("%v, of all windows %v", got, all)
	}
}

type rowsOf struct{ *image.NRGBA }

func (r rowsOf) read(y int, dst []uint8) { copy(dst, r.Pix[y*r.Stride:]) }

// resized is resize into a picture.
func resized(m *image.NRGBA, w, h, channels int) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	resize(rowsOf{m}, m.Rect.Dx(), m.Rect.Dy(), w, h, channels, func(y int, row []uint8) error {
		copy(out.Pix[y*out.Stride:], row)
		return nil
	})
	return out
}

func TestResize(t *testing.T) {
	// A plain colour stays what it is, to the edges, in all sizes.
	plain := image.NewNRGBA(image.Rect(0, 0, 97, 61))
	for i := 0; i < len(plain.Pix); i += 4 {
		copy(plain.Pix[i:], []uint8{10, 130, 250, 255})
	}
	for _, size := range [][2]int{{97, 61}, {50, 30}, {13, 61}, {97, 7}, {1, 1}, {96, 60}} {
		for _, channels := range []int{1, 3, 4} {
			out := resized(plain, size[0], size[1], channels)
			for i := 0; i < len(out.Pix); i += 4 {
				want := plain.Pix[:4]
				if channels == 1 && out.Rect != plain.Rect {
					want = []uint8{10, 10, 10, 255}
				}
				if !bytes.Equal(out.Pix[i:i+4], want) {
					t.Fatalf("%v: %v", size, out.Pix[i:i+4])
				}
			}
		}
	}
	// A ramp stays a ramp, in place: no shift by half a pixel.
	ramp := image.NewNRGBA(image.Rect(0, 0, 240, 24))
	for y := range 24 {
		for x := range 240 {
			ramp.SetNRGBA(x, y, color.NRGBA{uint8(x), uint8(10 * y), 0, 255})
		}
	}
	out := resized(ramp, 80, 8, 3)
	for y := 1; y < 7; y++ {
		for x := 2; x < 78; x++ {
			c := out.NRGBAAt(x, y)
			if d := int(c.R) - (3*x + 1); d < -1 || d > 1 {
				t.Fatalf("%d,%d: red %d, want %d", x, y, c.R, 3*x+1)
			}
			if d := int(c.G) - (30*y + 10); d < -2 || d > 2 {
				t.Fatalf("%d,%d: green %d, want %d", x, y, c.G, 30*y+10)
			}
		}
	}
	// What cannot be seen does not bleed into what can.
	hidden := image.NewNRGBA(image.Rect(0, 0, 40, 40))
	for y := range 40 {
		for x := range 40 {
			if c := (color.NRGBA{0, 0, 255, 255}); x < 20 {
				hidden.SetNRGBA(x, y, c)
			} else {
				hidden.SetNRGBA(x, y, color.NRGBA{255, 0, 0, 0})
			}
		}
	}
	out = resized(hidden, 15, 15, 4)
	for i := 0; i < len(out.Pix); i += 4 {
		if p := out.Pix[i : i+4]; p[3] > 8 && (p[0] > 2 || p[2] < 250) {
			t.Fatalf("%v", p)
		}
	}
	// Fine stripes become grey, not other stripes.
	stripes := image.NewNRGBA(image.Rect(0, 0, 400, 10))
	for i := range 4000 {
		v := uint8(i % 2 * 255)
		copy(stripes.Pix[4*i:], []uint8{v, v, v, 255})
	}
	out = resized(stripes, 150, 10, 3)
	for x := 5; x < 145; x++ {
		if v := out.NRGBAAt(x, 5).R; v < 110 || v > 145 {
			t.Fatalf("stripes: %d at %d", v, x)
		}
	}
}

// TestEstimate: the estimate is within a few percent of the truth, which the search relies on.
func TestEstimate(t *testing.T) {
	m := photo(700, 800)
	for _, q := range []int{60, 75, 90} {
		got, err := estimateJPEG(t.Context(), m, q)
		want := int64(len(jpegOf(t, m, q)))
		if err != nil || math.Abs(float64(got-want)) > 0.03*float64(want) {
			t.Errorf("quality %d: %d, in truth %d, %v", q, got, want, err)
		}
	}
	shot := screenshot(700, 700)
	got, err := estimatePNG(t.Context(), shot)
	_, want, err2 := encodePNG(t.Context(), shot, 0, 1<<30)
	if err != nil || err2 != nil || float64(got) < 0.8*float64(want) || float64(got) > 1.6*float64(want) {
		t.Errorf("PNG: %d, in truth %d, %v, %v", got, want, err, err2)
	}
}
