package fit

import (
	"errors"
	"image"
	"math"

	"github.com/wxup/wxup/media"
)

const (
	bestQuality = 95   // of a JPEG; above, the file grows without visible gain
	niceQuality = 82   // always good enough; the target where the dimensions shrink
	goodSSIM    = 0.95 // below this and niceQuality, smaller dimensions look better
)

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

// jpeg finds a JPEG: in full size if that is close to the source, otherwise smaller if that looks
// closer.
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
		w, h = scaled(w, h, min(0.98*math.Sqrt(float64(limit)/float64(size)), 0.9))
	}
	if spare == nil {
		return nil, j.tooMuch(limit)
	}
	return spare, nil
}

// quality finds the highest quality at which m fits; nil if none does.
func (j *job) quality(m image.Image, limit int64) (*made, error) {
	low, high := j.lowest, max(bestQuality, j.lowest)
	size, err := estimateJPEG(j.ctx, m, high)
	if err != nil {
		return nil, err
	}
	if size > limit { // a picture that is only in the wrong format usually fits at once
		if size, err = estimateJPEG(j.ctx, m, low); err != nil || size > limit+limit/20 {
			return nil, err
		}
		for high--; low < high; {
			middle := (low + high + 1) / 2
			if size, err = estimateJPEG(j.ctx, m, middle); err != nil {
				return nil, err
			}
			if size <= limit {
				low = middle
			} else {
				high = middle - 1
			}
		}
		high = max(low, high)
	}
	for q := high; q >= j.lowest; q-- { // the estimate may be slightly off
		out, err := encodeJPEG(j.ctx, m, q, limit)
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

// exact encodes the same pixels as a PNG. The error is errOver if that is too large.
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
	out, _, err := encodePNG(j.ctx, m, limit, limit)
	if err != nil {
		return nil, err
	}
	b := m.Bounds()
	lossless := j.head.exact && !j.head.deep && j.rows.colours == nil
	return &made{format: media.PNG, out: out, w: b.Dx(), h: b.Dy(), ssim: 1, lossless: lossless, share: 1}, nil
}

// png finds a smaller PNG.
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
		out, over, err := encodePNG(j.ctx, fits, limit, 4*limit)
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

// either makes a smaller PNG and a JPEG and returns the one that looks more like the source. With
// transparency that is the PNG if it keeps half of the width.
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

// bmp is for endpoints that accept nothing else. Its size in bytes follows from its dimensions.
func (j *job) bmp(limit int64) (*made, error) {
	w, h := j.full[0], j.full[1]
	sizeOf := func(w, h int) int64 { return 54 + int64(3*w+3)&^3*int64(h) }
	for size := sizeOf(w, h); size > limit; size = sizeOf(w, h) {
		if w == 1 && h == 1 {
			return nil, j.tooMuch(limit)
		}
		w, h = scaled(w, h, min(math.Sqrt(float64(limit)/float64(size)), 0.999))
	}
	if to := turned(j.head.exif.orientation, w, h); sizeOf(to.w, to.h) > limit { // the padding may differ
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
