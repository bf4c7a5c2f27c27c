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
	return f
}

// mend reads a form in spite of a fault, and notes the fault.
func (f *facts) mend() {
	contentType := f.Header.Get("Content-Type")
	if at := boundaryParameter.FindStringIndex(contentType); at != nil && !strings.Contains(contentType[:at[0]], ";") ||
		at != nil && !strings.HasSuffix(strings.TrimRight(contentType[:at[0]], " \t"), ";") {
		f.mended(fault{"form.type_semicolon", text.Visible(contentType, 80)}, f.Body, "multipart/form-data; "+contentType[at[0]:])
		return
	}
	switch {
	case f.Body == nil || f.boundary == "":
	case f.formErr != nil && len(f.parts) == 0:
		f.mendStart()
	case f.formErr == nil && (f.file == nil || f.ep.MetaPart != "" && !f.hasMeta):
		f.mendEnd(contentType)
	}
	if f.boundary != "" {
		f.unglue()
	}
}

var boundaryParameter = regexp.MustCompile(`(?i)\bboundary\s*=`)

// mended reads the parts from body, and notes the fault if that succeeds.
func (f *facts) mended(x fault, body []byte, contentType string) {
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
	f.faults = append(f.faults, x)
}

// mendStart mends what makes a form unreadable from its first line on.
func (f *facts) mendStart() {
	body, bare := f.Body, strings.Trim(f.boundary, "'")
	typeOf := func(boundary string) string { return "multipart/form-data; boundary=" + boundary }
	if bare != f.boundary && bytes.HasPrefix(body, []byte("--"+bare+"\r\n")) {
		shown := f.boundary
		f.boundary = bare
		f.mended(fault{"form.boundary_single_quotes", text.Visible(shown, 80)}, body, typeOf(bare))
		return
	}
	line, _, _ := bytes.Cut(body[:min(len(body), 300)], []byte("\n"))
	first := "--" + f.boundary
	begin := strings.TrimLeft(string(line), " \t")
	indent := string(line[:len(line)-len(begin)])
	dashes := strings.Trim(strings.TrimSuffix(strings.TrimRight(begin, "\r"), first), "-")
	switch {
	case strings.HasPrefix(begin, first+"\r\r"):
		f.mended(fault{"form.cr_twice", `\r\r\n`}, bytes.ReplaceAll(body, []byte("\r\r\n"), []byte("\r\n")), typeOf(f.boundary))
	case indent != "" && strings.TrimRight(begin, "\r") == first:
		plain := bytes.ReplaceAll(body, []byte("\n"+indent), []byte("\n"))
		f.mended(fault{"form.indented", text.Visible(indent, 8)}, plain[len(indent):], typeOf(f.boundary))
	case strings.HasSuffix(strings.TrimRight(begin, "\r"), first) && dashes == "" && len(begin) > len(first)+1:
		more := strings.TrimSuffix(strings.TrimRight(begin, "\r"), first)
		f.mended(fault{"form.too_many_dashes", more + first}, body, typeOf(more+f.boundary))
	case strings.HasPrefix(begin, first+`\r\n`):
		f.mended(fault{"form.literal_lines", `\r\n`}, bytes.ReplaceAll(body, []byte(`\r\n`), []byte("\r\n")), typeOf(f.boundary))
	case strings.HasPrefix(begin, first+`\n`):
		f.mended(fault{"form.literal_lines", `\n`}, bytes.ReplaceAll(body, []byte(`\n`), []byte("\r\n")), typeOf(f.boundary))
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
	f.mended(fault{"form.closed_early", ""}, whole, contentType)
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
