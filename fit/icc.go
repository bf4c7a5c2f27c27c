package fit

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"unicode/utf16"
)

// An ICC profile (ICC.1:2022) is a header of 128 bytes and a table of tags; all numbers are big-endian.
//
//	size 4 … class 12 'mntr'  space 16 'RGB '  PCS 20 'XYZ ' … 36 'acsp' …   128 count 4   tag 4  offset 4  size 4 …
//
// Of the ways in which a profile may describe colours two are read here: three primaries and their curves (rXYZ, rTRC, …),
// which is what cameras, phones and screens have, and the one curve of a grey picture (kTRC). They mean
//
//	XYZ = [rXYZ gXYZ bXYZ] · (rTRC(r), gTRC(g), bTRC(b))
//
// with the white of D50. Profiles of printers and some of scanners are tables (A2B0), which are not.
const (
	iccHeader = 128
	iccTags   = 256     // more are not looked at
	iccMost   = 4 << 20 // bytes; those of printers have half a megabyte to two
)

var errTables = errors.New("it is made of tables")

// profile is what is understood of an ICC profile.
type profile struct {
	name   string
	space  string        // "RGB ", "GRAY", "CMYK", …
	curves [3]curve      // of red, green and blue; a grey profile has the first only
	matrix [3][3]float64 // to XYZ with the white of D50; columns are the primaries
}

// curve gives the light, 0 to 1, for each of the 256 values of a sample.
type curve [256]float64

// readICC reads a profile. With an error of errTables name and space are known all the same.
func readICC(b []byte) (profile, error) {
	var p profile
	if len(b) < iccHeader+4 || string(b[36:40]) != "acsp" {
		return p, errors.New("it is no ICC profile")
	}
	p.space = string(b[16:20])
	lab := string(b[20:24]) == "Lab "
	tag := func(name string) []byte { return iccTag(b, name) }
	p.name = iccName(tag("desc"))
	if p.name == "" {
		p.name = strings.TrimSpace(p.space) + " profile"
	}
	switch p.space {
	case "GRAY":
		c, err := iccCurve(tag("kTRC"))
		if err != nil {
			return p, err
		}
		if lab { // then the curve gives L*, not light
			for i, l := range c {
				c[i] = fromLightness(l * 100)
			}
		}
		p.curves[0] = c
		return p, nil
	case "RGB ":
		if lab || tag("rXYZ") == nil {
			return p, errTables
		}
		for i, colour := range []string{"r", "g", "b"} {
			c, err := iccCurve(tag(colour + "TRC"))
			if err != nil {
				return p, err
			}
			p.curves[i] = c
			xyz := tag(colour + "XYZ")
			if len(xyz) < 20 {
				return p, errTables
			}
			for row := range 3 {
				p.matrix[row][i] = fixed(xyz[8+4*row:])
			}
		}
		// The three primaries together are white. If not, nobody knows what the numbers mean.
		for row, white := range d50 {
			m := p.matrix[row]
			if sum := m[0] + m[1] + m[2]; math.Abs(sum-white) > 0.1 {
				return p, errors.New("its primaries do not make white")
			}
		}
		return p, nil
	}
	return p, errTables
}

func iccTag(b []byte, name string) []byte {
	count := min(binary.BigEndian.Uint32(b[iccHeader:]), iccTags)
	for i := range uint64(count) {
		at := iccHeader + 4 + 12*i
		if at+12 > uint64(len(b)) {
			return nil
		}
		if string(b[at:at+4]) != name {
			continue
		}
		offset, size := uint64(binary.BigEndian.Uint32(b[at+4:])), uint64(binary.BigEndian.Uint32(b[at+8:]))
		if offset+size > uint64(len(b)) || size < 8 {
			return nil
		}
		return b[offset : offset+size]
	}
	return nil
}

// fixed reads an s15Fixed16Number.
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

