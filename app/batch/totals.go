package batch

import (
	"sync"

	"github.com/wxup/wxup"
)

// Totals are what a batch came to.
type Totals struct {
	Items int
	Left  int   // items without an outcome, because the batch was stopped
	Each  []Sum // by endpoint, in the order of the items
}

// Sum is what became of the items of one endpoint.
type Sum struct {
	Endpoint                              string
	Uploaded, Remembered, Refused, Fitted int
	Bytes                                 int64 // that were sent
}

// All returns the sum over all endpoints.
func (t Totals) All() (all Sum) {
	for _, s := range t.Each {
		all.Uploaded, all.Remembered, all.Refused = all.Uploaded+s.Uploaded, all.Remembered+s.Remembered, all.Refused+s.Refused
		all.Fitted, all.Bytes = all.Fitted+s.Fitted, all.Bytes+s.Bytes
	}
	return all
}

// counter adds up outcomes.
type counter struct {
	mu     sync.Mutex
	totals Totals
	place  map[string]int // of an endpoint in totals.Each
}

func (c *counter) expect(endpoint string) {
	c.totals.Items++
	c.totals.Left++
	if _, ok := c.place[endpoint]; !ok {
		c.place[endpoint] = len(c.totals.Each)
		c.totals.Each = append(c.totals.Each, Sum{Endpoint: endpoint})
	}
}

// count adds an outcome: res, or nil for a refusal.
func (c *counter) count(endpoint string, res *wxup.Result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.totals.Left--
	s := &c.totals.Each[c.place[endpoint]]
	switch {
	case res == nil:
		s.Refused++
	case res.Cached:
		s.Remembered++
	default:
		s.Uploaded++
		s.Bytes += res.Size
		if res.Change != nil {
			s.Fitted++
		}
	}
}

func (c *counter) get() Totals {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.totals
	t.Each = append([]Sum(nil), t.Each...)
	return t
}
