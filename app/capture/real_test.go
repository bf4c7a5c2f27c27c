package capture

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/internal/need"
)

// received is a request as a server got it, byte for byte.
type received struct {
	request *http.Request
	body    []byte
}

// listen takes one request after the other, records them, and answers 200. It is no net/http
// server, for that would not show the target as it was sent.
func listen(t *testing.T) (addr string, next chan received) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	next = make(chan received, 100)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				for {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					if r.Header.Get("Expect") != "" {
						io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
					}
					body, err := io.ReadAll(r.Body)
					if err != nil {
						return
					}
					next <- received{r, body}
					io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				}
			}()
		}
	}()
	return l.Addr().String(), next
}

// realLines are command lines that both the shell with its curl and this package read. {} stands
// for http://host:port.
var realLines = []string{
	`curl {}/v3/merchant/media/upload`,
	`curl {}`,
	`curl {}?a=b#fragment`,
	`curl '{}/a/./b/../c?x=/../y'`,
	`curl --path-as-is '{}/a/./b/../c'`,
	`curl -X POST {}/a`,
	`curl -XDELETE {}/a`,
	`curl -sXPUT {}/a -d x=1`,
	`curl -I {}/a`,
	`curl --request PATCH --url {}/a --data-raw '@no file'`,
	`curl -d a=1 -d b=2 --data-raw c=3 {}/a`,
	`curl -d @text.txt {}/a`,
	`curl --data-binary @text.txt {}/a`,
	`curl --data-ascii @text.txt -d x {}/a`,
	`curl --data-binary @a.jpg -H 'Content-Type: image/jpeg' {}/a`,
	`curl --data-urlencode 'a b&c' --data-urlencode 'n=中 文' --data-urlencode '=x=y' --data-urlencode n@text.txt --data-urlencode @text.txt {}/a`,
	`curl -G -d a=1 --data-urlencode 'b= x' '{}/a?z=0'`,
	`curl --get -d a=1 {}/a`,
	`curl --json '{"a":1}' {}/a`,
	`curl --json '{"a":1' --json ',"b":2}' -H 'Accept: text/plain' {}/a`,
	`curl --url-query 'ab=c d' --url-query '+e%20f' -d x=1 {}/a`,
	`curl -H 'Accept:' -H 'X-Empty;' -H 'X-Own:   value  ' -H 'no colon' {}/a`,
	`curl -H 'User-Agent: mine/1.0' -H 'accept: application/json' {}/a`,
	`curl -A mine -e http://example.com/ -b 'a=1; b=2' -b c=3 --compressed {}/a -H 'Accept-Encoding: gzip'`,
	`curl -A '' {}/a`,
	`curl -r 0-9 {}/a`,
	`curl -H 'Host: api.mch.weixin.qq.com' {}/v3/certificates`,
	`curl -H "Authorization: WECHATPAY2-SHA256-RSA2048 mchid=\"1900000001\",nonce_str=\"5\",signature=\"a+/=\",timestamp=\"1\",serial_no=\"7A\"" {}/v3/certificates`,
	`curl -H @headers.txt {}/a`,
	`curl -T a.jpg {}/a/`,
	`curl -T a.jpg {}/a/b.jpg`,
	`curl --request-target '/x?y#z' {}/a -d q`,
	`curl -d x -H 'Content-Type: application/json' -H 'Content-Type: text/plain' {}/a`,
	`curl -d x -H 'Content-Type:' {}/a`,
	`curl -d x -H 'Transfer-Encoding: chunked' {}/a`,
	`curl -d x {}/a --next -d y {}/b`,
	`curl -d x {}/a {}/b`,

	`curl -F media=@a.jpg {}/cgi-bin/media/uploadimg?access_token=T`,
	`curl -F 'media=@a.jpg;type=image/png;filename=b.png' {}/a`,
	`curl -F 'media=@a.jpg;filename="b;c \"d\" \\e.png"' {}/a`,
	`curl -F 'media=@"a.jpg"' -F x=y {}/a`,
	`curl -F 'media=@dir/ä b.PNG' -F 'data=@noextension' -F 'doc=@text.txt' -F 'doc2=@x.xml' {}/a`,
	`curl -F 'meta={"filename":"a.jpg","sha256":"ab"};type=application/json' -F file=@a.jpg {}/v3/merchant/media/upload`,
	`curl -F 'meta="{\"filename\":\"a;b.jpg\"}";type=application/json' -F 'file=@"a.jpg"' {}/v3/merchant/media/upload`,
	`curl -F "meta={\"filename\":\"a.jpg\"};type=application/json; charset=UTF-8" {}/a`,
	`curl -F 'meta={"filename":"a;b.jpg"}' {}/a`,
	`curl -F 'meta=  blanks around  ' -F 'x=" in quotes "' -F 'y="no end' -F 'z="a"b' {}/a`,
	`curl -F 'meta=a;unknown=b;type=text/x;foo' -F 'n= ;type=text/plain' {}/a`,
	`curl -F 'meta=a;type=text/x;foo=bar;filename=f.gif' {}/a`,
	`curl -F 'meta=a;TYPE=text/x ; filename=f' {}/a`,
	`curl -F 'meta=x;filename=a.jpg' -F 'meta2=x;filename=a.unknown' -F 'meta3=x;filename=a.txt' {}/a`,
	`curl -F 'meta=<text.txt' -F 'm2=<x.xml' -F 'm3=<a.jpg;type=a/b' {}/a`,
	`curl -F 'meta=x;headers="X-A: b"' {}/a`,
	`curl -F 'meta=xyz;encoder=base64' -F 'f=@a.jpg;encoder=base64' -F 'g=a;encoder=8bit' {}/a`,
	`curl -F '=nameless' -F 'na"me=quote' -F $'li\nne=x' {}/a`,
	`curl --form-escape -F 'na"m\e=quote' -F 'f=@a.jpg;filename="q\"\\b"' {}/a`,
	`curl --form-string 'meta=@{"a":1};type=x' -F a= {}/a`,
	`curl -F a=b -H 'Content-Type: multipart/form-data' {}/a`,
	`curl -F a=b -H 'Content-Type: multipart/form-data; boundary=mine' {}/a`,
	`curl -F a=b -H 'Content-Type: application/json' {}/a`,
	`curl -F a=b -H 'Content-Type:' {}/a`,
	`curl -F a=b -H 'Content-Type: a/b' -H 'Content-Type: c/d' {}/a`,
	`curl -F a=b -X PUT -H 'X-A: 1' -H 'X-A: 2' {}/a`,

	"curl {}/a \\\n  -H 'X-A: 1' \\\n  --data-raw $'--B\\r\\nContent-Disposition: form-data; name=\"a\"\\r\\n\\r\\nit\\'s \\u4e2d\\x21 \\041\\r\\n--B--\\r\\n' \\\n  -H 'Content-Type: multipart/form-data; boundary=B'",
	"curl {}/a -d 'a'\"b\"c\\d\\\"e$'f\\tg' # a comment\necho",
	"curl {}/a -d \"a\\$b \\\\ \\x \\\nc 'd' \\`\" >/dev/null 2>&1",
	"curl {}/a -d '' -d a\\ b",
	"X=1 curl {}/a -d x && true",
	"true; (curl {}/a -d 'x;y')",
	"curl {}/a -d @- < text.txt",
	"curl {}/a -d x'#'y#z",
	"curl --data-bin x --user-a mine {}/a",
	"curl {}/a -vso/dev/null -d x -k --http1.1 --connect-timeout 5 -m5 --retry 0 -L",
	"curl -- {}/a",
	"curl -d \"{\\\"a\\\":\\\"b\\\"}\" \"{}/a?x=1&y=2\"",
	"curl -g '{}/a/{b}/[c]' -d x",
	"curl {}/a -d $'\\e\\a\\b\\f\\v\\?\\cA\\q\\x4\\u41'",
}

