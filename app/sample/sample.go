// Package sample writes a picture to try uploads with.
package sample

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// File is the name of the picture in examples.
const File = "sample.png"

// Write writes the picture as a file, in the format of its suffix, unless it exists already.
// Another file of that name is not overwritten.
func Write(name string) error {
	var data bytes.Buffer
	if err := encode(&data, strings.ToLower(filepath.Ext(name))); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, data.Bytes()) {
			return nil
		}
		return texts.Errorf("%s exists already; name another file", name)
	} else if err != nil {
		return err
	}
	_, err = f.Write(data.Bytes())
	return errors.Join(err, f.Close())
}

func encode(w io.Writer, suffix string) error {
	switch suffix {
	case ".png":
		return png.Encode(w, picture())
	case ".jpg", ".jpeg":
		return jpeg.Encode(w, picture(), nil)
	}
	return texts.Errorf("a sample is a .png or .jpg file")
}

// picture paints a sunset, 640 × 360.
func picture() image.Image {
	const width, height, horizon = 640, 360, 230
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			t := math.Min(float64(y)/horizon, 1)
			c := color.RGBA{uint8(40 + 200*t), uint8(60 + 90*t), uint8(120 - 40*t), 255}
			switch d := math.Hypot(float64(x-width/2), float64(y-horizon)); {
			case y > horizon+int(6*math.Sin(float64(x)/25)):
				c = color.RGBA{24, uint8(40 + (height-y)/4), 70, 255}
			case d < 70:
				c = color.RGBA{255, 225, 140, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}
