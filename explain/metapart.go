package explain

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/form"
)

// judgeMetaPart says why there is no meta, or none that the real service reads.
func judgeMetaPart(f *facts, d *draft) {
	for _, p := range f.parts {
		if p.Name == f.ep.MetaPart && p.HasFilename {
			d.remark("form.meta_filename", p.Filename, string(p.Header))
		}
	}
	if f.stray != "" {
		d.find("form.meta_stray", text.Visible(f.stray, 30), f.stray+string(f.meta))
	}
	if p := f.misnamed; p != nil && p.Name == "" {
		d.find("form.no_name", f.ep.MetaPart, string(p.Header))
	} else if p != nil {
		d.find("form.meta_name", text.Visible(p.Name, 40)+" → "+f.ep.MetaPart, string(p.Header))
	}
	if !f.hasMeta {
		if f.formErr != nil && len(f.parts) == 0 {
			return
		}
		for _, p := range f.parts {
			if p.Name == f.ep.MetaPart && !p.whole() {
				return // it is there, but only a part of it is known
			}
			if isMetaName(p.Name, f.ep.MetaPart) && !strings.Contains(p.Name, "[") && strings.HasPrefix(strings.TrimSpace(string(p.Content)), "{") {
				d.find("form.meta_name", p.Name+" → "+f.ep.MetaPart, string(p.Header))
				return
			}
		}
		var have []string
		for _, p := range f.parts {
			if p.Name == f.ep.NameField || p.Name == f.ep.DigestField || strings.HasPrefix(p.Name, "meta[") || strings.HasPrefix(p.Name, "meta.") {
				have = append(have, p.Name)
			}
		}
		if len(have) > 0 {
			d.find("form.meta_spread", strings.Join(have, ", "), f.partNames())
			return
		}
		d.find("form.no_meta", "", f.partNames())
		return
	}
	judgeMeta(f, d)
}

// judgeMeta judges the text in the meta part.
func judgeMeta(f *facts, d *draft) {
	if len(f.meta) == 0 {
		d.find("form.meta_empty", "", "")
		return
	}
	if d.report.Has("form.private_key") && privateKey.Match(f.meta) {
		return
	}
	if len(f.meta) > text.FieldMax {
		return // it is too long to be read
	}
	if f.members == nil {
		brokenMeta(f, d)
		return
	}
	if f.plain == nil && !utf8.Valid(f.meta) {
		d.find("form.meta_charset", text.Visible(notUTF8(f.meta), 8), string(f.meta))
	}
	seen := map[string]bool{}
	for _, m := range f.members {
		if seen[m.Name] {
			d.find("form.meta_member_twice", m.Name, string(f.meta))
		}
		seen[m.Name] = true
		if inner := text.ParseMembers([]byte(strings.Trim(m.Raw, "[] \t\r\n"))); !m.IsText && text.MemberText(inner, f.ep.DigestField) != "" && f.member(f.ep.DigestField) == "" {
			d.find("form.meta_nested", m.Name, string(f.meta))
			return
		}
		if inner := text.ParseMembers([]byte(m.Value)); m.IsText && text.MemberText(inner, f.ep.DigestField) != "" && f.member(f.ep.DigestField) == "" {
			d.find("form.meta_nested", m.Name, string(f.meta))
			return
		}
	}
	var renamed []string
	for _, name := range []string{f.ep.NameField, f.ep.DigestField} {
		if name == "" || f.member(name) != "" {
			continue
		}
		if i := slices.IndexFunc(f.members, func(m text.Member) bool { return m.Name == name }); i >= 0 {
			if f.members[i].IsText {
				d.find("form.meta_empty_member", name, string(f.meta))
			} else {
				d.find("form.meta_member_type", name, string(f.meta))
			}
			continue
		}
		other := ""
		for _, m := range f.members {
			if m.Name != name && m.IsText && likeMember(f, name, squeeze(m.Name)) {
				other = m.Name
			}
		}
		if other != "" {
			renamed = append(renamed, other+" → "+name)
		} else {
			d.find("form.meta_member", name, string(f.meta))
		}
	}
	if len(renamed) > 0 {
		d.find("form.meta_member_name", strings.Join(renamed, ", "), string(f.meta))
	}
	if f.file == nil || f.ep.NameField == "" {
		return
	}
	in, out := f.metaName(), f.file.Filename
	if d.report.Has("v3.charset.gbk_sent") || d.report.Has("v3.charset.question_marks_sent") {
		return // which is why the names differ
	}
	if bare := strings.TrimSpace(in); bare != in && bare != "" {
		d.find("form.name_blanks", text.Visible(strings.Replace(in, bare, "…", 1), 20), string(f.meta))
		in = bare
	}
	if f.gbk != nil && in != "" && in != out {
		if b, ok := f.gbk(out); ok && string(b) == in {
			d.find("form.meta_gbk", text.Visible(in, 40)+" → "+text.Visible(out, 40), string(f.meta))
			return
		}
	}
	if in != "" && (f.plain != nil || utf8.Valid(f.meta)) && f.unknown(in, out) == "" && f.file.HasFilename && in != out && in != form.Base(out) && form.Base(in) != out {
		d.remark("form.name_mismatch", text.Visible(in, 60)+" ≠ "+text.Visible(out, 60), string(f.file.Header))
	}
}

