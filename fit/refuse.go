package fit

import (
	"fmt"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// adviceFor says what to do with a format that is not supported.
func adviceFor(f media.Format) string {
	switch f {
	case media.HEIC:
		return "export it as JPEG (iPhone: Settings, Camera, Formats, Most Compatible; Mac: sips -s format jpeg)"
	case media.AVIF, media.JXL, media.JP2, media.TIFF:
		return "save it as JPEG or PNG first (vips copy, magick)"
	case media.SVG:
		return "export it as PNG in the size needed"
	case media.PSD:
		return "export it as JPEG or PNG from the program that made it"
	case media.ICO:
		return "save its largest picture as PNG"
	case media.PDF, media.OFD:
		return "export the page as PNG or JPEG"
	case media.Zip:
		return "unpack it and upload the pictures in it"
	case media.HTML:
		return "this is a web page; download the picture itself"
	}
	if f.Class() == media.Video {
		return "extract a picture from it (ffmpeg -frames:v 1)"
	}
	return "save it as JPEG or PNG"
}

// cannot returns the error of a file that cannot be made to fit. Fit adds the endpoint's name.
func cannot(p wxup.Problem, format string, args ...any) *wxup.Error {
	return &wxup.Error{Problem: p, Reason: fmt.Sprintf(format, args...)}
}

// broken returns the error of a damaged file.
func broken(err error) error {
	return cannot(wxup.NotImage, "%v; get the file again, or save it with another program", err)
}
