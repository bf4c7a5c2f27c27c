package explain

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/wxup/wxup/explain/text"
)

// keyWays lists the keys that are mistaken for the APIv2 key, the likely ones first.
func keyWays(f *facts, known *Known, right string) (list []keyWay, likely int) {
	seen := map[string]bool{right: true}
	add := func(cause, value, key string) {
		if !seen[key] {
			seen[key] = true
			list = append(list, keyWay{text.NewFlaw(cause, value), key})
		}
	}
	m := known.Merchant
	if m != nil && m.APIv3Key != "" {
		add("v2.key.apiv3", "", m.APIv3Key)
	}
	if right != "" {
		add("v2.key.blanks", "⏎", right+"\n")
		add("v2.key.case", "ABC → abc", strings.ToLower(right))
		add("v2.key.case", "abc → ABC", strings.ToUpper(right))
	}
	for _, o := range known.Others {
		if len(list) >= maxKeys {
			break
		}
		if o.APIv2Key != "" {
			add("v2.key.other_merchant", o.ID, o.APIv2Key)
		}
		if o.APIv3Key != "" {
			add("v2.key.other_merchant", o.ID+", APIv3", o.APIv3Key)
		}
	}
	if right == "" {
		return list, len(list)
	}
	for _, k := range []string{right + " ", " " + right, right + "\t", right + ";", right + ",", right + "\r\n", right + "\r", `"` + right + `"`, "'" + right + "'"} {
		add("v2.key.blanks", text.Visible(strings.Replace(k, right, "…", 1), 12), k)
	}
	for _, x := range []struct{ char, name string }{{"\u200B", "U+200B"}, {text.BOM, "U+FEFF, BOM"}, {"\u00A0", "U+00A0"}} { // the commonest of the invisible
		add("v2.key.blanks", "…"+x.name, right+x.char)
		add("v2.key.blanks", x.name+"…", x.char+right)
	}
	if mchid, _ := f.field("mch_id"); mchid != "" {
		add("v2.key.mchid", "", mchid)
		add("v2.key.mchid", "×2", mchid+mchid)
	}
	for _, s := range known.Secrets {
		add("v2.key.other_secret", s.Of, s.Value)
	}
	sum := md5.Sum([]byte(right))
	add("v2.key.hashed", "md5", hex.EncodeToString(sum[:]))
	add("v2.key.hashed", "MD5", strings.ToUpper(hex.EncodeToString(sum[:])))
	add("v2.key.hashed", "base64", base64.StdEncoding.EncodeToString([]byte(right)))
	if raw, err := hex.DecodeString(right); err == nil {
		add("v2.key.hashed", "hex", string(raw))
	}
	if raw, err := base64.StdEncoding.DecodeString(right); err == nil {
		add("v2.key.hashed", "base64⁻¹", string(raw))
	}
	likely = len(list)
	for _, k := range []string{"key", "API_KEY", "null", "undefined", "None", "192006250b4c09247ec02edce69f6a2d", "8934e7d15453e97507ef794cf7b0519d"} {
		add("v2.key.placeholder", k, k) // the last two are the sample keys of the documents
	}
	if m != nil {
		for _, k := range m.Keys {
			if k.Serial != "" {
				add("v2.key.serial", "", k.Serial)
				add("v2.key.serial", "", strings.ToLower(k.Serial))
			}
		}
	}
	reversed := []byte(right)
	slices.Reverse(reversed)
	add("v2.key.reversed", "", string(reversed))
	add("v2.key.width", "", text.Widen(right))
	for _, k := range writtenKeys(right) {
		add(k.flaw.Cause, k.flaw.Value, k.key)
	}
	add("v2.key.blanks", "%0A", right+"%0A")
	add("v2.key.blanks", "%20", right+"%20")
	add("v2.key.doubled", "&key=key=…", "key="+right)
	add("v2.key.doubled", "&key=&key=…", "&key="+right)
	for _, t := range slices.Concat(text.Transforms, text.RareTransforms) {
		switch t.Kind {
		case text.Case:
		case text.Encoded, text.Decoded, text.Hashed:
			add("v2.key.hashed", t.Name, t.Apply(right))
		default:
			add("v2.key.blanks", t.Name, t.Apply(right))
		}
	}
	for n := len(right) - 1; n >= 6; n-- {
		add("v2.key.cut", fmt.Sprintf("%d / %d", n, len(right)), right[:n])
		add("v2.key.cut", fmt.Sprintf("%d / %d", n, len(right)), right[len(right)-n:])
	}
	add("v2.key.doubled_key", "", right+right)
	for _, k := range slices.Concat(text.Nothings, placeholderKeys) {
		add("v2.key.placeholder", k, k)
	}
	add("v2.key.empty", "", "")
	return list, likely
}

