package explain

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/media"
)

// A fault is what hides parts of a form from every reader, and can be taken away to read them.
type fault struct{ cause, value string }

// facts is what a request says, read once.
type facts struct {
	*Request
	ep *wxup.Endpoint

	parts    []Part
	formErr  error
	warnings []form.Warning
	boundary string
	faults   []fault // that were mended
	output   string  // what stands between a text and the delimiter after it
	stray    string  // where meta is, if it is not in the form

	file     *Part
	hasMeta  bool
	misnamed *Part         // the part that meta was read from, if it has another name than the endpoint's
	meta     []byte        // as sent
	plain    []byte        // meta in UTF-8, if it was sent in UTF-16
	members  []text.Member // of meta; nil if it is not a JSON object
	fields   []text.Field  // the text parts, in the order sent

	gbk func(string) ([]byte, bool) // encodes in GBK; nil if unknown
}

// The usual names of a family's endpoints, for requests without an endpoint.
var (
	usualFormats = wxup.MarketingImage.Accepts

	usualV3 = &wxup.Endpoint{
		Family: wxup.PayV3, FilePart: "file", MetaPart: "meta", NameField: "filename",
		DigestField: "sha256", Digest: media.SHA256, Accepts: usualFormats,
	}
	usualV2 = &wxup.Endpoint{
		Family: wxup.PayV2, FilePart: "media", DigestField: "media_hash", Digest: media.MD5, Accepts: usualFormats,
	}
	usualAccount = &wxup.Endpoint{
		Family: wxup.FamilyAccount, FilePart: "media", Accepts: wxup.ArticleImage.Accepts,
	}
)

// plainFacts reads a request as every server does; usual is used if it has no endpoint.
func plainFacts(req *Request, usual *wxup.Endpoint) *facts {
	f := &facts{Request: req, ep: req.Endpoint, parts: req.Parts, formErr: req.FormErr, warnings: req.FormWarnings}
	if f.ep == nil {
		f.ep = usual
	}
	f.boundary = boundaryOf(req.Header.Get("Content-Type"), req.Body)
	switch {
	case req.Method == "GET": // a call without a form signs its body, which is empty
		f.hasMeta, f.meta = true, req.Body
	case bytes.HasPrefix(req.Body, []byte(text.BOM+"--"+f.boundary)) && bytes.HasSuffix(bytes.TrimRight(req.Body, "\r\n"), []byte("--")):
		f.parts = nil // the byte order mark hid the first part
		f.readForm(f.Body[len(text.BOM):], f.Header.Get("Content-Type"))
	case f.parts == nil && req.Body != nil:
		f.readForm(f.Body, f.Header.Get("Content-Type"))
	}
	f.sortParts()
	return f
}

// sortParts finds the parts that matter.
func (f *facts) sortParts() {
	f.file, f.misnamed, f.fields = nil, nil, nil
	if f.Method != "GET" {
		f.hasMeta, f.meta = false, nil
	}
	for i := range f.parts {
		p := &f.parts[i]
		switch {
		case p.Name == f.ep.MetaPart && p.Name != "" && !f.hasMeta && p.whole():
			f.hasMeta, f.meta = true, p.Content
		case f.file == nil && (p.Name == f.ep.FilePart && !f.fileIsElsewhere(p) || p.HasFilename && f.mayBeFile(p.Name)):
			f.file = p
		}
		if !p.HasFilename && p.whole() && len(p.Content) <= text.FieldMax {
			f.fields = append(f.fields, text.Field{Name: p.Name, Value: string(p.Content)})
		}
	}
	if !f.hasMeta && f.ep.MetaPart != "" {
		for i := range f.parts {
			if p := &f.parts[i]; p != f.file && p.whole() && f.mayBeMeta(p) {
				f.misnamed, f.hasMeta, f.meta = p, true, p.Content
				break
			}
		}
	}
	f.members = text.ParseMembers(f.meta)
}

// metaNames are names that the meta part is given by mistake, as are those that contain its right
// one.
var metaNames = []string{"data", "json", "params", "body", "info", "media"}

// isMetaName reports whether a part's name may be meant for the meta part.
func isMetaName(name, right string) bool {
	lower := strings.ToLower(strings.Trim(name, ` "'`))
	return strings.Contains(lower, right) || slices.Contains(metaNames, lower)
}

// mayBeMeta reports whether a part with another name than the endpoint's is taken for meta: it has
// no name or one that is given it by mistake, or the members of meta are in it.
func (f *facts) mayBeMeta(p *Part) bool {
	members := text.ParseMembers(p.Content)
	if members == nil || p.Name == "" || isMetaName(p.Name, f.ep.MetaPart) {
		return members != nil
	}
	for _, name := range []string{f.ep.NameField, f.ep.DigestField} {
		if name != "" && text.MemberText(members, name) == "" {
			return false
		}
	}
	return f.ep.DigestField != "" && !slices.ContainsFunc(f.ep.Fields, func(x wxup.Field) bool { return x.Part == p.Name })
}

