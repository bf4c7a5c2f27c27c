package explain

import (
	"bytes"
	"hash"
	"slices"
	"strings"
)

// A bulk is a body that may be large: the form as a whole, or the file. It is kept in pieces, so that nothing is copied,
// and a hash over it goes over all of it: the lines before it differ, and a hash knows no way round that. What comes
// behind it is free: the state at its end is copied for each ending.
type bulk struct {
	causes []named
	pieces [][]byte
	places []int // after how many pieces it may have ended, in order
}

func newBulk(cause, value string, pieces ...[]byte) *bulk {
	return &bulk{[]named{{cause, value}}, pieces, []int{len(pieces)}}
}

func (b *bulk) size() int {
	n := 0
	for _, p := range b.pieces {
		n += len(p)
	}
	return n
}

// likelyBulks is how many of the bulks are tried before the rarer small texts.
const likelyBulks = 5

// bulks lists the large bodies, the likeliest first. They are made when their turn comes.
func (e *evidence) bulks() []func() *bulk {
	list := []func() *bulk{
		func() *bulk { return e.wholeForm("v3.body.whole_multipart", e.boundary, "\r\n", false) },
		func() *bulk { return e.hollowForm("\r\n") },
		func() *bulk { return e.hollowForm("\n") },
		func() *bulk {
			if e.file == nil || !e.file.whole() {
				return nil
			}
			return newBulk("v3.body.file", "", e.file.Content)
		},
		func() *bulk { return e.wholeForm("v3.body.multipart_lf", e.boundary, "\n", false) },
		func() *bulk {
			if e.file == nil || !e.file.whole() || !e.affords(2*len(e.file.Content)) {
				return nil
			}
			return newBulk("v3.body.file_base64", "", based(e.file.Content))
		},
		func() *bulk { return e.wholeForm("v3.body.multipart_lf", e.boundary, "\n", true) },
	}
	for _, other := range []string{strings.TrimLeft(e.boundary, "-"), "--" + e.boundary, "boundary", "----" + e.boundary, strings.TrimPrefix(e.boundary, "--")} {
		if other != e.boundary {
			list = append(list, func() *bulk { return e.wholeForm("v3.body.multipart_boundary", other, "\r\n", false) })
		}
	}
	list = append(list, e.turnedForm,
		func() *bulk { return e.misread("UTF-8 (U+FFFD)", replaceInvalid) },
		func() *bulk {
			return e.misread("UTF-8 (U+FFFD)", func(b []byte) []byte { return bytes.ToValidUTF8(b, []byte("\uFFFD")) })
		},
		func() *bulk {
			return e.misread("Latin-1", func(b []byte) []byte { return []byte(utf8Twice(string(b))) })
		},
	)
	for i, make := range list {
		var made *bulk
		once := false
		list[i] = func() *bulk {
			if !once {
				made, once = make(), true
			}
			return made
		}
	}
	return list
}

// wholeForm is the form as it was received, or as it would have been with another boundary or other line ends; all says
// whether those inside the parts are meant, too.
func (e *evidence) wholeForm(cause, boundary, eol string, all bool) *bulk {
	if cause == "v3.body.whole_multipart" && e.Body != nil {
		end := bytes.LastIndex(e.Body, []byte("--"+boundary+"--"))
		if end < 2 || boundary == "" {
			return newBulk(cause, "", e.Body)
		}
		return endedForm(cause, [][]byte{e.Body[:end-2], e.Body[end-2 : end], e.Body[end:]})
	}
	pieces := e.formPieces(e.parts, boundary, eol, func(p *Part) [][]byte {
		if !all {
			return [][]byte{p.Content}
		}
		return split(p.Content, eol)
	})
	return endedForm(cause, pieces)
}

// turnedForm is the form with its parts the other way round.
func (e *evidence) turnedForm() *bulk {
	turned := slices.Clone(e.parts)
	slices.Reverse(turned)
	return endedForm("v3.body.multipart_order", e.formPieces(turned, e.boundary, "\r\n", func(p *Part) [][]byte { return [][]byte{p.Content} }))
}

// hollowForm is the form without the bytes of its file: in place of them nothing, or what tools show.
func (e *evidence) hollowForm(eol string) *bulk {
	if e.file == nil || len(e.file.Content) == 0 {
		return nil
	}
	pieces := e.formPieces(e.parts, e.boundary, eol, func(p *Part) [][]byte {
		if p == e.file {
			return nil
		}
		return [][]byte{p.Content}
	})
	return endedForm("v3.body.multipart_no_file", pieces)
}

// formPieces builds the form. Nil if not all of it is known.
func (e *evidence) formPieces(parts []Part, boundary, eol string, content func(p *Part) [][]byte) [][]byte {
	if len(parts) == 0 || e.boundary == "" {
		return nil
	}
	var pieces [][]byte
	for i := range parts {
		p := &parts[i]
		if !p.whole() {
			return nil
		}
		pieces = append(pieces, []byte("--"+boundary+eol+strings.ReplaceAll(string(p.Header), "\r\n", eol)+eol))
		pieces = append(pieces, content(p)...)
		pieces = append(pieces, []byte(eol))
	}
	return append(pieces, []byte("--"+boundary+"--"), []byte(eol))
}

