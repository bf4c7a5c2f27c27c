package fit

import (
	"image"
	"image/color"
)

// rows returns a decoded picture row by row, as 8-bit RGBA that is not premultiplied, in sRGB, and
// without transparency if background is set. It allocates nothing in proportion to the picture.
type rows struct {
	m          image.Image
	w, h       int             // of the whole picture
	frame      image.Rectangle // the part of it that m covers; the rest is transparent
	studio     bool
	opaque     bool // a BMP whose alpha is 0 throughout
	colours    *transform
	background *[3]uint8
	palette    []color.NRGBA
}

func (r *rows) read(y int, dst []uint8) {
	dst = dst[:4*r.w]
	if y < r.frame.Min.Y || y >= r.frame.Max.Y {
		clear(dst)
	} else {
		clear(dst[:4*r.frame.Min.X])
		clear(dst[4*r.frame.Max.X:])
		r.decoded(y-r.frame.Min.Y, dst[4*r.frame.Min.X:4*r.frame.Max.X])
	}
	if r.opaque {
		for i := 3; i < len(dst); i += 4 {
			dst[i] = 255
		}
	}
	if r.colours != nil {
		r.colours.apply(dst)
	}
	if r.background != nil {
		flatten(dst, *r.background)
	}
}

// flatten blends a row with a background colour.
func flatten(row []uint8, on [3]uint8) {
	for i := 0; i+3 < len(row); i += 4 {
		a := uint32(row[i+3])
		if a == 255 {
			continue
		}
		for c := range 3 {
			row[i+c] = uint8((uint32(row[i+c])*a + uint32(on[c])*(255-a) + 127) / 255)
		}
		row[i+3] = 255
	}
}

// decoded writes row y of m, counted from its top, whatever its type.
func (r *rows) decoded(y int, dst []uint8) {
	b := r.m.Bounds()
	y += b.Min.Y
	w := b.Dx()
	switch m := r.m.(type) {
	case *image.YCbCr:
		r.ycbcr(m, y, dst)
	case *image.NYCbCrA:
		r.ycbcr(&m.YCbCr, y, dst)
		a := m.A[m.AOffset(b.Min.X, y):]
		for x := range w {
			dst[4*x+3] = a[x]
		}
	case *image.Gray:
		src := m.Pix[m.PixOffset(b.Min.X, y):][:w]
		for x, v := range src {
			dst[4*x], dst[4*x+1], dst[4*x+2], dst[4*x+3] = v, v, v, 255
		}
	case *image.Gray16:
		src := m.Pix[m.PixOffset(b.Min.X, y):][:2*w]
		for x := range w {
			v := eight(src[2*x:])
			dst[4*x], dst[4*x+1], dst[4*x+2], dst[4*x+3] = v, v, v, 255
		}
	case *image.NRGBA:
		copy(dst, m.Pix[m.PixOffset(b.Min.X, y):][:4*w])
	case *image.RGBA: // decoders return it only for pictures without transparency
		copy(dst, m.Pix[m.PixOffset(b.Min.X, y):][:4*w])
	case *image.NRGBA64:
		deep(dst, m.Pix[m.PixOffset(b.Min.X, y):][:8*w])
	case *image.RGBA64:
		deep(dst, m.Pix[m.PixOffset(b.Min.X, y):][:8*w])
	case *image.CMYK:
		src := m.Pix[m.PixOffset(b.Min.X, y):][:4*w]
		if r.colours != nil && r.colours.grid != nil {
			for i := 3; i < len(dst); i += 4 {
				dst[i] = 255
			}
			r.colours.grid.apply(dst, src, 4)
			break
		}
		for i := 0; i < len(src); i += 4 {
			light := 255 - uint32(src[i+3])
			for c := range 3 {
				dst[i+c] = uint8(((255-uint32(src[i+c]))*light + 127) / 255)
			}
			dst[i+3] = 255
		}
	case *image.Paletted:
		if r.palette == nil {
			r.palette = make([]color.NRGBA, 256)
			for i, c := range m.Palette {
				r.palette[i] = color.NRGBAModel.Convert(c).(color.NRGBA)
			}
		}
		for x, v := range m.Pix[m.PixOffset(b.Min.X, y):][:w] {
			c := r.palette[v]
			dst[4*x], dst[4*x+1], dst[4*x+2], dst[4*x+3] = c.R, c.G, c.B, c.A
		}
	default:
		for x := range w {
			c := color.NRGBAModel.Convert(m.At(b.Min.X+x, y)).(color.NRGBA)
			dst[4*x], dst[4*x+1], dst[4*x+2], dst[4*x+3] = c.R, c.G, c.B, c.A
		}
	}
}

