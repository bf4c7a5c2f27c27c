package explain

import (
	"bytes"
	"iter"
	"slices"

	"github.com/wxup/wxup/explain/seal"
	"github.com/wxup/wxup/explain/text"
)

// search looks for the text that was signed: the right one with mistakes in it.
type search struct {
	source *text.Source
	work   *text.Budget
	seal   *seal.Seal
	wanted []byte // the right text
	dims   []*text.Dimension
	lines  text.Lines // of the text that is being written
	buf    []byte

	tried   int  // texts
	out     bool // the budget was not enough for all of them
	stopped bool // … nor for one more small text

	// The result.
	mistakes []mistaken
	text     []byte // its beginning, if it is large
	length   int
}

// mistaken is one mistake in the text that was found, and that text with this mistake alone
// corrected. The two show where the mistake is, whatever else is wrong. If it is the only one, the
// corrected text is the right one.
type mistaken struct {
	flaws             []text.Flaw
	signed, corrected []byte
}

func newSearch(source *text.Source) *search {
	return &search{source: source, work: source.Budget, wanted: text.RightFrame(nil, &source.Right)}
}

// begin prepares to look for what x holds.
func (s *search) begin(x *seal.Seal) {
	if s.dims == nil { // most signatures that no key opens never come here
		src := s.source
		s.dims = []*text.Dimension{
			text.Methods(src), text.URLs(src), text.Timestamps(src), text.Nonces(src), text.Bodies(src), text.Frames(src),
		}
	}
	s.seal, s.mistakes, s.text, s.out, s.stopped = x, nil, nil, false, false
}

func (s *search) reaches() []text.Reach {
	list := make([]text.Reach, len(s.dims))
	for i, d := range s.dims {
		list[i] = d.Reach
	}
	return list
}

// settle notes that the text was found that a pick makes with one more way in it.
func (s *search) settle(pick []int, dim int, way text.Way) bool {
	d := s.dims[dim]
	d.Ways = append(d.Ways, way)
	pick[dim] = len(d.Ways)
	s.buf = s.render(s.buf[:0], pick)
	s.found(pick)
	return true
}

// around returns what a pick writes before and after a line. It fails if that line does not stand
// in the text once.
func (s *search) around(pick []int, line int) (before, after []byte, ok bool) {
	lines, frame := s.linesOf(pick)
	lines[line] = placeholder
	before, after, ok = bytes.Cut(frame(nil, &lines), []byte(placeholder))
	return before, after, ok && !bytes.Contains(after, []byte(placeholder))
}

// each tries picks until the text is found. It stops when the budget is spent.
func (s *search) each(picks iter.Seq[[]int]) bool {
	if s.stopped {
		return false
	}
	for pick := range picks {
		if s.try(pick) {
			return true
		}
		if s.stopped {
			break
		}
	}
	return false
}

// try tries one small text.
func (s *search) try(pick []int) bool {
	s.buf = s.render(s.buf[:0], pick)
	if !s.matches() {
		return false
	}
	s.found(pick)
	return true
}

// matches reports whether the text in buf was signed.
func (s *search) matches() bool {
	if s.stopped || !s.work.Affords(len(s.buf)) {
		s.out, s.stopped = true, true
		return false
	}
	s.tried++
	s.work.Spend(len(s.buf))
	return s.seal.Matches(s.buf)
}

// found notes the text in buf, which a pick has made, and its mistakes.
func (s *search) found(pick []int) {
	s.text, s.length = slices.Clone(s.buf), len(s.buf)
	for d, p := range pick {
		if p > 0 {
			corrected := slices.Clone(pick)
			corrected[d] = 0
			s.mistakes = append(s.mistakes, mistaken{s.dims[d].Ways[p-1].Flaws, s.text, s.render(nil, corrected)})
		}
	}
}

// render writes the text of a pick.
func (s *search) render(dst []byte, pick []int) []byte {
	var frame text.Frame
	s.lines, frame = s.linesOf(pick)
	return frame(dst, &s.lines)
}

// linesOf returns the lines of a pick and what writes them.
func (s *search) linesOf(pick []int) (lines text.Lines, frame text.Frame) {
	lines, frame = s.source.Right, text.RightFrame
	for d := range lines {
		if pick[d] > 0 {
			lines[d] = s.dims[d].Ways[pick[d]-1].Text
		}
	}
	if pick[text.FrameIndex] > 0 {
		frame = s.dims[text.FrameIndex].Ways[pick[text.FrameIndex]-1].Frame
	}
	return lines, frame
}

// placeholder stands for a line while a frame is written around it.
const placeholder = "\x00body\x00"