// mayBeFile reports whether a part with another name than the endpoint's is taken for the file:
// there is no other.
func (f *facts) mayBeFile(name string) bool {
	return name != f.ep.MetaPart && !slices.ContainsFunc(f.parts, func(p Part) bool { return p.Name == f.ep.FilePart && !f.fileIsElsewhere(&p) })
}

// fileIsElsewhere reports whether a part with the file's name is a short text, such as a path, and
// another part holds the file, under another name.
func (f *facts) fileIsElsewhere(p *Part) bool {
	return !p.HasFilename && p.Size < 512 && slices.ContainsFunc(f.parts, func(o Part) bool {
		return o.HasFilename && o.Name != f.ep.FilePart && o.Name != f.ep.MetaPart && media.Sniff(o.Content[:min(len(o.Content), media.SniffLen)]) != media.Unknown
	})
}

// readForm reads the parts from a body.
func (f *facts) readForm(body []byte, contentType string) {
	f.formErr = nil
	r, err := form.NewReader(bytes.NewReader(body), contentType, form.Limits{})
	if err != nil {
		f.formErr = err
		return
	}
	for {
		p, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			f.formErr = err
			break
		}
		n, err := p.WriteTo(io.Discard)
		content := body[p.Offset : p.Offset+n : p.Offset+n] // not a copy
		f.parts = append(f.parts, Part{
			Name: p.Name, Filename: p.Filename, HasFilename: p.HasFilename, FilenameStar: p.FilenameStar,
			ContentType: p.ContentType, Header: p.Header, Content: content, Size: n,
		})
		if err != nil {
			f.formErr = err
			f.parts[len(f.parts)-1].Size++ // there was to be more
			break
		}
	}
	f.warnings = r.Warnings()
}

// boundaryOf returns the boundary in the Content-Type, or else in the first line of the body.
func boundaryOf(contentType string, body []byte) string {
	_, rest, _ := strings.Cut(contentType, ";")
	for pair := range strings.SplitSeq(rest, ";") {
		name, value, _ := strings.Cut(pair, "=")
		if strings.EqualFold(strings.TrimSpace(name), "boundary") {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	line, _, _ := bytes.Cut(body[:min(len(body), 200)], []byte("\n"))
	if b, ok := bytes.CutPrefix(bytes.TrimRight(line, "\r"), []byte("--")); ok {
		return string(b)
	}
	return ""
}

// formats lists the formats that the endpoint accepts.
func (f *facts) formats() (list []media.Format) {
	for _, a := range f.ep.Accepts {
		list = append(list, a.Format)
	}
	return list
}

// field returns the value of the first text part with a name.
func (f *facts) field(name string) (string, bool) {
	for _, x := range f.fields {
		if x.Name == name {
			return x.Value, true
		}
	}
	return "", false
}

// query returns the values of a parameter of the query, not decoded.
func (f *facts) query(name string) (values []string) {
	_, query, _ := strings.Cut(f.Target, "?")
	for pair := range strings.SplitSeq(query, "&") {
		if key, value, ok := strings.Cut(pair, "="); ok && key == name {
			values = append(values, value)
		}
	}
	return values
}

// member returns the value of a member of meta that is a text; "" if name is "".
func (f *facts) member(name string) string {
	if name == "" {
		return ""
	}
	return text.MemberText(f.members, name)
}

// metaName returns the file's name in meta.
func (f *facts) metaName() string { return f.member(f.ep.NameField) }

// sentDigest returns the digest that the form claims the file has.
func (f *facts) sentDigest() string {
	if f.ep.MetaPart != "" {
		return f.member(f.ep.DigestField)
	}
	sent, _ := f.field(f.ep.DigestField)
	return sent
}

// headers returns the headers that have a value, sorted by name so that a report is the same each
// time.
func (f *facts) headers() (list []text.Field) {
	for name, values := range f.Header {
		if len(values) > 0 {
			list = append(list, text.Field{Name: name, Value: values[0]})
		}
	}
	slices.SortFunc(list, func(a, b text.Field) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// partNames lists the names of the parts.
func (f *facts) partNames() string {
	var names []string
	for _, p := range f.parts {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

// unknown returns the first of the request's unknown texts that is in one of texts, or "".
func (f *facts) unknown(texts ...string) string { return firstIn(f.Unknown, texts...) }

// firstIn returns the first of list, without empty ones, that is in one of texts, or "".
func firstIn(list []string, texts ...string) string {
	for _, u := range list {
		for _, text := range texts {
			if u != "" && strings.Contains(text, u) {
				return u
			}
		}
	}
	return ""
}

// textForm returns the form for package text.
func (f *facts) textForm() text.Form {
	form := text.Form{Body: f.Body, Boundary: f.boundary, File: -1}
	for i := range f.parts {
		p := &f.parts[i]
		if p == f.file {
			form.File = i
		}
		form.Parts = append(form.Parts, text.Part{
			Name: p.Name, Filename: p.Filename, HasFilename: p.HasFilename, Header: p.Header, Content: p.Content, Whole: p.whole(),
		})
	}
	return form
}
