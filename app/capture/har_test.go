package capture

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
)

const webKit = "----WebKitFormBoundary7MA4YWxkTrZu0gW"

// harOf is a HAR of entries.
func harOf(entries ...string) string {
	return `{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"pages":[],"entries":[` + strings.Join(entries, ",") + `]}}`
}

// entryOf is an entry: an upload with the members of its postData, whose answer is the members of a
// content.
func entryOf(contentType string, length int, postData, content string) string {
	headers := `{"name":"Host","value":"api.mch.weixin.qq.com"},{"name":"Content-Type","value":` + js(contentType) + `},{"name":"Authorization","value":` + js(auth) + `}`
	if length >= 0 {
		headers += `,{"name":"Content-Length","value":"` + strconv.Itoa(length) + `"}`
	}
	return `{"startedDateTime":"2019-04-02T20:34:20.123+08:00","time":5,"request":{"method":"POST","url":"https://api.mch.weixin.qq.com/v3/merchant/media/upload",` +
		`"httpVersion":"HTTP/1.1","cookies":[],"headers":[` + headers + `],"queryString":[],"headersSize":-1,"bodySize":` + strconv.Itoa(length) +
		`,"postData":{"mimeType":` + js(contentType) + `,` + postData + `}},"response":{"status":401,"statusText":"Unauthorized","headers":[{"name":"date","value":"Tue, 02 Apr 2019 12:34:21 GMT"},` +
		`{"name":"request-id","value":"08ABC"}],"content":{` + content + `},"redirectURL":"","bodySize":-1},"cache":{},"timings":{}}`
}

func js(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func b64(s []byte) string { return base64.StdEncoding.EncodeToString(s) }

// jsBytes writes each byte as the character of that number.
func jsBytes(s []byte) string {
	var b strings.Builder
	for _, c := range s {
		b.WriteRune(rune(c))
	}
	return js(b.String())
}

// jsSurrogates writes each byte above 7F as half a surrogate pair, as Python's surrogateescape and
// json.dump do.
func jsSurrogates(s []byte) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		if c >= 0x80 {
			fmt.Fprintf(&b, `\udc%02x`, c)
			continue
		}
		fmt.Fprintf(&b, `\u%04x`, c)
	}
	return b.String() + `"`
}

