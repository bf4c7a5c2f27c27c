package batch

import (
	"sync"
	"time"

	"github.com/wxup/wxup"
)

// tracker knows which item each upload is of, and what the uploads under way do. The client numbers
// uploads in the order in which it takes them, which leaves out items that are not uploaded.
type tracker struct {
	mu    sync.Mutex
	taken []int // item of each upload
	going map[int]*going
}

type going struct {
	phase wxup.Phase
	begun time.Time
	took  time.Duration
}

// take notes that the next upload is that of an item.
func (t *tracker) take(item int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.taken = append(t.taken, item)
}

// item returns the item of an upload, or -1.
func (t *tracker) item(upload int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if upload < 0 || upload >= len(t.taken) {
		return -1
	}
	return t.taken[upload]
}

// progress notes what an upload does, and reports whether that is something else than before.
func (t *tracker) progress(p wxup.Progress) (changed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.going[p.Index]
	if g == nil {
		g = &going{begun: time.Now()}
		t.going[p.Index] = g
	}
	if p.Phase == wxup.Done {
		g.took = time.Since(g.begun)
	}
	changed, g.phase = g.phase != p.Phase, p.Phase
	return changed
}

// finish forgets an upload and returns its item and how long it took.
func (t *tracker) finish(upload int) (item int, took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if g := t.going[upload]; g != nil {
		took = g.took
	}
	delete(t.going, upload)
	return t.taken[upload], took
}

// busy returns how many uploads are at work: those that wait for a turn or a pause are not.
func (t *tracker) busy() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, g := range t.going {
		if g.phase != wxup.Waiting && g.phase != wxup.Done {
			n++
		}
	}
	return n
}
