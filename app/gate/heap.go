package gate

import "container/heap"

// ranked are things in a heap: the first is worth the least. The values that they were placed by
// may be out of date; a value only grows, so that looking at the first again is enough.
type ranked[T interface{ value() int64 }] struct {
	list []place[T]
	at   func(T) *int // where a thing keeps its position
}

type place[T any] struct {
	thing T
	value int64
}

func (r *ranked[T]) Len() int           { return len(r.list) }
func (r *ranked[T]) Less(i, j int) bool { return r.list[i].value < r.list[j].value }

func (r *ranked[T]) Swap(i, j int) {
	r.list[i], r.list[j] = r.list[j], r.list[i]
	*r.at(r.list[i].thing), *r.at(r.list[j].thing) = i, j
}

func (r *ranked[T]) Push(x any) {
	*r.at(x.(place[T]).thing) = len(r.list)
	r.list = append(r.list, x.(place[T]))
}

func (r *ranked[T]) Pop() any {
	last := r.list[len(r.list)-1]
	r.list[len(r.list)-1] = place[T]{}
	r.list = r.list[:len(r.list)-1]
	*r.at(last.thing) = -1
	return last
}

func (r *ranked[T]) add(thing T) { heap.Push(r, place[T]{thing, thing.value()}) }

func (r *ranked[T]) remove(thing T) {
	if i := *r.at(thing); i >= 0 {
		heap.Remove(r, i)
	}
}

// least returns what is worth the least.
func (r *ranked[T]) least() T {
	for {
		first := &r.list[0]
		now := first.thing.value()
		if now <= first.value {
			return first.thing
		}
		first.value = now
		heap.Fix(r, 0)
	}
}
