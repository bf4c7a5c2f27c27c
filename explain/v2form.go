package explain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/sign"
)

// fieldAliases are the fields of the form, and other names that they are given by mistake, in lower
// case and without what is not a letter or a digit.
var fieldAliases = map[string][]string{
	"mch_id": {"mchid", "merchantid", "merchid", "merid", "partnerid", "partner", "mch", "merchantno", "mchno", "submchid", "spmchid", "merchant"},
	"media_hash": {"mediahash", "mediamd5", "hash", "md5", "mediasha256", "filehash", "filemd5", "sha256", "digest", "md5sum", "mediadigest", "checksum",
		"contentmd5", "hashvalue", "filedigest", "imagehash", "mediahashvalue"},
	"sign":      {"sign", "signature", "paysign", "signed", "sig", "sgin", "signdata", "signstr", "signvalue"},
	"sign_type": {"signtype", "signmethod", "signaturetype", "signalgorithm", "signalg", "signaturemethod", "encrypttype"},
}

// plainName returns a name in lower case and without what is not a letter or a digit.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name))
}

// requiredV2 lists the fields of the form, as the endpoint names them, and those that may be left
// out after them.
func requiredV2(f *facts) []string { return []string{"mch_id", f.ep.DigestField, "sign", "sign_type"} }

// aliasesOf returns the names that a field is given by mistake.
func aliasesOf(f *facts, name string) []string {
	if name == f.ep.DigestField {
		name = "media_hash"
	}
	return fieldAliases[name]
}

// meantField returns the text field that is meant as the one called name: that field, or one with a
// name or a value like it.
func meantField(f *facts, name string) (text.Field, bool) {
	if i := slices.IndexFunc(f.fields, func(x text.Field) bool { return x.Name == name }); i >= 0 {
		return f.fields[i], true
	}
	required := requiredV2(f)
	for _, like := range []func(x text.Field) bool{
		func(x text.Field) bool { return slices.Contains(aliasesOf(f, name), plainName(x.Name)) },
		func(x text.Field) bool {
			switch value := strings.TrimSpace(x.Value); name {
			case "mch_id":
				return digits(value) && len(value) >= 8 && len(value) <= 10
			case "sign":
				return (len(value) == 32 || len(value) == 64) && text.IsHex(value) && strings.ToUpper(value) == value && !digits(value)
			case f.ep.DigestField:
				return len(value) == 32 && text.IsHex(value) && strings.ToLower(value) == value && !digits(value)
			}
			return x.Value == sign.MD5 || x.Value == sign.HMACSHA256
		},
	} {
		for _, x := range f.fields {
			if like(x) && !slices.Contains(required, x.Name) {
				return x, true
			}
		}
	}
	return text.Field{}, false
}

// sentMchID returns the mch_id of the form, whatever its field is called; "" if there is none.
func sentMchID(f *facts) string {
	x, _ := meantField(f, "mch_id")
	return strings.Trim(x.Value, " \t\r\n\"'")
}

// declaredType returns the sign_type of the form, whatever its field is called.
func declaredType(f *facts) string {
	x, _ := meantField(f, "sign_type")
	return x.Value
}

// bareValue returns a value without blanks and quotes around it.
func bareValue(value string) string { return strings.Trim(value, " \t\r\n\"'"+text.Invisible) }

