package explain

import (
	"bytes"
	"encoding/json"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/media"
)

// evidence is one request under examination: what it says, put in order, and what was found so far.
type evidence struct {
	*Request
	known *Known
	ep    Endpoint

	parts    []Part
	formErr  error
	warnings []form.Warning
	boundary string

	file   *Part
	meta   []byte // raw; nil if none was found
	fields []field

	digests map[string][]byte // of the file
	begun   *begunDigest      // the digest that was sent, looked for on the way to the right one
	secrets []string          // never shown
	spent   int64             // bytes hashed, a call counted as callCost
	report  Report
}

// field is a text part of the form, in the order in which they came.
type field struct{ name, value string }

const (
	callCost  = 300 // what one more call of a hash costs, in bytes hashed
	fieldMost = 16 << 10
)

func examine(req *Request, known *Known, ep Endpoint) *evidence {
	if known == nil {
		known = &Known{}
	}
	e := &evidence{Request: req, known: known, ep: req.Endpoint, parts: req.Parts, formErr: req.FormErr, warnings: req.FormWarnings}
	if e.ep.FilePart == "" {
		path := e.ep.Path
		e.ep = ep
		e.ep.Path = path
	}
	if len(e.ep.Formats) == 0 {
		e.ep.Formats = ep.Formats
	}
	e.boundary = boundaryOf(req.Header.Get("Content-Type"), req.Body)
	switch {
	case req.Method == "GET": // a call without a form signs its body, which is empty
		e.meta = req.Body
	case e.parts == nil && req.Body != nil:
		e.readForm()
	}
	for i := range e.parts {
		p := &e.parts[i]
		switch {
		case p.Name == e.ep.MetaPart && p.Name != "" && e.meta == nil && p.whole():
			e.meta = nonNil(p.Content)
		case e.file == nil && (p.Name == e.ep.FilePart || p.HasFilename && e.wants(p.Name)):
			e.file = p
		}
		if !p.HasFilename && p.whole() && len(p.Content) <= fieldMost {
			e.fields = append(e.fields, field{p.Name, string(p.Content)})
		}
	}
	e.gatherSecrets()
	return e
}

// wants reports whether a part of another name than the endpoint's is taken for the file: nobody else is.
func (e *evidence) wants(name string) bool {
	for _, p := range e.parts {
		if p.Name == e.ep.FilePart {
			return false
		}
	}
	return name != e.ep.MetaPart
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// readForm reads the parts out of the body.
func (e *evidence) readForm() {
	e.formErr = nil
	r, err := form.NewReader(bytes.NewReader(e.Body), e.Header.Get("Content-Type"), form.Limits{})
	if err != nil {
		e.formErr = err
		return
	}
	at := 0 // in the body: the contents are parts of it, not copies
	for {
		p, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			e.formErr = err
			break
		}
		n, err := p.WriteTo(io.Discard)
		at += bytes.Index(e.Body[at:], p.Header) + len(p.Header) + len("\r\n")
		content := e.Body[at : at+int(n) : at+int(n)]
		at += int(n)
		e.parts = append(e.parts, Part{
			Name: p.Name, Filename: p.Filename, HasFilename: p.HasFilename, FilenameStar: p.FilenameStar,
			ContentType: p.ContentType, Header: p.Header, Content: content, Size: int64(len(content)),
		})
		if err != nil {
			e.formErr = err
			e.parts[len(e.parts)-1].Size++ // there was to be more
			break
		}
	}
	e.warnings = r.Warnings()
}

// boundaryOf is the boundary that the Content-Type names, or that the body's first line does.
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

// gatherSecrets lists what must not be seen in a proof.
func (e *evidence) gatherSecrets() {
	add := func(s string) { e.addSecret(s) }
	merchants := e.known.Others
	if e.known.Merchant != nil {
		merchants = append([]*Merchant{e.known.Merchant}, merchants...)
	}
	for _, m := range merchants {
		add(m.APIv2Key)
		add(m.APIv3Key)
	}
	for _, t := range e.known.Tokens {
		add(t.Value)
	}
	_, query, _ := strings.Cut(e.Target, "?")
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if lower := strings.ToLower(name); strings.Contains(lower, "token") || strings.Contains(lower, "secret") || strings.Contains(lower, "key") {
			add(value)
			if plain, err := url.QueryUnescape(value); err == nil {
				add(plain)
			}
		}
	}
}

