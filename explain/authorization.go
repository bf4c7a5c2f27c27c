package explain

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

// readAuthorization reads the Authorization header, malformed as it may be, and says what is wrong
// with its form. It reports whether there is enough of it to build the string to sign.
func readAuthorization(f *facts, d *draft) (sign.Authorization, bool) {
	lines := f.Header.Values("Authorization")
	switch {
	case len(lines) > 0 && strings.TrimSpace(strings.Join(lines, "")) == "":
		d.find("v3.authorization.blank", "", "Authorization: ")
		return sign.Authorization{}, false
	case len(lines) == 0:
		for _, h := range f.headers() {
			if strings.Contains(h.Value, "WECHATPAY") && strings.Contains(h.Value, "signature") {
				d.find("v3.authorization.other_header", h.Name, h.Name+": "+h.Value)
				return sign.Authorization{}, false
			}
		}
		if f.Header.Get(wire.SignatureHeader) != "" {
			d.find("v3.authorization.answer_headers", "", wire.SignatureHeader+": …")
			return sign.Authorization{}, false
		}
		if !slices.Contains(f.Unshown, "Authorization") {
			d.find("v3.authorization.missing", "", "")
		}
		return sign.Authorization{}, false
	case len(lines) > 1:
		d.find("v3.authorization.twice", "", strings.Join(lines, "\n"))
		return sign.Authorization{}, false // which of them is meant is not known
	}
	a, err := sign.ParseAuthorization(lines[0])
	if plain, ok := decodedAuthorization(lines[0]); err != nil && ok {
		d.find("v3.authorization.url_encoded", "", lines[0])
		a = plain
	} else if err != nil {
		if a, ok = repaired(d, lines[0]); !ok {
			a = readPairs(d, lines[0])
		}
	}
	for _, name := range []string{"serial_no", "timestamp", "nonce_str", "mchid"} {
		if p := pairOf(&a, name); len(*p) > 100 && notBase64(*p) == "" && shortText.MatchString(a.Signature) {
			d.find("v3.authorization.swapped", name+", signature", lines[0])
			*p, a.Signature = a.Signature, *p
		}
	}
	brand := a.Scheme == sign.SchemeBrand
	if right, wrong := idNames(f.ep.Brand); err != nil && brand == f.ep.Brand && f.ep.Path != "" && strings.Contains(lines[0], wrong+"=") && !strings.Contains(lines[0], right+"=") {
		d.find("v3.authorization.id_name", wrong+" → "+right, f.Target)
	}
	if brand != f.ep.Brand && a.Scheme != "" && (brand || f.ep.Path != "") {
		d.find("v3.authorization.brand", a.Scheme, a.Scheme+" "+f.Target)
	}
	return a, a.Signature != "" && a.NonceStr != "" && a.Timestamp != "" // or the string to sign cannot be known
}

// idNames returns the name of the pair that names the sender, and the one of the other scheme.
func idNames(brand bool) (right, wrong string) {
	if brand {
		return "brand_id", "mchid"
	}
	return "mchid", "brand_id"
}

// shortText matches what may be any value of the header but a signature.
var shortText = regexp.MustCompile(`^[0-9A-Za-z]{8,42}$`)

// decodedAuthorization reads a header that is URL-encoded as a whole.
func decodedAuthorization(header string) (sign.Authorization, bool) {
	for _, decode := range []func(string) (string, error){url.PathUnescape, url.QueryUnescape} {
		if plain, err := decode(header); err == nil && plain != header {
			if a, err := sign.ParseAuthorization(plain); err == nil {
				return a, true
			}
		}
	}
	return sign.Authorization{}, false
}

// authorizationPair matches one pair of the header, in any of the ways in which pairs are written.
var authorizationPair = regexp.MustCompile(`["']?([\w\-]+)["']?\s*(=>|=|:|＝|：)\s*(?:"([^"]*)"|'([^']*)'|“([^”]*)”|«([^»]*)»|` + "`([^`]*)`" + `|＂([^＂]*)＂|\\"([^"\\]*)\\"|&quot;([^&]*)&quot;|([^,;&"'\s，；]+))`)

