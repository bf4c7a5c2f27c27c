package fit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"io"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// head is what the headers of a picture tell, before anything is decoded.
type head struct {
	format        media.Format
	width, height int             // as stored, of the whole picture
	frame         image.Rectangle // where in it the pixels lie: a frame of a GIF may be smaller
	exif          exif
	turned        bool // an EXIF block was there
	grey          bool // one channel
	cmyk          bool
	alpha         bool // some pixels may be transparent
	deep          bool // 16 bits a sample, of which 8 are kept
	exact         bool // the format keeps pixels exactly
	studio        bool // YCbCr from 16 to 235 (WebP), not from 0 to 255 (JPEG)
	animated      bool
	scans         int // JPEG: passes over the picture

	icc    []byte   // the profile, if there is one and it can be had
	lost   string   // or why it cannot
	tagged *profile // what PNG says in other ways
	hdr    bool     // PNG's cICP names a curve that sRGB cannot follow

	cannot   error                             // why it cannot be decoded here, as far as the header tells; metadata can be taken off all the same
	removed  []string                          // the kinds of metadata that are there
	decoding int64                             // bytes that the decoder takes at its peak, its result included
	decoded  int64                             // bytes of the result
	open     func(*io.SectionReader) io.Reader // what the decoder is given; nil is the file
}

func (h *head) has(kind string) {
	for _, k := range h.removed {
		if k == kind {
			return
		}
	}
	h.removed = append(h.removed, kind)
}

func (h *head) exifBlock(b []byte) {
	if !h.turned { // where there are several the first one counts
		h.exif, h.turned = readEXIF(b), true
	}
	h.has("exif")
	if h.exif.location {
		h.has("location")
	}
}

func (h *head) pixels() int64 { return int64(h.width) * int64(h.height) }

// upright is the size of the picture when it is held as EXIF says.
func (h *head) upright() (w, hgt int) {
	if h.exif.orientation >= 5 {
		return h.height, h.width
	}
	return h.width, h.height
}

// readHead reads as much of the file as tells what decoding it will take. info is what media.Walk said of it.
func readHead(ctx context.Context, format media.Format, info media.Info, content *io.SectionReader) (*head, error) {
	h := &head{format: format, width: info.Width, height: info.Height, exif: exif{orientation: 1}}
	r := newReader(ctx, content)
	var err error
	switch format {
	case media.JPEG:
		err = h.jpeg(r)
	case media.PNG:
		err = h.png(r)
	case media.BMP:
		err = h.bmp(r)
	case media.GIF:
		err = h.gif(r)
	case media.WebP:
		err = h.webp(r)
	default:
		return nil, cannot(wxup.NotImage, "it is %s, which cannot be read here: %s", format, adviceFor(format))
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
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

// adviceFor says what to do with a format that cannot be read.
func adviceFor(f media.Format) string {
	switch f {
	case media.HEIC:
		return "export it as JPEG (iPhone: Settings, Camera, Formats, Most Compatible; Mac: sips -s format jpeg)"
	case media.AVIF, media.JXL, media.JP2, media.TIFF:
		return "save it as JPEG or PNG first (vips copy, magick)"
	case media.SVG:
		return "export it as PNG at the size that is wanted"
	case media.PSD:
		return "export it as JPEG or PNG from the program that made it"
	case media.ICO:
		return "save its largest picture as PNG"
	case media.PDF, media.OFD:
		return "export the page that is wanted as PNG or JPEG"
	case media.Zip:
		return "unpack it, and give the pictures in it"
	case media.HTML:
		return "a web page was saved where a picture was meant; get the picture itself"
	}
	if f.Class() == media.Video {
		return "take a picture out of it (ffmpeg -frames:v 1)"
	}
	return "save it as JPEG or PNG"
}

// cannot is the error of a file that is not made to fit. Fit puts in the endpoint's name.
func cannot(p wxup.Problem, format string, args ...any) *wxup.Error {
	return &wxup.Error{Problem: p, Reason: fmt.Sprintf(format, args...)}
}

// reader reads a header from its start on.
type reader struct {
	*bufio.Reader
	at, size int64
}

func newReader(ctx context.Context, content *io.SectionReader) *reader {
	in := &contextReader{ctx, io.NewSectionReader(content, 0, content.Size())}
	return &reader{Reader: bufio.NewReaderSize(in, 64<<10), size: content.Size()}
}

func (r *reader) take(b []byte) error {
	n, err := io.ReadFull(r.Reader, b)
	r.at += int64(n)
	return err
}

func (r *reader) skip(n int64) error {
	for n > 0 {
		m, err := r.Discard(int(min(n, 1<<30)))
		r.at += int64(m)
		n -= int64(m)
		if err != nil {
			return err
		}
	}
	return nil
}

// contextReader ends when its context does.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
