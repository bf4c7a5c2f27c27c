package inspectortest

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/inspector"
	"github.com/wxup/wxup/explain"
)

// script is what a stranger would like to run.
const script = `<script>window.pwned=1</script><img src=x onerror=window.pwned=1>`

// Attack sends it wherever a request has room for it.
func (g *Rig) Attack() []string {
	g.T.Helper()
	var ids []string
	for _, a := range []Attempt{
		{Name: `x"onmouseover="pwned=1.jpg`},
		{Name: "a.jpg", Meta: `{"filename":"` + script + `.jpg","sha256":"` + Digest(Photo(0)) + `"}`},
		{Name: strings.ReplaceAll(script, `"`, "'") + ".jpg"},
		{Name: "{{.}}${pwned}`.jpg"},
		{Name: "\u202egpj.jpg"},
		{MchID: script},
		{MchID: "javascript:window.pwned=1"},
		{Meta: script},
		{Meta: "]]>--><!--\x00\xff" + script},
		{Timestamp: "1<b>"},
		{Header: http.Header{"X-Note": {script}, "User-Agent": {script}}},
		{Signed: func(string, string) string { return script }},
	} {
		if _, id := g.Send(a); id != "" {
			ids = append(ids, id)
		}
	}
	r, err := http.NewRequest("POST", g.Public.URL+"/cgi-bin/media/uploadimg?access_token=%3Cscript%3E&x="+`%22%3E<script>`, strings.NewReader("x"))
	g.Must(err)
	r.URL.RawQuery = `access_token=<script>&"><script>window.pwned=1</script>=1`
	if resp, err := http.DefaultClient.Do(r); err == nil {
		resp.Body.Close()
	}
	r, err = http.NewRequest("POST", g.Public.URL+"/v3/%3Cscript%3Ewindow.pwned=1%3C/script%3E", nil)
	g.Must(err)
	resp, err := http.DefaultClient.Do(r)
	g.Must(err)
	resp.Body.Close()
	return ids
}

// Proxied makes the inspector show two clients of a proxy.
func (g *Rig) Proxied() {
	g.Inspector.Visits = func() []inspector.Visit {
		return []inspector.Visit{
			{Time: time.Now(), Count: 3, Remote: "127.0.0.1", Host: "api.mch.weixin.qq.com:443", Reason: explain.Words{EN: "it does not trust the CA", ZH: "它不信任该 CA"}},
			{Time: time.Now(), Count: 1, Remote: "127.0.0.1", Host: "api.weixin.qq.com:443", UserAgent: "axios/1.21.1<script>", Reached: true},
		}
	}
}

// Crowd makes exchanges of every kind.
func (g *Rig) Crowd() {
	g.T.Helper()
	g.Send(Attempt{MchID: "1900000109", Name: "menu.jpg"})
	g.Upload(wxup.ArticleImage, "spring-tea.jpg", Photo(3))
	g.Upload(wxup.MerchantImage, "licence.jpg", Photo(4))
	g.Send(Attempt{Name: "老茶馆优惠券.jpg", Data: Photo(5)})
	g.Send(Attempt{Timestamp: fmt.Sprint(time.Now().UnixMilli())})
	g.Send(Attempt{Meta: `{"filename":"photo.jpg","sha256":"` + strings.Repeat("ab", 32) + `"}`})
	g.Upload(wxup.MarketingImage, "autumn-coupon.jpg", Photo(6))
	g.Send(Attempt{Name: "notes.txt", Data: []byte("these are no pixels at all")})
	g.Send(Attempt{Data: Photo(7), Meta: `{"filename":"other-name.jpg","sha256":"` + Digest(Photo(7)) + `"}`})
}
