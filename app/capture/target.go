package capture

import "strings"

// A place is where a request goes. Nothing in it is decoded: an APIv3 signature covers the target
// as it was sent.
type place struct {
	scheme string // lower-case; "" if the text does not say
	user   string // name and password, before the @
	host   string // with its port
	target string // path and query; "" if there is none
}

// cutURL takes an absolute URL apart, or a target that is only path and query. What follows a # is
// never sent.
func cutURL(url string) place {
	url, _, _ = strings.Cut(url, "#")
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok || strings.ContainsAny(scheme, "/?.") {
		return place{target: url}
	}
	p := place{scheme: strings.ToLower(scheme), host: rest}
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		p.host, p.target = rest[:i], rest[i:]
	}
	if strings.HasPrefix(p.target, "?") || p.target == "" {
		p.target = "/" + p.target
	}
	if i := strings.LastIndexByte(p.host, '@'); i >= 0 {
		p.user, p.host = p.host[:i], p.host[i+1:]
	}
	switch p.scheme {
	case "https":
		p.host = strings.TrimSuffix(p.host, ":443")
	case "http":
		p.host = strings.TrimSuffix(p.host, ":80")
	}
	return p
}

// withoutDots takes . and .. out of a target's path, as curl does before it sends it (RFC 3986
// §5.2.4).
func withoutDots(target string) string {
	path, query, hasQuery := strings.Cut(target, "?")
	if !strings.Contains(path, "/.") {
		return target
	}
	var kept []string
	segments := strings.Split(path, "/")
	for i, s := range segments {
		switch s {
		case ".", "..":
			if s == ".." && len(kept) > 1 {
				kept = kept[:len(kept)-1]
			}
			if i == len(segments)-1 {
				kept = append(kept, "")
			}
		default:
			kept = append(kept, s)
		}
	}
	path = strings.Join(kept, "/")
	if hasQuery {
		return path + "?" + query
	}
	return path
}
