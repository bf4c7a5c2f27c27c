package wxup

import (
	"net/url"
	"sync"
	"time"
)

// backupHosts are the documented back-ups of WeChat's hosts. The overseas hosts have none.
var backupHosts = map[string]string{
	PayHost:     "api2.mch.weixin.qq.com",
	AccountHost: "api2.weixin.qq.com",
}

// hostRest is how long a host that has failed is left alone, if there is another.
const hostRest = time.Minute

// hosts remembers which hosts have failed lately.
type hosts struct {
	mu     sync.Mutex
	failed map[string]time.Time
}

// bases are the addresses for a host of WeChat's: the one to use, and the one to use when that fails, or "".
func (c *Client) bases(host string) (main, backup string) {
	switch {
	case c.BaseURL != "":
		return c.BaseURL, c.Backup
	case c.SideCar && host == AccountHost:
		return "http://" + host, ""
	case backupHosts[host] != "":
		return "https://" + host, "https://" + backupHosts[host]
	}
	return "https://" + host, ""
}

// base is the address to use now for a host of WeChat's: the first, unless that has failed in the last minute, and later
// than the second has.
func (c *Client) base(host string) string {
	main, backup := c.bases(host)
	if backup == "" {
		return main
	}
	c.hosts.mu.Lock()
	defer c.hosts.mu.Unlock()
	return c.hosts.choose(main, backup)
}

func (h *hosts) choose(main, backup string) string {
	at, failed := h.failed[hostOf(main)]
	if failed && time.Since(at) < hostRest && at.After(h.failed[hostOf(backup)]) {
		return backup
	}
	return main
}

func hostOf(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Host
}

// failing notes that a host gave no answer, or one that blames itself.
func (c *Client) failing(host string, err error) {
	for _, of := range []string{PayHost, AccountHost} {
		main, backup := c.bases(of)
		if backup == "" || host != hostOf(main) && host != hostOf(backup) {
			continue
		}
		c.hosts.mu.Lock()
		if c.hosts.failed == nil {
			c.hosts.failed = map[string]time.Time{}
		}
		before := c.hosts.choose(main, backup)
		c.hosts.failed[host] = time.Now()
		after := c.hosts.choose(main, backup)
		c.hosts.mu.Unlock()
		if before != after {
			c.observe(nil, Event{Kind: EventHost, Host: hostOf(before), Other: hostOf(after), Err: err})
		}
		return
	}
}

// atWeChat reports whether an endpoint's calls go to WeChat itself.
func (c *Client) atWeChat() bool {
	if c.BaseURL == "" {
		return true
	}
	switch hostOf(c.BaseURL) {
	case PayHost, AccountHost, HKPayHost, backupHosts[PayHost], backupHosts[AccountHost]:
		return true
	}
	return false
}
