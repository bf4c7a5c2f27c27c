package explain

import (
	"slices"
	"strings"
)

// search looks for the text that was signed: the right one with mistakes in it.
type search struct {
	*evidence
	seal   *seal
	right  [5]string
	wanted []byte // the right text
	serial string
	mchid  string
	dims   [6]*ways
	lines  [5]string // of the text that is being written
	buf    []byte

	texts int  // that were tried
	out   bool // of budget

	// What was found.
	mistakes []proved
	text     []byte // its beginning, if it is large
	length   int
}

// proved are the causes of one mistake in the text that was found, with that text, and with it when this mistake alone is
// mended: it shows where the mistake is, whatever else is wrong. With one mistake the mended text is the right one.
type proved struct {
	causes         []named
	signed, mended []byte
}

func (e *evidence) newSearch(method, timestamp, nonce, serial, mchid string) *search {
	s := &search{evidence: e, right: [5]string{method, e.Target, timestamp, nonce, string(e.meta)}, serial: serial, mchid: mchid}
	s.wanted = rightFrame(nil, &s.right)
	return s
}

// begin prepares to look for what a seal holds.
func (s *search) begin(x *seal) (reaches []reach, pick []int) {
	if s.dims[0] == nil { // most signatures that no key opens never come here
		s.dims = [6]*ways{methods(s.right[0]), s.targets(s.right[1]), s.timestamps(s.right[2]), s.nonces(s.right[3]), s.bodies(), s.frames(s.mchid, s.serial)}
	}
	s.seal, s.mistakes, s.text, s.out = x, nil, nil, false
	for _, d := range s.dims {
		reaches = append(reaches, d.done())
	}
	return reaches, make([]int, len(s.dims))
}

// run looks for the text that a seal holds, and reports whether it was found.
func (s *search) run(x *seal) bool {
	reaches, pick := s.begin(x)
	likely, rare := s.bulks()
	if x.fn == nil {
		likely, rare = nil, nil
	}
	found := alone(reaches, pick, s.try) ||
		near(reaches, pick, s.try) ||
		s.alone(likely) ||
		far(s.fill(reaches), pick, s.try) ||
		triples(reaches, pick, s.try) ||
		s.milliseconds() ||
		pairs(reaches, pick, s.try) ||
		s.alone(rare) ||
		s.together(likely, true) ||
		s.together(rare, false)
	return found && s.text != nil
}

// fill adds the rare ways to all dimensions.
func (s *search) fill(reaches []reach) []reach {
	for i, d := range s.dims {
		reaches[i] = d.fill()
	}
	return reaches
}

// try tries one small text.
func (s *search) try(pick []int) (over bool) {
	s.buf = s.render(s.buf[:0], pick)
	if !s.affords(len(s.buf)) {
		s.out = true
		return true
	}
	s.texts++
	s.spend(len(s.buf))
	if !s.seal.matches(s.buf) {
		return false
	}
	s.text, s.length = slices.Clone(s.buf), len(s.buf)
	for d, p := range pick {
		if p > 0 {
			mended := slices.Clone(pick)
			mended[d] = 0
			s.mistakes = append(s.mistakes, proved{s.dims[d].list[p-1].causes, s.text, s.render(nil, mended)})
		}
	}
	return true
}

// render writes the text of a pick.
func (s *search) render(dst []byte, pick []int) []byte {
	s.lines = s.right
	for d := range s.lines {
		if pick[d] > 0 {
			s.lines[d] = s.dims[d].list[pick[d]-1].text
		}
	}
	if pick[5] > 0 {
		return s.dims[5].list[pick[5]-1].write(dst, &s.lines)
	}
	return rightFrame(dst, &s.lines)
}

// tell adds what was found to the report.
func (s *search) tell(kind string) {
	for _, m := range s.mistakes {
		proof := s.compare(kind, m.signed, m.mended, s.length)
		proof.WantedLen = len(s.wanted)
		for _, c := range m.causes {
			s.add(c.cause, c.value, proof)
		}
	}
}

