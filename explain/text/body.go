package text

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxMembers is how many members a meta may have to be serialized in every style; real ones have
// two.
const maxMembers = 8

// Bodies lists ways to get the body wrong, as far as the body is small; [Bulks] has the large ones.
func Bodies(s *Source) *Dimension {
	right := s.Right[BodyLine]
	d := newDimension(right)
	if right != "" {
		d.add("", "v3.body.empty", "")
	}
	list := s.meta()
	if len(list) == 0 || len(list) > maxMembers {
		if s.Right[MethodLine] == "GET" {
			for _, object := range append(Objects([]byte(right[:min(len(right), FieldMax)])), "{}", "null") {
				d.add(object, "v3.body.literal", Visible(object, 60))
			}
		}
		addFields(d, s, list)
		addUnread(d, s)
		d.endTop()
		d.endNear()
		addTransforms(d, s)
		d.endWide()
		d.rare = rareBodies(d, s)
		return d
	}
	w := newRewriter(right, list)
	again := func(f style) {
		text, flaws := w.write(f)
		d.addAll(w.before+text+w.after, flaws...)
		if len(w.around) > 0 {
			d.addAll(text, append(flaws, w.around...)...)
		}
	}
	again(style{0, 0, w.style.escaping})
	again(style{0, 1, w.style.escaping})
	if len(w.orders) > 1 {
		again(style{1, w.style.spacing, w.style.escaping})
	}
	d.endTop()
	for _, x := range w.escapings {
		again(style{0, w.style.spacing, x})
	}
	for o := range w.orders {
		for sp := range spacings[:2] {
			for _, x := range w.escapings {
				again(style{o, sp, x})
			}
		}
	}
	v := &values{d: d, s: s, list: list, w: w}
	addTwice(d, s)
	v.near()
	addFields(d, s, list)
	d.add("{}", "v3.body.literal", "{}")
	d.endNear()
	for o := range w.orders {
		for sp := range spacings[:usualSpacings] {
			for _, x := range w.escapings {
				again(style{o, sp, x})
			}
		}
	}
	addTransforms(d, s)
	addPrinted(d, list, notJSON)
	d.endWide()
	d.rare = slices.Concat([]func(){
		func() {
			for _, sample := range Samples {
				d.add(sample, "v3.body.sample", "")
			}
			for _, p := range printedBytes(right) {
				d.add(p.text, "v3.meta.not_json", p.by)
			}
			addSpacings(d, w)
			for _, t := range RareTransforms {
				if t.Kind == Decomposed || t.Kind == CESU8 || t.Kind == QuestionMarks || t.Kind == Dropped {
					d.add(t.Apply(right), metaCauses[t.Kind], t.Name)
				}
			}
		},
		v.rare,
		v.rarer,
		func() {
			for o := range w.orders[:min(2, len(w.orders))] {
				for sp := range spacings[:2] {
					v.inCharsets(style{o, sp, w.style.escaping})
				}
			}
		},
		func() {
			addPrinted(d, list, rareNotJSON)
			if len(w.orders) > 1 {
				addPrinted(d, w.orders[1], notJSON)
				addPrinted(d, w.orders[1], rareNotJSON)
			}
		},
	}, rareBodies(d, s))
	return d
}

// addSpacings adds meta in spacings that are seldom used.
func addSpacings(d *Dimension, w *rewriter) {
	for o := range w.orders {
		for sp := usualSpacings; sp < len(spacings); sp++ {
			for _, x := range w.escapings {
				if text, flaws := w.write(style{o, sp, x}); text != w.sent {
					d.addAll(w.before+text+w.after, flaws...)
				}
			}
		}
	}
}

// addPrinted adds meta as languages print an object.
func addPrinted(d *Dimension, list []Member, printers []Printer) {
	for i := range printers {
		p := &printers[i]
		if d.buf = p.Print(d.buf[:0], list); d.wants(d.buf) {
			d.keep(string(d.buf), Flaw{"v3.meta.not_json", p.By})
		}
	}
}

