package fit

// A grid is a function of 3 or 4 samples to RGB, known at evenly spaced points.
type grid struct {
	channels int
	values   []float32 // R, G, B from 0 to 255 for each point; the last channel varies fastest
	strides  [4]int
	// Of each value of a sample: the point below it, and the share of the next point.
	below [256]int
	share [256]float32
}

func newGrid(channels, points int) *grid {
	g := &grid{channels: channels}
	stride := 3
	for c := channels - 1; c >= 0; c-- {
		g.strides[c] = stride
		stride *= points
	}
	g.values = make([]float32, stride)
	for v := range g.below {
		at := float32(v) / 255 * float32(points-1)
		g.below[v] = min(int(at), points-2)
		g.share[v] = at - float32(g.below[v])
	}
	return g
}

// apply writes the colours of src to dst, which has 4 bytes a pixel; of src, step bytes are a
// pixel. In each cell it interpolates between the corners that are met when the channels are raised
// one after the other, those with the largest share first: 4 or 5 corners in place of 8 or 16.
func (g *grid) apply(dst, src []uint8, step int) {
	var shares [4]float32
	var strides [4]int
	for i, j := 0, 0; i+3 < len(dst) && j+g.channels <= len(src); i, j = i+4, j+step {
		at := 0
		for c := range g.channels {
			v := src[j+c]
			at += g.below[v] * g.strides[c]
			k := c
			for share := g.share[v]; k > 0 && shares[k-1] < share; k-- {
				shares[k], strides[k] = shares[k-1], strides[k-1]
			}
			shares[k], strides[k] = g.share[v], g.strides[c]
		}
		p := g.values[at:][:3]
		weight := 1 - shares[0]
		red, green, blue := weight*p[0], weight*p[1], weight*p[2]
		for c := range g.channels {
			at += strides[c]
			if weight = shares[c]; c+1 < g.channels {
				weight -= shares[c+1]
			}
			p := g.values[at:][:3]
			red += weight * p[0]
			green += weight * p[1]
			blue += weight * p[2]
		}
		dst[i], dst[i+1], dst[i+2] = uint8(red+0.5), uint8(green+0.5), uint8(blue+0.5)
	}
}
