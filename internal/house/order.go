package house

import (
	"math/rand/v2"
	"slices"
)

// A graph holds the references between numbered nodes: refs[i][j] is how often node i refers to
// node j.
type graph [][]int

// order arranges the nodes so that as few references as possible point backwards. Within a circle
// of nodes it moves single nodes until no move helps, from many arrangements, always the same ones.
func order(refs graph) []int {
	var whole []int
	for _, circle := range circles(refs) {
		whole = append(whole, search(refs, circle)...)
	}
	return whole
}

// backwards counts the references that point backwards in an arrangement.
func backwards(refs graph, arranged []int) int {
	n := 0
	for i, from := range arranged {
		for _, to := range arranged[:i] {
			n += refs[from][to]
		}
	}
	return n
}

// search arranges the nodes of one circle.
func search(refs graph, circle []int) []int {
	random := rand.New(rand.NewPCG(1, 2))
	best, least := circle, backwards(refs, circle)
	for range 200 {
		if least == 0 || len(circle) == 1 {
			break
		}
		arranged := slices.Clone(best)
		if random.IntN(2) == 0 {
			random.Shuffle(len(arranged), func(i, j int) { arranged[i], arranged[j] = arranged[j], arranged[i] })
		} else {
			for range 4 { // shake the best arrangement so far
				i, j := random.IntN(len(arranged)), random.IntN(len(arranged))
				arranged[i], arranged[j] = arranged[j], arranged[i]
			}
		}
		for moved := true; moved; {
			moved = false
			for _, node := range circle {
				if better, ok := move(refs, arranged, node); ok {
					arranged, moved = better, true
				}
			}
		}
		if n := backwards(refs, arranged); n < least {
			best, least = arranged, n
		}
	}
	return best
}

// move puts one node where the fewest references point backwards, if that is not where it is.
func move(refs graph, arranged []int, node int) ([]int, bool) {
	at := slices.Index(arranged, node)
	rest := slices.Delete(slices.Clone(arranged), at, at+1)
	cost := 0
	for _, other := range rest { // of the node in front of all others
		cost += refs[other][node]
	}
	place, least, now := 0, cost, cost
	for i, other := range rest {
		cost += refs[node][other] - refs[other][node]
		if cost < least {
			place, least = i+1, cost
		}
		if i+1 == at {
			now = cost
		}
	}
	if least == now {
		return nil, false
	}
	return slices.Insert(rest, place, node), true
}

// circles returns the strongly connected components, those that refer to others first (Tarjan's
// algorithm).
func circles(refs graph) [][]int {
	n := len(refs)
	index, low, open := make([]int, n), make([]int, n), make([]bool, n)
	var stack []int
	var found [][]int
	next := 1
	var visit func(v int)
	visit = func(v int) {
		index[v], low[v] = next, next
		next++
		stack, open[v] = append(stack, v), true
		for w, n := range refs[v] {
			switch {
			case n == 0:
			case index[w] == 0:
				visit(w)
				low[v] = min(low[v], low[w])
			case open[w]:
				low[v] = min(low[v], index[w])
			}
		}
		if low[v] == index[v] {
			at := slices.Index(stack, v)
			circle := slices.Clone(stack[at:])
			stack = stack[:at]
			for _, w := range circle {
				open[w] = false
			}
			slices.Sort(circle)
			found = append(found, circle)
		}
	}
	for v := range n {
		if index[v] == 0 {
			visit(v)
		}
	}
	slices.Reverse(found)
	return found
}
