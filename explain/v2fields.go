package explain

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/wxup/wxup/sign"
)

// fieldWays lists which fields with which values are signed. The first is the right one, and has no causes.
func (e *evidence) fieldWays(sent []field) []fieldWay {
	var right []field
	for _, f := range sent {
		if f.name != "sign" && f.value != "" {
			right = append(right, f)
		}
	}
	just := func(fields []field) func() []field { return func() []field { return fields } }
	list := []fieldWay{{list: just(right)}}
	add := func(cause, value string, fields []field) {
		list = append(list, fieldWay{causes: []named{{cause, value}}, list: just(fields)})
	}
	without := func(name string) []field {
		return slices.DeleteFunc(slices.Clone(right), func(f field) bool { return f.name == name })
	}
	with := func(name, value string) []field { return append(without(name), field{name, value}) }
	value := func(name string) string {
		for _, f := range right {
			if f.name == name {
				return f.value
			}
		}
		return ""
	}
	if signType := value("sign_type"); signType != "" {
		add("v2.fields.sign_type_left_out", signType, without("sign_type"))
		for _, other := range []string{sign.MD5, sign.HMACSHA256, "HMAC_SHA256", "hmac-sha256", "md5", "HmacSHA256", "SHA256"} {
			if other != signType {
				add("v2.fields.sign_type_other", other+" ≠ "+signType, with("sign_type", other))
			}
		}
	} else {
		add("v2.fields.sign_type_put_in", sign.MD5, with("sign_type", sign.MD5))
		add("v2.fields.sign_type_put_in", sign.HMACSHA256, with("sign_type", sign.HMACSHA256))
	}
	var all, withSign []field
	for _, f := range sent {
		if f.name != "sign" {
			all = append(all, f)
		}
	}
	if len(all) > len(right) {
		add("v2.fields.empty_kept", "", all)
	}
	hash := value(e.ep.DigestField)
	add("v2.value.digest", "HEX", with(e.ep.DigestField, strings.ToUpper(hash)))
	add("v2.value.digest", "hex", with(e.ep.DigestField, strings.ToLower(hash)))
	if e.file != nil {
		add("v2.fields.media", "filename", with(e.ep.FilePart, e.file.Filename))
	}
	for _, f := range right {
		add("v2.fields.left_out", f.name, without(f.name))
	}
	if only := slices.DeleteFunc(slices.Clone(right), func(f field) bool {
		return f.name != "mch_id" && f.name != e.ep.DigestField && f.name != "sign_type"
	}); len(only) < len(right)-1 {
		add("v2.fields.left_out", "…", only)
	}
	withSign = append(slices.Clone(right), field{"sign", ""})
	add("v2.fields.empty_kept", "sign=", withSign)
	e.extraFields(add, with)
	for _, names := range [][3]string{{"mch_id", "mchid", ""}, {"mch_id", "mchId", ""}, {e.ep.DigestField, "mediaHash", ""}, {"sign_type", "signType", ""}, {"sign_type", "signtype", ""}} {
		if v := value(names[0]); v != "" {
			add("v2.fields.name", names[1]+" ≠ "+names[0], append(without(names[0]), field{names[1], v}))
		}
	}
	if e.file != nil {
		for _, v := range []string{"", "@" + e.file.Filename, "media", "file", "[object Object]", "Array", "null"} {
			add("v2.fields.media", v, with(e.ep.FilePart, v))
		}
	}
	for _, empty := range []string{"nonce_str", "appid", "sign_type", "sub_mch_id", "media", "device_info"} {
		if value(empty) == "" {
			add("v2.fields.empty_kept", empty+"=", with(empty, ""))
		}
	}
	return list
}

// mediaFields adds the file, in some form, to what is signed, and other digests of it.
func (e *evidence) mediaFields(right []field) []fieldWay {
	if e.file == nil {
		return nil
	}
	var list []fieldWay
	with := func(name, value string) []field {
		return append(slices.DeleteFunc(slices.Clone(right), func(f field) bool { return f.name == name }), field{name, value})
	}
	add := func(cause, value string, fields func() []field) {
		list = append(list, fieldWay{causes: []named{{cause, value}}, list: fields})
	}
	name, content := e.file.Filename, e.file.Content
	hash := e.ep.DigestField
	sum := md5.Sum([]byte(name))
	for _, v := range []string{name, "", hex.EncodeToString(sum[:])} {
		add("v2.value.digest", v, func() []field { return with(hash, v) })
	}
	if !e.file.whole() {
		return list
	}
	for _, kind := range []string{"md5", "sha256"} {
		for _, form := range []func([]byte) string{hex.EncodeToString, upperHex, base64.StdEncoding.EncodeToString} {
			add("v2.value.digest", kind, func() []field {
				if sum := e.fileDigest(kind); sum != nil {
					return with(hash, form(sum))
				}
				return nil
			})
		}
	}
	bytes := newBulk("v2.fields.media", "bytes", content)
	for _, b := range []*bulk{bytes, bytes.as(base64Coding, "v2.fields.media", "base64")} {
		list = append(list, fieldWay{b.causes, func() []field { return with(e.ep.FilePart, placeholder) }, b})
	}
	return list
}

func upperHex(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }

// extraFields adds values that the request has elsewhere: signed, but not sent as fields.
func (e *evidence) extraFields(add func(cause, value string, fields []field), with func(name, value string) []field) {
	_, query, _ := strings.Cut(e.Target, "?")
	values, _ := url.ParseQuery(query)
	all := with("", "")
	all = all[:len(all)-1]
	n := len(all)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		add("v2.fields.extra", name, with(name, values.Get(name)))
		all = append(all, field{name, values.Get(name)})
	}
	if len(all) > n+1 {
		add("v2.fields.extra", "?…", all)
	}
	if e.known.App != "" {
		add("v2.fields.extra", "appid", with("appid", e.known.App))
	}
	for _, name := range e.headerNames() {
		switch lower := strings.ReplaceAll(strings.ToLower(name), "-", "_"); lower {
		case "nonce_str", "appid", "timestamp", "mch_appid", "sub_mch_id":
			add("v2.fields.extra", lower, with(lower, e.Header[name][0]))
		}
	}
}
