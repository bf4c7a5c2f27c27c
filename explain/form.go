package explain

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/wxup/wxup/form"
)

// form says what is wrong with the form as a form: why it could not be read, which parts it lacks, and what the real
// service is known not to understand.
func (e *evidence) form() {
	if e.Unread {
		return
	}
	if types := e.Header["Content-Type"]; len(types) > 1 {
		e.find("form.type_twice", "", "Content-Type: "+strings.Join(types, "\nContent-Type: "))
	}
	e.formError()
	for _, w := range e.warnings {
		switch w.ID {
		case form.WarnQuotedBoundary, form.WarnTransferEncoding, form.WarnSingleQuotes, form.WarnNotUTF8:
			e.find("form."+strings.ReplaceAll(string(w.ID), "-", "_"), w.Detail, w.String())
		case form.WarnNoBoundary:
			// Whether the real service copes is not known: it is said where nothing else was found.
			if len(e.report.Findings) == 0 && !e.report.Verified || e.ep.MetaPart == "" {
				e.find("form.no_boundary", "", e.Header.Get("Content-Type"))
			}
		}
	}
	e.parted()
	if e.ep.MetaPart != "" {
		e.metaPart()
	}
}

// formError names why the form could not be read.
func (e *evidence) formError() {
	var f *form.Error
	if !errors.As(e.formErr, &f) || e.packed() {
		return
	}
	contentType := e.Header.Get("Content-Type")
	if f.Cause == form.ErrNotMultipart {
		switch lower := strings.ToLower(contentType); {
		case strings.HasPrefix(lower, "multipart/"):
			e.find("form.other_multipart", contentType, "Content-Type: "+contentType)
		case contentType == "":
			e.find("form.no_content_type", "", "")
		default:
			e.find("form.not_multipart", contentType, "Content-Type: "+contentType)
		}
		return
	}
	id := "form." + strings.ReplaceAll(string(f.Cause), "-", "_")
	if _, ok := causeTable[id]; ok {
		e.find(id, "", f.Error())
	}
}

// packed recognizes a form that nobody can read because the body as a whole was turned into something else.
func (e *evidence) packed() bool {
	if len(e.parts) > 0 {
		return false
	}
	if bytes.HasPrefix(e.Body, []byte("\x1F\x8B")) {
		e.find("form.compressed", "gzip", fmt.Sprintf("% X", e.Body[:min(12, len(e.Body))]))
		return true
	}
	if plain := decoded(e.Body); bytes.HasPrefix(plain, []byte("--")) && bytes.Contains(bytes.ToLower(plain), []byte("content-disposition:")) {
		e.find("form.base64", "", string(e.Body[:min(80, len(e.Body))]))
		return true
	}
	return false
}

// fileNames are names that the file's part is given by mistake.
func (e *evidence) parted() {
	if e.formErr != nil && len(e.parts) == 0 {
		return
	}
	seen := map[string]int{}
	for _, p := range e.parts {
		seen[p.Name]++
		if seen[p.Name] == 2 {
			e.find("form.part_twice", p.Name, string(p.Header))
		}
	}
	switch {
	case e.file == nil && len(e.parts) > 0:
		e.find("form.no_file", e.ep.FilePart, e.partNames())
		return
	case e.file == nil:
		return
	case e.file.Name != e.ep.FilePart && !(e.ep.FilePart == "media" && e.file.Name == "buffer" && e.ep.DigestField == ""):
		e.find("form.part_name", fmt.Sprintf("%s → %s", visible(e.file.Name, 40), e.ep.FilePart), string(e.file.Header))
	}
	e.fileName()
}

