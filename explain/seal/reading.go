package seal

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math/big"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wxup/wxup/explain/text"
)

// A Reading is one way to get the bytes of a signature out of the text that was sent.
type Reading struct {
	Flaws []text.Flaw // what is wrong with the text if this reading is right
	Bytes []byte
}

// Readings lists the ways in which a signature can be read. The right one comes first if the text
// is right.
func Readings(sent string) []Reading {
	var list []Reading
	if sig, err := base64.StdEncoding.Strict().DecodeString(sent); err == nil && !strings.ContainsAny(sent, "\r\n") {
		list = append(list, Reading{nil, sig})
	}
	if sig, cause := decimalBytes(sent); sig != nil {
		return append(list, Reading{[]text.Flaw{text.NewFlaw(cause, "")}, sig})
	}
	if sig := decode85(sent); sig != nil {
		list = append(list, Reading{[]text.Flaw{text.NewFlaw("v3.signature.base85", "")}, sig})
	}
	for _, plain := range undress(sent) {
		add := func(sig []byte, flaws ...text.Flaw) {
			if flaws = append(plain.Flaws[:len(plain.Flaws):len(plain.Flaws)], flaws...); len(flaws) > 0 {
				list = append(list, Reading{flaws, sig})
			}
		}
		s := string(plain.Bytes)
		if half := len(s) / 2; half > 100 && len(s)%2 == 0 && s[:half] == s[half:] {
			if sig, err := base64.StdEncoding.DecodeString(s[:half]); err == nil {
				add(sig, text.NewFlaw("v3.signature.repeated", ""))
			}
		}
		if digits := strings.TrimPrefix(s, "0x"); text.IsHex(digits) && len(digits)%2 == 0 {
			sig, _ := hex.DecodeString(digits)
			add(sig, text.NewFlaw("v3.signature.hex", ""))
			if inner, err := base64.StdEncoding.DecodeString(string(sig)); err == nil {
				add(inner, text.NewFlaw("v3.signature.hex", "base64"))
			}
		}
		if bare, ok := text.HexPairs(s); ok {
			sig, _ := hex.DecodeString(bare)
			add(sig, text.NewFlaw("v3.signature.hex", ""))
		}
		if parts := strings.Split(s, "."); len(parts) == 3 && strings.HasPrefix(s, "eyJ") {
			if sig, err := base64.RawURLEncoding.DecodeString(parts[2]); err == nil {
				add(sig, text.NewFlaw("v3.signature.jwt", ""))
			}
		}
		if sig, cause := decimalBytes(s); sig != nil {
			add(sig, text.NewFlaw(cause, ""))
		}
		if sig, err := base32.StdEncoding.DecodeString(s); err == nil && len(s) > 64 {
			add(sig, text.NewFlaw("v3.signature.base32", ""))
		}
		if strings.HasPrefix(s, "=") {
			backwards := []byte(s)
			slices.Reverse(backwards)
			if sig, err := base64.StdEncoding.DecodeString(string(backwards)); err == nil {
				add(sig, text.NewFlaw("v3.signature.text_reversed", ""))
			}
		}
		var flaws []text.Flaw
		if strings.ContainsAny(s, "-_") && !strings.ContainsAny(s, "+/") {
			flaws = append(flaws, text.NewFlaw("v3.signature.url_safe", ""))
			s = strings.NewReplacer("-", "+", "_", "/").Replace(s)
		}
		bare := strings.TrimRight(s, "=")
		switch whole := (len(bare) + 3) / 4 * 4; {
		case len(s) > whole:
			flaws = append(flaws, text.NewFlaw("v3.signature.padding_more", ""))
		case len(s) < whole:
			flaws = append(flaws, text.NewFlaw("v3.signature.padding", ""))
		}
		sig, err := base64.RawStdEncoding.DecodeString(bare)
		if err != nil {
			for _, alphabet := range cryptAlphabets {
				if sig, err := base64.NewEncoding(alphabet).WithPadding(base64.NoPadding).DecodeString(bare); err == nil && len(sig) >= 128 {
					add(sig, text.NewFlaw("v3.signature.alphabet", alphabet[:5]+"…"))
				}
			}
			continue
		}
		add(sig, flaws...)
		if bare, how := unpacked(sig); bare != nil {
			add(bare, append(slices.Clip(flaws), text.NewFlaw("v3.signature.packed", how))...)
		}
		if latin1 := text.Latin1Bytes(string(sig)); utf8.Valid(sig) && len(latin1) >= 128 && len(latin1) < len(sig) {
			add([]byte(latin1), append(slices.Clip(flaws), text.NewFlaw("v3.signature.as_text", "Latin-1 → UTF-8"))...)
		}
		if plain, how := decompress(sig); len(plain) > 0 {
			add(plain, append(slices.Clip(flaws), text.NewFlaw("v3.signature.compressed", how))...)
		}
		if m := inJSON.FindSubmatch(sig); m != nil && bytes.HasPrefix(sig, []byte("{")) {
			if sig, err := base64.StdEncoding.DecodeString(string(m[1])); err == nil {
				add(sig, append(slices.Clip(flaws), text.NewFlaw("v3.signature.in_json", ""))...)
			}
		}
		inner := strings.TrimSpace(string(sig))
		if text.IsHex(inner) && len(inner)%2 == 0 {
			sig, _ := hex.DecodeString(inner)
			add(sig, append(flaws, text.NewFlaw("v3.signature.base64_of_hex", ""))...)
		}
		if sig, err := base64.StdEncoding.DecodeString(inner); err == nil && len(inner) > 0 {
			add(sig, append(flaws, text.NewFlaw("v3.signature.twice", ""))...)
		}
	}
	return list
}

