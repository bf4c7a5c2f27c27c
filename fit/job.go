package fit

import (
	"context"
	"math"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// job is one picture being re-encoded.
type job struct {
	ctx        context.Context
	head       *head
	rows       *rows
	survey     *survey // nil for a photo without transparency
	grey       bool
	background [3]uint8
	lowest     int // JPEG quality
	limits     map[media.Format]int64
	room       int64 // pixels that the memory suffices for
	full       [2]int
	dense      int64 // estimated size of a PNG in full size, 0 if unknown
	source     *luma // in the dimensions of comparing
}

// widest is the longest side of a JPEG that is made, in pixels.
const widest = 65500

// within shrinks dimensions to a number of pixels, and to the sides that a JPEG can have.
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

// look surveys the pixels where that can matter.
func (j *job) look() error {
	h := j.head
	j.grey = h.grey
	if !h.exact && !h.alpha {
		return nil
	}
	s, err := j.rows.survey(j.ctx.Err)
	if err != nil {
		return err
	}
	if !s.visible && h.format == media.BMP { // such writers leave alpha unset
		j.rows.opaque = true
		if s, err = j.rows.survey(j.ctx.Err); err != nil {
			return err
		}
	}
	j.survey = s
	j.grey = s.grey && !s.alpha
	return nil
}

// colours chooses the conversion to sRGB, and notes it.
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
	var name string
	var t *transform
	if h.icc == nil {
		name, t = h.tagged.name, h.tagged.transform()
	} else {
		var space string
		var err error
		name, space, t, err = readICC(h.icc)
		switch {
		case err != nil:
			c.note("its colour profile cannot be read: "+err.Error(), "色彩配置文件无法读取，已忽略")
			return nil
		case space == "RGB " && !h.cmyk, space == "GRAY" && h.grey, space == "CMYK" && h.cmyk:
		default:
			c.note("its colour profile does not belong to it", "色彩配置文件与图片不符，已忽略")
			return nil
		}
	}
	if t != nil && h.grey && !h.alpha && t.keepsGrey() {
		return nil
	}
	if t != nil {
		c.ConvertedToSRGB, c.Profile = true, name
	}
	return t
}
