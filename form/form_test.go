package form

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

// png begins like a real PNG: it holds CR LF, a lone LF, a NUL, and bytes that are not UTF-8.
const png = "\x89PNG\r\n\x1a\n\x00\x00\r\n--\r\n\xff"

// wire makes a body of a readable text: line ends become CR LF, <PNG> a picture, <LF> and <CR>
// themselves.
func wire(text string) string {
	text = strings.ReplaceAll(text, "\n", "\r\n")
	return strings.NewReplacer("<PNG>", png, "<LF>", "\n", "<CR>", "\r", "<NUL>", "\x00").Replace(text)
}

// A read is all that a Reader says about a body.
type read struct {
	parts    []readPart
	warnings []Warning
	err      error // nil when the form was whole
}

type readPart struct {
	name, filename string
	hasFilename    bool
	star           bool
	contentType    string
	content        string
	header         string
	whole          bool // its content was read up to io.EOF
}

func readAll(body io.Reader, contentType string, lim Limits) (got read) {
	r, err := NewReader(body, contentType, lim)
	if err != nil {
		return read{err: err}
	}
	for {
		p, err := r.Next()
		if err != nil {
			got.warnings = r.Warnings()
			if err != io.EOF {
				got.err = err
			}
			if _, again := r.Next(); again != err {
				got.err = fmt.Errorf("Next said %v and then %v", err, again)
			}
			return got
		}
		content, err := io.ReadAll(struct{ io.Reader }{p})
		got.parts = append(got.parts, readPart{p.Name, p.Filename, p.HasFilename, p.FilenameStar, p.ContentType, string(content), string(p.Header), err == nil})
	}
}

// ids lists the warnings as tests write them: "1:unquoted 2:filename-star".
func ids(warnings []Warning) string {
	var list []string
	for _, w := range warnings {
		list = append(list, fmt.Sprintf("%d:%s", w.Part, w.ID))
	}
	return strings.Join(list, " ")
}

func (p readPart) String() string {
	text := fmt.Sprintf("%q", p.name)
	if p.hasFilename {
		text += fmt.Sprintf(" file %q", p.filename)
	}
	return text + fmt.Sprintf(" type %q content %q", p.contentType, p.content)
}

func TestBase(t *testing.T) {
	for name, want := range map[string]string{
		"a.jpg":                   "a.jpg",
		"/tmp/a.jpg":              "a.jpg",
		`C:\pics\a.jpg`:           "a.jpg",
		`\\host\share\a.jpg`:      "a.jpg",
		`C:/pics\a.jpg`:           "a.jpg",
		"../../etc/passwd.jpg":    "passwd.jpg",
		`..\..\windows\x.jpg`:     "x.jpg",
		"":                        "",
		"/":                       "",
		"..":                      "",
		"a/..":                    "",
		`a\.`:                     "",
		"...":                     "...",
		"图片/图.png":                "图.png",
		"https://a.b/c.jpg?x=1/2": "2",
	} {
		if got := Base(name); got != want {
			t.Errorf("Base(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestPartStream(t *testing.T) {
	const contentType = "multipart/form-data; boundary=b"
	raw := wire("--b\nContent-Disposition: form-data; name=\"meta\"\n\n0123456789\n--b\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\n\n<PNG>\n--b--\n")
	open := func() (*Reader, *Part) {
		t.Helper()
		r, err := NewReader(strings.NewReader(raw), contentType, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		return r, p
	}

	// Text within its max, at it, and one below it; the Reader goes on either way.
	for max, fails := range map[int64]bool{100: false, 10: false, 9: true, 0: true} {
		r, p := open()
		text, err := p.Text(max)
		if fails != (err != nil) || !fails && string(text) != "0123456789" {
			t.Errorf("Text(%d) = %q, %v", max, text, err)
		}
		if fails && codeOf(err) != ErrTextTooLong {
			t.Errorf("Text(%d): %v, want ErrTextTooLong", max, err)
		}
		p, err = r.Next()
		if err != nil || p.Name != "file" || p.Number != 2 {
			t.Fatalf("after Text(%d): %v, %v", max, p, err)
		}
		var b bytes.Buffer
		if n, err := io.Copy(&b, p); err != nil || b.String() != png || n != int64(len(png)) {
			t.Errorf("io.Copy = %d, %v; content %q", n, err, b.String())
		}
		if n, err := p.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("Read at the end = %d, %v", n, err)
		}
		if text, err := p.Text(0); err != nil || text == nil || len(text) != 0 {
			t.Errorf("Text at the end = %v, %v", text, err)
		}
		if _, err := r.Next(); err != io.EOF {
			t.Errorf("Next at the end: %v", err)
		}
		if _, err := p.Read(make([]byte, 1)); err != errStale {
			t.Errorf("Read after the end: %v", err)
		}
	}

	// A part that was left half read must not look complete afterwards.
	r, p := open()
	if n, err := io.ReadFull(p, make([]byte, 4)); n != 4 || err != nil {
		t.Fatal(n, err)
	}
	if n, err := p.Read(nil); n != 0 || err != nil {
		t.Errorf("Read(nil) = %d, %v", n, err)
	}
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	if n, err := p.Read(make([]byte, 4)); n != 0 || err != errStale {
		t.Errorf("Read after Next = %d, %v", n, err)
	}

	// Errors of the one who is written to.
	_, p = open()
	if n, err := p.WriteTo(shortWriter{}); n != 1 || err != io.ErrShortWrite {
		t.Errorf("WriteTo = %d, %v", n, err)
	}
	if text, err := p.Text(100); string(text) != "123456789" || err != nil {
		t.Errorf("Text after a short write = %q, %v", text, err)
	}
}

type shortWriter struct{}

func (shortWriter) Write(b []byte) (int, error) { return min(1, len(b)), nil }

func codeOf(err error) Cause {
	if e, ok := err.(*Error); ok {
		return e.Cause
	}
	return ""
}