// cryptAlphabets are those of other encodings by 64 characters: of crypt and of bcrypt.
var cryptAlphabets = []string{
	"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
	"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
}

// unpacked returns a signature without what some libraries write around its bytes, and what that
// was; nil if there is nothing around it.
func unpacked(b []byte) (sig []byte, what string) {
	n := len(b)
	switch {
	case n > 128 && n%64 > 0 && n%64 <= 4 && len(bytes.TrimRight(b[n-n%64:], "\x00")) == 0:
		return b[:n-n%64], fmt.Sprintf("… + %d NUL", n%64)
	case n > 132 && b[0] == 0x04 && b[1] == 0x82 && int(b[2])<<8+int(b[3]) == n-4:
		return b[4:], "ASN.1 OCTET STRING"
	case n > 133 && b[0] == 0x03 && b[1] == 0x82 && int(b[2])<<8+int(b[3]) == n-4 && b[4] == 0:
		return b[5:], "ASN.1 BIT STRING"
	case n > 131 && b[0] == 0x04 && b[1] == 0x81 && int(b[2]) == n-3:
		return b[3:], "ASN.1 OCTET STRING"
	case n > 132 && (binary.BigEndian.Uint32(b) == uint32(n-4) || binary.LittleEndian.Uint32(b) == uint32(n-4)):
		return b[4:], fmt.Sprintf("% x + …", b[:4])
	case n > 130 && int(b[0])<<8+int(b[1]) == n-2:
		return b[2:], fmt.Sprintf("% x + …", b[:2])
	}
	return nil, ""
}

// algorithmPrefix matches the name of an algorithm before a signature, as other protocols write it:
// RSA-SHA256=….
var algorithmPrefix = regexp.MustCompile(`^(?i)((?:rsa-)?sha2?-?256 ?\([^()]*\)|rsa-?sha-?256|sha256withrsa|sha256|rsa|base64|signature|sign|v1|sig|data:[a-z/-]*;base64)[=: ,]+`)

// arrayName matches the name of a type before a list of its elements, as JavaScript and Rust print
// it: Uint8Array(256) [….
var arrayName = regexp.MustCompile(`^\w+(\(\d+\))? ?\(?\[`)

// armor matches the lines around base64 in a PEM file.
var armor = regexp.MustCompile(`-----(BEGIN|END) [A-Z ]+-----`)

// inJSON matches a text in JSON that can be a signature.
var inJSON = regexp.MustCompile(`"([A-Za-z0-9+/]{160,}=*)"`)

// decode85 reads base85 as Python's b85encode and a85encode write it; nil if s is something else.
func decode85(s string) []byte {
	if len(s) < 150 || len(s) > maxPlain || notBase64.FindString(s) == "" || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil
	}
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
	adobe := []byte(s)
	for i, c := range adobe {
		at := strings.IndexByte(alphabet, c)
		if at < 0 {
			adobe = []byte(s)
			break
		}
		adobe[i] = byte('!' + at)
	}
	sig := make([]byte, len(adobe)*4)
	n, read, err := ascii85.Decode(sig, adobe, true)
	if err != nil || read != len(adobe) || n%64 != 0 { // no key makes such a signature
		return nil
	}
	return sig[:n]
}

