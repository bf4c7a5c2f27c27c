package text

import (
	"bytes"
	"slices"
	"strings"
)

// Form is the form as it was received.
type Form struct {
	Body     []byte // nil: not known
	Boundary string
	Parts    []Part
	File     int // index of the file's part; -1 if there is none
}

// Part is one part of the form.
type Part struct {
	Name, Filename string
	HasFilename    bool
	Header         []byte // the header lines as received
	Content        []byte
	Whole          bool // Content is all of it
}

// file returns the file's part, or nil.
func (f *Form) file() *Part {
	if f.File < 0 {
		return nil
	}
	return &f.Parts[f.File]
}

// MisreadMax bounds the bodies that are converted as text, which is slow, in bytes.
const MisreadMax = 512 << 10

// maxEpilogue bounds what is taken to follow the form, in bytes.
const maxEpilogue = 64 << 10

// Whole returns the form as it was received.
func (f *Form) Whole() *Bulk {
	const cause = "v3.body.whole_multipart"
	if f.Body == nil {
		return f.rebuilt(cause, f.Boundary, "\r\n", false)
	}
	near := max(0, len(f.Body)-maxEpilogue)
	end := near + bytes.LastIndex(f.Body[near:], []byte("--"+f.Boundary+"--"))
	if end < max(2, near) || f.Boundary == "" {
		return newBulk(cause, "", f.Body)
	}
	return ended(cause, [][]byte{f.Body[:end-2], f.Body[end-2 : end], f.Body[end:]})
}

// rebuilt returns the form with another boundary or other line ends; all says whether those inside
// the parts change too.
func (f *Form) rebuilt(cause, boundary, eol string, all bool) *Bulk {
	return ended(cause, f.pieces(f.Parts, boundary, eol, func(p *Part) [][]byte {
		if !all {
			return [][]byte{p.Content}
		}
		return SplitCRLF(p.Content, eol)
	}))
}

// reversed returns the form with its parts in reverse order.
func (f *Form) reversed() *Bulk {
	parts := slices.Clone(f.Parts)
	slices.Reverse(parts)
	return ended("v3.body.multipart_order", f.pieces(parts, f.Boundary, "\r\n", func(p *Part) [][]byte { return [][]byte{p.Content} }))
}

// hollow returns the form without the bytes of its file.
func (f *Form) hollow(eol string) *Bulk {
	file := f.file()
	if file == nil || len(file.Content) == 0 {
		return nil
	}
	return ended("v3.body.multipart_no_file", f.pieces(f.Parts, f.Boundary, eol, func(p *Part) [][]byte {
		if p == file {
			return nil
		}
		return [][]byte{p.Content}
	}))
}

// misread returns the whole form converted to text in a charset that it is not in.
func (f *Form) misread(budget *Budget, what string, convert func([]byte) []byte) *Bulk {
	whole := f.Whole()
	if whole == nil || whole.Size() > MisreadMax || !budget.Affords(3*whole.Size()) {
		return nil
	}
	text := f.Body
	if text == nil {
		text = bytes.Join(whole.Pieces, nil)
	}
	budget.Spend(len(text))
	return newBulk("v3.body.multipart_text", what, convert(text))
}

// pieces builds the form. It returns nil if not all of the form is known.
func (f *Form) pieces(parts []Part, boundary, eol string, content func(p *Part) [][]byte) [][]byte {
	if len(parts) == 0 || f.Boundary == "" {
		return nil
	}
	var pieces [][]byte
	for i := range parts {
		p := &parts[i]
		if !p.Whole {
			return nil
		}
		pieces = append(pieces, []byte("--"+boundary+eol+strings.ReplaceAll(string(p.Header), "\r\n", eol)+eol))
		pieces = append(pieces, content(p)...)
		pieces = append(pieces, []byte(eol))
	}
	return append(pieces, []byte("--"+boundary+"--"), []byte(eol))
}

// ended returns a form given in pieces. The last three are the line end before the closing
// delimiter, the delimiter, and the line end after it; the last two may be one piece. The form may
// have been signed without one or more of them.
func ended(cause string, pieces [][]byte) *Bulk {
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
	b.Places = []int{n - 3, n - 2, n - 1, n}
	return b
}

// SplitCRLF cuts content at each CR LF and puts eol in its place, without copying.
func SplitCRLF(content []byte, eol string) [][]byte {
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
