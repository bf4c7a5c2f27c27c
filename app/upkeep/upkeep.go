// Package upkeep does what an operator does now and then: forget what is old ([Collect]), check
// that every image is present and undamaged ([Check]), and copy an installation elsewhere ([Move]).
//
// All of it can be interrupted at any moment and run again, and none of it requires the servers to
// stop.
package upkeep

import (
	"context"
	"iter"

	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/server"
)

// Media lists the records of kept files. *sqlindex.Index implements it.
type Media interface {
	AllMedia(context.Context, sqlindex.MediaFilter) iter.Seq2[server.Media, error]
}

var _ Media = (*sqlindex.Index)(nil)

// Progress is called now and then with the current step, how much of it is done, and the total, or
// 0 if that is unknown. Calls do not overlap.
type Progress func(step string, done, of int64)

func (p Progress) tell(step string, done, of int64) {
	if p != nil {
		p(step, done, of)
	}
}

// tellEvery is how many items are done between two calls of a Progress.
const tellEvery = 100
