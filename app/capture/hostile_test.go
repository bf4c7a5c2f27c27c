package capture

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/internal/need"
)

// TestRoundTrip saves binary bodies in every way that keeps them, and reads them again.
func TestRoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		file := make([]byte, random.IntN(300))
		for i := range file {
			file[i] = "\r\n\r\n-B\x00\xff\xfe\xef\xbf\xbd{}\"\\abc"[random.IntN(19)]
		}
		file = append([]byte("\xff\xd8\xff"), file...)
		body := multipartOf("B", meta, file)
		contentType := "multipart/form-data; boundary=B"
		texts := map[string]string{
			"raw":         rawUpload(body) + rawRefused,
			"raw, LF":     lf(rawHead) + fmt.Sprintf("Content-Length: %d\n\n", len(body)) + string(body) + rawRefused,
			"chunks":      rawHead + "Transfer-Encoding: chunked\r\n\r\n" + chunked(string(body), 1+random.IntN(99), random.IntN(99)) + rawRefused,
			"no length":   rawHead + "\r\n" + string(body) + "\r\n" + rawRefused,
			"base64":      harOf(entryOf(contentType, len(body), `"text":"`+b64(body)+`","encoding":"base64"`, `"text":`+js(refused))),
			"characters":  harOf(entryOf(contentType, len(body), `"text":`+jsBytes(body), `"text":`+js(refused))),
			"surrogates":  harOf(entryOf(contentType, len(body), `"text":`+jsSurrogates(body), `"text":`+js(refused))),
			"$'…'":        "curl " + uploadURL + " -H '" + "Content-Type: " + contentType + "' --data-binary $'" + hexEscapes(body) + "'\n" + refused,
			"file":        "curl " + uploadURL + " -H '" + "Content-Type: " + contentType + "' --data-binary @body\n" + refused,
			"-F":          "curl " + uploadURL + " --form-string 'meta=" + meta + "' -F 'file=@file;type=image/jpeg;filename=a.jpg'\n" + refused,
			"pseudo head": ":path: /v3/merchant/media/upload\ncontent-type: " + contentType + fmt.Sprintf("\ncontent-length: %d\n\n", len(body)) + string(body) + rawRefused,
		}
		for how, text := range texts {
			saved, err := Read([]byte(text), func(name string) ([]byte, error) {
				if name == "file" {
					return file, nil
				}
				return body, nil
			})
			if err != nil || len(saved) != 1 {
				t.Fatalf("%d, %s: %d requests, %v", n, how, len(saved), err)
			}
			s := &saved[0]
			parts := s.Request.Parts
			if how != "-F" {
				if !bytes.Equal(s.Request.Body, body) {
					t.Fatalf("%d, %s: got\n%q\nwant\n%q\n%v", n, how, s.Request.Body, body, s.Notes)
				}
				parts, _, err = readForm(s.Request.Header.Get("Content-Type"), s.Request.Body)
			}
			if err != nil || len(parts) != 2 || string(parts[0].Content) != meta || !bytes.Equal(parts[1].Content, file) || parts[1].Filename != "a.jpg" {
				t.Fatalf("%d, %s: %d parts, %v", n, how, len(parts), err)
			}
			if string(s.Answer) != refused || s.Endpoint != wxup.MerchantImage {
				t.Fatalf("%d, %s: answer %q, endpoint %v", n, how, s.Answer, s.Endpoint)
			}
		}
	}
}

func hexEscapes(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		fmt.Fprintf(&s, `\x%02x`, c)
	}
	return s.String()
}

// TestOther says what to do about what is not read.
func TestOther(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "this is empty",
		" \r\n\t":                       "this is empty",
		"PK\x03\x04xxxx":                "ZIP",
		"\x1f\x8b\x08xxxx":              "gunzip",
		"\xd4\xc3\xb2\xa1\x02\x00":      "Follow HTTP Stream",
		"\x0a\x0d\x0d\x0a\x02\x00":      "Follow HTTP Stream",
		"\x16\x03\x01\x02\x00":          "this is TLS",
		string(jpeg):                    "a file to upload (jpeg)",
		rawRefused:                      "an answer without its request",
		`fetch("https://x", {`:          "Copy as cURL",
		"Invoke-WebRequest -Uri x":      "PowerShell",
		"wget https://x":                "not a curl command",
		"<xml><a/></xml>":               "XML",
		"hello, world":                  "not a request in any format that wxup reads",
		"# only a comment":              "not a request in any format",
		"\xff\xfeabc":                   "in the middle of a character",
		"POST nowhere HTTP/1.1\r\n\r\n": "not a request in any format",
		"curly braces are not curl":     "not a request in any format",
	} {
		if _, err := Read([]byte(text), openDisk); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: got %v, want %q", text, err, want)
		}
	}
	if _, err := Read(make([]byte, Max+1), nil); err == nil || !strings.Contains(err.Error(), "larger than 64 MB") {
		t.Errorf("too large: got %v", err)
	}
}

