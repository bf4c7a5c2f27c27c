package explain

import (
	"cmp"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/sign"
)

// fieldWays lists ways to choose the signed fields and their values. The first is the right one and
// has no flaws.
func fieldWays(f *facts, known *Known, sent []text.Field) []fieldWay {
	var right []text.Field
	for _, x := range sent {
		if x.Name != "sign" && x.Value != "" {
			right = append(right, x)
		}
	}
	just := func(fields []text.Field) func() []text.Field { return func() []text.Field { return fields } }
	list := []fieldWay{{nil, just(right), nil}}
	add := func(cause, value string, fields []text.Field) {
		list = append(list, fieldWay{[]text.Flaw{text.NewFlaw(cause, value)}, just(fields), nil})
	}
	without := func(name string) []text.Field {
		return slices.DeleteFunc(slices.Clone(right), func(x text.Field) bool { return x.Name == name })
	}
	with := func(name, value string) []text.Field {
		return append(without(name), text.Field{Name: name, Value: value})
	}
	value := func(name string) string {
		for _, x := range right {
			if x.Name == name {
				return x.Value
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
	var all, withSign []text.Field
	for _, x := range sent {
		if x.Name != "sign" {
			all = append(all, x)
		}
	}
	if len(all) > len(right) {
		add("v2.fields.empty_kept", "", all)
	}
	bareValues(&list, right)
	if value("mch_id") == "" && known.Merchant != nil { // that it was not sent is said anyway
		list = append(list, fieldWay{nil, just(with("mch_id", known.Merchant.ID)), nil})
	}
	hash := value(f.ep.DigestField)
	add("v2.value.digest", "HEX", with(f.ep.DigestField, strings.ToUpper(hash)))
	add("v2.value.digest", "hex", with(f.ep.DigestField, strings.ToLower(hash)))
	if f.file != nil {
		add("v2.fields.media", "filename", with(f.ep.FilePart, f.file.Filename))
	}
	for _, x := range right {
		add("v2.fields.left_out", x.Name, without(x.Name))
	}
	if only := slices.DeleteFunc(slices.Clone(right), func(x text.Field) bool {
		return x.Name != "mch_id" && x.Name != f.ep.DigestField && x.Name != "sign_type"
	}); len(only) < len(right)-1 {
		add("v2.fields.left_out", "…", only)
	}
	withSign = append(slices.Clone(right), text.Field{Name: "sign", Value: ""})
	add("v2.fields.empty_kept", "sign=", withSign)
	extraFields(f, known, add, with)
	for _, names := range [][2]string{
		{"mch_id", "mchid"}, {"mch_id", "mchId"}, {f.ep.DigestField, "mediaHash"}, {"sign_type", "signType"}, {"sign_type", "signtype"}, {f.ep.DigestField, "hash"},
		{f.ep.DigestField, "md5"}, {f.ep.DigestField, "mediahash"}, {f.ep.DigestField, "media_md5"}, {f.ep.DigestField, "file_hash"}, {f.ep.DigestField, "sha256"},
	} {
		if v := value(names[0]); v != "" {
			add("v2.fields.name", names[1]+" ≠ "+names[0], append(without(names[0]), text.Field{Name: names[1], Value: v}))
		}
	}
	if f.file != nil {
		for _, v := range []string{"", "@" + f.file.Filename, "media", "file", "[object Object]", "Array", "null"} {
			add("v2.fields.media", v, with(f.ep.FilePart, v))
		}
	}
	for _, name := range []string{"mch_id", f.ep.DigestField, "sign_type"} {
		cause := "v2.value.other"
		if name == f.ep.DigestField {
			cause = "v2.value.digest"
		}
		right := value(name)
		if right == "" {
			continue
		}
		for _, t := range slices.Concat(text.Transforms, text.RareTransforms) {
			if other := t.Apply(right); other != right {
				add(cause, name+": "+text.Visible(other, 40), with(name, other))
			}
		}
		for _, other := range append(text.Nothings, "") {
			add(cause, name+": "+cmp.Or(other, `""`), with(name, other))
		}
		add(cause, name+": "+right+"⏎", with(name, right+"\n"))
	}
	renamed := func(shown string, name func(string) string) {
		fields := slices.Clone(right)
		for i := range fields {
			fields[i].Name = name(fields[i].Name)
		}
		add("v2.fields.name", shown, fields)
	}
	renamed("mchId, mediaHash, …", func(n string) string { return camel(n, false) })
	renamed("MchId, MediaHash, …", func(n string) string { return camel(n, true) })
	renamed("mch-id, media-hash, …", func(n string) string { return strings.ReplaceAll(n, "_", "-") })
	renamed("MCH_ID, MEDIA_HASH, …", strings.ToUpper)
	renamed("mchid, mediahash, …", plainName)
	for _, wrap := range nameWraps {
		renamed(strings.ReplaceAll(wrap, "…", "mch_id"), func(n string) string { return strings.ReplaceAll(wrap, "…", n) })
	}
	for _, x := range right { // one field alone
		if len(right) > 2 {
			add("v2.fields.only", x.Name, []text.Field{x})
		}
	}
	for _, name := range []string{"sub_mch_id", "nonce_str", "appid"} {
		for _, n := range []string{"null", "undefined", "None"} {
			if value(name) == "" {
				add("v2.fields.extra", name+"="+n, with(name, n))
			}
		}
	}
	for _, zeros := range []string{"0", "00"} {
		if id := value("mch_id"); id != "" {
			add("v2.value.other", "mch_id: "+zeros+id, with("mch_id", zeros+id))
		}
	}
	for _, other := range printedNumbers(value("mch_id")) {
		add("v2.value.other", "mch_id: "+other, with("mch_id", other))
	}
	for _, o := range known.Others {
		add("v2.value.other", "mch_id: "+o.ID, with("mch_id", o.ID))
	}
	for _, empty := range []string{"nonce_str", "appid", "sign_type", "sub_mch_id", "media", "device_info"} {
		if value(empty) == "" {
			add("v2.fields.empty_kept", empty+"=", with(empty, ""))
		}
	}
	for _, n := range []string{"null", "undefined", "None"} {
		add("v2.fields.extra", "sign="+n, with("sign", n))
	}
	for _, s := range known.Secrets {
		add("v2.value.other", "mch_id: "+s.Of, with("mch_id", s.Of))
	}
	return append(list, changedValues(right, requiredV2(f), known)...)
}

// camel writes a name without underscores: mchId, or MchId.
func camel(name string, first bool) string {
	words := strings.Split(name, "_")
	for i, w := range words {
		if (i > 0 || first) && w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}

// bareValues adds that the values were signed without the blanks and quotes that they were sent
// with.
func bareValues(list *[]fieldWay, sent []text.Field) {
	bare := slices.Clone(sent)
	var names []string
	for i, x := range bare {
		if bare[i].Value = bareValue(x.Value); bare[i].Value != x.Value {
			names = append(names, x.Name)
		}
	}
	if len(names) > 0 {
		flaw := text.NewFlaw("v2.field.blanks", strings.Join(names, ", "))
		*list = append(*list, fieldWay{[]text.Flaw{flaw}, func() []text.Field { return bare }, nil})
	}
}

// printedNumbers returns what programs print of a number of many digits that they hold as a
// floating-point one.
func printedNumbers(id string) (list []string) {
	n, err := strconv.ParseFloat(id, 64)
	if err != nil || !digits(id) {
		return nil
	}
	e := strconv.FormatFloat(n, 'e', -1, 64) // Go
	list = append(list, e, strings.ToUpper(strings.Replace(e, "e+0", "e", 1)), strings.Replace(e, "e+0", "e+", 1), strings.ToUpper(e), id+".0", id+".00")
	grouped := id
	for i := len(id) - 3; i > 0; i -= 3 {
		grouped = grouped[:i] + "," + grouped[i:]
	}
	return append(list, strconv.FormatFloat(n, 'E', 5, 64), strconv.FormatFloat(n, 'e', 5, 64), strconv.FormatFloat(n, 'e', 6, 64), grouped)
}

// mediaFields lists ways that sign the file itself in some form, or another digest of it.
func mediaFields(f *facts, sums *digests, right []text.Field) []fieldWay {
	if f.file == nil {
		return nil
	}
	var list []fieldWay
	with := func(name, value string) []text.Field {
		return append(slices.DeleteFunc(slices.Clone(right), func(x text.Field) bool { return x.Name == name }), text.Field{Name: name, Value: value})
	}
	hash := f.ep.DigestField
	_, hashSent := f.field(hash)
	add := func(cause, value string, fields func() []text.Field) {
		flaws := []text.Flaw{text.NewFlaw(cause, value)}
		if cause == "v2.value.digest" && !hashSent {
			flaws = nil // it is not another one than sent: none was sent, which is said anyway
		}
		list = append(list, fieldWay{flaws, fields, nil})
	}
	name, content := f.file.Filename, f.file.Content
	for _, v := range slices.Concat([]string{"@" + name, "@/tmp/" + name, "@./" + name, "/tmp/" + name, "./" + name}, text.Nothings) {
		add("v2.fields.media", text.Visible(v, 40), func() []text.Field { return with(f.ep.FilePart, v) })
	}
	sum := md5.Sum([]byte(name))
	for _, v := range []string{name, "", hex.EncodeToString(sum[:]), "d41d8cd98f00b204e9800998ecf8427e"} { // the last one of nothing
		add("v2.value.digest", v, func() []text.Field { return with(hash, v) })
	}
	if !f.file.whole() {
		return list
	}
	for _, kind := range []string{"md5", "sha256"} {
		for _, x := range []struct {
			how  string
			form func([]byte) string
		}{{"hex", hex.EncodeToString}, {"HEX", text.UpperHex}, {"base64", base64.StdEncoding.EncodeToString}} {
			add("v2.value.digest", kind+", "+x.how, func() []text.Field {
				if sum := sums.of(kind); sum != nil {
					return with(hash, x.form(sum))
				}
				return nil
			})
		}
	}
	add("v2.value.digest", "MD5(base64)", func() []text.Field {
		if !sums.work.Affords(3 * len(content)) {
			return nil
		}
		sums.work.Spend(3 * len(content))
		sum := md5.Sum(text.Base64Text(content))
		return with(hash, hex.EncodeToString(sum[:]))
	})
	plain := text.FileBulk("v2.fields.media", "bytes", content)
	for _, b := range []*text.Bulk{plain, plain.As(text.Base64, "v2.fields.media", "base64")} {
		list = append(list, fieldWay{b.Flaws, func() []text.Field { return with(f.ep.FilePart, placeholder) }, b})
	}
	return list
}

// extraFields adds values from elsewhere in the request, which are signed but not sent as fields.
func extraFields(f *facts, known *Known, add func(cause, value string, fields []text.Field), with func(name, value string) []text.Field) {
	_, query, _ := strings.Cut(f.Target, "?")
	values, _ := url.ParseQuery(query)
	all := with("", "")
	all = all[:len(all)-1]
	n := len(all)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if slices.Contains(requiredV2(f), name) { // it is to be sent in the form, and signed
			continue
		}
		add("v2.fields.extra", name, with(name, values.Get(name)))
		all = append(all, text.Field{Name: name, Value: values.Get(name)})
	}
	if len(all) > n+1 {
		add("v2.fields.extra", "?…", all)
	}
	for _, s := range known.Secrets {
		add("v2.fields.extra", "appid", with("appid", s.Of))
	}
	for _, x := range extraValues(f) {
		add("v2.fields.extra", x.Name, with(x.Name, x.Value))
	}
	for _, h := range f.headers() {
		switch lower := strings.ReplaceAll(strings.ToLower(h.Name), "-", "_"); lower {
		case "nonce_str", "appid", "timestamp", "mch_appid", "sub_mch_id":
			add("v2.fields.extra", lower, with(lower, h.Value))
		}
	}
}

// extraValues lists fields that other calls of APIv2 have, as far as their values can be guessed:
// the file's name and size, the time, and what samples hold.
func extraValues(f *facts) (list []text.Field) {
	add := func(value string, names ...string) {
		for _, n := range names {
			list = append(list, text.Field{Name: n, Value: value})
		}
	}
	for _, nonce := range []string{"5K8264ILTKCH16CQ2502SI8ZNMTM67VS", "ibuaiVcKdpRxkhJA", "1add1a30ac87aa2db72f57a2375d8fec"} {
		add(nonce, "nonce_str")
	}
	for _, appid := range []string{"wx2421b1c4370ec43b", "wxd930ea5d5a258f4f", "wx8888888888888888"} {
		add(appid, "appid", "mch_appid")
	}
	for _, v := range []string{"1.0", "1.0.0"} {
		add(v, "version")
	}
	add("UTF-8", "charset", "input_charset")
	add("utf-8", "charset", "input_charset")
	if f.file != nil {
		name := f.file.Filename
		add(name, "filename", "file_name", "fileName", "name", "media_name")
		add(strings.TrimPrefix(path.Ext(name), "."), "media_type", "type", "suffix")
		add(f.file.ContentType, "media_type", "content_type", "type")
		add(strconv.FormatInt(f.file.Size, 10), "size", "media_size", "length", "file_size")
		add("image", "type", "media_type")
	}
	if !f.Received.IsZero() {
		for back := range 6 {
			at := f.Received.Add(-time.Duration(back) * time.Second)
			add(strconv.FormatInt(at.Unix(), 10), "timestamp", "time_stamp", "timeStamp")
		}
	}
	return list
}
