package form

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"mime"
	"mime/multipart"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
)

// bodies are all the bodies of the tables, readable and not.
func bodies() (list []struct{ contentType, body string }) {
	for _, c := range clients {
		list = append(list, struct{ contentType, body string }{c.contentType, wire(c.body)})
	}
	for _, c := range broken {
		if c.contentType == "" {
			c.contentType = "multipart/form-data; boundary=B"
		}
		list = append(list, struct{ contentType, body string }{c.contentType, wire(c.body)})
	}
	return list
}

// Each client's body cut after every byte: an error, or what the whole body says; and no part that
// is reported whole differs from what the client sent.
func TestCutAnywhere(t *testing.T) {
	cuts, clean := 0, 0
	for _, c := range clients {
		body := wire(c.body)
		whole := readAll(strings.NewReader(body), c.contentType, Limits{})
		for n := range body {
			cuts++
			got := readAll(strings.NewReader(body[:n]), c.contentType, Limits{})
			if got.err == nil {
				clean++
				rest := strings.SplitAfter(body[n:], "\n")[0]
				if strings.Trim(rest, " \r\n") != "" && !strings.Contains(body[:n], "--\r\n") {
					t.Errorf("%s: cut after %d bytes, before %q, it is said to be whole", c.name, n, rest)
				}
				if !reflect.DeepEqual(got.parts, whole.parts) {
					t.Errorf("%s: cut after %d bytes: parts %v", c.name, n, got.parts)
				}
				continue
			}
			if !errors.Is(got.err, ErrTruncated) && !(n == 0 && errors.Is(got.err, ErrEmpty)) && !errors.Is(got.err, ErrNoDelimiter) {
				t.Errorf("%s: cut after %d bytes: %v", c.name, n, got.err)
			}
			checkError(t, got.err)
			for i, p := range got.parts {
				if p.whole && p != whole.parts[i] {
					t.Errorf("%s: cut after %d bytes: part %v, sent was %v", c.name, n, p, whole.parts[i])
				}
			}
		}
	}
	t.Logf("%d cuts, %d of them behind the last dash", cuts, clean)
}

// alike says whether two reads of one body agree. A part that was broken off may be longer in one.
func alike(a, b read) bool {
	if len(a.parts) != len(b.parts) || ids(a.warnings) != ids(b.warnings) || (a.err == nil) != (b.err == nil) {
		return false
	}
	if a.err != nil && a.err.(*Error).Cause != b.err.(*Error).Cause {
		return false
	}
	for i, p := range a.parts {
		q := b.parts[i]
		if !p.whole && !q.whole {
			if !strings.HasPrefix(p.content, q.content) && !strings.HasPrefix(q.content, p.content) {
				return false
			}
			p.content, q.content = "", ""
		}
		if p != q {
			return false
		}
	}
	return true
}

// However the body's bytes come in, the answer is the same.
func TestChunks(t *testing.T) {
	for _, c := range bodies() {
		want := readAll(strings.NewReader(c.body), c.contentType, Limits{})
		check := func(how string, body io.Reader) {
			t.Helper()
			if got := readAll(body, c.contentType, Limits{}); !alike(got, want) {
				t.Errorf("%s: %.80q:\ngot  %v\nwant %v", how, c.body, got, want)
			}
		}
		check("OneByteReader", iotest.OneByteReader(strings.NewReader(c.body)))
		check("HalfReader", iotest.HalfReader(strings.NewReader(c.body)))
		check("DataErrReader", iotest.DataErrReader(strings.NewReader(c.body)))
		check("OneByteReader with DataErrReader", iotest.DataErrReader(iotest.OneByteReader(strings.NewReader(c.body))))
		if len(c.body) > 2000 {
			continue
		}
		for n := range c.body { // in two chunks, split anywhere
			check(fmt.Sprintf("split at %d", n), io.MultiReader(strings.NewReader(c.body[:n]), strings.NewReader(c.body[n:])))
		}
	}
}

