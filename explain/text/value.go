package text

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/wxup/wxup/form"
)

// emptyDigest is the SHA-256 of no bytes.
const emptyDigest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// values adds metas with other names and values: those that a program has at hand and mixes up.
type values struct {
	d    *Dimension
	s    *Source
	list []Member
	w    *rewriter

	changed []Member // a copy of list, to be changed

	brief bool // the rarest values are written in two styles
}

// near adds the likely ones.
func (v *values) near() {
	s := v.s
	digest, name := MemberText(v.list, s.DigestField), MemberText(v.list, s.NameField)
	v.replace(s.DigestField, strings.ToUpper(digest), "v3.meta.digest", "HEX")
	v.replace(s.DigestField, strings.ToLower(digest), "v3.meta.digest", "hex")
	if p := s.Form.file(); p != nil {
		if UTF8Twice(p.Filename) == name || UTF8Once(p.Filename) == name {
			v.replace(s.NameField, p.Filename, "v3.charset.utf8_twice", "")
		}
		if cause := s.lostCharset(p.Filename, name); cause != "" {
			v.replace(s.NameField, p.Filename, cause, "")
		}
		v.replace(s.NameField, p.Filename, "v3.meta.filename", p.Filename)
		if s.FileDigest != nil {
			v.replace(s.DigestField, hex.EncodeToString(s.FileDigest), "v3.meta.digest", s.Digest)
		}
	}
	v.replace(s.NameField, form.Base(name), "v3.meta.filename", form.Base(name))
}

// The names that the members of meta are given by mistake, as other APIs and the documentation
// write them.
var (
	nameNames   = []string{"filename", "fileName", "file_name", "Filename", "FileName", "FILENAME", "name", "file", "media_name", "file-name"}
	digestNames = []string{"sha256", "Sha256", "SHA256", "sha_256", "sha", "sha-256", "hash", "digest", "file_digest", "fileSha256", "md5", "file_sha256", "media_hash", "sign", "file_hash", "sha1", "checksum", "sum"}
)

var nameVariables, digestVariables = newVariables(nameNames[:3]...), newVariables(digestNames[:3]...)

// rare adds the others.
func (v *values) rare() {
	s := v.s
	digest, name := MemberText(v.list, s.DigestField), MemberText(v.list, s.NameField)
	v.replace(s.DigestField, "", "v3.meta.digest", `""`)
	if raw, err := hex.DecodeString(digest); err == nil && digest != "" {
		v.replace(s.DigestField, base64.StdEncoding.EncodeToString(raw), "v3.meta.digest", "base64")
	}
	if raw, err := base64.StdEncoding.DecodeString(digest); err == nil && len(raw) == 32 {
		v.replace(s.DigestField, hex.EncodeToString(raw), "v3.meta.digest", "hex")
	}
	suffix := path.Ext(name)
	for _, other := range []string{
		"", strings.ToLower(name), strings.ToUpper(name), strings.TrimSuffix(name, suffix), url.QueryEscape(name), url.PathEscape(name),
		ASCIIOnly(name), UTF8Twice(name), "your_file_name", "filea.jpg", "file", "image" + suffix, "blob", "upload" + suffix, "/" + name, "./" + name,
		strings.TrimSpace(name), strings.ReplaceAll(name, " ", "_"), strings.ReplaceAll(name, " ", "+"), strings.ReplaceAll(name, " ", "%20"),
	} {
		v.replace(s.NameField, other, "v3.meta.filename", other)
	}
	if plain, err := url.QueryUnescape(name); err == nil {
		v.replace(s.NameField, plain, "v3.meta.filename", plain)
	}
	swapped := slices.Clone(v.list)
	for i, m := range swapped {
		switch m.Name {
		case s.NameField:
			swapped[i].Value = digest
		case s.DigestField:
			swapped[i].Value = name
		}
	}
	v.styles(swapped, Flaw{"v3.meta.swapped", ""})
	v.replace(s.DigestField, emptyDigest, "v3.meta.digest", s.Digest+"(\"\")")
	padded := slices.Clone(v.list)
	for i := range padded {
		padded[i].Value = " " + padded[i].Value + " "
	}
	v.styles(padded, Flaw{"v3.meta.blanks_inside", ""})
	for i, m := range v.list { // a number as a text, and a text as a number
		changed := slices.Clone(v.list)
		if changed[i].IsText = !m.IsText; m.IsText {
			changed[i].Raw = m.Value
		} else {
			changed[i].Value = m.Raw
		}
		v.styles(changed, Flaw{"v3.meta.number_text", m.Name})
	}
	for i := range v.list { // without one member
		if len(v.list) > 1 {
			v.styles(slices.Concat(v.list[:i], v.list[i+1:]), Flaw{"v3.meta.member_missing", v.list[i].Name})
		}
	}
	if len(v.list) > 2 {
		var two []Member
		for _, m := range v.list {
			if m.Name == s.NameField || m.Name == s.DigestField {
				two = append(two, m)
			}
		}
		v.styles(two, Flaw{"v3.meta.member_missing", "…"})
	}
	for _, name := range nameNames {
		for _, digest := range digestNames {
			v.renamed(name, digest, "")
		}
	}
	v.renamed(" filename ", " sha256 ", " ") // the blanks that the typesetting of the documentation put into its sample
	if p := s.Form.file(); p != nil && p.Whole {
		for _, name := range []string{"size", "fileSize", "file_size", "filesize", "length"} {
			v.styles(append(slices.Clone(v.list), Member{Name: name, Raw: strconv.Itoa(len(p.Content))}), Flaw{"v3.meta.member_added", name})
		}
	}
	for _, m := range []Member{{Name: "media_id", Raw: "null"}, {Name: "media_id", IsText: true}, {Name: "sub_mchid", Raw: "null"}, {Name: "file", Raw: "null"}, {Name: "mchid", IsText: true, Value: s.MchID}} {
		v.styles(append(slices.Clone(v.list), m), Flaw{"v3.meta.member_added", m.Name})
		v.styles(append([]Member{m}, v.list...), Flaw{"v3.meta.member_added", m.Name})
	}
	v.styles(append(slices.Clone(v.list), Member{Name: "file", Raw: "{}"}), Flaw{"v3.meta.member_added", "file"})
}

