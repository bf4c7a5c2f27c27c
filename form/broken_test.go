package form

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
)

const ok = `--B
Content-Disposition: form-data; name="meta"

{}
`

// broken are bodies that cannot be read, each with the one cause that its sender should be told.
var broken = []struct {
	name        string
	contentType string // "" stands for multipart/form-data; boundary=B
	body        string // see wire
	want        Cause
	says        string // the error's text has this in it
}{
	// The request.
	{"JSON", "application/json", ok + "--B--\n", ErrNotMultipart, `"application/json"`},
	{"PHP's and curl's default", "application/x-www-form-urlencoded", ok + "--B--\n", ErrNotMultipart, "send Content-Type: multipart/form-data; boundary="},
	{"blank Content-Type", " ", ok + "--B--\n", ErrNotMultipart, `" "`},
	{"multipart/mixed", "multipart/mixed; boundary=B", ok + "--B--\n", ErrNotMultipart, ""},
	{"multipart/form-datax", "multipart/form-datax; boundary=B", ok + "--B--\n", ErrNotMultipart, ""},
	{"no semicolon before boundary", "multipart/form-data boundary=B", ok + "--B--\n", ErrNotMultipart, ""},
	{"two types", "multipart/form-data, multipart/form-data; boundary=B", ok + "--B--\n", ErrNotMultipart, ""},
	{"a type full of control characters", "multipart/\x00\x1b[31m\r\n" + strings.Repeat("x", 100), ok + "--B--\n", ErrNotMultipart, `"multipart/\x00\x1b[31m\r\nxxx`},
	{"full-width semicolon in the type", "multipart/form-data；boundary=B", ok + "--B--\n", ErrFullWidth, "；"},
	{"full-width equals sign in the type", "multipart/form-data; boundary＝B", ok + "--B--\n", ErrFullWidth, "＝"},
	{"full-width quotes around the boundary", "multipart/form-data; boundary=“B”", ok + "--B--\n", ErrFullWidth, "“B”"},
	{"boundary: for boundary=", "multipart/form-data; boundary: B", ok + "--B--\n", ErrParameter, `"boundary: B"`},
	{"boundary without a value", "multipart/form-data; boundary; x=y", ok + "--B--\n", ErrParameter, `"boundary"`},
	{"boundary of 71 characters", "multipart/form-data; boundary=" + strings.Repeat("b", 71), "", ErrBoundary, "of 71 characters"},
	{"boundary with a control character", "multipart/form-data; boundary=a\x01b", "", ErrBoundary, `"a\x01b"`},
	{"boundary with a line break", "multipart/form-data; boundary=\"a\r\nb\"", "", ErrBoundary, `"a\r\nb"`},
	{"boundary in Chinese", "multipart/form-data; boundary=边界", "", ErrBoundary, ""},
	{"quoted boundary with a blank at its end", `multipart/form-data; boundary="B "`, "", ErrBoundary, ""},
	{"quoted boundary with escapes", `multipart/form-data; boundary="B\"B"`, "", ErrBoundary, ""},
	{"boundary twice", "multipart/form-data; boundary=B; boundary=C", ok + "--B--\n", ErrDuplicate, `boundary, "C"`},
	{"boundary with one quote", `multipart/form-data; boundary="B`, ok + "--B--\n", ErrQuotes, ""},
	{"boundary with the other quote", `multipart/form-data; boundary=B"`, ok + "--B--\n", ErrQuotes, ""},

	// Before the first part.
	{"no body", "", "", ErrEmpty, "rewound"},
	{"no body and no boundary", "multipart/form-data", "", ErrEmpty, ""},
	{"JSON in the body", "", `{"filename":"a.jpg"}`, ErrNoDelimiter, `begins with "{\"filename\":\"a.jpg\"}"`},
	{"the file alone", "", "<PNG>", ErrNoDelimiter, `"\x89PNG`},
	{"the file alone, no boundary", "multipart/form-data", "<PNG>", ErrNoDelimiter, ""},
	{"a form in a query's encoding, no boundary", "multipart/form-data", "meta=1&file=2", ErrNoDelimiter, "meta=1"},
	{"a long file alone", "", strings.Repeat("0123456\n", 1000), ErrNoDelimiter, `"0123456"`},
	{"a long file alone, no boundary", "multipart/form-data", strings.Repeat("0123456\n", 1000), ErrNoDelimiter, ""},
	{"a long line, no boundary", "multipart/form-data", strings.Repeat("0", 10000), ErrNoDelimiter, ""},
	{"preamble too long", "", strings.Repeat("x", 4097) + "\n" + ok + "--B--\n", ErrNoDelimiter, ""},
	{"preamble too long, no boundary", "multipart/form-data", strings.Repeat("x", 4097) + "\n" + ok + "--B--\n", ErrNoDelimiter, ""},
	{"another boundary", "multipart/form-data; boundary=C", ok + "--B--\n", ErrOtherBoundary, `Content-Type "C", body "B"`},
	{"another boundary, a little longer", "multipart/form-data; boundary=B", strings.ReplaceAll(ok+"--B--\n", "B", "BB"), ErrOtherBoundary, ""},
	{"another boundary, a long body", "multipart/form-data; boundary=C", ok + strings.Repeat("x", 10000), ErrOtherBoundary, ""},
	{"dashes forgotten everywhere", "", strings.ReplaceAll(ok, "--B", "B") + "B--\n", ErrDashes, `"B--`},
	{"the boundary's own dashes taken for the two", "multipart/form-data; boundary=--B", ok + "--B--\n", ErrDashes, `"--B--`},
	{"the boundary of a sniffed line is too long", "multipart/form-data", "--" + strings.Repeat("b", 71) + "\n", ErrBoundary, ""},
	{"boundary forgotten everywhere", "multipart/form-data", strings.ReplaceAll(ok, "--B", "--") + "----\n", ErrTruncated, ""},
	{"boundary forgotten, a body that ends", "multipart/form-data", "--\nhello\n", ErrNoDelimiter, `"--"`},
	{"the boundary of a sniffed line is binary", "multipart/form-data", "--<NUL>\xff\n", ErrBoundary, ""},

	// Line ends.
	{"LF everywhere", "", strings.ReplaceAll(ok, "\n", "<LF>") + "--B--<LF>", ErrLineEnds, "CR LF"},
	{"LF everywhere, no boundary", "multipart/form-data", strings.ReplaceAll(ok, "\n", "<LF>") + "--B--<LF>", ErrLineEnds, ""},
	{"LF after the first delimiter", "", "--B<LF>Content-Disposition: form-data; name=\"meta\"\n\n{}\n--B--\n", ErrLineEnds, `after "--B"`},
	{"LF before the first delimiter", "", "hello<LF>" + ok + "--B--\n", ErrLineEnds, ""},
	{"LF first of all", "", "<LF>" + ok + "--B--\n", ErrLineEnds, ""},
	{"LF after a header", "", "--B\nContent-Disposition: form-data; name=\"meta\"<LF>Content-Type: text/plain\n\n{}\n--B--\n", ErrLineEnds, ""},
	{"LF for the empty line", "", "--B\nContent-Disposition: form-data; name=\"meta\"\n<LF>{}\n--B--\n", ErrLineEnds, "an empty line"},
	{"LF before a delimiter", "", "--B\nContent-Disposition: form-data; name=\"meta\"\n\n{}<LF>--B\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\n\n<PNG>\n--B--\n", ErrLineEnds, "no CR before"},
	{"LF before the last delimiter", "", "--B\nContent-Disposition: form-data; name=\"meta\"\n\n{}<LF>--B--\n", ErrLineEnds, ""},
	{"LF after a later delimiter", "", ok + "--B<LF>Content-Disposition: form-data; name=\"file\"\n\nx\n--B--\n", ErrLineEnds, ""},
	{"LF and an empty part", "", "--B\nContent-Disposition: form-data; name=\"meta\"\n\n<LF>--B--\n", ErrLineEnds, ""},
	{"CR everywhere", "", "--B<CR>Content-Disposition: form-data; name=\"meta\"<CR><CR>{}<CR>--B--<CR>", ErrDelimiter, `\r`},

	// Delimiters.
	{"text after the first delimiter", "", "--B hello\nContent-Disposition: form-data; name=\"meta\"\n\n{}\n--B--\n", ErrDelimiter, `" hello\r\n`},
	{"text after a later delimiter", "", ok + "--B\thello\nContent-Disposition: form-data; name=\"meta\"\n\n{}\n--B--\n", ErrDelimiter, ""},
	{"text after the last delimiter", "", ok + "--B--hello\n", ErrDelimiter, `"--hello\r\n"`},
	{"blanks without end after a delimiter", "", "--B" + strings.Repeat(" ", 20000), ErrDelimiter, ""},
	{"blanks without end after the last delimiter", "", ok + "--B--" + strings.Repeat(" ", 20000), ErrDelimiter, ""},
	{"no line break before the last delimiter", "", "--B\nContent-Disposition: form-data; name=\"file\"\n\n<PNG>--B--\n", ErrDelimiter, `no line break before "--B--`},
	{"dashes forgotten at the last delimiter", "", ok + "B--\n", ErrDashes, `"B--\r\n"`},
	{"dashes forgotten behind the last delimiter", "", ok + "--B\n", ErrTruncated, "not the closing one"},

	// Ends too early.
	{"no last delimiter", "", "--B\nContent-Disposition: form-data; name=\"meta\"\n\n{}\n", ErrTruncated, "after 4 bytes"},
	{"cut in content", "", "--B\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\n\n\x89PN", ErrTruncated, "after 3 bytes"},
	{"cut in a delimiter", "", ok + "--", ErrTruncated, ""},
	{"cut before the last dash", "", ok + "--B-", ErrTruncated, ""},
	{"cut in the first delimiter", "", "-", ErrTruncated, ""},
	{"cut after the first boundary", "", "--B", ErrTruncated, ""},
	{"cut in the first delimiter, no boundary", "multipart/form-data", "--abcd", ErrTruncated, ""},
	{"cut in a header", "", "--B\nContent-Dispo", ErrTruncated, "in the headers"},
	{"cut before the empty line", "", "--B\nContent-Disposition: form-data; name=\"meta\"\n", ErrTruncated, ""},

	// Headers.
	{"no empty line before meta", "", "--B\nContent-Disposition: form-data; name=\"meta\"\n{\"filename\":\"a.jpg\"}\n--B--\n", ErrNoBlankLine, `"{\"filename\"`},
	{"no empty line before a number", "", "--B\nContent-Disposition: form-data; name=\"mch_id\"\n1900009191\n--B--\n", ErrNoBlankLine, `"1900009191\r\n"`},
	{"no empty line before a picture", "", "--B\nContent-Disposition: form-data; name=\"file\"\n<PNG>\n--B--\n", ErrNoBlankLine, `\x89PNG`},
	{"no empty line before a picture without line breaks", "", "--B\nContent-Disposition: form-data; name=\"file\"\n" + strings.Repeat("\xff\xd8\x00", 9000) + "\n--B--\n", ErrNoBlankLine, ""},
	{"no empty line and no content", "", "--B\nContent-Disposition: form-data; name=\"meta\"\n--B--\n", ErrNoBlankLine, `"--B--`},
	{"no empty line, no content, and a boundary that looks like a header", "multipart/form-data; boundary=a:b", "--a:b\nContent-Disposition: form-data; name=\"meta\"\n--a:b\nX: y\n\n--a:b--\n", ErrNoBlankLine, ""},
	{"an empty line too early, then a header as content", "", "--B\n folded: x\n\n{}\n--B--\n", ErrNoBlankLine, ""},
	{"header without a name", "", "--B\n: form-data; name=\"meta\"\n\n{}\n--B--\n", ErrNoBlankLine, ""},
	{"header without a colon", "", "--B\nContent-Disposition form-data; name=\"meta\"\n\n{}\n--B--\n", ErrNoBlankLine, ""},
	{"full-width colon", "", "--B\nContent-Disposition： form-data; name=\"meta\"\n\n{}\n--B--\n", ErrFullWidth, "："},
	{"full-width colon in the second header", "", "--B\nContent-Disposition: form-data; name=\"meta\"\nContent-Type：a:b\n\n{}\n--B--\n", ErrFullWidth, ""},
	{"full-width semicolon", "", "--B\nContent-Disposition: form-data；name=\"meta\"\n\n{}\n--B--\n", ErrFullWidth, ""},
	{"full-width semicolon between parameters", "", "--B\nContent-Disposition: form-data; name=file；filename=a\n\n{}\n--B--\n", ErrFullWidth, ""},
	{"full-width quotes", "", "--B\nContent-Disposition: form-data; name=“meta”\n\n{}\n--B--\n", ErrFullWidth, ""},
	{"full-width equals sign", "", "--B\nContent-Disposition: form-data; name＝\"meta\"\n\n{}\n--B--\n", ErrFullWidth, ""},
	{"NUL in a file name", "", "--B\nContent-Disposition: form-data; name=\"file\"; filename=\"x.jpg<NUL>.exe\"\n\n{}\n--B--\n", ErrControl, `\x00.exe`},
	{"NUL in a header's name", "", "--B\nContent<NUL>-Disposition: form-data; name=\"file\"\n\n{}\n--B--\n", ErrNoBlankLine, ""},
	{"NUL in another header", "", "--B\nContent-Disposition: form-data; name=\"file\"\nX: <NUL>\n\n{}\n--B--\n", ErrControl, ""},
	{"TAB in a file name", "", "--B\nContent-Disposition: form-data; name=\"file\"; filename=\"\t.jpg\"\n\n{}\n--B--\n", ErrControl, `"\t.jpg"`},
	{"DEL in a name", "", "--B\nContent-Disposition: form-data; name=\"fi\x7fle\"\n\n{}\n--B--\n", ErrControl, ""},
	{"ESC in a type", "", "--B\nContent-Disposition: form-data; name=\"file\"\nContent-Type: \x1b[2J\n\n{}\n--B--\n", ErrControl, ""},
	{"CR in a header", "", "--B\nContent-Disposition: form-data; name=\"file\"; filename=\"a<CR>b\"\n\n{}\n--B--\n", ErrControl, ""},
	{"NUL in filename*", "", "--B\nContent-Disposition: form-data; name=\"file\"; filename*=utf-8''a%00.jpg\n\n{}\n--B--\n", ErrControl, ""},
	{"line break in filename*", "", "--B\nContent-Disposition: form-data; name=\"file\"; filename*=utf-8''a%0d%0aX:y.jpg\n\n{}\n--B--\n", ErrControl, `a\r\nX:y.jpg`},
	{"line break in a file name", "", "--B\nContent-Disposition: form-data; name=\"file\"; filename=\"a\nSet-Cookie: x=1.jpg\"\n\n{}\n--B--\n", ErrQuotes, ""},
	{"no Content-Disposition", "", "--B\nContent-Type: image/png\n\n<PNG>\n--B--\n", ErrNoDisposition, "Content-Type: image/png"},
	{"no headers", "", "--B\n\n<PNG>\n--B--\n", ErrNoDisposition, ""},
	{"Content-Disposition is empty", "", "--B\nContent-Disposition:\n\n<PNG>\n--B--\n", ErrNoDisposition, ""},
	{"form-data forgotten", "", "--B\nContent-Disposition: name=\"file\"; filename=\"a.jpg\"\n\n<PNG>\n--B--\n", ErrNoDisposition, ""},
	{"comma for the semicolon", "", "--B\nContent-Disposition: form-data, name=\"file\"\n\n<PNG>\n--B--\n", ErrNoDisposition, ""},
	{"parameter without a value", "", "--B\nContent-Disposition: form-data; name\n\n<PNG>\n--B--\n", ErrParameter, ""},
	{"parameter with a colon", "", "--B\nContent-Disposition: form-data; name:\"file\"\n\n<PNG>\n--B--\n", ErrParameter, ""},
	{"parameter without a name", "", "--B\nContent-Disposition: form-data; =\"file\"\n\n<PNG>\n--B--\n", ErrParameter, ""},
	{"quotes in a file name", "", "--B\nContent-Disposition: form-data; name=\"file\"; filename=\"my \"best\" photo.jpg\"\n\n<PNG>\n--B--\n", ErrQuotes, `"my " is followed by "best`},
	{"no semicolon between parameters", "", "--B\nContent-Disposition: form-data; name=\"file\" filename=\"a.jpg\"\n\n<PNG>\n--B--\n", ErrQuotes, `not by a semicolon`},
	{"one quote before", "", "--B\nContent-Disposition: form-data; name=\"meta\n\n{}\n--B--\n", ErrQuotes, "has no end"},
	{"one quote behind", "", "--B\nContent-Disposition: form-data; name=meta\"\n\n{}\n--B--\n", ErrQuotes, ""},
	{"a quote forgotten between", "", "--B\nContent-Disposition: form-data; name=\"file; filename=\"a.jpg\"\n\n{}\n--B--\n", ErrQuotes, ""},
	{"the last quote escaped", "", "--B\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\pics\\\"\n\n{}\n--B--\n", ErrQuotes, ""},
	{"duplicate headers enough to fill a log", "", strings.Repeat("--B\nContent-Disposition: form-data; name=\"meta\"\n"+strings.Repeat("Content-Type:\n", 500)+"\n\n", 3), ErrTruncated, ""},
	{"two file names", "", "--B\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"; filename=\"b.exe\"\n\n{}\n--B--\n", ErrDuplicate, `filename, "b.exe"`},
	{"two names", "", "--B\nContent-Disposition: form-data; name=\"file\"; NAME=meta\n\n{}\n--B--\n", ErrDuplicate, ""},
	{"two filename*", "", "--B\nContent-Disposition: form-data; name=\"file\"; filename*=utf-8''a; filename*=utf-8''b\n\n{}\n--B--\n", ErrDuplicate, ""},
	{"filename* without a charset", "", "--B\nContent-Disposition: form-data; name=\"file\"; filename*=a.jpg\n\n{}\n--B--\n", ErrFilenameStar, `"a.jpg"`},
	{"filename* with half of it", "", "--B\nContent-Disposition: form-data; name=\"file\"; filename*=utf-8'a.jpg\n\n{}\n--B--\n", ErrFilenameStar, ""},
	{"filename* with a bad escape", "", "--B\nContent-Disposition: form-data; name=\"file\"; filename*=utf-8''a%E5%9.jpg\n\n{}\n--B--\n", ErrFilenameStar, ""},
	{"filename* in pieces", "", "--B\nContent-Disposition: form-data; name=\"file\"; filename*0=\"a\"; filename*1=\".jpg\"\n\n{}\n--B--\n", ErrFilenameStar, "in pieces"},
	{"filename* cut in its escapes, folded", "", "--B\nContent-Disposition: form-data;\n name=\"file\";\n filename*0*=utf-8''a%20\n\n{}\n--B--\n", ErrFilenameStar, ""},

	// Too much.
	{"17 parts", "", strings.Repeat(ok, 17) + "--B--\n", ErrTooManyParts, "more than 16"},
	{"a long header", "", "--B\nContent-Disposition: form-data; name=\"meta\"\nX: " + strings.Repeat("x", 8192) + "\n\n{}\n--B--\n", ErrHeaderTooLong, "more than 8192"},
	{"a header without end", "", "--B\nContent-Disposition: form-data; name=\"" + strings.Repeat("x", 100000), ErrHeaderTooLong, ""},
	{"many headers", "", "--B\n" + strings.Repeat("X: y\n", 10000) + "\n{}\n--B--\n", ErrHeaderTooLong, ""},
	{"many folds", "", "--B\nX: y\n" + strings.Repeat(" y\n", 10000) + "\n{}\n--B--\n", ErrHeaderTooLong, ""},
}

