package explain

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// TestSecretAsID: a secret sent as an id is shown nowhere, even if it belongs to nobody.
func TestSecretAsID(t *testing.T) {
	for name, query := range map[string]string{
		"swapped":                  "/cgi-bin/gettoken?corpid=0aBcD1eFgH2iJkL3mNoP4qRsT5uVwX6yZaB7cDeF8gH&corpsecret=ww0123456789abcdef",
		"a corpsecret as appid":    "/cgi-bin/token?grant_type=client_credential&appid=0aBcD1eFgH2iJkL3mNoP4qRsT5uVwX6yZaB7cDeF8gH&secret=0123456789abcdef0123456789abcdef",
		"an access_token as appid": "/cgi-bin/token?grant_type=client_credential&appid=57_0aBcD1eFgH2iJkL3mNoP4qRsT5uVwX6yZaB7cDeF8gHxxxxxxxxxxxxxxx&secret=0123456789abcdef0123456789abcdef",
	} {
		r := Call(&Request{Method: "GET", Target: query, Host: "api.weixin.qq.com", Header: http.Header{}}, &Known{Issuer: true})
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "0aBcD1eFgH2iJkL3") {
			t.Errorf("%s: the secret is shown: %s", name, text)
		}
		if len(r.Findings) == 0 || name == "swapped" != r.Has("account.ask.swapped") {
			t.Errorf("%s: found %+v", name, r.Findings)
		}
	}
}

// TestLongValue: what is shown of a value is bounded, whoever found it.
func TestLongValue(t *testing.T) {
	long := strings.Repeat("9", 50_000)
	for _, r := range []Report{
		Call(&Request{Method: "GET", Target: "/cgi-bin/token?grant_type=" + long + "&appid=wx0123456789abcdef", Host: "api.weixin.qq.com", Header: http.Header{}}, nil),
		V3(&Request{Method: "POST", Target: "/v3/merchant/media/upload", Header: http.Header{"Content-Type": {"x/" + long}, "Authorization": {`WECHATPAY2-SHA256-RSA2048 mchid="` + long + `",signature="` + long + `"`}}}, theWorld().known),
	} {
		if len(r.Findings) == 0 {
			t.Error("nothing is found")
		}
		for _, f := range r.Findings {
			if len(f.Value) > 2*maxValue {
				t.Errorf("%s has a value of %d bytes", f.Cause, len(f.Value))
			}
		}
	}
}

// TestPathOfBlanks: a path that is made to be trimmed many times costs about what another does.
func TestPathOfBlanks(t *testing.T) {
	cost := func(path string) float64 {
		return testing.AllocsPerRun(3, func() { Meant(&Request{Method: "POST", Target: path, Header: http.Header{}}) })
	}
	blanks, letters := cost("/"+strings.Repeat("%20/", 120)), cost("/"+strings.Repeat("abc/", 120))
	t.Logf("%.0f allocations, %.0f for letters", blanks, letters)
	if blanks > 20_000 {
		t.Errorf("%.0f allocations", blanks)
	}
}
