// Package checkup looks over what an upload needs: keys, certificates and serial numbers on this
// machine, the network, the clock, and what the server says about the credentials. Nothing is
// uploaded. It returns findings as values; printing them is left to the caller.
package checkup

import (
	"context"
	"time"

	"github.com/wxup/wxup/app/credentials"
)

// Config says what to check.
type Config struct {
	Source    *credentials.Source // with what its commands print, see [credentials.Source.Fetch]
	Server    credentials.ServerChoice
	Offline   bool // check this machine alone
	UserAgent string
	Found     func(Finding)
}

// Run makes the checks and returns how many failed.
func Run(ctx context.Context, c Config) (failed int) {
	r := report(func(f Finding) {
		if f.State == Failed {
			failed++
		}
		c.Found(f)
	})
	v := c.Source.Values
	for _, note := range c.Source.Notes {
		r.warn("environment", texts.Text("%s: %s", note.Variable, note.Text), texts.Text("write the value without them"))
	}
	n := &networkCheck{report: r, values: v, userAgent: c.UserAgent}
	pay, account := v.Has("mchid"), v.Has("appid") || v.Has("access_token")
	if v.Has("corpid") {
		checkCompany(r, v)
	} else if !pay && !account {
		r.fail("credentials", texts.Text("there are none"),
			texts.Text("set WXUP_MCHID and WXUP_MCH_KEY_FILE (Pay), WXUP_APPID and WXUP_APPSECRET (Official Account), or start wxup serve"))
	}
	if pay {
		n.merchant = checkMerchant(r, v, time.Now())
	}
	if account {
		n.app = checkApp(r, v)
	}
	if c.Offline {
		r.skip("network", texts.Text("not checked (--offline)"))
		return failed
	}
	var err error
	if n.server, err = c.Source.BaseURL(c.Server); err != nil {
		r.fail("host", said(err), texts.Text("give --server a URL such as https://127.0.0.1:8443, or wechat"))
		return failed
	}
	n.run(ctx)
	return failed
}
