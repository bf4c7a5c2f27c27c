package explain

import (
	"slices"
	"strings"

	"github.com/wxup/wxup/sign"
)

// V2 explains a refused APIv2 upload.
func V2(req *Request, known *Known) Report {
	e := examine(req, known, usualV2)
	if req.Method != "" && req.Method != "POST" {
		e.find("v2.method", req.Method, req.Method)
	}
	e.host("v2.host", notPayHosts)
	e.clientCertificate()
	e.fieldNames()
	if sent, ok := e.field("sign"); ok && sent != "" {
		if u := e.unknownField(); u != "" {
			e.unjudged(Words{"the sign", "sign"}, u)
		} else {
			e.sign(sent)
		}
	}
	e.form()
	if sent, _ := e.field(e.ep.DigestField); e.file != nil {
		e.digest(e.ep.DigestField, sent)
	}
	e.content()
	return e.finish()
}

// unknownField gives the first unknown text in the fields; "" if there is none.
func (e *evidence) unknownField() string {
	for _, f := range e.fields {
		if u := e.unknown(f.value); u != "" {
			return u
		}
	}
	return ""
}

// fieldsWanted are the fields of the form, and other names that they are given by mistake.
var fieldsWanted = map[string][]string{
	"mch_id":     {"mchid", "mchId", "merchant_id", "MCH_ID"},
	"media_hash": {"mediahash", "mediaHash", "media_md5", "hash", "md5", "media_sha256", "file_hash"},
	"sign":       {"signature", "Sign", "SIGN", "paySign"},
	"sign_type":  {"signtype", "signType", "SignType"},
}

// fieldNames says which fields are missing, misnamed or misspelled.
func (e *evidence) fieldNames() {
	if len(e.parts) == 0 {
		return
	}
	for _, name := range []string{"mch_id", e.ep.DigestField, "sign", "sign_type"} {
		value, ok := e.field(name)
		switch {
		case ok && value == "" && name != "sign_type":
			e.find("v2.field.empty", name, name+"=")
			continue
		case ok:
			if name != "sign" && strings.TrimSpace(value) != value || name != "sign" && strings.Trim(value, `"'`) != value {
				e.find("v2.field.blanks", name, name+"="+visible(value, 80))
			}
			continue
		}
		wanted := fieldsWanted[name]
		if name == e.ep.DigestField {
			wanted = fieldsWanted["media_hash"]
		}
		other := ""
		for _, f := range e.fields {
			if slices.Contains(wanted, f.name) {
				other = f.name
			}
		}
		switch {
		case other != "":
			e.find("v2.field.name", other+" → "+name, e.partNames())
		case name != "sign_type":
			if len(e.query(name)) > 0 {
				e.find("v2.field.in_query", name, e.Target)
			} else {
				e.find("v2.field.missing", name, e.partNames())
			}
		}
	}
	for i, f := range e.fields {
		for _, g := range e.fields[:i] {
			if f.name == g.name && f.name != "" {
				e.find("v2.field.twice", f.name, e.partNames())
			}
		}
	}
	if t, _ := e.field("sign_type"); t != "" && t != sign.MD5 && t != sign.HMACSHA256 {
		e.find("v2.sign_type.unknown", visible(t, 30), "sign_type="+t)
	}
	if mchid, _ := e.field("mch_id"); strings.HasPrefix(mchid, "wx") && len(mchid) == 18 {
		e.find("v2.field.appid", mchid, "mch_id="+mchid)
	}
}
