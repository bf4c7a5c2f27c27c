package server

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/problem"
)

// TestVeto says each problem of each family about an upload that is right. The answer must be the
// very one that the problem's natural causes get: status, words, and whether it is signed.
func TestVeto(t *testing.T) {
	rows := map[wxup.Family]*wxup.Endpoint{wxup.PayV3: wxup.MarketingImage, wxup.PayV2: wxup.SecapiMedia, wxup.FamilyAccount: wxup.ArticleImage}
	for _, c := range causes(wxup.MarketingImage) {
		for _, profile := range []problem.Profile{problem.Documented, problem.Observed} {
			if c.only != "" && c.only != profile || strings.Contains(c.how, "no room in the budget") {
				continue
			}
			t.Run(fmt.Sprint(c.family, "/", c.problem, "/", c.how, "/", profile), func(t *testing.T) {
				t.Parallel()
				natural := newRig(t, func(conf *Config) {
					conf.Profile = profile
					if c.conf != nil {
						c.conf(conf)
					}
				})
				c.do(natural)
				want := natural.lastExchange()
				if want.Endpoint == "" {
					return // a token call, or an unknown path: no upload
				}
				asked := 0
				g := newRig(t, func(conf *Config) {
					conf.Profile = profile
					conf.Veto = func(r *http.Request, e *Exchange) error {
						asked++
						if e.Endpoint != rows[c.family].Name || e.Request.Parts == nil || r.URL.Path != rows[c.family].Path {
							t.Errorf("asked about %s %q", r.URL.Path, e.Endpoint)
						}
						return fmt.Errorf("a rule of the test: %w", c.problem)
					}
				})
				got := g.send(try(rows[c.family]))
				e := g.lastExchange()
				if e.Problem != c.problem || !strings.HasPrefix(e.Reason, "a rule of the test: ") || asked != 1 {
					t.Fatalf("asked %d times, recorded is %q (%s)", asked, e.Problem, e.Reason)
				}
				checkRefusal(t, c.family, problem.Of(c.family).Refusal(c.problem, profile), e, got)
				if c.family != wxup.FamilyAccount && e.Proven != want.Proven {
					t.Errorf("proven %v, by its natural cause %v", e.Proven, want.Proven)
				}
				if !unexplained(e, explain.Vetoed) || e.Media != nil || len(g.mem.files) != 0 {
					t.Errorf("explained as %q; %d files kept", e.Cause, len(g.mem.files))
				}
			})
		}
	}
}

// TestVetoOfOthers: what no family's table holds is a failure of ours, and only uploads that are
// right are asked about.
func TestVetoOfOthers(t *testing.T) {
	var say error
	asked := 0
	g := newRig(t, func(c *Config) {
		c.Veto = func(*http.Request, *Exchange) error { asked++; return say }
	})
	for _, say = range []error{errors.New("disk of the rule is full"), problem.BadToken, problem.Refused} {
		if got := g.send(try(wxup.MarketingImage)); got.status != 500 || g.lastExchange().Problem != problem.Internal || !strings.Contains(g.lastExchange().Reason, say.Error()) {
			t.Errorf("%v: %d %s", say, got.status, got.body)
		}
	}
	asked, say = 0, problem.TooFrequent
	a := try(wxup.MarketingImage)
	a.signed = new(string)
	g.send(a)
	a = try(wxup.MarketingImage)
	a.data = []byte("GIF89a")
	g.send(a)
	g.token()
	if asked != 0 {
		t.Errorf("asked %d times about calls that it has no say in", asked)
	}
	a = try(wxup.MarketingImage)
	g.send(a)
	say, a.keep = nil, true
	if got := g.send(a); got.status != 200 || asked != 2 {
		t.Errorf("the same request again, when the rule lets it pass: %d %s; asked %d times", got.status, got.body, asked)
	}
}
