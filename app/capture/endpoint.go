package capture

import (
	"net/url"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/wire"
)

// findEndpoint finds the row whose path is that of target. {name} stands for any segment. A row of
// companies (企业微信) is preferred if host is theirs. Otherwise hosts are not compared: who uses a
// proxy or a server of his own sends to another, and there something may stand before the path,
// too.
func findEndpoint(host, target string) *wxup.Endpoint {
	path, text, _ := strings.Cut(target, "?")
	query, _ := url.ParseQuery(text)
	bare, _, _ := strings.Cut(strings.ToLower(host), ":")
	company := bare == wire.CorpHost
	var other *wxup.Endpoint
	for _, ep := range wxup.Endpoints() {
		own := path
		if first, _, _ := strings.Cut(ep.Path[1:], "/"); !isWeChat(host) {
			own = path[max(0, strings.Index(path, "/"+first+"/")):]
		}
		pattern, fixed := ep.Route()
		matches := samePath(pattern, own)
		for name := range fixed {
			matches = matches && query.Get(name) == fixed.Get(name)
		}
		switch {
		case matches && ep.Corp == company:
			return ep
		case matches && other == nil:
			other = ep
		}
	}
	return other
}

func samePath(pattern, path string) bool {
	for {
		want, restPattern, more := strings.Cut(pattern, "/")
		got, restPath, moreGot := strings.Cut(path, "/")
		if more != moreGot {
			return false
		}
		if want != got && !(strings.HasPrefix(want, "{") && strings.HasSuffix(want, "}") && got != "") {
			return false
		}
		if !more {
			return true
		}
		pattern, path = restPattern, restPath
	}
}

// isWeChat reports whether a host is one of WeChat's that take uploads.
func isWeChat(host string) bool {
	host, _, _ = strings.Cut(strings.ToLower(host), ":")
	return host == "weixin.qq.com" || strings.HasSuffix(host, ".weixin.qq.com")
}

// settle fills in what follows from the target.
func (s *Saved) settle() {
	s.Endpoint = findEndpoint(s.Request.Host, s.Request.Target)
	if s.Endpoint == nil {
		return
	}
	if s.Endpoint.Family == wxup.PayV2 && s.Request.Scheme == "https" {
		s.Request.Scheme = "" // else it would seem that no client certificate was shown
	}
	s.Request.Endpoint = s.Endpoint
}

func (s *Saved) note(n explain.Words) {
	for _, have := range s.Notes {
		if have == n {
			return
		}
	}
	s.Notes = append(s.Notes, n)
}