// eight rounds a 16-bit sample to 8 bits.
func eight(b []uint8) uint8 {
	return uint8(((uint32(b[0])<<8|uint32(b[1]))*255 + 32767) / 65535)
}

func deep(dst, src []uint8) {
	for i := range dst {
		dst[i] = eight(src[2*i:])
	}
}

// ycbcr converts a row. JPEG's samples range from 0 to 255 (JFIF); WebP's, which x/image decodes
// into the same type, from 16 to 235 and 240 (BT.601, RFC 6386 section 9.2).
func (r *rows) ycbcr(m *image.YCbCr, y int, dst []uint8) {
	left, w := m.Rect.Min.X, m.Rect.Dx()
	luma := m.Y[m.YOffset(left, y):]
	chroma := m.COffset(left, y)
	step := chromaStep(m.SubsampleRatio)
	first := left / step
	for x := range w {
		c := chroma + (left+x)/step - first
		if !r.studio {
			dst[4*x], dst[4*x+1], dst[4*x+2] = color.YCbCrToRGB(luma[x], m.Cb[c], m.Cr[c])
		} else {
			l := 76309 * (int32(luma[x]) - 16)
			cb, cr := int32(m.Cb[c])-128, int32(m.Cr[c])-128
			dst[4*x] = clip(l + 104597*cr)
			dst[4*x+1] = clip(l - 25675*cb - 53279*cr)
			dst[4*x+2] = clip(l + 132201*cb)
		}
		dst[4*x+3] = 255
	}
}

// chromaStep returns how many columns share one sample of chroma.
func chromaStep(s image.YCbCrSubsampleRatio) int {
	switch s {
	case image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420:
		return 2
	case image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410:
		return 4
	}
	return 1
}

// clip removes 16 fractional bits and clips to a byte.
func clip(v int32) uint8 {
	return uint8(min(max((v+1<<15)>>16, 0), 255))
}

// survey is what must be known of the pixels to choose a format.
type survey struct {
	alpha   bool
	visible bool // some pixel is not wholly transparent
	grey    bool
	colours map[uint32]uint8 // up to 256 colours with their index; nil if there are more
	flat    float64          // share of pixels equal to their left neighbour: small in a photo, large in a screenshot
}

func (r *rows) survey(stop func() error) (*survey, error) {
	s := &survey{grey: true, colours: map[uint32]uint8{}}
	row := make([]uint8, 4*r.w)
	var same int64
	for y := range r.h {
		if y%64 == 0 {
			if err := stop(); err != nil {
				return nil, err
			}
		}
		r.read(y, row)
		var last uint32
		for i := 0; i < len(row); i += 4 {
			c := uint32(row[i])<<24 | uint32(row[i+1])<<16 | uint32(row[i+2])<<8 | uint32(row[i+3])
			if i > 0 && c == last {
				same++
				continue
			}
			last = c
			s.alpha = s.alpha || row[i+3] != 255
			s.visible = s.visible || row[i+3] != 0
			s.grey = s.grey && row[i] == row[i+1] && row[i] == row[i+2]
			if s.colours != nil {
				if _, known := s.colours[c]; !known {
					if len(s.colours) == 256 {
						s.colours = nil
					} else {
						s.colours[c] = uint8(len(s.colours))
					}
				}
			}
		}
	}
	s.flat = float64(same) / float64(max(int64(r.w)*int64(r.h), 1))
	return s, nil
}
