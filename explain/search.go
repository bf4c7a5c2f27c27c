package explain

import (
	"slices"
	"strings"

	"github.com/wxup/wxup/explain/seal"
	"github.com/wxup/wxup/explain/text"
)

// few looks among the single mistakes in small texts only.
func (s *search) few(x *seal.Seal) bool {
	s.begin(x)
	return s.each(text.Alone(s.reaches()))
}

// run looks for the text that x holds, and reports whether it was found.
func (s *search) run(x *seal.Seal) bool {
	s.begin(x)
	if s.source.Absurd() { // nobody's program makes such lines
		return s.each(text.Alone(make([]text.Reach, len(s.dims))))
	}
	likely, rare := text.Bulks(s.source)
	if x.Hash == nil { // a large text does not fit into a signature
		likely, rare = nil, nil
	}
	small := s.isSmall(likely) // bulks cost no more than small texts
	bulks := func() bool { return s.bulksAlone(rare) || s.bulksCombined(likely, true) }
	reaches := s.reaches()
	call := slices.Clone(reaches) // the method and the URL, which go wrong together
	clear(call[text.TimeLine:])
	body := slices.Clone(reaches) // the body, and near mistakes in the rest
	for i := range body {
		if i != text.BodyLine {
			body[i].Wide = body[i].Near
		}
	}
	return s.each(text.Alone(reaches)) ||
		s.each(text.Near(reaches)) ||
		s.bulksAlone(likely) ||
		!small && s.wholeFormNear(likely) ||
		s.each(text.Triples(reaches)) ||
		small && bulks() ||
		s.each(text.Pairs(call)) ||
		s.far((*text.Dimension).Rare) ||
		s.milliseconds() ||
		s.each(text.Pairs(body)) ||
		!small && bulks() ||
		s.far((*text.Dimension).Rarest) ||
		s.each(text.Pairs(reaches)) ||
		s.bulksCombined(rare, false)
}

// A rarity gives the rare ways of a dimension to try.
type rarity func(d *text.Dimension, try func(line []byte, frame text.Frame) bool, stop func() bool) *text.Way

// far tries rare ways alone.
func (s *search) far(rare rarity) bool {
	pick := make([]int, len(s.dims))
	for _, i := range []int{text.FrameIndex, text.URLLine, text.NonceLine, text.MethodLine, text.BodyLine, text.TimeLine} { // few first
		d := s.dims[i]
		var before, after []byte
		if i != text.FrameIndex {
			before, after, _ = s.around(pick, i)
		}
		way := rare(d, func(line []byte, frame text.Frame) bool {
			if frame != nil {
				s.buf = frame(s.buf[:0], &s.source.Right)
			} else {
				s.buf = append(append(append(s.buf[:0], before...), line...), after...)
			}
			return s.matches()
		}, func() bool { return s.stopped })
		if way != nil {
			return s.settle(pick, i, *way)
		}
	}
	return false
}

// milliseconds tries timestamps whose milliseconds the header lost together with the commonest
// other mistakes.
func (s *search) milliseconds() bool {
	for _, first := range [][2]int{{text.BodyLine, 2}, {text.FrameIndex, 1}} {
		d := first[0]
		for j := range min(first[1], s.dims[d].Reach.Top) {
			pick := make([]int, len(s.dims))
			pick[d] = j + 1
			before, after, ok := s.around(pick, text.TimeLine)
			if !ok || s.stopped {
				continue
			}
			for line := range text.LostMilliseconds(s.source.Right[text.TimeLine]) {
				if s.buf = append(append(append(s.buf[:0], before...), line...), after...); s.matches() {
					return s.settle(pick, text.TimeLine, text.Way{Text: string(line), Flaws: []text.Flaw{text.NewFlaw("v3.timestamp.milliseconds", "")}})
				}
			}
		}
	}
	return false
}

// tell writes what was found into the report.
func (s *search) tell(d *draft, kind string) {
	for _, m := range s.mistakes {
		proof := compare(kind, m.signed, m.corrected, s.length, d.secrets)
		proof.WantedLen = len(s.wanted)
		for _, flaw := range m.flaws {
			if flaw.Cause == "v3.meta.ends" && strings.HasPrefix(s.source.Right[text.BodyLine], "\r\n") {
				flaw.Cause = "form.blank_line" // what is signed is right, and the form has an empty line too many
			}
			if flaw.Cause == "v3.body.literal" && s.source.Right[text.MethodLine] == "GET" {
				flaw.Cause = "v3.body.unwanted"
			}
			d.prove(flaw.Cause, flaw.Value, proof)
		}
	}
}