// renamed adds meta with other names of its members, with pad around their values.
func (v *values) renamed(name, digest, pad string) {
	v.changed = append(v.changed[:0], v.list...)
	changed := v.changed
	for i, m := range changed {
		switch m.Name {
		case v.s.NameField:
			changed[i].Name = name
		case v.s.DigestField:
			changed[i].Name = digest
		}
		changed[i].Value = pad + m.Value + pad
	}
	v.styles(changed, Flaw{"v3.meta.key_names", strings.TrimSpace(name + ", " + digest)})
}

// rarer adds misprinted values of each member, the file's other digests and names, nothings that
// are not texts, and members that were added.
func (v *values) rarer() {
	s := v.s
	v.brief = true
	defer func() { v.brief = false }()
	for _, x := range []struct {
		name, cause string
		variables   variables
	}{{s.NameField, "v3.meta.filename", nameVariables}, {s.DigestField, "v3.meta.digest", digestVariables}} {
		value := MemberText(v.list, x.name)
		if x.name == "" || value == "" {
			continue
		}
		for _, n := range x.variables.placeholders() {
			v.replace(x.name, n, x.cause, n)
		}
		misprints(value, x.variables.names[:1], func(m misprint) { v.replace(x.name, m.text, x.cause, m.text) })
		for _, cut := range cuts(value) {
			v.replace(x.name, cut, x.cause, cut)
		}
		for _, raw := range []string{"null", "undefined", "None", "nil", "NaN", "true", "false", "{}", "[]", "0", ""} {
			v.raw(x.name, raw, x.cause)
		}
	}
	for _, other := range v.otherNames() {
		if cause := s.lostCharset(other, MemberText(v.list, s.NameField)); cause != "" {
			v.replace(s.NameField, other, cause, "")
			continue
		}
		v.replace(s.NameField, other, "v3.meta.filename", other)
	}
	for _, blank := range []string{"\u00A0", "\u3000", "\u2002", "\u202F"} {
		v.replace(s.NameField, strings.ReplaceAll(MemberText(v.list, s.NameField), " ", blank), "v3.meta.invisible", "")
	}
	for _, other := range s.otherDigests() {
		v.replace(s.DigestField, other.Value, "v3.meta.digest", other.Name)
	}
	for _, sample := range SampleDigests {
		v.replace(s.DigestField, sample, "v3.meta.digest", sample)
	}
	kind := s.fileType()
	size := strconv.Itoa(s.fileSize())
	for _, m := range slices.Concat([]Member{
		{Name: "size", Raw: size}, {Name: "fileSize", Raw: size}, {Name: "file_size", Raw: size}, {Name: "filesize", Raw: size}, {Name: "length", Raw: size}, {Name: "size", Value: size, IsText: true},
		{Name: "type", Value: kind, IsText: true}, {Name: "mime", Value: kind, IsText: true}, {Name: "content_type", Value: kind, IsText: true}, {Name: "contentType", Value: kind, IsText: true}, {Name: "mimetype", Value: kind, IsText: true},
		{Name: "mchid", Value: s.MchID, IsText: true}, {Name: "mch_id", Value: s.MchID, IsText: true}, {Name: "sub_mchid", Value: s.MchID, IsText: true}, {Name: "serial_no", Value: s.Serial, IsText: true},
		{Name: "timestamp", Value: s.Right[TimeLine], IsText: true}, {Name: "timestamp", Raw: s.Right[TimeLine]}, {Name: "nonce_str", Value: s.Right[NonceLine], IsText: true},
		{Name: "file", Raw: "null"}, {Name: "file", Raw: "{}"}, {Name: "file", Value: "", IsText: true}, {Name: "meta", Raw: "null"}, {Name: "md5", Value: "", IsText: true}, {Name: "description", Value: "", IsText: true},
		{Name: "media_type", Value: "image", IsText: true}, {Name: "mediaType", Value: "image", IsText: true}, {Name: "type", Value: "image", IsText: true}, {Name: "media_type", Value: kind, IsText: true}, {Name: "mime_type", Value: kind, IsText: true},
	}, missingMembers, s.addedMembers()) {
		v.styles(append(slices.Clone(v.list), m), Flaw{"v3.meta.member_added", m.Name})
		v.styles(append([]Member{m}, v.list...), Flaw{"v3.meta.member_added", m.Name})
	}
	for _, m := range v.list { // twice
		v.styles(append(slices.Clone(v.list), m), Flaw{"v3.meta.member_added", m.Name})
	}
}

