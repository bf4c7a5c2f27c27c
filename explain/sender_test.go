package explain

import (
	"fmt"
	"strings"
	"testing"
)

// TestSenderAmongOthers passes the sender among the others, or nowhere else, as a careless caller
// does: the sender must not be compared with itself.
func TestSenderAmongOthers(t *testing.T) {
	t.Parallel()
	w := theWorld()
	usual := *w.known
	usual.Budget = 1 << 20 // who sent it does not take a long search
	careless, both := usual, usual
	careless.Merchant, careless.Others = nil, []*Merchant{w.neighbour, w.merchant}
	both.Others = []*Merchant{w.merchant, w.neighbour}
	explain := map[string]func(*Request, *Known) Report{"v3": V3, "v2": V2}
	for _, m := range everyMistake() {
		if explain[m.family] == nil || m.known != w.known {
			continue
		}
		want := explain[m.family](m.request, &usual)
		for _, known := range []*Known{&careless, &both} {
			if got := explain[m.family](m.request, known); fmt.Sprint(got.Findings) != fmt.Sprint(want.Findings) {
				t.Errorf("%s: found %v, want %v", m.name, got.Findings, want.Findings)
			}
		}
	}
}

// TestNoSender sends no merchant number: nothing may be said of another merchant.
func TestNoSender(t *testing.T) {
	w := theWorld()
	known := *w.known
	known.Merchant, known.Others = nil, []*Merchant{w.neighbour, w.merchant}
	for name, change := range map[string]func(header string) string{
		"no mchid": func(h string) string { return strings.Replace(h, `mchid="1900009191",`, "", 1) },
		"no mchid, no serial": func(h string) string {
			h, _, _ = strings.Cut(strings.Replace(h, `mchid="1900009191",`, "", 1), ",serial_no")
			return h
		},
	} {
		c := newClient()
		header := c.header
		c.header = func(c *client, signature string) string { return change(header(c, signature)) }
		for _, f := range V3(c.request(), &known).Findings {
			if f.Cause != "v3.authorization.pair_missing" {
				t.Errorf("%s: %v", name, f)
			}
		}
	}
	c := newV2()
	c.known = &known
	for i, f := range c.fields {
		if f[0] == "mch_id" {
			c.fields[i][0] = "merchant"
		}
	}
	c.late = nil
	for _, f := range V2(c.request(), &known).Findings {
		if strings.Contains(f.Cause, "other_merchant") {
			t.Errorf("v2: %v", f)
		}
	}
}
