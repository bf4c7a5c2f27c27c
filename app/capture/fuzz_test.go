package capture

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzRead reads anything. It must not fail, must not make more of a text than it may, and must
// keep its promises.
func FuzzRead(f *testing.F) {
	body := multipartOf("B", meta, jpeg[:40])
	contentType := "multipart/form-data; boundary=B"
	for _, seed := range []string{
		rawUpload(body) + rawRefused, lf(rawUpload(body)), rawHead + "Transfer-Encoding: chunked\r\n\r\n" + chunked(string(body), 9) + rawRefused,
		rawUpload(nil) + "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed(f, "gzip", refused),
		":path: /cgi-bin/media/uploadimg\n:method: POST\n\n", utf16le("curl -F a=b https://x/"),
		harOf(entryOf(contentType, len(body), `"text":"`+b64(body)+`","encoding":"base64"`, `"text":"{}"`)),
		harOf(entryOf(contentType, len(body), `"text":`+jsSurrogates(body), `"text":"{}"`)),
		harOf(entryOf(contentType, 9, `"params":[{"name":"meta","value":"{}"},{"name":"file","fileName":"a.jpg"}]`, `"text":"{}"`)),
		"curl " + chromeSh(uploadURL) + " -H " + chromeSh("content-type: "+contentType) + " --data-raw " + chromeSh(string(multipartOf("B", meta, nil))),
		"curl " + chromeCmd(uploadURL) + " ^\n -H " + chromeCmd("content-type: "+contentType) + " --data-raw " + chromeCmd(string(multipartOf("B", meta, nil))),
		"curl -F 'meta=\"a\\\"b\";type=a/b;c=d;filename=x' -F 'f=@a,b;headers=\"X: y\"' " + uploadURL + "\n< HTTP/1.1 200 OK\n< Date: x\n<\n{}",
		"$ X=1 sudo curl -sd@a --json {} --next -G -d a=b --data-urlencode 'a b@c' x y -T z -E c:d $(a) ${b} `c` $'\\x41\\u4e2d' 2>&1 <in | cat",
		"curl x $`\x80` \"$`\" $",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		given := 0
		saved, err := Read(bytes.Clone(text), func(name string) ([]byte, error) {
			given++
			if given%3 == 0 {
				return nil, fs.ErrNotExist
			}
			return body, nil
		})
		if err != nil {
			if saved != nil || !utf8.ValidString(err.Error()) || len(err.Error()) > 600 {
				t.Fatalf("%d requests, error %q", len(saved), err)
			}
			return
		}
		if len(saved) == 0 || len(saved) > savedMost {
			t.Fatalf("%d requests and no error", len(saved))
		}
		size := 0
		for i := range saved {
			s := &saved[i]
			q := &s.Request
			size += len(q.Body) + len(s.Answer)
			if q.Header == nil || q.Body != nil && q.Parts != nil {
				t.Fatalf("request %d: header %v, body %d bytes, %d parts", i, q.Header, len(q.Body), len(q.Parts))
			}
			if s.Endpoint != nil && q.Endpoint != s.Endpoint {
				t.Fatalf("request %d: endpoint %q, not that of the capture", i, s.Endpoint.Path)
			}
			for _, p := range q.Parts {
				if p.Size < -1 || p.Size >= 0 && p.Size < int64(len(p.Content)) {
					t.Fatalf("request %d: a part of %d bytes has %d", i, p.Size, len(p.Content))
				}
			}
			for _, n := range s.Notes {
				if n.EN == "" || n.ZH == "" || strings.ContainsAny(n.EN+n.ZH, "\n\x1b") || !utf8.ValidString(n.EN+n.ZH) {
					t.Fatalf("request %d: note %q", i, n)
				}
			}
		}
		if most := 100*(len(text)+given*len(body)) + unpackMost + 1<<20; size > most {
			t.Fatalf("%d bytes of text became %d", len(text), size)
		}
	})
}
