package capture

import (
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
)

// findEndpoint finds the row whose path is that of target. {name} stands for any segment. Hosts are not compared: who uses
// a proxy or a server of his own sends to another, and there something may stand before the path, too.
func findEndpoint(host, target string) *wxup.Endpoint {
	path, _, _ := strings.Cut(target, "?")
	for _, ep := range wxup.Endpoints() {
		own := path
		if first, _, _ := strings.Cut(ep.Path[1:], "/"); !isWeChat(host) {
			own = path[max(0, strings.Index(path, "/"+first+"/")):]
		}
		if samePath(ep.Path, own) {
			return ep
		}
	}
	return nil
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

// isWeChat tells whether a host is one of WeChat's that take uploads.
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
	ep := s.Endpoint
	s.Request.Endpoint = explain.Endpoint{
		Path: ep.Path, FilePart: ep.FilePart, MetaPart: ep.MetaPart, NameField: ep.NameField,
		DigestField: ep.DigestField, Digest: ep.Digest, Brand: ep.Brand,
	}
	for _, a := range ep.Accepts {
		s.Request.Endpoint.Formats = append(s.Request.Endpoint.Formats, a.Format)
	}
}

func (s *Saved) note(n explain.Words) {
	for _, have := range s.Notes {
		if have == n {
			return
		}
	}
	s.Notes = append(s.Notes, n)
}
