package explain

import (
	"crypto/md5"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/wxup/wxup"
)

// TestLinesFit: the lines of code under a finding are those of the family and of the endpoint.
func TestLinesFit(t *testing.T) {
	line := func(r Report, cause string) string {
		for _, f := range r.Findings {
			if f.Cause == cause {
				return f.SDK("python")
			}
		}
		t.Errorf("%s was not found: %v", cause, r.Findings)
		return ""
	}
	v2 := newV2()
	v2.set("media_hash", fmt.Sprintf("%X", md5.Sum(v2.file)))
	if got := line(V2(v2.request(), v2.known), "digest.upper_case"); !strings.Contains(got, "hashlib.md5") {
		t.Errorf("a digest of APIv2: %s", got)
	}
	v3 := newClient()
	v3.meta = strings.Replace(v3.meta, v3.digest(), strings.ToUpper(v3.digest()), 1)
	if got := line(V3(v3.request(), v3.w.known), "digest.upper_case"); !strings.Contains(got, "hashlib.sha256") {
		t.Errorf("a digest of APIv3: %s", got)
	}
	post := func(ep *wxup.Endpoint, part, content string) *Request {
		return &Request{
			Method: "POST", Target: ep.Path, Host: "api.weixin.qq.com", Scheme: "https", Endpoint: ep,
			Header: http.Header{"Content-Type": {"multipart/form-data; boundary=b"}},
			Body:   []byte("--b\r\nContent-Disposition: form-data; name=\"" + part + "\"; filename=\"a.jpg\"\r\n\r\n" + content + "\r\n--b--\r\n"),
		}
	}
	if got := line(Account(post(wxup.ArticleImage, "file", string(jpegFile())), theWorld().known), "form.part_name"); !strings.Contains(got, "'media'") {
		t.Errorf("a part's name: %s", got)
	}
	if got := line(Account(post(wxup.TempVoice, "media", "RIFF\x00\x00\x00\x00WAVEfmt "), theWorld().known), "file.not_taken"); got != "" {
		t.Errorf("a voice is converted like a picture: %s", got)
	}
}
