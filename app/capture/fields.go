package capture

import (
	"bytes"
	"strings"

	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/form"
)

// formField is one field of a form of which only the fields are known.
type formField struct {
	name        string
	filename    string
	hasFilename bool
	contentType string   // "" leaves the header out
	header      []string // further header lines
	content     []byte
	unknown     bool // there was content, but it is not known
}

// noBoundary stands where the boundary would be that curl makes up for every request: 24 dashes and
// 16 hex digits.
const noBoundary = "------------------------0000000000000000"

var percentEscapes = strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A")

// write writes a field as curl and browsers do.
//
//	Content-Disposition: form-data; name="file"; filename="a%22b.jpg"
//	Content-Type: image/jpeg
//
// If a -H has made another type of the whole, curl writes attachment in place of form-data.
func (f *formField) write(b *bytes.Buffer, disposition string, escapes *strings.Replacer) {
	b.WriteString("Content-Disposition: " + disposition)
	if f.name != "" {
		b.WriteString(`; name="` + escapes.Replace(f.name) + `"`)
	}
	if f.hasFilename {
		b.WriteString(`; filename="` + escapes.Replace(f.filename) + `"`)
	}
	b.WriteString("\r\n")
	if f.contentType != "" {
		b.WriteString("Content-Type: " + f.contentType + "\r\n")
	}
	for _, line := range f.header {
		b.WriteString(line + "\r\n")
	}
	b.WriteString("\r\n")
	b.Write(f.content)
}

// giveFields gives the request the parts that the fields make, read as a server would read them
// with the Content-Type that was sent. The body stays nil, for not every byte of it is known.
func (s *Saved) giveFields(fields []formField, escapes *strings.Replacer) {
	q := &s.Request
	contentType := q.Header.Get("Content-Type")
	boundary := boundaryOf(contentType)
	disposition := "form-data"
	if !isForm(contentType) {
		disposition = "attachment"
	}
	if _, err := form.NewReader(nil, contentType, form.Limits{}); err != nil || boundary == "" {
		q.FormErr = err
		boundary = noBoundary
		contentType = "multipart/form-data; boundary=" + boundary
	}

	size := 0
	for i := range fields {
		size += len(fields[i].content) + 512
	}
	b := bytes.NewBuffer(make([]byte, 0, size))
	for i := range fields {
		b.WriteString("--" + boundary + "\r\n")
		fields[i].write(b, disposition, escapes)
		b.WriteString("\r\n")
	}
	b.WriteString("--" + boundary + "--\r\n")

	parts, warnings, err := readForm(contentType, b.Bytes())
	for i := range parts {
		if fields[i].unknown {
			parts[i].Content, parts[i].Size = nil, -1
		}
	}
	q.Body, q.Parts, q.FormWarnings = nil, parts, warnings
	if q.FormErr == nil {
		q.FormErr = err
	}
	if q.Parts == nil {
		q.Parts = []explain.Part{}
	}
}
