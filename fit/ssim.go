package fit

import (
	"image"
)

// luma is the luma plane of a picture.
type luma struct {
	pix          []uint8
	stride, w, h int
}

// lumaOf returns the luma of what a JPEG decodes to or is encoded from.
func lumaOf(m image.Image) (luma, bool) {
	switch m := m.(type) {
	case *image.YCbCr:
		return luma{m.Y[m.YOffset(m.Rect.Min.X, m.Rect.Min.Y):], m.YStride, m.Rect.Dx(), m.Rect.Dy()}, true
	case *image.Gray:
		return luma{m.Pix[m.PixOffset(m.Rect.Min.X, m.Rect.Min.Y):], m.Stride, m.Rect.Dx(), m.Rect.Dy()}, true
	}
	return luma{}, false
}

// ssim returns the mean structural similarity of two pictures of the same dimensions (Wang, Bovik,
// Sheikh, Simoncelli 2004), over windows of 8×8 of equal weight: 1 for the same picture, 0 for an
// unrelated one. Windows overlap by half in small pictures and not in large ones; of very large
// pictures only every second or third row of windows counts. This keeps it to tens of milliseconds.
func ssim(a, b luma) float64 {
	if a.w != b.w || a.h != b.h || a.w == 0 || a.h == 0 {
		return 0
	}
	const size = 8
	across, down := 4, 4
	if a.w*a.h > 1<<20 {
		across, down = size, size
	}
	down *= 1 + a.w*a.h>>24
	ww, wh := min(size, a.w), min(size, a.h)
	var total float64
	var count int
	for y := 0; y+wh <= a.h; y += down {
		for x := 0; x+ww <= a.w; x += across {
			total += window(a, b, x, y, ww, wh)
			count++
		}
	}
	return total / float64(count)
}

func window(a, b luma, x, y, w, h int) float64 {
	const c1, c2 = 0.01 * 255 * 0.01 * 255, 0.03 * 255 * 0.03 * 255
	var sa, sb, saa, sbb, sab uint32
	for row := y; row < y+h; row++ {
		pa, pb := a.pix[row*a.stride+x:][:w], b.pix[row*b.stride+x:][:w]
		for i, va := range pa {
			u, v := uint32(va), uint32(pb[i])
			sa += u
			sb += v
			saa += u * u
			sbb += v * v
			sab += u * v
		}
	}
	n := float64(w * h)
	ma, mb := float64(sa)/n, float64(sb)/n
	va, vb := float64(saa)/n-ma*ma, float64(sbb)/n-mb*mb
	cov := float64(sab)/n - ma*mb
	return (2*ma*mb + c1) * (2*cov + c2) / ((ma*ma + mb*mb + c1) * (va + vb + c2))
}

// read makes a luma a source for resize.
func (l luma) read(y int, dst []uint8) {
	for x, v := range l.pix[y*l.stride:][:l.w] {
		dst[4*x], dst[4*x+1], dst[4*x+2], dst[4*x+3] = v, v, v, 255
	}
}

// sized scales a luma, for comparisons only.
func (l luma) sized(w, h int) luma {
	if l.w == w && l.h == h {
		return l
	}
	out := luma{make([]uint8, w*h), w, w, h}
	resize(l, l.w, l.h, w, h, 1, func(y int, row []uint8) error {
		for x := range w {
			out.pix[y*w+x] = row[4*x]
		}
		return nil
	})
	return out
}
