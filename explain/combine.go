package explain

// A text can be wrong in several of its dimensions: the lines of the text to sign, what stands between them, … Each has a
// number of ways to be wrong, the likeliest first. All are tried alone; pairs and triples of the likelier ones follow.
type reach struct {
	all  int // ways that are tried at all
	wide int // … together with one of the near ways of another dimension
	near int // … and with any of the wide ways of another
	top  int // … and with top ways of two others
}

// alone calls try for the right text and then for each single way to be wrong that is not too rare, until it says that the search is over. A
// pick holds one number a dimension: 0 is the right way, i the i-th wrong one. try must not keep it.
func alone(dims []reach, pick []int, try func(pick []int) (over bool)) bool {
	if try(pick) {
		return true
	}
	for d := range dims {
		for i := range dims[d].wide {
			pick[d] = i + 1
			if try(pick) {
				return true
			}
		}
		pick[d] = 0
	}
	return false
}

// far calls try for the single ways that alone leaves out: those that are never tried together with others.
func far(dims []reach, pick []int, try func(pick []int) (over bool)) bool {
	for d := range dims {
		for i := dims[d].wide; i < dims[d].all; i++ {
			pick[d] = i + 1
			if try(pick) {
				return true
			}
		}
		pick[d] = 0
	}
	return false
}

// near tries two ways to be wrong at once, both of them near.
func near(dims []reach, pick []int, try func([]int) bool) bool {
	for a := range dims {
		for b := a + 1; b < len(dims); b++ {
			for i := range dims[a].near {
				for j := range dims[b].near {
					pick[a], pick[b] = i+1, j+1
					if try(pick) {
						return true
					}
				}
			}
			pick[a], pick[b] = 0, 0
		}
	}
	return false
}

// pairs tries a near one with each that is wide and not near.
func pairs(dims []reach, pick []int, try func([]int) bool) bool {
	for a := len(dims) - 1; a >= 0; a-- { // the last dimensions are those that go wrong most
		for b := a + 1; b < len(dims); b++ {
			for i := range dims[a].wide {
				from, most := dims[b].near, dims[b].wide
				if i >= dims[a].near {
					from, most = 0, dims[b].near
				}
				pick[a] = i + 1
				for j := from; j < most; j++ {
					pick[b] = j + 1
					if try(pick) {
						return true
					}
				}
			}
			pick[a], pick[b] = 0, 0
		}
	}
	return false
}

// triples tries three at once, of the likeliest ones.
func triples(dims []reach, pick []int, try func([]int) bool) bool {
	for a := range dims {
		for b := a + 1; b < len(dims); b++ {
			for c := b + 1; c < len(dims); c++ {
				for i := range dims[a].top {
					for j := range dims[b].top {
						for k := range dims[c].top {
							pick[a], pick[b], pick[c] = i+1, j+1, k+1
							if try(pick) {
								return true
							}
						}
					}
				}
				pick[a], pick[b], pick[c] = 0, 0, 0
			}
		}
	}
	return false
}
