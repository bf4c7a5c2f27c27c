package explain

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/wire"
)

// accountBeside are mistakes beside which something false was said.
var accountBeside = []accountMistake{
	{`TOKEN"}`, "account.token.wrapped", sentToken(func(s string) string { return s + `"}` })},
	{"a code that was redeemed", "account.token.kind", func(c *accountClient) {
		c.token = "queryauthcode@@@abcdefghijklmnopqrstuvwxyz0123456789"
		c.known.Tokens = append(c.known.Tokens, Token{Value: c.token, Kind: "code", Retired: time.Unix(1755000000, 0).Add(-time.Hour)})
	}},
	{"Basic appid:secret", "account.token.credentials", func(c *accountClient) {
		c.target = uploadimg
		c.headers["Authorization"] = "Basic " + base64.StdEncoding.EncodeToString([]byte("wxd930ea5d5a258f4f:0123456789abcdef0123456789abcdef"))
	}},
	{"appid and secret as headers", "account.token.credentials", func(c *accountClient) {
		c.target = uploadimg
		c.headers["App-Id"], c.headers["App-Secret"] = "wxd930ea5d5a258f4f", "0123456789abcdef0123456789abcdef"
	}},
	{"appid and secret as fields", "account.token.credentials", func(c *accountClient) {
		c.target = uploadimg
		for name, value := range map[string]string{"appid": "wxd930ea5d5a258f4f", "secret": "0123456789abcdef0123456789abcdef"} {
			c.more += "--xyz\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
		}
	}},
	{"a cloud token in a header", "account.token.cloud_place", func(c *accountClient) {
		c.target = uploadimg
		c.headers["X-Wx-Cloudbase-Access-Token"] = goodToken + "cloud"
	}},
	{"the path of a token file", "account.token.file_path", withToken("/run/secrets/access_token")},
	{"a path of Windows", "account.token.file_path", withToken(`C:\app\token.txt`)},
	{"the file as file, its name as media", "form.part_name", func(c *accountClient) {
		c.head = strings.Replace(c.head, `"media"`, `"file"`, 1)
		c.more = "--xyz\r\nContent-Disposition: form-data; name=\"media\"\r\n\r\nphoto.jpg\r\n"
	}},
}

func TestAccountBeside(t *testing.T) {
	for _, m := range accountBeside {
		c := newAccount()
		m.make(c)
		r := Account(c.request(), c.known)
		if got := strings.Join(sorted(causesOf(r)), " "); got != m.want {
			t.Errorf("%s: %v, want %s", m.name, r.Findings, m.want)
		}
		for _, f := range r.Findings {
			checkFinding(t, f)
			if all := fmt.Sprintf("%+v", f); strings.Contains(all, "0123456789abcdef01234567") {
				t.Errorf("%s: %s", m.name, all)
			}
		}
	}
}

// TestAccountStates: the state of the account is named when everything that was sent is right.
func TestAccountStates(t *testing.T) {
	for p, want := range map[problem.Problem]string{
		problem.NotPermitted: "account.state.permission", problem.AccountLimited: "account.state.limited", problem.APIForbidden: "account.state.forbidden",
		problem.APIUnauthorized: "account.state.unauthorized", problem.NotAuthorized: "account.state.not_authorized",
	} {
		c := newAccount()
		req := c.request()
		req.Problem, req.ProblemValue = p, "wxd930ea5d5a258f4f"
		r := Account(req, c.known)
		if got := fmt.Sprint(causesOf(r)); got != "["+want+"]" || len(r.Check) > 0 {
			t.Errorf("%s: %v %v, want %s", p, r.Findings, r.Check, want)
		}
		for _, x := range r.RuledOut {
			if strings.Contains(x.EN, "may upload") {
				t.Errorf("%s: %s", p, x.EN)
			}
		}
	}
}

