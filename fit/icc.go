package fit

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/kovidgoyal/imaging/prism/meta/icc"
)

// An ICC profile (ICC.1:2022) is a header of 128 bytes and a table of tags; all numbers are
// big-endian.
//
//	size 4 … space 16 'RGB '  PCS 20 'XYZ ' … 36 'acsp' …   128 count 4   tag 4  offset 4  size 4 …
//
// Package icc evaluates it, one colour in microseconds. Here it is sampled: to curves and a matrix
// if that is what it consists of, as in the profiles of cameras, phones and screens; to a grid if
// it is made of tables, as in the profiles of printers and scanners.
var errProfile = errors.New("it is not a valid profile")

// readICC returns the conversion of a profile to sRGB, nil if it is sRGB already. The space is "RGB
// ", "GRAY" or "CMYK".
func readICC(b []byte) (name, space string, t *transform, err error) {
	defer func() {
		if p := recover(); p != nil { // package icc panics over some invalid profiles
			t, err = nil, errProfile
		}
	}()
	if !soundICC(b) {
		return "", "", nil, errProfile
	}
	space = string(b[16:20])
	b = bytes.Clone(b)
	copy(b[68:80], "\x00\x00\xF6\xD6\x00\x01\x00\x00\x00\x00\xD3\x2D") // D50, the only illuminant allowed
	p, err := icc.DecodeProfile(bytes.NewReader(b))
	if err != nil {
		return "", "", nil, errProfile
	}
	name, _ = p.Description()
	if name = printable(name); name == "" {
		name = strings.TrimSpace(space) + " profile"
	}
	switch space {
	case "GRAY":
		t, err = greyTransform(p)
	case "RGB ":
		if simple, ok := simpleProfile(p); ok {
			return name, space, simple.transform(), nil
		}
		t, err = gridTransform(p, 3)
	case "CMYK":
		t, err = gridTransform(p, 4)
	}
	if err == nil && t != nil && space != "CMYK" && t.same() {
		t = nil
	}
	return name, space, t, err
}

// printable drops what cannot be shown of a profile's name, and cuts it at 80 characters.
func printable(name string) string {
	name, _, _ = strings.Cut(name, "\x00")
	runes := []rune(strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == '\uFFFD' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))))
	return string(runes[:min(len(runes), 80)])
}

// simpleProfile returns the curves and the matrix of a profile, false if it has tables.
func simpleProfile(p *icc.Profile) (*profile, bool) {
	if p.Header.ProfileConnectionSpace != icc.ColorSpaceXYZ {
		return nil, false
	}
	toXYZ, err := p.CreateTransformerToPCS(p.Header.RenderingIntent, 3, true)
	if err != nil {
		return nil, false
	}
	at := func(r, g, b float64) [3]float64 {
		x, y, z := toXYZ.Transform(r, g, b)
		return [3]float64{x, y, z}
	}
	simple := &profile{}
	black := at(0, 0, 0)
	for c := range 3 {
		var one [3]float64
		value := func(v float64) [3]float64 {
			one[c] = v
			return at(one[0], one[1], one[2])
		}
		full := value(1)
		for row := range 3 {
			simple.matrix[row][c] = full[row] - black[row]
		}
		for v := range simple.curves[c] {
			light := (value(float64(v) / 255)[1] - black[1]) / simple.matrix[1][c]
			if math.IsNaN(light) {
				return nil, false
			}
			simple.curves[c][v] = min(max(light, 0), 1)
		}
	}
	for i := range 64 { // the primaries add up, wherever one looks
		r, g, b := i*37&255, i*101&255, i*151&255
		want := at(float64(r)/255, float64(g)/255, float64(b)/255)
		got := times(simple.matrix, [3]float64{simple.curves[0][r], simple.curves[1][g], simple.curves[2][b]})
		for row := range 3 {
			if d := got[row] + black[row] - want[row]; math.IsNaN(d) || math.Abs(d) > 2e-3 {
				return nil, false
			}
		}
	}
	return simple, true
}

func toSRGBOf(p *icc.Profile, channels int) (*icc.Pipeline, error) {
	pipeline, err := p.CreateTransformerToSRGB(p.Header.RenderingIntent, true, channels, true, false, true)
	if err != nil {
		return nil, fmt.Errorf("its tables are not supported")
	}
	return pipeline, nil
}

// greyTransform evaluates a grey profile for each value.
func greyTransform(p *icc.Profile) (*transform, error) {
	pipeline, err := toSRGBOf(p, 1)
	if err != nil {
		return nil, err
	}
	t := &transform{grey: new([256]uint8)}
	for v := range t.grey {
		in, out := [4]float64{float64(v) / 255}, [4]float64{}
		pipeline.TransformGeneral(out[:], in[:])
		t.grey[v] = sample(out[1])
	}
	return t, nil
}

// gridTransform evaluates a profile at the points of a grid.
func gridTransform(p *icc.Profile, channels int) (*transform, error) {
	pipeline, err := toSRGBOf(p, channels)
	if err != nil {
		return nil, err
	}
	points := map[int]int{3: 33, 4: 17}[channels]
	g := newGrid(channels, points)
	in, out := make([]float64, 4), make([]float64, 4) // both are overwritten
	for i := range len(g.values) / 3 {
		for c, rest := channels-1, i; c >= 0; c, rest = c-1, rest/points {
			in[c] = float64(rest%points) / float64(points-1)
		}
		pipeline.TransformGeneral(out, in)
		for c := range 3 {
			g.values[3*i+c] = float32(min(max(out[c], 0), 1) * 255)
		}
	}
	if slices.ContainsFunc(g.values, func(v float32) bool { return v != v }) {
		return nil, errProfile
	}
	return &transform{grid: g}, nil
}

// sample converts 0 to 1 to 0 to 255.
func sample(v float64) uint8 { return uint8(min(max(v, 0), 1)*255 + 0.5) }
