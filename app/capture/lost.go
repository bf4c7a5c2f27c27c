package capture

import (
	"bytes"
	"errors"
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
//	....  ..JFIF                       Wireshark, --trace-ascii: each replaced by a dot
//	< ./a.jpg                          an .http file names it
//	--B … \xff\xd8 … (truncated)       the copy ends early
func (s *Saved) giveBody(body []byte, want int64, inText bool) {
	if isForm(s.Request.Header.Get("Content-Type")) && (len(body) == 0 && want != 0 || isRemark(body, want, s.Request.Header.Get("Content-Type"))) {
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
	s.Request.Body, s.Request.FormErr, s.Request.Unread = nil, errNotSaved, true
	s.note(noteNoBody)
}

// isRemark reports whether the text after a head is a program's own: a remark about the body that
// it does not show, or about what happened next. It is shorter than Content-Length and not a form.
func isRemark(body []byte, want int64, contentType string) bool {
	delimiter := []byte("--" + boundaryOf(contentType))
	begun := len(delimiter) > 2 && bytes.HasPrefix(body, delimiter[:min(len(delimiter), len(body))])
	return !begun && int64(len(body)+bytes.Count(body, []byte("\n"))) < want && len(body) < 64<<10 &&
		!bytes.Contains(bytes.ToLower(body), []byte("content-disposition:"))
}

// findLost looks for files that were lost, and gives the request the parts if there are some.
func (s *Saved) findLost(body []byte, want int64, inText bool) {
	if len(body) == 0 {
		return
	}
	missing := int64(-1)
	if want >= 0 {
		missing = want - int64(len(body))
	}
	parts, warnings, err := readForm(s.Request.Header.Get("Content-Type"), body)
	if err != nil {
		if cut, ok := errors.AsType[*form.Error](err); ok && cut.Cause == form.ErrTruncated && missing > int64(bytes.Count(body, []byte("\n"))) {
			s.cutOff(parts, warnings)
		}
		return // what can be read of it, and what not, explain finds out
	}
	lost, sure := 0, true
	var gone []*explain.Part // files of which nothing is there
	for i := range parts {
		p := &parts[i]
		if !s.isFile(p) {
			continue
		}
		switch n := len(p.Content); {
		case mangled(p.Content):
			p.Size, sure = -1, false
			s.note(noteMangled(p.Filename))
		case missing != 0 && standsFor(p.Content):
			p.Size, sure = -1, false
			s.Request.Unshown = []string{"User-Agent", "Accept"} // the tool adds them
			s.note(noteNamed(p.Filename))
		case dotted(p.Content):
			p.Size = int64(n)
			if missing != 0 {
				p.Size, sure = -1, false
			}
			s.Request.Unknown = append(s.Request.Unknown, "..") // what is not ASCII, in names and meta too
			s.note(noteMangled(p.Filename))
		case missing > 0 && utf8.Valid(p.Content), n == 0 && want < 0 && inText:
			p.Size = int64(n) + missing
			gone = append(gone, p)
			s.note(noteLeftOut(p.Filename))
		case want >= 0 && missing != 0 && -missing <= int64(bytes.Count(body, []byte("\n"))): // line ends were changed, or a piece is missing
			p.Size, sure = -1, false
			s.unsureEnds = true
			s.note(noteChanged(p.Filename))
		default:
			continue
		}
		p.Content = nil
		lost++
	}
	for i := range parts {
		if p := &parts[i]; s.unsureEnds && bytes.Contains(p.Content, []byte("\n")) {
			s.Request.Unknown = append(s.Request.Unknown, string(p.Content))
		}
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

// isFile reports whether a part is a file: it has a filename, or the name of the file part.
func (s *Saved) isFile(p *explain.Part) bool {
	if s.Endpoint == nil || p.Name == "" {
		return p.HasFilename
	}
	return p.Name != s.Endpoint.MetaPart && (p.HasFilename || p.Name == s.Endpoint.FilePart)
}

// cutOff gives the request the parts of a copy that breaks off, the last of them in part.
func (s *Saved) cutOff(parts []explain.Part, warnings []form.Warning) {
	whole := s.Endpoint != nil && s.Endpoint.MetaPart == "" // of what was signed
	for i := range parts {
		p := &parts[i]
		if i == len(parts)-1 {
			p.Content, p.Size = nil, -1
		} else if s.Endpoint != nil && p.Name == s.Endpoint.MetaPart {
			whole = true
		}
	}
	s.Request.Body, s.Request.Parts = nil, parts
	s.Request.FormErr, s.Request.FormWarnings, s.Request.Unread = errNotSaved, warnings, !whole
	s.note(noteCutOff)
}

// standsFor reports whether a tool wrote a text instead of the file's bytes: < ./a.jpg in an .http
// file, (data) in Postman's HTTP snippet.
func standsFor(content []byte) bool {
	text := bytes.TrimSpace(content)
	return bytes.HasPrefix(text, []byte("< ")) && len(text) < 1024 && !bytes.Contains(text, []byte("\n")) || string(text) == "(data)"
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

// dotted reports whether dots stand for the bytes that are not characters: half of those of a
// picture.
func dotted(content []byte) bool {
	if len(content) < 10 || content[0] != '.' || bytes.ContainsFunc(content, func(c rune) bool { return c < ' ' && c != '\t' && c != '\r' && c != '\n' || c > 0x7f }) {
		return false
	}
	return string(content[1:4]) == "PNG" || string(content[6:10]) == "JFIF" || string(content[6:10]) == "Exif" || 3*bytes.Count(content, []byte(".")) > len(content)
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
