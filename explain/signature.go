package explain

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/wxup/wxup/explain/seal"
	"github.com/wxup/wxup/explain/text"
)

// sampleSignature begins the signature in the documentation's sample.
const sampleSignature = "uOVRnA4qG/MNnYzdQxJanN+zU+lTgIcnU9BxGw5dKjK"

// sampleTime is the timestamp in that sample.
const sampleTime = "1554208460"

// misshapen says what is plainly wrong with a signature that no key opened. size is that of the
// sender's key in bytes; 0 if it is unknown.
func misshapen(d *draft, sent string, readings []seal.Reading, size int, wanted string) {
	shown := d.secrets.cutWord(sent)
	full := base64.StdEncoding.EncodedLen(size)
	if isPrivateKey(sent, readings) {
		d.find("v3.signature.private_key", "", fmt.Sprintf("*** (%d)", len(sent)))
		return
	}
	switch {
	case len(sent) < 16 || text.IsNothing(sent) || strings.Contains(sent, "…") || strings.EqualFold(sent, "signature") || strings.HasPrefix(sent, sampleSignature):
		d.find("v3.signature.placeholder", sent, sent)
		return
	case strings.Contains(sent, signTest):
		d.find("v3.signature.probe", "", shown)
		return
	case printedCall.MatchString(sent):
		d.find("v3.signature.printed", d.secrets.visible(sent, 40), shown)
		return
	case size > 0 && len(sent) == full && oneCase(sent):
		d.find("v3.signature.case", "", shown)
		return
	case plusLost(sent, size):
		d.suspect("v3.signature.plus_lost", fmt.Sprintf("%d / %d", len(sent), full), shown)
		return
	case len(readings) == 0 && jwt.MatchString(sent):
		d.find("v3.signature.jwt", "", shown)
		return
	case len(readings) == 0:
		if bad := notBase64(sent); bad != "" {
			d.find("v3.signature.not_base64", text.Visible(bad, 16), shown)
		} else if size > 0 && len(sent) < full {
			d.find("v3.signature.short", fmt.Sprintf("%d / %d", len(sent), full), shown)
		}
		return
	}
	if what := text.ReadAsText(readings[0].Bytes, size); what != "" {
		d.find("v3.signature.as_text", what, shown)
		return
	}
	if plain := string(readings[0].Bytes); strings.HasPrefix(plain, wanted[:min(len(wanted), 24)]) && wanted != "" {
		d.find("v3.signature.of_text", "", shown)
		return
	}
	for _, r := range readings {
		if rest, ok := bytes.CutPrefix(r.Bytes, []byte("0\x82")); ok && len(rest) > 2 && bytes.HasPrefix(rest[2:], signedData) {
			d.find("v3.signature.cms", "", shown)
			return
		}
	}
	if jwt.MatchString(sent) {
		d.find("v3.signature.jwt", "", shown)
		return
	}
	if bytes.HasPrefix(readings[0].Bytes, []byte("0\x82")) {
		if _, err := x509.ParseCertificate(readings[0].Bytes); err == nil {
			d.find("v3.signature.certificate", "", shown)
			return
		}
	}
	if h := hashNames[len(sent)]; h != "" && text.IsHex(sent) {
		d.find("v3.signature.hash", h, shown)
		return
	}
	sig := readings[0].Bytes
	switch n := len(sig); {
	case size > 0 && slices.Contains([]int{16, 20, 28, 32, 48, 64}, n):
		d.find("v3.signature.mac", fmt.Sprintf("%d / %d", n, size), shown)
	case n >= 68 && n <= 72 && sig[0] == 0x30 && int(sig[1]) == n-2 && sig[2] == 0x02:
		d.find("v3.key.elliptic", "", shown)
	case size == 0 || slices.ContainsFunc(readings, func(r seal.Reading) bool { return len(r.Bytes) == size }):
	case len(readings[0].Flaws) == 0 && (n == 128 || n == 256 || n == 384 || n == 512 || n == 1024):
		d.find("v3.key.size", fmt.Sprintf("%d / %d", 8*n, 8*size), shown)
	case n < size:
		d.find("v3.signature.short", fmt.Sprintf("%d / %d", len(sent), full), shown)
	default:
		d.find("v3.signature.long", fmt.Sprintf("%d / %d", len(sent), full), shown)
	}
}

// signTest is what the wrong signatures begin with that WeChat sends now and then, to see whether a
// client checks them.
const signTest = "WECHATPAY/SIGNTEST/"

// printedCall matches what programs print of a value that is not a text: Signature([12, 34]).
var printedCall = regexp.MustCompile(`^[A-Za-z_][\w:.]*(\(|\[| ?\{).*[)\]}]$`)

// isPrivateKey reports whether a private key stands in place of the signature: in PEM, or in DER.
func isPrivateKey(sent string, readings []seal.Reading) bool {
	if strings.Contains(sent, "PRIVATE KEY") {
		return true
	}
	return slices.ContainsFunc(readings, func(r seal.Reading) bool {
		if bytes.Contains(r.Bytes, []byte("PRIVATE KEY-----")) {
			return true
		}
		if len(r.Bytes) < 100 || r.Bytes[0] != 0x30 {
			return false
		}
		_, err := x509.ParsePKCS8PrivateKey(r.Bytes)
		_, bare := x509.ParsePKCS1PrivateKey(r.Bytes)
		return err == nil || bare == nil
	})
}

// signedData is how a container of CMS (PKCS#7) that holds a signature begins, after its length.
var signedData = []byte("\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02")

// jwt matches a JSON Web Token.
var jwt = regexp.MustCompile(`^eyJ[\w-]+\.[\w-]*\.[\w-]*$`)

// plusLost reports whether s is base64 of a signature, whole at its end, without a plus sign and
// too short by as many characters as plus signs may have been.
func plusLost(s string, size int) bool {
	bare, full := strings.TrimRight(s, "="), base64.RawStdEncoding.EncodedLen(size)
	ends := base64.StdEncoding.EncodedLen(size) - full
	return len(s)-len(bare) == ends && ends > 0 && len(bare) < full && full-len(bare) <= 30 && !strings.ContainsAny(s, "+-") && notBase64(s) == ""
}

// oneCase reports whether s is base64 that was converted to one case: of its 64 characters, 38 are
// left.
func oneCase(s string) bool {
	if strings.ToLower(s) != s && strings.ToUpper(s) != s || notBase64(s) != "" || text.IsHex(s) {
		return false
	}
	seen := map[rune]bool{}
	for _, c := range s {
		seen[c] = true
	}
	return len(seen) > 30
}

// hashNames are the hashes by the number of their hex digits.
var hashNames = map[int]string{32: "MD5", 40: "SHA-1", 64: "SHA-256", 128: "SHA-512"}

// notBase64 returns the first character of s that is not base64, or "".
func notBase64(s string) string {
	for _, c := range s {
		if !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=", c) {
			return string(c)
		}
	}
	return ""
}
