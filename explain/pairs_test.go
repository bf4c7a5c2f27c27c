package explain

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	mathrand "math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// The commoner mistakes, one list a dimension, to be made together.
var commonMistakes = [][]mistake{
	{
		{"post", "v3.method.case", lowerMethod},
		{"GET", "v3.method.other", setLine(0, func(*client, string) string { return "GET" })},
	},
	{
		{"absolute", "v3.url.absolute", absolute},
		{"host", "v3.url.host", setLine(1, func(c *client, s string) string { return c.host + s })},
		{"slash", "v3.url.slash", setLine(1, func(_ *client, s string) string { return s + "/" })},
		{"no slash", "v3.url.no_slash", setLine(1, func(_ *client, s string) string { return s[1:] })},
		{"sibling", "v3.url.sibling", setLine(1, func(*client, string) string { return "/v3/merchant/media/upload" })},
	},
	{
		{"milliseconds .000", "v3.timestamp.milliseconds", setLine(2, func(_ *client, s string) string { return s + "000" })},
		{"+1", "v3.timestamp.other", setLine(2, func(c *client, _ string) string { return strconv.FormatInt(c.now+1, 10) })},
		{"-1", "v3.timestamp.other", setLine(2, func(c *client, _ string) string { return strconv.FormatInt(c.now-1, 10) })},
		{"empty", "v3.timestamp.empty", setLine(2, func(*client, string) string { return "" })},
	},
	{
		{"lower", "v3.nonce.case", setLine(3, func(_ *client, s string) string { return strings.ToLower(s) })},
		{"upper", "v3.nonce.case", setLine(3, func(_ *client, s string) string { return strings.ToUpper(s) })},
		{"empty", "v3.nonce.empty", setLine(3, func(*client, string) string { return "" })},
	},
	{
		{"empty", "v3.body.empty", emptyBody},
		{"form", "v3.body.whole_multipart", wholeForm},
		{"file", "v3.body.file", signBody(func(c *client) string { return string(c.file) })},
		{"json.dumps", "v3.meta.spacing", pythonJSON},
		{"order", "v3.meta.key_order", swappedKeys},
		{"pretty", "v3.meta.spacing", signMeta(pretty("    ", "\n", ": "))},
		{"urlencoded", "v3.meta.not_json", signBody(func(c *client) string { return "filename=" + c.filename + "&sha256=" + c.digest() })},
		{"digest", "v3.body.digest", signBody((*client).digest)},
		{"HEX", "v3.meta.digest", signMeta(func(m string) string { return m[:len(m)-66] + strings.ToUpper(m[len(m)-66:]) })},
		{"wrapped", "v3.meta.wrapped", signMeta(func(m string) string { return `{"meta":` + m + `}` })},
		{"twice", "v3.meta.encoded", signMeta(quoteJSON)},
	},
	{
		{"no LF", "v3.frame.no_last_lf", noLastLF},
		{"CR LF", "v3.frame.crlf", crlfLines},
		{"swapped", "v3.frame.order", swapped},
		{"literal", "v3.frame.literal", withFrame(func(l [5]string) string { return strings.Join(l[:], `\n`) + `\n` })},
		{"two LFs", "v3.frame.extra_lf", withFrame(func(l [5]string) string { return strings.Join(l[:], "\n") + "\n\n" })},
		{"mchid", "v3.frame.extra_line", func(c *client) {
			c.frame = func(l [5]string) string { return strings.Join(l[:], "\n") + "\n" + c.mchid + "\n" }
		}},
	},
	{
		{"other certificate", "v3.key.other_certificate", func(c *client) { c.key = c.w.second }},
		{"other merchant", "v3.key.other_merchant", func(c *client) { c.key = c.w.other }},
	},
	{
		{"hex", "v3.signature.hex", withEncoding(hex.EncodeToString)},
		{"URL-safe", "v3.signature.url_safe", withEncoding(base64.URLEncoding.EncodeToString)},
		{"blanks", "v3.signature.blanks", withEncoding(func(sig []byte) string {
			return strings.ReplaceAll(base64.StdEncoding.EncodeToString(sig), "+", " ")
		})},
	},
}

// same are texts that two mistakes and one alone both make.
var same = map[string]string{
	"v3.body.empty v3.frame.no_last_lf": "v3.frame.no_body_line",
}

// TestTogether makes two and three of the commoner mistakes at once, at random.
func TestTogether(t *testing.T) {
	t.Parallel()
	random := mathrand.New(mathrand.NewPCG(1, 2))
	counts := tally{}
	for n := 2; n <= 3; n++ {
		cases, named, wrong := 0, 0, 0
		for range 150 {
			c := newClient()
			var names, want []string
			order := random.Perm(len(commonMistakes))[:n]
			for d, list := range commonMistakes { // in their order, as lines are set before they are joined
				for _, o := range order {
					if o == d {
						m := list[random.IntN(len(list))]
						m.make(c)
						names, want = append(names, m.name), append(want, m.want)
					}
				}
			}
			wanted := strings.Join(want, " ")
			for pair, one := range same {
				if two := strings.Fields(pair); strings.Contains(wanted, two[0]) && strings.Contains(wanted, two[1]) {
					wanted = strings.NewReplacer(two[0], one, two[1], "").Replace(wanted)
				}
			}
			req := c.request()
			ok, bad := counts.judge(t, fmt.Sprintf("%d: %s", n, strings.Join(names, ", ")), wanted, V3(req, c.w.known))
			cases++
			if ok {
				named++
			}
			if bad {
				wrong++
			}
		}
		least := map[int]int{2: 98, 3: 60}[n]
		t.Logf("%d at once: %d of %d named (%.1f %%), %d wrongly", n, named, cases, 100*float64(named)/float64(cases), wrong)
		if named*100 < cases*least || wrong > 0 {
			t.Errorf("%d at once: %d of %d named, %d wrongly", n, named, cases, wrong)
		}
	}
}
