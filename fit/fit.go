package fit

import (
	"context"
	"errors"
	"fmt"
	"image/color"
	"io"
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// Options say how pictures are made to fit. All zero values work.
type Options struct {
	// Strip takes the metadata off every picture, also off one that needs nothing else: where and when it was taken, with
	// what, comments, thumbnails, second pictures. The pixels stay as they are, bit for bit. Of EXIF one entry is left:
	// how the picture is turned. A picture that is made anew has no metadata in any case. BMPs have none.
	Strip bool
	// Background is what transparency is laid on where the result can have none; nil is white.
	Background color.Color
	// Quality is the lowest quality of a JPEG, 1 to 100; 0 is 60. Rather than go below it, pixels are given up.
	Quality int
	// Formats are those that may be made, of media.JPEG, media.PNG and media.BMP; nil is JPEG and PNG, and BMP for a row
	// that takes nothing else. The row must take it too.
	Formats []media.Format
	// MaxPixels is the largest picture that is decoded, width × height; 0 is 120 million.
	MaxPixels int64
	// Memory is how many bytes all pictures of the Fitter together may take while they are worked on; 0 is 512 MB. A
	// picture waits until there is as much left as it needs. It counts what is in use; Go's collector lets a program grow
	// beyond that (see GOGC, GOMEMLIMIT).
	Memory int64
}

// Fitter is a [wxup.Fitter]. It is safe for concurrent use; share one.
type Fitter struct {
	o          Options
	background [3]uint8
	budget     *budget
}

var _ wxup.Fitter = (*Fitter)(nil)

// New makes a Fitter.
func New(o Options) *Fitter {
	if o.Background == nil {
		o.Background = color.White
	}
	if o.Quality == 0 {
		o.Quality = 60
	}
	if o.MaxPixels == 0 {
		o.MaxPixels = 120_000_000
	}
	if o.Memory == 0 {
		o.Memory = 512 << 20
	}
	o.Quality = min(max(o.Quality, 1), 100)
	o.Formats = slices.Clone(o.Formats)
	c := color.NRGBAModel.Convert(o.Background).(color.NRGBA)
	return &Fitter{o: o, background: [3]uint8{c.R, c.G, c.B}, budget: newBudget(o.Memory)}
}

// Settings tells apart Fitters that make different files.
func (f *Fitter) Settings() string {
	var formats []string
	for _, x := range f.o.Formats {
		formats = append(formats, string(x))
	}
	return fmt.Sprintf("fit 1 strip=%t background=%x quality=%d formats=%s pixels=%d memory=%d",
		f.o.Strip, f.background, f.o.Quality, strings.Join(formats, ","), f.o.MaxPixels, f.o.Memory)
}

// Fit makes a picture fit a row. It gives nil if the row takes the file as it is, and nothing is to be stripped. The
// Change of what it gives is a [*Change]. An error is a [*wxup.Error] that says what is in the way, or that of ctx or of
// reading content.
func (f *Fitter) Fit(ctx context.Context, ep wxup.Endpoint, name string, content *io.SectionReader) (*wxup.Fitted, error) {
	fitted, err := f.fit(ctx, &ep, name, content)
	if refusal, ok := errors.AsType[*wxup.Error](err); ok && refusal.Endpoint == "" {
		refusal.Endpoint = ep.Name
	}
	if err != nil {
		return nil, err
	}
	return fitted, nil
}

func (f *Fitter) fit(ctx context.Context, ep *wxup.Endpoint, name string, content *io.SectionReader) (*wxup.Fitted, error) {
	size := content.Size()
	if size == 0 {
		return nil, cannot(wxup.EmptyFile, "")
	}
	first := make([]byte, min(size, media.SniffLen))
	if _, err := content.ReadAt(first, 0); err != nil && err != io.EOF {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	format := media.Sniff(first)
	limit, taken := limitOf(ep, format)
	fits := taken && size <= limit
	if format.Class() != media.Picture {
		if fits {
			return nil, nil
		}
		return nil, noPicture(ep, format, size, limit, taken)
	}
	if fits && !walked(format) && !f.o.Strip {
		return nil, nil // a row of a user's own; who takes such a format reads it
	}
	source := content
	var tooBig bool
	var info media.Info
	if walked(format) {
		var err error
		info, err = media.Walk(&contextReader{ctx, io.NewSectionReader(content, 0, size)})
		switch _, structural := errors.AsType[*media.StructureError](err); {
		case errors.Is(err, media.TooBig):
			tooBig = true
		case structural:
			return nil, cannot(wxup.NotImage, "%v; get the file again, or save it anew with another program", err)
		case err != nil:
			return nil, fmt.Errorf("read the file: %w", err)
		}
		if fits && !tooBig && !f.o.Strip {
			return nil, nil
		}
		if info.Unended {
			source = ended(content)
		}
	}
	h, err := readHead(ctx, format, info, source)
	if err != nil {
		return nil, err
	}
	if taken {
		if fitted, clean, err := f.stripped(ctx, h, name, source, limit); fitted != nil || err != nil {
			return fitted, err
		} else if fits && !tooBig && clean {
			return nil, nil
		}
	}
	limits := f.targets(ep)
	if len(limits) == 0 {
		return nil, cannot(wxup.NotImage, "it is %s; %s takes %s, of which none can be made of it", format, ep.Name, ep.Formats())
	}
	return f.anew(ctx, h, limits, name, source, size)
}

// walked reports whether package media knows the format's structure.
func walked(f media.Format) bool { return f == media.JPEG || f == media.PNG || f == media.BMP }

// limitOf is the row's limit for a format, or for one that it cannot be told from.
func limitOf(ep *wxup.Endpoint, format media.Format) (int64, bool) {
	if limit, taken := ep.Max(format); taken {
		return limit, true
	}
	for _, a := range ep.Accepts {
		if format.Fits(a.Format) {
			return a.Max, true
		}
	}
	return 0, false
}

// targets are the formats that may be made, with their limits.
func (f *Fitter) targets(ep *wxup.Endpoint) map[media.Format]int64 {
	limits := map[media.Format]int64{}
	for _, a := range ep.Accepts {
		if walked(a.Format) && (f.o.Formats == nil || slices.Contains(f.o.Formats, a.Format)) {
			limits[a.Format] = a.Max
		}
	}
	if len(limits) > 1 { // nobody wants a BMP
		delete(limits, media.BMP)
	}
	return limits
}

// noPicture is the error of a file that is no picture and is not taken.
func noPicture(ep *wxup.Endpoint, format media.Format, size, limit int64, taken bool) error {
	switch {
	case format == media.Unknown:
		return cannot(wxup.NotImage, "its format is not known; %s takes %s", ep.Name, ep.Formats())
	case !taken:
		return cannot(wxup.NotImage, "it is %s, which is no picture; %s takes %s: %s", format, ep.Name, ep.Formats(), adviceFor(format))
	case format.Class() == media.Video:
		return cannot(wxup.TooLarge, "it has %s, %s are taken, and only pictures can be made smaller; cut or encode the video anew (ffmpeg)", bytesText(size), bytesText(limit))
	}
	return cannot(wxup.TooLarge, "it has %s, %s are taken, and only pictures can be made smaller; save the %s with fewer pages or smaller pictures", bytesText(size), bytesText(limit), format)
}
