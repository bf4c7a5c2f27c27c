package explain

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/internal/secret"
)

// TestUnread: of a body that was not read nothing is claimed, and what the header shows is still
// found.
func TestUnread(t *testing.T) {
	now := time.Now()
	req := &Request{
		Method: "POST", Target: "/v3/marketing/favor/media/image-upload", Received: now, Unread: true,
		Header: http.Header{"Authorization": {`WECHATPAY2-SHA256-RSA2048 mchid="1900000109",nonce_str="n",timestamp="1",serial_no="0A",signature="AAAA"`}, "Accept": {"*/*"}},
	}
	for name, report := range map[string]Report{"v3": V3(req, &Known{}), "v2": V2(req, &Known{}), "account": Account(req, &Known{})} {
		for _, f := range report.Findings {
			if strings.HasPrefix(f.Cause, "form.") || strings.HasPrefix(f.Cause, "file.") || strings.HasPrefix(f.Cause, "digest.") {
				t.Errorf("%s claims %s of a body that was not read", name, f.Cause)
			}
		}
		if name == "v3" && len(report.Findings) == 0 {
			t.Error("nothing was found in the header")
		}
		req.Unread = false
		claims := false
		read := V3(req, &Known{})
		for _, f := range read.Findings {
			claims = claims || strings.HasPrefix(f.Cause, "form.")
		}
		if !claims {
			t.Error("the test shows nothing: of the same body, read, nothing is claimed either")
		}
		req.Unread = true
	}
}

// TestMaskBeforeCut: what a report shows of a request is cut and hidden in part only after the
// receiver has hidden its secrets, which would no longer be found in it.
func TestMaskBeforeCut(t *testing.T) {
	const known = "Hlvw6mWi7J6f9de38ee8qUzwHlvw01234567_5ivX988QD_eiy7h84c_and_its_end"
	mask := secret.New(known).Mask
	for n := range 200 { // it is cut everywhere
		path := "/" + strings.Repeat("-", n) + known
		for name, report := range map[string]Report{
			"unread": Unreadable(Unread{Sent: []byte("GET " + path + "\r\n\r\n"), Status: 400, Mask: mask}),
			"path":   Call(&Request{Method: "GET", Target: path, Host: "api.weixin.qq.com"}, &Known{Mask: mask}),
		} {
			shown, err := json.Marshal(report)
			if err != nil {
				t.Fatal(err)
			}
			if shown := mask(string(shown)); len(report.Findings) == 0 || strings.Contains(shown, "5ivX988QD") {
				t.Errorf("%s: %s", name, shown)
			}
		}
	}
}

// TestUnreadBody: that an empty body was signed is found out without the one that came.
func TestUnreadBody(t *testing.T) {
	for _, x := range []struct {
		name, length, want string
		make               func(c *client)
	}{
		{"late, empty body", "1388", "clock.wrong v3.body.empty", emptyBody},
		{"late, no line for the body", "1388", "clock.wrong v3.frame.no_body_line", withFrame(func(l [5]string) string { return strings.Join(l[:4], "\n") + "\n" })},
		{"late", "1388", "clock.wrong", func(*client) {}},
		{"late, and nothing came", "0", "clock.wrong form.empty_body", emptyBody},
		{"late, no last LF", "1388", "clock.wrong", noLastLF},
	} {
		c := newClient()
		x.make(c)
		req := c.request()
		req.Received = req.Received.Add(10 * time.Minute)
		req.Unread, req.Body, req.Parts = true, nil, nil
		req.Header.Set("Content-Length", x.length)
		if got := strings.Join(sorted(causesOf(V3(req, c.w.known))), " "); got != x.want {
			t.Errorf("%s: %s, want %s", x.name, got, x.want)
		}
	}
}