// judgeFields says which fields are missing, misnamed or misspelled.
func judgeFields(f *facts, d *draft, known *Known) {
	if !slices.ContainsFunc(f.parts, func(p Part) bool { return p.Name != "" }) {
		return // that the parts have no names is said of the form
	}
	var missing, renamed, inQuery, inHeader []string
	for _, name := range requiredV2(f) {
		value, ok := f.field(name)
		switch {
		case ok && value == "" && name != "sign_type":
			d.find("v2.field.empty", name, name+"=")
			continue
		case ok && name == "mch_id" && bareValue(value) != "" && !digits(bareValue(value)) && !text.IsNothing(value) && !strings.HasPrefix(value, "wx"):
			d.find("v2.mch_id.written", d.secrets.visible(value, 40), name+"="+d.secrets.visible(value, 40))
			continue
		case ok && name == "mch_id" && (text.IsNothing(value) || slices.Contains(sampleValues, value) && !isKnown(known, value)):
			d.find("v2.field.placeholder", name+"="+d.secrets.visible(value, 40), name+"="+value)
			continue
		case ok:
			if bareValue(value) != value && name != "sign" && name != f.ep.DigestField {
				d.find("v2.field.blanks", name, name+"="+d.secrets.visible(value, 80))
			}
			continue
		}
		switch meant, found := meantField(f, name); {
		case found:
			renamed = append(renamed, d.secrets.visible(meant.Name, 40)+" → "+name)
		case name == "sign_type" || f.formErr != nil:
		case slices.ContainsFunc(f.parts, func(p Part) bool { return p.Name == name }):
			d.find("v2.field.file", name, name)
		case len(f.query(name)) > 0:
			inQuery = append(inQuery, name)
		case slices.ContainsFunc(f.headers(), func(h text.Field) bool { return plainName(h.Name) == plainName(name) }):
			inHeader = append(inHeader, name)
		default:
			missing = append(missing, name)
		}
	}
	list := func(cause string, names []string, fact string) {
		if len(names) > 0 {
			d.find(cause, strings.Join(names, ", "), fact)
		}
	}
	if len(missing) > 1 && otherForm(f, d) {
		missing = nil
	}
	list("v2.field.name", renamed, f.partNames())
	list("v2.field.in_query", inQuery, f.Target)
	list("v2.field.in_header", inHeader, strings.Join(inHeader, ", "))
	list("v2.field.missing", missing, f.partNames())
	if t := declaredType(f); t != "" && t != sign.MD5 && t != sign.HMACSHA256 && !d.report.Has("v2.field.blanks") {
		d.find("v2.sign_type.unknown", d.secrets.visible(t, 30), "sign_type="+t)
	}
	if mchid, _ := f.field("mch_id"); strings.HasPrefix(mchid, "wx") && len(mchid) == 18 {
		d.find("v2.field.appid", mchid, "mch_id="+mchid)
	}
}

// otherForm recognizes a form in which the fields are sent in another way: as one text, or as
// APIv3 has them.
func otherForm(f *facts, d *draft) bool {
	if strings.HasPrefix(f.Header.Get("Authorization"), "WECHATPAY") || slices.ContainsFunc(f.fields, func(x text.Field) bool { return x.Name == "meta" }) {
		d.find("v2.form.v3", "", f.partNames())
		return true
	}
	for _, x := range f.fields {
		value := []byte(strings.TrimSpace(x.Value))
		switch {
		case json.Valid(value) && bytes.Contains(value, []byte(`"mch_id"`)):
			d.find("v2.form.one_text", "JSON, "+x.Name, x.Name)
			return true
		case bytes.Contains(value, []byte("<mch_id>")):
			d.find("v2.form.one_text", "XML, "+x.Name, x.Name)
			return true
		case bytes.Contains(value, []byte("mch_id=")):
			d.find("v2.form.one_text", "a=b&c=d, "+x.Name, x.Name)
			return true
		}
	}
	return false
}

// reconcile turns a key and a client certificate that both belong to another merchant into what
// that means: mch_id is the one that is wrong.
func reconcile(f *facts, d *draft, known *Known) {
	at := func(cause string) int {
		return slices.IndexFunc(d.report.Findings, func(x Finding) bool { return x.Cause == cause })
	}
	sent, _ := f.field("mch_id")
	cert, key := at("v2.certificate.other_merchant"), at("v2.key.other_merchant")
	if cert < 0 || sent == "" || d.found("v2.field.") {
		return
	}
	owner := d.report.Findings[cert].Value
	switch {
	case key >= 0 && d.report.Findings[key].Value == owner:
		proof := d.report.Findings[key].Proof
		d.drop("v2.certificate.other_merchant", "v2.key.other_merchant")
		d.prove("v2.mch_id.other", d.secrets.visible(sent, 30)+" → "+owner, proof)
	case known.Merchant == nil && key < 0:
		fact := d.report.Findings[cert].Proof.Fact
		d.drop("v2.certificate.other_merchant")
		d.find("v2.mch_id.unknown", d.secrets.visible(sent, 30)+" → "+owner, fmt.Sprintf("mch_id=%s, %s", sent, fact))
	}
}