// otherLiterals are names and samples that are signed instead of meta.
var otherLiterals = []string{
	"multipart/form-data", "application/json", "image/png", "image/jpeg", "filename", "sha256", "file", `{"mchid":"1900000001","out_trade_no":"native12177525012014070332333"}`, "<no value>", "{}\n", "[object Object]\n",
	"table: 0x0", "Meta", "Meta {}", "Meta()", "Meta{}", "{ }", "{filename}{sha256}", `{"filename":"","sha256":""}`, `{"filename":null,"sha256":null}`, `{"filename": null, "sha256": null}`, `{"filename":"null","sha256":"null"}`, `{"meta":{}}`, `{"meta":null}`,
}

// rareBodies adds printed bytes, printed nothings, and the beginnings of meta.
func rareBodies(d *Dimension, s *Source) []func() {
	right := s.Right[BodyLine]
	return []func(){
		func() {
			throughGBK(d, s)
			addPacked(d, right)
			d.add(BufferJSON.String([]byte(right)), "v3.body.buffer_json", "meta")
			addShown(d, lineVariables[BodyLine].placeholders(), "v3.body.literal")
			addShown(d, otherLiterals, "v3.body.literal")
			if p := s.Form.file(); p != nil && p.Whole && len(p.Content) <= FieldMax {
				d.add("data:"+s.fileType()+";base64,"+base64.StdEncoding.EncodeToString(p.Content), "v3.body.file_base64", "")
				d.add(hex.EncodeToString(p.Content), "v3.body.literal", "hex")
			}
			for _, other := range slices.Concat(s.otherDigests(), s.others(BodyLine)) {
				d.add(other.Value, "v3.body.literal", other.Name)
			}
			for _, secret := range s.Secrets {
				for _, form := range [][2]string{{"", secret.Value}, {"", "&key=" + secret.Value}, {secret.Value, ""}, {"", "\n" + secret.Value}, {"", "," + secret.Value}} {
					d.add(form[0]+right+form[1], "v3.meta.wrapped", "… + "+secret.Name+" key")
				}
			}
		},
		func() {
			misprints(right, lineVariables[BodyLine].names, func(m misprint) {
				if d.buf = append(d.buf[:0], m.text...); d.wants(d.buf) {
					d.keep(m.text, Flaw{metaCauses[m.kind], m.shown()})
				}
			})
		},
		func() {
			if body := s.Form.Body; body != nil && s.Budget.Affords(len(body)) {
				s.Budget.Spend(len(body))
				sum := sha256.Sum256(body)
				d.add(hex.EncodeToString(sum[:]), "v3.body.hashed", "SHA-256")
				d.add(base64.StdEncoding.EncodeToString(sum[:]), "v3.body.hashed", "SHA-256, base64")
			}
		},
		func() {
			for i := 1; i < len(right) && i < 600; i++ {
				if d.buf = append(d.buf[:0], right[:i]...); d.wants(d.buf) {
					d.keep(right[:i], Flaw{"v3.meta.cut", strconv.Itoa(i) + " / " + strconv.Itoa(len(right))})
				}
			}
		},
	}
}

// addFields adds the other text parts, the file's name and its digests.
func addFields(d *Dimension, s *Source, meta []Member) {
	for _, f := range s.Fields {
		if f.Name != s.MetaPart && f.Value != "" {
			d.add(f.Value, "v3.body.part", f.Name)
		}
	}
	if s.NoMeta {
		addSpread(d, s)
	}
	if digest := MemberText(meta, s.DigestField); digest != "" {
		d.add(digest, "v3.body.digest", "")
	}
	if name := MemberText(meta, s.NameField); name != "" {
		d.add(name, "v3.body.filename", "")
	}
	if p := s.Form.file(); p != nil {
		d.add(p.Filename, "v3.body.filename", "")
		if p.Whole && len(p.Content) <= FieldMax {
			d.add(string(p.Content), "v3.body.file", "")
			d.add(base64.StdEncoding.EncodeToString(p.Content), "v3.body.file_base64", "")
		}
	}
}

// addTwice adds the metas after the first, which counts.
func addTwice(d *Dimension, s *Source) {
	for _, f := range s.Fields {
		if f.Name == s.MetaPart && f.Value != s.Right[BodyLine] {
			d.add(f.Value, "form.part_twice", f.Name)
		}
	}
}

