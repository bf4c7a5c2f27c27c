package explain

import (
	"bytes"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/media"
)

// readFacts reads a request, and what is in it in spite of a fault; usual is used if it has no
// endpoint.
func readFacts(req *Request, usual *wxup.Endpoint) *facts {
	f := plainFacts(req, usual)
	if f.Method == "GET" {
		return f
	}
	f.mend()
	f.sortParts()
	if !f.hasMeta && f.ep.MetaPart != "" {
		f.strayMeta()
		f.members = text.ParseMembers(f.meta)
	}
	if plain := utf16Text(f.meta); f.members == nil && text.ParseMembers([]byte(plain)) != nil {
		f.plain, f.members = []byte(plain), text.ParseMembers([]byte(plain))
		f.faults = append(f.faults, fault{"form.utf16", f.ep.MetaPart})
	}
	for i, x := range f.fields {
		if plain := utf16Text([]byte(x.Value)); plain != "" && x.Name != f.ep.MetaPart {
			f.fields[i].Value = plain
			f.faults = append(f.faults, fault{"form.utf16", text.Visible(x.Name, 40)})
		}
	}
	return f
}

// mend reads a form in spite of a fault, and notes the fault.
func (f *facts) mend() {
	contentType := f.Header.Get("Content-Type")
	if at := boundaryParameter.FindStringIndex(contentType); at != nil && !strings.Contains(contentType[:at[0]], ";") ||
		at != nil && !strings.HasSuffix(strings.TrimRight(contentType[:at[0]], " \t"), ";") {
		f.mended(f.Body, "multipart/form-data; "+contentType[at[0]:], fault{"form.type_semicolon", text.Visible(contentType, 80)})
		return
	}
	switch {
	case f.Body == nil || f.boundary == "":
	case f.mendParts(contentType):
	case f.formErr != nil && len(f.parts) == 0:
		f.mendStart()
	case f.formErr == nil && (f.file == nil || f.ep.MetaPart != "" && !f.hasMeta):
		f.mendEnd(contentType)
	}
	if f.boundary != "" {
		f.unglue()
	}
	f.unpack()
	f.exchange()
}

// unpack reads a form that is in a part of another one.
func (f *facts) unpack() {
	for _, p := range f.parts {
		line := firstLine(p.Content)
		if p.Name == f.ep.FilePart || !bytes.HasPrefix(line, []byte("--")) || len(line) < 3 ||
			!bytes.HasPrefix(bytes.ToLower(p.Content[len(line):min(len(p.Content), 200)]), []byte("\r\ncontent-disposition:")) {
			continue
		}
		f.mended(p.Content, "multipart/form-data; boundary="+string(line[2:]), fault{"form.nested_form", text.Visible(p.Name, 40)})
		return
	}
}

var boundaryParameter = regexp.MustCompile(`(?i)\bboundary\s*=`)

// mended reads the parts from body, and notes the faults if that succeeds.
func (f *facts) mended(body []byte, contentType string, more ...fault) {
	before := *f
	f.parts, f.warnings = nil, nil
	f.readForm(body, contentType)
	if len(f.parts) == 0 {
		*f = before
		return
	}
	if f.FormErr != nil && !errors.Is(f.FormErr, form.ErrTruncated) && errors.Is(f.formErr, form.ErrTruncated) {
		f.formErr = nil // the receiver read no further than to the fault: the body may be whole
	}
	f.faults = append(f.faults, more...)
}

// mendParts mends what makes a part unreadable, and reports whether it did.
func (f *facts) mendParts(contentType string) bool {
	var err *form.Error
	if plain, ok := dechunked(f.Body, f.boundary); ok {
		n := len(f.faults)
		f.mended(plain, contentType, fault{"form.chunked_body", text.Visible(string(firstLine(f.Body)), 40)})
		return len(f.faults) > n
	}
	if !errors.As(f.formErr, &err) || err.Part == 0 {
		return false
	}
	before := *f
	switch err.Cause {
	case form.ErrLineEnds:
		if f.outputBefore() != "" {
			return false
		}
		if body, found := mendHeaders(f.Body, f.boundary); len(found) > 0 {
			f.mended(body, contentType, found...)
			break
		}
		f.mended(withCR(f.Body, f.boundary), contentType, fault{"form.bare_lf", ""})
	case form.ErrDelimiter:
		blank := regexp.MustCompile(`(\n--` + regexp.QuoteMeta(f.boundary) + `)[ \t]+--`)
		f.mended(blank.ReplaceAll(f.Body, []byte("$1--")), contentType, fault{"form.bad_delimiter", ""})
	case form.ErrNoBlankLine, form.ErrNoDisposition, form.ErrQuotes, form.ErrParameter, form.ErrControl:
		if body, found := mendHeaders(f.Body, f.boundary); len(found) > 0 {
			f.mended(body, contentType, found...)
		} else {
			f.rejoin(err)
		}
	}
	var after *form.Error
	if errors.As(f.formErr, &after) && after.Cause == err.Cause && after.Part <= err.Part {
		*f = before
	}
	return len(f.faults) > len(before.faults)
}

