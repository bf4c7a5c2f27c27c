package explain

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/wxup/wxup/sign"
)

// maxHeader is how much of a malformed header is read, in bytes. Real ones have some 500.
const maxHeader = 16 << 10

func pairOf(a *sign.Authorization, name string) *string {
	switch name {
	case "nonce_str":
		return &a.NonceStr
	case "timestamp":
		return &a.Timestamp
	case "serial_no":
		return &a.SerialNo
	case "signature":
		return &a.Signature
	}
	return &a.MchID
}

// repaired reads a header with one mistake that hides where its values begin or end. It says that
// mistake and no other: the rest is right once it is taken away.
func repaired(d *draft, header string) (a sign.Authorization, ok bool) {
	if len(header) > maxHeader {
		return a, false
	}
	if a, ok = headerInJSON(header); ok {
		d.find("v3.authorization.json", "", header)
		return a, true
	}
	if a, ok = printedMap(header); ok {
		d.find("v3.authorization.printed", "map[…]", header)
		return a, true
	}
	return misquoted(d, header)
}

// headerInJSON reads a JSON object that holds the header, whole or without its scheme.
func headerInJSON(header string) (sign.Authorization, bool) {
	var members map[string]any
	if !strings.HasPrefix(header, "{") || json.Unmarshal([]byte(header), &members) != nil {
		return sign.Authorization{}, false
	}
	for _, v := range members {
		s, _ := v.(string)
		for _, scheme := range []string{"", sign.SchemeRSA + " ", sign.SchemeBrand + " "} {
			if a, err := sign.ParseAuthorization(scheme + s); err == nil {
				return a, true
			}
		}
	}
	return sign.Authorization{}, false
}

// goMap matches the pairs as Go prints a map.
var goMap = regexp.MustCompile(`^(\S+) ?map\[((?:\w+:[^\s\]]+ ?){5})\]$`)

func printedMap(header string) (sign.Authorization, bool) {
	m := goMap.FindStringSubmatch(header)
	if m == nil {
		return sign.Authorization{}, false
	}
	var pairs []string
	for _, pair := range strings.Fields(m[2]) {
		name, value, _ := strings.Cut(pair, ":")
		pairs = append(pairs, name+`="`+value+`"`)
	}
	a, err := sign.ParseAuthorization(m[1] + " " + strings.Join(pairs, ","))
	return a, err == nil
}

var (
	pairStart = regexp.MustCompile(`\b(mchid|brand_id|nonce_str|timestamp|serial_no|signature)(=+)`)
	pairValue = regexp.MustCompile(`^("?)([^",\s]+(?:"[^",\s]+)*)("?)$`)

	base64Start = regexp.MustCompile(`^[\w+/]`)
)

// misquoted reads a header in which signs between names and values are missing or doubled.
func misquoted(d *draft, header string) (a sign.Authorization, ok bool) {
	scheme, rest, _ := strings.Cut(header, " ")
	rest = strings.TrimSpace(rest)
	starts := pairStart.FindAllStringSubmatchIndex(rest, -1)
	if len(starts) != 5 || starts[0][0] != 0 {
		return a, false
	}
	var plain []string
	mistakes := map[string][]string{}
	for i, at := range starts {
		name, equals, end := rest[at[2]:at[3]], rest[at[4]:at[5]], len(rest)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		raw, comma := strings.CutSuffix(strings.TrimSpace(rest[at[1]:end]), ",")
		m := pairValue.FindStringSubmatch(raw)
		if m == nil || comma != (i+1 < len(starts)) || m[1] == "" && m[3] == "" {
			return a, false
		}
		if inner := strings.Contains(m[2], `"`); inner && m[1] != m[3] || m[1] == "" && !base64Start.MatchString(m[2]) {
			return a, false // those are other signs
		}
		note := func(cause, what string) { mistakes[cause] = append(mistakes[cause], what) }
		if equals != "=" {
			mistakes["v3.authorization.equals"] = []string{equals}
		}
		if m[1] == "" {
			note("v3.authorization.opening_quote", name)
		}
		if m[3] == "" {
			note("v3.authorization.closing_quote", name)
		}
		if strings.Contains(m[2], `"`) {
			note("v3.authorization.inner_quote", name)
		}
		*pairOf(&a, name) = m[2]
		plain = append(plain, name+`="`+strings.ReplaceAll(m[2], `"`, "")+`"`)
	}
	if read, err := sign.ParseAuthorization(scheme + " " + strings.Join(plain, ",")); err != nil || len(mistakes) == 0 {
		return sign.Authorization{}, false
	} else {
		a.Scheme = read.Scheme
	}
	for _, cause := range []string{"v3.authorization.equals", "v3.authorization.opening_quote", "v3.authorization.closing_quote", "v3.authorization.inner_quote"} {
		if what := mistakes[cause]; what != nil {
			d.find(cause, strings.Join(what, ", "), header)
		}
	}
	return a, true
}