// iccCurve reads a curveType (10.6 of the standard) or a parametricCurveType (10.18).
//
//	'curv' 0 4  count 4  value 2 …      no value: y = x; one: y = x^(value/256); more: a table
//	'para' 0 4  kind 2  0 2  g 4  a 4 …
func iccCurve(b []byte) (curve, error) {
	var c curve
	if len(b) < 12 {
		return c, errTables
	}
	var f func(x float64) float64
	switch string(b[:4]) {
	case "curv":
		count := uint64(binary.BigEndian.Uint32(b[8:]))
		table := b[12:]
		if count*2 > uint64(len(table)) {
			return c, errors.New("a curve is cut")
		}
		at := func(i int) float64 { return float64(binary.BigEndian.Uint16(table[2*i:])) }
		switch count {
		case 0:
			f = func(x float64) float64 { return x }
		case 1:
			g := at(0) / 256
			f = func(x float64) float64 { return math.Pow(x, g) }
		default:
			last := int(count) - 1
			f = func(x float64) float64 {
				i := int(x * float64(last))
				share := x*float64(last) - float64(i)
				return (at(i)*(1-share) + at(min(i+1, last))*share) / 65535
			}
		}
	case "para":
		kind := binary.BigEndian.Uint16(b[8:])
		counts := []int{1, 3, 4, 5, 7}
		if int(kind) >= len(counts) || len(b) < 12+4*counts[kind] {
			return c, errors.New("a curve of an unknown kind")
		}
		var v [7]float64 // g a b c d e f
		for i := range counts[kind] {
			v[i] = fixed(b[12+4*i:])
		}
		f = parametric(kind, v)
	default:
		return c, errTables
	}
	for i := range c {
		y := f(float64(i) / 255)
		if math.IsNaN(y) {
			return c, errors.New("a curve that has no values")
		}
		c[i] = min(max(y, 0), 1)
	}
	return c, nil
}

// parametric is one of the five functions of table 68.
func parametric(kind uint16, v [7]float64) func(x float64) float64 {
	g, a, b, c, d, e, f := v[0], v[1], v[2], v[3], v[4], v[5], v[6]
	switch kind {
	case 0:
		return func(x float64) float64 { return math.Pow(x, g) }
	case 1:
		c, d, e, f = 0, -b/a, 0, 0
	case 2:
		c, d, e, f = 0, -b/a, c, c
	case 3:
		e, f = 0, 0
	}
	return func(x float64) float64 {
		if x >= d {
			return math.Pow(max(a*x+b, 0), g) + e
		}
		return c*x + f
	}
}

// iccName reads the text of a desc tag: ASCII in version 2, UTF-16 in several languages in version 4. Of those the first is
// taken.
//
//	'desc' 0 4  length 4  text …        'mluc' 0 4  count 4  12 4  language 2  country 2  length 4  offset 4 …
func iccName(b []byte) string {
	if len(b) < 12 {
		return ""
	}
	var name string
	switch string(b[:4]) {
	case "desc":
		n := min(uint64(binary.BigEndian.Uint32(b[8:])), uint64(len(b)-12), 80)
		name = string(b[12 : 12+n])
	case "mluc":
		if len(b) < 28 {
			return ""
		}
		n, at := uint64(binary.BigEndian.Uint32(b[20:])), uint64(binary.BigEndian.Uint32(b[24:]))
		if n > 160 || at+n > uint64(len(b)) {
			return ""
		}
		var text []uint16
		for i := at; i+1 < at+n; i += 2 {
			text = append(text, binary.BigEndian.Uint16(b[i:]))
		}
		name = string(utf16.Decode(text))
	}
	name, _, _ = strings.Cut(name, "\x00")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == '\uFFFD' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, "")))
}

// fromLightness gives the light of an L* of 0 to 100 (CIE 1976).
func fromLightness(l float64) float64 {
	if l > 8 {
		return math.Pow((l+16)/116, 3)
	}
	return l * 27 / 24389
}
