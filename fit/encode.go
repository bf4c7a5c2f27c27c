package fit

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"

	"golang.org/x/image/bmp"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// errOver is what an encoder ends with when it has written more than is allowed.
var errOver = errors.New("more than the limit")

// page is what an encoder writes on.
type page struct {
	ctx   context.Context
	buf   bytes.Buffer
	n     int64
	limit int64 // of what is written
	keep  int64 // of what is kept; beyond it, bytes are only counted
	jump  bool  // end the encoder with a panic: image/jpeg would go on to the picture's end after an error
}

type jump struct{ err error }

func (p *page) Write(b []byte) (int, error) {
	p.n += int64(len(b))
	err := p.ctx.Err()
	if err == nil && p.n > p.limit {
		err = errOver
	}
	switch {
	case err != nil && p.jump:
		panic(jump{err})
	case err != nil:
		return 0, err
	case p.n > p.keep:
		p.buf = bytes.Buffer{}
		return len(b), nil
	}
	return p.buf.Write(b)
}

// write runs an encoder until it has written more than the limit; the error is errOver then.
func (p *page) write(encode func() error) (err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case jump:
			err = v.err
		default:
			panic(v)
		}
	}()
	return encode()
}

func encodeJPEG(ctx context.Context, m image.Image, quality int, limit int64, icc []byte) ([]byte, error) {
	var behindSOI []byte
	if icc != nil {
		behindSOI = profileSegments(icc)
	}
	room := limit - int64(len(behindSOI))
	p := &page{ctx: ctx, limit: room, keep: room, jump: true}
	if err := p.write(func() error { return jpeg.Encode(p, m, &jpeg.Options{Quality: quality}) }); err != nil {
		return nil, err
	}
	return slices.Insert(p.buf.Bytes(), 2, behindSOI...), nil
}

// encodePNG gives nil for a PNG beyond limit, and its size; beyond most it gives up.
func encodePNG(ctx context.Context, m image.Image, limit, most int64, icc []byte) (out []byte, size int64, err error) {
	const behindIHDR = len(pngSignature) + 8 + 13 + 4
	var chunk []byte
	if icc != nil {
		chunk = profileChunk(icc)
	}
	more := int64(len(chunk))
	p := &page{ctx: ctx, limit: most - more, keep: limit - more}
	e := png.Encoder{CompressionLevel: png.BestCompression}
	err = e.Encode(p, m)
	if size = p.n + more; err != nil || size > limit {
		return nil, size, err
	}
	return slices.Insert(p.buf.Bytes(), behindIHDR, chunk...), size, nil
}

func encodeBMP(ctx context.Context, m image.Image, limit int64) ([]byte, error) {
	p := &page{ctx: ctx, limit: limit, keep: limit}
	if err := bmp.Encode(p, m); err != nil {
		return nil, err
	}
	return p.buf.Bytes(), nil
}

// estimate says how large a picture will be once it is encoded. Of a large one it encodes some of the stripes of 16 rows
// only: an eighth of the work for a photo. JPEG, whose stripes know little of each other, comes out within 1 %; PNG too
// large by a tenth or so.
func estimate(m image.Image, headers int64, encode func(image.Image) (int64, error)) (int64, error) {
	const most = 32
	b := m.Bounds()
	stripes := (b.Dy() + 15) / 16
	step := max((stripes+most-1)/most, 1)
	var size, lines int64
	for i := step / 2; i < stripes; i += step {
		y := b.Min.Y + 16*i
		stripe := image.Rect(b.Min.X, y, b.Max.X, min(y+16, b.Max.Y))
		n, err := encode(m.(interface {
			SubImage(image.Rectangle) image.Image
		}).SubImage(stripe))
		if err != nil {
			return 0, err
		}
		size += max(n-headers, 1)
		lines += int64(stripe.Dy())
	}
	return headers + size*int64(b.Dy())/lines, nil
}

func estimateJPEG(ctx context.Context, m image.Image, quality int) (int64, error) {
	return estimate(m, 600, func(stripe image.Image) (int64, error) {
		out, err := encodeJPEG(ctx, stripe, quality, 1<<40, nil)
		return int64(len(out)), err
	})
}

func estimatePNG(ctx context.Context, m image.Image) (int64, error) {
	var headers int64 = 70
	if p, ok := m.(*image.Paletted); ok {
		headers += 4 * int64(len(p.Palette))
	}
	return estimate(m, headers, func(stripe image.Image) (int64, error) {
		_, size, err := encodePNG(ctx, stripe, 0, 1<<40, nil)
		return size, err
	})
}

// planes is the picture as a JPEG has it, in a size (given as it is stored) and upright: grey, or luma and chroma, each in
// the full size. What was decoded is taken as it is if nothing is to be done to it.
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

// whole reports whether the decoded picture is all there is.
func (r *rows) whole() bool {
	return r.frame.Dx() == r.w && r.frame.Dy() == r.h
}

// pixels is the picture as a PNG has it, in a size and upright.
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

// paletted is the picture with its colours in a palette, in full size and upright. The transparent ones come first, so
// that tRNS is short.
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

// resize gives the rows of the decoded picture in a size.
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

// checked makes sure of what is sent: it is of the format, whole, and not too large.
func checked(out []byte, format media.Format, limit int64) error {
	info, err := media.WalkBytes(out)
	switch {
	case err != nil:
		return cannot(wxup.NotImage, "what was made of it is not sound: %v", err)
	case info.Format != format || int64(len(out)) > limit:
		return cannot(wxup.NotImage, "what was made of it is %s of %d bytes", info.Format, len(out))
	}
	return nil
}
