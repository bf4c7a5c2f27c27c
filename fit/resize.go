package fit

import (
	"math"
)

// source returns the rows of a picture from the top down.
type source interface {
	read(y int, dst []uint8) // 4 bytes a pixel, RGBA
}

// resize calls emit with the rows of a picture of sw×sh scaled to w×h, from the top down. It scales
// a row horizontally when it is needed and keeps only the rows that the vertical pass needs, so it
// uses little memory (x/image/draw's kernels use 204 MB for a photo of 12 megapixels). The kernel
// is Lanczos with three lobes, on gamma-encoded values, as in libvips and browsers. It computes 1
// (grey), 3 or 4 of a row's 4 channels; with 4, alpha weights the colours.
func resize(src source, sw, sh, w, h, channels int, emit func(y int, row []uint8) error) error {
	in := make([]uint8, 4*sw)
	if sw == w && sh == h {
		for y := range h {
			src.read(y, in)
			if err := emit(y, in); err != nil {
				return err
			}
		}
		return nil
	}
	across, down := kernel(sw, w), kernel(sh, h)
	keep := 0
	for _, t := range down {
		keep = max(keep, len(t.weights))
	}
	kept := make([][]float32, keep) // row y of the source is in kept[y%keep]
	for i := range kept {
		kept[i] = make([]float32, channels*w)
	}
	sum := make([]float32, channels*w)
	line := make([]float32, channels*sw)
	out := make([]uint8, 4*w)
	next := 0
	for y, t := range down {
		for ; next < t.first+len(t.weights); next++ {
			if next < t.first {
				continue // not needed
			}
			src.read(next, in)
			widen(line, in, channels)
			shrink(kept[next%keep], line, across, channels)
		}
		clear(sum)
		for i, weight := range t.weights {
			row := kept[(t.first+i)%keep]
			for x, v := range row {
				sum[x] += weight * v
			}
		}
		narrow(out, sum, channels)
		if err := emit(y, out); err != nil {
			return err
		}
	}
	return nil
}

// taps are the source pixels of a new pixel: weights[i] of pixel first+i.
type taps struct {
	first   int
	weights []float32
}

func kernel(from, to int) []taps {
	const lobes = 3
	ratio := float64(from) / float64(to)
	wide := max(ratio, 1)
	list := make([]taps, to)
	for i := range list {
		centre := (float64(i) + 0.5) * ratio
		first := max(int(math.Ceil(centre-lobes*wide-0.5)), 0)
		last := min(int(math.Floor(centre+lobes*wide-0.5)), from-1)
		t := taps{first: first, weights: make([]float32, last-first+1)}
		var total float64
		for j := range t.weights {
			v := lanczos((float64(first+j)+0.5-centre)/wide, lobes)
			t.weights[j] = float32(v)
			total += v
		}
		for j := range t.weights {
			t.weights[j] /= float32(total)
		}
		list[i] = t
	}
	return list
}

func lanczos(x, lobes float64) float64 {
	switch {
	case x == 0:
		return 1
	case x <= -lobes || x >= lobes:
		return 0
	}
	x *= math.Pi
	return lobes * math.Sin(x) * math.Sin(x/lobes) / (x * x)
}

// widen converts a row to floats, premultiplied if it has alpha.
func widen(line []float32, in []uint8, channels int) {
	switch channels {
	case 1:
		for x := range line {
			line[x] = float32(in[4*x])
		}
		return
	case 3:
		for x, i := 0, 0; i+3 < len(in); x, i = x+3, i+4 {
			line[x], line[x+1], line[x+2] = float32(in[i]), float32(in[i+1]), float32(in[i+2])
		}
		return
	}
	for i := 0; i+3 < len(in); i += 4 {
		a := float32(in[i+3])
		share := a / 255
		line[i], line[i+1], line[i+2], line[i+3] = float32(in[i])*share, float32(in[i+1])*share, float32(in[i+2])*share, a
	}
}

func shrink(out, line []float32, across []taps, channels int) {
	switch channels {
	case 1:
		for x, t := range across {
			var v float32
			for i, p := range line[t.first:][:len(t.weights)] {
				v += t.weights[i] * p
			}
			out[x] = v
		}
		return
	case 3:
		for x, t := range across {
			var r, g, b float32
			in := line[3*t.first:][:3*len(t.weights)]
			for i, weight := range t.weights {
				p := in[3*i:][:3]
				r += weight * p[0]
				g += weight * p[1]
				b += weight * p[2]
			}
			o := out[3*x:][:3]
			o[0], o[1], o[2] = r, g, b
		}
		return
	}
	for x, t := range across {
		var r, g, b, a float32
		in := line[4*t.first:][:4*len(t.weights)]
		for i, weight := range t.weights {
			p := in[4*i:][:4]
			r += weight * p[0]
			g += weight * p[1]
			b += weight * p[2]
			a += weight * p[3]
		}
		o := out[4*x:][:4]
		o[0], o[1], o[2], o[3] = r, g, b, a
	}
}

// narrow converts floats back to bytes, not premultiplied.
func narrow(out []uint8, sum []float32, channels int) {
	switch channels {
	case 1:
		for x, v := range sum {
			b := byteOf(v)
			out[4*x], out[4*x+1], out[4*x+2], out[4*x+3] = b, b, b, 255
		}
		return
	case 3:
		for i, x := 0, 0; i+3 < len(out); i, x = i+4, x+3 {
			out[i], out[i+1], out[i+2], out[i+3] = byteOf(sum[x]), byteOf(sum[x+1]), byteOf(sum[x+2]), 255
		}
		return
	}
	for i := 0; i+3 < len(out); i += 4 {
		a := sum[i+3]
		out[i+3] = byteOf(a)
		if out[i+3] == 0 {
			out[i], out[i+1], out[i+2] = 0, 0, 0
			continue
		}
		share := 255 / a
		out[i], out[i+1], out[i+2] = byteOf(sum[i]*share), byteOf(sum[i+1]*share), byteOf(sum[i+2]*share)
	}
}

func byteOf(v float32) uint8 {
	switch {
	case v <= 0:
		return 0
	case v >= 255:
		return 255
	}
	return uint8(v + 0.5)
}
