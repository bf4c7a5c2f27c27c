package capture

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
)

const rawHead = "POST /v3/merchant/media/upload HTTP/1.1\r\nHost: api.mch.weixin.qq.com\r\nAuthorization: " + auth +
	"\r\nContent-Type: multipart/form-data; boundary=B\r\n"

// rawUpload is an upload as it goes over the wire.
func rawUpload(body []byte) string {
	return rawHead + "Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + string(body)
}

var rawRefused = "HTTP/1.1 401 Unauthorized\r\nServer: nginx\r\nDate: Tue, 02 Apr 2019 12:34:21 GMT\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: " + strconv.Itoa(len(refused)) + "\r\nRequest-ID: 08ABC\r\n\r\n" + refused

func packed(t testing.TB, how, text string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch how {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "zlib":
		w = zlib.NewWriter(&b)
	default:
		w, _ = flate.NewWriter(&b, 9)
	}
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

func chunked(body string, sizes ...int) string {
	var b strings.Builder
	for _, n := range append(sizes, len(body)) {
		n = min(n, len(body))
		if n > 0 {
			fmt.Fprintf(&b, "%x\r\n%s\r\n", n, body[:n])
			body = body[n:]
		}
	}
	return b.String() + "0\r\n\r\n"
}

// lf is what a terminal makes of line ends.
func lf(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

func TestReadRaw(t *testing.T) {
	body := multipartOf("B", meta, jpeg)
	form := fmt.Sprintf("form of %d bytes", len(body))
	whole := []string{"endpoint merchant", form, "part meta application/json: " + meta, "part file (a.jpg) image/jpeg: the jpeg"}
	with := func(lines ...string) [][]string { return [][]string{append(append([]string{}, whole...), lines...)} }
	answered := []string{"answer 401 " + refused, "answer Request-Id: 08ABC", "received 2019-04-02T12:34:21Z"}
	withAnswer := func(lines ...string) [][]string { return with(append(lines, answered...)...) }

	textBody := multipartOf("B", meta, []byte("not a picture\r\n"))
	pasted := lf(rawUpload(textBody))
	pastedParts := []string{"part meta application/json: " + meta, "part file (a.jpg) image/jpeg: not a picture\r\n"}
	noFile := multipartOf("B", meta, nil)
	want := len(body)

	cases := []readCase{
		{name: "as sent", text: rawUpload(body), want: with("POST ?://api.mch.weixin.qq.com/v3/merchant/media/upload", "Authorization: "+auth,
			"Content-Length: "+strconv.Itoa(want), "!Host: api.mch.weixin.qq.com")},
		{name: "with its answer", text: rawUpload(body) + rawRefused, want: withAnswer()},
		{name: "an empty line between", text: rawUpload(body) + "\r\n\r\n" + rawRefused + "\n", want: withAnswer()},
		{name: "a line of dashes between", text: rawUpload(body) + "\r\n------------------\r\n" + rawRefused, want: withAnswer()},
		{name: "LF in the head", text: lf(rawHead) + "Content-Length: " + strconv.Itoa(want) + "\n\n" + string(body) + lf(rawRefused), want: withAnswer()},
		{name: "byte order mark, comments, blank lines", text: "\xef\xbb\xbf\n### upload\n// of today\n\n" + rawUpload(body), want: with()},
		{name: "absolute form", text: strings.Replace(rawUpload(body), "POST /", "POST https://api.mch.weixin.qq.com/", 1), want: with("POST https://api.mch.weixin.qq.com/v3/merchant/media/upload")},
		{name: "absolute form without Host", text: strings.Replace(strings.Replace(rawUpload(body), "POST /", "POST HTTP://localhost:8080/", 1), "Host: api.mch.weixin.qq.com\r\n", "", 1),
			want: with("POST http://localhost:8080/v3/merchant/media/upload")},
		{name: "HTTP/2 by a tool", text: strings.Replace(rawUpload(body), "HTTP/1.1", "HTTP/2", 1), want: with()},
		{name: "pseudo header", text: ":authority: api.mch.weixin.qq.com\n:method: POST\n:path: /v3/merchant/media/upload\n:scheme: https\ncontent-type: multipart/form-data; boundary=B\ncontent-length: " +
			strconv.Itoa(want) + "\n\n" + string(body), want: with("POST https://api.mch.weixin.qq.com/v3/merchant/media/upload")},
		{name: "no version", text: strings.Replace(rawUpload(body), " HTTP/1.1", "", 1), want: with()},
		{name: "lower-case names, blank before the colon", text: strings.NewReplacer("Host:", "host:", "Content-Type:", "content-type :").Replace(rawUpload(body)),
			want: with("Content-Type: multipart/form-data; boundary=B", "POST ?://api.mch.weixin.qq.com/v3/merchant/media/upload")},
		{name: "folded header", text: strings.Replace(rawUpload(body), `",signature=`, "\",\r\n signature=", 1), want: with("Authorization: " + strings.Replace(auth, `",signature`, `", signature`, 1))},
		{name: "header broken by a terminal", text: strings.Replace(rawUpload(body), `593BEC0C`, "593BEC\n0C", 1), want: with("Authorization: "+auth, "note the header Authorization stands on several lines")},
		{name: "header broken behind its scheme", text: strings.Replace(rawUpload(body), `RSA2048 mchid`, "RSA2048\nmchid", 1), want: with("Authorization: "+auth, "note the header Authorization stands on several lines")},
		{name: "target broken by a terminal", text: "POST /cgi-bin/media/uploadimg?access_token=72_aaa\nbbb\nccc HTTP/1.1\nHost: api.weixin.qq.com\n\n",
			want: [][]string{{"POST ?://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token=72_aaabbbccc", "endpoint article", "note the first line is spread over several lines"}}},
		{name: "behind a gateway", text: "POST /pay/v3/merchant/media/upload HTTP/1.1\nHost: gateway.example.com\n\n", want: [][]string{{"POST ?://gateway.example.com/pay/v3/merchant/media/upload", "endpoint merchant"}}},
		{name: "the same at WeChat", text: "POST /pay/v3/merchant/media/upload HTTP/1.1\nHost: api.mch.weixin.qq.com\n\n", want: [][]string{{"endpoint none"}}},
		{name: "an upload among others", text: "GET /v3/certificates HTTP/1.1\r\nHost: h\r\n\r\n" + rawRefused + rawUpload(body) + rawRefused, want: withAnswer()},
		{name: "no Content-Length", text: rawHead + "\r\n" + string(body), want: with("note there is neither a Content-Length")},
		{name: "no Content-Length, an answer", text: rawHead + "\r\n" + string(body) + "\r\n" + rawRefused, want: withAnswer("note there is neither a Content-Length")},
		{name: "Content-Length too small", text: rawHead + "Content-Length: 100\r\n\r\n" + string(body) + rawRefused, want: withAnswer(fmt.Sprintf("note Content-Length says 100 bytes, %d are here", want))},
		{name: "Content-Length too large, cut body", text: rawHead + "Content-Length: 5000\r\n\r\n" + string(body[:want-30]),
			want: [][]string{{"part meta application/json: " + meta, "part file (a.jpg) image/jpeg: lost, -1 bytes", "error the body was not saved", "note the copy breaks off"}}},
		{name: "Content-Length too large, whole body", text: rawHead + "Content-Length: 5000\r\n\r\n" + string(body), want: [][]string{{"part meta application/json: " + meta, "part file (a.jpg) image/jpeg: lost, -1 bytes", "note the bytes of the file \"a.jpg\" were changed"}}},
		{name: "Content-Length is no number", text: rawHead + "Content-Length: many\r\n\r\n" + string(body), want: with("note the Content-Length is not a number")},
		{name: "chunks", text: rawHead + "Transfer-Encoding: chunked\r\n\r\n" + chunked(string(body), 1, 100, 7), want: with("chunked")},
		{name: "chunks and an answer", text: rawHead + "Transfer-Encoding: chunked\r\n\r\n" + chunked(string(body), 500) + rawRefused, want: withAnswer("chunked")},
		{name: "chunks with extension and trailer", text: rawHead + "Transfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("%X;a=b\r\n%s\r\n0;x\r\nA: b\r\n\r\n", want, body), want: with("chunked")},
		{name: "chunks shown undone", text: rawHead + "Transfer-Encoding: chunked\r\n\r\n" + string(body) + rawRefused, want: withAnswer("chunked", "note the header says chunked")},
		{name: "chunks that break off", text: rawHead + "Transfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("%x\r\n%s", want+9, body), want: with("chunked", "note the chunks are cut off")},
		{name: "one chunk, copied", text: lf(rawHead + "Transfer-Encoding: chunked\r\n\r\n" + chunked(string(textBody))),
			want: [][]string{{"chunked", "note copying had made LF of the body's line ends; they are CR LF again where", "part meta application/json: " + meta, "part file (a.jpg) image/jpeg: not a picture\n"}}},
		{name: "copied", text: pasted, want: [][]string{append(pastedParts, fmt.Sprintf("form of %d bytes", len(textBody)), "note copying had made LF of the body's line ends; they are CR LF again, and")}},
		{name: "copied, with an answer", text: pasted + "\n\n" + lf(rawRefused), want: [][]string{append(pastedParts, "answer 401 "+refused, "note copying had made LF of the body's line ends; they are CR LF again, and")}},
		{name: "copied without the last line end", text: strings.TrimSuffix(pasted, "\n"), want: [][]string{append(pastedParts, "note copying had made LF of the body's line ends; they are CR LF again, and")}},
		{name: "copied, meta on lines of its own", text: lf(rawUpload(multipartOf("B", "{\n}", nil))), want: [][]string{{"part meta application/json: {\n}", "part file (a.jpg) image/jpeg: ", "note copying had made LF of the body's line ends; they are CR LF again, and"}}},
		{name: "copied without Content-Length", text: lf(rawHead + "\r\n" + string(textBody)), want: [][]string{{"part meta application/json: " + meta,
			"note copying had made LF", "note there is neither"}}},
		{name: "LF was sent", text: rawHead + "Content-Length: " + strconv.Itoa(len(lf(string(textBody)))) + "\r\n\r\n" + lf(string(textBody)), want: [][]string{{
			fmt.Sprintf("form of %d bytes", len(lf(string(textBody)))), "error form: lines end with LF alone"}}},
		{name: "LF was sent, and shown", text: lf(rawHead) + "Content-Length: " + strconv.Itoa(len(lf(string(textBody)))) + "\n\n" + lf(string(textBody)), want: [][]string{{
			fmt.Sprintf("form of %d bytes", len(lf(string(textBody)))), "error form: lines end with LF alone"}}},
		{name: "the empty line was lost", text: strings.Replace(rawUpload(body), "\r\n\r\n--B", "\r\n--B", 1), want: with("note there is no empty line")},
		{name: "the browser left the file out", text: rawHead + "Content-Length: " + strconv.Itoa(want) + "\r\n\r\n" + string(noFile),
			want: [][]string{{"part meta application/json: " + meta, fmt.Sprintf("part file (a.jpg) image/jpeg: lost, %d bytes", len(jpeg)), "note the bytes of the file \"a.jpg\" were not saved"}}},
		{name: "a word for the file", text: rawHead + "Content-Length: " + strconv.Itoa(want) + "\r\n\r\n" + string(multipartOf("B", meta, []byte("[JPEG]"))),
			want: [][]string{{fmt.Sprintf("part file (a.jpg) image/jpeg: lost, %d bytes", len(jpeg)), "note the bytes of the file \"a.jpg\" were not saved"}}},
		{name: "only the head of an upload", text: rawHead + "Content-Length: 573\r\n\r\n" + rawRefused, want: [][]string{append(append([]string{}, answered...), "note the body was not saved", "error the body was not saved")}},
		{name: "an empty body was sent", text: rawHead + "Content-Length: 0\r\n\r\n" + rawRefused, want: [][]string{append(append([]string{}, answered...), "body ")}},
		{name: "an empty body was sent in chunks", text: rawHead + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + rawRefused, want: [][]string{append(append([]string{}, answered...), "body ", "chunked")}},
		{name: "an empty file was sent", text: rawUpload(noFile), want: [][]string{{"part file (a.jpg) image/jpeg: ", fmt.Sprintf("form of %d bytes", len(noFile))}}},
		{name: "the file as a text", text: rawHead + "Content-Length: " + strconv.Itoa(want) + "\r\n\r\n" + string(multipartOf("B", meta, bytes.ToValidUTF8(jpeg, []byte("\uFFFD")))),
			want: [][]string{{"part file (a.jpg) image/jpeg: lost, -1 bytes", "note the bytes of the file \"a.jpg\" were saved as text"}}},
		{name: "the file in dots", text: lf(rawHead) + "Content-Length: " + strconv.Itoa(len(multipartOf("B", meta, []byte("......JFIF......")))) + "\n\n" + lf(string(multipartOf("B", meta, []byte("......JFIF......")))),
			want: [][]string{{"part file (a.jpg) image/jpeg: lost, 16 bytes", "note the bytes of the file \"a.jpg\" were saved as text", "note copying had made LF of the body's line ends; they are CR LF again, and"}}},
		{name: "tcpdump -A", text: "12:34:21.000 IP 10.0.0.2.51000 > 10.0.0.1.80: Flags [P.]\nE..4....@.@.........P....POST /cgi-bin/media/uploadimg?access_token=T HTTP/1.1\nHost: api.weixin.qq.com\nContent-Length: 0\n\n",
			want: [][]string{{"POST ?://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token=T", "endpoint article", "note 82 bytes before the request"}}},
		{name: "100 Continue after the head", text: rawHead + "Expect: 100-continue\r\nContent-Length: " + strconv.Itoa(want) + "\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + string(body) + rawRefused, want: withAnswer()},
		{name: "100 Continue after the body", text: rawUpload(body) + "HTTP/1.1 100 Continue\r\n\r\n" + rawRefused, want: withAnswer()},
		{name: "CONNECT first", text: "CONNECT api.mch.weixin.qq.com:443 HTTP/1.1\r\nHost: api.mch.weixin.qq.com:443\r\n\r\nHTTP/1.1 200 Connection established\r\n\r\n" + rawUpload(body) + rawRefused, want: withAnswer()},
		{name: "CONNECT only", text: "CONNECT api.mch.weixin.qq.com:443 HTTP/1.1\r\nHost: api.mch.weixin.qq.com:443\r\n\r\nHTTP/1.1 200 Connection established\r\n\r\n", err: "under TLS"},
		{name: "two in one connection", text: rawUpload(body) + rawRefused + rawUpload(body) + rawRefused, want: append(withAnswer(), withAnswer()...)},
		{name: "two without Content-Length", text: strings.Repeat(rawHead+"\r\n"+string(body)+"\r\n\r\n", 2), want: append(with("note there is neither"), with("note there is neither")...)},
		{name: "something after it", text: rawUpload(body) + rawRefused + "\r\n\x00\x01\x02", want: withAnswer("note 3 bytes at the end")},
		{name: "APIv2: the handshake is not known", text: "POST https://api.mch.weixin.qq.com/secapi/mch/uploadmedia HTTP/1.1\r\nAccept: */*\r\n\r\n", want: [][]string{{"POST ?://api.mch.weixin.qq.com/secapi/mch/uploadmedia", "endpoint secapi"}}},
		{name: "a path with a segment to fill", text: "POST /v3/mch-manage/submission-files/sub-mchid/1900000109/upload HTTP/1.1\r\nHost: h\r\n\r\n", want: [][]string{{"endpoint submission"}}},
		{name: "no upload", text: "GET /v3/certificates HTTP/1.1\r\nHost: api.mch.weixin.qq.com\r\n\r\n", want: [][]string{{"endpoint none", "GET ?://api.mch.weixin.qq.com/v3/certificates"}}},
		{name: "only a head", text: "POST /v3/merchant/media/upload HTTP/1.1\r\nHost: h", want: [][]string{{"endpoint merchant", "POST ?://h/v3/merchant/media/upload"}}},
		{name: "no form", text: "POST /v3/merchant/media/upload HTTP/1.1\nContent-Type: application/json\nContent-Length: 7\n\n{\"a\":1}\n", want: [][]string{{`body {"a":1}`}}},
		{name: "no form, no length, an answer", text: "POST /v3/merchant/media/upload HTTP/1.1\nContent-Type: application/json\n\n{\"a\":1}\n\n" + lf(rawRefused),
			want: [][]string{{`body {"a":1}`, "note there is neither", "answer 401 " + refused}}},

		{name: "gzip'ed answer", text: rawUpload(body) + "HTTP/1.1 401 x\r\nContent-Encoding: gzip\r\nContent-Length: " + strconv.Itoa(len(packed(t, "gzip", refused))) + "\r\n\r\n" + packed(t, "gzip", refused), want: with("answer 401 " + refused)},
		{name: "gzip'ed chunked answer", text: rawUpload(body) + "HTTP/1.1 401 x\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(packed(t, "gzip", refused), 5), want: with("answer 401 " + refused)},
		{name: "zlib and raw deflate", text: rawUpload(body) + "HTTP/1.1 401 x\r\nContent-Encoding: deflate\r\n\r\n" + packed(t, "zlib", refused), want: with("answer 401 " + refused)},
		{name: "raw deflate", text: rawUpload(body) + "HTTP/1.1 401 x\r\nContent-Encoding: deflate\r\n\r\n" + packed(t, "deflate", refused), want: with("answer 401 " + refused)},
		{name: "answer shown unpacked", text: rawUpload(body) + "HTTP/1.1 401 x\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n" + refused, want: with("answer 401 " + refused)},
		{name: "answer in br", text: rawUpload(body) + "HTTP/1.1 401 x\r\nContent-Encoding: br\r\nContent-Length: 3\r\n\r\n\x01\x02\x03", want: with("answer 401 ", "note the answer is packed with br")},
		{name: "br shown unpacked", text: rawUpload(body) + "HTTP/1.1 401 x\r\nContent-Encoding: br\r\n\r\n" + refused, want: with("answer 401 " + refused)},
		{name: "gzip cut off", text: rawUpload(body) + "HTTP/1.1 401 x\r\nContent-Encoding: gzip\r\n\r\n" + packed(t, "gzip", refused)[:20], want: with("note the answer could not be unpacked")},
		{name: "answer with chunk sizes copied", text: rawUpload(body) + "HTTP/1.1 401 x\nTransfer-Encoding: chunked\n\n40\n" + refused + "\n0\n\n", want: with("answer 401 " + refused)},
		{name: "answer without a body", text: rawUpload(body) + "HTTP/1.1 204 No Content\r\nDate: nonsense\r\n\r\n", want: with("answer 204 ")},
		{name: "UTF-16 by PowerShell", text: utf16le("POST /v3/merchant/media/upload HTTP/1.1\r\nHost: 中.example😀\r\n\r\n"), want: [][]string{{"POST ?://中.example😀/v3/merchant/media/upload", "note the text was in UTF-16"}}},
	}
	for _, c := range cases {
		t.Run(c.name, c.run)
	}
}

func utf16le(text string) string {
	out := "\xff\xfe"
	for _, r := range text {
		if r > 0xFFFF {
			r -= 0x10000
			hi, lo := 0xD800+r>>10, 0xDC00+r&0x3FF
			out += string([]byte{byte(hi), byte(hi >> 8), byte(lo), byte(lo >> 8)})
			continue
		}
		out += string([]byte{byte(r), byte(r >> 8)})
	}
	return out
}
