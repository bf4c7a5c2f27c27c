package explain

import (
	"slices"
	"strings"

	"github.com/wxup/wxup/explain/text"
)

// A surround is what frames put before a large body, and the ways in which they go on after it.
type surround struct {
	before  []byte
	endings []text.Ending
}

// surrounds applies the right frame and the first of the others to the right lines. Those that
// begin alike share a surround: one pass over the body serves them all. The right frame is in the
// first.
func (s *search) surrounds(frames int) []surround {
	lines := s.source.Right
	lines[text.BodyLine] = placeholder
	var list []surround
	add := func(write text.Frame, flaws []text.Flaw) {
		before, after, ok := strings.Cut(string(write(nil, &lines)), placeholder)
		if !ok || strings.Contains(after, placeholder) {
			return
		}
		end := text.Ending{Text: after, Flaws: flaws}
		for i := range list {
			if string(list[i].before) == before {
				list[i].endings = append(list[i].endings, end)
				return
			}
		}
		list = append(list, surround{[]byte(before), []text.Ending{end}})
	}
	add(text.RightFrame, nil)
	for _, w := range s.dims[text.FrameIndex].Ways[:frames] {
		add(w.Frame, w.Flaws)
	}
	return list
}

// afterEach tries a large body after the right lines with each of the first ways of one of them,
// with the endings of near frames.
func (s *search) afterEach(b *text.Bulk, line, reach int, endings []text.Ending) bool {
	pick := make([]int, len(s.dims))
	for i, w := range s.dims[line].Ways[:reach] {
		if !s.work.Affords(b.Size()) {
			return false
		}
		pick[line] = i + 1
		before, _, _ := s.around(pick, text.BodyLine)
		if s.inSurrounds(b, []surround{{before, endings}}, w.Flaws) {
			return true
		}
	}
	return false
}

// bulksAlone tries large bodies after the right lines, with whatever may follow them.
func (s *search) bulksAlone(bulks []func() *text.Bulk) bool {
	var lines []surround
	for _, make := range bulks {
		if s.stopped {
			break
		}
		b := make()
		if b == nil {
			continue
		}
		if lines == nil {
			lines = s.surrounds(s.dims[text.FrameIndex].Reach.Wide)[:1]
		}
		if s.inSurrounds(b, lines, nil) {
			return true
		}
	}
	return false
}

func (s *search) inSurrounds(b *text.Bulk, list []surround, flaws []text.Flaw) bool {
	for _, x := range list {
		if !s.work.Affords(len(x.before) + b.Size()) {
			s.out = true
			return false
		}
		s.tried += len(x.endings) * len(b.Places)
		m := b.Find(s.seal.Hash.New(), x.before, x.endings, len(s.wanted)+maxShown, s.work, s.seal.MatchesSum)
		if m == nil {
			continue
		}
		s.text, s.length = m.Head, m.Len
		// Around a large body the other mistakes are shown as if it were meta.
		around := slices.Concat(x.before, []byte(s.source.Right[text.BodyLine]), []byte(m.Ending.Text))
		s.mistakes = []mistaken{{b.Flaws, s.text, around}}
		if other := slices.Concat(flaws, m.Ending.Flaws); len(other) > 0 {
			s.mistakes = append(s.mistakes, mistaken{other, around, s.wanted})
		}
		return true
	}
	return false
}

// isSmall reports whether the whole form is small.
func (s *search) isSmall(likely []func() *text.Bulk) bool {
	if len(likely) == 0 {
		return false
	}
	b := likely[0]()
	return b != nil && b.Size() <= text.SmallBulk
}

// maxNearForm is the size in bytes up to which the whole form is combined with near ways before the
// rarer texts are tried.
const maxNearForm = 32 << 10

// wholeFormNear tries the likeliest bulk, the whole form, with one near mistake in the lines before
// it.
func (s *search) wholeFormNear(likely []func() *text.Bulk) bool {
	if s.stopped || len(likely) == 0 {
		return false
	}
	b := likely[0]()
	if b == nil || b.Size() > maxNearForm {
		return false
	}
	endings := s.surrounds(s.dims[text.FrameIndex].Reach.Near)[0].endings
	for line := range text.BodyLine {
		if s.afterEach(b, line, s.dims[line].Reach.Near, endings) {
			return true
		}
	}
	return false
}

// bulksCombined tries large bodies with one more mistake in the lines before them.
func (s *search) bulksCombined(bulks []func() *text.Bulk, likely bool) bool {
	frames := s.dims[text.FrameIndex].Reach
	near, wide := s.surrounds(frames.Near), s.surrounds(frames.Wide)
	for i, make := range bulks {
		if s.stopped {
			break
		}
		b := make()
		if b == nil || !s.work.Affords(b.Size()) {
			s.out = s.out || b != nil
			continue
		}
		around, isWide := near, likely && i == 0 && b.Size() <= text.SmallBulk
		if isWide {
			around = wide
		}
		for line := range text.BodyLine {
			reach := s.dims[line].Reach.Near
			if isWide {
				reach = s.dims[line].Reach.Wide
			}
			if s.afterEach(b, line, reach, near[0].endings) {
				return true
			}
		}
		if s.inSurrounds(b, around[1:], nil) {
			return true
		}
	}
	return false
}