// notBase64 matches what base64 does not have, of either kind.
var notBase64 = regexp.MustCompile(`[^A-Za-z0-9+/=_-]`)

// maxPlain is how much of a compressed signature is read, in bytes: more than any key makes.
const maxPlain = 4096

// decompress reads bytes that gzip or zlib wrote, and names which.
func decompress(b []byte) (plain []byte, how string) {
	var r io.Reader
	var err error
	switch {
	case bytes.HasPrefix(b, []byte("\x1f\x8b")):
		how = "gzip"
		r, err = gzip.NewReader(bytes.NewReader(b))
	case bytes.HasPrefix(b, []byte("x")):
		how = "zlib"
		r, err = zlib.NewReader(bytes.NewReader(b))
	default:
		return nil, ""
	}
	if err != nil {
		return nil, ""
	}
	if plain, err = io.ReadAll(io.LimitReader(r, maxPlain)); err != nil {
		return nil, ""
	}
	return plain, how
}

// decimalBytes reads bytes written as decimal numbers between -128 and 255, or as one number, and
// returns the cause that says which; nil if s is something else.
func decimalBytes(s string) (sig []byte, cause string) {
	if n, ok := new(big.Int).SetString(s, 10); ok && len(s) > 300 {
		return n.Bytes(), "v3.signature.integer"
	}
	s = arrayName.ReplaceAllString(s, "[")
	list := strings.FieldsFunc(strings.Trim(s, "[]{}()"), func(r rune) bool { return r == ',' || r == ' ' })
	if len(list) < 2 {
		return nil, ""
	}
	b := make([]byte, 0, len(list))
	for _, x := range list {
		n, err := strconv.Atoi(x)
		if err != nil || n < -128 || n > 255 {
			return nil, ""
		}
		b = append(b, byte(n))
	}
	return b, "v3.signature.decimal"
}

// undress removes what was wrapped around the text of a signature. Blanks may stand for plus signs
// or be left over from line ends; then there are two results.
func undress(sent string) []Reading {
	s := sent
	var flaws []text.Flaw
	noteAs := func(cause, value, after string) {
		if after != s && after != "" {
			flaws, s = append(flaws, text.NewFlaw(cause, value)), after
		}
	}
	note := func(cause, after string) { noteAs(cause, "", after) }
	note("v3.signature.ends", strings.TrimSpace(s))
	if m := algorithmPrefix.FindString(s); m != "" {
		noteAs("v3.signature.prefix", m, s[len(m):])
	}
	if inner, ok := strings.CutPrefix(s, "b'"); ok {
		note("v3.signature.python_bytes", strings.TrimSuffix(inner, "'"))
	}
	note("v3.signature.armor", armor.ReplaceAllString(s, ""))
	note("v3.signature.quoted", strings.Trim(s, "'\"\\“”`{}[]()<>"))
	note("v3.signature.quoted_printable", strings.NewReplacer("=3D", "=", "=3d", "=", "=2B", "+", "=2b", "+", "=2F", "/", "=2f", "/").Replace(s))
	for range 2 {
		if plain, err := url.PathUnescape(s); err == nil {
			note("v3.signature.url_encoded", plain)
		}
	}
	note("v3.signature.ends", strings.TrimSpace(s))
	note("v3.signature.html", strings.NewReplacer("&#43;", "+", "&#x2B;", "+", "&#47;", "/", "&#x2F;", "/", "&#61;", "=", "&#x3D;", "=").Replace(s))
	note("v3.signature.ends", strings.TrimRight(s, ",;."))
	note("v3.signature.json", strings.NewReplacer(`\/`, `/`, `\u002B`, "+", `\u002b`, "+", `\u003D`, "=", `\u003d`, "=", `\u002F`, "/").Replace(s))
	note("v3.signature.wrapped", strings.NewReplacer("\r", "", "\n", "", "\t", "", `\r`, "", `\n`, "").Replace(s))
	if !strings.Contains(s, " ") {
		return []Reading{{flaws, []byte(s)}}
	}
	plain := flaws[:len(flaws):len(flaws)]
	return []Reading{
		{append(plain, text.NewFlaw("v3.signature.blanks", "")), []byte(strings.ReplaceAll(s, " ", "+"))},
		{append(plain, text.NewFlaw("v3.signature.wrapped", "")), []byte(strings.ReplaceAll(s, " ", ""))},
		{plain, []byte(s)}, // bytes in hex, with blanks between
	}
}
