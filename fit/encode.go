package fit

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/bmp"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// errOver reports that an encoder has written more than the limit.
var errOver = errors.New("more than the limit")

// page is the writer of an encoder. It stops the encoder at a limit.
type page struct {
	ctx   context.Context
	buf   bytes.Buffer
	n     int64
	limit int64 // of bytes written
	keep  int64 // of bytes kept; beyond it they are only counted
	jump  bool  // stop the encoder with a panic: after an error, image/jpeg continues to the end of the picture
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

// write runs an encoder. If it writes more than the limit, the error is errOver.
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

func encodeJPEG(ctx context.Context, m image.Image, quality int, limit int64) ([]byte, error) {
	p := &page{ctx: ctx, limit: limit, keep: limit, jump: true}
	err := p.write(func() error { return jpeg.Encode(p, m, &jpeg.Options{Quality: quality}) })
	if err != nil {
		return nil, err
	}
	return p.buf.Bytes(), nil
}

// encodePNG returns nil and the size of a PNG beyond limit. Beyond most it fails.
func encodePNG(ctx context.Context, m image.Image, limit, most int64) (out []byte, size int64, err error) {
	p := &page{ctx: ctx, limit: most, keep: limit}
	e := png.Encoder{CompressionLevel: png.BestCompression}
	if err = e.Encode(p, m); err != nil || p.n > limit {
		return nil, p.n, err
	}
	return p.buf.Bytes(), p.n, nil
}

func encodeBMP(ctx context.Context, m image.Image, limit int64) ([]byte, error) {
	p := &page{ctx: ctx, limit: limit, keep: limit}
	if err := bmp.Encode(p, m); err != nil {
		return nil, err
	}
	return p.buf.Bytes(), nil
}

// estimate returns about how many bytes an encoded picture will have. Of a large picture it encodes
// at most 32 stripes of 16 rows: an eighth of the work for a photo. JPEG, whose stripes are almost
// independent, comes out within 1 %; PNG about a tenth too large.
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
		out, err := encodeJPEG(ctx, stripe, quality, 1<<40)
		return int64(len(out)), err
	})
}

func estimatePNG(ctx context.Context, m image.Image) (int64, error) {
	var headers int64 = 70
	if p, ok := m.(*image.Paletted); ok {
		headers += 4 * int64(len(p.Palette))
	}
	return estimate(m, headers, func(stripe image.Image) (int64, error) {
		_, size, err := encodePNG(ctx, stripe, 0, 1<<40)
		return size, err
	})
}

// checked verifies a result: its format, its structure and its size.
func checked(out []byte, format media.Format, limit int64) error {
	info, err := media.WalkBytes(out)
	switch {
	case err != nil:
		return cannot(wxup.NotImage, "the result is damaged: %v", err)
	case info.Format != format || int64(len(out)) > limit:
		return cannot(wxup.NotImage, "the result is %s of %d bytes", info.Format, len(out))
	}
	return nil
}
