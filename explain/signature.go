package explain

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// A reading is one way to get the bytes of a signature out of the text that was sent.
type reading struct {
	causes []named // what is wrong with the text if this is the right way; none for the right text
	bytes  []byte
}

// named is a cause with what it is about.
type named struct{ cause, value string }

var (
	hexText   = regexp.MustCompile(`^[0-9A-Fa-f]+$`)
	pairsText = regexp.MustCompile(`^[0-9A-Fa-f]{2}([-: ][0-9A-Fa-f]{2})+$`)
)

// readings lists the ways in which a signature can be read, the right one first if it is that.
func readings(text string) []reading {
	var list []reading
	if sig, err := base64.StdEncoding.Strict().DecodeString(text); err == nil && !strings.ContainsAny(text, "\r\n") {
		list = append(list, reading{nil, sig})
	}
	for _, plain := range undress(text) {
		add := func(sig []byte, causes ...named) {
			if causes = append(plain.causes[:len(plain.causes):len(plain.causes)], causes...); len(causes) > 0 {
				list = append(list, reading{causes, sig})
			}
		}
		s := string(plain.bytes)
		if hexText.MatchString(s) && len(s)%2 == 0 {
			sig, _ := hex.DecodeString(s)
			add(sig, named{"v3.signature.hex", ""})
		}
		if pairsText.MatchString(s) {
			sig, _ := hex.DecodeString(strings.NewReplacer("-", "", ":", "", " ", "").Replace(s))
			add(sig, named{"v3.signature.hex", ""})
		}
		var causes []named
		if strings.ContainsAny(s, "-_") && !strings.ContainsAny(s, "+/") {
			causes = append(causes, named{"v3.signature.url_safe", ""})
			s = strings.NewReplacer("-", "+", "_", "/").Replace(s)
		}
		bare := strings.TrimRight(s, "=")
		if len(bare)%4 != 0 && len(s)%4 != 0 {
			causes = append(causes, named{"v3.signature.padding", ""})
		}
		sig, err := base64.RawStdEncoding.DecodeString(bare)
		if err != nil {
			continue
		}
		add(sig, causes...)
		inner := strings.TrimSpace(string(sig))
		if hexText.MatchString(inner) && len(inner)%2 == 0 {
			sig, _ := hex.DecodeString(inner)
			add(sig, append(causes, named{"v3.signature.base64_of_hex", ""})...)
		}
		if sig, err := base64.StdEncoding.DecodeString(inner); err == nil && len(inner) > 0 {
			add(sig, append(causes, named{"v3.signature.twice", ""})...)
		}
	}
	return list
}

// undress takes off what others have wrapped around a signature's text. Blanks may be in the place of plus signs, or be
// what is left of line ends: then there are two results.
func undress(text string) []reading {
	s := strings.TrimSpace(text)
	var causes []named
	note := func(cause, after string) {
		if after != s && after != "" {
			causes, s = append(causes, named{cause, ""}), after
		}
	}
	if inner, ok := strings.CutPrefix(s, "b'"); ok {
		note("v3.signature.python_bytes", strings.TrimSuffix(inner, "'"))
	}
	note("v3.signature.quoted", strings.Trim(s, `'"\“”`))
	for range 2 {
		if plain, err := url.PathUnescape(s); err == nil {
			note("v3.signature.url_encoded", plain)
		}
	}
	note("v3.signature.html", strings.NewReplacer("&#43;", "+", "&#x2B;", "+", "&#47;", "/", "&#x2F;", "/", "&#61;", "=", "&#x3D;", "=").Replace(s))
	note("v3.signature.json", strings.NewReplacer(`\/`, `/`, `\u002B`, "+", `\u002b`, "+", `\u003D`, "=", `\u003d`, "=", `\u002F`, "/").Replace(s))
	note("v3.signature.wrapped", strings.NewReplacer("\r", "", "\n", "", "\t", "", `\r`, "", `\n`, "").Replace(s))
	if !strings.Contains(s, " ") {
		return []reading{{causes, []byte(s)}}
	}
	plain := causes[:len(causes):len(causes)]
	return []reading{
		{append(plain, named{"v3.signature.blanks", ""}), []byte(strings.ReplaceAll(s, " ", "+"))},
		{append(plain, named{"v3.signature.wrapped", ""}), []byte(strings.ReplaceAll(s, " ", ""))},
		{plain, []byte(s)}, // bytes in hex, with blanks between
	}
}

// noSignature are texts that programs write where a value is missing.
var noSignature = map[string]bool{
	"undefined": true, "null": true, "nil": true, "none": true, "nan": true, "true": true, "false": true, "array": true,
	"[object object]": true, "[object promise]": true, "signature": true, "<nil>": true, "promise { <pending> }": true,
	"[object arraybuffer]": true, "resource id #1": true,
}

// misshapen says what is plainly wrong with a signature that no key has opened. Size is that of the key in bytes; 0 if
// it is not known.
func (e *evidence) misshapen(text string, list []reading, size int) {
	shown := cutWord(text)
	if noSignature[strings.ToLower(strings.Trim(text, ` "'`))] || strings.Contains(text, "…") || strings.HasPrefix(text, "${") || strings.HasPrefix(text, "{{") {
		e.find("v3.signature.placeholder", text, text)
		return
	}
	if len(text) >= 100 && notBase64(text) == "" && !hexText.MatchString(text) && (strings.ToLower(text) == text || strings.ToUpper(text) == text) {
		e.find("v3.signature.case", "", shown)
		return
	}
	if len(list) == 0 {
		if bad := notBase64(text); bad != "" {
			e.find("v3.signature.not_base64", visible(bad, 16), shown)
		} else if want := base64.StdEncoding.EncodedLen(size); size > 0 && len(text) < want {
			e.find("v3.signature.short", fmt.Sprintf("%d / %d", len(text), want), shown)
		}
		return
	}
	sig := list[0].bytes
	switch n := len(sig); {
	case n >= 68 && n <= 72 && sig[0] == 0x30 && int(sig[1]) == n-2 && sig[2] == 0x02:
		e.find("v3.key.elliptic", "", shown)
	case size == 0 || n == size:
	case len(list[0].causes) == 0 && (n == 128 || n == 256 || n == 384 || n == 512 || n == 1024):
		e.find("v3.key.size", fmt.Sprintf("%d / %d", 8*n, 8*size), shown)
	case n < size:
		e.find("v3.signature.short", fmt.Sprintf("%d / %d", len(text), base64.StdEncoding.EncodedLen(size)), shown)
	default:
		e.find("v3.signature.long", fmt.Sprintf("%d / %d", len(text), base64.StdEncoding.EncodedLen(size)), shown)
	}
}

// notBase64 is the first character that does not belong into base64.
func notBase64(text string) string {
	for _, c := range text {
		if !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=", c) {
			return string(c)
		}
	}
	return ""
}