// addSpread adds the JSON of members that were sent as fields of their own.
func addSpread(d *Dimension, s *Source) {
	var members []Member
	var names []string
	for _, f := range s.Fields {
		name := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(f.Name, s.MetaPart+"["), s.MetaPart+"."), "]")
		if name == s.NameField || name == s.DigestField {
			members = append(members, Member{Name: name, Value: f.Value, IsText: true})
			names = append(names, f.Name)
		}
	}
	if len(members) == 0 {
		return
	}
	orders := [][]Member{members}
	if len(members) == 2 {
		orders = append(orders, []Member{members[1], members[0]})
	}
	for _, p := range Printers {
		for _, list := range orders {
			if p.By == "JSON" {
				d.add(string(p.Print(nil, list)), "form.meta_spread", strings.Join(names, ", "))
			}
		}
	}
}

// addUnread adds what may be the meta that was not found: parts with a filename, and JSON objects
// in the body.
func addUnread(d *Dimension, s *Source) {
	if !s.NoMeta {
		return
	}
	for _, p := range s.Form.Parts {
		if p.HasFilename && p.Whole && len(p.Content) <= FieldMax && bytes.HasPrefix(bytes.TrimSpace(p.Content), []byte("{")) {
			d.add(string(p.Content), "v3.body.part", p.Name)
		}
	}
	body := s.Form.Body
	for _, text := range [][]byte{body[:min(len(body), FieldMax)], body[max(0, len(body)-FieldMax):]} { // meta may follow the file
		for _, object := range Objects(text) {
			d.add(object, "v3.body.unread_meta", "")
		}
	}
}

// addTransforms adds what can be done to meta without parsing it.
func addTransforms(d *Dimension, s *Source) {
	right := s.Right[BodyLine]
	if right == "" || len(right) > FieldMax {
		return
	}
	for _, t := range Transforms {
		d.add(t.Apply(right), metaCauses[t.Kind], t.Name)
	}
	if s.GBK != nil && !isASCII(right) {
		if text, ok := s.GBK(right); ok {
			d.add(string(text), "v3.charset.gbk", "")
		}
	}
	quoted := string(jsonText(right))
	for _, wrapped := range []printed{
		{"meta=" + right, "meta=…"}, {"meta=" + url.QueryEscape(right), "meta=…"},
		{`{"meta":` + right + `}`, `{"meta":{…}}`}, {`{"meta": ` + right + `}`, `{"meta": {…}}`}, {`{"meta":` + quoted + `}`, `{"meta":"{…}"}`},
		{`{"meta":` + right + `,"file":{}}`, `{"meta":{…},"file":{}}`}, {`{"file":{},"meta":` + right + `}`, `{"file":{},"meta":{…}}`},
		{`{"file":{},"meta":` + quoted + `}`, `{"file":{},"meta":"{…}"}`},
		{"[" + right + "]", "[…]"}, {"(" + right + ")", "(…)"}, {right + right, "×2"},
		{"Optional(" + quoted + ")", "Swift Optional(…)"}, {"Ok(" + quoted + ")", "Rust Ok(…)"}, {"Some(" + quoted + ")", "Rust Some(…)"}, {"Optional[" + right + "]", "Java Optional[…]"},
		{"callback(" + right + ")", "callback(…)"}, {"callback(" + right + ");", "callback(…)"}, {"jsonp(" + right + ")", "jsonp(…)"}, {"json(" + right + ")", "json(…)"},
		{right + " // meta", "… // meta"}, {right + " # meta", "… # meta"}, {"meta: " + right, "meta: …"}, {"body=" + right, "body=…"}, {"data=" + right, "data=…"},
	} {
		d.add(wrapped.text, "v3.meta.wrapped", wrapped.by)
	}
	for _, p := range metaParts(s) {
		d.add(p.text, "v3.body.meta_part", p.by)
	}
}

// metaParts lists the meta part with more of the form around it.
func metaParts(s *Source) []printed {
	for _, p := range s.Form.Parts {
		if p.Name == s.MetaPart {
			delimiter := "--" + s.Form.Boundary
			whole := string(p.Header) + "\r\n" + string(p.Content)
			return []printed{
				{whole, ""}, {whole + "\r\n", ""}, {delimiter + "\r\n" + whole, ""}, {delimiter + "\r\n" + whole + "\r\n", ""},
				{delimiter + "\r\n" + whole + "\r\n" + delimiter + "--\r\n", "--"}, {delimiter + "\r\n" + whole + "\r\n" + delimiter + "--", "--"},
			}
		}
	}
	return nil
}
