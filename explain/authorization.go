package explain

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/wxup/wxup/sign"
)

// authorization reads the Authorization header as well as anyone could, and finds what is wrong with its form. It
// reports whether there is one that can be worked with.
func (e *evidence) authorization() (sign.Authorization, bool) {
	lines := e.Header.Values("Authorization")
	switch {
	case len(lines) == 0 || strings.TrimSpace(strings.Join(lines, "")) == "":
		for _, name := range e.headerNames() {
			if value := e.Header[name][0]; strings.Contains(value, "WECHATPAY") && strings.Contains(value, "signature") {
				e.find("v3.authorization.other_header", name, name+": "+value)
				return sign.Authorization{}, false
			}
		}
		e.find("v3.authorization.missing", "", "")
		return sign.Authorization{}, false
	case len(lines) > 1:
		e.find("v3.authorization.twice", "", strings.Join(lines, "\n"))
	}
	a, err := sign.ParseAuthorization(lines[0])
	if plain, ok := decodedAuthorization(lines[0]); err != nil && ok {
		e.find("v3.authorization.url_encoded", "", lines[0])
		a = plain
	} else if err != nil {
		a = e.readAuthorization(lines[0])
	}
	brand := a.Scheme == sign.SchemeBrand
	if brand != e.ep.Brand && a.Scheme != "" && (brand || e.ep.Path != "") {
		e.find("v3.authorization.brand", a.Scheme, a.Scheme+" "+e.Target)
	}
	return a, a.Signature != "" && a.NonceStr != "" && a.Timestamp != "" // else the text cannot be known
}

// decodedAuthorization reads a header that was URL-encoded as a whole.
func decodedAuthorization(text string) (sign.Authorization, bool) {
	for _, decode := range []func(string) (string, error){url.PathUnescape, url.QueryUnescape} {
		if plain, err := decode(text); err == nil && plain != text {
			if a, err := sign.ParseAuthorization(plain); err == nil {
				return a, true
			}
		}
	}
	return sign.Authorization{}, false
}

// authorizationPair is one pair of the header, in any of the ways in which it is written.
var authorizationPair = regexp.MustCompile(`["']?([A-Za-z_\-]+)["']?\s*(=|:|＝|：)\s*(?:"([^"]*)"|'([^']*)'|“([^”]*)”|＂([^＂]*)＂|\\"([^"\\]*)\\"|([^,;&"'\s，；]+))`)

// pairNames are the names that a pair goes by, and what it should be called.
var pairNames = map[string]string{
	"mchid": "mchid", "brand_id": "brand_id", "nonce_str": "nonce_str", "timestamp": "timestamp", "serial_no": "serial_no", "signature": "signature",
	"mch_id": "mchid", "merchant_id": "mchid", "nonce": "nonce_str", "noncestr": "nonce_str", "time": "timestamp",
	"time_stamp": "timestamp", "serial": "serial_no", "serialno": "serial_no", "serial_number": "serial_no",
	"serialnumber": "serial_no", "sign": "signature", "brandid": "brand_id",
}

// readAuthorization reads a header that is malformed, and says in what way.
func (e *evidence) readAuthorization(text string) sign.Authorization {
	var a sign.Authorization
	if rest, ok := strings.CutPrefix(text, "Authorization:"); ok {
		e.find("v3.authorization.name_in_value", "", text)
		text = strings.TrimLeft(rest, " ")
	}
	pairs := authorizationPair.FindAllStringSubmatchIndex(text, -1)
	if len(pairs) == 0 {
		e.find("v3.authorization.scheme", schemeOf(text), text)
		return a
	}
	e.scheme(&a, text[:pairs[0][0]], text)
	seen := map[string]bool{}
	for i, at := range pairs {
		name := text[at[2]:at[3]]
		value, quotes := "", ""
		for g := 3; g <= 8; g++ {
			if at[2*g] >= 0 {
				value = text[at[2*g]:at[2*g+1]]
				quotes = text[at[5]:at[2*g]]
			}
		}
		value = strings.TrimRight(value, "\\")
		right := pairNames[strings.ToLower(strings.ReplaceAll(name, "-", "_"))]
		switch {
		case right == "":
			e.find("v3.authorization.extra_pair", name, text)
			continue
		case right != name:
			e.find("v3.authorization.pair_name", name+" → "+right, text)
		case seen[right]:
			e.find("v3.authorization.pair_twice", name, text)
			continue
		}
		seen[right] = true
		if text[at[4]:at[5]] != "=" {
			e.find("v3.authorization.equals", text[at[4]:at[5]], text)
		} else if strings.TrimSpace(quotes) != `"` {
			e.find("v3.authorization.quotes", name, text)
		}
		if i+1 < len(pairs) {
			if gap := strings.TrimSpace(text[at[1]:pairs[i+1][0]]); gap != "," {
				e.find("v3.authorization.commas", gap, text)
			}
		} else if strings.Trim(text[at[1]:], ` }"'`) != "" {
			e.find("v3.authorization.commas", strings.TrimSpace(text[at[1]:]), text)
		}
		if value == "" {
			e.find("v3.authorization.empty", right, text)
		} else if right != "signature" && strings.ContainsAny(value, " \t\r\n") {
			e.find("v3.authorization.blanks", right, text)
			value = strings.TrimSpace(value)
		}
		*pairOf(&a, right) = value
	}
	for _, name := range []string{"mchid", "nonce_str", "timestamp", "serial_no", "signature"} {
		if !seen[name] && !(name == "mchid" && seen["brand_id"]) {
			e.find("v3.authorization.pair_missing", name, text)
		}
	}
	return a
}

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

// scheme judges what stands before the pairs.
func (e *evidence) scheme(a *sign.Authorization, before, text string) {
	scheme := strings.TrimRight(before, " {")
	switch {
	case scheme == sign.SchemeRSA || scheme == sign.SchemeBrand:
		a.Scheme = scheme
		if !strings.HasSuffix(strings.TrimRight(before, "{"), " ") {
			e.find("v3.authorization.no_blank", "", text)
		} else if strings.HasSuffix(before, "{") {
			e.find("v3.authorization.equals", "{", text)
		}
	case scheme == sign.SchemeSM2:
		e.find("v3.authorization.sm2", "", text)
	case strings.HasPrefix(scheme, sign.SchemeRSA), strings.HasPrefix(scheme, sign.SchemeBrand):
		// WECHATPAY2-SHA256-RSA2048mchid="…": the pair's name was read as part of the scheme, or a comma follows it.
		a.Scheme = sign.SchemeRSA
		e.find("v3.authorization.no_blank", "", text)
	default:
		e.find("v3.authorization.scheme", schemeOf(before), text)
	}
}

func schemeOf(text string) string {
	scheme, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	if scheme == "" {
		return "∅"
	}
	return visible(scheme, 40)
}
