package fit

import (
	"context"
	"errors"
	"image"
	"io"
	"slices"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// readHead reads the headers of a picture, from which the cost of decoding follows. info is the
// result of media.Walk.
func readHead(ctx context.Context, format media.Format, info media.Info, content *io.SectionReader, more ...Decoder) (*head, error) {
	h := &head{format: format, width: info.Width, height: info.Height, exif: exif{orientation: 1}}
	r := newReader(ctx, content)
	var err error
	switch format {
	case media.JPEG:
		err = h.jpeg(fromStart(ctx, content), content.Size())
	case media.PNG:
		err = h.png(fromStart(ctx, content), content.Size())
	case media.BMP:
		err = h.bmp(r)
	case media.GIF:
		err = h.gif(r)
	case media.WebP:
		err = h.webp(r)
	default:
		i := slices.IndexFunc(more, func(d Decoder) bool { return d.Format == format })
		if i < 0 {
			return nil, cannot(wxup.NotImage, "it is %s, which is not supported: %s", format, adviceFor(format))
		}
		if err := h.external(&more[i], content); err != nil {
			return nil, cannot(wxup.NotImage, "%s: %v; %s", format, err, adviceFor(format))
		}
	}
	switch _, damaged := errors.AsType[*media.StructureError](err); {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case damaged:
		return nil, broken(err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, cannot(wxup.NotImage, "%s: the file is cut off inside its header; get it again", format)
	case err != nil:
		return nil, err
	case h.width < 1 || h.height < 1:
		return nil, cannot(wxup.NotImage, "%s: its header says %d×%d pixels", format, h.width, h.height)
	}
	if h.frame.Empty() {
		h.frame = image.Rect(0, 0, h.width, h.height)
	}
	return h, nil
}

// external reads the headers of a picture with d.
func (h *head) external(d *Decoder, content *io.SectionReader) error {
	m, err := d.Measure(io.NewSectionReader(content, 0, content.Size()))
	if err != nil {
		return err
	}
	h.width, h.height = m.Width, m.Height
	h.decoding, h.decoded = m.Peak, m.Result
	h.exif.orientation = max(m.Orientation, 1)
	h.alpha, h.deep, h.animated, h.studio = m.Alpha, m.Deep, m.Animated, m.Studio
	h.removed = m.Metadata
	switch {
	case m.ICC != nil && len(m.ICC) <= iccMost:
		h.icc = m.ICC
	case m.ICC != nil:
		h.lost = "it has more than 4 MB"
	case len(m.CICP) >= 4:
		h.cicp(m.CICP)
	}
	h.decoder = d
	return nil
}
