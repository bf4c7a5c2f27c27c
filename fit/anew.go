package fit

import (
	"context"
	"io"
	"slices"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// anew decodes the picture and encodes it again.
func (f *Fitter) anew(ctx context.Context, h *head, limits map[media.Format]int64, name string, content *io.SectionReader, size int64) (*wxup.FitResult, error) {
	switch {
	case h.cannot != nil:
		return nil, h.cannot
	case h.pixels() > f.o.MaxPixels:
		return nil, cannot(wxup.TooManyPixels, "it has %d×%d pixels, more than %d million; save it smaller", h.width, h.height, f.o.MaxPixels/1e6)
	case h.scans > media.MaxScans:
		return nil, cannot(wxup.TooManyPixels, "a JPEG of %d scans, more than %d; save it with another program", h.scans, media.MaxScans)
	}
	j := &job{ctx: ctx, head: h, background: f.background, lowest: f.o.Quality, limits: limits}
	c := &Change{}
	colours := j.colours(c)
	need, room, err := f.memory(h, limits)
	if err != nil {
		return nil, err
	}
	j.room = room
	giveBack, err := f.budget.take(ctx, need)
	if err != nil {
		return nil, err
	}
	defer giveBack()

	var in io.Reader = io.NewSectionReader(content, 0, content.Size())
	if h.open != nil {
		in = h.open(content)
	}
	m, err := h.decode(ctx, in)
	if err != nil {
		return nil, err
	}
	j.rows = &rows{m: m, w: h.width, h: h.height, frame: h.frame, studio: h.studio, colours: colours}
	if err := j.look(); err != nil {
		return nil, err
	}
	got, err := j.search()
	if err != nil {
		return nil, err
	}
	if err := checked(got.out, got.format, limits[got.format]); err != nil {
		return nil, err
	}
	w, hgt := h.upright()
	c.From, c.To = Side{h.format, w, hgt, size}, Side{got.format, got.w, got.h, int64(len(got.out))}
	c.Quality, c.SSIM, c.Lossless, c.Flattened = got.quality, got.ssim, got.lossless, got.flattened
	c.Oriented = h.exif.orientation > 1
	c.Stripped, c.Removed = len(h.removed) > 0, h.removed
	if h.deep {
		c.note("8 of 16 bits a sample", "每通道 16 位减为 8 位")
	}
	if h.animated {
		c.note("the first picture of an animation", "动画仅取第一帧")
	}
	return &wxup.FitResult{Name: rename(name, got.format), Bytes: slices.Clip(got.out), Change: c}, nil
}

// memory returns the bytes that a picture needs, and how many pixels its result may have. Besides
// the decoded picture there are the planes to encode (3 bytes a pixel), the JPEG decoded for
// comparison (1.5), and the file in its growing buffer.
func (f *Fitter) memory(h *head, limits map[media.Format]int64) (need, room int64, err error) {
	const others = 8 << 20
	const perPixel = 4.5
	overhead := others + 10*int64(len(h.icc)) // its tables become floats
	fixed := overhead
	for _, limit := range limits {
		fixed = max(fixed, overhead+3*min(limit, 4*h.pixels()+1<<16))
	}
	pixels := min(h.pixels(), media.MaxPixels)
	room = int64(float64(f.o.Memory-h.decoded-fixed) / perPixel)
	if least := min(pixels, 1_000_000); h.decoding+fixed > f.o.Memory || room < least {
		need = max(h.decoding, h.decoded+int64(perPixel*float64(least))) + fixed
		return 0, 0, cannot(wxup.TooManyPixels, "decoding it takes %s, more than %s (Options.Memory); save it smaller", bytesText(need), bytesText(f.o.Memory))
	}
	pixels = min(pixels, room)
	return max(h.decoding, h.decoded+int64(perPixel*float64(pixels))) + fixed, pixels, nil
}