// placeholderKeys stand where a key belongs in samples and configuration files.
var placeholderKeys = placeholders(
	[]string{"key", "api_key", "apikey", "apiKey", "ApiKey", "mch_key", "mchKey", "secret", "api_secret", "appsecret", "partner_key", "partnerKey", "paySignKey", "APIv2_KEY",
		"apiv2_key", "apiv2Key", "apiV2Key", "API_KEY", "MCH_KEY", "WXUP_APIV2_KEY", "WXPAY_KEY", "WXPAY_APIV2_KEY", "WECHAT_PAY_KEY", "wx.pay.key", "wxpay.key", "wechat.pay.key", "wx.pay.mchKey", "wx.pay.mch-key", "pay.key", "wechat_key", "wx_key", "wxpay_key", "pay_key", "merchant_key", "token", "signKey", "sign_key"},
	[]string{"API密钥", "商户密钥", "密钥", "你的密钥", "您的密钥", "32位密钥", "商户API密钥", "商户平台设置的密钥key", "APIv2密钥", "商户支付密钥", "changeme", "test", "test_key", "password", "123456",
		"12345678901234567890123456789012", "00000000000000000000000000000000", "11111111111111111111111111111111", "abcdefghijklmnopqrstuvwxyz123456", "xxx", "xxxx", "xxxxxx",
		strings.Repeat("x", 32), strings.Repeat("X", 32), strings.Repeat("*", 32), "******", "APIv2Key", "YOUR_APIV2_KEY", "apiclient_key.pem", "apiclient_cert.pem", "apiclient_cert.p12", "./apiclient_key.pem", "cert/apiclient_key.pem", "your-api-key", "your api key", "<API key>"})

// placeholders returns the spellings in which names stand for values, and others.
func placeholders(names, others []string) (list []string) {
	for _, n := range names {
		up := strings.ToUpper(n)
		list = append(list, n, "${"+n+"}", "{"+n+"}", "{{"+n+"}}", "{{ "+n+" }}", "$"+n, "%"+n+"%", "#{"+n+"}", "<"+n+">", "@"+n+"@", "your_"+n, "YOUR_"+up)
	}
	return append(list, others...)
}