func TestBroken(t *testing.T) {
	seen := map[Cause]bool{ErrRead: true, ErrTextTooLong: true, ErrUnsafe: true} // of other tests
	for _, c := range broken {
		t.Run(c.name, func(t *testing.T) {
			contentType := c.contentType
			if contentType == "" {
				contentType = "multipart/form-data; boundary=B"
			}
			got := readAll(strings.NewReader(wire(c.body)), contentType, Limits{})
			if !errors.Is(got.err, c.want) {
				t.Fatalf("error %v\nwant cause %q; parts %v", got.err, c.want, got.parts)
			}
			seen[c.want] = true
			checkError(t, got.err)
			if !strings.Contains(got.err.Error(), c.says) {
				t.Errorf("error %q does not say %q", got.err, c.says)
			}
			// A part that was being read when it happened is not whole, and so is no part of a body
			// that came to its end in the wrong way.
			if n := len(got.parts); c.want == ErrTruncated && strings.Contains(got.err.Error(), "in content") && (n == 0 || got.parts[n-1].whole) {
				t.Errorf("the part that was cut looks whole: %v", got.parts)
			}
			if len(got.warnings) > 100 {
				t.Errorf("%d warnings", len(got.warnings))
			}
			for _, p := range got.parts {
				if p.whole && strings.Contains(p.content, "--B") {
					t.Errorf("a part with a delimiter in it: %v", p)
				}
			}
		})
	}
	for _, c := range Causes() {
		if !seen[c] {
			t.Errorf("no body shows %q", c)
		}
	}
}