// missingMembers are fields of a type that have no value and are serialized all the same.
var missingMembers = func() (list []Member) {
	for _, name := range []string{"filePath", "file_path", "path", "url", "content", "data", "bytes", "mediaId", "mediaType", "media_type", "size", "fileSize", "mchid", "subMchid", "md5", "description", "extra", "inputStream"} {
		list = append(list, Member{Name: name, Raw: "null"}, Member{Name: name, IsText: true})
	}
	return list
}()

// inCharsets adds meta in a style other than the one sent, in other charsets.
func (v *values) inCharsets(f style) {
	text, flaws := v.w.write(f)
	if v.s.GBK != nil && !isASCII(text) {
		if encoded, ok := v.s.GBK(text); ok {
			v.d.addAll(string(encoded), append(flaws[:len(flaws):len(flaws)], Flaw{"v3.charset.gbk", ""})...)
		}
	}
	for _, t := range slices.Concat(Transforms, RareTransforms) {
		if cause := metaCauses[t.Kind]; len(flaws) > 0 && (t.Kind >= Hashed || t.Kind == Encoded || t.Kind == Decoded) {
			v.d.addAll(t.Apply(text), append(flaws[:len(flaws):len(flaws)], Flaw{cause, t.Name})...)
		}
	}
}

// raw adds meta with a value that is not a text.
func (v *values) raw(name, raw, cause string) {
	changed := slices.Clone(v.list)
	for i := range changed {
		if changed[i].Name == name {
			changed[i].IsText, changed[i].Raw = false, raw
			v.styles(changed, Flaw{cause, raw})
		}
	}
}

