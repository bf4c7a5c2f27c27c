package text

import (
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// spellings are the ways in which programs print bytes that belong into plain hex, the likeliest
// first. Each returns nil if s is not such a text.
var spellings = []struct {
	how  string
	read func(s string) []byte
}{
	{"base64", unbase64},
	{"base64url", func(s string) []byte {
		b, _ := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
		return b
	}},
	{"b'\\x…'", unescapeBytes},
	{"ffffff…", unextend},
	{"[1, 2, …]", numbersIn},
	{`\x…`, func(s string) []byte {
		if !strings.HasPrefix(s, `\x`) {
			return nil
		}
		return pairsIn(s)
	}},
	{"UUID", func(s string) []byte {
		if !inUUID.MatchString(s) {
			return nil
		}
		b, _ := hex.DecodeString(strings.NewReplacer("-", "", "{", "", "}", "").Replace(s))
		return b
	}},
	{"<Buffer …>", pairsIn},
	{"0–9", func(s string) []byte {
		n, ok := new(big.Int).SetString(s, 10)
		if !ok || n.Sign() < 0 || len(s) > 200 {
			return nil
		}
		return n.Bytes()
	}},
	{"hex(hex)", func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			return nil
		}
		b, _ = hex.DecodeString(string(b))
		return b
	}},
	{"bytes", func(s string) []byte {
		if isASCII(s) {
			return nil
		}
		return []byte(s)
	}},
	{"bytes", func(s string) []byte {
		if isASCII(s) {
			return nil
		}
		var b []byte
		for _, r := range s {
			if r > 0xFF {
				return nil
			}
			b = append(b, byte(r))
		}
		return b
	}},
}

// SpelledBytes reads s as bytes that a program printed in another way than hex. how names that way.
// The bytes must have one of sizes; nil if s is in none of the known ways.
func SpelledBytes(s string, sizes ...int) (raw []byte, how string) {
	if len(s) > 4096 {
		return nil, ""
	}
	for _, x := range spellings {
		if raw := x.read(s); slices.Contains(sizes, len(raw)) {
			return raw, x.how
		}
	}
	return nil, ""
}

// unbase64 reads base64 of bytes, or of their hex digits.
func unbase64(s string) []byte {
	b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		return nil
	}
	if inner, err := hex.DecodeString(string(b)); err == nil && len(inner) > 0 {
		return inner
	}
	return b
}

var (
	reprBytes = regexp.MustCompile(`(?s)^[bB](['"])(.*)(['"])$`)
	extended  = regexp.MustCompile(`^(?i:(?:ffffff)?[0-9a-f]{2})+$`)
	number    = regexp.MustCompile(`-?\d+`)
	hexDigits = regexp.MustCompile(`(?i)[0-9a-f]{2,}`)
	inUUID    = regexp.MustCompile(`(?i)^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$`)
)

// unescapeBytes reads Python's repr of bytes.
func unescapeBytes(s string) []byte {
	m := reprBytes.FindStringSubmatch(s)
	if m == nil {
		return nil
	}
	var b []byte
	for rest := m[2]; rest != ""; {
		if rest[0] != '\\' || len(rest) < 2 {
			b, rest = append(b, rest[0]), rest[1:]
			continue
		}
		c := rest[1]
		rest = rest[2:]
		switch i := strings.IndexByte("ntrabfv0", c); {
		case c == 'x' && len(rest) >= 2:
			n, err := strconv.ParseUint(rest[:2], 16, 8)
			if err != nil {
				return nil
			}
			b, rest = append(b, byte(n)), rest[2:]
		case i >= 0:
			b = append(b, "\n\t\r\a\b\f\v\x00"[i])
		default:
			b = append(b, c)
		}
	}
	return b
}

// unextend reads hex in which bytes from 0x80 up were printed as negative integers of 32 bits.
func unextend(s string) []byte {
	lower := strings.ToLower(s)
	if !strings.Contains(lower, "ffffff") || !extended.MatchString(s) {
		return nil
	}
	var digits strings.Builder
	for lower != "" {
		if len(lower) >= 8 && lower[:6] == "ffffff" && lower[6] >= '8' {
			lower = lower[6:]
		}
		digits.WriteString(lower[:2])
		lower = lower[2:]
	}
	b, _ := hex.DecodeString(digits.String())
	return b
}

// numbersIn reads a list of decimal numbers: [96, 220], 96,-36, {"type":"Buffer","data":[96,220]}.
func numbersIn(s string) (b []byte) {
	if strings.Trim(s, `0123456789-, []{}()":;typeBufrdaUinA`) != "" || !strings.ContainsAny(s, ", ") {
		return nil
	}
	if i := strings.LastIndexByte(s, '['); i > 0 {
		s = s[i:]
	}
	for _, n := range number.FindAllString(s, -1) {
		i, err := strconv.Atoi(n)
		if err != nil || i < -128 || i > 255 {
			return nil
		}
		b = append(b, byte(i))
	}
	return b
}

// pairsIn reads hex digits in groups: <Buffer 60 dc f9>, <60dcf9e2 54ba5d4d>, 0x60, 0xDC.
func pairsIn(s string) []byte {
	s = strings.NewReplacer("<Buffer", "", "0x", " ", "0X", " ", `\x`, " ", "{length = 16, bytes =", "").Replace(s)
	if strings.Trim(s, "0123456789abcdefABCDEF ,<>{}[]()\n\t") != "" {
		return nil
	}
	b, _ := hex.DecodeString(strings.Join(hexDigits.FindAllString(s, -1), ""))
	return b
}

// OnlyRun returns the one run of at least min characters in s for which is holds, and s with … in
// its place; "" if there is none, or more than one.
func OnlyRun(s string, min int, is func(c byte) bool) (run, around string) {
	for from := 0; from < len(s); {
		to := from
		for to < len(s) && is(s[to]) {
			to++
		}
		if to-from >= min {
			if run != "" {
				return "", ""
			}
			run, around = s[from:to], s[:from]+"…"+s[to:]
		}
		from = to + 1
	}
	return run, around
}

// IsHexDigit reports whether c is one.
func IsHexDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// Printable reports whether b is ASCII text without control characters.
func Printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}