// rejoin puts a file together that has the boundary in it.
func (f *facts) rejoin(err *form.Error) {
	n := len(f.parts) - 1
	if n < 0 || n != err.Part-2 || f.parts[n].Name != f.ep.FilePart {
		return
	}
	p := f.parts[n]
	begin := bytes.Index(f.Body, p.Content)
	end := bytes.LastIndex(f.Body, []byte("\r\n--"+f.boundary+"--"))
	if begin < 0 || end < begin+len(p.Content) {
		return
	}
	is := media.Sniff(p.Content[:min(len(p.Content), media.SniffLen)])
	p.Content = f.Body[begin:end:end]
	p.Size = int64(len(p.Content))
	sent, same := decodeDigest(f.member(f.ep.DigestField)), false
	if h, ok := media.NewDigest(f.ep.Digest); ok && len(sent) > 0 {
		h.Write(p.Content)
		same = bytes.Equal(h.Sum(nil), sent)
	}
	if _, err := media.WalkBytes(p.Content); same || err == nil && is.Class() == media.Picture {
		f.parts = append(slices.Clone(f.parts[:n]), p)
		f.formErr = nil
		f.faults = append(f.faults, fault{"form.boundary_in_file", text.Visible(f.boundary, 80)})
	}
}

// exchange gives two parts back what was exchanged between them.
func (f *facts) exchange() {
	named := func(name string) int {
		return slices.IndexFunc(f.parts, func(p Part) bool { return p.Name == name && name != "" })
	}
	i, j := named(f.ep.MetaPart), named(f.ep.FilePart)
	if i < 0 || j < 0 || !f.parts[j].whole() || text.ParseMembers(f.parts[j].Content) == nil {
		return
	}
	picture, meta := f.parts[i], f.parts[j]
	if !media.Sniff(picture.Content[:min(len(picture.Content), media.SniffLen)]).Fits(f.formats()...) {
		return
	}
	if !picture.HasFilename {
		picture.Filename, picture.HasFilename = meta.Filename, meta.HasFilename
	}
	meta.Filename, meta.HasFilename, meta.FilenameStar = "", false, false
	picture.Name, meta.Name = f.ep.FilePart, f.ep.MetaPart
	f.parts = slices.Clone(f.parts)
	f.parts[i], f.parts[j] = picture, meta
	f.faults = append(f.faults, fault{"form.parts_exchanged", f.ep.MetaPart + " ↔ " + f.ep.FilePart})
}

// mendStart mends what makes a form unreadable from its first line on.
func (f *facts) mendStart() {
	body, bare := f.Body, strings.Trim(f.boundary, "'")
	typeOf := func(boundary string) string { return "multipart/form-data; boundary=" + boundary }
	if bare != f.boundary && bytes.HasPrefix(body, []byte("--"+bare+"\r\n")) {
		shown := f.boundary
		f.boundary = bare
		f.mended(body, typeOf(bare), fault{"form.boundary_single_quotes", text.Visible(shown, 80)})
		return
	}
	if short := strings.TrimSuffix(f.boundary, "--"); short != f.boundary && bytes.HasPrefix(body, []byte("--"+short+"\r\n")) {
		shown := f.boundary
		f.boundary = short
		f.mended(body, typeOf(short), fault{"form.boundary_dashes", text.Visible(shown, 80)})
		return
	}
	line, _, _ := bytes.Cut(body[:min(len(body), 300)], []byte("\n"))
	first := "--" + f.boundary
	begin := strings.TrimLeft(string(line), " \t")
	indent := string(line[:len(line)-len(begin)])
	dashes := strings.Trim(strings.TrimSuffix(strings.TrimRight(begin, "\r"), first), "-")
	switch {
	case strings.HasPrefix(begin, first+"\r\r"):
		f.mended(bytes.ReplaceAll(body, []byte("\r\r\n"), []byte("\r\n")), typeOf(f.boundary), fault{"form.cr_twice", `\r\r\n`})
	case indent != "" && strings.TrimRight(begin, "\r") == first:
		plain := bytes.ReplaceAll(body, []byte("\n"+indent), []byte("\n"))
		f.mended(plain[len(indent):], typeOf(f.boundary), fault{"form.indented", text.Visible(indent, 8)})
	case strings.HasSuffix(strings.TrimRight(begin, "\r"), first) && dashes == "" && len(begin) > len(first)+1:
		more := strings.TrimSuffix(strings.TrimRight(begin, "\r"), first)
		f.mended(body, typeOf(more+f.boundary), fault{"form.too_many_dashes", more + first})
	case strings.HasPrefix(begin, first+`\r\n`):
		f.mended(bytes.ReplaceAll(body, []byte(`\r\n`), []byte("\r\n")), typeOf(f.boundary), fault{"form.literal_lines", `\r\n`})
	case strings.HasPrefix(begin, first+`\n`):
		f.mended(bytes.ReplaceAll(body, []byte(`\n`), []byte("\r\n")), typeOf(f.boundary), fault{"form.literal_lines", `\n`})
	}
}

