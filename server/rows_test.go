package server

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/wire"
)

// TestBadRows: New refuses a row that cannot work, and names it.
func TestBadRows(t *testing.T) {
	m := NewMemory()
	for want, change := range map[string]func(*wxup.Endpoint){
		"has no name":              func(ep *wxup.Endpoint) { ep.Name = "" },
		"another endpoint has":     func(ep *wxup.Endpoint) { ep.Name = "marketing" },
		"marketing has the same":   func(ep *wxup.Endpoint) { ep.Path = wxup.MarketingImage.Path },
		`unknown family "payv4"`:   func(ep *wxup.Endpoint) { ep.Family = "payv4" },
		`"v3/odd" is not a path`:   func(ep *wxup.Endpoint) { ep.Path = "v3/odd" },
		"path /v3/{x":              func(ep *wxup.Endpoint) { ep.Path = "/v3/{x" },
		"path /v3/{x}/{x}":         func(ep *wxup.Endpoint) { ep.Path = "/v3/{x}/{x}" },
		"path /v3/certificates":    func(ep *wxup.Endpoint) { ep.Path = "/v3/certificates" },
		"FilePart and Accepts":     func(ep *wxup.Endpoint) { ep.FilePart = "" },
		"and Accepts are required": func(ep *wxup.Endpoint) { ep.Accepts = nil },
		"AnswerURL or AnswerID":    func(ep *wxup.Endpoint) { ep.AnswerID = "" },
		`"a..b" is not the name`:   func(ep *wxup.Endpoint) { ep.AnswerID = "a..b" },
		`"." is not the name`:      func(ep *wxup.Endpoint) { ep.AnswerURL = "." },
		`"a.b" is not the name`:    func(ep *wxup.Endpoint) { ep.Family, ep.AnswerID = wxup.PayV2, "a.b" },
		`"a b" is not the name`:    func(ep *wxup.Endpoint) { ep.Family, ep.AnswerID = wxup.PayV2, "a b" },
		"MetaPart is required":     func(ep *wxup.Endpoint) { ep.MetaPart = "" },
		`unknown digest "sha1"`:    func(ep *wxup.Endpoint) { ep.Digest = "sha1" },
		"too small for files":      func(ep *wxup.Endpoint) { ep.Accepts = []wxup.Accept{{Format: media.PNG, Max: 1 << 40}} },
	} {
		row := oddRow()
		change(row)
		_, err := New(Config{Index: m, Keeper: m, Endpoints: []*wxup.Endpoint{wxup.MarketingImage, row}})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "server: endpoint "+row.Name) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := New(Config{Index: m, Keeper: m, Endpoints: []*wxup.Endpoint{nil}}); err == nil {
		t.Error("a nil row was taken")
	}
}

func oddRow() *wxup.Endpoint {
	return &wxup.Endpoint{
		Name: "odd", Family: wxup.PayV3, Path: "/v3/odd", FilePart: "odd_file", MetaPart: "info", DigestField: "odd_digest", Digest: "sha256",
		NameField: "odd_name", NameMax: 30, AnswerID: "odd_id", Accepts: []wxup.Accept{{Format: media.PNG, Max: 1 << 20}},
	}
}

// TestOddRows sends uploads to rows that no document has: every family with odd names, every
// digest, every kind of answer.
func TestOddRows(t *testing.T) {
	for _, family := range []wxup.Family{wxup.PayV3, wxup.PayV2, wxup.FamilyAccount} {
		for name, change := range map[string]func(*wxup.Endpoint){
			"id":            func(*wxup.Endpoint) {},
			"url":           func(ep *wxup.Endpoint) { ep.AnswerURL, ep.AnswerID = "odd_url", "" },
			"url and id":    func(ep *wxup.Endpoint) { ep.AnswerURL = "odd_url" },
			"no NameMax":    func(ep *wxup.Endpoint) { ep.NameMax = 0 },
			"no NameField":  func(ep *wxup.Endpoint) { ep.NameField, ep.NameMax = "", 0 },
			"no digest":     func(ep *wxup.Endpoint) { ep.DigestField, ep.Digest = "", "" },
			"md5":           func(ep *wxup.Endpoint) { ep.Digest = "md5" },
			"sm3":           func(ep *wxup.Endpoint) { ep.Digest = "sm3" },
			"a nested id":   func(ep *wxup.Endpoint) { ep.AnswerID = "data.odd.id" },
			"nested beside": func(ep *wxup.Endpoint) { ep.AnswerURL, ep.AnswerID = "data.odd.url", "data.odd.id" },
			"a wildcard":    func(ep *wxup.Endpoint) { ep.Path += "/{x}/upload" },
			"an alias":      func(ep *wxup.Endpoint) { ep.FilePart, ep.FileAliases = "other", []string{"odd_file"} },
			"a gif": func(ep *wxup.Endpoint) {
				ep.AnswerURL, ep.Accepts = "odd_url", []wxup.Accept{{Format: media.GIF, Max: 1 << 20}}
			},
		} {
			row := oddRow()
			row.Family = family
			switch family {
			case wxup.PayV2:
				row.Path, row.MetaPart, row.NameField = "/secapi/odd", "", ""
			case wxup.FamilyAccount:
				row.Path, row.MetaPart, row.NameField, row.DigestField, row.Digest = "/cgi-bin/odd", "", "", "", ""
			}
			change(row)
			if family == wxup.PayV2 && strings.Contains(row.AnswerID, ".") || family != wxup.PayV3 && name == "no NameField" ||
				family == wxup.FamilyAccount && row.Digest != "" {
				continue
			}
			t.Run(fmt.Sprint(family, "/", name), func(t *testing.T) {
				g := newRig(t, func(c *Config) { c.Endpoints = []*wxup.Endpoint{row} })
				a := try(row)
				a.partName = "odd_file"
				if row.Accepts[0].Format == media.GIF {
					a.data, a.name = sample(row)
				}
				got := g.send(a)
				e := g.lastExchange()
				if e.Media == nil {
					t.Fatalf("%d %s: %s: %s", got.status, got.body, e.Problem, e.Reason)
				}
				for member, value := range map[string]string{row.AnswerURL: e.Media.URL, row.AnswerID: e.Media.ID} {
					if member == "" {
						continue
					}
					steps := strings.Split(member, ".")
					if value == "" || !strings.Contains(got.body, steps[len(steps)-1]) || strings.Count(got.body, value) < 1 || strings.Count(got.body, `"data"`) > 1 {
						t.Errorf("%s=%q is not in %s", member, value, got.body)
					}
					if ans, data := g.fetch(value); string(data) != string(a.data) {
						t.Errorf("fetched back %s: %d, %d bytes", value, ans.status, len(data))
					}
				}
			})
		}
	}
}