// TestRealCurl compares what this package makes of a command line with what the shell and curl make
// of it.
func TestRealCurl(t *testing.T) {
	bash := need.Program(t, "bash", need.Setup)
	need.Program(t, "curl", need.Setup)
	dir := t.TempDir()
	files := map[string]string{
		"a.jpg": string(jpeg), "text.txt": "one\r\ntwo\nthree & =\n", "headers.txt": "X-A: 1\r\nX-B: 2\n", "x.xml": "<a/>",
		"noextension": "data", "dir/ä b.PNG": "\x89PNG\r\n\x1a\n",
	}
	for name, content := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	locale := "C.UTF-8" // in which $'\u4e2d' is a character
	if runtime.GOOS == "darwin" {
		locale = "en_US.UTF-8"
	}
	addr, next := listen(t)
	for _, line := range realLines {
		t.Run(line, func(t *testing.T) {
			line := strings.ReplaceAll(line, "{}", "http://"+addr)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, bash, "--norc", "-c", "curl() { command curl -q -s -o/dev/null -o/dev/null --noproxy '*' \"$@\"; }\n"+line)
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "LC_ALL="+locale)
			for len(next) > 0 {
				<-next
			}
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("curl: %v\n%s", err, out)
			}
			saved, err := Read([]byte(line), func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, name)) })
			if err != nil {
				t.Fatal(err)
			}
			for i := range saved {
				select {
				case want := <-next:
					compareReal(t, &saved[i], want)
				default:
					t.Fatalf("curl sent %d requests, Read made %d", i, len(saved))
				}
			}
			if len(next) > 0 {
				t.Fatalf("curl sent %d requests more than Read made", len(next))
			}
		})
	}
}

