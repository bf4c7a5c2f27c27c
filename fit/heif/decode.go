//go:build nodynamic

package heif

import (
	"errors"
	"fmt"
	"image"
	"io"
	"slices"
	"strings"

	"github.com/gen2brain/avif"
	"github.com/gen2brain/heic"

	"github.com/wxup/wxup/fit"
	"github.com/wxup/wxup/media"
)

// Decoders returns the decoders of HEIC and AVIF.
func Decoders() []fit.Decoder {
	return []fit.Decoder{
		{Format: media.HEIC, Measure: measureHEIC, Decode: decodeHEIC},
		{Format: media.AVIF, Measure: measureAVIF, Decode: decodeAVIF},
	}
}

// decodeHEIC copies the planes, so that the memory of the decoder becomes free.
func decodeHEIC(r io.Reader) (image.Image, error) {
	m, err := heic.Decode(r)
	if err != nil {
		return nil, firstLine(err)
	}
	switch m := m.(type) {
	case *image.YCbCr:
		m.Y, m.Cb, m.Cr = slices.Clone(m.Y), slices.Clone(m.Cb), slices.Clone(m.Cr)
	case *image.Gray:
		m.Pix = slices.Clone(m.Pix)
	case *image.NRGBA:
		m.Pix = slices.Clone(m.Pix)
	default:
		return nil, fmt.Errorf("its pixels are of the unsupported kind %T", m)
	}
	return m, nil
}

// decodeAVIF undoes the premultiplication and reduces samples to 8 bits.
func decodeAVIF(r io.Reader) (image.Image, error) {
	m, err := avif.Decode(r)
	if err != nil {
		return nil, firstLine(err)
	}
	out := image.NewNRGBA(m.Bounds())
	switch m := m.(type) {
	case *image.RGBA:
		for i := 0; i+3 < len(out.Pix); i += 4 {
			a := uint32(m.Pix[i+3])
			for c := range 3 {
				out.Pix[i+c] = straight(uint32(m.Pix[i+c]), a)
			}
			out.Pix[i+3] = uint8(a)
		}
	case *image.RGBA64:
		sample := func(i int) uint32 { return uint32(m.Pix[2*i])<<8 | uint32(m.Pix[2*i+1]) }
		for i := 0; i+3 < len(out.Pix); i += 4 {
			a := sample(i + 3)
			for c := range 3 {
				out.Pix[i+c] = straight(sample(i+c), a)
			}
			out.Pix[i+3] = straight(a, 65535)
		}
	default:
		return nil, fmt.Errorf("its pixels are of the unsupported kind %T", m)
	}
	return out, nil
}

// straight returns the 8 bits of a sample that alpha a has multiplied, in the same number of bits.
func straight(v, a uint32) uint8 {
	if a == 0 {
		return 0
	}
	return uint8((min(v, a)*255 + a/2) / a)
}

// firstLine drops the WebAssembly stack trace of an error.
func firstLine(err error) error {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(line)
}
