package server

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/internal/secret"
	"github.com/wxup/wxup/sign"
)

// pieces are the runs of n characters of a secret, as it is and as they are written in hex and in
// base64, from each of their starts. Of what is hex they have twice as many: fewer digits may be
// those of a time or an id.
func pieces(secret string, n int) (list []string) {
	runs := func(s string, n int) {
		for i := range len(s) - n + 1 {
			list = append(list, s[i:i+n])
		}
	}
	if _, err := hex.DecodeString(secret); err == nil {
		runs(secret, 2*n)
	} else {
		runs(secret, n)
	}
	runs(hex.EncodeToString([]byte(secret)), 2*n)
	for i := range 3 {
		runs(strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(secret[i:])), "="), (4*n+2)/3)
	}
	return list
}

// TestSecretsNowhere sends each secret in each place where a client may put it by mistake, and
// looks for any 6 characters of it in the record, the log and the answer.
func TestSecretsNowhere(t *testing.T) {
	const (
		v2Key = "Qw7ErTy9UiOp2AsDfGh4JkLzXcVbNm1Q"
		v3Key = "zXcV8bNmK2jHgFdS6aQwErTyUiOp4LkJ"
	)
	g := newRig(t, func(c *Config) {
		c.Secrets = secret.New(v2Key, v3Key, appSecret)
		c.Index.(*Memory).PutMerchant(Merchant{MchID: mchid, APIv2Key: v2Key, APIv3Key: v3Key, Certificates: []MerchantCertificate{{Certificate: keys().mine.pair.Leaf}}})
	})
	token := g.token()
	header := func(change func(h, secret string) string) func(a *attempt, secret string) {
		return func(a *attempt, secret string) {
			authorization("", "")(a)
			a.header["Authorization"] = change(a.header["Authorization"], secret)
		}
	}
	pair := func(name string) func(a *attempt, secret string) {
		return header(func(h, secret string) string {
			before, rest, _ := strings.Cut(h, name+`="`)
			_, after, _ := strings.Cut(rest, `"`)
			return before + name + `="` + secret + `"` + after
		})
	}
	places := map[string]func(a *attempt, secret string){
		"mchid": pair("mchid"), "nonce_str": pair("nonce_str"), "timestamp": pair("timestamp"), "serial_no": pair("serial_no"), "signature": pair("signature"),
		"scheme":       header(func(h, s string) string { return strings.Replace(h, sign.SchemeRSA, s, 1) }),
		"pair":         header(func(h, s string) string { return strings.Replace(h, "mchid", s, 1) }),
		"extra":        header(func(h, s string) string { return h + `,` + s + `="1"` }),
		"tail":         header(func(h, s string) string { return h + " " + s }),
		"gap":          header(func(h, s string) string { return strings.Replace(h, `",`, `" `+s+` `, 1) }),
		"no pairs":     header(func(_, s string) string { return sign.SchemeRSA + " " + s }),
		"quoted":       header(func(h, s string) string { return strings.Replace(h, `nonce_str="`, `nonce_str="`+s+`"`, 1) }),
		"bearer":       header(func(_, s string) string { return "Bearer " + s }),
		"v2 sign":      func(a *attempt, s string) { a.fields = signedWith(a, "no"); a.fields["sign"] = s },
		"v2 media":     func(a *attempt, s string) { a.fields = signedWith(a, "no"); a.fields["media_hash"] = s },
		"v2 mch_id":    func(a *attempt, s string) { a.fields = signedWith(a, "no"); a.fields["mch_id"] = s },
		"v2 sign_type": func(a *attempt, s string) { a.fields = signedWith(a, "no"); a.fields["sign_type"] = s },
		"token":        func(a *attempt, s string) { a.query = "access_token=" + url.QueryEscape(s) },
		"token, more":  func(a *attempt, s string) { a.query = "access_token=" + url.QueryEscape(s) + "&type=image" },
		"query":        func(a *attempt, s string) { a.query = s + "=1&type=" + s },
		"digest":       func(a *attempt, s string) { a.meta = a.metaWith(s) },
		"meta":         func(a *attempt, s string) { a.meta = s },
		"name":         func(a *attempt, s string) { a.name = s + ".png" },
		"part":         func(a *attempt, s string) { a.partName = s },
		"signed":       func(a *attempt, s string) { a.signed = &s },
	}
	written := map[string]func(s string) string{
		"": func(s string) string { return s }, "hex ": func(s string) string { return hex.EncodeToString([]byte(s)) },
		"base64 ": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"long ":   func(s string) string { return "sent by mistake " + s + " and more" },
		"joined ": func(s string) string { return "xxxxxxxxxx" + s + "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy" },
	}
	for name, value := range map[string]string{"APIv2": v2Key, "APIv3": v3Key, "AppSecret": appSecret, "token": token} {
		known := pieces(value, 6)
		for place, put := range places {
			for how, write := range written {
				ep := wxup.MarketingImage
				switch {
				case strings.HasPrefix(place, "v2"):
					ep = wxup.SecapiMedia
				case strings.HasPrefix(place, "token"), place == "query":
					ep = wxup.ArticleImage
				}
				a := try(ep)
				a.header["Wxup-Explain"] = "1"
				put(a, write(value))
				logged := len(g.log.String())
				got := g.send(a)
				e := g.lastExchange()
				said := fmt.Sprintf("%s %v\n%s\n%s", got.body, got.header, encodeJSON(e), g.log.String()[logged:])
				for _, lang := range []string{"en", "zh"} {
					if e.Report != nil {
						for _, f := range e.Report.Findings {
							said += "\n" + f.Text(lang) + "\n" + f.Fix(lang)
						}
					}
				}
				for _, piece := range known {
					if at := strings.Index(said, piece); at >= 0 {
						t.Errorf("%s as %s%s: …%s…", name, how, place, said[max(0, at-60):min(len(said), at+40)])
						break
					}
				}
			}
		}
	}
}