func compareReal(t *testing.T, s *Saved, want received) {
	t.Helper()
	q := &s.Request
	if q.Method != want.request.Method || q.Target != want.request.RequestURI || q.Host != want.request.Host {
		t.Errorf("got  %s %s %s\nwant %s %s %s", q.Method, q.Target, q.Host, want.request.Method, want.request.RequestURI, want.request.Host)
	}
	if chunked := slices.Contains(want.request.TransferEncoding, "chunked"); chunked != q.Chunked {
		t.Errorf("chunked: got %v, want %v", q.Chunked, chunked)
	}
	// The boundary is of this one call, and the version is of this one curl.
	boundary := boundaryOf(want.request.Header.Get("Content-Type"))
	got, expected := q.Header.Clone(), want.request.Header.Clone()
	for _, h := range []http.Header{got, expected} {
		for name, values := range h {
			for i := range values {
				if i := strings.LastIndex(values[i], "------------------------"); i >= 0 && name == "Content-Type" {
					values[0] = values[0][:i] + noBoundary
				}
			}
		}
		if strings.HasPrefix(h.Get("User-Agent"), "curl") {
			h.Set("User-Agent", "curl")
		}
		if strings.HasPrefix(h.Get("Accept-Encoding"), "deflate, gzip") {
			h.Set("Accept-Encoding", "deflate, gzip, br")
		}
		h.Del("Expect")
		h.Del("Transfer-Encoding")
	}
	if q.Body == nil && q.Parts != nil {
		expected.Del("Content-Length")
	}
	for _, name := range names(got, expected) {
		if !slices.Equal(got[name], expected[name]) {
			t.Errorf("%s: got %q, want %q", name, got[name], expected[name])
		}
	}
	if q.Parts == nil {
		if !bytes.Equal(q.Body, want.body) {
			t.Errorf("body: got %q, want %q", q.Body, want.body)
		}
		return
	}
	contentType := want.request.Header.Get("Content-Type")
	if i := strings.LastIndex(contentType, "; boundary="); i >= 0 && q.FormErr != nil {
		contentType = "multipart/form-data" + contentType[i:]
	}
	parts, _, err := readForm(contentType, want.body)
	if err != nil {
		t.Fatalf("%q, boundary %q: %v", want.body, boundary, err)
	}
	if len(parts) != len(q.Parts) {
		t.Fatalf("got %d parts, want %d", len(q.Parts), len(parts))
	}
	for i := range parts {
		g, w := &q.Parts[i], &parts[i]
		if !bytes.Equal(g.Header, w.Header) || !bytes.Equal(g.Content, w.Content) || g.Size != w.Size || g.Name != w.Name || g.Filename != w.Filename {
			t.Errorf("part %d: got\n%s\n%q, %d bytes; want\n%s\n%q, %d bytes", i, g.Header, g.Content, g.Size, w.Header, w.Content, w.Size)
		}
	}
}

func names(headers ...http.Header) []string {
	var list []string
	for _, h := range headers {
		for name := range h {
			if !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
	}
	slices.Sort(list)
	return list
}
