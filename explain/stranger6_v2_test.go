package explain

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/wxup/wxup/explain/text"
)

// alsoSigned sends a field that the API does not define, and signs what change makes of its value.
func alsoSigned(sent string, change func(string) string) func(c *v2client) {
	return func(c *v2client) {
		c.fields = append(c.fields, [2]string{"body", sent})
		c.signAs("body", change(sent))
	}
}

func eachValue(before, after string) func(c *v2client) {
	return v2Text(func(j, key string) string {
		var list []string
		for _, p := range pairsOfText(j) {
			list = append(list, p[0]+"="+before+p[1]+after)
		}
		return strings.Join(list, "&") + "&key=" + key
	})
}

func eachName(name func(string) string) func(c *v2client) {
	return v2Text(func(j, key string) string {
		var list []string
		for _, p := range pairsOfText(j) {
			list = append(list, name(p[0])+"="+p[1])
		}
		return strings.Join(list, "&") + "&key=" + key
	})
}

func joinedWith(between, equals string) func(c *v2client) {
	return v2Text(func(j, key string) string {
		return strings.NewReplacer("&", between, "=", equals).Replace(j + "&key=" + key)
	})
}

func everywhere(old, with string) func(string) string {
	return func(s string) string { return strings.ReplaceAll(s, old, with) }
}

