package capture

import (
	"testing"

	"github.com/wxup/wxup/wire"
)

// TestFindEndpoint: rows that share a path are told apart by their query, and companies' by the
// host.
func TestFindEndpoint(t *testing.T) {
	for _, c := range []struct{ host, target, want string }{
		{wire.AccountHost, "/cgi-bin/media/uploadimg?access_token=x", "article"},
		{wire.CorpHost, "/cgi-bin/media/uploadimg?access_token=x", "corp-article"},
		{wire.CorpHost + ":443", "/cgi-bin/media/upload?access_token=x&type=image", "corp-image"},
		{"127.0.0.1:8080", "/cgi-bin/media/upload?access_token=x&type=image", "temp-image"},
		{"127.0.0.1:8080", "/cgi-bin/media/upload?access_token=x&type=file", "corp-file"},
		{wire.CorpHost, "/v3/merchant/media/upload", "merchant"},
	} {
		if ep := findEndpoint(c.host, c.target); ep == nil || ep.Name != c.want {
			t.Errorf("%s%s is %v, want %s", c.host, c.target, ep, c.want)
		}
	}
}