// Content that looks like a delimiter, and is none.
func TestContent(t *testing.T) {
	for _, content := range []string{
		"", "\r\n", "\n", "\r", "-", "--", "\r\n\r\n", "\r\n--", "\r\n--b", "\r\n--BB", "\r\n--B-", "\r\n--B-x", "\r\n--B\x00",
		"\n--BB\n--BB", "x--B\r\nx", "x--B--\r\nx", "\r--B", "\r\r\n--BB", "\r\n --B\r\nx", "--BB\r\n", "\r\n-\r\n--\r\n--x\r\n",
		"x--B\r\n" + strings.Repeat("x", 100), "x--B--\r\n" + strings.Repeat("x", 100), "\r\n--BB--B\r\n" + strings.Repeat("x", 100),
		png, strings.Repeat("\r\n--B=", 10000), strings.Repeat("\r", 20000), strings.Repeat("\r\n--", 10000),
	} {
		raw := "--B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n" + content + "\r\n--B\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nx\r\n--B--\r\n"
		for _, body := range []io.Reader{strings.NewReader(raw), iotest.OneByteReader(strings.NewReader(raw)), iotest.HalfReader(strings.NewReader(raw))} {
			got := readAll(body, "multipart/form-data; boundary=B", Limits{})
			if got.err != nil || len(got.parts) != 2 || got.parts[0].content != content || got.parts[1].content != "x" || len(got.warnings) > 0 {
				t.Errorf("%.80q: %v", content, got)
			}
		}
		for n := range min(len(raw)-len("\r\n"), 300) { // the part is whole when its delimiter line is, and not before
			got := readAll(strings.NewReader(raw[:n]), "multipart/form-data; boundary=B", Limits{})
			if got.err == nil || len(got.parts) > 0 && got.parts[0].whole && got.parts[0].content != content {
				t.Errorf("%.80q cut after %d bytes: %v", content, n, got)
			}
		}
	}
}

// A content whose length walks the delimiter over every edge of the buffer, read in every way.
func TestBufferEdges(t *testing.T) {
	body, err := layOut("wxup-boundary", File{"file", "a", ""}, nil)
	if err != nil {
		t.Fatal(err)
	}
	content := bytes.Repeat([]byte("0123456789\r\n--wxup-boundarX"), 3000)
	for size := 16000; size < 16700; size++ {
		raw, _ := io.ReadAll(body.Reader(bytes.NewReader(content[:size])))
		got := readAll(bytes.NewReader(raw), body.ContentType(), Limits{})
		if got.err != nil || len(got.parts) != 1 || got.parts[0].content != string(content[:size]) {
			t.Fatalf("%d bytes: %v, %d parts", size, got.err, len(got.parts))
		}
		r, _ := NewReader(bytes.NewReader(raw), body.ContentType(), Limits{})
		p, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(p, content[:size]); size%100 == 0 && err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
	}
}

// Each byte of the delimiters and headers changed to each of a few others: no panic, no endless
// loop, every error fit to print, and no byte of content invented.
func TestFlips(t *testing.T) {
	flips := 0
	for _, c := range bodies() {
		if len(c.body) > 2000 {
			continue
		}
		raw := []byte(c.body)
		for i, was := range raw {
			for _, now := range []byte{0, '\n', '\r', ' ', '"', '-', ';', was ^ 1, was ^ 0x80} {
				raw[i] = now
				got := readAll(bytes.NewReader(raw), c.contentType, Limits{})
				flips++
				if got.err != nil {
					checkError(t, got.err)
				}
				for _, p := range got.parts {
					if !bytes.Contains(raw, []byte(p.content)) {
						t.Fatalf("content %q is not in %q", p.content, raw)
					}
				}
			}
			raw[i] = was
		}
	}
	t.Logf("%d bodies with one changed byte", flips)
}

