package inspector

import (
	"strings"
	"testing"

	"github.com/wxup/wxup/explain"
)

// TestCompare: what differs is marked, and only that, whatever was cut from the texts.
func TestCompare(t *testing.T) {
	for name, c := range map[string]struct{ signed, wanted, drawSigned, drawWanted string }{
		"a last newline":       {`{"a":1}`, `{"a":1}⏎`, `{"a":1}`, `{"a":1}<[lf` + "\n" + `]>`},
		"a blank":              {`{"a": 1}⏎`, `{"a":1}⏎`, `{"a":<[sp ]>1}[lf` + "\n]", `{"a":1}[lf` + "\n]"},
		"CRLF":                 {`POST␍⏎/x␍⏎`, `POST⏎/x⏎`, "POST<[cr][lf\n]/x[cr]>[lf\n]", "POST<[lf\n]/x>[lf\n]"},
		"a byte":               {`a<FF>b`, `a<FE>b`, "a<[byteFF]>b", "a<[byteFE]>b"},
		"an invisible one":     {`a<U+200B>b`, `ab`, "a<[oddU+200B]>b", "ab"},
		"markup is no code":    {`<b>x`, `<b>y`, "<b><x>", "<b><y>"},
		"one cut in front":     {`…56789abcdefghijklmnopqrsX`, `0123456789abcdefghijklmnopqrsY`, "…56789abcdefghijklmnopqrs<X>", "…56789abcdefghijklmnopqrs<Y>"},
		"both cut differently": {`…789abcdefghijklmnopqrsX`, `…56789abcdefghijklmnopqrsY`, "…789abcdefghijklmnopqrs<X>", "…789abcdefghijklmnopqrs<Y>"},
		"cut at the end":       {`aX…`, `aY…`, "a<X…>", "a<Y…>"},
		"nothing in common":    {`abc`, `xyz`, "<abc>", "<xyz>"},
	} {
		f := finding{Proof: explain.Proof{Signed: c.signed, Wanted: c.wanted}}
		cmp := f.Compare()
		if got := drawnPieces(cmp.Signed); got != c.drawSigned {
			t.Errorf("%s: signed is drawn %q, want %q", name, got, c.drawSigned)
		}
		if got := drawnPieces(cmp.Wanted); got != c.drawWanted {
			t.Errorf("%s: wanted is drawn %q, want %q", name, got, c.drawWanted)
		}
	}
	if (finding{Proof: explain.Proof{Fact: "x"}}).Compare() != nil {
		t.Error("a proof without texts is compared")
	}
}

func drawnPieces(list []piece) string {
	var b strings.Builder
	for _, p := range list {
		if p.Differs {
			b.WriteString("<" + drawn(p.Runs) + ">")
		} else {
			b.WriteString(drawn(p.Runs))
		}
	}
	return b.String()
}