func (e *evidence) partNames() string {
	var names []string
	for _, p := range e.parts {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

// fileName judges the filename of the file's part.
func (e *evidence) fileName() {
	p := e.file
	header := strings.TrimSpace(string(p.Header))
	text := strings.TrimSpace(string(p.Content[:min(len(p.Content), 512)]))
	switch {
	case !p.HasFilename && (strings.HasPrefix(text, "@") || strings.HasPrefix(text, "/") && !strings.Contains(text, "\n") || isPath(text)):
		e.find("form.path_text", visible(text, 60), text)
	case !p.HasFilename:
		e.find("form.no_filename", p.Name, header)
	case p.FilenameStar:
		e.find("form.filename_star", "", header)
	case p.Filename == "":
		e.find("form.no_filename", p.Name, header)
	case path.Ext(form.Base(strings.ReplaceAll(p.Filename, " ", ""))) == "" && e.named() == "":
		e.find("form.no_extension", p.Filename, header)
	}
}

// isPath reports whether a text is nothing but the place of a picture.
func isPath(text string) bool {
	if len(text) > 300 || strings.ContainsAny(text, "\r\n\x00") {
		return false
	}
	switch strings.ToLower(path.Ext(text)) {
	case ".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tmp", ".webp":
		return true
	}
	return false
}

// named is the file's name in meta, where there is one.
func (e *evidence) named() string {
	if e.ep.NameField == "" || e.meta == nil {
		return ""
	}
	return e.metaFields()[e.ep.NameField]
}

// metaNames are names that the meta part is given by mistake.
var metaNames = map[string]bool{"metadata": true, "metainfo": true, "meta_info": true, "data": true, "json": true, "params": true, "body": true, "info": true, "file_meta": true, "media": true, "metas": true}

// metaPart says why there is no meta, or none that the real service reads.
func (e *evidence) metaPart() {
	for _, p := range e.parts {
		if p.Name == e.ep.MetaPart && p.HasFilename {
			e.find("form.meta_filename", p.Filename, string(p.Header))
		}
	}
	if e.meta == nil {
		if e.formErr != nil && len(e.parts) == 0 {
			return
		}
		for _, p := range e.parts {
			if p.Name == e.ep.MetaPart && !p.whole() {
				return // it is there, but not all of it is known
			}
			lower := strings.ToLower(strings.Trim(p.Name, ` "'`))
			if lower == e.ep.MetaPart || metaNames[lower] && strings.HasPrefix(strings.TrimSpace(string(p.Content)), "{") {
				e.find("form.meta_name", p.Name, string(p.Header))
				return
			}
		}
		var have []string
		for _, p := range e.parts {
			if p.Name == e.ep.NameField || p.Name == e.ep.DigestField || strings.HasPrefix(p.Name, "meta[") || strings.HasPrefix(p.Name, "meta.") {
				have = append(have, p.Name)
			}
		}
		if len(have) > 0 {
			e.find("form.meta_spread", strings.Join(have, ", "), e.partNames())
			return
		}
		e.find("form.no_meta", "", e.partNames())
		return
	}
	e.metaContent()
}

// metaContent judges the text in the meta part.
func (e *evidence) metaContent() {
	if len(e.meta) == 0 {
		e.find("form.meta_empty", "", "")
		return
	}
	fields := e.metaFields()
	if fields == nil {
		e.find("form.meta_not_json", "", string(e.meta))
		return
	}
	for _, name := range []string{e.ep.NameField, e.ep.DigestField} {
		if name == "" || fields[name] != "" {
			continue
		}
		other := ""
		for _, have := range slices.Sorted(maps.Keys(fields)) {
			if squeeze(have) == squeeze(name) || name == e.ep.DigestField && (squeeze(have) == "hash" || squeeze(have) == "digest" || squeeze(have) == "sha" || squeeze(have) == "filedigest") ||
				name == e.ep.NameField && squeeze(have) == "name" {
				other = have
			}
		}
		if other != "" {
			e.find("form.meta_member_name", other+" → "+name, string(e.meta))
		} else {
			e.find("form.meta_member", name, string(e.meta))
		}
	}
	if e.file == nil || e.ep.NameField == "" {
		return
	}
	in, out := fields[e.ep.NameField], e.file.Filename
	if in != "" && e.unknown(in, out) == "" && e.file.HasFilename && in != out && in != form.Base(out) && form.Base(in) != out {
		e.find("form.name_mismatch", visible(in, 60)+" ≠ "+visible(out, 60), string(e.file.Header))
	}
}

// squeeze is a name without what people write differently.
func squeeze(name string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(name))
}
