package explain

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// FuzzExplain gives strangers' bytes: nothing may fail, nothing secret may be shown, and only
// causes of the table be named.
func FuzzExplain(f *testing.F) {
	for _, m := range v3Mistakes {
		c := newClient()
		m.make(c)
		r := c.request()
		f.Add(r.Header.Get("Authorization"), r.Target, r.Header.Get("Content-Type"), r.Body)
	}
	for _, m := range v2Mistakes[:20] {
		c := newV2()
		m.make(c)
		r := c.request()
		f.Add("", r.Target, r.Header.Get("Content-Type"), r.Body)
	}
	for _, m := range accountMistakes[:40] {
		c := newAccount()
		m.make(c)
		r := c.request()
		f.Add(r.Header.Get("Authorization"), r.Target, r.Header.Get("Content-Type"), r.Body)
	}
	for _, signature := range []string{"sha256withrsa=3082", "[ 48      130 ]       "} { // the beginning of DER alone
		f.Add(`WECHATPAY2-SHA256-RSA2048 mchid="1900009191",signature="`+signature+`"`, "/v3/merchant/media/upload", "", []byte(nil))
	}
	f.Add("", "", "", answer("POST", "/v3", "1", "n", "{}"))
	w := theWorld()
	known := *w.known
	known.Budget = 200_000
	known.Tokens = newAccount().known.Tokens
	f.Fuzz(func(t *testing.T, authorization, target, contentType string, body []byte) {
		req := &Request{Method: "POST", Target: target, Host: "h", Received: time.Unix(1755000000, 0), Body: body,
			Header: http.Header{"Authorization": {authorization}, "Content-Type": {contentType}}}
		var found []Finding
		for _, explain := range []func(*Request, *Known) Report{V3, V2, Account, Call} {
			r := explain(req, &known)
			found = append(found, r.Findings...)
			text, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range []string{w.merchant.APIv2Key, w.merchant.APIv3Key, w.neighbour.APIv2Key, w.neighbour.APIv3Key, goodToken} {
				if strings.Contains(string(text), secret) {
					t.Errorf("a secret is shown: %s", text)
				}
			}
		}
		for _, x := range append(found, Observed(body, req)...) {
			if !isCause(x.Cause) {
				t.Errorf("%s is not in the table", x.Cause)
			}
			if len(x.Value) > 4*maxValue {
				t.Errorf("%s: the value is long: %s", x.Cause, x.Value)
			}
			if len(x.Proof.Signed)+len(x.Proof.Wanted)+len(x.Proof.Fact) > 8000 {
				t.Errorf("%s: the proof is long: %+v", x.Cause, x.Proof)
			}
		}
		TokenTexts(req)
	})
}
