package fit

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"math"
	"unicode/utf16"
)

// iccOf is a profile of three primaries (columns of XYZ, D50) and one curve.
func iccOf(name, space string, xyz [3][3]float64, trc []byte) []byte {
	type tag struct {
		name string
		data []byte
	}
	s15 := func(v float64) []byte {
		return binary.BigEndian.AppendUint32(nil, uint32(int32(math.Round(v*65536))))
	}
	text := utf16.Encode([]rune(name))
	desc := append([]byte("mluc\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0CenUS"), 0, 0, 0, byte(2*len(text)), 0, 0, 0, 28)
	for _, u := range text {
		desc = binary.BigEndian.AppendUint16(desc, u)
	}
	tags := []tag{{"desc", desc}}
	if space == "GRAY" {
		tags = append(tags, tag{"kTRC", trc})
	} else {
		for i, c := range []string{"r", "g", "b"} {
			data := []byte("XYZ \x00\x00\x00\x00")
			for _, v := range xyz[i] {
				data = append(data, s15(v)...)
			}
			tags = append(tags, tag{c + "XYZ", data}, tag{c + "TRC", trc})
		}
	}
	b := make([]byte, 128)
	b[8] = 4
	copy(b[12:], "mntr"+space+"XYZ ")
	copy(b[36:], "acsp")
	b = binary.BigEndian.AppendUint32(b, uint32(len(tags)))
	at := 132 + 12*len(tags)
	var data []byte
	for _, t := range tags {
		b = append(b, t.name...)
		b = binary.BigEndian.AppendUint32(b, uint32(at+len(data)))
		b = binary.BigEndian.AppendUint32(b, uint32(len(t.data)))
		data = append(data, t.data...)
		data = append(data, make([]byte, (4-len(data)%4)%4)...)
	}
	b = append(b, data...)
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

// The primaries of some spaces as their profiles have them.
var (
	xyzSRGB  = [3][3]float64{{0.43607, 0.22249, 0.01392}, {0.38515, 0.71687, 0.09708}, {0.14307, 0.06061, 0.71410}}
	xyzP3    = [3][3]float64{{0.51512, 0.24120, -0.00105}, {0.29198, 0.69225, 0.04189}, {0.15710, 0.06657, 0.78407}}
	xyzAdobe = [3][3]float64{{0.60974, 0.31111, 0.01947}, {0.20528, 0.62567, 0.06087}, {0.14919, 0.06322, 0.74457}}
)

// paraSRGB is the curve of sRGB in five parameters, gammaTRC one of a power, tableTRC sRGB's as a
// table.
func paraSRGB() []byte {
	b := []byte("para\x00\x00\x00\x00\x00\x03\x00\x00")
	for _, v := range []float64{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045} {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(v*65536))))
	}
	return b
}

func gammaTRC(g float64) []byte {
	b := []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01")
	return binary.BigEndian.AppendUint16(b, uint16(math.Round(g*256)))
}

func tableTRC(n int) []byte {
	b := []byte("curv\x00\x00\x00\x00")
	b = binary.BigEndian.AppendUint32(b, uint32(n))
	for i := range n {
		b = binary.BigEndian.AppendUint16(b, uint16(math.Round(lightOf(float64(i)/float64(n-1))*65535)))
	}
	return b
}

// profileChunk is a profile as a PNG has it.
func profileChunk(icc []byte) []byte {
	var b bytes.Buffer
	b.WriteString("profile\x00\x00")
	z := zlib.NewWriter(&b)
	z.Write(icc)
	z.Close()
	return chunk("iCCP", b.String())
}

// darker is a function of RGB that no matrix describes; inks prints with weak inks.
func darker(in [4]float64) [3]float64 {
	return [3]float64{in[0] * (1 + in[1]) / 2, in[1] * (1 + in[2]) / 2, in[2] * (1 + in[0]) / 2}
}

func inks(in [4]float64) [3]float64 {
	black := 1 - in[3]*(1-60./255)
	return [3]float64{(1 - in[0]*0.6) * black, (1 - in[1]*0.6 - in[0]*0.235) * black, (1 - in[2]*0.6) * black}
}

// lutOf is a profile of one table of two points a channel (lut16Type of version 2), that says which
// value of sRGB each colour is.
func lutOf(name, space string, f func([4]float64) [3]float64) []byte {
	channels := map[string]int{"RGB ": 3, "CMYK": 4}[space]
	u16 := func(b []byte, v ...int) []byte {
		for _, x := range v {
			b = binary.BigEndian.AppendUint16(b, uint16(x))
		}
		return b
	}
	lut := append([]byte("mft2\x00\x00\x00\x00"), byte(channels), 3, 9, 0)
	for i := range 9 { // the identity
		v := uint32(0)
		if i%4 == 0 {
			v = 1 << 16
		}
		lut = binary.BigEndian.AppendUint32(lut, v)
	}
	lut = u16(lut, 2, 2)
	for range channels {
		lut = u16(lut, 0, 0xFFFF)
	}
	points := 1
	for range channels {
		points *= 9
	}
	for i := range points {
		var in [4]float64
		for c, rest := channels-1, i; c >= 0; c, rest = c-1, rest/9 {
			in[c] = float64(rest%9) / 8
		}
		rgb := f(in)
		for row := range 3 {
			var xyz float64
			for c := range 3 {
				xyz += xyzSRGB[c][row] * lightOf(rgb[c])
			}
			lut = u16(lut, int(math.Round(xyz/(1+32767./32768)*65535)))
		}
	}
	for range 3 {
		lut = u16(lut, 0, 0xFFFF)
	}
	desc := append([]byte("desc\x00\x00\x00\x00"), 0, 0, 0, byte(len(name)+1))
	desc = append(append(desc, name...), make([]byte, 1+78)...)
	b := make([]byte, 128)
	b[8] = 2
	copy(b[12:], "prtr"+space+"XYZ ")
	copy(b[36:], "acsp")
	b[67] = 1 // relative colorimetric
	for i, v := range d50 {
		binary.BigEndian.PutUint32(b[68+4*i:], uint32(int32(math.Round(v*65536))))
	}
	b = binary.BigEndian.AppendUint32(b, 2)
	for len(desc)%4 != 0 {
		desc = append(desc, 0)
	}
	at := uint32(128 + 4 + 24)
	b = append(b, "desc"...)
	b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, at), uint32(len(desc)))
	b = append(b, "A2B0"...)
	b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, at+uint32(len(desc))), uint32(len(lut)))
	b = append(append(b, desc...), lut...)
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}
