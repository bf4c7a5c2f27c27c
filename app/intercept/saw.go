package intercept

import (
	"net"
	"slices"

	"github.com/wxup/wxup/explain"
)

// Seen lists what the proxy has seen of its clients, the newest first, 128 at most. The texts in it
// that came from clients are cut and cleared of what cannot be printed.
func (p *Proxy) Seen() []Seen {
	p.seen.mu.Lock()
	defer p.seen.mu.Unlock()
	list := slices.Clone(p.seen.list)
	slices.Reverse(list)
	return list
}

// shown returns a client's text as it may be shown.
func (p *Proxy) shown(text string) string { return printable(p.Mask(text)) }

// hide takes the secrets out of a reason, which may name what the client asked for.
func (p *Proxy) hide(why explain.Words) explain.Words {
	return explain.Words{EN: p.Mask(why.EN), ZH: p.Mask(why.ZH)}
}

// saw remembers an outcome, and logs it the first time.
func (p *Proxy) saw(remote, host, agent string, o Outcome, alert string, why explain.Words) {
	if h, _, err := net.SplitHostPort(remote); err == nil {
		remote = h
	}
	s := Seen{
		Time: p.Now(), Count: 1, Remote: remote, Host: p.shown(host), UserAgent: p.shown(agent),
		Outcome: o, Alert: p.shown(alert), Reason: p.hide(why),
	}
	if !p.seen.add(s) {
		return
	}
	attrs := []any{"client", s.Remote, "host", s.Host}
	if s.UserAgent != "" {
		attrs = append(attrs, "agent", s.UserAgent)
	}
	switch o {
	case Answered, Tunnelled:
		p.Log.Info("proxy: "+string(o), attrs...)
	default:
		p.Log.Warn("proxy: "+why.EN, attrs...)
	}
}
