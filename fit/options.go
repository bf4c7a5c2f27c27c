package fit

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// Options control how pictures are made to fit. All zero values work.
type Options struct {
	// Strip removes the metadata of every picture, even of one that needs nothing else: place,
	// time, camera, comments, thumbnails, second pictures. The pixels stay the same, bit for bit.
	// Of EXIF, the orientation is kept. A re-encoded picture never has metadata, nor does a BMP.
	Strip bool
	// Background replaces transparency where the result cannot have any; nil is white.
	Background color.Color
	// Quality is the lowest quality of a JPEG, 1 to 100; 0 is 60. Where it does not suffice, the
	// dimensions shrink.
	Quality int
	// Formats are the formats that may be made, of media.JPEG, media.PNG and media.BMP, if the
	// endpoint accepts them. Nil is JPEG and PNG, and BMP for an endpoint that accepts nothing
	// else.
	Formats []media.Format
	// Decoders read further formats: see package fit/heif for HEIC and AVIF.
	Decoders []Decoder
	// MaxPixels limits width × height of a picture that is decoded; 0 is 120 million.
	MaxPixels int64
	// Memory limits the bytes that all pictures of the Fitter use at a time; 0 is 512 MB. A picture
	// waits until the bytes that it needs are free. Go's garbage collector lets a program grow
	// beyond what is in use (see GOGC, GOMEMLIMIT).
	Memory int64
}

// Fitter is a [wxup.Fitter]. It is safe for concurrent use; share one.
type Fitter struct {
	o          Options
	background [3]uint8
	budget     *budget
}

var _ wxup.Fitter = (*Fitter)(nil)

// New returns a Fitter.
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

// Settings returns a string that differs between Fitters that make different files.
func (f *Fitter) Settings() string {
	var formats []string
	for _, x := range f.o.Formats {
		formats = append(formats, string(x))
	}
	return fmt.Sprintf("fit 1 strip=%t background=%x quality=%d formats=%s pixels=%d memory=%d",
		f.o.Strip, f.background, f.o.Quality, strings.Join(formats, ","), f.o.MaxPixels, f.o.Memory)
}