// addSecret notes what must not be seen. What is shorter guards nothing, and would make holes in other texts.
func (e *evidence) addSecret(s string) {
	if len(s) >= 6 && len(e.secrets) < 200 {
		e.secrets = append(e.secrets, s)
	}
}

// mask takes the secrets out of a text that is to be shown.
func (e *evidence) mask(text string) string {
	for _, s := range e.secrets {
		if strings.Contains(text, s) {
			text = strings.ReplaceAll(text, s, "***")
		}
	}
	return text
}

// headerNames lists the names of the headers that have a value, sorted, so that a report is the same each time.
func (e *evidence) headerNames() []string {
	var names []string
	for name, values := range e.Header {
		if len(values) > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (e *evidence) field(name string) (string, bool) {
	for _, f := range e.fields {
		if f.name == name {
			return f.value, true
		}
	}
	return "", false
}

// unknown gives the first of the request's unknown texts that stands in one of these; "" if there is none.
func (e *evidence) unknown(texts ...string) string {
	for _, u := range e.Unknown {
		for _, text := range texts {
			if u != "" && strings.Contains(text, u) {
				return u
			}
		}
	}
	return ""
}

// unjudged tells that something could not be judged, because it holds a text that is not known. Of that text a name is
// shown, but no command: $TOKEN, $….
func (e *evidence) unjudged(what Words, unknown string) {
	shown := unknown
	if i := strings.IndexFunc(unknown, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("$%{}_", r))
	}); i >= 0 {
		shown = unknown[:i] + "…"
	}
	shown = visible(shown, 40)
	e.ruledOut(Words{what.EN + ": what " + shown + " stands for is not known, so it is not judged", what.ZH + "：" + shown + " 的实际值未知，不作判断"})
}

// find adds a finding whose proof stands in the request.
func (e *evidence) find(cause, value, fact string) {
	if e.unknown(fact) != "" {
		return
	}
	e.add(cause, value, Proof{Kind: ProofFact, Fact: visible(e.mask(fact), 200)})
}

func (e *evidence) add(cause, value string, proof Proof) {
	if !e.report.Has(cause) {
		e.report.Findings = append(e.report.Findings, Finding{Cause: cause, Value: e.mask(value), Proof: proof})
	}
}

func (e *evidence) ruledOut(n Words) { e.report.RuledOut = append(e.report.RuledOut, n) }
func (e *evidence) check(n ...Words) { e.report.Check = append(e.report.Check, n...) }

// spend counts a hash over n bytes.
func (e *evidence) spend(n int) {
	e.report.Work++
	e.spent += int64(n) + callCost
}

// affords reports whether a hash over n bytes is still within the budget.
func (e *evidence) affords(n int) bool {
	budget := e.known.Budget
	if budget == 0 {
		budget = DefaultBudget
	}
	return e.spent+int64(n)+callCost <= budget
}

// metaFields reads the members of meta that are texts; nil if it is no JSON object.
func (e *evidence) metaFields() map[string]string {
	var raw map[string]json.RawMessage
	if json.Unmarshal(bytes.TrimPrefix(e.meta, []byte(bom)), &raw) != nil {
		return nil
	}
	fields := map[string]string{}
	for name, text := range raw {
		var value string
		if json.Unmarshal(text, &value) == nil {
			fields[name] = value
		}
	}
	return fields
}

// The endpoints' usual names, for requests that bring none.
var (
	usualV3 = Endpoint{FilePart: "file", MetaPart: "meta", NameField: "filename", DigestField: "sha256", Digest: media.SHA256,
		Formats: []media.Format{media.JPEG, media.BMP, media.PNG}}
	usualV2 = Endpoint{FilePart: "media", DigestField: "media_hash", Digest: media.MD5,
		Formats: []media.Format{media.JPEG, media.BMP, media.PNG}}
	usualAccount = Endpoint{FilePart: "media", Formats: []media.Format{media.JPEG, media.PNG}}
)
