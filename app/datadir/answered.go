package datadir

import (
	"context"
	"net"
	"net/url"

	"github.com/wxup/wxup/app/store/sqlindex"
)

// maxAnswered is how many of the newest records [Dir.AnsweredAddress] looks at.
const maxAnswered = 10_000

// AnsweredAddress returns the address in the newest URL that was answered for addr's host, such as
// 127.0.0.1:8080, or "" if none was.
func (d *Dir) AnsweredAddress(ctx context.Context, addr string) (string, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return "", nil // opening it fails with a better error
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		return "", nil // the URLs have the host that each request named
	}
	looked := 0
	for m, err := range d.Index.AllMedia(ctx, sqlindex.MediaFilter{Limit: 1000}) {
		if err != nil {
			return "", err
		}
		u, err := url.Parse(m.URL)
		if err == nil && u.Scheme == "http" && u.Hostname() == host && u.Port() != "" {
			return u.Host, nil
		}
		if looked++; looked == maxAnswered {
			break
		}
	}
	return "", nil
}
