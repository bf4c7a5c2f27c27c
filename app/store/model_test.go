package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The model of how bytes are kept, recorded and deleted: the rules of sqlindex/bytes.go in a few
// lines, with one blob, two uploads of it, one collector, and one crash. TestModel goes through
// every state that any interleaving can reach.
//
//	an acknowledged upload has its bytes, always
//	an upload that is not interrupted is acknowledged: from every state there is a way on
//
// What takes time in the program is a condition here: a lease ends when the request that it covers
// cannot arrive any more, and a tombstone goes when no upload is left that began before the
// deletion.

type model struct {
	remote bool   // S3: a DELETE may arrive late, even when the one who sent it has died; else a directory of this process
	bug    string // planted
}

type rowState int8

const (
	noRow rowState = iota
	live
	doomed
	deleting
	gone
)

// row is the blob's row. Each claim to delete has a number of its own (in the program the time of
// the claim).
type row struct {
	state rowState
	claim int8
}

type upload struct {
	at   place
	seen row  // what Record has found; zero: it was not called yet
	over bool // and that the lease of that claim has ended, before the bytes were kept again
}

type place int8

const (
	keeping place = iota
	recording
	acknowledged
	dead

	idle    // the collector
	claimed // the row says so, nothing was sent
	sent    // DELETE, and no answer yet
	deleted // the answer
)

type state struct {
	row     row
	bytes   bool
	flying  bool // a DELETE may still arrive
	old     bool // an earlier upload's record, which the collector may drop
	listed  bool // the sweep has seen the bytes
	uploads [2]upload
	gc      place
	claim   int8 // the number of the last claim
	crashed bool
}

const claimsMost = 3

// leaseOver: nothing that belongs to the claim in the row can arrive any more.
func (m model) leaseOver(s state) bool {
	if m.bug == "no lease" {
		return true
	}
	return !s.flying && s.gc != claimed && s.gc != sent
}

func (s state) recorded() bool {
	return s.old || s.uploads[0].at == acknowledged || s.uploads[1].at == acknowledged
}

// step is a state that another can become, and how.
type step struct {
	name string
	state
}

func (m model) next(s state) (list []step) {
	add := func(name string, change func(*state)) {
		n := s
		change(&n)
		list = append(list, step{name, n})
	}
	for i := range s.uploads {
		switch u := s.uploads[i]; u.at {
		case keeping:
			add(fmt.Sprintf("upload %d keeps", i), func(s *state) { s.bytes, s.uploads[i].at = true, recording })
		case recording:
			add(fmt.Sprintf("upload %d records", i), func(s *state) { m.record(s, &s.uploads[i]) })
		}
	}
	m.collect(s, add)
	if s.flying {
		add("the DELETE arrives", func(s *state) {
			s.bytes, s.flying = false, false
			if s.gc == sent {
				s.gc = deleted
			}
		})
	}
	if !s.crashed {
		m.crash(s, add)
	}
	return list
}

// record is sqlindex.Index.Record, one transaction.
func (m model) record(s *state, u *upload) {
	ok := false
	switch s.row.state {
	case noRow, live, doomed:
		ok = true
	case gone:
		ok = u.seen == s.row || m.bug == "gone is not noticed"
	case deleting:
		ok = u.seen == s.row && u.over || m.bug == "deleting is not noticed" ||
			m.bug == "kept before the lease was over" && u.seen == s.row && m.leaseOver(*s)
	}
	switch {
	case ok:
		s.row, u.at = row{state: live}, acknowledged
	default:
		u.over = u.seen == s.row && m.leaseOver(*s)
		u.seen, u.at = s.row, keeping
		if m.bug == "not kept again" {
			u.at = recording
		}
	}
}

func (m model) collect(s state, add func(string, func(*state))) {
	if s.old {
		add("gc drops the old record", func(s *state) { s.old, s.row = false, row{state: doomed} })
	}
	if s.bytes && !s.listed {
		add("the sweep lists the bytes", func(s *state) { s.listed = true })
	}
	if s.listed && s.row.state == noRow {
		add("the sweep dooms", func(s *state) { s.row, s.listed = row{state: doomed}, false })
	}
	may := s.row.state == doomed && (!s.recorded() || m.bug == "gc does not look again")
	again := s.row.state == deleting && m.leaseOver(s)
	if s.gc == idle && s.claim < claimsMost && (may || again) {
		add("gc claims", func(s *state) {
			s.claim++
			s.row, s.gc = row{deleting, s.claim}, claimed
		})
	}
	if s.gc == idle && s.row.state == doomed && s.recorded() {
		add("gc lets it live", func(s *state) { s.row = row{state: live} })
	}
	// Before it sends, the collector looks at the clock, not at the row: that is what the lease is
	// for.
	if s.gc == claimed {
		add("gc is too late", func(s *state) { s.gc = idle })
		if m.remote {
			add("gc sends", func(s *state) { s.gc, s.flying = sent, true })
		} else {
			add("gc deletes", func(s *state) { s.bytes, s.gc = false, deleted })
		}
	}
	if s.gc == sent {
		add("gc waits no longer", func(s *state) { s.gc = idle })
	}
	if s.gc == deleted {
		add("gc notes it", func(s *state) {
			if s.row == (row{deleting, s.claim}) {
				s.row = row{gone, s.claim}
			}
			s.gc = idle
		})
	}
	underway := func(u upload) bool { return u.at == recording || u.at == keeping && u.seen != (row{}) }
	if s.row.state == gone && (!slices.ContainsFunc(s.uploads[:], underway) || m.bug == "no tombstone") {
		add("the tombstone goes", func(s *state) { s.row = row{} })
	}
}