// metaPlaceholders are templates for meta.
var metaPlaceholders = []string{"{meta}", "{{meta}}", "${meta}", "$meta", "meta", "<meta>", "{metaJson}"}

// brokenMeta says why meta is not a JSON object.
func brokenMeta(f *facts, d *draft) {
	bare := strings.TrimSpace(strings.TrimPrefix(string(f.meta), text.BOM))
	if seen := strings.Map(func(r rune) rune {
		if strings.ContainsRune(text.Invisible, r) {
			return -1
		}
		return r
	}, bare); seen != bare && text.ParseMembers([]byte(seen)) != nil {
		at := strings.IndexAny(bare, text.Invisible)
		d.find("form.meta_invisible", text.Visible(bare[at:], 3), bare)
		return
	}
	if text.IsNothing(bare) || slices.ContainsFunc(metaPlaceholders, func(p string) bool { return p == bare }) {
		d.find("form.meta_placeholder", text.Visible(bare, 40), bare)
		return
	}
	for _, t := range slices.Concat(text.Transforms, text.RareTransforms) {
		if t.Kind != text.Decoded {
			continue
		}
		if inner := t.Apply(bare); inner != bare && text.ParseMembers([]byte(inner)) != nil {
			d.find("form.meta_encoded", cmp.Or(t.Name, text.Visible(bare, 12)), bare)
			return
		}
	}
	if inner := strings.ReplaceAll(bare, `\"`, `"`); inner != bare && text.ParseMembers([]byte(inner)) != nil {
		d.find("form.meta_encoded", `\"`, bare)
		return
	}
	if misspeltJSON(d, bare, bare) {
		return
	}
	names := []string{f.ep.NameField, f.ep.DigestField}
	if !slices.ContainsFunc(names, func(name string) bool { return name != "" && !strings.Contains(bare, name) }) {
		d.find("json.printed", d.secrets.visible(bare, 24), bare)
		return
	}
	var syntax *json.SyntaxError
	err := json.Unmarshal([]byte(bare), new(map[string]any))
	if !strings.HasPrefix(bare, "{") || !errors.As(err, &syntax) {
		d.find("form.meta_not_json", "", string(f.meta))
		return
	}
	at := int(syntax.Offset)
	near := text.Visible(bare[max(0, at-12):min(len(bare), at+4)], 20)
	d.find("form.meta_broken", fmt.Sprintf("%d, …%s…", at, near), string(f.meta))
}

// misspeltJSON says what JSON does not allow in a text that can be read as an object all the same.
// It reports whether it said anything.
func misspeltJSON(d *draft, bare, fact string) bool {
	flaws, ok := text.LooseJSON(bare)
	if !ok || len(flaws) == 0 {
		return false
	}
	has := func(cause string) bool {
		return slices.ContainsFunc(flaws, func(f text.Flaw) bool { return f.Cause == cause })
	}
	if has("json.unquoted") && (has("json.separator") || has("json.head")) {
		d.find("json.printed", d.secrets.visible(bare, 16), fact)
		return true
	}
	for _, f := range flaws {
		d.find(f.Cause, f.Value, fact)
	}
	return true
}

// likeMember reports whether a squeezed name is one that the member name is given by mistake.
func likeMember(f *facts, name, have string) bool {
	switch {
	case have == squeeze(name):
		return true
	case name == f.ep.DigestField && distance(have, squeeze(name), 2) > 1:
		return have == "sha256" || have == "hash" || have == "digest" || have == "sha" || have == "filedigest" || have == "filesha256" || have == "md5" || have == "sha1" || have == "mediahash" || have == "filehash"
	}
	return name == f.ep.NameField && have == "name" || distance(have, squeeze(name), 2) == 1
}

// squeeze returns a name without what people write differently.
func squeeze(name string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(name))
}

// notUTF8 returns the first bytes of b that are not UTF-8.
func notUTF8(b []byte) string {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			return string(b[:min(2, len(b))])
		}
		b = b[n:]
	}
	return ""
}
