package fit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// Fit makes a picture fit an endpoint. It returns nil if the endpoint accepts the file as it is and
// there is nothing to strip. The Change of its result is a [*Change]. An error is a [*wxup.Error]
// with the reason, or the error of ctx or of reading content.
func (f *Fitter) Fit(ctx context.Context, ep *wxup.Endpoint, name string, content *io.SectionReader) (*wxup.FitResult, error) {
	fitted, err := f.fit(ctx, ep, name, content)
	if refusal, ok := errors.AsType[*wxup.Error](err); ok && refusal.Endpoint == "" {
		refusal.Endpoint = ep.Name
	}
	if err != nil {
		return nil, err
	}
	return fitted, nil
}

func (f *Fitter) fit(ctx context.Context, ep *wxup.Endpoint, name string, content *io.SectionReader) (*wxup.FitResult, error) {
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
		return nil, nil // an endpoint of the caller's, which reads this format
	}
	source := content
	var tooBig bool
	var info media.Info
	if walked(format) {
		var err error
		info, err = media.Walk(fromStart(ctx, content))
		switch _, structural := errors.AsType[*media.StructureError](err); {
		case errors.Is(err, media.TooBig):
			tooBig = true
		case structural:
			return nil, broken(err)
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
	h, err := readHead(ctx, format, info, source, f.o.Decoders...)
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

// limitOf returns the endpoint's limit for a format, or for one that shares its container.
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

// targets returns the formats that may be made, with their limits in bytes.
func (f *Fitter) targets(ep *wxup.Endpoint) map[media.Format]int64 {
	limits := map[media.Format]int64{}
	for _, a := range ep.Accepts {
		if walked(a.Format) && (f.o.Formats == nil || slices.Contains(f.o.Formats, a.Format)) {
			limits[a.Format] = a.Max
		}
	}
	if len(limits) > 1 { // a BMP is never the better choice
		delete(limits, media.BMP)
	}
	return limits
}

// noPicture returns the error of a file that is not a picture and not accepted.
func noPicture(ep *wxup.Endpoint, format media.Format, size, limit int64, taken bool) error {
	switch {
	case format == media.Unknown:
		return cannot(wxup.NotImage, "its format is unknown; %s accepts %s", ep.Name, ep.Formats())
	case !taken:
		return cannot(wxup.NotImage, "it is %s, not a picture; %s accepts %s: %s", format, ep.Name, ep.Formats(), adviceFor(format))
	case format.Class() == media.Video:
		return cannot(wxup.TooLarge, "it has %s, %s are taken, and only pictures can be made smaller; cut or encode the video anew (ffmpeg)", bytesText(size), bytesText(limit))
	}
	return cannot(wxup.TooLarge, "it has %s, %s are taken, and only pictures can be made smaller; save the %s with fewer pages or smaller pictures", bytesText(size), bytesText(limit), format)
}
