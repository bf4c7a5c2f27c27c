package explain

import (
	"fmt"
	"runtime"
	"testing"
)

// TestWork holds how many hashes an explanation may compute. Time cannot be tested; hashes can.
func TestWork(t *testing.T) {
	t.Parallel()
	v3 := func(mistakes func(c *client)) int {
		req, known := large(mistakes)
		return V3(req, known).Work
	}
	v2 := newV2()
	v2.key = "a key that nobody knows"
	v2.file = make([]byte, 2<<20)
	for name, x := range map[string]struct{ got, max int }{
		"verified":     {v3(func(*client) {}), 725},
		"empty body":   {v3(emptyBody), 870},
		"spacing":      {v3(pythonJSON), 870},
		"whole form":   {v3(wholeForm), 2180},
		"wrong key":    {v3(func(c *client) { c.key = c.w.other }), 726},
		"two at once":  {v3(all(pythonJSON, swapped)), 2025},
		"nobody's key": {v3(func(c *client) { c.encode = garbage }), 725},
		"nothing fits": {v3(setLine(3, func(*client, string) string { return "made twice" })), 36_000},
		"v2":           {V2(v2.request(), v2.known).Work, 29_200},
	} {
		if x.got > x.max {
			t.Errorf("%s: %d hashes, at most %d are allowed", name, x.got, x.max)
		}
	}
}

// TestOpenedByChance: one key in some hundreds opens a signature by chance, so far as can be told
// without its text. That costs no search if another key opens it for certain.
func TestOpenedByChance(t *testing.T) {
	t.Parallel()
	for _, n := range []int{34, 416, 825} {
		c := newClient()
		c.nonce = fmt.Sprintf("%032d", n)
		c.key = c.w.other
		if r := V3(c.request(), c.w.known); r.Work > 100 || !r.Has("v3.key.other_merchant") {
			t.Errorf("%d: %d hashes, %v", n, r.Work, r.Findings)
		}
	}
}

// What the explanation of a hostile request may take, beside what its budget bounds.
const (
	mostHashes    = 45_000
	mostAllocated = 40 << 20 // bytes; the requests have 2 MB
)

// TestHostileWork: whatever a request is made of, its explanation stays within the budget of bytes
// hashed, and in a few times the memory of the request.
func TestHostileWork(t *testing.T) { // alone, since it counts what the process allocates
	for name, make := range hostile {
		req, known := make()
		work := budgetOf(known)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := explainHostile(name, req, known, work)
		runtime.ReadMemStats(&after)
		allocated := after.TotalAlloc - before.TotalAlloc
		t.Logf("%-40s %6d hashes, %9d of the budget, %9d bytes allocated", name, r.Work, work.Spent, allocated)
		if work.Spent > work.Limit || r.Work > mostHashes || allocated > mostAllocated {
			t.Errorf("%s: %d hashes, at most %d; %d of a budget of %d; %d bytes allocated, at most %d",
				name, r.Work, mostHashes, work.Spent, work.Limit, allocated, mostAllocated)
		}
	}
}