// TestSharedPath serves rows that share a path: the fixed query tells them apart, and the kind of
// the access_token.
func TestSharedPath(t *testing.T) {
	image, voice, corp := typedRow("image"), typedRow("voice"), typedRow("image")
	corp.Name, corp.Corp, corp.AnswerID = "typed-corp", true, "corp_media_id"
	described := typedRow("described")
	described.Fields = []wxup.Field{{Name: "title", Part: "description", Required: true}}
	g := newRig(t, func(c *Config) { c.Endpoints = []*wxup.Endpoint{image, voice, corp, described} })
	for _, c := range []struct {
		row   *wxup.Endpoint
		token string
		parts map[string]string
		want  string // in the answer
	}{
		{image, g.token(), nil, `^{"type":"image","media_id":"[\w-]+","created_at":\d+,"errcode":0,"errmsg":"ok"}$`},
		{voice, g.token(), nil, `^{"type":"voice",`},
		{corp, g.corpToken(), nil, `^{"type":"image","corp_media_id":"[\w-]+","created_at":"\d+",`},
		{voice, g.corpToken(), nil, `^{"errcode":40001,`}, // a company has no row with this type
		{described, g.token(), nil, `^{"errcode":47001,`},
		{described, g.token(), map[string]string{"description": `{"title":""}`}, `^{"errcode":47001,`},
		{described, g.token(), map[string]string{"description": `{"title":"a"`}, `^{"errcode":47001,`},
		{described, g.token(), map[string]string{"description": `{"title":"a"}`}, `^{"type":"described",`},
	} {
		a := try(c.row)
		a.fields, a.query = c.parts, "access_token="+c.token
		got := g.send(a)
		if e := g.lastExchange(); !regexp.MustCompile(c.want).MatchString(got.body) || e.Media != nil && e.Endpoint != c.row.Name {
			t.Errorf("%s, %v: %s as %s: %s", c.row.Name, c.parts, got.body, e.Endpoint, e.Reason)
		}
	}
}

// TestCorpToken: a company gets the same token until it expires, and is refused in its own words.
func TestCorpToken(t *testing.T) {
	g := newRig(t)
	first := g.corpToken()
	g.advance(tokenLife - time.Minute)
	if again := g.corpToken(); again != first {
		t.Error("the token was replaced before it expired")
	}
	g.advance(2 * time.Minute)
	if g.corpToken() == first {
		t.Error("an expired token was given again")
	}
	for query, want := range map[string]string{
		"corpid=ww0&corpsecret=x":                          "40013 invalid corpid",
		"corpid=" + appid + "&corpsecret=" + appSecret:     "40013 invalid corpid",
		"corpid=" + corpid + "&corpsecret=x":               "40001 invalid credential",
		"corpid=" + corpid:                                 "41004 corpsecret missing",
		"appid=" + corpid + "&secret=" + appSecret:         "41004 corpsecret missing",
		"corpid=" + corpid + "&secret=" + appSecret + "&a": "41004 corpsecret missing",
	} {
		got := g.get("/cgi-bin/gettoken?" + query)
		a, err := wire.UnmarshalAccount([]byte(got.body))
		code, message, _ := strings.Cut(want, " ")
		if err != nil || strconv.Itoa(a.ErrCode) != code || !strings.HasPrefix(a.ErrMsg, message+", hint: [") || !strings.Contains(a.ErrMsg, "], from ip: 127.0.0.1, more info at ") {
			t.Errorf("%s: %s", query, got.body)
		}
	}
	if got := g.get("/cgi-bin/token?grant_type=client_credential&appid=" + corpid + "&secret=" + appSecret); !strings.Contains(got.body, "40013") {
		t.Errorf("a corpid as appid: %s", got.body)
	}
	g.mem.PutApp(App{AppID: corpid, Secret: appSecret, AllowIPs: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}})
	if got := g.get("/cgi-bin/gettoken?corpid=" + corpid + "&corpsecret=" + appSecret); !strings.Contains(got.body, `"errcode":60020,"errmsg":"not allow to access from your ip, hint`) {
		t.Errorf("from a foreign address: %s", got.body)
	}
}