// crash kills a node: with a directory the only one, and all that is on its way; in front of a
// bucket one of them.
func (m model) crash(s state, add func(string, func(*state))) {
	if !m.remote {
		add("crash", func(s *state) {
			s.crashed, s.gc = true, idle
			for i, u := range s.uploads {
				if u != (upload{}) && u.at != acknowledged { // one that has not begun comes later
					s.uploads[i].at = dead
				}
			}
		})
		return
	}
	add("gc crashes", func(s *state) { s.crashed, s.gc = true, idle })
	for i := range s.uploads {
		if s.uploads[i].at != acknowledged {
			add(fmt.Sprintf("upload %d crashes", i), func(s *state) { s.crashed, s.uploads[i].at = true, dead })
		}
	}
}

// explore goes through all states, and gives how many there are and the first way to a wrong one.
func (m model) explore(starts ...state) (states int, fault string) {
	type from struct {
		state
		name string
	}
	came := map[state]from{}
	var todo []state
	for _, s := range starts {
		s.uploads, s.gc = [2]upload{}, idle
		came[s] = from{}
		todo = append(todo, s)
	}
	way := func(s state) string {
		var names []string
		for at := came[s]; at.name != ""; at = came[at.state] {
			names = append(names, at.name)
		}
		slices.Reverse(names)
		return strings.Join(names, " → ")
	}
	before := map[state][]state{}
	var settled []state
	for len(todo) > 0 {
		s := todo[0]
		todo = todo[1:]
		waiting := false
		for _, u := range s.uploads {
			if u.at == acknowledged && !s.bytes {
				return len(came), "an acknowledged upload has no bytes: " + way(s)
			}
			waiting = waiting || u.at == keeping || u.at == recording
		}
		if !waiting {
			settled = append(settled, s)
		}
		for _, n := range m.next(s) {
			before[n.state] = append(before[n.state], s)
			if _, ok := came[n.state]; !ok {
				came[n.state] = from{s, n.name}
				todo = append(todo, n.state)
			}
		}
	}
	// From each state there is a way to one in which no upload waits.
	reached := map[state]bool{}
	for len(settled) > 0 {
		s := settled[len(settled)-1]
		settled = settled[:len(settled)-1]
		if !reached[s] {
			reached[s] = true
			settled = append(settled, before[s]...)
		}
	}
	for s := range came {
		if !reached[s] {
			return len(came), "an upload waits for ever: " + way(s)
		}
	}
	return len(came), ""
}

// starts are what an upload may meet.
var starts = []state{
	{},
	{bytes: true}, // a crash left them
	{bytes: true, old: true, row: row{state: live}},
	{bytes: true, row: row{state: doomed}},
	{bytes: true, row: row{deleting, 1}, claim: 1}, // by a collector that has died
	{row: row{gone, 1}, claim: 1},
}

func TestModel(t *testing.T) {
	for _, remote := range []bool{false, true} {
		name, all := "directory", starts
		if remote {
			name, all = "bucket", append(slices.Clone(starts), state{bytes: true, row: row{deleting, 1}, claim: 1, flying: true})
		}
		n, fault := model{remote: remote}.explore(all...)
		if fault != "" {
			t.Errorf("%s: %s", name, fault)
		}
		t.Logf("%s: %d states", name, n)
		for _, bug := range []string{
			"gc does not look again", "deleting is not noticed", "gone is not noticed", "not kept again",
			"kept before the lease was over", "no lease", "no tombstone",
		} {
			_, fault := model{remote, bug}.explore(all...)
			if found := fault != ""; !found {
				t.Errorf("%s: %s: the model does not see it", name, bug)
			}
			t.Logf("%s: %s: %s", name, bug, fault)
		}
	}
}
