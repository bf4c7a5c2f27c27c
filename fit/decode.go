package fit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// decode decodes the first picture. A panic of a decoder is an error like any other.
func (h *head) decode(ctx context.Context, in io.Reader) (m image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			m, err = nil, cannot(wxup.NotImage, "%s: the decoder failed: %v", h.format, p)
		}
	}()
	r := bufio.NewReaderSize(&contextReader{ctx, in}, 64<<10)
	switch h.format {
	case media.JPEG:
		m, err = jpeg.Decode(r)
	case media.PNG:
		m, err = png.Decode(r)
	case media.BMP:
		m, err = bmp.Decode(r)
	case media.GIF:
		m, err = gif.Decode(r)
	case media.WebP:
		m, err = webp.Decode(r)
	default:
		if h.decoder == nil {
			return nil, cannot(wxup.NotImage, "%s is not supported", h.format)
		}
		if m, err = h.decoder.Decode(r); err == nil {
			err = h.resized(m.Bounds())
		}
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return nil, cannot(wxup.NotImage, "%s: the file is cut off; get it again", h.format)
	case err != nil:
		return nil, cannot(wxup.NotImage, "%s cannot be decoded: %v; save it with another program", h.format, plain(err))
	case m.Bounds().Size() != h.frame.Size():
		return nil, cannot(wxup.NotImage, "%s: it has %v pixels, its header says %v", h.format, m.Bounds().Size(), h.frame.Size())
	}
	return m, nil
}

// resized accepts a picture of other dimensions than its headers said, unless it has more pixels.
func (h *head) resized(b image.Rectangle) error {
	if b.Empty() || int64(b.Dx())*int64(b.Dy()) > h.pixels() {
		return fmt.Errorf("it has %v pixels, its header says %v", b.Size(), h.frame.Size())
	}
	h.width, h.height = b.Dx(), b.Dy()
	h.frame = image.Rect(0, 0, h.width, h.height)
	return nil
}

// plain returns the text of an error without the package's name.
func plain(err error) string {
	var unsupported jpeg.UnsupportedError
	if errors.As(err, &unsupported) {
		return fmt.Sprintf("%s is not supported", string(unsupported))
	}
	return err.Error()
}
