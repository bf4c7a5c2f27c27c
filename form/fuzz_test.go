package form

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"
)

// FuzzReader: whatever comes, no panic, errors fit to print, the same answer for other chunks,
// content that was really there, no delimiter inside a whole part, and no other reading than
// mime/multipart's.
func FuzzReader(f *testing.F) {
	for _, c := range bodies() {
		if len(c.body) < 4000 {
			f.Add(c.contentType, c.body)
		}
	}
	f.Fuzz(func(t *testing.T, contentType, body string) {
		got := readAll(strings.NewReader(body), contentType, Limits{})
		if got.err != nil {
			checkError(t, got.err)
		}
		slow := readAll(iotest.OneByteReader(strings.NewReader(body)), contentType, Limits{})
		if !alike(got, slow) {
			t.Fatalf("at once %v, byte by byte %v", got, slow)
		}
		boundary := ""
		if r, err := NewReader(nil, contentType, Limits{}); err == nil {
			boundary = r.boundary
		}
		for _, p := range got.parts {
			if !strings.Contains(body, p.header+"\r\n"+p.content) {
				t.Fatalf("part %v is not in the body", p)
			}
			if p.whole && boundary != "" && strings.Contains(p.content, "\r\n--"+boundary+"\r\n") {
				t.Fatalf("a delimiter in %v", p)
			}
		}
		if differs, _ := compareMime(contentType, body); differs != "" {
			t.Fatal(differs)
		}
	})
}

// FuzzRoundTrip: what New takes is read back the same, by this package and by mime/multipart; what
// SafeName makes, New takes.
func FuzzRoundTrip(f *testing.F) {
	for _, c := range names {
		f.Add(c.name, "image/jpeg", png, `{"filename":"a.jpg"}`)
	}
	f.Fuzz(func(t *testing.T, name, contentType, content, meta string) {
		if strings.Trim(contentType, " \t") != contentType {
			return // read back without them
		}
		err := roundTrip(name, contentType, content, meta)
		if err != nil && !errors.Is(err, ErrUnsafe) {
			t.Fatal(err)
		}
		if err := roundTrip(SafeName(name), "", content, meta); err != nil && len(name) < 30000 {
			t.Fatal(err)
		}
	})
}
