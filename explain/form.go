package explain

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/form"
)

// judgeForm says what is wrong with the form: why it could not be read, which parts it lacks, and
// what the real service is known not to understand.
func judgeForm(f *facts, d *draft) {
	if n := f.Header.Get("Content-Length"); strings.Trim(n, "0123456789") != "" {
		d.find("http.content_length", text.Visible(n, 30), "Content-Length: "+text.Visible(n, 30))
	}
	if f.Unread {
		if f.Header.Get("Content-Length") == "0" {
			d.find("form.empty_body", "", "Content-Length: 0")
		}
		return
	}
	for _, x := range f.faults {
		d.find(x.cause, x.value, string(f.Body[:min(len(f.Body), 120)]))
	}
	if types := f.Header["Content-Type"]; len(types) > 1 {
		d.find("form.type_twice", "", "Content-Type: "+strings.Join(types, "\nContent-Type: "))
	}
	if bytes.HasPrefix(f.Body, []byte(text.BOM+"--")) {
		d.find("form.bom", "", string(f.Body[:min(40, len(f.Body))]))
	}
	for _, p := range f.parts {
		if p.Name == f.ep.MetaPart && p.Name != "" && bytes.HasPrefix(p.Content, []byte("\r\n")) {
			d.find("form.blank_line", p.Name, string(p.Header)+"\r\n"+string(p.Content))
		}
	}
	for _, p := range f.parts {
		if privateKey.Match(p.Content[:min(len(p.Content), 512)]) {
			d.find("form.private_key", text.Visible(p.Name, 40), "-----BEGIN … PRIVATE KEY-----")
		}
	}
	formError(f, d)
	formWarnings(f, d)
	judgeParts(f, d)
	judgeJSONParts(f, d)
	if f.ep.MetaPart != "" {
		judgeMetaPart(f, d)
	}
}

// formWarnings names what is odd about a form that was read all the same.
func formWarnings(f *facts, d *draft) {
	for _, w := range f.warnings {
		switch w.ID {
		case form.WarnQuotedBoundary, form.WarnTransferEncoding, form.WarnSingleQuotes, form.WarnNotUTF8:
			d.remark("form."+strings.ReplaceAll(string(w.ID), "-", "_"), w.Detail, w.String())
		case form.WarnNoBoundary: // whether the real service copes is not known
			if f.ep.MetaPart == "" && !d.report.Has("form.type_semicolon") {
				d.suspect("form.no_boundary", "", f.Header.Get("Content-Type"))
			}
		}
	}
}

// formError names why the form could not be read.
func formError(f *facts, d *draft) {
	var err *form.Error
	if !errors.As(f.formErr, &err) || packed(f, d) {
		return
	}
	contentType := f.Header.Get("Content-Type")
	if err.Cause == form.ErrNotMultipart {
		switch lower := strings.ToLower(contentType); {
		case strings.HasPrefix(lower, "multipart/"):
			d.find("form.other_multipart", contentType, "Content-Type: "+contentType)
		case contentType == "":
			d.find("form.no_content_type", "", "")
		default:
			d.find("form.not_multipart", contentType, "Content-Type: "+contentType)
		}
		return
	}
	if err.Cause == form.ErrParameter && err.Part == 0 {
		d.find("form.type_parameter", "", "Content-Type: "+contentType)
		return
	}
	if n := f.Header["Content-Length"]; err.Cause == form.ErrEmpty && !f.Chunked {
		d.find("form.empty_body", "", "Content-Length: "+strings.Join(n, ", "))
		return
	}
	id := "form." + strings.ReplaceAll(string(err.Cause), "-", "_")
	if err.Cause == form.ErrDelimiter || err.Cause == form.ErrLineEnds {
		if printed := f.outputBefore(); printed != "" {
			d.find("form.output", printed, err.Error())
			return
		}
	}
	if isCause(id) {
		d.find(id, "", err.Error())
	}
}

