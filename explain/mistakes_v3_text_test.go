package explain

import (
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// v3TextMistakes are mistakes in the signed text, the form, the digest and the file.
var v3TextMistakes = []mistake{
	// Method and URL.
	{"method in lower case", "v3.method.case", lowerMethod},
	{"Post", "v3.method.case", setLine(0, func(*client, string) string { return "Post" })},
	{"GET signed", "v3.method.other", setLine(0, func(*client, string) string { return "GET" })},
	{"PUT signed", "v3.method.other", setLine(0, func(*client, string) string { return "PUT" })},
	{"method empty", "v3.method.empty", setLine(0, func(*client, string) string { return "" })},
	{"absolute URL", "v3.url.absolute", absolute},
	{"absolute URL, http", "v3.url.absolute", setLine(1, func(c *client, s string) string { return "http://" + c.host + s })},
	{"absolute URL of the real host, sent elsewhere", "v3.url.absolute", all(func(c *client) { c.host = "127.0.0.1:8080" }, setLine(1, func(_ *client, s string) string { return "https://api.mch.weixin.qq.com" + s }))},
	{"host and path", "v3.url.host", setLine(1, func(c *client, s string) string { return c.host + s })},
	{"trailing slash signed", "v3.url.slash", setLine(1, func(_ *client, s string) string { return s + "/" })},
	{"trailing slash sent", "v3.url.slash", all(func(c *client) { c.target += "/" }, setLine(1, func(_ *client, s string) string { return strings.TrimSuffix(s, "/") }))},
	{"no first slash", "v3.url.no_slash", setLine(1, func(_ *client, s string) string { return s[1:] })},
	{"without query", "v3.url.no_query", all(func(c *client) { c.target += "?trace=1" }, setLine(1, func(_ *client, s string) string { p, _, _ := strings.Cut(s, "?"); return p }))},
	{"query in another order", "v3.url.query", all(func(c *client) { c.target += "?b=2&a=1" }, setLine(1, func(_ *client, s string) string { return strings.Replace(s, "b=2&a=1", "a=1&b=2", 1) }))},
	{"one parameter less", "v3.url.query", all(func(c *client) { c.target += "?b=2&a=1" }, setLine(1, func(_ *client, s string) string { return strings.Replace(s, "&a=1", "", 1) }))},
	{"decoded query", "v3.url.decoded", all(func(c *client) { c.target += "?n=%E5%9B%BE%20a" }, setLine(1, func(_ *client, s string) string { return must(url.PathUnescape(s)) }))},
	{"sibling path", "v3.url.sibling", setLine(1, func(*client, string) string { return "/v3/merchant/media/upload" })},
	{"video path", "v3.url.sibling", setLine(1, func(*client, string) string { return "/v3/merchant/media/video_upload" })},
	{"path of the JSAPI sample", "v3.url.sibling", setLine(1, func(*client, string) string { return "/v3/pay/transactions/jsapi" })},
	{"behind a gateway", "v3.url.prefix", all(func(c *client) { c.target = "/gateway/wx" + c.target }, setLine(1, func(_ *client, s string) string { return strings.TrimPrefix(s, "/gateway/wx") }))},
	{"without /v3", "v3.url.prefix", setLine(1, func(_ *client, s string) string { return strings.TrimPrefix(s, "/v3") })},
	{"double slash", "v3.url.slash", setLine(1, func(_ *client, s string) string { return "/" + s })},
	{"host only", "v3.url.only_host", setLine(1, func(c *client, _ string) string { return "https://" + c.host })},
	{"URL encoded", "v3.url.encoded", setLine(1, func(_ *client, s string) string { return url.QueryEscape(s) })},

	// Timestamp and nonce.
	{"milliseconds signed", "v3.timestamp.milliseconds", millis},
	{"milliseconds signed, .000", "v3.timestamp.milliseconds", setLine(2, func(_ *client, s string) string { return s + "000" })},
	{"milliseconds signed, header rounded up", "v3.timestamp.milliseconds", setLine(2, func(c *client, _ string) string { return strconv.FormatInt(c.now*1000-321, 10) })},
	{"one second later", "v3.timestamp.other", setLine(2, func(c *client, _ string) string { return strconv.FormatInt(c.now+1, 10) })},
	{"two minutes before", "v3.timestamp.other", setLine(2, func(c *client, _ string) string { return strconv.FormatInt(c.now-120, 10) })},
	{"299 seconds later", "v3.timestamp.other", setLine(2, func(c *client, _ string) string { return strconv.FormatInt(c.now+299, 10) })},
	{"timestamp empty", "v3.timestamp.empty", setLine(2, func(*client, string) string { return "" })},
	{"1755000000.0", "v3.timestamp.form", setLine(2, func(_ *client, s string) string { return s + ".0" })},
	{"a date signed", "v3.timestamp.form", setLine(2, func(*client, string) string { return "2025-08-12 20:00:00" })},
	{"nonce in lower case", "v3.nonce.case", setLine(3, func(_ *client, s string) string { return strings.ToLower(s) })},
	{"nonce in upper case", "v3.nonce.case", setLine(3, func(_ *client, s string) string { return strings.ToUpper(s) })},
	{"nonce empty", "v3.nonce.empty", setLine(3, func(*client, string) string { return "" })},
	{"nonce cut at 16", "v3.nonce.cut", setLine(3, func(_ *client, s string) string { return s[:16] })},
	{"nonce with dashes", "v3.nonce.form", setLine(3, func(*client, string) string { return "593bec0c-930b-f1af-eb40-b4a08c8fb242" })},
	{"nonce in a header of its own", "v3.nonce.elsewhere", all(func(c *client) { c.headers["Nonce_str"] = "anotherNonce42" }, setLine(3, func(*client, string) string { return "anotherNonce42" }))},

	// The lines together.
	{"no last LF", "v3.frame.no_last_lf", noLastLF},
	{"CR LF", "v3.frame.crlf", crlfLines},
	{"two LFs at the end", "v3.frame.extra_lf", withFrame(func(l [5]string) string { return strings.Join(l[:], "\n") + "\n\n" })},
	{"an LF at the start", "v3.frame.extra_lf", withFrame(func(l [5]string) string { return "\n" + strings.Join(l[:], "\n") + "\n" })},
	{"an empty line in between", "v3.frame.extra_lf", withFrame(func(l [5]string) string { return strings.Join(l[:4], "\n") + "\n\n" + l[4] + "\n" })},
	{"timestamp and nonce swapped", "v3.frame.order", swapped},
	{"method and URL swapped", "v3.frame.order", withFrame(func(l [5]string) string { return strings.Join([]string{l[1], l[0], l[2], l[3], l[4], ""}, "\n") })},
	{"body first", "v3.frame.order", withFrame(func(l [5]string) string { return strings.Join([]string{l[4], l[0], l[1], l[2], l[3], ""}, "\n") })},
	{"no line of the body", "v3.frame.no_body_line", withFrame(func(l [5]string) string { return strings.Join(l[:4], "\n") + "\n" })},
	{"no nonce line", "v3.frame.missing_line", withFrame(func(l [5]string) string { return strings.Join([]string{l[0], l[1], l[2], l[4], ""}, "\n") })},
	{"no method line", "v3.frame.missing_line", withFrame(func(l [5]string) string { return strings.Join([]string{l[1], l[2], l[3], l[4], ""}, "\n") })},
	{"as an answer is signed", "v3.frame.answer", withFrame(func(l [5]string) string { return strings.Join([]string{l[2], l[3], l[4], ""}, "\n") })},
	{`literal \n`, "v3.frame.literal", withFrame(func(l [5]string) string { return strings.Join(l[:], `\n`) + `\n` })},
	{`literal \n and LF`, "v3.frame.literal", withFrame(func(l [5]string) string { return strings.Join(l[:], "\\n\n") + "\\n\n" })},
	{"/n", "v3.frame.literal", withFrame(func(l [5]string) string { return strings.Join(l[:], `/n`) + `/n` })},
	{"joined by nothing", "v3.frame.separator", withFrame(func(l [5]string) string { return strings.Join(l[:], "") })},
	{"joined by &", "v3.frame.separator", withFrame(func(l [5]string) string { return strings.Join(l[:], "&") })},
	{"joined by commas", "v3.frame.separator", withFrame(func(l [5]string) string { return strings.Join(l[:], ",") })},
	{"mchid line at the end", "v3.frame.extra_line", func(c *client) {
		c.frame = func(l [5]string) string { return strings.Join(l[:], "\n") + "\n" + c.mchid + "\n" }
	}},
	{"mchid=… line before the body", "v3.frame.extra_line", func(c *client) {
		c.frame = func(l [5]string) string {
			return strings.Join(l[:4], "\n") + "\nmchid=" + c.mchid + "\n" + l[4] + "\n"
		}
	}},
	{"serial line", "v3.frame.extra_line", func(c *client) {
		c.frame = func(l [5]string) string { return strings.Join(l[:], "\n") + "\n" + c.serial + "\n" }
	}},
	{"scheme line", "v3.frame.extra_line", withFrame(func(l [5]string) string { return "WECHATPAY2-SHA256-RSA2048\n" + strings.Join(l[:], "\n") + "\n" })},
	{"indented", "v3.frame.indented", withFrame(func(l [5]string) string { return strings.Join(l[:], "\n    ") + "\n" })},
	{"indented by 8, the first too", "v3.frame.indented", withFrame(func(l [5]string) string {
		return "        " + strings.Join(l[:], "\n        ") + "\n"
	})},
	{"blanks at line ends", "v3.frame.blanks", withFrame(func(l [5]string) string { return strings.Join(l[:], " \n") + " \n" })},
	{"UTF-16", "v3.charset.utf16", withFrame(func(l [5]string) string { return utf16le(strings.Join(l[:], "\n") + "\n") })},
	{"BOM before the text", "v3.charset.bom", withFrame(func(l [5]string) string { return "\xEF\xBB\xBF" + strings.Join(l[:], "\n") + "\n" })},
	{"template of the documents", "v3.frame.comments", withFrame(func([5]string) string {
		return "HTTP请求方法\nURL\n请求时间戳\n请求随机串\n请求报文主体\n"
	})},
	{"comments of the documents", "v3.frame.comments", withFrame(func(l [5]string) string {
		return l[0] + " //请求方法\n" + l[1] + " //请求路径\n" + l[2] + " //时间戳\n" + l[3] + " //随机串\n" + l[4] + " //请求体\n"
	})},
	{"labels", "v3.frame.labels", withFrame(func(l [5]string) string {
		return "method:" + l[0] + "\nurl:" + l[1] + "\ntimestamp:" + l[2] + "\nnonce_str:" + l[3] + "\nbody:" + l[4] + "\n"
	})},
	{"method and URL on one line", "v3.frame.request_line", withFrame(func(l [5]string) string { return l[0] + " " + strings.Join(l[1:], "\n") + "\n" })},
	{"base64 of the text", "v3.frame.encoded", withFrame(func(l [5]string) string {
		return base64.StdEncoding.EncodeToString([]byte(strings.Join(l[:], "\n") + "\n"))
	})},
	{"only the body", "v3.frame.only_body", withFrame(func(l [5]string) string { return l[4] })},

	// The body.
	{"nothing", "v3.body.empty", emptyBody},
	{"the whole form", "v3.body.whole_multipart", wholeForm},
	{"the whole form without its last CR LF", "v3.body.whole_multipart", signBody(func(c *client) string { return strings.TrimSuffix(string(c.form()), "\r\n") })},
	{"the whole form, no last LF", "v3.body.whole_multipart v3.frame.no_last_lf", all(wholeForm, noLastLF)},
	{"the whole form with LF", "v3.body.multipart_lf", signBody(func(c *client) string { return string(c.formWith(c.boundary, "\n", c.file)) })},
	{"the whole form with LF everywhere", "v3.body.multipart_lf", signBody(func(c *client) string { return strings.ReplaceAll(string(c.form()), "\r\n", "\n") })},
	{"the whole form with two more dashes", "v3.body.multipart_boundary", signBody(func(c *client) string { return string(c.formWith("--"+c.boundary, "\r\n", c.file)) })},
	{"the whole form, the file first", "v3.body.multipart_order", signBody(func(c *client) string {
		f := string(c.form())
		a, b, z := strings.Index(f, "--wxup"), strings.LastIndex(f, "--wxup5b1f0c2dfe\r\nContent-Disposition: form-data; name=\"file\""), strings.LastIndex(f, "--wxup")
		return f[b:z] + f[a:b] + f[z:]
	})},
	{"the form without its closing delimiter", "v3.body.whole_multipart", signBody(func(c *client) string { return strings.TrimSuffix(string(c.form()), "--"+c.boundary+"--\r\n") })},
	{"meta's hash", "v3.meta.hashed", signMeta(func(m string) string { return hex.EncodeToString(sum256(m)) })},
	{"an empty text", "v3.frame.nothing", withFrame(func([5]string) string { return "" })},
	{"the text in quotes", "v3.frame.quoted", withFrame(func(l [5]string) string { return `"` + strings.Join(l[:], "\n") + "\n" + `"` })},
	{"the text in lower case", "v3.frame.case", withFrame(func(l [5]string) string { return strings.ToLower(strings.Join(l[:], "\n") + "\n") })},
	{"a blank behind the URL", "v3.frame.blanks", setLine(1, func(_ *client, s string) string { return s + " " })},
	{"a newline behind the timestamp", "v3.frame.extra_lf", setLine(2, func(_ *client, s string) string { return s + "\n" })},
	{"the form without the file", "v3.body.multipart_no_file", signBody(func(c *client) string { return string(c.formWith(c.boundary, "\r\n", nil)) })},
	{"the form as a JS string", "v3.body.multipart_text", signBody(func(c *client) string { return jsString(c.form()) })},
	{"the form as a binary string", "v3.body.multipart_text", signBody(func(c *client) string { return latin1ToUTF8(c.form()) })},
	{"the file", "v3.body.file", signBody(func(c *client) string { return string(c.file) })},
	{"the file in base64", "v3.body.file_base64", signBody(func(c *client) string { return base64.StdEncoding.EncodeToString(c.file) })},
	{"meta as Python bytes in an f-string", "v3.meta.not_json", signMeta(func(m string) string { return "b'" + m + "'" })},
	{"a Chinese name as Python bytes", "v3.meta.not_json", all(named2("图.jpg"), signMeta(func(m string) string { return "b'" + strings.Replace(m, "图", `\xe5\x9b\xbe`, 1) + "'" }))},
	{"a []byte with %v", "v3.meta.not_json", signMeta(func(m string) string { return fmt.Sprintf("%v", []byte(m)) })},
	{"a Uint8Array as text", "v3.meta.not_json", signMeta(func(m string) string { return strings.ReplaceAll(strings.Trim(fmt.Sprint([]byte(m)), "[]"), " ", ",") })},
	{"Arrays.toString", "v3.meta.not_json", all(named2("图.jpg"), signMeta(func(m string) string {
		var list []string
		for _, c := range []byte(m) {
			list = append(list, fmt.Sprint(int8(c)))
		}
		return "[" + strings.Join(list, ", ") + "]"
	}))},
	{"json.Marshal of a []byte", "v3.meta.not_json", signMeta(func(m string) string { return string(must(json.Marshal([]byte(m)))) })},
	{"ToString of a .NET form", "v3.body.literal", signBody(func(*client) string { return "System.Net.Http.MultipartFormDataContent" })},
	{"JSON.stringify of the form's Buffer", "v3.body.buffer_json", signBody(func(c *client) string { return bufferJSON(c.form()) })},
	{"JSON.stringify of the file's Buffer", "v3.body.buffer_json", signBody(func(c *client) string { return bufferJSON(c.file) })},
	{"JSON.stringify of meta's Buffer", "v3.body.buffer_json", signMeta(func(m string) string { return bufferJSON([]byte(m)) })},
	{"JSON.stringify of the form's Buffer, absolute URL", "v3.body.buffer_json v3.url.absolute", all(absolute, func(c *client) {
		c.headers["User-Agent"] = "wechatpay-axios-plugin/0.9.4 axios/1.7.7 node/22.21.1 linux/x64"
		signBody(func(c *client) string { return bufferJSON(c.form()) })(c)
	})},
	{"the digest", "v3.body.digest", signBody((*client).digest)},
	{"the name", "v3.body.filename", signBody(func(c *client) string { return c.filename })},
	{"{}", "v3.body.literal", signBody(func(*client) string { return "{}" })},
	{"[object Object]", "v3.body.literal", signBody(func(*client) string { return "[object Object]" })},
	{"null", "v3.body.literal", signBody(func(*client) string { return "null" })},
	{"meta with its part headers", "v3.body.meta_part", signBody(func(c *client) string { return c.metaHead + "\r\n" + c.meta })},
	{"meta=…", "v3.meta.wrapped", signMeta(func(m string) string { return "meta=" + m })},
	{`{"meta":…}`, "v3.meta.wrapped", signMeta(func(m string) string { return `{"meta":` + m + `}` })},
	{`{"meta":"…"}`, "v3.meta.wrapped", signMeta(func(m string) string { return `{"meta":` + quoteJSON(m) + `}` })},
	{"meta stringified twice", "v3.meta.encoded", signMeta(quoteJSON)},
	{"meta in base64", "v3.meta.encoded", signMeta(func(m string) string { return base64.StdEncoding.EncodeToString([]byte(m)) })},
	{"meta URL-encoded", "v3.meta.encoded", signMeta(url.QueryEscape)},

	// meta, written again.
	{"json.dumps", "v3.meta.spacing", pythonJSON},
	{"sent by json.dumps, signed compact", "v3.meta.spacing", all(sendMeta(func(c *client) string {
		return `{"filename": "filea.jpg", "sha256": "` + c.digest() + `"}`
	}), signMeta(func(m string) string { return strings.ReplaceAll(m, ": ", ":") }), signMeta(func(m string) string { return strings.ReplaceAll(m, ", ", ",") }))},
	{"indented by 2", "v3.meta.spacing", signMeta(pretty("  ", "\n", ": "))},
	{"indented by 4", "v3.meta.spacing", signMeta(pretty("    ", "\n", ": "))},
	{"indented by a tab", "v3.meta.spacing", signMeta(pretty("\t", "\n", ": "))},
	{"indented, CR LF", "v3.meta.spacing", signMeta(pretty("  ", "\r\n", ": "))},
	{"Jackson pretty", "v3.meta.spacing", signMeta(pretty("  ", "\n", " : "))},
	{"as the documents print it", "v3.meta.spacing", signMeta(func(m string) string {
		return strings.NewReplacer(`{"`, `{ "`, `":`, `": `, `",`, `", `).Replace(m)
	})},
	{"key order", "v3.meta.key_order", swappedKeys},
	{"key order and json.dumps", "v3.meta.key_order v3.meta.spacing", all(swappedKeys, pythonJSON)},
	{`\/`, "v3.meta.escape_slash", all(named2("a/b.jpg"), signMeta(func(m string) string { return strings.ReplaceAll(m, "/", `\/`) }))},
	{`sent \/`, "v3.meta.escape_slash", all(named2("a/b.jpg"), sendMeta(func(c *client) string { return strings.ReplaceAll(c.meta, "/", `\/`) }), signMeta(func(m string) string { return strings.ReplaceAll(m, `\/`, "/") }))},
	{`\uXXXX`, "v3.meta.escape_unicode", all(named2("图片.jpg"), signMeta(func(m string) string { return uEscaped(m, "%04x") }))},
	{`\uXXXX upper case`, "v3.meta.escape_unicode", all(named2("图片.jpg"), signMeta(func(m string) string { return uEscaped(m, "%04X") }))},
	{`sent \uXXXX`, "v3.meta.escape_unicode", all(named2("图片.jpg"), sendMeta(func(c *client) string { return uEscaped(c.meta, "%04x") }), signBody(func(c *client) string {
		return `{"filename":"图片.jpg","sha256":"` + c.digest() + `"}`
	}))},
	{`\uxxxx sent, \uXXXX signed`, "v3.meta.escape_case", all(named2("图片.jpg"), sendMeta(func(c *client) string { return uEscaped(c.meta, "%04x") }), signBody(func(c *client) string {
		return uEscaped(`{"filename":"图片.jpg","sha256":"`+c.digest()+`"}`, "%04X")
	}))},
	{"PHP: both escapes", "v3.meta.escape_slash v3.meta.escape_unicode", all(named2("图/片.jpg"), signMeta(func(m string) string { return uEscaped(strings.ReplaceAll(m, "/", `\/`), "%04x") }))},
	{"Go: & < >", "v3.meta.escape_html", all(named2("a&b<c>.jpg"), signMeta(func(m string) string {
		return strings.NewReplacer("&", `\u0026`, "<", `\u003c`, ">", `\u003e`).Replace(m)
	}))},
	{"Gson: = and '", "v3.meta.escape_html", all(named2("a='b'.jpg"), signMeta(func(m string) string { return strings.NewReplacer("=", `\u003d`, "'", `\u0027`).Replace(m) }))},
	{"System.Text.Json: +", "v3.meta.escape_html", all(named2("a+b.jpg"), signMeta(func(m string) string { return strings.ReplaceAll(m, "+", `\u002B`) }))},
	{"json.dumps of a Chinese name", "v3.meta.escape_unicode v3.meta.spacing", all(named2("图片.jpg"), signMeta(func(m string) string {
		return uEscaped(strings.NewReplacer(`":`, `": `, `",`, `", `).Replace(m), "%04x")
	}))},
	{"BOM", "v3.meta.bom", signMeta(func(m string) string { return "\xEF\xBB\xBF" + m })},
	{"newline sent, not signed", "v3.meta.ends", all(sendMeta(func(c *client) string { return c.meta + "\n" }), signMeta(strings.TrimSpace))},
	{"a blank behind", "v3.meta.ends", signMeta(func(m string) string { return m + " " })},
	{"single quotes", "v3.meta.quotes", signMeta(func(m string) string { return strings.ReplaceAll(m, `"`, `'`) })},
	{"Python str(dict)", "v3.meta.not_json", signBody(func(c *client) string {
		return "{'filename': '" + c.filename + "', 'sha256': '" + c.digest() + "'}"
	})},
	{"Java Map.toString", "v3.meta.not_json", signBody(func(c *client) string { return "{filename=" + c.filename + ", sha256=" + c.digest() + "}" })},
	{"form-urlencoded", "v3.meta.not_json", signBody(func(c *client) string { return "filename=" + c.filename + "&sha256=" + c.digest() })},
	{"Go %v", "v3.meta.not_json", signBody(func(c *client) string {
		return fmt.Sprint(map[string]string{"filename": c.filename, "sha256": c.digest()})
	})},
	{"digest in upper case", "v3.meta.digest", signMeta(func(m string) string { return m[:len(m)-66] + strings.ToUpper(m[len(m)-66:]) })},
	{"the part's name in meta", "v3.meta.filename form.name_mismatch", all(func(c *client) { c.fileHead = strings.Replace(c.fileHead, "filea", "tmp123", 1) }, signMeta(func(m string) string { return strings.Replace(m, "filea", "tmp123", 1) }))},
	{"the whole path in meta sent", "v3.meta.filename", all(func(c *client) { c.meta = strings.Replace(c.meta, "filea", "/home/u/filea", 1) }, signMeta(func(m string) string { return strings.Replace(m, "/home/u/", "", 1) }))},
	{"no filename in meta signed", "v3.meta.member_missing", signBody(func(c *client) string { return `{"sha256":"` + c.digest() + `"}` })},
	{"fileName signed", "v3.meta.key_names", signMeta(func(m string) string { return strings.Replace(m, "filename", "fileName", 1) })},
	{"blanks of the documents inside", "v3.meta.key_names", signBody(func(c *client) string {
		return `{" filename ":" ` + c.filename + ` "," sha256 ":" ` + c.digest() + ` "}`
	})},
	{"meta cut at 64", "v3.meta.cut", signMeta(func(m string) string { return m[:64] })},
	{"GBK", "v3.charset.gbk", all(named2("图片.jpg"), signMeta(func(m string) string { b, _ := gbk(m); return string(b) }))},
	{"question marks", "v3.charset.question_marks", all(named2("图片.jpg"), signMeta(func(m string) string { return strings.NewReplacer("图", "?", "片", "?").Replace(m) }))},
	{"UTF-8 twice", "v3.charset.utf8_twice", all(named2("图片.jpg"), signMeta(func(m string) string { return latin1ToUTF8([]byte(m)) }))},
	{"sent UTF-8 twice", "v3.charset.utf8_twice form.name_mismatch", all(named2("图片.jpg"), sendMeta(func(c *client) string { return latin1ToUTF8([]byte(c.meta)) }), signBody(func(c *client) string {
		return `{"filename":"图片.jpg","sha256":"` + c.digest() + `"}`
	}))},
	{"slashes stripped", "v3.meta.backslashes", all(named2(`a"b.jpg`), func(c *client) {
		c.fileHead = strings.Replace(c.fileHead, `a"b`, `a%22b`, 1)
	}, signMeta(func(m string) string { return strings.ReplaceAll(m, `\`, ``) }))},

	// Two at once.
	{"empty body, milliseconds", "v3.body.empty v3.timestamp.milliseconds", all(emptyBody, millis)},
	{"empty body, absolute URL", "v3.body.empty v3.url.absolute", all(emptyBody, absolute)},
	{"empty body, swapped", "v3.body.empty v3.frame.order", all(emptyBody, swapped)},
	{"empty body, CR LF", "v3.body.empty v3.frame.crlf", all(emptyBody, crlfLines)},
	{"whole form, absolute URL", "v3.body.whole_multipart v3.url.absolute", all(wholeForm, absolute)},
	{"whole form, method in lower case", "v3.body.whole_multipart v3.method.case", all(wholeForm, lowerMethod)},
	{"whole form, swapped", "v3.body.whole_multipart v3.frame.order", all(wholeForm, swapped)},
	{"whole form, CR LF lines", "v3.body.whole_multipart v3.frame.crlf", all(wholeForm, crlfLines)},
	{"whole form, one second later", "v3.body.whole_multipart v3.timestamp.other", all(wholeForm, setLine(2, func(c *client, _ string) string { return strconv.FormatInt(c.now+1, 10) }))},
	{"json.dumps, no last LF", "v3.meta.spacing v3.frame.no_last_lf", all(pythonJSON, noLastLF)},
	{"json.dumps, milliseconds", "v3.meta.spacing v3.timestamp.milliseconds", all(pythonJSON, millis)},
	{"json.dumps, absolute URL", "v3.meta.spacing v3.url.absolute", all(pythonJSON, absolute)},
	{"no last LF, milliseconds", "v3.frame.no_last_lf v3.timestamp.milliseconds", all(noLastLF, millis)},
	{"no last LF, absolute URL", "v3.frame.no_last_lf v3.url.absolute", all(noLastLF, absolute)},
	{"no last LF, lower-case method", "v3.frame.no_last_lf v3.method.case", all(noLastLF, lowerMethod)},
	{"swapped, lower-case nonce", "v3.frame.order v3.nonce.case", all(swapped, setLine(3, func(_ *client, s string) string { return strings.ToLower(s) }))},
	{"literal, empty body", "v3.frame.literal v3.body.empty", all(emptyBody, withFrame(func(l [5]string) string { return strings.Join(l[:], `\n`) + `\n` }))},
	{"mchid line, key order", "v3.frame.extra_line v3.meta.key_order", all(swappedKeys, func(c *client) {
		c.frame = func(l [5]string) string { return strings.Join(l[:], "\n") + "\n" + c.mchid + "\n" }
	})},
	{"sibling path, json.dumps", "v3.url.sibling v3.meta.spacing", all(pythonJSON, setLine(1, func(*client, string) string { return "/v3/merchant/media/upload" }))},
	{"other merchant's key, empty body", "v3.key.other_merchant v3.body.empty", all(emptyBody, func(c *client) { c.key = c.w.other })},
	{"other certificate, whole form", "v3.key.other_certificate v3.body.whole_multipart", all(wholeForm, func(c *client) { c.key = c.w.second })},
	{"other merchant's key, unknown text", "v3.key.other_merchant", all(func(c *client) { c.key = c.w.other }, setLine(3, func(*client, string) string { return rand.Text() }))},
	{"three at once", "v3.method.case v3.frame.no_body_line", all(lowerMethod, emptyBody, noLastLF)},

	// The clock.
	{"header in milliseconds", "clock.milliseconds", func(c *client) { c.timestamp += "123" }},
	{"header in milliseconds, seconds signed", "clock.milliseconds v3.timestamp.unit", all(func(c *client) { c.timestamp += "123" }, setLine(2, func(_ *client, s string) string { return s[:10] }))},
	{"header in microseconds", "clock.microseconds", func(c *client) { c.timestamp += "123456" }},
	{"header in nanoseconds", "clock.nanoseconds", func(c *client) { c.timestamp += "123456789" }},
	{"eight hours ahead", "clock.zone", func(c *client) { c.timestamp = strconv.FormatInt(c.now+8*3600, 10) }},
	{"eight hours behind", "clock.zone_or_old", func(c *client) { c.timestamp = strconv.FormatInt(c.now-8*3600, 10) }},
	{"seven minutes behind", "clock.wrong", func(c *client) { c.timestamp = strconv.FormatInt(c.now-420, 10) }},
	{"a year behind", "clock.calendar", func(c *client) { c.timestamp = strconv.FormatInt(c.now-365*86400, 10) }},
	{"a date", "clock.date", func(c *client) { c.timestamp = "20250812200000" }},
	{"a fraction", "clock.fraction", func(c *client) { c.timestamp += ".123" }},
	{"no number", "clock.not_a_number", func(c *client) { c.timestamp = "now" }},

	// The form.
	{"quoted boundary, empty meta signed", "v3.body.empty form.quoted_boundary", all(emptyBody, func(c *client) { c.contentType = `multipart/form-data; boundary="` + c.boundary + `"` })},
	{"LF form", "v3.body.unread_meta form.bare_lf", func(c *client) { c.eol = "\n" }},
	{"JSON type", "v3.body.unread_meta form.not_multipart", func(c *client) { c.contentType = "application/json" }},
	{"another boundary", "v3.body.unread_meta form.other_boundary", func(c *client) { c.contentType = "multipart/form-data; boundary=other" }},
	{"no dashes", "v3.body.unread_meta form.no_dashes", func(c *client) {
		c.body = bytes.ReplaceAll(c.form(), []byte("--"+c.boundary), []byte(c.boundary))
	}},
	{"no blank line", "v3.body.unread_meta form.no_blank_line", func(c *client) {
		c.body = bytes.Replace(c.form(), []byte("json\r\n\r\n{"), []byte("json\r\n{"), 1)
	}},
	{"truncated", "form.truncated", func(c *client) { f := c.form(); c.body = f[:len(f)-200] }},
	{"meta named metadata", "form.meta_name", func(c *client) { c.metaHead = strings.Replace(c.metaHead, `"meta"`, `"metadata"`, 1) }},
	{"meta has a filename", "v3.body.empty form.meta_filename", all(emptyBody, func(c *client) {
		c.metaHead = strings.Replace(c.metaHead, `"meta"`, `"meta"; filename="blob"`, 1)
	})},
	{"file named image", "form.part_name", func(c *client) { c.fileHead = strings.Replace(c.fileHead, `"file"`, `"image"`, 1) }},
	{"names differ", "form.name_mismatch", func(c *client) { c.fileHead = strings.Replace(c.fileHead, `filea.jpg`, `your_file_name.jpg`, 1) }},
	{"not JSON", "form.meta_not_json", func(c *client) { c.meta = "filename=a.jpg" }},
	{"member named hash", "form.meta_member_name", func(c *client) { c.meta = strings.Replace(c.meta, "sha256", "hash", 1) }},
	{"member missing", "form.meta_member", func(c *client) { c.meta = `{"filename":"filea.jpg"}` }},
	{"no meta, empty signed", "form.no_meta", all(func(c *client) { c.metaHead = strings.Replace(c.metaHead, `"meta"`, `"other"`, 1); c.meta = "" })},

	// The digest.
	{"digest of nothing", "digest.of_nothing", withDigest(func(*client) string { return hex.EncodeToString(sum256("")) })},
	{"digest of the name", "digest.of_name", withDigest(func(c *client) string { return hex.EncodeToString(sum256(c.filename)) })},
	{"digest upper case", "digest.upper_case", withDigest(func(c *client) string { return strings.ToUpper(c.digest()) })},
	{"digest in base64", "digest.base64", withDigest(func(c *client) string { return base64.StdEncoding.EncodeToString(sum256(string(c.file))) })},
	{"digest of base64", "digest.of_base64", withDigest(func(c *client) string {
		return hex.EncodeToString(sum256(base64.StdEncoding.EncodeToString(c.file)))
	})},
	{"MD5 for SHA-256", "digest.other_hash", withDigest(func(c *client) string { return fmt.Sprintf("%x", md5.Sum(c.file)) })},
	{"SHA-1 for SHA-256", "digest.other_hash", withDigest(func(c *client) string { return fmt.Sprintf("%x", sha1.Sum(c.file)) })},
	{"SHA-512 for SHA-256", "digest.other_hash", withDigest(func(c *client) string { return fmt.Sprintf("%x", sha512.Sum512(c.file)) })},
	{"digest of the first 512 bytes of more", "digest.of_start", withDigest(func(c *client) string {
		return hex.EncodeToString(sum256(string(c.file[:len(c.file)-1])))
	})},
	{"digest of LF bytes", "digest.of_text", withDigest(func(c *client) string {
		return hex.EncodeToString(sum256(strings.ReplaceAll(string(c.file), "\r\n", "\n")))
	})},
	{"digest of a JS string", "digest.of_text", withDigest(func(c *client) string { return hex.EncodeToString(sum256(jsString(c.file))) })},
	{"digest with newline", "digest.with_line_end", withDigest(func(c *client) string { return hex.EncodeToString(sum256(string(c.file) + "\n")) })},
	{"digest of the digest", "digest.twice", withDigest(func(c *client) string { return hex.EncodeToString(sum256(c.digest())) })},
	{"digest cut", "digest.cut", withDigest(func(c *client) string { return c.digest()[:32] })},
	{"digest of the rest", "digest.of_rest", withDigest(func(c *client) string { return hex.EncodeToString(sum256(string(c.file[16:]))) })},
	{"sha256:…", "digest.decorated", withDigest(func(c *client) string { return "sha256:" + c.digest() })},

	// The file.
	{"WebP renamed", "file.not_taken", withFile([]byte("RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x000123456789012345678901234567"))},
	{"GIF renamed", "file.not_taken", withFile([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"))},
	{"HEIC renamed", "file.not_taken", withFile([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic\x00\x00\x00\x00"))},
	{"AVIF renamed", "file.not_taken", withFile([]byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif\x00\x00\x00\x00"))},
	{"PDF renamed", "file.not_taken", withFile([]byte("%PDF-1.4\n%âãÏÓ\n1 0 obj\n"))},
	{"SVG renamed", "file.not_taken", withFile([]byte(`<svg xmlns="http://www.w3.org/2000/svg"></svg>`))},
	{"base64 text", "file.base64", withFile([]byte(base64.StdEncoding.EncodeToString(jpegFile())))},
	{"data URL", "file.data_url", withFile([]byte("data:image/png;base64," + base64.StdEncoding.EncodeToString(pngFile())))},
	{"URL", "file.url", withFile([]byte("https://example.com/a.jpg"))},
	{"hex text", "file.hex", withFile([]byte(hex.EncodeToString(jpegFile())))},
	{"error answer", "file.error_answer", withFile([]byte(`{"errcode":40001,"errmsg":"invalid credential"}`))},
	{"HTML", "file.html", withFile([]byte("<!DOCTYPE html><html><body>404</body></html>"))},
	{"text mode", "file.text_mode", withFile(bytes.ReplaceAll(pngFile(), []byte("\r\n"), []byte("\n")))},
	{"as text", "file.as_text", withFile([]byte(jsString(pngFile())))},
	{"BOM before", "file.prefixed", withFile(append([]byte("\xEF\xBB\xBF"), jpegFile()...))},
	{"cut off", "file.damaged", withFile(jpegFile()[:500])},
	{"PNG named jpg", "file.name_and_content", withFile(pngFile())},
	{"empty file", "file.empty", withFile(nil)},
	{"to the account host", "v3.host", func(c *client) { c.host = "api.weixin.qq.com" }},
	{"to the merchant portal, empty body", "v3.host v3.body.empty", all(emptyBody, func(c *client) { c.host = "pay.weixin.qq.com:443" })},
	{"a Git LFS pointer", "file.lfs_pointer", withFile([]byte("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"))},
	{"a ._ file of macOS", "file.apple_double", withFile([]byte("\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        \x00\x02\x00\x00\x00\x09\x00\x00\x002"))},
	{"a buffer that nothing was read into", "file.zeros", withFile(make([]byte, 4096))},
	{"a gzipped body", "form.compressed", func(c *client) {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write(c.form())
		w.Close()
		c.headers["Content-Encoding"] = "gzip"
		c.body = b.Bytes()
	}},
	{"a body in base64", "form.base64", func(c *client) { c.body = []byte(base64.StdEncoding.EncodeToString(c.form())) }},
	{"[object Object]", "file.printed", withFile([]byte("[object Object]"))},
	{"gzip", "file.compressed", withFile([]byte("\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\x03abc"))},
}
