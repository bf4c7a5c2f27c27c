package fit

import (
	"image"
	"image/color"
	"slices"
)

// planes returns the picture for a JPEG, scaled to w×h (as stored) and upright: grey, or luma and
// chroma without subsampling. If nothing needs to be done, it returns the decoded picture itself.
func (j *job) planes(w, h int) (image.Image, error) {
	r := j.rows
	r.background = &j.background
	full := w == r.w && h == r.h
	if m, ok := r.m.(*image.YCbCr); ok && full && !r.studio && r.colours == nil && j.head.exif.orientation == 1 && r.whole() {
		return m, nil
	}
	if m, ok := r.m.(*image.Gray); ok && full && r.colours == nil && j.head.exif.orientation == 1 && r.whole() && j.grey {
		return m, nil
	}
	to := turned(j.head.exif.orientation, w, h)
	if j.grey {
		m := image.NewGray(image.Rect(0, 0, to.w, to.h))
		err := j.resize(w, h, func(y int, row []uint8) error {
			at := to.base + y*to.dy
			for x := range w {
				m.Pix[at] = row[4*x]
				at += to.dx
			}
			return nil
		})
		return m, err
	}
	m := image.NewYCbCr(image.Rect(0, 0, to.w, to.h), image.YCbCrSubsampleRatio444)
	err := j.resize(w, h, func(y int, row []uint8) error {
		at := to.base + y*to.dy
		for x := range w {
			m.Y[at], m.Cb[at], m.Cr[at] = color.RGBToYCbCr(row[4*x], row[4*x+1], row[4*x+2])
			at += to.dx
		}
		return nil
	})
	return m, err
}

// whole reports whether the decoded part is the whole picture.
func (r *rows) whole() bool {
	return r.frame.Dx() == r.w && r.frame.Dy() == r.h
}

// pixels returns the picture for a PNG or BMP, scaled to w×h (as stored) and upright.
func (j *job) pixels(w, h int, keepAlpha bool) (*image.NRGBA, error) {
	j.rows.background = &j.background
	if keepAlpha {
		j.rows.background = nil
	}
	to := turned(j.head.exif.orientation, w, h)
	m := image.NewNRGBA(image.Rect(0, 0, to.w, to.h))
	err := j.resize(w, h, func(y int, row []uint8) error {
		at := to.base + y*to.dy
		for x := range w {
			copy(m.Pix[4*at:4*at+4], row[4*x:4*x+4])
			at += to.dx
		}
		return nil
	})
	return m, err
}

// paletted returns the picture with a palette, in full size and upright. Transparent colours come
// first, which keeps tRNS short.
func (j *job) paletted() (*image.Paletted, error) {
	var colours []color.NRGBA
	for c := range j.survey.colours {
		colours = append(colours, color.NRGBA{uint8(c >> 24), uint8(c >> 16), uint8(c >> 8), uint8(c)})
	}
	key := func(c color.NRGBA) uint32 {
		return uint32(c.A)<<24 | uint32(c.R)<<16 | uint32(c.G)<<8 | uint32(c.B)
	}
	slices.SortFunc(colours, func(a, b color.NRGBA) int { return int(int64(key(a)) - int64(key(b))) })
	index := map[uint32]uint8{}
	palette := make(color.Palette, len(colours))
	for i, c := range colours {
		palette[i] = c
		index[uint32(c.R)<<24|uint32(c.G)<<16|uint32(c.B)<<8|uint32(c.A)] = uint8(i)
	}
	j.rows.background = nil
	w, h := j.rows.w, j.rows.h
	to := turned(j.head.exif.orientation, w, h)
	m := image.NewPaletted(image.Rect(0, 0, to.w, to.h), palette)
	err := j.resize(w, h, func(y int, row []uint8) error {
		at := to.base + y*to.dy
		var last uint32
		var number uint8
		for x := range w {
			p := row[4*x:][:4]
			c := uint32(p[0])<<24 | uint32(p[1])<<16 | uint32(p[2])<<8 | uint32(p[3])
			if x == 0 || c != last {
				last, number = c, index[c]
			}
			m.Pix[at] = number
			at += to.dx
		}
		return nil
	})
	return m, err
}

// resize calls emit with the rows of the decoded picture scaled to w×h.
func (j *job) resize(w, h int, emit func(y int, row []uint8) error) error {
	channels := 3
	switch {
	case j.grey:
		channels = 1
	case j.rows.background == nil && j.survey != nil && j.survey.alpha:
		channels = 4
	}
	return resize(j.rows, j.rows.w, j.rows.h, w, h, channels, func(y int, row []uint8) error {
		if y%64 == 0 && j.ctx.Err() != nil {
			return j.ctx.Err()
		}
		return emit(y, row)
	})
}
