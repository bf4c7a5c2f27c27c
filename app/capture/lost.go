package capture

import (
	"bytes"
	"io"
	"unicode/utf8"

	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/form"
)

// giveBody gives the request its body. want is its length if that is known, else below zero; inText
// tells that the body has come through a text: a HAR, a command, a terminal.
//
// Where a file was lost on that way, the request is given the form's parts instead, and a Size that
// says so. How a lost file looks:
//
//	nothing at all                     browsers do not keep the bytes of files. Firefox drops the
//	                                   line end after them as well
//	[PNG binary data]                  a word in their place
//	\uFFFD\uFFFD\uFFFD\uFFFD JFIF      bytes that are not UTF-8, each replaced by U+FFFD
//	....  ..JFIF                       tcpdump -A: each replaced by a dot
func (s *Saved) giveBody(body []byte, want int64, inText bool) {
	if len(body) == 0 && want != 0 && isForm(s.Request.Header.Get("Content-Type")) {
		s.noBody()
		return
	}
	s.Request.Body = body
	s.findLost(body, want, inText)
	if s.Request.Body != nil && want >= 0 && want != int64(len(body)) {
		s.note(noteLength(want, int64(len(body))))
	}
}

// errNotSaved stands where else explain would find that a form has no parts.
var errNotSaved = texts.Errorf("the body was not saved")

func (s *Saved) noBody() {
	s.Request.Body, s.Request.FormErr = nil, errNotSaved
	s.note(noteNoBody)
}

// findLost looks for files that were lost, and gives the request the parts if there are some.
func (s *Saved) findLost(body []byte, want int64, inText bool) {
	if len(body) == 0 {
		return
	}
	parts, warnings, err := readForm(s.Request.Header.Get("Content-Type"), body)
	if err != nil {
		return // what can be read of it, and what not, explain finds out
	}
	missing := int64(-1)
	if want >= 0 {
		missing = want - int64(len(body))
	}
	lost, sure := 0, true
	var gone []*explain.Part // files of which nothing is there
	for i := range parts {
		p := &parts[i]
		if !p.HasFilename || s.Endpoint != nil && p.Name == s.Endpoint.MetaPart && p.Name != "" {
			continue
		}
		switch n := len(p.Content); {
		case mangled(p.Content):
			p.Size, sure = -1, false
			s.note(noteMangled(p.Filename))
		case dotted(p.Content):
			s.note(noteMangled(p.Filename))
		case missing > 0 && utf8.Valid(p.Content), n == 0 && want < 0 && inText:
			p.Size = int64(n) + missing
			gone = append(gone, p)
			s.note(noteLeftOut(p.Filename))
		default:
			continue
		}
		p.Content = nil
		lost++
	}
	if lost == 0 {
		return
	}
	for _, w := range warnings {
		if w.ID == form.WarnNoLineBreak {
			sure = false // it is Firefox that has dropped it
			continue
		}
		s.Request.FormWarnings = append(s.Request.FormWarnings, w)
	}
	for _, p := range gone {
		if missing <= 0 || len(gone) > 1 || !sure {
			p.Size = -1
		}
	}
	s.Request.Body, s.Request.Parts = nil, parts
}

// mangled tells that bytes were taken for a text: what is valid UTF-8 and holds its replacement
// character, or the first bytes of a picture read as ISO-8859-1, is not a picture but was one.
func mangled(content []byte) bool {
	if !utf8.Valid(content) {
		return false
	}
	return bytes.Contains(content, []byte("\uFFFD")) ||
		bytes.HasPrefix(content, []byte("\u00ff\u00d8\u00ff")) || bytes.HasPrefix(content, []byte("\u0089PNG"))
}

// dotted reports whether dots stand for the bytes of a picture that are not characters.
func dotted(content []byte) bool {
	if len(content) < 10 || content[0] != '.' || !utf8.Valid(content) {
		return false
	}
	return string(content[1:4]) == "PNG" || string(content[6:10]) == "JFIF" || string(content[6:10]) == "Exif"
}

// readForm takes a form apart as a server would. The contents are pieces of body.
func readForm(contentType string, body []byte) ([]explain.Part, []form.Warning, error) {
	r, err := form.NewReader(bytes.NewReader(body), contentType, form.Limits{})
	if err != nil {
		return nil, nil, err
	}
	parts := []explain.Part{}
	for {
		p, err := r.Next()
		if err == io.EOF {
			return parts, r.Warnings(), nil
		}
		if err != nil {
			return parts, r.Warnings(), err
		}
		n, err := p.WriteTo(io.Discard)
		end := p.Offset + n
		part := explain.Part{
			Name: p.Name, Filename: p.Filename, HasFilename: p.HasFilename, FilenameStar: p.FilenameStar,
			ContentType: p.ContentType, Header: bytes.Clone(p.Header), Content: body[p.Offset:end:end], Size: n,
		}
		if err != nil {
			part.Size++ // there was to be more
			return append(parts, part), r.Warnings(), err
		}
		parts = append(parts, part)
	}
}