// mendEnd reads on behind a closing delimiter that more parts follow.
func (f *facts) mendEnd(contentType string) {
	shut := []byte("\r\n--" + f.boundary + "--")
	before, after, ok := bytes.Cut(f.Body, shut)
	if !ok || !bytes.HasPrefix(bytes.TrimLeft(after, "\r\n"), []byte("--"+f.boundary+"\r\n")) {
		return
	}
	whole := slices.Concat(before, []byte("\r\n"), bytes.TrimLeft(after, "\r\n"))
	f.mended(whole, contentType, fault{"form.closed_early", ""})
}

// unglue takes the delimiter and what follows it out of a text that no line break ends.
func (f *facts) unglue() {
	for i := range f.parts {
		p := f.parts[i]
		if p.HasFilename {
			continue
		}
		begin := p.Content[:min(len(p.Content), text.FieldMax)]
		at := bytes.Index(begin, []byte("--"+f.boundary+"\r\n"))
		if at < 0 {
			continue
		}
		value := begin[:at]
		if line := bytes.LastIndex(value, []byte("\r\n")); line >= 0 && text.ParseMembers(value) == nil {
			f.output, value = string(value[line+2:]), value[:line]
		}
		p.Content, p.Size = value, int64(len(value))
		f.parts = append(slices.Clone(f.parts[:i]), p)
		f.formErr = &form.Error{Cause: form.ErrDelimiter, Part: i + 1, Detail: "no line break before --" + f.boundary}
		return
	}
}

// notice is what PHP prints of its own accord.
var notice = regexp.MustCompile(`(?:<br />\s*)?(?:<b>)?(?:PHP )?(?:Notice|Warning|Deprecated|Strict Standards|Fatal error|Parse error)(?:</b>)?: `)

// printedObject is the beginning of what print, echo and var_dump print.
var printedObject = regexp.MustCompile(`^(?:Array|array\(|object\(|string\(|int\(|bool\(|float\(|NULL|Resource id|resource\(|\[object )`)

// outputBefore returns what a program printed into the body in front of a delimiter, or "".
func (f *facts) outputBefore() string {
	found := f.output
	if at := bytes.LastIndex(f.Body, []byte("--"+f.boundary+"--")); found == "" && at > 0 && f.boundary != "" {
		before := f.Body[max(0, at-1024):at]
		if m := notice.FindIndex(before); m != nil {
			return text.Visible(string(before[m[0]:]), 80)
		}
		if line := bytes.LastIndexByte(before, '\n'); line > 2 && !bytes.HasSuffix(before[:line], []byte("\n\r")) {
			found = string(before[line+1:])
		}
	}
	if notice.MatchString(found) || printedObject.MatchString(found) || text.IsNothing(found) {
		return text.Visible(found, 80)
	}
	return ""
}

// strayMeta looks for meta where it does not belong: in the query and in the headers.
func (f *facts) strayMeta() {
	for _, value := range f.query(f.ep.MetaPart) {
		if plain, err := url.QueryUnescape(value); err == nil && text.ParseMembers([]byte(plain)) != nil {
			f.stray, f.hasMeta, f.meta = "?"+f.ep.MetaPart+"=", true, []byte(plain)
			return
		}
	}
	for _, h := range f.headers() {
		if plainName(strings.TrimPrefix(strings.ToLower(h.Name), "x-")) == f.ep.MetaPart && text.ParseMembers([]byte(h.Value)) != nil {
			f.stray, f.hasMeta, f.meta = h.Name+":", true, []byte(h.Value)
			return
		}
	}
}
