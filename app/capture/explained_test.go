package capture

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/wxup/wxup/explain"
)

// TestNotTheClientsMistake explains uploads that were right but for their signature, saved in ways that lose something. What
// was lost must not be found as a mistake in the form, the file or its digest.
func TestNotTheClientsMistake(t *testing.T) {
	picture := "\x89PNG\r\n\x1a\n" + strings.Repeat("\xff\x00\r\n", 30)
	body := multipartOf("B", meta, []byte(picture))
	noFile := multipartOf("B", meta, nil)
	asText := multipartOf("B", meta, bytes.ToValidUTF8([]byte(picture), []byte("\uFFFD")))
	contentType := "multipart/form-data; boundary=B"
	length := fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body))
	for name, text := range map[string]string{
		"file left out":          rawHead + length + string(noFile),
		"file left out, pasted":  lf(rawHead + length + string(noFile)),
		"a word for the file":    rawHead + length + string(multipartOf("B", meta, []byte("[binary]"))),
		"file as text":           rawHead + length + string(asText),
		"file as text, pasted":   lf(rawHead + length + string(asText)),
		"only the head":          rawHead + length,
		"HAR, file left out":     harOf(entryOf(contentType, len(body), `"text":`+js(string(noFile)), `"text":""`)),
		"HAR, length not known":  harOf(entryOf(contentType, -1, `"text":`+js(string(noFile)), `"text":""`)),
		"HAR, file as text":      harOf(entryOf(contentType, len(body), `"text":`+js(string(asText)), `"text":""`)),
		"HAR, fields":            harOf(entryOf(contentType, len(body), `"params":[{"name":"meta","value":`+js(meta)+`,"contentType":"application/json"},{"name":"file","fileName":"a.jpg","contentType":"image/jpeg"}]`, `"text":""`)),
		"HAR, nothing":           harOf(entryOf(contentType, len(body), `"text":""`, `"text":""`)),
		"curl, file not here":    "curl -F 'meta=" + meta + ";type=application/json' -F 'file=@b.jpg;filename=a.jpg' -H 'Authorization: " + auth + "' " + uploadURL,
		"curl from Chrome":       "curl '" + uploadURL + "' -H 'Content-Type: " + contentType + "' --data-raw " + chromeSh(string(noFile)),
		"curl from Chrome, cmd":  "curl " + chromeCmd(uploadURL) + " ^\n -H " + chromeCmd("Content-Type: "+contentType) + " --data-raw " + chromeCmd(string(noFile)),
		"APIv2 over TLS, proxy":  strings.Replace(rawHead, "/v3/merchant/media/upload", "https://api.mch.weixin.qq.com/secapi/mch/uploadmedia", 1) + length + string(noFile),
		"APIv2, cert not here":   "curl --cert none.pem -F media=@b.jpg https://api.mch.weixin.qq.com/secapi/mch/uploadmedia",
		"account, file not here": "curl -F media=@b.jpg 'https://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token=T'",
	} {
		saved, err := Read([]byte(text), openDisk)
		if err != nil || len(saved) != 1 {
			t.Fatalf("%s: %d requests, %v", name, len(saved), err)
		}
		var report explain.Report
		switch saved[0].Endpoint.Family {
		case "payv2":
			report = explain.V2(&saved[0].Request, nil)
		case "account":
			report = explain.Account(&saved[0].Request, nil)
		default:
			report = explain.V3(&saved[0].Request, nil)
		}
		for _, f := range report.Findings {
			kind, _, _ := strings.Cut(f.Cause, ".")
			if name == "APIv2 over TLS, proxy" && kind == "form" {
				continue // its parts are those of APIv3
			}
			if kind == "form" || kind == "file" || kind == "digest" || strings.Contains(f.Cause, "certificate") {
				t.Errorf("%s: found %v, %s", name, f, f.Proof.Fact)
			}
		}
		if len(saved[0].Notes) == 0 && !strings.HasPrefix(name, "APIv2") {
			t.Errorf("%s: no note", name)
		}
	}
}