// checkError holds for every error there is: fit to be printed, and of bounded length.
func checkError(t *testing.T, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is a %T, not an *Error", err, err)
	}
	text := err.Error()
	if i := strings.IndexFunc(text, func(c rune) bool { return !strconv.IsPrint(c) }); i >= 0 {
		t.Errorf("error %q has an unprintable character at %d", text, i)
	}
	if len(text) > 800 {
		t.Errorf("error %q is %d bytes long", text, len(text))
	}
	if !strings.HasPrefix(text, "form: ") || !strings.Contains(text, e.Cause.Error()) {
		t.Errorf("error %q does not begin with its cause", text)
	}
}

func TestCauses(t *testing.T) {
	causes := Causes()
	if len(causes) != 22 {
		t.Errorf("%d causes", len(causes))
	}
	for _, c := range causes {
		if c.Error() == "" || c.Error() == string(c) {
			t.Errorf("%q has no text", string(c))
		}
	}
	if Cause("x").Error() != "x" {
		t.Error("an unknown cause is its own text")
	}
}

// Every warning is shown by a client's body.
func TestWarnings(t *testing.T) {
	seen := map[WarningID]bool{}
	for _, c := range clients {
		got := readAll(strings.NewReader(wire(c.body)), c.contentType, Limits{})
		for _, w := range got.warnings {
			seen[w.ID] = true
			if i := strings.IndexFunc(w.String(), func(c rune) bool { return !strconv.IsPrint(c) }); i >= 0 || len(w.String()) > 400 {
				t.Errorf("warning %q is not fit to be printed", w)
			}
		}
	}
	for _, id := range []WarningID{
		WarnNoBoundary, WarnQuotedBoundary, WarnPreamble, WarnPadding, WarnNoLineBreak, WarnFolded, WarnBlankBeforeColon,
		WarnDuplicateHeader, WarnPartLength, WarnTransferEncoding, WarnNotFormData, WarnUnquoted, WarnSingleQuotes,
		WarnNoName, WarnNotUTF8, WarnFilenameStar,
	} {
		if !seen[id] {
			t.Errorf("no body shows %q", id)
		}
	}
	if got, want := (Warning{WarnUnquoted, 2, "name"}).String(), "part 2: unquoted: name"; got != want {
		t.Errorf("String() = %q, want %q", got, want)
	}
	if got, want := (Warning{ID: WarnPreamble}).String(), "preamble"; got != want {
		t.Errorf("String() = %q, want %q", got, want)
	}
}

