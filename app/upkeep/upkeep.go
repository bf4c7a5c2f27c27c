// Package upkeep is what an operator does to a store now and then: forget what is old ([Collect]), see whether all is there
// and right ([Check]), and carry the images elsewhere ([CopyImages]; sqlindex.Copy carries the index).
//
// All of it can be interrupted at any moment and run again, and nothing of it needs the servers to stop.
package upkeep

// Progress is told now and then what is being done, how much of it is done, and of how much, if that is known (else 0). It
// is called from one goroutine.
type Progress func(step string, done, of int64)

func (p Progress) tell(step string, done, of int64) {
	if p != nil {
		p(step, done, of)
	}
}

// tellEvery is how many things are done between two calls of a Progress.
const tellEvery = 100
