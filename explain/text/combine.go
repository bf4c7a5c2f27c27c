package text

import "iter"

// A pick selects one way in each dimension: 0 is the right one, i is Ways[i-1]. The sequences below
// reuse one slice, so a pick must be copied to be kept.

// Alone yields the right text, then each single way that is at least wide.
func Alone(dims []Reach) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		pick := make([]int, len(dims))
		if !yield(pick) {
			return
		}
		for d, r := range dims {
			for i := range r.Wide {
				pick[d] = i + 1
				if !yield(pick) {
					return
				}
			}
			pick[d] = 0
		}
	}
}

// Far yields the single ways that Alone leaves out, as far as they are kept.
func Far(dims []Reach) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		pick := make([]int, len(dims))
		for d, r := range dims {
			for i := r.Wide; i < r.All; i++ {
				pick[d] = i + 1
				if !yield(pick) {
					return
				}
			}
			pick[d] = 0
		}
	}
}

// Near yields two near ways at once.
func Near(dims []Reach) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		pick := make([]int, len(dims))
		for a := range dims {
			for b := a + 1; b < len(dims); b++ {
				for i := range dims[a].Near {
					for j := range dims[b].Near {
						pick[a], pick[b] = i+1, j+1
						if !yield(pick) {
							return
						}
					}
				}
				pick[a], pick[b] = 0, 0
			}
		}
	}
}

// Pairs yields a near way together with each that is wide and not near.
func Pairs(dims []Reach) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		pick := make([]int, len(dims))
		for a := len(dims) - 1; a >= 0; a-- { // the last dimensions go wrong most often
			for b := a + 1; b < len(dims); b++ {
				for i := range dims[a].Wide {
					from, to := dims[b].Near, dims[b].Wide
					if i >= dims[a].Near {
						from, to = 0, dims[b].Near
					}
					pick[a] = i + 1
					for j := from; j < to; j++ {
						pick[b] = j + 1
						if !yield(pick) {
							return
						}
					}
				}
				pick[a], pick[b] = 0, 0
			}
		}
	}
}

// Triples yields three top ways at once.
func Triples(dims []Reach) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		pick := make([]int, len(dims))
		for a := range dims {
			for b := a + 1; b < len(dims); b++ {
				for c := b + 1; c < len(dims); c++ {
					for i := range dims[a].Top {
						for j := range dims[b].Top {
							for k := range dims[c].Top {
								pick[a], pick[b], pick[c] = i+1, j+1, k+1
								if !yield(pick) {
									return
								}
							}
						}
					}
					pick[a], pick[b], pick[c] = 0, 0, 0
				}
			}
		}
	}
}
