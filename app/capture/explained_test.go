package capture

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/wxup/wxup/explain"
)

// TestNotTheClientsMistake explains uploads that were right but for their signature, saved in ways
// that lose something. What was lost must not be found as a mistake in the form, the file or its
// digest.
func TestNotTheClientsMistake(t *testing.T) {
	picture := "\x89PNG\r\n\x1a\n" + strings.Repeat("\xff\x00\r\n", 30)
	body := multipartOf("B", meta, []byte(picture))
	noFile := multipartOf("B", meta, nil)
	asText := multipartOf("B", meta, bytes.ToValidUTF8([]byte(picture), []byte("\uFFFD")))
	contentType := "multipart/form-data; boundary=B"
	length := fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body))
	saves := map[string]string{
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
	}
	for _, w := range logWriters {
		if w.shows == everything {
			continue
		}
		saves[w.name] = w.write(rawHead+length+string(body), rawRefused)
	}
	for name, text := range saves {
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

// TestShellVariables: what only the shell knew is not judged. In single quotes it is no variable:
// it was sent so.
func TestShellVariables(t *testing.T) {
	v3 := func(mchid, nonce, timestamp, serial, signature string) string {
		return `WECHATPAY2-SHA256-RSA2048 mchid=\"` + mchid + `\",nonce_str=\"` + nonce + `\",timestamp=\"` + timestamp + `\",serial_no=\"` + serial + `\",signature=\"` + signature + `\"`
	}
	form := ` -F 'meta=` + meta + `;type=application/json' -F 'file=@none.jpg;filename=a.jpg' ` + uploadURL
	const secapi, article = "https://api.mch.weixin.qq.com/secapi/mch/uploadmedia", "https://api.weixin.qq.com/cgi-bin/media/uploadimg"
	for name, x := range map[string]struct{ text, want, unjudged string }{
		"signature":          {`curl -H "Authorization: ` + v3("1900009191", "n1", "1755000000", "5F1C", "$SIG") + `"` + form, "", "$SIG"},
		"in braces":          {`curl -H "Authorization: ` + v3("1900009191", "n1", "1755000000", "5F1C", "${SIG}") + `"` + form, "", "${SIG}"},
		"a command":          {`curl -H "Authorization: ` + v3("1900009191", "n1", "1755000000", "5F1C", `$(sign "$TEXT", x)`) + `"` + form, "", "the value of $… is not known"},
		"everything":         {`curl -H "Authorization: ` + v3("$MCHID", "$NONCE", "$TIME", "$SERIAL", "$SIG") + `"` + form, "", "$"},
		"the whole header":   {`curl -H "Authorization: $AUTH"` + form, "", "$AUTH"},
		"the pairs":          {`curl -H "Authorization: WECHATPAY2-SHA256-RSA2048 $PAIRS"` + form, "", "$PAIRS"},
		"backticks":          {"curl -H \"Authorization: " + v3("1900009191", "n1", "`date +%s`", "5F1C", "aGVsbG8=") + `"` + form, "", "the value of … is not known"},
		"Windows":            {`curl -H "Authorization: ` + v3("1900009191", "n1", "1755000000", "5F1C", "%SIG%") + `" -F "meta={}" ^` + "\r\n" + ` -F "file=@none.jpg" ` + uploadURL, "form.meta_member", "%SIG%"},
		"meta":               {`curl -H "Authorization: ` + v3("1900009191", "n1", "1755000000", "5F1C", "aGVsbG8=") + `" -F "meta={\"filename\":\"a.jpg\",\"sha256\":\"$SHA\"}" -F 'file=@none.jpg;filename=a.jpg' ` + uploadURL, "", "$SHA"},
		"all of meta":        {`curl -H "Authorization: ` + v3("1900009191", "n1", "1755000000", "5F1C", "aGVsbG8=") + `" -F "meta=$META" -F 'file=@none.jpg;filename=a.jpg' ` + uploadURL, "", "$META"},
		"in single quotes":   {`curl -H 'Authorization: ` + strings.ReplaceAll(v3("1900009191", "n1", "1755000000", "5F1C", "$SIG"), `\`, "") + `'` + form, "v3.signature.placeholder", ""},
		"APIv2":              {`curl --cert none.pem -F mch_id=1900009191 -F "media_hash=$HASH" -F "sign=$SIGN" -F media=@none.jpg ` + secapi, "", "$HASH"},
		"APIv2, sign_type":   {`curl --cert none.pem -F mch_id=1900009191 -F media_hash=d41d8cd98f00b204e9800998ecf8427e -F "sign_type=$T" -F sign=ABCD -F media=@none.jpg ` + secapi, "", "$T"},
		"token":              {`curl -F media=@none.jpg "` + article + `?access_token=$TOKEN"`, "", "$TOKEN"},
		"token of a command": {`curl -F media=@none.jpg "` + article + `?access_token=$(curl -s "http://a/t?a=1&b=2" | jq -r .access_token)"`, "", "the value of $… is not known"},
		"token, quoted":      {`curl -F media=@none.jpg '` + article + `?access_token=${TOKEN}'`, "account.token.placeholder", ""},
	} {
		saved, err := Read([]byte(x.text), openDisk)
		if err != nil || len(saved) != 1 || saved[0].Endpoint == nil {
			t.Errorf("%s: %d requests, %v", name, len(saved), err)
			continue
		}
		explainer := explain.V3
		switch saved[0].Endpoint.Family {
		case "payv2":
			explainer = explain.V2
		case "account":
			explainer = explain.Account
		}
		report := explainer(&saved[0].Request, nil)
		var causes, ruledOut []string
		for _, f := range report.Findings {
			causes = append(causes, f.Cause)
		}
		for _, w := range report.RuledOut {
			ruledOut = append(ruledOut, w.EN)
		}
		if got := strings.Join(causes, " "); got != x.want {
			t.Errorf("%s: found %q, want %q: %+v", name, got, x.want, report.Findings)
		}
		if said := strings.Join(ruledOut, "\n"); x.unjudged != "" && !strings.Contains(said, x.unjudged) {
			t.Errorf("%s: it is not said that %s is not known: %q", name, x.unjudged, said)
		}
	}
}