// endedForm is a form, given in pieces of which the last three are the line end before its closing delimiter, that, and the
// line end behind it (or the last two of them in one). It may have been signed without one or more of these.
func endedForm(cause string, pieces [][]byte) *bulk {
	if pieces == nil {
		return nil
	}
	last := pieces[len(pieces)-1]
	switch bare := bytes.TrimRight(last, "\r\n"); len(bare) {
	case 0:
	case len(last):
		pieces = append(pieces, []byte("\r\n"))
	default:
		pieces = append(pieces[:len(pieces)-1:len(pieces)-1], bare, last[len(bare):])
	}
	b := newBulk(cause, "", pieces...)
	n := len(pieces)
	b.places = []int{n - 3, n - 2, n - 1, n}
	return b
}

// split cuts content at its CR LF and puts eol in their place, without a copy.
func split(content []byte, eol string) [][]byte {
	var pieces [][]byte
	for {
		i := bytes.Index(content, []byte("\r\n"))
		if i < 0 {
			return append(pieces, content)
		}
		pieces = append(pieces, content[:i], []byte(eol))
		content = content[i+2:]
	}
}

// misreadMost bounds the bodies that are converted as texts, which is slow.
const misreadMost = 512 << 10

// misread is the whole form, turned into a text in a charset that it is not in, and back.
func (e *evidence) misread(what string, convert func([]byte) []byte) *bulk {
	whole := e.wholeForm("v3.body.whole_multipart", e.boundary, "\r\n", false)
	if whole == nil || whole.size() > misreadMost || !e.affords(3*whole.size()) {
		return nil
	}
	text := e.Body
	if text == nil {
		text = bytes.Join(whole.pieces, nil)
	}
	e.spend(len(text))
	return newBulk("v3.body.multipart_text", what, convert(text))
}

// replaceInvalid puts U+FFFD for what is no UTF-8, as browsers, Node and Java do: one for each maximal part of a
// character (WHATWG Encoding, §4; Unicode §3.9). Go puts one for each byte.
func replaceInvalid(b []byte) []byte {
	out := make([]byte, 3*len(b))
	to := 0
	for i := 0; i < len(b); {
		c := b[i]
		if c < 0x80 {
			out[to] = c
			to, i = to+1, i+1
			continue
		}
		n, whole := begun(b[i:])
		if whole {
			to += copy(out[to:], b[i:i+n])
		} else {
			out[to], out[to+1], out[to+2] = 0xEF, 0xBF, 0xBD
			to += 3
		}
		i += n
	}
	return out[:to]
}

// begun is how many bytes at the start of b, which is not ASCII, belong to one character, or could have begun one, and
// whether it is whole.
func begun(b []byte) (n int, whole bool) {
	want, low, high := 0, byte(0x80), byte(0xBF)
	switch c := b[0]; {
	case c < 0xC2:
		return 1, false
	case c <= 0xDF:
		want = 2
	case c <= 0xEF:
		want = 3
		if c == 0xE0 {
			low = 0xA0
		} else if c == 0xED {
			high = 0x9F
		}
	case c <= 0xF4:
		want = 4
		if c == 0xF0 {
			low = 0x90
		} else if c == 0xF4 {
			high = 0x8F
		}
	default:
		return 1, false
	}
	for n = 1; n < want && n < len(b); n++ {
		if b[n] < low || b[n] > high {
			return n, false
		}
		low, high = 0x80, 0xBF
	}
	return n, n == want
}

// An ending is what may follow the body, and what is wrong with it.
type ending struct {
	text   string
	causes []named
}

// tryBulk hashes the lines before a bulk, and it, and tells with which of the endings that is what was signed. On
// success it notes the text.
func (s *search) tryBulk(lines []byte, b *bulk, endings []ending) *ending {
	if s.seal.fn == nil {
		return nil // a text of that size does not fit into a signature
	}
	h, ok := s.seal.fn.fresh().(hash.Cloner)
	if !ok {
		return nil
	}
	h.Write(lines)
	s.spend(len(lines) + b.size())
	next := 0
	for _, place := range b.places {
		for ; next < place; next++ {
			h.Write(b.pieces[next])
		}
		for i, x := range endings {
			if place < b.places[len(b.places)-1] && len(x.text) > 1 {
				continue // that is a line end of the form itself
			}
			end, err := h.Clone()
			if err != nil {
				return nil
			}
			end.Write([]byte(x.text))
			s.report.Work++
			if s.seal.matchesSum(end.Sum(nil)) {
				whole := append(append([][]byte{lines}, b.pieces[:place]...), []byte(x.text))
				s.text, s.length = head(whole, len(s.wanted)+shownMost), (&bulk{pieces: whole}).size()
				return &endings[i]
			}
		}
	}
	return nil
}