// otherNames lists names that a program may have in place of the file's.
func (v *values) otherNames() (list []string) {
	name := MemberText(v.list, v.s.NameField)
	suffix := path.Ext(name)
	stem := strings.TrimSuffix(name, suffix)
	for _, other := range []string{".jpg", ".jpeg", ".png", ".bmp", ".gif", ".JPG", ".PNG", ".tmp", ".image", ".jpg.jpg", ".png.png", suffix + suffix, strings.ToUpper(suffix), strings.ToLower(suffix)} {
		list = append(list, stem+other)
	}
	for _, first := range []string{stem, titled(stem), strings.ToUpper(stem), strings.ToLower(stem)} {
		list = append(list, first+suffix, first+strings.ToUpper(suffix), first+strings.ToLower(suffix))
	}
	for _, dir := range []string{"/tmp/", "/", "./", "../", "C:\\", "c:\\", "C:\\fakepath\\", "C:\\img\\", "C:\\images\\", "D:\\", "D:\\images\\", "/home/user/", "/var/www/", "/var/tmp/", "/data/", "/uploads/", "uploads/", "/upload/", "upload/", "images/", "/images/", "img/", "image/", "files/", "tmp/", "public/", "static/", "assets/", "file://", "file:///tmp/", "@"} {
		list = append(list, dir+name)
	}
	list = append(list, "image", "photo", "picture", "img", "test", "1", "demo", "media", "tmp", "unknown", "untitled", "filea", "file_test.mp4", "example_filename", "filename", "上传图片", "图片"+suffix, "image"+suffix, "img"+suffix, "photo"+suffix, "pic"+suffix, "picture"+suffix,
		"test"+suffix, "demo"+suffix, "1"+suffix, "file"+suffix, "tmp"+suffix, "temp"+suffix, "logo"+suffix, "a"+suffix, "filea"+suffix, "example"+suffix, "photo.jpg", "image.jpg", "image.png", "test.jpg", "test.png", "upload.jpg", "1.jpg", "1.png",
		"php", "upload.tmp", "blob.png", suffix, strings.TrimPrefix(suffix, "."))
	if _, behind, ok := strings.Cut(name, "-"); ok {
		list = append(list, behind)
	}
	return append(list, strings.Map(safeRune, name), strings.ReplaceAll(name, "_", "-"), strings.ReplaceAll(name, "-", "_"), strings.ReplaceAll(name, " ", ""), strings.ReplaceAll(name, " ", "-"), strings.ReplaceAll(name, ".", "_"))
}

// safeRune writes a low line for what is not safe in a file name, with strings.Map.
func safeRune(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_' {
		return r
	}
	return '_'
}

// replace adds meta with another value of one member.
func (v *values) replace(name, value, cause, what string) {
	v.changed = append(v.changed[:0], v.list...)
	changed := v.changed
	for i := range changed {
		if changed[i].Name == name && changed[i].IsText && changed[i].Value != value {
			changed[i].Value = value
			v.styles(changed, Flaw{cause, what})
		}
	}
}

// styles adds a changed meta in the style that was sent and in the two commonest ones, in both
// orders.
func (v *values) styles(list []Member, flaw Flaw) {
	was := v.w.style
	orders := [][]Member{list}
	if !v.brief {
		orders = ordersOf(list)
	}
	for o := range min(2, len(orders)) {
		tried := [5]style{{o, was.spacing, was.escaping}, {o, 0, was.escaping}, {o, 1, was.escaping}, {o, 0, 0}, {o, 1, 2}}
		for i, f := range tried {
			if v.brief && i > 0 && i != 2 || slices.Contains(tried[:i], f) {
				continue
			}
			v.d.buf = appendObject(v.d.buf[:0], orders[f.order], &spacings[f.spacing], &escapings[f.escaping])
			if !v.d.wants(v.d.buf) {
				continue
			}
			text := string(v.d.buf)
			flaws := []Flaw{{flaw.Cause, Visible(flaw.Value, 60)}}
			if f.order != 0 {
				flaws = append(flaws, Flaw{"v3.meta.key_order", keyOrder(orders[o])})
			}
			if v.w.known && spacings[f.spacing] != spacings[was.spacing] {
				flaws = append(flaws, Flaw{"v3.meta.spacing", spacings[f.spacing].name})
			}
			if escapesIn(v.w.sent).unicode != escapesIn(text).unicode {
				flaws = append(flaws, Flaw{"v3.meta.escape_unicode", escapings[f.escaping].name})
			}
			v.d.keep(text, flaws...)
		}
	}
}
