package form

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
)

func TestLayout(t *testing.T) {
	body, err := layOut("boundary", File{"file", "图片.jpg", "image/jpeg"}, []Field{{"meta", "{ \"filename\": \"图片.jpg\"\n}", "application/json"}, {"mch_id", "1900009191", ""}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(body.Reader(strings.NewReader(png)))
	if err != nil {
		t.Fatal(err)
	}
	want := wire(`--boundary
Content-Disposition: form-data; name="meta"
Content-Type: application/json

{ "filename": "图片.jpg"<LF>}
--boundary
Content-Disposition: form-data; name="mch_id"

1900009191
--boundary
Content-Disposition: form-data; name="file"; filename="图片.jpg"
Content-Type: image/jpeg

<PNG>
--boundary--
`)
	if string(got) != want {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
	if body.Len(int64(len(png))) != int64(len(want)) || body.Len(-1) != -1 {
		t.Errorf("Len = %d and %d, want %d and -1", body.Len(int64(len(png))), body.Len(-1), len(want))
	}
}

func TestNew(t *testing.T) {
	seen := map[string]bool{}
	form := regexp.MustCompile(`^multipart/form-data; boundary=[0-9A-Za-z]{16,60}$`)
	for range 100 {
		body, err := New(File{"media", "a.jpg", ""})
		if err != nil {
			t.Fatal(err)
		}
		if !form.MatchString(body.ContentType()) || seen[body.ContentType()] {
			t.Errorf("Content-Type %q", body.ContentType())
		}
		seen[body.ContentType()] = true
	}
	for _, c := range []struct {
		file   File
		fields []Field
	}{
		{File{"", "a.jpg", ""}, nil},
		{File{"file", "", ""}, nil},
		{File{"fi\"le", "a.jpg", ""}, nil},
		{File{"file\r\n", "a.jpg", ""}, nil},
		{File{"file", "a.jpg", "image/jpeg\r\nX: y"}, nil},
		{File{"file", "a.jpg", "image/\xff"}, nil},
		{File{"file", "a.jpg", ""}, []Field{{"", "x", ""}}},
		{File{"file", "a.jpg", ""}, []Field{{"me\nta", "x", ""}}},
		{File{"file", "a.jpg", ""}, []Field{{"meta", "x", "a\x00b"}}},
	} {
		_, err := New(c.file, c.fields...)
		if !errors.Is(err, ErrUnsafe) {
			t.Errorf("New(%q, %q): %v", c.file, c.fields, err)
			continue
		}
		checkError(t, err)
	}
}

// names are file names that have broken some server or client. unsafe ones are refused by New.
var names = []struct {
	name   string
	unsafe bool
	safe   string // what SafeName makes of it
}{
	{"a.jpg", false, "a.jpg"},
	{"图片.jpg", false, "图片.jpg"},
	{"../../etc/passwd.jpg", false, "passwd.jpg"},
	{`..\..\windows\x.jpg`, true, "x.jpg"},
	{"/etc/cron.d/x.jpg", false, "x.jpg"},
	{`C:\x.jpg`, true, "x.jpg"},
	{"C:/x.jpg", false, "x.jpg"},
	{".jpg", false, ".jpg"},
	{"x.jpg\x00.exe", true, "x.jpg_.exe"},
	{"x.jpg\\x00.exe", true, "x00.exe"},
	{"a\r\nSet-Cookie: x=1.jpg", true, "a__Set-Cookie: x=1.jpg"},
	{"a%0d%0aX: y.jpg", false, "a%0d%0aX: y.jpg"},
	{"a%22b.jpg", true, "a'b.jpg"},
	{`a"; filename="b.exe`, true, "a'; filename='b.exe"},
	{`a\"b.jpg`, true, "'b.jpg"},
	{`"a.jpg"`, true, "'a.jpg'"},
	{"'a.jpg'", false, "'a.jpg'"},
	{"'", false, "'"},
	{"x.jpg;.exe", false, "x.jpg;.exe"},
	{"x.jpg;", false, "x.jpg;"},
	{"x; filename=y.jpg", false, "x; filename=y.jpg"},
	{"filename*=utf-8''x.jpg", false, "filename*=utf-8''x.jpg"},
	{" x.jpg ", false, " x.jpg "},
	{"x.jpg.", false, "x.jpg."},
	{"x.jpg::$DATA", false, "x.jpg::$DATA"},
	{"\u202egpj.exe.jpg", false, "\u202egpj.exe.jpg"},
	{"\ufeffx.jpg", false, "\ufeffx.jpg"},
	{"e\u0301.jpg", false, "e\u0301.jpg"},
	{"<script>alert(1)</script>.jpg", false, "script>.jpg"},
	{"'; DROP TABLE media;--.jpg", false, "'; DROP TABLE media;--.jpg"},
	{"${jndi:ldap:x}.jpg", false, "${jndi:ldap:x}.jpg"},
	{"%s%n%x.jpg", false, "%s%n%x.jpg"},
	{"100%.jpg", false, "100%.jpg"},
	{"-rf.jpg", false, "-rf.jpg"},
	{"--wxup--.jpg", false, "--wxup--.jpg"},
	{"\t.jpg", true, "_.jpg"},
	{"x\x7f.jpg", true, "x_.jpg"},
	{"x\u0085.jpg", true, "x_.jpg"},
	{"x\u2028.jpg", false, "x\u2028.jpg"},
	{"\xd6\xd0\xce\xc4.jpg", true, "____.jpg"},
	{"=?utf-8?B?eC5leGU=?=.jpg", false, "=?utf-8?B?eC5leGU=?=.jpg"},
	{"=?utf-8?B?eC5leGU=?=", false, "=?utf-8?B?eC5leGU=?="},
	{"https://a.b/c.jpg", false, "c.jpg"},
	{"“图片”：；＝.jpg", false, "“图片”：；＝.jpg"},
	{"😀.jpg", false, "_.jpg"},
	{"", true, "file"},
	{"/", false, "file"},
	{"..", false, "file"},
	{strings.Repeat("a", 4096) + ".jpg", false, strings.Repeat("a", 4096) + ".jpg"},
}

// What New takes comes back the same from both readers, and what it refuses, SafeName makes good.
func TestNames(t *testing.T) {
	for _, c := range names {
		_, err := New(File{"file", c.name, ""})
		if c.unsafe != errors.Is(err, ErrUnsafe) {
			t.Errorf("New with %q: %v", c.name, err)
		}
		if err != nil {
			checkError(t, err)
		}
		safe := SafeName(c.name)
		if safe != c.safe {
			t.Errorf("SafeName(%q) = %q, want %q", c.name, safe, c.safe)
		}
		if SafeName(safe) != safe {
			t.Errorf("SafeName(%q) = %q: not the same again", safe, SafeName(safe))
		}
		for _, name := range []string{c.name, safe} {
			if c.unsafe && name == c.name {
				continue
			}
			if err := roundTrip(name, "image/jpeg", png, "{}"); err != nil {
				t.Errorf("%q: %v", name, err)
			}
		}
	}
	if len(names) < 30 {
		t.Errorf("%d names", len(names))
	}
}

// roundTrip writes a form and reads it back.
func roundTrip(name, contentType, content, meta string) error {
	body, err := New(File{"file", name, contentType}, Field{"meta", meta, "application/json"}, Field{name, meta, ""})
	if err != nil {
		return err
	}
	raw, err := io.ReadAll(body.Reader(strings.NewReader(content)))
	if err != nil {
		return err
	}
	if int64(len(raw)) != body.Len(int64(len(content))) {
		return fmt.Errorf("%d bytes, Len said %d", len(raw), body.Len(int64(len(content))))
	}
	got := readAll(bytes.NewReader(raw), body.ContentType(), Limits{Header: 64 << 10})
	if got.err != nil || len(got.warnings) > 0 || len(got.parts) != 3 {
		return fmt.Errorf("read back: %v, warnings %v, %d parts", got.err, got.warnings, len(got.parts))
	}
	if p := got.parts[0]; p.name != "meta" || p.hasFilename || p.contentType != "application/json" || p.content != meta {
		return fmt.Errorf("read back: meta is %v", p)
	}
	if p := got.parts[1]; p.name != name || p.hasFilename || p.contentType != "" || p.content != meta {
		return fmt.Errorf("read back: the field is %v", p)
	}
	if p := got.parts[2]; p.name != "file" || !p.hasFilename || p.star || p.filename != name || p.contentType != contentType || p.content != content {
		return fmt.Errorf("read back: the file is %v", p)
	}
	if differs, ok := compareMime(body.ContentType(), string(raw)); !ok || differs != "" {
		return fmt.Errorf("mime/multipart reads it differently: %s", differs)
	}
	return nil
}

// One Body, sent many times at once.
func TestReplay(t *testing.T) {
	body, err := New(File{"file", "a.jpg", "image/jpeg"}, Field{"meta", "{}", "application/json"})
	if err != nil {
		t.Fatal(err)
	}
	want, _ := io.ReadAll(body.Reader(strings.NewReader(png)))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				got, err := io.ReadAll(body.Reader(strings.NewReader(png)))
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("got %q, %v", got, err)
				}
			}
		})
	}
	wg.Wait()

	// A file that fails leaves the form without its end.
	got, err := io.ReadAll(body.Reader(io.MultiReader(strings.NewReader("half"), failing{http.ErrBodyReadAfterClose})))
	if err != http.ErrBodyReadAfterClose || !bytes.HasSuffix(got, []byte("\r\n\r\nhalf")) {
		t.Errorf("a failing file: %v, %q", err, got)
	}
}
