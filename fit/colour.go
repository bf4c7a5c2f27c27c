package fit

import (
	"math"
	"sync"
)

// d50 is the white of the profile connection space.
var d50 = [3]float64{0.9642, 1, 0.8249}

// profile is a profile of three primaries and their curves:
//
//	XYZ = [X Y Z of red, green, blue] · (light of r, light of g, light of b)
//
// with the white of D50.
type profile struct {
	name   string
	curves [3]curve
	matrix [3][3]float64 // columns are the primaries
}

// curve is the light, 0 to 1, of each of the 256 values of a sample.
type curve [256]float64

var (
	// toSRGB converts XYZ with the white of D50 to linear sRGB (IEC 61966-2-1, Bradford
	// adaptation).
	toSRGB = [3][3]float64{
		{3.1338561, -1.6168667, -0.4906146},
		{-0.9787684, 1.9161415, 0.0334540},
		{0.0719453, -0.2289914, 1.4052427},
	}
	bradford = [3][3]float64{{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}
)

// sRGB is the curve of sRGB and its inverse, as the value for each of lightSteps steps of light.
var sRGB = sync.OnceValue(func() (s struct {
	curve curve
	back  [lightSteps + 1]uint8
}) {
	for i := range s.curve {
		s.curve[i] = lightOf(float64(i) / 255)
	}
	for i := range s.back {
		s.back[i] = uint8(valueOf(float64(i)/lightSteps)*255 + 0.5)
	}
	return s
})

const lightSteps = 1 << 14 // at the dark end, a step of light is 0.2 of a value

func lightOf(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func valueOf(light float64) float64 {
	if light <= 0.0031308 {
		return light * 12.92
	}
	return 1.055*math.Pow(light, 1/2.4) - 0.055
}

// transform converts the colours of a profile to sRGB. Colours outside of sRGB are clipped.
type transform struct {
	grey  *[256]uint8 // of a grey profile, which needs nothing else
	grid  *grid       // of a profile of tables, which needs nothing else
	light [3][256]float32
	m     [3][3]float32 // from the profile's light to that of sRGB, in steps
	back  []uint8
}

// transform returns the conversion from p to sRGB; nil if p is sRGB to within 8 bits.
func (p *profile) transform() *transform {
	s := sRGB()
	t := &transform{back: s.back[:]}
	for i, c := range p.curves {
		for v, l := range c {
			t.light[i][v] = float32(l)
		}
	}
	for i, row := range multiply(toSRGB, p.matrix) {
		for j, v := range row {
			t.m[i][j] = float32(v * lightSteps)
		}
	}
	if t.same() {
		return nil
	}
	return t
}

// same reports whether no colour changes by more than 1 of 255.
func (t *transform) same() bool {
	if t.grey != nil {
		return t.keepsGrey()
	}
	var row []uint8
	for v := range 256 {
		u := uint8(v)
		row = append(row, u, 0, 0, 255, 0, u, 0, 255, 0, 0, u, 255, u, 255, 128, 255, 128, u, 255, 255, 255, 128, u, 255)
	}
	before := append([]uint8(nil), row...)
	t.apply(row)
	for i, v := range row {
		if d := int(v) - int(before[i]); d < -1 || d > 1 {
			return false
		}
	}
	return t.keepsGrey()
}

// keepsGrey reports whether greys stay the same, as in Display P3, which has the curve of sRGB.
func (t *transform) keepsGrey() bool {
	var row []uint8
	for v := range 256 {
		row = append(row, uint8(v), uint8(v), uint8(v), 255)
	}
	t.apply(row)
	for i, v := range row {
		if d := int(v) - i/4; i%4 != 3 && (d < -1 || d > 1) {
			return false
		}
	}
	return true
}

// apply converts a row of RGBA that is not premultiplied.
func (t *transform) apply(row []uint8) {
	if t.grey != nil {
		for i := 0; i+3 < len(row); i += 4 {
			v := t.grey[row[i]]
			row[i], row[i+1], row[i+2] = v, v, v
		}
		return
	}
	if t.grid != nil {
		if t.grid.channels == 3 { // CMYK was converted already
			t.grid.apply(row, row, 4)
		}
		return
	}
	back := t.back
	value := func(light float32) uint8 {
		switch {
		case light <= 0:
			return 0
		case light >= lightSteps:
			return 255
		}
		return back[int(light+0.5)]
	}
	for i := 0; i+3 < len(row); i += 4 {
		r, g, b := t.light[0][row[i]], t.light[1][row[i+1]], t.light[2][row[i+2]]
		row[i] = value(t.m[0][0]*r + t.m[0][1]*g + t.m[0][2]*b)
		row[i+1] = value(t.m[1][0]*r + t.m[1][1]*g + t.m[1][2]*b)
		row[i+2] = value(t.m[2][0]*r + t.m[2][1]*g + t.m[2][2]*b)
	}
}

// chromaticities are x and y of white, red, green and blue, as in PNG's cHRM.
type chromaticities [4][2]float64

var (
	chromaSRGB = chromaticities{{0.3127, 0.3290}, {0.64, 0.33}, {0.30, 0.60}, {0.15, 0.06}}
	chromaP3   = chromaticities{{0.3127, 0.3290}, {0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}}
)

// profileOf returns the profile of primaries and one curve, false if the primaries span no colours.
func profileOf(name string, c chromaticities, light curve) (profile, bool) {
	p := profile{name: name, curves: [3]curve{light, light, light}}
	xyz := func(xy [2]float64) [3]float64 {
		return [3]float64{xy[0] / xy[1], 1, (1 - xy[0] - xy[1]) / xy[1]}
	}
	for _, xy := range c {
		if xy[1] <= 0 || xy[0] < 0 || xy[0]+xy[1] > 1.5 {
			return p, false
		}
	}
	white := xyz(c[0])
	var m [3][3]float64
	for i := range 3 {
		for row, v := range xyz(c[i+1]) {
			m[row][i] = v
		}
	}
	back, ok := inverse(m)
	if !ok {
		return p, false
	}
	for i, share := range times(back, white) { // the share of each in white
		for row := range 3 {
			m[row][i] *= share
		}
	}
	// Bradford adaptation from its own white to D50.
	from, to := times(bradford, white), times(bradford, d50)
	var scale [3][3]float64
	for i := range 3 {
		scale[i][i] = to[i] / from[i]
	}
	unbradford, _ := inverse(bradford)
	p.matrix = multiply(multiply(multiply(unbradford, scale), bradford), m)
	for _, row := range p.matrix {
		for _, v := range row {
			if math.IsNaN(v) || math.Abs(v) > 10 {
				return p, false
			}
		}
	}
	return p, true
}

// gammaCurve is light = value^gamma.
func gammaCurve(gamma float64) (c curve) {
	for i := range c {
		c[i] = math.Pow(float64(i)/255, gamma)
	}
	return c
}

func multiply(a, b [3][3]float64) (m [3][3]float64) {
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				m[i][j] += a[i][k] * b[k][j]
			}
		}
	}
	return m
}

func times(m [3][3]float64, v [3]float64) (r [3]float64) {
	for i := range 3 {
		r[i] = m[i][0]*v[0] + m[i][1]*v[1] + m[i][2]*v[2]
	}
	return r
}

func inverse(m [3][3]float64) (r [3][3]float64, ok bool) {
	for i := range 3 {
		for j := range 3 {
			a, b, c, d := (j+1)%3, (j+2)%3, (i+1)%3, (i+2)%3
			r[i][j] = m[a][c]*m[b][d] - m[a][d]*m[b][c]
		}
	}
	det := m[0][0]*r[0][0] + m[0][1]*r[1][0] + m[0][2]*r[2][0]
	if math.Abs(det) < 1e-9 {
		return r, false
	}
	for i := range 3 {
		for j := range 3 {
			r[i][j] /= det
		}
	}
	return r, true
}
