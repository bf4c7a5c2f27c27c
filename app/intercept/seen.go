package intercept

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wxup/wxup/explain"
)

// Outcome is what became of a connection.
type Outcome string

const (
	Answered    Outcome = "answered"    // a request reached the server
	Untrusted   Outcome = "untrusted"   // the client did not accept the certificate: it does not trust the CA
	TLSFailed   Outcome = "tls_failed"  // TLS did not come about, for another reason
	Silent      Outcome = "silent"      // TLS came about, and then the client left without a request
	NotHTTP     Outcome = "not_http"    // what was sent is not an HTTP/1.1 request
	Refused     Outcome = "refused"     // another host, another machine, or no request a proxy can answer
	Tunnelled   Outcome = "tunnelled"   // connected to another host
	Unreachable Outcome = "unreachable" // another host, which could not be connected to
)

// Seen is what the proxy has seen of a client. What happens to the same client in the same way
// again is counted, so that a thousand uploads do not push the one failure out that somebody looks
// for.
type Seen struct {
	Time      time.Time     `json:"time"`  // of the last
	Count     int           `json:"count"` // connections; for plain HTTP requests
	Remote    string        `json:"remote"`
	Host      string        `json:"host"` // what was asked for: api.mch.weixin.qq.com:443
	UserAgent string        `json:"user_agent,omitempty"`
	Outcome   Outcome       `json:"outcome"`
	Alert     string        `json:"alert,omitempty"` // as TLS calls it: unknown certificate authority
	Reason    explain.Words `json:"reason,omitzero"` // what it means and what to do; empty when all is well
}

// seenMost is how many different things are remembered.
const seenMost = 128

// seen is a list of them, the newest last.
type seen struct {
	mu   sync.Mutex
	list []Seen
}

// add reports whether this is seen for the first time.
func (l *seen) add(s Seen) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.list, func(x Seen) bool {
		return x.Remote == s.Remote && x.Host == s.Host && x.UserAgent == s.UserAgent && x.Outcome == s.Outcome && x.Reason == s.Reason
	})
	if i >= 0 {
		s.Count += l.list[i].Count
		l.list = append(slices.Delete(l.list, i, i+1), s)
		return false
	}
	if len(l.list) >= seenMost {
		l.list = slices.Delete(l.list, 0, 1)
	}
	l.list = append(l.list, s)
	return true
}

// printable is a stranger's text, cut to 120 bytes, with ? for what is not ASCII or cannot be seen.
func printable(s string) string {
	if len(s) > 120 {
		s = s[:117] + "..."
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}