// TestNoSecrets keeps what must not be shown out of notes and errors.
func TestNoSecrets(t *testing.T) {
	secret := "s3cr3t"
	for _, text := range []string{
		"curl -u me:" + secret + " -F a https://x/?access_token=" + secret,
		"curl -F a=b 'https://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token={" + secret + "}' -H '" + secret + "' --unknown " + secret,
		"curl --cert x.pem:" + secret + " -F a=b https://x/ -H \"X: $(echo " + secret + ")\"",
		"curl --bogus=" + secret + " https://x/",
		"POST /cgi-bin/media/uploadimg?access_token=" + secret + " HTTP/1.1\nX: " + secret + "\nwrapped" + secret + "\nContent-Length: x\n\n" + secret,
		`{"log":{"entries":[{"request":{"url":"https://x/?access_token=` + secret + `"}}]}}`,
	} {
		saved, err := Read([]byte(text), openDisk)
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%s: error %v", text, err)
		}
		for _, s := range saved {
			for _, n := range s.Notes {
				if strings.Contains(n.EN+n.ZH, secret) {
					t.Errorf("%s: note %v", text, n)
				}
			}
		}
	}
}

// TestHostile reads texts that are made to cost much. What each may allocate is generous; without a
// bound it is a hundred times as much.
func TestHostile(t *testing.T) {
	need.Time(t)
	const size = 512 << 10
	fill := func(head, piece string) string { return head + strings.Repeat(piece, (size-len(head))/len(piece)) }
	bomb := packed(t, "gzip", strings.Repeat(" ", 64<<20))
	texts := map[string]string{
		"LF":                    fill("POST / HTTP/1.1\n", "\n"),
		"header lines":          fill("POST / HTTP/1.1\n", "a:b\n"),
		"continued lines":       fill("POST / HTTP/1.1\na: b\n", " c\n"),
		"one line":              fill("POST / HTTP/1.1\na: b\n", "c"),
		"requests":              fill("", "POST / HTTP/1.1\n\n"),
		"answers":               fill("POST / HTTP/1.1\n\n", "HTTP/1.1 200 OK\n\n"),
		"almost requests":       fill("POST / HTTP/1.1\n\n", "POST x HTTP/1.1\n"),
		"almost answers":        fill("POST / HTTP/1.1\n\n", "HTTP/1.1 2\n"),
		"requests with lengths": fill("", "POST / HTTP/1.1\nContent-Length: 9999999\n\n"),
		"chunks":                fill("POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n", "1\nx\n"),
		"requests with chunks":  fill("", "POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n5\n"),
		"delimiters":            fill("POST / HTTP/1.1\nContent-Type: multipart/form-data; boundary=B\n\n", "--B\n"),
		"bombs":                 strings.Repeat("POST / HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"+bomb+"\r\n", 20),
		"bomb in a bomb":        "POST / HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip, gzip\r\n\r\n" + packed(t, "gzip", bomb),
		"dashes":                fill("", "---\n") + "POST / HTTP/1.1\n\n",
		"comments":              fill("", "#\n"),
		"entries":               `{"log":{"entries":[` + strings.TrimSuffix(fill("", "{},"), ",") + `]}}`,
		"header pairs":          `{"log":{"entries":[{"request":{"method":"POST","url":"https://x/cgi-bin/media/uploadimg","headers":[` + strings.TrimSuffix(fill("", "{},"), ",") + `]}}]}}`,
		"params":                `{"log":{"entries":[{"request":{"method":"POST","url":"https://x/cgi-bin/media/uploadimg","postData":{"mimeType":"multipart/form-data","params":[` + strings.TrimSuffix(fill("", "{},"), ",") + `]}}}]}}`,
		"brackets":              fill("", "["),
		"nested objects":        fill("", `{"log":`),
		"many logs":             fill("{", `"log":{},`) + `"a":1}`,
		"words":                 fill("curl ", "a "),
		"options":               fill("curl ", "-s"),
		"headers":               "curl https://x/cgi-bin/media/uploadimg " + strings.Repeat("-H a:b ", wordsMost/2-10),
		"commands":              fill("", "curl https://x/cgi-bin/media/uploadimg\n"),
		"commands of many URLs": fill("", "curl"+strings.Repeat(" x", urlsMost)+"\n"),
		"$(":                    fill("curl x ", "$("),
		"${":                    fill("curl x ", "${"),
		"`":                     fill("curl x ", "` "),
		"<<":                    fill("curl x ", "<< "),
		"carets":                fill("curl ^\n", "^\n"),
		"backslashes":           fill("curl ^\n", "\\"),
		"quotes":                fill("curl ^\n", `""`),
		"not quite curl":        fill("x\n", "curl-\n"),
		"prompts":               fill("curl x\n", "$ $ $ $ ; ; ; ( ( curl-x\n"),
		"data":                  "curl https://x/cgi-bin/media/uploadimg " + strings.Repeat("-d @big ", 5000),
		"files":                 "curl https://x/cgi-bin/media/uploadimg " + strings.Repeat("-F a=@big ", 900),
		"data to many":          "curl " + strings.Repeat("https://x/cgi-bin/media/uploadimg ", urlsMost) + strings.Repeat("-d @big ", 60),
		"files to many":         "curl " + strings.Repeat("https://x/cgi-bin/media/uploadimg ", urlsMost) + strings.Repeat("-F a=@big ", 60),
		"semicolons":            fill("curl https://x/ -F 'a=", ";type=a/b") + "'",
		"commas":                fill("curl https://x/ -F 'a=@f", ",f") + "'",
		"dots":                  fill("curl https://x", "/..") + " -d x",
	}
	big := make([]byte, 1<<20)
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			saved, err := Read([]byte(text), func(string) ([]byte, error) { return big, nil })
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 300<<20 {
				t.Errorf("%d MB allocated", allocated>>20)
			}
			if len(saved) > savedMost {
				t.Errorf("%d requests", len(saved))
			}
			t.Logf("%v, %d MB: %d requests, %.80v", took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20, len(saved), err)
		})
	}
}
