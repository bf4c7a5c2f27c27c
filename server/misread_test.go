package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
)

// A quirk is a form, made of a right one, that the real service reads otherwise than a lenient
// server.
type quirk struct {
	name   string
	family wxup.Family // "": all
	change func(*attempt)
	seen   problem.Problem // as what the real service was seen to refuse it; "": not seen
	strict problem.Problem // as what Strict refuses it; "": it is common, and nothing is said of it
	cause  string          // that the explanation names
}

// quirks lists those of a family.
func quirks(f wxup.Family) []quirk {
	const b = "----boundary7MA4YWxk"
	unread := map[wxup.Family]problem.Problem{ // a form in which no part is found
		wxup.PayV3: problem.BadSignature, wxup.PayV2: problem.BadParameter, wxup.FamilyAccount: problem.NoFile,
	}[f]
	typed := func(contentType string) func(*attempt) {
		return func(a *attempt) { a.ctype = "multipart/form-data" + contentType }
	}
	with := func(from, to string) func(*attempt) {
		return func(a *attempt) {
			body := strings.ReplaceAll(string(a.form()), from, to)
			a.body = &body
		}
	}
	all := []quirk{
		{"nothing", "", func(*attempt) {}, "", "", ""},
		{"a quoted boundary", "", typed(`; boundary="` + b + `"`), unread, unread, "form.quoted_boundary"},
		{"a filename on meta", wxup.PayV3, with(`name="meta"`, `name="meta"; filename="blob"`), unread, unread, "form.meta_filename"},
		{"a chunked body", wxup.FamilyAccount, func(a *attempt) { a.chunked = true }, problem.ChunkedBody, problem.ChunkedBody, "account.chunked"},
		{"blanks after a delimiter", "", with(b+"\r\n", b+" \r\n"), "", unread, ""},
		{"a header over two lines", "", with("form-data; ", "form-data;\r\n "), "", unread, ""},
		{"no boundary", wxup.PayV3, typed(""), "", "", ""},
		{"no boundary", wxup.PayV2, typed(""), "", unread, ""},
		{"no boundary", wxup.FamilyAccount, typed(""), "", unread, "form.no_boundary"},
		{"a charset after the boundary", "", typed("; boundary=" + b + "; charset=UTF-8"), "", "", ""},
		{"names without quotes", "", with(`name="media"`, `name=media`), "", "", ""},
		{"a length in each part", "", with("Content-Disposition:", "Content-Length: 7\r\nContent-Disposition:"), "", "", ""},
		{"an encoding of each part", "", with("Content-Disposition:", "Content-Transfer-Encoding: binary\r\nContent-Disposition:"), "", "", ""},
		{"blanks in the boundary", "", func(a *attempt) {
			body := strings.ReplaceAll(string(a.form()), b, "my boundary 77")
			a.body, a.ctype = &body, "multipart/form-data; boundary=my boundary 77"
		}, "", unread, ""},
		{"fileName=", "", with("filename=", "fileName="), "", unread, ""},
		{"a part without a name", "", func(a *attempt) {
			a.extra = "--" + b + "\r\nContent-Disposition: form-data; name=\"\"\r\n\r\nx\r\n"
		}, "", "", ""},
	}
	var list []quirk
	for _, q := range all {
		if q.family == "" || q.family == f {
			list = append(list, q)
		}
	}
	return list
}

// TestQuirks: a form that the real service was seen to misread is refused in its words if it is
// read literally (Observed, Strict). Strict refuses each oddity besides. By default it is accepted
// with a warning, and nothing is said of what well-used clients always send.
func TestQuirks(t *testing.T) {
	for _, ep := range []*wxup.Endpoint{wxup.MarketingImage, wxup.SecapiMedia, wxup.ArticleImage} {
		for _, q := range quirks(ep.Family) {
			for mode, change := range map[string]func(*Config){
				"": func(*Config) {}, "observed": func(c *Config) { c.Profile = problem.Observed }, "strict": func(c *Config) { c.Strict = true },
			} {
				t.Run(ep.Name+"/"+q.name+"/"+mode, func(t *testing.T) {
					t.Parallel()
					g := newRig(t, change)
					a := try(ep)
					g.send(a) // fills it in
					q.change(a)
					got := g.send(a)
					e := g.lastExchange()
					want := map[string]problem.Problem{"observed": q.seen, "strict": q.strict}[mode]
					if e.Problem != want {
						t.Fatalf("refused as %q (%s), want %q; %d %s", e.Problem, e.Reason, want, got.status, got.body)
					}
					if warned := len(e.Warnings) > 0; warned != (q.strict != "" && want != problem.ChunkedBody) {
						t.Errorf("warnings: %q", e.Warnings)
					}
					if want == "" {
						return
					}
					checkRefusal(t, ep.Family, problem.Of(ep.Family).Refusal(want, problem.Observed), e, got)
					if q.cause != "" && !e.Report.Has(q.cause) {
						t.Errorf("the explanation does not name %s: %v", q.cause, e.Report.Findings)
					}
				})
			}
		}
	}
}

