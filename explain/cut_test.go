package explain_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/wxup/wxup/explain"
)

// TestCut: of a form that the server did not read to its end nothing is said that its end would
// tell, and of a file that was cut off nothing that its bytes would.
func TestCut(t *testing.T) {
	t.Parallel()
	srv := serve(t)
	right := explain.RightV3()
	_, boundary, _ := strings.Cut(right.Header.Get("Content-Type"), "boundary=")
	large := func(r *explain.Request) { // more than the server keeps of a form that it cannot read
		r.Body = bytes.Replace(r.Body, []byte("\xFF\xD8"), append([]byte("\xFF\xD8"), make([]byte, 300<<10)...), 1)
	}
	for _, x := range []struct {
		name, want string
		change     func(r *explain.Request)
	}{
		{"single quotes", "form.boundary_single_quotes", func(r *explain.Request) {
			large(r)
			r.Header.Set("Content-Type", "multipart/form-data; boundary='"+boundary+"'")
		}},
		{"CR CR LF", "form.cr_twice", func(r *explain.Request) {
			large(r)
			r.Body = bytes.ReplaceAll(r.Body, []byte("\r\n"), []byte("\r\r\n"))
		}},
		{"literal line ends", "form.literal_lines", func(r *explain.Request) {
			large(r)
			r.Body = bytes.ReplaceAll(r.Body, []byte("\r\n"), []byte(`\r\n`))
		}},
		{"one dash at the end", "form.truncated", func(r *explain.Request) {
			r.Body = bytes.Replace(r.Body, []byte(boundary+"--"), []byte(boundary+"-"), 1)
		}},
		{"cut at the first NUL", "form.truncated", func(r *explain.Request) {
			r.Body, _, _ = bytes.Cut(r.Body, []byte{0})
		}},
	} {
		r := *right
		r.Header = right.Header.Clone()
		x.change(&r)
		e := send(t, srv, explain.Mistake{Name: x.name, Request: &r})
		if e == nil || e.Report == nil {
			t.Errorf("%s: not explained", x.name)
			continue
		}
		got := slices.DeleteFunc(causesOf(e.Report), func(cause string) bool { return cause == "file.unknown" && len(r.Body) > 300<<10 })
		if !slices.Equal(got, []string{x.want}) { // what was made large is no picture
			t.Errorf("%s: %v, want %s", x.name, got, x.want)
		}
	}
}