// placeholder stands for a large body while a frame is written around it.
const placeholder = "\x00body\x00"

// A surround is what frames put before a large body, and the ways in which they go on behind it.
type surround struct {
	before  []byte
	endings []ending
}

// surrounds applies the first frames to lines, and puts those together that begin alike: one pass does for them all.
func (s *search) surrounds(lines [5]string, frames int) []surround {
	lines[4] = placeholder
	var list []surround
	add := func(write frame, causes []named) {
		before, after, ok := strings.Cut(string(write(nil, &lines)), placeholder)
		if !ok || strings.Contains(after, placeholder) {
			return
		}
		for i := range list {
			if string(list[i].before) == before {
				list[i].endings = append(list[i].endings, ending{after, causes})
				return
			}
		}
		list = append(list, surround{before: []byte(before), endings: []ending{{after, causes}}})
	}
	add(rightFrame, nil)
	for _, w := range s.dims[5].list[:frames] {
		add(w.write, w.causes)
	}
	return list
}

// alone tries large bodies behind the right lines, with whatever may follow them.
func (s *search) alone(bulks []func() *bulk) bool {
	var lines []surround
	for _, make := range bulks {
		b := make()
		if b == nil {
			continue
		}
		if lines == nil {
			lines = s.surrounds(s.right, s.dims[5].reach.wide)[:1]
		}
		if s.surroundAll(b, lines, nil) {
			return true
		}
	}
	return false
}

func (s *search) surroundAll(b *bulk, list []surround, causes []named) bool {
	for _, x := range list {
		if !s.affords(b.size()) {
			s.out = true
			return false
		}
		s.texts += len(x.endings) * len(b.places)
		if end := s.tryBulk(x.before, b, x.endings); end != nil {
			// Around a large body the other mistakes are shown as if it were meta.
			around := append(append(slices.Clip(x.before), s.right[4]...), end.text...)
			s.mistakes = []proved{{b.causes, s.text, around}}
			if other := slices.Concat(causes, end.causes); len(other) > 0 {
				s.mistakes = append(s.mistakes, proved{other, around, s.wanted})
			}
			return true
		}
	}
	return false
}

// smallBulk is the size up to which a likely body is tried as the small texts are.
const smallBulk = 8 << 10

// together tries large bodies with one more mistake in the lines before them.
func (s *search) together(bulks []func() *bulk, likely bool) bool {
	for _, make := range bulks {
		b := make()
		if b == nil || !s.affords(b.size()) {
			s.out = s.out || b != nil
			continue
		}
		frames := s.dims[5].reach.near
		wide := likely && b.size() <= smallBulk
		if wide {
			frames = s.dims[5].reach.wide
		}
		for d := range 4 {
			near := s.dims[d].reach.near
			if wide {
				near = max(near, s.dims[d].reach.wide)
			}
			for _, w := range s.dims[d].list[:near] {
				if !s.affords(b.size()) {
					break
				}
				lines := s.right
				lines[d] = w.text
				if s.surroundAll(b, s.surrounds(lines, s.dims[5].reach.near)[:1], w.causes) {
					return true
				}
			}
		}
		if s.surroundAll(b, s.surrounds(s.right, frames)[1:], nil) {
			return true
		}
	}
	return false
}

// milliseconds tries timestamps whose milliseconds the header has lost together with the commonest other mistakes.
func (s *search) milliseconds() bool {
	pick := make([]int, len(s.dims))
	for i, w := range s.dims[2].list {
		if w.causes[0].cause != "v3.timestamp.milliseconds" || !strings.HasPrefix(w.text, s.right[2]) {
			continue
		}
		for _, d := range []int{4, 5, 1} {
			for j := range min(3, s.dims[d].reach.top) {
				pick[2], pick[d] = i+1, j+1
				if s.try(pick) {
					return true
				}
				pick[d] = 0
			}
		}
	}
	return false
}
