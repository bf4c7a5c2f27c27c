package fit

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// ended returns a PNG with its missing end appended.
func ended(content *io.SectionReader) *io.SectionReader {
	size := content.Size()
	have := len(media.PNGEnd)
	tail := make([]byte, have)
	if n, _ := content.ReadAt(tail, max(size-int64(have), 0)); n < have {
		return content
	}
	for !strings.HasSuffix(string(tail), media.PNGEnd[:have]) {
		have--
	}
	return io.NewSectionReader(&joined{content, size, media.PNGEnd[have:]}, 0, size+int64(len(media.PNGEnd)-have))
}

// joined is a file followed by a string.
type joined struct {
	file io.ReaderAt
	size int64
	more string
}

func (j *joined) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	if off < j.size {
		m, err := j.file.ReadAt(p[:min(int64(len(p)), j.size-off)], off)
		if n = m; err != nil && err != io.EOF || n == len(p) {
			return n, err
		}
	}
	n += copy(p[n:], j.more[min(max(off+int64(n)-j.size, 0), int64(len(j.more))):])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// stripped removes the metadata and keeps the pixels. It returns nil and true if there is none; nil
// and false if the file would still not fit, or if its format is not supported.
func (f *Fitter) stripped(ctx context.Context, h *head, name string, content *io.SectionReader, limit int64) (fitted *wxup.FitResult, clean bool, err error) {
	switch {
	case len(h.removed) == 0:
		return nil, true, nil
	case h.format != media.JPEG && h.format != media.PNG:
		return nil, false, nil
	}
	p := &page{ctx: ctx, limit: limit, keep: limit}
	if h.format == media.JPEG {
		err = stripJPEG(fromStart(ctx, content), p, h.exif.orientation)
	} else {
		err = stripPNG(fromStart(ctx, content), p, h.exif.orientation)
	}
	out := p.buf.Bytes()
	switch {
	case ctx.Err() != nil:
		return nil, false, ctx.Err()
	case err != nil || checked(out, h.format, limit) != nil: // still too large; or damaged, which the decoder reports better
		return nil, false, nil
	case int64(len(out)) == content.Size() && bytes.Equal(out, readUpTo(content, len(out))):
		return nil, true, nil // stripped has nothing left to remove
	}
	w, hgt := h.upright()
	c := &Change{
		From: Side{h.format, w, hgt, content.Size()}, To: Side{h.format, w, hgt, int64(len(out))},
		SSIM: 1, Lossless: true, Stripped: true, Removed: h.removed,
	}
	return &wxup.FitResult{Name: rename(name, h.format), Bytes: out, Change: c}, true, nil
}

// readUpTo returns the first n bytes of a file, or all of it.
func readUpTo(content *io.SectionReader, n int) []byte {
	b := make([]byte, min(int64(n), content.Size()))
	m, _ := content.ReadAt(b, 0)
	return b[:m]
}
