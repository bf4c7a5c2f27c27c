package sign

import (
	"errors"
	"fmt"
	"strings"
)

// The schemes of an Authorization header.
const (
	SchemeRSA   = "WECHATPAY2-SHA256-RSA2048"      // merchants
	SchemeBrand = "WECHATPAY-BRAND-SHA256-RSA2048" // /brand/…: brand_id in the place of mchid
	SchemeSM2   = "WECHATPAY2-SM2-WITH-SM3"        // Shangmi (商密); recognised, not supported
)

// Authorization is the header that carries a v3 signature, one line, wrapped here:
//
//	WECHATPAY2-SHA256-RSA2048 mchid="1900009191",nonce_str="593BEC0C930BF1AFEB40B4A08C8FB242",
//	timestamp="1554208460",serial_no="1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C",signature="…"
//
// The order of the pairs is free. Source: pay.weixin.qq.com
// verify-signature-faq/http-header-authorization-error.html.
type Authorization struct {
	Scheme    string
	MchID     string // mchid, or brand_id under SchemeBrand
	NonceStr  string
	Timestamp string // Unix seconds, decimal
	SerialNo  string // of the merchant's API certificate
	Signature string // standard base64
}

// String returns the header's value. If no value holds a quote, [ParseAuthorization] returns the
// same Authorization.
func (a Authorization) String() string {
	return a.Scheme + " " + a.idKey() + `="` + a.MchID + `",nonce_str="` + a.NonceStr + `",timestamp="` + a.Timestamp +
		`",serial_no="` + a.SerialNo + `",signature="` + a.Signature + `"`
}

func (a Authorization) idKey() string {
	if a.Scheme == SchemeBrand {
		return "brand_id"
	}
	return "mchid"
}

// ErrScheme reports an Authorization with a scheme that WeChat Pay does not have.
var ErrScheme = errors.New("unknown Authorization scheme")

// ParseAuthorization reads an Authorization header: a scheme, blanks, then key="value" pairs joined
// by commas. Blanks around the commas are allowed, as some programs copy the header from documents
// that wrap it. Each of the five pairs must occur once; a value is printable ASCII without quotes.
// The error says which rule is broken and never holds a value.
func ParseAuthorization(s string) (Authorization, error) {
	var a Authorization
	if strings.TrimSpace(s) == "" {
		return a, errors.New("the Authorization header is missing or empty")
	}
	scheme, rest, ok := strings.Cut(s, " ")
	switch scheme {
	case SchemeRSA, SchemeBrand:
	case SchemeSM2:
		return a, fmt.Errorf("%w: the SM2 scheme is not supported, use %s", ErrScheme, SchemeRSA)
	default:
		return a, fmt.Errorf("%w: want %s", ErrScheme, SchemeRSA)
	}
	if !ok {
		return a, errors.New("nothing follows the scheme")
	}
	a.Scheme = scheme
	fields := map[string]*string{
		a.idKey(): &a.MchID, "nonce_str": &a.NonceStr, "timestamp": &a.Timestamp,
		"serial_no": &a.SerialNo, "signature": &a.Signature,
	}
	seen := make(map[string]bool, len(fields))
	for rest = strings.Trim(rest, " "); rest != ""; {
		key, after, ok := strings.Cut(rest, `="`)
		if !ok {
			return a, errors.New(`a pair is not of the form key="value"`)
		}
		value, next, ok := strings.Cut(after, `"`)
		if !ok {
			return a, errors.New("a value lacks its closing quote")
		}
		to := fields[key]
		switch {
		case to == nil:
			return a, fmt.Errorf("an unknown pair; want %s, nonce_str, timestamp, serial_no, signature", a.idKey())
		case seen[key]:
			return a, fmt.Errorf("%s occurs twice", key)
		case value == "":
			return a, fmt.Errorf("%s is empty", key)
		case strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }):
			return a, fmt.Errorf("%s holds a blank or a character that is not printable ASCII", key)
		}
		*to, seen[key] = value, true
		if rest = strings.TrimLeft(next, " "); rest == "" {
			break
		}
		if rest, ok = strings.CutPrefix(rest, ","); !ok {
			return a, errors.New("a comma is missing between two pairs")
		}
		if rest = strings.TrimLeft(rest, " "); rest == "" {
			return a, errors.New("a comma ends the header")
		}
	}
	for key := range fields {
		if !seen[key] {
			return a, fmt.Errorf("%s is missing", key)
		}
	}
	return a, nil
}