// pairNames are the names by which pairs are called, and the right ones.
var pairNames = map[string]string{
	"mchid": "mchid", "brand_id": "brand_id", "nonce_str": "nonce_str", "timestamp": "timestamp", "serial_no": "serial_no", "signature": "signature",
	"mch_id": "mchid", "merchant_id": "mchid", "nonce": "nonce_str", "noncestr": "nonce_str", "time": "timestamp",
	"time_stamp": "timestamp", "serial": "serial_no", "serialno": "serial_no", "serial_number": "serial_no",
	"serialnumber": "serial_no", "sign": "signature", "brandid": "brand_id",
}

// pairName returns the right name of a pair, or "".
func pairName(name string) string {
	return pairNames[strings.ToLower(strings.ReplaceAll(name, "-", "_"))]
}

// readPairs reads a malformed header, and says what is wrong with it.
func readPairs(d *draft, header string) sign.Authorization {
	var a sign.Authorization
	long := len(header) > maxHeader
	header = header[:min(len(header), maxHeader)]
	if rest, ok := strings.CutPrefix(header, "Authorization:"); ok {
		d.find("v3.authorization.name_in_value", "", header)
		header = strings.TrimLeft(rest, " ")
	}
	if plain := strings.NewReplacer(`\r`, "", `\n`, "").Replace(header); plain != header && strings.Contains(header, `,\n`) {
		d.find("v3.authorization.commas", `,\n`, header)
		header = plain
	}
	if m := doubledQuotes.FindStringSubmatch(header); m != nil {
		d.find("v3.authorization.doubled_quotes", m[1], header)
		header = doubledQuotes.ReplaceAllString(header, `$1="$2"`)
	}
	if m := unclosed.FindStringSubmatch(header); m != nil {
		d.find("v3.authorization.quotes", m[1], header)
		header = unclosed.ReplaceAllString(header, `$1="$2",$3="`)
	} else if m := unclosedLast.FindStringSubmatch(header); m != nil && strings.Count(header, `"`)%2 == 1 && !long {
		d.find("v3.authorization.quotes", m[1], header)
		header += `"`
	}
	pairs := findPairs(header)
	if !slices.ContainsFunc(pairs, func(at []int) bool { return pairName(header[at[2]:at[3]]) != "" }) {
		switch scheme, rest, _ := strings.Cut(header, " "); {
		case scheme != sign.SchemeRSA && scheme != sign.SchemeBrand:
			d.find("v3.authorization.scheme", schemeOf(d, header), header)
		default:
			d.find("v3.authorization.no_pairs", cmp.Or(d.secrets.visible(strings.TrimSpace(rest), 40), "∅"), header)
		}
		return a
	}
	a.Scheme = readScheme(d, header[:pairs[0][0]], header)
	seen := map[string]bool{}
	names := renamedPairs(header, pairs)
	for i, at := range pairs {
		name := header[at[2]:at[3]]
		value, quotes := "", ""
		for g := 3; g <= 11; g++ {
			if at[2*g] >= 0 {
				value = header[at[2*g]:at[2*g+1]]
				quotes = header[at[5]:at[2*g]]
			}
		}
		value = strings.TrimRight(value, "\\")
		right := names[i]
		switch {
		case right == "":
			d.find("v3.authorization.extra_pair", d.secrets.piece(header, name, 40), header)
			continue
		case right != name:
			d.find("v3.authorization.pair_name", name+" → "+right, header)
		case seen[right]:
			d.find("v3.authorization.pair_twice", name, header)
			continue
		}
		seen[right] = true
		if between := header[at[3]:at[4]] + header[at[4]:at[5]]; between != "=" || strings.HasPrefix(header[at[5]:], " ") {
			d.find("v3.authorization.equals", d.secrets.visible(between, 4), header)
		} else if quotes == `\"` || quotes == "&quot;" {
			d.find("v3.authorization.escaped", quotes, header)
		} else if strings.TrimSpace(quotes) != `"` {
			d.find("v3.authorization.quotes", name, header)
		}
		if i+1 < len(pairs) {
			if gap := strings.TrimSpace(header[at[1]:pairs[i+1][0]]); gap != "," {
				d.find("v3.authorization.commas", d.secrets.piece(header, gap, 40), header)
			}
		} else if strings.Trim(header[at[1]:], ` }])"'`) != "" && !long {
			d.find("v3.authorization.tail", d.secrets.piece(header, strings.TrimSpace(header[at[1]:]), 40), header)
		}
		if value == "" {
			d.find("v3.authorization.empty", right, header)
		} else if right == "nonce_str" && text.IsNothing(value) {
			d.find("v3.authorization.placeholder", "nonce_str="+d.secrets.visible(value, 40), header)
		} else if right != "signature" && strings.ContainsAny(value, " \t\r\n") && !isDate(value) && !strings.Contains(value, "CERTIFICATE") && !text.IsNothing(value) {
			d.find("v3.authorization.blanks", right, header)
			value = strings.TrimSpace(value)
		}
		if i := strings.IndexFunc(value, func(r rune) bool { return r > '~' || r < ' ' }); i >= 0 && quotes != "“" && quotes != "«" && right != "signature" {
			d.find("v3.authorization.not_ascii", right+": "+d.secrets.visible(value[i:], 12), header)
		}
		*pairOf(&a, right) = value
	}
	for _, name := range []string{"mchid", "nonce_str", "timestamp", "serial_no", "signature"} {
		if !seen[name] && !(name == "mchid" && seen["brand_id"]) && !long {
			d.find("v3.authorization.pair_missing", name, header)
		}
	}
	return a
}

