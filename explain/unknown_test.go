package explain

import (
	"fmt"
	"strings"
	"testing"
)

// TestUnknown: against what stands for something that is not known nothing is said; without that
// mark it is.
func TestUnknown(t *testing.T) {
	shell := func(c *client) { c.encode = func([]byte) string { return "$SIG" } }
	v3 := func(make func(c *client)) func(unknown ...string) Report {
		return func(unknown ...string) Report {
			c := newClient()
			make(c)
			req := c.request()
			req.Unknown = unknown
			return V3(req, c.w.known)
		}
	}
	for name, x := range map[string]struct {
		explain      func(unknown ...string) Report
		unknown, was string
		stays        string
	}{
		"signature":           {v3(shell), "$SIG", "[v3.signature.placeholder ($SIG)]", "[]"},
		"signature, and more": {v3(all(shell, func(c *client) { c.serial = c.w.known.Platform[0].Serial })), "$SIG", "[v3.serial.platform (%s) v3.signature.placeholder ($SIG)]", "[v3.serial.platform (%s)]"},
		"timestamp":           {v3(func(c *client) { c.timestamp = "$TS" }), "$TS", "[v3.authorization.placeholder (timestamp=$TS)]", "[]"},
		"digest":              {v3(func(c *client) { c.meta = strings.Replace(c.meta, c.digest(), "$SHA", 1); emptyBody(c) }), "$SHA", "[v3.body.empty digest.placeholder ($SHA)]", "[]"},
		"sign": {func(unknown ...string) Report {
			c := newV2()
			c.encode = func([]byte) string { return "$SIGN" }
			req := c.request()
			req.Unknown = unknown
			return V2(req, c.known)
		}, "$SIGN", "[v2.sign.placeholder ($SIGN)]", "[]"},
		"token": {func(unknown ...string) Report {
			c := newAccount()
			c.target = uploadimg + "?access_token=${TOKEN}"
			req := c.request()
			req.Unknown = unknown
			return Account(req, c.known)
		}, "${TOKEN}", "[account.token.placeholder (${TOKEN})]", "[]"},
	} {
		serial := theWorld().known.Platform[0].Serial
		was, stays := strings.ReplaceAll(x.was, "%s", serial), strings.ReplaceAll(x.stays, "%s", serial)
		if got := fmt.Sprint(x.explain().Findings); got != was {
			t.Errorf("%s: without the mark %s, want %s", name, got, was)
		}
		r := x.explain("$OTHER", x.unknown, "")
		if got := fmt.Sprint(r.Findings); got != stays || r.Verified {
			t.Errorf("%s: %s, want %s", name, got, stays)
		}
		if !strings.Contains(fmt.Sprint(r.RuledOut), "the value of "+x.unknown+" is not known") {
			t.Errorf("%s: it is not said that nothing was judged: %v", name, r.RuledOut)
		}
	}
}