// What the body's own reader answers comes through, and can be told apart.
func TestReadErrors(t *testing.T) {
	raw := wire(ok + "--B\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\n\n<PNG>\n--B--\n")
	for n := range len(raw) + 1 {
		for _, c := range []struct {
			err  error
			want Cause
		}{{os.ErrDeadlineExceeded, ErrRead}, {io.ErrUnexpectedEOF, ErrTruncated}} {
			body := io.MultiReader(strings.NewReader(raw[:n]), failing{c.err})
			got := readAll(body, "multipart/form-data; boundary=B", Limits{})
			if n == len(raw) {
				if got.err != nil {
					t.Errorf("after the end: %v", got.err)
				}
				continue
			}
			if !errors.Is(got.err, c.want) || !errors.Is(got.err, c.err) {
				t.Fatalf("after %d bytes: %v, want %q and %v", n, got.err, c.want, c.err)
			}
			if len(got.parts) == 2 && got.parts[1].whole && n < strings.LastIndex(raw, "\r\n--B") {
				t.Fatalf("after %d bytes: the file looks whole", n)
			}
		}
	}
	got := readAll(failing{nil}, "multipart/form-data; boundary=B", Limits{})
	if !errors.Is(got.err, io.ErrNoProgress) {
		t.Errorf("a reader that never answers: %v", got.err)
	}

	body := http.MaxBytesReader(httptest.NewRecorder(), io.NopCloser(strings.NewReader(raw)), 100)
	got = readAll(body, "multipart/form-data; boundary=B", Limits{})
	var tooLarge *http.MaxBytesError
	if !errors.As(got.err, &tooLarge) || !errors.Is(got.err, ErrRead) {
		t.Errorf("http.MaxBytesReader: %v", got.err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestLimits(t *testing.T) {
	header := "Content-Disposition: form-data; name=\"m\"\r\n"
	part := "--B\r\n" + header + "\r\nx\r\n"
	for _, c := range []struct {
		body string
		lim  Limits
		want Cause
	}{
		{strings.Repeat(part, 3), Limits{Parts: 3}, ""},
		{strings.Repeat(part, 4), Limits{Parts: 3}, ErrTooManyParts},
		{strings.Repeat(part, 16), Limits{}, ""},
		{strings.Repeat(part, 16), Limits{Parts: -1, Header: -1, Preamble: -1}, ""},
		{part, Limits{Header: int64(len(header))}, ""},
		{part, Limits{Header: int64(len(header)) - 1}, ErrHeaderTooLong},
		{part, Limits{Header: 1}, ErrHeaderTooLong},
		{part, Limits{Preamble: 1}, ""},
		{"--B\r\n" + header + strings.Repeat("X: y\r\n", 50000) + "\r\nx\r\n", Limits{Header: 1 << 20}, ""},
		{"12345678\r\n" + part, Limits{Preamble: 8}, ""},
		{"123456789\r\n" + part, Limits{Preamble: 8}, ErrNoDelimiter},
		{strings.Repeat("12345678\r\n", 50000) + part, Limits{Preamble: 1 << 20}, ""},
	} {
		for _, contentType := range []string{"multipart/form-data; boundary=B", "multipart/form-data"} {
			body := c.body + "--B--\r\n"
			for _, r := range []io.Reader{strings.NewReader(body), iotest.OneByteReader(strings.NewReader(body))} {
				got := readAll(r, contentType, c.lim)
				if c.want == "" && got.err != nil || c.want != "" && !errors.Is(got.err, c.want) {
					t.Errorf("%.20q… with %+v: %v, want %q", c.body, c.lim, got.err, c.want)
				}
			}
		}
	}
}

func TestSameName(t *testing.T) {
	for _, c := range []struct {
		disposition string
		yes, no     []string
	}{
		{`filename="a.jpg"`, []string{"a.jpg"}, []string{"", "A.jpg", "a"}},
		{`filename="C:\pics\a.jpg"`, []string{"a.jpg", `C:\pics\a.jpg`}, []string{"pics"}},
		{`filename="a%22b\\.jpg"`, []string{`a"b\.jpg`, `a%22b\\.jpg`, ".jpg"}, []string{"a"}},
		{`filename="=?utf-8?B?YQ==?="; filename*=utf-8''%61.jpg`, []string{"=?utf-8?B?YQ==?=", "a.jpg"}, []string{"%61.jpg"}},
		{`filename="x.jpg"; filename*=utf-8''y.jpg`, []string{"x.jpg", "y.jpg"}, nil},
		{`filename*=iso-8859-1'en'%e9.jpg`, []string{"é.jpg"}, []string{""}},
		{`filename*=gbk''%d6%d0.jpg`, []string{"\xd6\xd0.jpg"}, nil},
		{`filename*="UTF-8''a.jpg"`, []string{"a.jpg"}, nil},
		{`filename=""`, nil, []string{"", "a"}},
		{`x=y`, nil, []string{"", "a"}},
	} {
		body := "--B\r\nContent-Disposition: form-data; name=file; " + c.disposition + "\r\n\r\n\r\n--B--"
		r, err := NewReader(strings.NewReader(body), "multipart/form-data; boundary=B", Limits{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := r.Next()
		if err != nil {
			t.Fatal(c.disposition, err)
		}
		for _, name := range slices.Concat(c.yes, c.no) {
			if got, want := p.SameName(name), slices.Contains(c.yes, name); got != want {
				t.Errorf("%s: SameName(%q) = %v, want %v", c.disposition, name, got, want)
			}
		}
	}
}
