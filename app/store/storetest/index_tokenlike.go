package storetest

import (
	"strings"
	"testing"

	"github.com/wxup/wxup/server"
)

// testTokensAlike: a text that is not a token is found to be one that was cut short, went on or
// changed its case.
func testTokensAlike(t *testing.T, ix Index) {
	ctx := t.Context()
	values := []string{
		"57_PzL6V3x9yqYv0d-Kc1nM8rT5uW2aB4eG7hJ0kLpQs", "57_PzL6V3x9yqYv0d-Kc1nM8rT5uW2aB4eG7hJ0kLpQt",
		"-aZ_0123456789abcdefghijklmnop", "zzzzzzzzzzzzzzzzzzzzzzzz", "0123456789_-9876543210", "refreshtoken@@@Abcdefgh",
	}
	for i, value := range values {
		must(t, ix.IssueToken(ctx, server.Token{Value: value, Kind: server.AccessToken, Subject: "wx1", Seq: int64(i) + 1, Issued: t0}, t0.AddDate(1, 0, 0)))
	}
	for text, want := range map[string]string{
		values[2][:16]:              values[2],
		values[2][:1]:               values[2],
		values[3][:23]:              values[3],
		values[4][:20]:              values[4],
		values[5][:16]:              values[5],
		values[1] + "undefined":     values[1],
		values[0] + "~":             values[0],
		values[3] + "z":             values[3],
		values[4] + values[4]:       values[4],
		strings.ToLower(values[0]):  values[0],
		strings.ToUpper(values[1]):  values[1],
		strings.ToUpper(values[2]):  values[2],
		"refreshtoken@@@aBCDEFGH":   values[5],
		"REFRESHTOKEN@@@ABCDEFGH":   values[5],
		values[0][:40] + "kLpqS":    "",
		values[0][:40]:              values[0], // or its neighbour
		"57_PzL6V3x9yqYv0d-kC":      "",        // cut and in another case: too little to go by
		values[3][:22] + "y":        "",
		"A" + values[3]:             "",
		values[2] + "é":             "",
		values[2][:16] + "\x00":     "",
		"%":                         "",
		"_":                         "",
		"":                          "",
		" ":                         "",
		"\xff\xff\xff\xff":          "",
		"~~~~~~~~~~~~~~~~":          "",
		strings.Repeat("z", 200000): values[3],
		strings.Repeat("7", 200000): "",
		"' OR '1' = '1":             "",
	} {
		if want == "" {
			unknown[*server.Token](t, "TokenLike("+text[:min(len(text), 60)]+")")(ix.TokenLike(ctx, text))
			continue
		}
		got, err := ix.TokenLike(ctx, text)
		if err != nil || got.Value != want && !(text == values[0][:40] && got.Value == values[1]) {
			t.Errorf("TokenLike(%.60q) = %+v, %v; want %s", text, got, err, want)
		}
	}
	// A token itself is none that is like it.
	unknown[*server.Token](t, "TokenLike of a token")(ix.TokenLike(ctx, values[3]))
	got, err := ix.TokenLike(ctx, values[2][:20])
	same(t, got, err, &server.Token{Value: values[2], Kind: server.AccessToken, Subject: "wx1", Seq: 3, Issued: t0, Retired: got.Retired})
}