// findPairs returns where the pairs are that follow the scheme, which may touch the first.
func findPairs(header string) [][]int {
	skip := 0
	for _, scheme := range []string{sign.SchemeRSA, sign.SchemeBrand} {
		if strings.HasPrefix(header, scheme) {
			skip = len(scheme)
		}
	}
	pairs := authorizationPair.FindAllStringSubmatchIndex(header[skip:], -1)
	for _, at := range pairs {
		for i := range at {
			if at[i] >= 0 {
				at[i] += skip
			}
		}
	}
	return pairs
}

// doubledQuotes matches a value in two pairs of quotes.
var doubledQuotes = regexp.MustCompile(`([a-z_]+)="\\?"([^",\\]+)\\?""`)

// unclosed matches a value that lacks its closing quote, with the pair that follows; unclosedLast
// one at the end of the header.
var (
	unclosed     = regexp.MustCompile(`([a-z_]+)="([^",]+),([a-z_]+)="`)
	unclosedLast = regexp.MustCompile(`([a-z_]+)="[^"]+$`)
)

// renamedPairs returns the right name of each pair, "" if it has none. If one pair has a name that
// does not belong there and one name is missing, that is the one meant.
func renamedPairs(header string, pairs [][]int) []string {
	missing := []string{"mchid", "nonce_str", "timestamp", "serial_no", "signature"}
	names := make([]string, len(pairs))
	strange := []int{}
	for i, at := range pairs {
		if names[i] = pairName(header[at[2]:at[3]]); names[i] == "" {
			strange = append(strange, i)
		}
		missing = slices.DeleteFunc(missing, func(name string) bool { return name == names[i] || name == "mchid" && names[i] == "brand_id" })
	}
	if len(strange) == 1 && len(missing) == 1 {
		names[strange[0]] = missing[0]
	}
	return names
}

// readScheme reads what precedes the pairs.
func readScheme(d *draft, before, header string) string {
	scheme := strings.TrimRight(before, " {")
	switch {
	case scheme == sign.SchemeRSA || scheme == sign.SchemeBrand:
		if !strings.HasSuffix(strings.TrimRight(before, "{"), " ") {
			d.find("v3.authorization.no_blank", "", header)
		} else if strings.HasSuffix(before, "{") {
			d.find("v3.authorization.equals", "{", header)
		}
		return scheme
	case scheme == sign.SchemeSM2:
		d.find("v3.authorization.sm2", "", header)
	case scheme == sign.SchemeRSA+" "+sign.SchemeRSA:
		d.find("v3.authorization.scheme_twice", "", header)
		return sign.SchemeRSA
	case strings.HasPrefix(scheme, sign.SchemeRSA), strings.HasPrefix(scheme, sign.SchemeBrand):
		// WECHATPAY2-SHA256-RSA2048mchid="…": the pair's name was read as part of the scheme, or a
		// comma follows it.
		d.find("v3.authorization.no_blank", "", header)
		return sign.SchemeRSA
	default:
		d.find("v3.authorization.scheme", schemeOf(d, before), header)
	}
	return ""
}

func schemeOf(d *draft, before string) string {
	scheme, _, _ := strings.Cut(strings.TrimSpace(before), " ")
	if scheme == "" {
		return "∅"
	}
	return d.secrets.visible(scheme, 40)
}
