package carry

import (
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/wxup/wxup/wire"
)

// Bases are the addresses at which WeChat's hosts are asked.
type Bases struct {
	Main    string // of every host; "" is https and the host itself
	Backup  string // asked when Main does not answer
	SideCar bool   // the scheme is http
}

// Of returns the addresses for a host: the one to use, and the one to use when that fails, or "".
func (b Bases) Of(host string) (main, backup string) {
	if b.Main != "" {
		return b.Main, b.Backup
	}
	if b.SideCar && host == wire.AccountHost {
		return "http://" + host, ""
	}
	if second := wire.Backup(host); second != "" {
		backup = "https://" + second
	}
	return "https://" + host, backup
}

// AtWeChat reports whether calls go to WeChat itself.
func (b Bases) AtWeChat() bool { return b.Main == "" || wire.IsWeChat(Host(b.Main)) }

// URL returns the URL for target, an escaped path with query, at base.
func URL(base, target string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(base, "/") + target)
	if err != nil || strings.ContainsAny(base, "?#") || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return nil, errors.New("Client.BaseURL or BackupURL is not an address of the form https://host:port")
	}
	return u, nil
}

// Host returns the host of an address, with its port.
func Host(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Host
}

// hostRest is how long a host that has failed is left alone, if there is another.
const hostRest = time.Minute

// Hosts remembers which hosts have failed lately. Its zero value is ready for use.
type Hosts struct {
	mu     sync.Mutex
	failed map[string]time.Time
}

// Choose returns the address to use now: main, unless that has failed in the last minute, and later
// than backup has.
func (h *Hosts) Choose(main, backup string) string {
	if backup == "" {
		return main
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.choose(main, backup)
}

func (h *Hosts) choose(main, backup string) string {
	at, failed := h.failed[Host(main)]
	if failed && time.Since(at) < hostRest && at.After(h.failed[Host(backup)]) {
		return backup
	}
	return main
}

// Fail notes that host did not answer, or blamed itself. It reports the hosts between which the
// choice has moved.
func (h *Hosts) Fail(host, main, backup string) (from, to string, moved bool) {
	if backup == "" || host != Host(main) && host != Host(backup) {
		return "", "", false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failed == nil {
		h.failed = map[string]time.Time{}
	}
	from = h.choose(main, backup)
	h.failed[host] = time.Now()
	to = h.choose(main, backup)
	return Host(from), Host(to), from != to
}
