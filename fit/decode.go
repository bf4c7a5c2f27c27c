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

// decode decodes the first picture. A decoder that panics over a hostile file has found an error like any other.
func (h *head) decode(ctx context.Context, in io.Reader) (m image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			m, err = nil, cannot(wxup.NotImage, "%s: the decoder gave it up: %v", h.format, p)
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
		err = errors.New("there is no decoder for it")
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return nil, cannot(wxup.NotImage, "%s: the file is cut off; get it again", h.format)
	case err != nil:
		return nil, cannot(wxup.NotImage, "%s cannot be decoded: %v; save it anew with another program", h.format, plain(err))
	case m.Bounds().Size() != h.frame.Size():
		return nil, cannot(wxup.NotImage, "%s: it has %v pixels and its header says %v", h.format, m.Bounds().Size(), h.frame.Size())
	}
	return m, nil
}

// plain takes the package's name off an error that says it once more.
func plain(err error) string {
	var unsupported jpeg.UnsupportedError
	if errors.As(err, &unsupported) {
		return fmt.Sprintf("%s is not supported", string(unsupported))
	}
	return err.Error()
}
