package fit

import (
	"bytes"
	"context"
	"errors"
	"image"
	"math"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

const (
	bestQuality = 95   // of a JPEG; above, only the file grows
	niceQuality = 82   // always good enough; aimed at when pixels have to go
	goodSSIM    = 0.95 // below, and below that quality, fewer pixels look better
	widest      = 65500
)

// job is one picture on its way.
type job struct {
	ctx        context.Context
	head       *head
	rows       *rows
	survey     *survey // nil for a photo without transparency
	grey       bool
	background [3]uint8
	icc        []byte // a profile that goes along
	lowest     int    // JPEG quality
	limits     map[media.Format]int64
	room       int64 // pixels that there is memory for
	full       [2]int
	dense      int64 // about how large a PNG of the full size is, if that is known
	source     *luma // in the size of comparisons
}

// made is a picture that fits.
type made struct {
	format    media.Format
	out       []byte
	w, h      int // upright
	quality   int
	ssim      float64
	lossless  bool
	flattened bool
	share     float64 // of the source's width
	luma      luma    // in the size of comparisons, if one was asked for
}

// search finds the least visible change that fits.
func (j *job) search() (*made, error) {
	jpegLimit, jpegTaken := j.limits[media.JPEG]
	pngLimit, pngTaken := j.limits[media.PNG]
	j.full[0], j.full[1] = j.within(j.rows.w, j.rows.h, min(j.room, media.MaxPixels))
	alpha := j.survey != nil && j.survey.alpha
	drawing := j.survey != nil && j.head.exact && (j.survey.colours != nil || j.survey.flat >= 0.5)
	switch {
	case !jpegTaken && !pngTaken:
		return j.bmp(j.limits[media.BMP])
	case pngTaken && (drawing || alpha || !jpegTaken):
		m, err := j.exact(pngLimit)
		if m != nil || err != nil && !errors.Is(err, errOver) {
			return m, err
		}
		if !jpegTaken {
			return j.png(pngLimit, false)
		}
		return j.either(pngLimit, jpegLimit, alpha)
	}
	return j.jpeg(jpegLimit)
}

// within shrinks a size to so many pixels, and to the sides that a JPEG can have.
func (j *job) within(w, h int, pixels int64) (int, int) {
	share := min(1, math.Sqrt(float64(pixels)/(float64(w)*float64(h))), widest/float64(max(w, h)))
	return scaled(w, h, share)
}

func scaled(w, h int, share float64) (int, int) {
	if share >= 1 {
		return w, h
	}
	return max(int(float64(w)*share), 1), max(int(float64(h)*share), 1)
}

func (j *job) tooMuch(limit int64) error {
	return cannot(wxup.TooLarge, "it cannot be made to fit %s: even a very small picture has more", bytesText(limit))
}

// jpeg looks for a JPEG: of the full size if it stays like the source, else of fewer pixels, if that looks more like it.
func (j *job) jpeg(limit int64) (*made, error) {
	w, h := j.full[0], j.full[1]
	var spare *made
	for range 24 {
		m, err := j.planes(w, h)
		if err != nil {
			return nil, err
		}
		got, err := j.quality(m, limit)
		if err != nil {
			return nil, err
		}
		if got != nil {
			got.share = float64(w) / float64(j.rows.w)
			good := got.ssim >= goodSSIM || got.quality >= niceQuality
			switch {
			case spare != nil:
				return j.liker(spare, got)
			case good:
				return got, nil
			}
			spare = got
		}
		if w == 1 && h == 1 {
			break
		}
		size, err := estimateJPEG(j.ctx, m, max(niceQuality, j.lowest))
		if err != nil {
			return nil, err
		}
		w, h = scaled(w, h, min(0.98*math.Sqrt(float64(limit-int64(len(j.icc)))/float64(size)), 0.9))
	}
	if spare == nil {
		return nil, j.tooMuch(limit)
	}
	return spare, nil
}

// quality finds the highest quality at which m fits; nil if the lowest is too large.
func (j *job) quality(m image.Image, limit int64) (*made, error) {
	room := limit - int64(len(j.icc))
	low, high := j.lowest, max(bestQuality, j.lowest)
	size, err := estimateJPEG(j.ctx, m, high)
	if err != nil {
		return nil, err
	}
	if size > room { // most pictures that are in the wrong format only fit at once
		if size, err = estimateJPEG(j.ctx, m, low); err != nil || size > room+room/20 {
			return nil, err
		}
		for high--; low < high; {
			middle := (low + high + 1) / 2
			if size, err = estimateJPEG(j.ctx, m, middle); err != nil {
				return nil, err
			}
			if size <= room {
				low = middle
			} else {
				high = middle - 1
			}
		}
		high = max(low, high)
	}
	for q := high; q >= j.lowest; q-- { // the estimate may be a little off
		out, err := encodeJPEG(j.ctx, m, q, limit, j.icc)
		if errors.Is(err, errOver) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return j.judged(m, out, q)
	}
	return nil, nil
}

// judged is a JPEG with its likeness to what was put into it.
func (j *job) judged(m image.Image, out []byte, q int) (*made, error) {
	back, err := (&head{format: media.JPEG, frame: m.Bounds().Sub(m.Bounds().Min)}).decode(j.ctx, bytes.NewReader(out))
	if err != nil {
		return nil, err
	}
	before, ok := lumaOf(m)
	after, ok2 := lumaOf(back)
	if !ok || !ok2 {
		return nil, errors.New("what was encoded has no luma")
	}
	b := m.Bounds()
	return &made{
		format: media.JPEG, out: out, w: b.Dx(), h: b.Dy(), quality: q, ssim: ssim(before, after),
		flattened: j.survey != nil && j.survey.alpha,
	}, nil
}

// exact packs the same pixels into a PNG. The error is errOver if that is not enough.
func (j *job) exact(limit int64) (*made, error) {
	if j.full != [2]int{j.rows.w, j.rows.h} {
		return nil, errOver
	}
	var m image.Image
	var err error
	switch s := j.survey; {
	case s != nil && s.colours != nil && !(s.grey && !s.alpha && len(s.colours) > 16):
		m, err = j.paletted()
	case j.grey:
		m, err = j.planes(j.rows.w, j.rows.h)
	default:
		m, err = j.pixels(j.rows.w, j.rows.h, true)
	}
	if err != nil {
		return nil, err
	}
	j.dense, err = estimatePNG(j.ctx, m)
	if err != nil {
		return nil, err
	}
	if j.dense > limit+limit/2 {
		return nil, errOver
	}
	out, _, err := encodePNG(j.ctx, m, limit, limit, j.icc)
	if err != nil {
		return nil, err
	}
	b := m.Bounds()
	lossless := j.head.exact && !j.head.deep && j.rows.colours == nil
	return &made{format: media.PNG, out: out, w: b.Dx(), h: b.Dy(), ssim: 1, lossless: lossless, share: 1}, nil
}

// png looks for a PNG of fewer pixels.
func (j *job) png(limit int64, compared bool) (*made, error) {
	share := 1.0
	if j.dense > 0 {
		share = min(0.95*math.Sqrt(float64(limit)/float64(j.dense)), 0.9)
	}
	for range 40 {
		w, h := scaled(j.full[0], j.full[1], share)
		m, err := j.pixels(w, h, true)
		if err != nil {
			return nil, err
		}
		var fits image.Image = m
		if j.grey {
			fits = greyOf(m)
		}
		out, over, err := encodePNG(j.ctx, fits, limit, 4*limit, j.icc)
		switch {
		case err != nil && !errors.Is(err, errOver):
			return nil, err
		case out != nil:
			b := m.Bounds()
			got := &made{format: media.PNG, out: out, w: b.Dx(), h: b.Dy(), ssim: 1, share: float64(w) / float64(j.rows.w)}
			if compared {
				got.luma = j.seen(lumaOfPixels(m, j.background))
			}
			return got, nil
		}
		if w == 1 && h == 1 {
			break
		}
		share *= min(0.97*math.Sqrt(float64(limit)/float64(over)), 0.92)
	}
	return nil, j.tooMuch(limit)
}

// either makes a smaller PNG and a JPEG, and takes what looks more like the source when both are shown in its size. With
// transparency that is the PNG as long as it keeps half of the width.
func (j *job) either(pngLimit, jpegLimit int64, alpha bool) (*made, error) {
	small, pngErr := j.png(pngLimit, true)
	if j.ctx.Err() != nil {
		return nil, j.ctx.Err()
	}
	if pngErr == nil && alpha && small.share >= 0.5 {
		return small, nil
	}
	lossy, err := j.jpeg(jpegLimit)
	switch {
	case err != nil && pngErr != nil:
		return nil, err
	case err != nil:
		return small, nil
	case pngErr != nil:
		return lossy, nil
	}
	return j.liker(small, lossy)
}

// bmp is for rows that take nothing else. Its size follows from that of the picture.
func (j *job) bmp(limit int64) (*made, error) {
	w, h := j.full[0], j.full[1]
	sizeOf := func(w, h int) int64 { return 54 + int64(3*w+3)&^3*int64(h) }
	for size := sizeOf(w, h); size > limit; size = sizeOf(w, h) {
		if w == 1 && h == 1 {
			return nil, j.tooMuch(limit)
		}
		w, h = scaled(w, h, min(math.Sqrt(float64(limit)/float64(size)), 0.999))
	}
	if to := turned(j.head.exif.orientation, w, h); sizeOf(to.w, to.h) > limit { // padding may fall otherwise
		w, h = scaled(w, h, 0.98)
	}
	m, err := j.pixels(w, h, false)
	if err != nil {
		return nil, err
	}
	out, err := encodeBMP(j.ctx, m, limit)
	if errors.Is(err, errOver) {
		return nil, j.tooMuch(limit)
	}
	if err != nil {
		return nil, err
	}
	b := m.Bounds()
	full := w == j.rows.w && h == j.rows.h
	return &made{
		format: media.BMP, out: out, w: b.Dx(), h: b.Dy(), ssim: 1, share: float64(w) / float64(j.rows.w),
		lossless:  full && j.head.exact && !j.head.deep && j.rows.colours == nil && (j.survey == nil || !j.survey.alpha),
		flattened: j.survey != nil && j.survey.alpha,
	}, nil
}
