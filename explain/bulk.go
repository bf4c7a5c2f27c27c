package explain

import (
	"bytes"
	"hash"
	"io"
	"slices"
	"strings"
	"sync"
)

// A bulk is a body that may be large: the form as a whole, or the file. It is kept in pieces, so that nothing is copied,
// and a hash over it goes over all of it: the lines before it differ, and a hash knows no way round that. What comes
// behind it is free: the state at its end is copied for each ending.
type bulk struct {
	causes []named
	pieces [][]byte
	places []int   // after how many pieces it may have ended, in order
	coding *coding // nil: as it is
}

func newBulk(cause, value string, pieces ...[]byte) *bulk {
	return &bulk{causes: []named{{cause, value}}, pieces: pieces, places: []int{len(pieces)}}
}

// size is how many bytes are hashed, at most.
func (b *bulk) size() int {
	n := 0
	for _, p := range b.pieces {
		n += len(p)
	}
	if b.coding != nil {
		n = len(b.coding.before) + b.coding.most(n) + len(b.coding.after)
	}
	return n
}

// begin writes what stands before the pieces; the pieces are to be written to the result.
func (b *bulk) begin(w io.Writer) io.WriteCloser {
	if b.coding == nil {
		return plain{w}
	}
	io.WriteString(w, b.coding.before)
	return b.coding.open(w)
}

// after is what stands behind the pieces.
func (b *bulk) after() string {
	if b.coding == nil {
		return ""
	}
	return b.coding.after
}

// head is the beginning of the bulk.
func (b *bulk) head(most int) []byte {
	var text bytes.Buffer
	w := b.begin(&text)
	for _, p := range b.pieces {
		if text.Len() >= most {
			break
		}
		w.Write(p[:min(len(p), most)])
	}
	w.Close()
	return text.Bytes()[:min(text.Len(), most)]
}

// as is the bulk in a coding.
func (b *bulk) as(c *coding, cause, value string) *bulk {
	if b == nil {
		return nil
	}
	return &bulk{[]named{{cause, value}}, b.pieces, b.places, c}
}

// bulks lists the large bodies, the likeliest first: those that are tried before the rarer small texts, and the others.
// They are made when their turn comes.
func (e *evidence) bulks() (likely, rare []func() *bulk) {
	file := func() *bulk {
		if e.file == nil || !e.file.whole() {
			return nil
		}
		return newBulk("v3.body.file", "", e.file.Content)
	}
	likely = []func() *bulk{
		func() *bulk { return e.wholeForm("v3.body.whole_multipart", e.boundary, "\r\n", false) },
		func() *bulk { return e.hollowForm("\r\n") },
		func() *bulk { return e.hollowForm("\n") },
		file,
		func() *bulk { return e.wholeForm("v3.body.multipart_lf", e.boundary, "\n", false) },
	}
	buffers := []func() *bulk{
		func() *bulk {
			return e.wholeForm("v3.body.whole_multipart", e.boundary, "\r\n", false).as(bufferCoding, "v3.body.buffer_json", "multipart")
		},
		func() *bulk { return file().as(bufferCoding, "v3.body.buffer_json", "file") },
	}
	if e.fromNode() { // in any other language that is not worth three or four passes
		likely = slices.Insert(likely, 1, e.granted(buffers[0]))
		rare = buffers[1:]
	}
	rare = append(rare,
		func() *bulk { return file().as(base64Coding, "v3.body.file_base64", "") },
		func() *bulk { return e.wholeForm("v3.body.multipart_lf", e.boundary, "\n", true) })
	for _, other := range []string{strings.TrimLeft(e.boundary, "-"), "--" + e.boundary, "boundary", "----" + e.boundary, strings.TrimPrefix(e.boundary, "--")} {
		if other != e.boundary {
			rare = append(rare, func() *bulk { return e.wholeForm("v3.body.multipart_boundary", other, "\r\n", false) })
		}
	}
	rare = append(rare, e.turnedForm,
		func() *bulk { return e.misread("UTF-8 (U+FFFD)", replaceInvalid) },
		func() *bulk {
			return e.misread("UTF-8 (U+FFFD)", func(b []byte) []byte { return bytes.ToValidUTF8(b, []byte("\uFFFD")) })
		},
		func() *bulk {
			return e.misread("Latin-1", func(b []byte) []byte { return []byte(utf8Twice(string(b))) })
		},
	)
	if !e.fromNode() {
		rare = append(rare, buffers...)
	}
	return onceEach(likely), onceEach(rare)
}

// onceEach makes each bulk once.
func onceEach(list []func() *bulk) []func() *bulk {
	for i, make := range list {
		list[i] = sync.OnceValue(make)
	}
	return list
}

// fromNode reports whether the request names a client of Node's: wechatpay-axios-plugin/0.9.4 …, axios/1.7.7, node-fetch, undici.
func (e *evidence) fromNode() bool {
	agent := strings.ToLower(e.Header.Get("User-Agent"))
	return strings.Contains(agent, "axios") || strings.Contains(agent, "node") || strings.Contains(agent, "undici")
}

// granted makes a bulk that the request itself points at. One pass over it comes on top of the budget; of a small one, as
// many as are made with one more mistake.
func (e *evidence) granted(make func() *bulk) func() *bulk {
	return func() *bulk {
		b := make()
		if b == nil {
			return nil
		}
		passes := int64(1)
		if b.size() <= smallBulk {
			passes = 300
		}
		e.spent -= passes * (int64(b.size()) + callCost)
		return b
	}
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
	out := &counted{Writer: h}
	out.Write(lines)
	body := b.begin(out)
	next := 0
	for _, place := range b.places {
		for ; next < place; next++ {
			body.Write(b.pieces[next])
		}
		last := place == b.places[len(b.places)-1]
		if last {
			body.Close()
		}
		for i, x := range endings {
			if !last && len(x.text) > 1 {
				continue // that is a line end of the form itself
			}
			end, err := h.Clone()
			if err != nil {
				return nil
			}
			tail := b.after() + x.text
			io.WriteString(end, tail)
			s.report.Work++
			if s.seal.matchesSum(end.Sum(nil)) {
				s.spend(out.n)
				found := &bulk{pieces: b.pieces[:place], coding: b.coding}
				most := len(s.wanted) + shownMost
				s.text, s.length = head([][]byte{lines, found.head(most), []byte(tail)}, most), out.n+len(tail)
				return &endings[i]
			}
		}
	}
	s.spend(out.n)
	return nil
}