// v2Values are changes of values, keys and texts. What is in the end is what the program signed.
var v2Values = []v2stranger{
	{"UTF-8 read as Latin-1", "v2.value.charset", alsoSigned("门店 café", text.UTF8Twice)},
	{"????", "v2.value.charset", alsoSigned("门店", text.ASCIIOnly)},
	{"UTF-8 sent twice", "v2.value.sent_encoded", alsoSigned(text.UTF8Twice("门店"), text.UTF8Once)},
	{"decomposed", "v2.value.changed", alsoSigned("café", everywhere("é", "e\u0301"))},
	{`\/`, "v2.value.changed", alsoSigned("https://example.com/a", everywhere("/", `\/`))},
	{"CR LF signed as LF", "v2.value.changed", alsoSigned("a\r\nb", everywhere("\r\n", "\n"))},
	{"sent URL-encoded", "v2.value.sent_encoded", alsoSigned("%E9%97%A8%E5%BA%97+1", func(string) string { return "门店 1" })},
	{"signed URL-encoded", "v2.value.url_encoded", alsoSigned("门店 1", func(string) string { return "%E9%97%A8%E5%BA%97+1" })},
	{"URL-encoded in lower case", "v2.value.url_encoded", alsoSigned("门店", func(string) string { return "%e9%97%a8%e5%ba%97" })},
	{"in lower case, %20", "v2.value.url_encoded", alsoSigned("a 店", func(string) string { return "a%20%e5%ba%97" })},
	{`\u95e8`, "v2.value.changed", alsoSigned("门店", func(string) string { return `\u95e8\u5e97` })},
	{"&amp;", "v2.value.changed", alsoSigned("a & b", everywhere("&", "&amp;"))},
	{"True", "v2.value.case", alsoSigned("true", func(string) string { return "True" })},
	{"1 for 1.00", "v2.value.changed", alsoSigned("1.00", func(string) string { return "1" })},
	{"sent trimmed", "v2.value.changed", alsoSigned("shop", func(s string) string { return s + " " })},

	{"CDATA", "v2.value.wrapped", eachValue("<![CDATA[", "]]>")},
	{"lists", "v2.value.wrapped", eachValue("['", "']")},
	{"brackets", "v2.value.wrapped", eachValue("[", "]")},
	{"Optional", "v2.value.wrapped", eachValue(`Optional("`, `")`)},
	{"bytes", "v2.value.wrapped", eachValue("b'", "'")},
	{"String", "v2.value.wrapped", eachValue(`String("`, `")`)},
	{"names in quotes", "v2.fields.name", eachName(func(n string) string { return `"` + n + `"` })},
	{"symbols", "v2.fields.name", eachName(func(n string) string { return ":" + n })},
	{"AnyHashable", "v2.fields.name", eachName(func(n string) string { return `AnyHashable("` + n + `")` })},
	{"data[…]", "v2.fields.name", eachName(func(n string) string { return "data[" + n + "]" })},
	{"no underscores", "v2.fields.name", eachName(everywhere("_", ""))},
	{"capitals, and KEY", "v2.fields.name", v2Text(func(j, key string) string {
		var list []string
		for _, p := range pairsOfText(j) {
			list = append(list, strings.ToUpper(p[0])+"="+p[1])
		}
		return strings.Join(list, "&") + "&KEY=" + key
	})},
	{"tuples", "v2.text.printed", printedAs("", "('%s', '%s')", "&", "", andKey)},
	{"key-value pairs", "v2.text.printed", printedAs("", "[%s, %s]", "&", "", andKey)},
	{"a dictionary of C#", "v2.text.placeholder", v2Text(func(_, key string) string {
		return "System.Collections.Generic.SortedDictionary`2[System.String,System.String]&key=" + key
	})},
	{"key=KEY", "v2.text.placeholder", v2Text(func(_, key string) string { return "key=" + key })},
	{"undefined in front", "v2.text.ends", v2Text(func(j, key string) string { return "undefined" + j + "&key=" + key })},
	{"&&", "v2.join.other", joinedWith("&&", "=")},
	{"%26", "v2.join.other", joinedWith("%26", "=")},
	{"+", "v2.join.other", joinedWith("+", "=")},
	{"tabs", "v2.join.other", joinedWith("\t", "=")},
	{"no =", "v2.join.other", joinedWith("&", "")},
	{"%3D", "v2.join.other", joinedWith("&", "%3D")},
	{"==", "v2.join.other", joinedWith("&", "==")},
	{"full width", "v2.join.other", joinedWith("＆", "＝")},
	{"sign=null", "v2.fields.extra", func(c *v2client) { c.signAlso("sign", "null") }},
	{"a line feed in mch_id", "v2.value.other", func(c *v2client) { c.signAs("mch_id", c.fields[0][1]+"\n") }},

	{"&sign=KEY", "v2.key.name", v2Text(func(j, key string) string { return j + "&sign=" + key })},
	{"&partnerKey=KEY", "v2.key.name", v2Text(func(j, key string) string { return j + "&partnerKey=" + key })},
	{"&appsecret=KEY", "v2.key.name", v2Text(func(j, key string) string { return j + "&appsecret=" + key })},
	{"&key:KEY", "v2.key.joined", v2Text(func(j, key string) string { return j + "&key:" + key })},
	{";key=KEY", "v2.key.joined", v2Text(func(j, key string) string { return j + ";key=" + key })},
	{"the key in full width", "v2.key.width", withKey(fullWidth)},
	{"b'KEY'", "v2.key.blanks", withKey(func(key string) string { return "b'" + key + "'" })},
	{`Optional("KEY")`, "v2.key.blanks", withKey(func(key string) string { return `Optional("` + key + `")` })},
	{`Some("KEY")`, "v2.key.blanks", withKey(func(key string) string { return `Some("` + key + `")` })},
	{`{"key":"KEY"}`, "v2.key.blanks", withKey(func(key string) string { return `{"key":"` + key + `"}` })},
	{"key: KEY", "v2.key.blanks", withKey(func(key string) string { return "key: " + key })},
	{"<KEY>", "v2.key.blanks", withKey(func(key string) string { return "<" + key + ">" })},
	{`KEY\n`, "v2.key.blanks", withKey(func(key string) string { return key + `\n` })},
	{"KEY and NULs", "v2.key.blanks", withKey(func(key string) string { return key + strings.Repeat("\x00", 64-len(key)) })},
	{"${WXPAY_KEY}", "v2.key.placeholder", withKey(func(string) string { return "${WXPAY_KEY}" })},
	{"${wx.pay.key}", "v2.key.placeholder", withKey(func(string) string { return "${wx.pay.key}" })},
	{"masked", "v2.key.masked", withKey(func(key string) string { return key[:4] + strings.Repeat("*", len(key)-8) + key[len(key)-4:] })},
	{"case swapped", "v2.key.case", withKey(swapCase)},
	{"percent", "v2.key.hashed", withKey(percentAll)},
	{"two characters exchanged", "v2.key.misspelled", withKey(func(key string) string { return key[:4] + key[5:6] + key[4:5] + key[6:] })},

	{"the sign in full width", "v2.sign.spelled", signPrinted(func(sum []byte) string { return fullWidth(strings.ToUpper(hex.EncodeToString(sum))) })},
	{`\xEB\xF4`, "v2.sign.spelled", eachByte(`\x%02X`, "")},
	{"the text as the sign", "v2.sign.text", func(c *v2client) {
		c.encode = func([]byte) string {
			return "media_hash=" + c.fields[1][1] + "&mch_id=" + c.fields[0][1] + "&key=" + c.key
		}
	}},
	{"[object Promise]", "v2.sign.placeholder", signPrinted(func([]byte) string { return "[object Promise]" })},
	{"the key as the sign", "v2.sign.secret", func(c *v2client) { c.encode = func([]byte) string { return c.key } }},
	{"the key as a field, lower case", "v2.key.sent v2.sign.lower_case", func(c *v2client) {
		c.signWithout("key")
		c.fields = append(c.fields, [2]string{"key", c.key})
		c.encode = hex.EncodeToString
	}},
	{"the key as a field, signed too, lower case", "v2.key.sent v2.sign.lower_case", func(c *v2client) {
		c.fields = append(c.fields, [2]string{"key", c.key})
		c.encode = hex.EncodeToString
	}},
	{"the key as media_hash", "v2.key.sent", func(c *v2client) { c.set("media_hash", c.key) }},
}