func TestReadHAR(t *testing.T) {
	contentType := "multipart/form-data; boundary=" + webKit
	body := multipartOf(webKit, meta, jpeg)
	noFile := multipartOf(webKit, meta, nil)
	n := len(body)
	answer := `"size":44,"mimeType":"application/json","text":` + js(refused)
	common := []string{"POST https://api.mch.weixin.qq.com/v3/merchant/media/upload", "endpoint merchant", "Authorization: " + auth, "Content-Type: " + contentType,
		"part meta application/json: " + meta, "answer 401 " + refused, "answer Request-Id: 08ABC", "received 2019-04-02T12:34:21Z", "!Host: api.mch.weixin.qq.com"}
	with := func(lines ...string) [][]string { return [][]string{append(append([]string{}, common...), lines...)} }
	whole := func(lines ...string) [][]string {
		return with(append(lines, "part file (a.jpg) image/jpeg: the jpeg", fmt.Sprintf("form of %d bytes", n))...)
	}
	leftOut := `note the bytes of the file "a.jpg" were not saved`
	fromParams := "note only a list of the form's fields"
	get := `{"startedDateTime":"2019-04-02T20:34:20Z","request":{"method":"GET","url":"https://api.mch.weixin.qq.com/v3/certificates","headers":[]},"response":{"status":200,"headers":[],"content":{}}}`
	preflight := strings.Replace(entryOf("", -1, `"text":""`, `"text":""`), `"method":"POST"`, `"method":"OPTIONS"`, 1)
	stray := strings.Replace(entryOf(contentType, n, `"text":`+js(b64(body))+`,"encoding":"base64"`, answer), "/v3/merchant/media/upload", "/v3/merchant/media/uploads", 1)

	cases := []readCase{
		{name: "base64", text: harOf(entryOf(contentType, n, `"text":"`+b64(body)+`","encoding":"base64"`, answer)), want: whole()},
		{name: "base64, by another member", text: harOf(entryOf(contentType, n, `"text":"`+b64(body)+`","_encoding":"BASE64"`, answer)), want: whole()},
		{name: "base64, not said", text: harOf(entryOf(contentType, n, `"text":"`+b64(body)+`"`, answer)), want: whole()},
		{name: "base64 in lines", text: harOf(entryOf(contentType, n, `"encoding":"base64","text":"`+strings.ReplaceAll(b64(body), "A", `A\r\n`)+`"`, answer)), want: whole()},
		{name: "base64 cut off", text: harOf(entryOf(contentType, n, `"encoding":"base64","text":"`+b64(body)[:40]+`!!!!"`, answer)), want: [][]string{{"note the body is not whole base64", "error the body was not saved", "note the copy breaks off"}}},
		{name: "answer in base64", text: harOf(entryOf(contentType, n, `"text":"`+b64(body)+`","encoding":"base64"`, `"encoding":"base64","text":"`+b64([]byte(refused))+`"`)), want: whole()},
		{name: "Chrome leaves the file out", text: harOf(entryOf(contentType, n, `"text":`+js(string(noFile)), answer)), want: with(leftOut, fmt.Sprintf("part file (a.jpg) image/jpeg: lost, %d bytes", len(jpeg)))},
		{name: "Chrome, length not known", text: harOf(entryOf(contentType, -1, `"text":`+js(string(noFile))+`,"params":[{"name":"meta","value":"x"}]`, answer)), want: with(leftOut, "part file (a.jpg) image/jpeg: lost, -1 bytes")},
		{name: "an empty file was sent", text: harOf(entryOf(contentType, len(noFile), `"text":`+js(string(noFile)), answer)), want: with("part file (a.jpg) image/jpeg: ", fmt.Sprintf("form of %d bytes", len(noFile)))},
		{name: "Firefox: a character for a byte, headers before it", text: harOf(strings.Replace(entryOf(contentType, n, `"text":`+jsBytes([]byte("Content-Type: "+contentType+"\r\nContent-Length: 9\r\n\r\n"+string(body))), answer),
			`"headers":[`, `"headers":[{"name":"Content-Type","value":`+js(contentType)+`},`, 1)), want: whole()},
		{name: "mitmproxy: a character for a byte", text: harOf(entryOf(contentType, n, `"text":`+jsBytes(body)+`,"params":[]`, answer)), want: whole()},
		{name: "the same, length not known", text: harOf(entryOf(contentType, -1, `"text":`+jsBytes(body)+`,"params":[]`, answer)), want: whole()},
		{name: "mitmproxy: half surrogates", text: harOf(entryOf(contentType, n, `"text":`+jsSurrogates(body)+`,"params":[]`, answer)), want: whole()},
		{name: "the bytes in the JSON as they are", text: harOf(entryOf(contentType, n, `"text":"`+controls(body)+`"`, answer)), want: whole()},
		{name: "Charles: lost", text: harOf(entryOf(contentType, n, `"text":`+js(strings.ToValidUTF8(string(body), "\uFFFD")), answer)),
			want: with(`note the bytes of the file "a.jpg" were saved as text`, "part file (a.jpg) image/jpeg: lost, -1 bytes")},
		{name: "LF for CR LF", text: harOf(entryOf(contentType, n-len(jpeg)+5, `"text":`+js(lf(string(multipartOf(webKit, meta, []byte("12345"))))), answer)), want: with("part file (a.jpg) image/jpeg: 12345", "note copying had made LF", fmt.Sprintf("form of %d bytes", n-len(jpeg)+5))},
		{name: "fields, the file unknown", text: harOf(entryOf(contentType, n, `"params":[{"name":"meta","value":`+js(meta)+`,"contentType":"application/json"},{"name":"file","fileName":"a.jpg","contentType":"image/jpeg"}]`, answer)),
			want: with(fromParams, "part file (a.jpg) image/jpeg: lost, -1 bytes")},
		{name: "fields, the file as characters", text: harOf(entryOf(contentType, n, `"text":"","params":[{"name":"meta","value":`+js(meta)+`,"contentType":"application/json","fileName":""},{"name":"file","fileName":"a.jpg","contentType":"image/jpeg","value":`+jsBytes(jpeg)+`}]`, answer)),
			want: [][]string{{fromParams, "part file (a.jpg) image/jpeg: the jpeg", "part meta () application/json: " + meta}}},
		{name: "fields, the file replaced by a word", text: harOf(entryOf(contentType, n, `"params":[{"name":"meta","value":`+js(meta)+`,"contentType":"application/json"},{"name":"file","fileName":"a.jpg","contentType":"image/jpeg","value":"(binary)"}]`, answer)),
			want: with(fromParams, "part file (a.jpg) image/jpeg: lost, -1 bytes")},
		{name: "fields of no form", text: harOf(entryOf("application/x-www-form-urlencoded", 9, `"params":[{"name":"a b","value":"ü"},{"name":"c","value":"d"}]`, answer)), want: [][]string{{"body a+b=%C3%BC&c=d"}}},
		{name: "nothing of the body", text: harOf(entryOf(contentType, n, `"text":""`, answer)), want: [][]string{{"note the body was not saved", "error the body was not saved"}}},
		{name: "HTTP/2", text: harOf(strings.NewReplacer(`{"name":"Host","value":"api.mch.weixin.qq.com"}`, `{"name":":authority","value":"api2.wechatpay.cn"},{"name":":method","value":"POST"}`, `"Content-`, `"content-`).
			Replace(entryOf(contentType, n, `"text":"`+b64(body)+`","encoding":"base64"`, answer))), want: [][]string{{"POST https://api2.wechatpay.cn/v3/merchant/media/upload", "part meta application/json: " + meta,
			"part file (a.jpg) image/jpeg: the jpeg", fmt.Sprintf("form of %d bytes", n), "Content-Length: " + strconv.Itoa(n)}}},
		{name: "no Content-Type header", text: harOf(strings.Replace(entryOf(contentType, n, `"text":"`+b64(body)+`","encoding":"base64"`, answer), `{"name":"Content-Type","value":`+js(contentType)+`},`, "", 1)), want: whole()},
		{name: "no answer", text: harOf(strings.Replace(entryOf(contentType, n, `"text":"`+b64(body)+`","encoding":"base64"`, answer), `"status":401`, `"status":0`, 1)), want: [][]string{{"received 2019-04-02T12:34:20.123Z", "!answer 401 " + refused, fmt.Sprintf("form of %d bytes", n)}}},
		{name: "status as a text, date unreadable", text: harOf(strings.NewReplacer(`"status":401`, `"status":"401"`, "Tue, 02 Apr 2019 12:34:21 GMT", "?").Replace(entryOf(contentType, n, `"text":"`+b64(body)+`","encoding":"base64"`, answer))),
			want: [][]string{{"received 2019-04-02T12:34:20.123Z", "answer 401 " + refused}}},
		{name: "several", text: harOf(get, entryOf(contentType, n, `"text":"`+b64(body)+`","encoding":"base64"`, answer), preflight, stray, get, entryOf(contentType, n, `"text":`+jsBytes(body), answer)), want: append(whole(), whole()...)},
		{name: "only a wrong path", text: harOf(get, stray), want: [][]string{{"endpoint none", "POST https://api.mch.weixin.qq.com/v3/merchant/media/uploads"}}},
		{name: "no upload", text: harOf(get, preflight), err: "none of the 2 entries"},
		{name: "one that cannot be read", text: harOf(`{"request":{"method":7}}`, entryOf(contentType, n, `"text":"`+b64(body)+`","encoding":"base64"`, answer)), want: whole()},
		{name: "only ones that cannot be read", text: harOf(`{"request":{"method":7}}`, `"x"`), err: "2 could not be read"},
		{name: "broken off", text: strings.TrimSuffix(harOf(entryOf(contentType, n, `"text":"`+b64(body)+`","encoding":"base64"`, answer), `{"a":"b`), `]}}`), want: whole("note the HAR breaks off")},
		{name: "broken off in the first", text: harOf(entryOf(contentType, n, `"text":"`, answer))[:900], err: "is cut off or damaged near byte"},
		{name: "an account's token stays in the target", text: harOf(`{"startedDateTime":"","request":{"method":"POST","url":"https://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token=a%2Bb#x","headers":[]},"response":{}}`),
			want: [][]string{{"POST https://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token=a%2Bb", "endpoint article", "!received"}}},
		{name: "too many entries", text: harOf(strings.Repeat(`{},`, entriesMost) + "{}"), err: "more than 10000 entries"},
		{name: "a text of one language in another", text: harOf(entryOf("text/plain", 4, `"text":"\u00fc\u00e4"`, answer)), want: [][]string{{"body üä"}}},
		{name: "the same as bytes", text: harOf(entryOf("text/plain", 2, `"text":"\u00fc\u00e4"`, answer)), want: [][]string{{"body \xfc\xe4"}}},
		{name: "UTF-8 once more", text: harOf(entryOf("text/plain", -1, `"text":`+jsBytes([]byte("中文")), answer)), want: [][]string{{"body 中文"}}},
		{name: "escapes of all kinds", text: harOf(entryOf("text/plain", -1, `"text":"\"\\\/\b\f\n\r\t\u4e2d\ud83d\ude00\ud83d \ude00"`, answer)), want: [][]string{{"body \"\\/\b\f\n\r\t中😀\uFFFD \uFFFD"}}},

		{name: "JSON, but no HAR", text: `{"a":1}`, err: "it has no log.entries"},
		{name: "a list", text: `[{"a":1}]`, err: "it has no log.entries"},
		{name: "log is no object", text: `{"log":[]}`, err: "it has no log.entries"},
		{name: "entries are no list", text: `{"log":{"entries":{}}}`, err: "it has no log.entries"},
		{name: "empty list", text: `{"log":{"entries":[]}}`, err: "none of the 0 entries"},
		{name: "an opening brace", text: `{`, err: "is cut off or damaged"},
	}
	for _, c := range cases {
		t.Run(c.name, c.run)
	}
}

// controls writes what JSON must escape as JSON must, and leaves all other bytes as they are.
func controls(s []byte) string {
	var b strings.Builder
	for _, c := range s {
		switch {
		case c < ' ':
			fmt.Fprintf(&b, `\u%04x`, c)
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			fallthrough
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
