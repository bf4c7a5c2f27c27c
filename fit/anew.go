package fit

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// anew decodes the picture and encodes it again.
func (f *Fitter) anew(ctx context.Context, h *head, limits map[media.Format]int64, name string, content *io.SectionReader, size int64) (*wxup.Fitted, error) {
	switch {
	case h.cannot != nil:
		return nil, h.cannot
	case h.pixels() > f.o.MaxPixels:
		return nil, cannot(wxup.TooManyPixels, "it has %d×%d pixels, %d million are decoded at most; save it smaller", h.width, h.height, f.o.MaxPixels/1e6)
	case h.scans > media.MaxScans:
		return nil, cannot(wxup.TooManyPixels, "a JPEG of %d passes, %d are decoded at most; save it anew with another program", h.scans, media.MaxScans)
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
	return &wxup.Fitted{Name: rename(name, got.format), Bytes: slices.Clip(got.out), Change: c}, nil
}

// memory is what a picture takes while it is worked on, and how many pixels its result may have for that. Beside what was
// decoded there are the planes that are encoded (3 bytes a pixel), the JPEG decoded for comparison (1.5), and the file
// itself while its buffer grows.
func (f *Fitter) memory(h *head, limits map[media.Format]int64) (need, room int64, err error) {
	const others = 8 << 20
	const perPixel = 4.5
	fixed := int64(others)
	for _, limit := range limits {
		fixed = max(fixed, others+3*min(limit, 4*h.pixels()+1<<16))
	}
	pixels := min(h.pixels(), media.MaxPixels)
	room = int64(float64(f.o.Memory-h.decoded-fixed) / perPixel)
	if least := min(pixels, 1_000_000); h.decoding+fixed > f.o.Memory || room < least {
		need = max(h.decoding, h.decoded+int64(perPixel*float64(least))) + fixed
		return 0, 0, cannot(wxup.TooManyPixels, "decoding it takes %s, and there are %s (Options.Memory); save it smaller", bytesText(need), bytesText(f.o.Memory))
	}
	pixels = min(pixels, room)
	return max(h.decoding, h.decoded+int64(perPixel*float64(pixels))) + fixed, pixels, nil
}

// look finds out what must be known of the pixels.
func (j *job) look() error {
	h := j.head
	j.grey = h.grey && j.icc == nil
	if !h.exact && !h.alpha {
		return nil
	}
	s, err := j.rows.survey(j.ctx.Err)
	if err != nil {
		return err
	}
	if !s.visible && h.format == media.BMP { // such writers mean to say nothing by it
		j.rows.opaque = true
		if s, err = j.rows.survey(j.ctx.Err); err != nil {
			return err
		}
	}
	j.survey = s
	j.grey = s.grey && !s.alpha && j.icc == nil
	return nil
}

// colours finds the way to sRGB, and says so.
func (j *job) colours(c *Change) *transform {
	h := j.head
	switch {
	case h.hdr:
		c.note("its HDR colours were taken for sRGB", "HDR 色彩按 sRGB 处理")
		return nil
	case h.lost != "":
		c.note("its colour profile cannot be read: "+h.lost, "色彩配置文件无法读取，已忽略")
		return nil
	case h.icc == nil && h.tagged == nil:
		if h.cmyk {
			c.note("CMYK converted without a profile", "CMYK 未按配置文件转换")
		}
		return nil
	}
	p := profile{}
	if h.tagged != nil {
		p = *h.tagged
	}
	if h.icc != nil {
		var err error
		p, err = readICC(h.icc)
		switch {
		case h.cmyk:
			c.Profile = p.name
			c.note("CMYK converted without its profile", "CMYK 未按配置文件转换")
			return nil
		case err == nil && (p.space == "RGB " || p.space == "GRAY" && h.grey):
		case p.space == "RGB ":
			var least int64 = 1 << 62
			for _, limit := range j.limits {
				least = min(least, limit)
			}
			_, bmp := j.limits[media.BMP]
			c.Profile = p.name
			if int64(len(h.icc)) > least/4 || bmp {
				c.note("its colour profile was dropped", "色彩配置文件已丢弃")
				return nil
			}
			j.icc = h.icc
			c.note("with its colour profile "+p.name, "保留色彩配置文件 "+p.name)
			return nil
		default:
			c.note("its colour profile does not belong to it", "色彩配置文件与图片不符，已忽略")
			return nil
		}
	}
	t := p.transform()
	if t != nil && h.grey && !h.alpha && t.keepsGrey() {
		return nil
	}
	if t != nil {
		c.ConvertedToSRGB, c.Profile = true, p.name
	}
	return t
}

// rename gives a name the suffix of a format, if it does not have one of its.
func rename(name string, format media.Format) string {
	if name == "" {
		name = "image"
	}
	claimed, known := media.BySuffix(name)
	if known && claimed == format {
		return name
	}
	if known && claimed.Class() == media.Picture {
		name = name[:strings.LastIndexByte(name, '.')]
	}
	return name + "." + format.Suffix()
}