func percentAll(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// TestV2Values names the change, alone, and no text of a proof shows a key.
func TestV2Values(t *testing.T) {
	t.Parallel()
	for _, m := range v2Values {
		for _, isMD5 := range []bool{false, true} {
			c := newV2()
			if isMD5 {
				c.md5()
			}
			m.make(c)
			r := V2(c.request(), c.known)
			if got := strings.Join(sorted(causesOf(r)), " "); got != m.want {
				t.Errorf("%s: %v, want %s", m.name, r.Findings, m.want)
			}
			for _, f := range r.Findings {
				checkFinding(t, f)
				if p := f.Proof; p.Kind == ProofMAC && p.Signed == p.Wanted && strings.HasPrefix(f.Cause, "v2.value.") {
					t.Errorf("%s: the texts of the proof are the same: %+v", m.name, p)
				}
				if all := fmt.Sprintf("%+v", f); strings.Contains(all, c.w.merchant.APIv2Key[:12]) {
					t.Errorf("%s: %s", m.name, all)
				}
			}
		}
	}
}

// TestSecretFile: the head of a file that is a key, or that may be one, is not shown.
func TestSecretFile(t *testing.T) {
	for _, content := range []string{newV2().key, "Zk3vWq8LmN0pRt5yUa2dFg7hJx4cBe6i", "a9" + newV2().key} {
		c := newV2()
		c.file = []byte(content)
		c.set("media_hash", fmt.Sprintf("%x", md5.Sum(c.file)))
		r := V2(c.request(), c.known)
		head := fmt.Sprintf("% X", content[:4])
		if all := fmt.Sprintf("%+v", r); !r.Has("file.unknown") || strings.Contains(all, head) || strings.Contains(all, content[:8]) {
			t.Errorf("%s: %s", content, all)
		}
	}
	c := newV2()
	c.file = bytes.Repeat([]byte{1, 2, 3}, 20)
	c.set("media_hash", fmt.Sprintf("%x", md5.Sum(c.file)))
	if r := V2(c.request(), c.known); !r.Has("file.unknown") || !strings.Contains(r.Findings[0].Proof.Fact, "01 02 03") {
		t.Errorf("%+v", r)
	}
}