// TestNoToken: where no token is taken none is missed, and an app that is not there is named.
func TestNoToken(t *testing.T) {
	for name, x := range map[string]struct {
		make func(c *accountClient, req *Request)
		want string
	}{
		"part file": {func(c *accountClient, _ *Request) { c.head = strings.Replace(c.head, `"media"`, `"file"`, 1) }, "form.part_name"},
		"GIF": {func(c *accountClient, _ *Request) {
			c.file, c.head = []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00\x00;"), strings.Replace(c.head, ".jpg", ".gif", 1)
		}, "file.not_taken"},
		"unknown app": {func(c *accountClient, req *Request) {
			c.target, req.Problem, req.ProblemValue = uploadimg+"?from_appid=wx0000000000000000", problem.UnknownApp, "wx0000000000000000"
		}, "account.ask.unknown"},
	} {
		c, given := newAccount(), &Request{}
		c.target = uploadimg
		x.make(c, given)
		req := c.request()
		req.NoToken, req.Problem, req.ProblemValue = true, given.Problem, given.ProblemValue
		if got := fmt.Sprint(causesOf(Account(req, c.known))); got != "["+x.want+"]" {
			t.Errorf("%s: %s, want %s", name, got, x.want)
		}
	}
	req := newAccount().request()
	req.Target, req.Method, req.NoToken = uploadimg, "GET", true
	if got := fmt.Sprint(causesOf(Call(req, &Known{}))); got != "[call.method]" {
		t.Errorf("GET: %s", got)
	}
}

// TestTypes: a file that another type of the same call takes need not be converted.
func TestTypes(t *testing.T) {
	row := func(typ string) *wxup.Endpoint {
		list := wxup.Endpoints()
		i := slices.IndexFunc(list, func(ep *wxup.Endpoint) bool {
			path, query := ep.Route()
			return path == "/cgi-bin/media/upload" && query.Get("type") == typ && !ep.Corp
		})
		return list[i]
	}
	mp3 := "\xff\xfb\x90\x64" + strings.Repeat("\x00", 413) + "\xff\xfb\x90\x64" + strings.Repeat("\x00", 413)
	mp4 := "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41" + strings.Repeat("\x00", 100)
	for _, x := range []struct{ name, query, file, want string }{
		{"a PNG as thumb", "type=thumb", string(pngFile()), "file.not_taken"},
		{"two types, a PNG", "type=thumb&type=image", string(pngFile()), "account.type.twice"},
		{"a video as voice", "type=voice", mp4, "account.type.other"},
		{"voice.m4a", "type=voice", mp4, "file.not_taken"},
		{"a picture as voice", "type=voice", string(jpegFile()), "account.type.other"},
		{"voice as a picture", "type=image", mp3, "account.type.other"},
		{"two types", "type=voice&type=image", string(jpegFile()), "account.type.twice"},
		{"no type takes it", "type=image", "%PDF-1.4\n", "file.not_taken"},
	} {
		c := newAccount()
		c.target = "/cgi-bin/media/upload?access_token=" + url.QueryEscape(c.token) + "&" + x.query
		c.file = []byte(x.file)
		if strings.Contains(x.name, ".") {
			c.head = strings.Replace(c.head, "photo.jpg", x.name, 1)
		}
		req := c.request()
		typ, _, _ := strings.Cut(strings.TrimPrefix(x.query, "type="), "&")
		req.Endpoint = row(typ)
		r := Account(req, c.known)
		if got := fmt.Sprint(causesOf(r)); got != "["+x.want+"]" {
			t.Errorf("%s: %v, want %s", x.name, r.Findings, x.want)
		}
	}
	c := newAccount()
	c.known.Tokens[0].Kind, c.host = "corp", wire.CorpHost
	c.target = "/cgi-bin/media/upload?access_token=" + url.QueryEscape(c.token) + "&type=thumb"
	req := c.request()
	req.Endpoint = row("thumb")
	if got := fmt.Sprint(causesOf(Account(req, c.known))); got != "[account.type.corp]" {
		t.Errorf("thumb: %s", got)
	}
}

// TestNoNames: that no part has a name is said once.
func TestNoNames(t *testing.T) {
	c := newV2()
	req := c.request()
	body := string(req.Body)
	for _, name := range []string{"mch_id", "media_hash", "sign_type", "sign", "media"} {
		body = strings.ReplaceAll(body, `; name="`+name+`"`, "")
	}
	req.Body = []byte(body)
	if got := fmt.Sprint(causesOf(V2(req, c.known))); got != "[form.no_name]" {
		t.Errorf("%s", got)
	}
}
