package fit

import (
	"bytes"
	"errors"
	"image"

	"github.com/wxup/wxup/media"
)

// made is a result that fits.
type made struct {
	format    media.Format
	out       []byte
	w, h      int // upright
	quality   int
	ssim      float64
	lossless  bool
	flattened bool
	share     float64 // of its width in the source's
	luma      luma    // in the dimensions of comparing, if needed
}

// judged returns a JPEG with its similarity to what was encoded.
func (j *job) judged(m image.Image, out []byte, q int) (*made, error) {
	back, err := (&head{format: media.JPEG, frame: m.Bounds().Sub(m.Bounds().Min)}).decode(j.ctx, bytes.NewReader(out))
	if err != nil {
		return nil, err
	}
	before, ok := lumaOf(m)
	after, ok2 := lumaOf(back)
	if !ok || !ok2 {
		return nil, errors.New("the encoded picture has no luma")
	}
	b := m.Bounds()
	return &made{
		format: media.JPEG, out: out, w: b.Dx(), h: b.Dy(), quality: q, ssim: ssim(before, after),
		flattened: j.survey != nil && j.survey.alpha,
	}, nil
}

// liker returns the one of two that looks more like the source when scaled to its dimensions.
func (j *job) liker(a, b *made) (*made, error) {
	likeA, err := j.likeness(a)
	if err != nil {
		return nil, err
	}
	likeB, err := j.likeness(b)
	if err != nil {
		return nil, err
	}
	if likeA >= likeB {
		return a, nil
	}
	return b, nil
}

func (j *job) likeness(m *made) (float64, error) {
	if j.source == nil {
		source, err := j.planes(j.comparing())
		if err != nil {
			return 0, err
		}
		l, _ := lumaOf(source)
		j.source = &l
	}
	if m.luma.pix == nil {
		back, err := (&head{format: media.JPEG, frame: image.Rect(0, 0, m.w, m.h)}).decode(j.ctx, bytes.NewReader(m.out))
		if err != nil {
			return 0, err
		}
		l, _ := lumaOf(back)
		m.luma = j.seen(l)
	}
	return ssim(*j.source, m.luma), nil
}

// comparing returns the dimensions in which pictures are compared, as stored: the source's, but at
// most two megapixels, as on a screen.
func (j *job) comparing() (w, h int) { return j.within(j.rows.w, j.rows.h, 2_000_000) }

// seen scales a luma to these dimensions.
func (j *job) seen(l luma) luma {
	w, h := j.comparing()
	to := turned(j.head.exif.orientation, w, h)
	return l.sized(to.w, to.h)
}

func lumaOfPixels(m *image.NRGBA, background [3]uint8) luma {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	l := luma{make([]uint8, w*h), w, w, h}
	row := make([]uint8, 4*w)
	for y := range h {
		copy(row, m.Pix[y*m.Stride:])
		flatten(row, background)
		for x := range w {
			p := row[4*x:]
			l.pix[y*w+x] = uint8((19595*uint32(p[0]) + 38470*uint32(p[1]) + 7471*uint32(p[2]) + 1<<15) >> 16)
		}
	}
	return l
}

func greyOf(m *image.NRGBA) *image.Gray {
	g := image.NewGray(m.Rect)
	for i := range g.Pix {
		g.Pix[i] = m.Pix[4*i]
	}
	return g
}