// glueWays lists ways to append the key to the fields, the likely ones first.
func glueWays() (list []glueWay, likely int) {
	around := func(before, after string) glue {
		return func(dst []byte, key string) []byte {
			return append(append(append(dst, before...), key...), after...)
		}
	}
	first := func(before, after string) glue {
		return func(dst []byte, key string) []byte { return append([]byte(before+key+after), dst...) }
	}
	const missing, joined, doubled, sorted, renamed = "v2.key.missing", "v2.key.joined", "v2.key.doubled", "v2.key.sorted", "v2.key.name"
	list = []glueWay{
		{text.NewFlaw(missing, ""), func(dst []byte, _ string) []byte { return dst }},
		{text.NewFlaw(joined, "…"+"KEY"), around("", "")},
		{text.NewFlaw(doubled, "&&key="), around("&&key=", "")},
		{text.NewFlaw(joined, "…&KEY"), around("&", "")},
		{text.NewFlaw(sorted, ""), sortedKey},
		{text.NewFlaw(sorted, ""), first("key=", "&")},
		{text.NewFlaw(missing, "&key="), func(dst []byte, _ string) []byte { return append(dst, "&key="...) }},
		{text.NewFlaw(doubled, "&key=…&key=…"), func(dst []byte, key string) []byte {
			return rightGlue(rightGlue(dst, key), key)
		}},
		{text.NewFlaw(doubled, "&key=&key="), around("&key=&key=", "")},
		{text.NewFlaw(missing, "&"), func(dst []byte, _ string) []byte { return append(dst, '&') }},
		{text.NewFlaw(joined, "…key=KEY"), around("key=", "")},
		{text.NewFlaw(joined, "KEY…"), first("", "")},
		{text.NewFlaw(joined, "KEY&…"), first("", "&")},
		{text.NewFlaw(joined, "KEY…KEY"), func(dst []byte, key string) []byte { return append([]byte(key), append(dst, key...)...) }},
		{text.NewFlaw(renamed, "KEY"), around("&KEY=", "")},
		{text.NewFlaw(renamed, "Key"), around("&Key=", "")},
		{text.NewFlaw(renamed, "api_key"), around("&api_key=", "")},
		{text.NewFlaw(renamed, "apikey"), around("&apikey=", "")},
		{text.NewFlaw(renamed, "apiKey"), around("&apiKey=", "")},
		{text.NewFlaw(renamed, "secret"), around("&secret=", "")},
		{text.NewFlaw(renamed, "paySignKey"), around("&paySignKey=", "")},
		{text.NewFlaw(renamed, "mch_key"), around("&mch_key=", "")},
		{text.NewFlaw(renamed, "sign"), around("&sign=", "")},
		{text.NewFlaw(renamed, "pay_key"), around("&pay_key=", "")},
		{text.NewFlaw(doubled, "&key=…&"), around("&key=", "&")},
		{text.NewFlaw(renamed, "&amp;key"), around("&amp;key=", "")},
		{text.NewFlaw(joined, "…& key=KEY"), around("& key=", "")},
		{text.NewFlaw(joined, "…&key= KEY"), around("&key= ", "")},
		{text.NewFlaw(joined, "…?key=KEY"), around("?key=", "")},
		{text.NewFlaw(joined, "…,key=KEY"), around(",key=", "")},
		{text.NewFlaw(joined, "…%26key%3DKEY"), around("%26key%3D", "")},
		{text.NewFlaw(joined, "KEY…&key=KEY"), func(dst []byte, key string) []byte { return rightGlue(append([]byte(key), dst...), key) }},
	}
	return append(list, []glueWay{
		{text.NewFlaw(renamed, "partnerKey"), around("&partnerKey=", "")},
		{text.NewFlaw(renamed, "paternerKey"), around("&paternerKey=", "")},
		{text.NewFlaw(renamed, "appsecret"), around("&appsecret=", "")},
		{text.NewFlaw(renamed, "app_secret"), around("&app_secret=", "")},
		{text.NewFlaw(renamed, "appkey"), around("&appkey=", "")},
		{text.NewFlaw(joined, "…&key:KEY"), around("&key:", "")},
		{text.NewFlaw(joined, "…&keyKEY"), around("&key", "")},
		{text.NewFlaw(joined, "…;key=KEY"), around(";key=", "")},
		{text.NewFlaw(joined, "…|key=KEY"), around("|key=", "")},
	}...), len(list)
}

// sortedKey sorts the key among the fields.
func sortedKey(dst []byte, key string) []byte {
	pairs := append(strings.Split(string(dst), "&"), "key="+key)
	slices.Sort(pairs)
	return []byte(strings.Join(pairs, "&"))
}