// TestOddities: what is odd about a request that is accepted all the same is in its record.
func TestOddities(t *testing.T) {
	const b = "----boundary7MA4YWxk"
	for _, x := range []struct {
		name   string
		change func(a *attempt)
		want   string
	}{
		{"boundry=", func(a *attempt) { a.ctype = "multipart/form-data; boundry=" + b }, "empty or misspelled"},
		{"boundary=", func(a *attempt) { a.ctype = "multipart/form-data; boundary=" }, "empty or misspelled"},
		{"no boundary", func(a *attempt) { a.ctype = "multipart/form-data" }, ""},
		{"no boundary but a charset", func(a *attempt) { a.ctype = "multipart/form-data; charset=utf-8" }, ""},
		{"gzip", func(a *attempt) { a.header = map[string]string{"Content-Encoding": "gzip"} }, `Content-Encoding is "gzip"`},
		{"identity", func(a *attempt) { a.header = map[string]string{"Content-Encoding": "identity"} }, ""},
		{"no filename", func(a *attempt) {
			body := strings.Replace(string(a.form()), `; filename="`, `; file_name="`, 1)
			a.body = &body
		}, "has no filename"},
		{"a path", func(a *attempt) {
			body := strings.Replace(string(a.form()), `; filename="`, `; filename="C:\img\`, 1)
			a.body = &body
		}, "is a path"},
		{"a mark before meta", func(a *attempt) { a.meta = "\uFEFF" + a.meta }, "byte order mark"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t)
			a := try(wxup.MarketingImage)
			g.send(a)
			x.change(a)
			got := g.send(a)
			if e := g.lastExchange(); got.status != 200 || !strings.Contains(strings.Join(e.Warnings, "\n"), x.want) || x.want == "" && len(e.Warnings) > 0 {
				t.Errorf("%d %s; warnings %q", got.status, got.body, e.Warnings)
			}
		})
	}
}

// TestShortBody: a body that ends before its Content-Length gets no answer from the real service,
// and the connection is closed. By default a whole form is accepted all the same.
func TestShortBody(t *testing.T) {
	for _, ep := range []*wxup.Endpoint{wxup.MarketingImage, wxup.SecapiMedia, wxup.ArticleImage} {
		for mode, change := range map[string]func(*Config){
			"": func(*Config) {}, "observed": func(c *Config) { c.Profile = problem.Observed }, "strict": func(c *Config) { c.Strict = true },
		} {
			for _, cut := range []int{0, 500} {
				t.Run(fmt.Sprintf("%s/%s/%d", ep.Name, mode, cut), func(t *testing.T) {
					t.Parallel()
					g := newRig(t, change, mindful)
					a := try(ep)
					g.send(a)
					body := a.form()
					text := g.framed(a, fmt.Sprintf("Content-Length: %d", len(body)+7), body[:len(body)-cut])
					e := g.lastExchange()
					switch {
					case mode != "":
						if text != "" || e.Status != 0 || e.Problem != problem.Unreadable || e.Cause != "http.body_short" {
							t.Errorf("%q; recorded: %d %s, cause %q", text, e.Status, e.Problem, e.Cause)
						}
					case cut == 0:
						if !strings.HasPrefix(text, "HTTP/1.1 200 ") || !strings.Contains(strings.Join(e.Warnings, "\n"), "Content-Length is 7 larger than the body") {
							t.Errorf("%q; warnings %q", text, e.Warnings)
						}
					default:
						if text == "" || e.Problem == "" || e.Cause != "http.body_short" {
							t.Errorf("%q; recorded: %d %s, cause %q", text, e.Status, e.Problem, e.Cause)
						}
					}
				})
			}
		}
	}
}
