package explain

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wxup/wxup/explain/text"
)

// judgeComponent says what is wrong with the token of a third-party platform, and reports whether
// it is right.
func judgeComponent(f *facts, d *draft, known *Known, component string) bool {
	name, raw := "", ""
	for _, parameter := range []string{"component_access_token", "access_token"} {
		if values := f.query(parameter); len(values) > 0 && values[0] != "" {
			name, raw = parameter, values[0]
			break
		}
	}
	if name == "" {
		d.find("account.ask.no_component_token", "", f.Method+" "+pathOf(f.Target))
		return false
	}
	sent, err := url.QueryUnescape(raw)
	if err != nil {
		sent = raw
	}
	fact := name + "=" + d.secrets.cutWord(sent)
	i := slices.IndexFunc(known.Tokens, func(k Token) bool { return k.Value == sent })
	if kind, _, ok := strings.Cut(sent, "@@@"); ok && i < 0 {
		d.find("account.ask.token_kind", text.Visible(kind, 20), fact)
		return false
	}
	if i < 0 {
		judgeSpelling(d, sent, name)
		if !d.found("account.token.") && (known.Issuer || len(known.Tokens) > 0) {
			d.find("account.ask.token_unknown", "", fact)
		}
		return false
	}
	switch k := known.Tokens[i]; {
	case k.Kind != "component":
		d.find("account.ask.token_kind", k.Kind, fact)
	case component != "" && k.App != component:
		d.find("account.ask.token_other", k.App, fact)
	case !k.Retired.IsZero() && !f.Received.Before(k.Retired):
		d.find("account.token.replaced", ago(f.Received.Sub(k.Retired)), fact+", "+k.Retired.UTC().Format(time.RFC3339))
	case !k.Expires.IsZero() && !f.Received.Before(k.Expires):
		d.find("account.token.expired", ago(f.Received.Sub(k.Expires)), fact+", "+k.Expires.UTC().Format(time.RFC3339))
	default:
		d.report.Verified = true
		return true
	}
	return false
}

// forQuestions returns what is known, for a call that takes the tokens of platforms too.
func forQuestions(known *Known) *Known {
	k := *known
	k.Tokens = slices.Clone(known.Tokens)
	for i := range k.Tokens {
		if k.Tokens[i].Kind == "component" {
			k.Tokens[i].Kind = ""
		}
	}
	return &k
}
