package server

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/wxup/wxup/internal/secret"
	"github.com/wxup/wxup/wire"
)

// target is the path and query as the caller sent them: what a v3 signature covers.
func target(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	return r.URL.RequestURI() // the absolute form, sent through a proxy; or a test's request
}

// publicQuery lists the query parameters whose values records and logs may show. All others are
// masked.
var publicQuery = map[string]bool{"appid": true, "corpid": true, "grant_type": true, "from_appid": true, "algorithm_type": true, "type": true}

// queryStart finds where a query begins, also if it was joined to the path in a wrong way.
var queryStart = regexp.MustCompile(`(?i)[?&;]|%3f|%26`)

func maskQuery(target string) string {
	at := queryStart.FindStringIndex(target)
	if at == nil {
		return maskPath(target)
	}
	path, mark, query := maskPath(target[:at[0]]), target[at[0]:at[1]], target[at[1]:]
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		if key, value, ok := strings.Cut(pair, "="); !ok || !publicQuery[key] || claimed(value) != value {
			if ok {
				pairs[i] = key + "=" + secret.Hidden
			} else {
				pairs[i] = secret.Hidden
			}
		}
	}
	return path + mark + strings.Join(pairs, "&")
}

// maskPath masks the segments of a path that have the form of a secret: no API has such.
func maskPath(path string) string {
	segments := strings.Split(path, "/")
	for i := range segments {
		segments[i] = claimed(segments[i])
	}
	return strings.Join(segments, "/")
}

// secretHeaders hold credentials that could be used again. The Authorization of WeChat Pay is a
// signature, not one of them.
var secretHeaders = map[string]bool{
	"Cookie": true, "Proxy-Authorization": true, "X-Wx-Cloudbase-Access-Token": true, "X-Wx-From-Cloudbase-Access-Token": true,
}

// recordHeaders copies headers for the record, credentials masked, up to 8 KB.
func recordHeaders(h http.Header) map[string][]string {
	const max = 8 << 10
	size, kept := 0, make(map[string][]string, len(h))
	for name, values := range h {
		masked := secretHeaders[name] || name == "Authorization" && !strings.HasPrefix(h.Get(name), "WECHATPAY")
		for _, v := range values {
			if masked {
				v = secret.Hidden
			}
			if size += len(name) + len(v); size > max {
				return kept
			}
			kept[name] = append(kept[name], v)
		}
	}
	return kept
}

// printable makes a stranger's text fit for one line of a log.
func printable(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }) {
		return strconv.Quote(s)
	}
	return s
}

// secretForm is the form of an appsecret or an API key.
var secretForm = regexp.MustCompile(`^[0-9A-Za-z]{32}$`)

// claimed is the id that a caller claims to be, for the record. Some send their secret there.
func claimed(id string) string {
	if secretForm.MatchString(strings.TrimSpace(id)) {
		return "***"
	}
	return id
}

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// encodeJSON writes a value of a type that always encodes.
func encodeJSON(v any) []byte {
	text, _ := wire.Marshal(v)
	return text
}