// packed recognizes a form that cannot be read because the whole body was compressed or encoded.
func packed(f *facts, d *draft) bool {
	if len(f.parts) > 0 {
		return false
	}
	if bytes.HasPrefix(f.Body, []byte("\x1F\x8B")) {
		d.find("form.compressed", "gzip", fmt.Sprintf("% X", f.Body[:min(12, len(f.Body))]))
		return true
	}
	if isForm(decoded(f.Body)) {
		d.find("form.base64", "", string(f.Body[:min(80, len(f.Body))]))
		return true
	}
	for _, x := range []struct {
		cause, how string
		start      []byte
	}{
		{"form.compressed", "zlib", inflated(f.Body)}, {"form.compressed", "deflate", plainDeflate(f.Body)},
		{"form.encoded", "hex", hexStart(f.Body)}, {"form.encoded", "JSON", jsonStart(f.Body)}, {"form.encoded", "UTF-16", []byte(utf16Text(f.Body[:min(len(f.Body), 512)&^1]))},
	} {
		if isForm(x.start) {
			d.find(x.cause, x.how, fmt.Sprintf("% X", f.Body[:min(12, len(f.Body))]))
			return true
		}
	}
	return false
}

// isForm reports whether a text begins as a form does.
func isForm(start []byte) bool {
	return bytes.HasPrefix(start, []byte("--")) && bytes.Contains(bytes.ToLower(start[:min(len(start), 512)]), []byte("content-disp"))
}

// hexStart returns the beginning of what is written in hex.
func hexStart(b []byte) []byte {
	b = b[:min(len(b), 512)&^1]
	out := make([]byte, len(b)/2)
	n, _ := hex.Decode(out, b)
	return out[:n]
}

// jsonStart returns the beginning of a text that is a string of JSON.
func jsonStart(b []byte) []byte {
	if !bytes.HasPrefix(b, []byte(`"--`)) {
		return nil
	}
	return b[1:min(len(b), 512)]
}

// judgeParts says which parts occur twice, and what is wrong with the name of the file part.
func judgeParts(f *facts, d *draft) {
	if f.formErr != nil && len(f.parts) == 0 {
		return
	}
	seen := map[string]int{}
	for _, p := range f.parts {
		seen[p.Name]++
		if seen[p.Name] == 2 && p.Name != "" {
			d.find("form.part_twice", p.Name, string(p.Header))
		}
	}
	switch {
	case f.file == nil && f.formErr == nil && slices.ContainsFunc(f.parts, func(p Part) bool { return p.Name == "" }):
		d.find("form.no_name", f.ep.FilePart, f.partNames())
		return
	case f.file == nil && f.formErr == nil && f.Method != "GET" && (len(f.parts) > 0 || len(f.Body) > 0):
		d.find("form.no_file", f.ep.FilePart, f.partNames())
		return
	case f.file == nil:
		return
	case f.file.Name != f.ep.FilePart && !(f.ep.FilePart == "media" && f.file.Name == "buffer" && f.ep.DigestField == ""):
		d.find("form.part_name", fmt.Sprintf("%s → %s", text.Visible(f.file.Name, 40), f.ep.FilePart), string(f.file.Header))
	}
	if !f.ep.TakesType(f.file.ContentType) {
		d.find("form.part_type", "", string(f.file.Header))
	}
	judgeFileName(f, d)
}

// judgeFileName judges the filename of the file part.
func judgeFileName(f *facts, d *draft) {
	p := f.file
	header := strings.TrimSpace(string(p.Header))
	content := strings.TrimSpace(string(p.Content[:min(len(p.Content), 512)]))
	switch {
	case !p.HasFilename && (strings.HasPrefix(content, "@") || strings.HasPrefix(content, "/") && !strings.Contains(content, "\n") || isPath(content)):
		d.find("form.path_text", text.Visible(content, 60), content)
	case !p.HasFilename:
		d.find("form.no_filename", p.Name, header)
	case p.FilenameStar:
		d.remark("form.filename_star", "", header)
	case p.Filename == "":
		d.find("form.no_filename", p.Name, header)
	case path.Ext(form.Base(strings.ReplaceAll(p.Filename, " ", ""))) == "" && f.metaName() == "":
		d.find("form.no_extension", p.Filename, header)
	}
}

// judgeJSONParts judges the parts other than meta that hold a JSON object, such as description.
func judgeJSONParts(f *facts, d *draft) {
	for _, x := range f.ep.Fields {
		if x.Part == "" || x.Part == f.ep.MetaPart || !x.Required || f.formErr != nil {
			continue
		}
		value, ok := f.field(x.Part)
		members := text.ParseMembers([]byte(value))
		switch {
		case !ok:
			d.find("form.json_missing", x.Part, f.partNames())
		case members == nil && !misspeltJSON(d, value, value):
			d.find("form.json_broken", x.Part+"="+text.Visible(value, 40), value)
		case members != nil && text.MemberText(members, x.Name) == "":
			d.find("form.json_member", x.Part+"."+x.Name, value)
		}
	}
}
