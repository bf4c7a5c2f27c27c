package explain

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/wxup/wxup/form"
)

// serializeMost is how large a meta is written again in all ways; real ones have some hundred bytes.
const serializeMost = 4 << 10

// bodies: the last line, as far as the text in it is small. bulk.go has the large ones.
func (e *evidence) bodies() *ways {
	right := string(e.meta)
	w := newWays(right)
	if right != "" {
		w.add("", "v3.body.empty", "")
	}
	list := members(e.meta)
	if list == nil || len(right) > serializeMost {
		e.unreadMeta(w)
		w.topEnds()
		w.nearEnds()
		e.metaText(w, right)
		w.wideEnds()
		return w
	}
	wr := newWriters(right, list)
	again := func(f form3) {
		text, causes := wr.write(f)
		w.addAll(wr.before+text+wr.after, causes...)
		if wr.around.cause != "" {
			w.addAll(text, append(causes, wr.around)...)
		}
	}
	style := wr.style
	again(form3{0, 0, style.escaping})
	again(form3{0, 1, style.escaping})
	if len(wr.orders) > 1 {
		again(form3{1, style.spacing, style.escaping})
	}
	w.topEnds()
	for _, x := range wr.escapings {
		again(form3{0, style.spacing, x})
	}
	for o := range wr.orders {
		for s := range spacings[:2] {
			for _, x := range wr.escapings {
				again(form3{o, s, x})
			}
		}
	}
	e.metaValues(w, list, wr, true)
	e.fieldBodies(w)
	w.add("{}", "v3.body.literal", "{}")
	w.nearEnds()
	for o := range wr.orders {
		for s := range spacings {
			for _, x := range wr.escapings {
				again(form3{o, s, x})
			}
		}
	}
	e.metaText(w, right)
	for _, shape := range notJSON(list) {
		w.add(shape.text, "v3.meta.not_json", shape.value)
	}
	w.wideEnds()
	w.far(func() { e.farBodies(w, list, wr, right) })
	return w
}

// farBodies adds the rarer ones.
func (e *evidence) farBodies(w *ways, list []member, wr *writers, right string) {
	e.metaValues(w, list, wr, false)
	for _, printed := range printedBytes(right) {
		w.add(printed.text, "v3.meta.not_json", printed.value)
	}
	w.add(bufferCoding.whole([]byte(right)), "v3.body.buffer_json", "meta")
	for _, text := range []string{"[]", "null", "undefined", "None", "nil", "Array", "[object Object]", "[object FormData]", "meta", "body", "{meta}", `""`, "''", "false", "0", "file", "multipart/form-data", "[object Blob]", "[object File]", "[object Promise]", "<nil>", "map[]", "System.Byte[]", "System.Net.Http.MultipartFormDataContent", "System.Net.Http.StringContent", "[object Uint8Array]", "[object ArrayBuffer]", "Resource id #1"} {
		w.add(text, "v3.body.literal", text)
	}
	for i := 1; i < len(right) && i < 600; i++ {
		w.add(right[:i], "v3.meta.cut", strconv.Itoa(i)+" / "+strconv.Itoa(len(right)))
	}
}

// unreadMeta adds what may be the meta that the server did not find: other text parts, and JSON objects in the body.
func (e *evidence) unreadMeta(w *ways) {
	e.fieldBodies(w)
	if e.meta != nil {
		return
	}
	for i := range e.parts {
		if p := &e.parts[i]; p.HasFilename && p.whole() && len(p.Content) <= fieldMost && bytes.HasPrefix(bytes.TrimSpace(p.Content), []byte("{")) {
			w.add(string(p.Content), "v3.body.part", p.Name)
		}
	}
	text := e.Body[:min(len(e.Body), fieldMost)]
	tail := e.Body[max(0, len(e.Body)-fieldMost):] // meta may come after the file
	for _, text := range [][]byte{text, tail} {
		for range 64 {
			i := bytes.IndexByte(text, '{')
			if i < 0 {
				break
			}
			text = text[i:]
			end := -1
			if len(text) > 1 && strings.IndexByte("\" '\r\n\t", text[1]) >= 0 { // a picture holds many braces
				end = objectEnd(text)
			}
			if end < 0 {
				text = text[1:]
				continue
			}
			w.add(string(text[:end]), "v3.body.unread_meta", "")
			text = text[end:]
		}
	}
}