// Where mime/multipart reads a body, and this package has nothing to warn of, they must agree.
func TestAgainstMimeMultipart(t *testing.T) {
	compared := 0
	compare := func(contentType, body string) {
		t.Helper()
		if differs, ok := compareMime(contentType, body); differs != "" {
			t.Errorf("%.200q: %s", body, differs)
		} else if ok {
			compared++
		}
	}
	for _, c := range bodies() {
		compare(c.contentType, c.body)
	}
	rnd := rand.New(rand.NewSource(1))
	for range 3000 {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		if rnd.Intn(2) == 0 {
			w.SetBoundary(strings.Repeat("-", rnd.Intn(5)) + strings.Repeat("b", 1+rnd.Intn(60)))
		}
		for range rnd.Intn(5) {
			var p io.Writer
			if rnd.Intn(2) == 0 {
				p, _ = w.CreateFormField(randomName(rnd))
			} else {
				p, _ = w.CreateFormFile(randomName(rnd), randomName(rnd))
			}
			for range rnd.Intn(40) {
				pieces := []string{"\r", "\n", "\r\n", "--", "-", "--" + w.Boundary()[:len(w.Boundary())-1], "\r\n--" + w.Boundary() + "x", "\x00", "a", strings.Repeat("z", rnd.Intn(2000))}
				io.WriteString(p, pieces[rnd.Intn(len(pieces))])
			}
		}
		w.Close()
		compare(w.FormDataContentType(), b.String())
	}
	if compared < 2500 {
		t.Errorf("only %d bodies were compared", compared)
	}
	t.Logf("%d bodies compared", compared)
}

func randomName(rnd *rand.Rand) string {
	pieces := []string{"a", ".jpg", "图", "片", `"`, `\`, ";", "=", " ", "'", ":", "é", "/", "%"}
	name := "n"
	for range rnd.Intn(8) {
		name += pieces[rnd.Intn(len(pieces))]
	}
	return name
}

// compareMime reads a body with both readers. ok says that both could.
func compareMime(contentType, body string) (differs string, ok bool) {
	got := readAll(strings.NewReader(body), contentType, Limits{})
	if got.err != nil || len(got.warnings) > 0 {
		return "", false
	}
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return "", false
	}
	r := multipart.NewReader(strings.NewReader(body), params["boundary"])
	for i := 0; ; i++ {
		p, err := r.NextRawPart()
		if err == io.EOF {
			if i != len(got.parts) {
				return fmt.Sprintf("%d parts, mime/multipart has %d", len(got.parts), i), false
			}
			return "", true
		}
		if err != nil {
			return "", false
		}
		content, err := io.ReadAll(p)
		if err != nil {
			return "", false
		}
		if i >= len(got.parts) {
			return "mime/multipart has more parts", false
		}
		mine := got.parts[i]
		if mine.content != string(content) {
			return fmt.Sprintf("content %q, mime/multipart has %q", mine.content, content), false
		}
		// It knows no %22, no name of more than one path element, and takes a backslash off before
		// other signs than a quote.
		if _, params, err := mime.ParseMediaType(p.Header.Get("Content-Disposition")); err == nil && !strings.Contains(mine.header, "%22") && !oddEscape.MatchString(mine.header) {
			if mine.name != params["name"] || mine.filename != params["filename"] {
				return fmt.Sprintf("name %q file %q, mime/multipart has %q", mine.name, mine.filename, params), false
			}
		}
	}
}

var oddEscape = regexp.MustCompile(`\\[^"\\]`)

// TestOffset: a part's content stands in the body where Offset says, however the body arrives.
func TestOffset(t *testing.T) {
	body := "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"meta\"\r\n\r\n{}\r\n--b\r\n" +
		"Content-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--b\r\n" +
		"Content-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n" + strings.Repeat("0123456789\r\n", 9000) + "\r\n--b--\r\n"
	for name, from := range map[string]io.Reader{
		"at once": strings.NewReader(body), "byte by byte": iotest.OneByteReader(strings.NewReader(body)), "in halves": iotest.HalfReader(strings.NewReader(body)),
	} {
		r, err := NewReader(from, "multipart/form-data; boundary=b", Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for parts := 0; ; parts++ {
			p, err := r.Next()
			if err == io.EOF {
				if parts != 3 {
					t.Errorf("%s: %d parts", name, parts)
				}
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(p)
			if err != nil {
				t.Fatal(err)
			}
			if got := body[p.Offset:][:len(content)]; got != string(content) {
				t.Errorf("%s, part %s: at %d stands %.40q, the content is %.40q", name, p.Name, p.Offset, got, content)
			}
		}
	}
}
