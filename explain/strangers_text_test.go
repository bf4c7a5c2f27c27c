package explain

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"
)

func serialOf(f func(s string) string) func(c *client) {
	return func(c *client) { c.serial = f(c.serial) }
}
func mchidOf(f func(s string) string) func(c *client) {
	return func(c *client) { c.mchid = f(c.mchid) }
}
func signNonce(f func(s string) string) func(c *client) {
	return setLine(3, func(_ *client, s string) string { return f(s) })
}
func signTimes(f func(c *client) string) func(c *client) {
	return setLine(2, func(c *client, _ string) string { return f(c) })
}

// textRows are mistakes in the pairs of the header, in the lines that are signed and in what stands
// between them.
var textRows = []mistake{
	{"serial lower", "", serialOf(strings.ToLower)},
	{"serial 0x", "v3.serial.decorated", serialOf(func(s string) string { return "0x" + s })},
	{"serial colons", "", serialOf(func(s string) string {
		var p []string
		for i := 0; i+1 < len(s); i += 2 {
			p = append(p, s[i:i+2])
		}
		return strings.Join(p, ":")
	})},
	{"serial =", "v3.serial.decorated", serialOf(func(s string) string { return "serial=" + s })},
	{"serial base64", "v3.serial.unknown", serialOf(func(s string) string { return base64.StdEncoding.EncodeToString(must(hex.DecodeString(s))) })},
	{"serial cut", "v3.serial.cut", serialOf(func(s string) string { return s[:20] })},
	{"serial of platform", "v3.serial.platform", func(c *client) { c.serial = c.w.known.Platform[0].Serial }},
	{"serial of second", "v3.key.other_certificate", func(c *client) { c.serial = c.w.merchant.Keys[1].Serial }},
	{"serial mchid", "v3.serial.mchid", func(c *client) { c.serial = c.mchid }},
	{"serial empty", "v3.authorization.empty", func(c *client) { c.serial = "" }},
	{"serial undefined", "v3.authorization.placeholder", func(c *client) { c.serial = "undefined" }},
	{"serial PUB_KEY_ID", "v3.serial.public_key_id", func(c *client) { c.serial = "PUB_KEY_ID_0000000000000024101100397200000006" }},
	{"serial with a minus", "v3.serial.decorated", serialOf(func(s string) string { return "-" + s })},
	{"serial newline", "v3.serial.decorated", serialOf(func(s string) string { return s + `\n` })},
	{"serial of the CA", "v3.serial.unknown", func(c *client) { c.serial = "157B1CB4C0D5B3DE27D97D9BBBBDC4DDF7B6D2CD" }},
	{"serial one digit", "v3.serial.unknown", serialOf(func(s string) string { return s[:len(s)-1] + "0" })},
	{"serial zeros", "", serialOf(func(s string) string { return "00" + s })},
	{"mchid int", "v3.mchid.not_number", mchidOf(func(s string) string { return s + ".0" })},
	{"mchid undefined", "v3.authorization.placeholder", mchidOf(func(string) string { return "undefined" })},
	{"mchid appid", "v3.mchid.appid", mchidOf(func(string) string { return "wxd930ea5d5a258f4f" })},
	{"mchid other", "v3.mchid.other", mchidOf(func(string) string { return "1900008888" })},
	{"mchid none", "v3.mchid.other", mchidOf(func(string) string { return "1234567890" })},
	{"mchid blank", "v3.authorization.blanks", mchidOf(func(s string) string { return s + " " })},
	{"mchid cut", "v3.mchid.other", mchidOf(func(s string) string { return s[:9] })},
	{"nonce lower", "v3.nonce.case", signNonce(strings.ToLower)},
	{"nonce upper", "v3.nonce.case", signNonce(strings.ToUpper)},
	{"nonce cut", "v3.nonce.cut", signNonce(func(s string) string { return s[:16] })},
	{"nonce quoted", "v3.nonce.form", signNonce(func(s string) string { return `"` + s + `"` })},
	{"nonce empty", "v3.nonce.empty", signNonce(func(string) string { return "" })},
	{"nonce None", "v3.nonce.nothing", signNonce(func(string) string { return "None" })},
	{"nonce dashes", "v3.nonce.form", all(func(c *client) { c.nonce = "550e8400e29b41d4a716446655440000" }, signNonce(func(s string) string { return "550e8400-e29b-41d4-a716-446655440000" }))},
	{"nonce no dashes", "v3.nonce.form", all(func(c *client) { c.nonce = "550e8400-e29b-41d4-a716-446655440000" }, signNonce(func(s string) string { return strings.ReplaceAll(s, "-", "") }))},
	{"nonce repr", "v3.nonce.form", signNonce(func(s string) string { return "b'" + s + "'" })},
	{"nonce md5", "v3.nonce.form", signNonce(func(s string) string { return hex.EncodeToString(md5sum(s, "")) })},
	{"nonce is the time", "v3.nonce.nothing", signNonce(func(s string) string { return "1755000000" })},
	{"nonce doubled", "v3.nonce.form", signNonce(func(s string) string { return s + s })},
	{"nonce url", "v3.nonce.form", all(func(c *client) { c.nonce = "a+b/c=d+e/f=g+h" }, signNonce(url.QueryEscape))},
	{"nonce reversed", "v3.nonce.form", signNonce(func(s string) string { return string(reverse([]byte(s))) })},
	{"nonce_str=", "v3.nonce.form", signNonce(func(s string) string { return "nonce_str=" + s })},
	{"nonce_str: ", "v3.nonce.form", signNonce(func(s string) string { return "nonce_str: " + s })},
	{"time ms", "v3.timestamp.milliseconds", signTimes(func(c *client) string { return fmt.Sprint(c.now, "000") })},
	{"time +1", "v3.timestamp.other", signTimes(func(c *client) string { return fmt.Sprint(c.now + 1) })},
	{"time -2", "v3.timestamp.other", signTimes(func(c *client) string { return fmt.Sprint(c.now - 2) })},
	{"time -45", "v3.timestamp.other", signTimes(func(c *client) string { return fmt.Sprint(c.now - 45) })},
	{"time ISO", "v3.timestamp.form", signTimes(func(c *client) string { return time.Unix(c.now, 0).UTC().Format(time.RFC3339) })},
	{"time +08:00", "v3.timestamp.form", signTimes(func(c *client) string {
		return time.Unix(c.now, 0).In(time.FixedZone("", 8*3600)).Format(time.RFC3339)
	})},
	{"time date", "v3.timestamp.form", signTimes(func(c *client) string {
		return time.Unix(c.now, 0).In(time.FixedZone("", 8*3600)).Format("2006-01-02 15:04:05")
	})},
	{"time compact", "v3.timestamp.form", signTimes(func(c *client) string {
		return time.Unix(c.now, 0).In(time.FixedZone("", 8*3600)).Format("20060102150405")
	})},
	{"time quoted", "v3.timestamp.form", signTimes(func(c *client) string { return `"` + c.timestamp + `"` })},
	{"time .0", "v3.timestamp.form", signTimes(func(c *client) string { return c.timestamp + ".0" })},
	{"time L", "v3.timestamp.form", signTimes(func(c *client) string { return c.timestamp + "L" })},
	{"time hex", "v3.timestamp.form", signTimes(func(c *client) string { return fmt.Sprintf("%x", c.now) })},
	{"time empty", "v3.timestamp.empty", signTimes(func(c *client) string { return "" })},
	{"time=", "v3.timestamp.form", signTimes(func(c *client) string { return "timestamp=" + c.timestamp })},
	{"time 0", "v3.timestamp.nothing", signTimes(func(c *client) string { return "0" })},
	{"time zone", "v3.timestamp.zone", signTimes(func(c *client) string { return fmt.Sprint(c.now + 8*3600) })},
	{"time is the nonce", "v3.frame.order", all(signTimes(func(c *client) string { return c.nonce }), setLine(3, func(c *client, _ string) string { return c.timestamp }))},
	// frame
	{"no last LF", "v3.frame.no_last_lf", withFrame(func(l [5]string) string { return strings.Join(l[:], "\n") })},
	{"two last LF", "v3.frame.extra_lf", withFrame(func(l [5]string) string { return strings.Join(l[:], "\n") + "\n\n" })},
	{"CR", "v3.frame.crlf", withFrame(func(l [5]string) string { return strings.Join(l[:], "\r") + "\r" })},
	{"tabs", "v3.frame.separator", withFrame(func(l [5]string) string { return strings.Join(l[:], "\t") + "\t" })},
	{"blanks", "v3.frame.separator", withFrame(func(l [5]string) string { return strings.Join(l[:], " ") })},
	{"nothing between", "v3.frame.separator", withFrame(func(l [5]string) string { return strings.Join(l[:], "") })},
	{"<br>", "v3.frame.literal", withFrame(func(l [5]string) string { return strings.Join(l[:], "<br>") + "<br>" })},
	{"\\n", "v3.frame.literal", withFrame(func(l [5]string) string { return strings.Join(l[:], `\n`) + `\n` })},
	{"\\\\n", "v3.frame.literal", withFrame(func(l [5]string) string { return strings.Join(l[:], `\\n`) + `\\n` })},
	{"LF LF between", "v3.frame.extra_lf", withFrame(func(l [5]string) string { return strings.Join(l[:], "\n\n") + "\n" })},
	{"LF first", "v3.frame.extra_lf", withFrame(func(l [5]string) string { return "\n" + strings.Join(l[:], "\n") + "\n" })},
	{"indented", "v3.frame.indented", withFrame(func(l [5]string) string { return strings.Join(l[:], "\n    ") + "\n" })},
	{"indented with tabs", "v3.frame.indented", withFrame(func(l [5]string) string { return strings.Join(l[:], "\n\t\t") + "\n" })},
	{"blanks at the ends of lines", "v3.frame.separator", withFrame(func(l [5]string) string { return strings.Join(l[:], " \n") + "\n" })},
	{"JSON of all", "v3.frame.encoded", withFrame(func(l [5]string) string { return string(must(json.Marshal(l[:]))) })},
	{"a list printed", "v3.frame.encoded", withFrame(func(l [5]string) string { return "['" + strings.Join(l[:], "', '") + "']" })},
	{"Go list", "v3.frame.encoded", withFrame(func(l [5]string) string { return fmt.Sprint(l[:]) })},
	{"commas", "v3.frame.separator", withFrame(func(l [5]string) string { return strings.Join(l[:], ",") })},
	{"commas and LF", "v3.frame.separator", withFrame(func(l [5]string) string { return strings.Join(l[:], ",\n") + "\n" })},
	{"labels", "v3.frame.labels", withFrame(func(l [5]string) string {
		return "method=" + l[0] + "\nurl=" + l[1] + "\ntimestamp=" + l[2] + "\nnonce=" + l[3] + "\nbody=" + l[4] + "\n"
	})},
	{"labels with colons", "v3.frame.labels", withFrame(func(l [5]string) string {
		return "method: " + l[0] + "\nurl: " + l[1] + "\ntimestamp: " + l[2] + "\nnonce_str: " + l[3] + "\nbody: " + l[4] + "\n"
	})},
	{"quotes around each", "v3.frame.quoted", withFrame(func(l [5]string) string {
		s := ""
		for _, x := range l {
			s += `"` + x + `"` + "\n"
		}
		return s
	})},
	{"mchid in it", "v3.frame.extra_line", withFrame(func(l [5]string) string {
		return l[0] + "\n" + l[1] + "\n1900009191\n" + l[2] + "\n" + l[3] + "\n" + l[4] + "\n"
	})},
	{"the host in it", "v3.frame.extra_line", withFrame(func(l [5]string) string {
		return l[0] + "\napi.mch.weixin.qq.com\n" + l[1] + "\n" + l[2] + "\n" + l[3] + "\n" + l[4] + "\n"
	})},
	{"without method", "v3.frame.missing_line", withFrame(func(l [5]string) string { return strings.Join(l[1:], "\n") + "\n" })},
	{"without body", "v3.frame.no_body_line", withFrame(func(l [5]string) string { return strings.Join(l[:4], "\n") + "\n" })},
	{"answers' form", "v3.frame.answer", withFrame(func(l [5]string) string { return l[2] + "\n" + l[3] + "\n" + l[4] + "\n" })},
	{"base64 of it", "v3.frame.encoded", withFrame(func(l [5]string) string {
		return base64.StdEncoding.EncodeToString([]byte(strings.Join(l[:], "\n") + "\n"))
	})},
	{"url of it", "v3.frame.encoded", withFrame(func(l [5]string) string { return url.QueryEscape(strings.Join(l[:], "\n") + "\n") })},
	{"BOM", "v3.charset.bom", withFrame(func(l [5]string) string { return "\uFEFF" + strings.Join(l[:], "\n") + "\n" })},
	{"with the query order", "v3.frame.order", withFrame(func(l [5]string) string { return l[0] + "\n" + l[1] + "\n" + l[2] + "\n" + l[4] + "\n" + l[3] + "\n" })},
	{"post lower", "v3.method.case", setLine(0, func(_ *client, s string) string { return "post" })},
	{"Post", "v3.method.case", setLine(0, func(_ *client, s string) string { return "Post" })},
	{"HttpMethod.POST", "v3.method.other", setLine(0, func(_ *client, s string) string { return "HttpMethod.POST" })},
	{"PUT", "v3.method.other", setLine(0, func(_ *client, s string) string { return "PUT" })},
	{"UPLOAD", "v3.method.other", setLine(0, func(_ *client, s string) string { return "UPLOAD" })},
	{"empty method", "v3.method.empty", setLine(0, func(_ *client, s string) string { return "" })},
	{"[object Object] method", "v3.method.other", setLine(0, func(_ *client, s string) string { return "[object Object]" })},
	{"meta and the file", "v3.body.meta_and_file", func(c *client) { c.after(func() { c.lines[4] += string(c.file) }) }},
	{"the file and meta", "v3.body.meta_and_file", func(c *client) { c.after(func() { c.lines[4] = string(c.file) + "\n" + c.lines[4] }) }},
	{"the size in meta", "v3.meta.member_added", func(c *client) {
		c.after(func() { c.lines[4] = strings.Replace(c.lines[4], "}", fmt.Sprintf(`,"size":%d}`, len(c.file)), 1) })
	}},
}