// objectEnd is where a JSON object ends; -1 if it does not.
func objectEnd(text []byte) int {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// fieldBodies adds the other text parts, the file's name and its digests.
func (e *evidence) fieldBodies(w *ways) {
	for _, f := range e.fields {
		if f.name != e.ep.MetaPart && f.value != "" {
			w.add(f.value, "v3.body.part", f.name)
		}
	}
	meta := e.metaFields()
	if digest := meta[e.ep.DigestField]; digest != "" {
		w.add(digest, "v3.body.digest", "")
	}
	if name := meta[e.ep.NameField]; name != "" {
		w.add(name, "v3.body.filename", "")
	}
	if e.file != nil {
		w.add(e.file.Filename, "v3.body.filename", "")
		if e.file.whole() && len(e.file.Content) <= fieldMost {
			w.add(string(e.file.Content), "v3.body.file", "")
			w.add(base64.StdEncoding.EncodeToString(e.file.Content), "v3.body.file_base64", "")
		}
	}
}

// metaValues adds meta with other values: those that a program has at hand and mixes up.
func (e *evidence) metaValues(w *ways, list []member, wr *writers, near bool) {
	replace := func(name, value, cause, what string) {
		changed := append([]member(nil), list...)
		for i := range changed {
			if changed[i].name == name && changed[i].isText && changed[i].value != value {
				changed[i].value = value
				e.styles(w, wr, changed, named{cause, what})
			}
		}
	}
	meta := e.metaFields()
	digest, name := meta[e.ep.DigestField], meta[e.ep.NameField]
	if near {
		replace(e.ep.DigestField, strings.ToUpper(digest), "v3.meta.digest", "HEX")
		replace(e.ep.DigestField, strings.ToLower(digest), "v3.meta.digest", "hex")
		if e.file != nil {
			if part := e.file.Filename; utf8Twice(part) == name || utf8Once(part) == name {
				replace(e.ep.NameField, part, "v3.charset.utf8_twice", "")
			}
			replace(e.ep.NameField, e.file.Filename, "v3.meta.filename", e.file.Filename)
			if real := e.fileDigest(e.ep.Digest); real != nil {
				replace(e.ep.DigestField, hex.EncodeToString(real), "v3.meta.digest", e.ep.Digest)
			}
		}
		replace(e.ep.NameField, form.Base(name), "v3.meta.filename", form.Base(name))
		return
	}
	replace(e.ep.DigestField, "", "v3.meta.digest", `""`)
	if raw, err := hex.DecodeString(digest); err == nil && digest != "" {
		replace(e.ep.DigestField, base64.StdEncoding.EncodeToString(raw), "v3.meta.digest", "base64")
	}
	if raw, err := base64.StdEncoding.DecodeString(digest); err == nil && len(raw) == 32 {
		replace(e.ep.DigestField, hex.EncodeToString(raw), "v3.meta.digest", "hex")
	}
	suffix := path.Ext(name)
	for _, other := range []string{
		"", strings.ToLower(name), strings.ToUpper(name), strings.TrimSuffix(name, suffix), url.QueryEscape(name), url.PathEscape(name),
		asciiOnly(name), utf8Twice(name), "your_file_name", "filea.jpg", "file", "image" + suffix, "blob", "upload" + suffix, "/" + name, "./" + name,
		strings.TrimSpace(name), strings.ReplaceAll(name, " ", "_"), strings.ReplaceAll(name, " ", "+"), strings.ReplaceAll(name, " ", "%20"),
	} {
		replace(e.ep.NameField, other, "v3.meta.filename", other)
	}
	if plain, err := url.QueryUnescape(name); err == nil {
		replace(e.ep.NameField, plain, "v3.meta.filename", plain)
	}
	for i := range list { // a member less
		if len(list) > 1 {
			less := append(append([]member(nil), list[:i]...), list[i+1:]...)
			e.styles(w, wr, less, named{"v3.meta.member_missing", list[i].name})
		}
	}
	if len(list) > 2 {
		var two []member
		for _, m := range list {
			if m.name == e.ep.NameField || m.name == e.ep.DigestField {
				two = append(two, m)
			}
		}
		e.styles(w, wr, two, named{"v3.meta.member_missing", "…"})
	}
	for _, names := range [][2]string{{"fileName", "sha256"}, {"file_name", "file_digest"}, {"file_name", "sha256"}, {"filename", "sha256"}, {"fileName", "fileSha256"}, {"filename", "digest"}, {"Filename", "Sha256"}, {"FileName", "Sha256"}, {"FileName", "SHA256"}, {"Filename", "SHA256"}, {"fileName", "sha"}, {"filename", "hash"}, {"name", "sha256"}, {" filename ", " sha256 "}} {
		changed := append([]member(nil), list...)
		for i, m := range changed {
			switch m.name {
			case e.ep.NameField:
				changed[i].name = names[0]
			case e.ep.DigestField:
				changed[i].name = names[1]
			}
			if strings.HasPrefix(names[0], " ") { // the blanks that the documents' typesetting has put into the sample
				changed[i].value = " " + m.value + " "
			}
		}
		e.styles(w, wr, changed, named{"v3.meta.key_names", strings.TrimSpace(names[0] + ", " + names[1])})
	}
	e.styles(w, wr, append(append([]member(nil), list...), member{name: "file", raw: "{}"}), named{"v3.meta.member_added", "file"})
}

// styles writes a changed meta in the way that was sent and in the two commonest ways, in both orders.
func (e *evidence) styles(w *ways, wr *writers, list []member, cause named) {
	other := *wr
	other.orders = ordersOf(list)
	for o := range min(2, len(other.orders)) {
		for _, f := range []form3{{o, wr.style.spacing, wr.style.escaping}, {o, 0, wr.style.escaping}, {o, 1, wr.style.escaping}, {o, 0, 0}, {o, 1, 2}} {
			text := serialize(other.orders[f.order], spacings[f.spacing], escapings[f.escaping])
			causes := []named{cause}
			if f.order != 0 {
				causes = append(causes, named{"v3.meta.key_order", keyOrder(other.orders[o])})
			}
			if wr.known && spacings[f.spacing] != spacings[wr.style.spacing] {
				causes = append(causes, named{"v3.meta.spacing", spacings[f.spacing].name})
			}
			if was, is := escapesIn(wr.sent), escapesIn(text); was.unicode != is.unicode {
				causes = append(causes, named{"v3.meta.escape_unicode", escapings[f.escaping].name})
			}
			w.addAll(text, causes...)
		}
	}
}
