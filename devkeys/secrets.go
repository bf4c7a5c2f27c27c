package devkeys

import (
	"crypto/rand"
	"strings"
)

const (
	digits  = "0123456789"
	hexes   = "0123456789abcdef"
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// NewAPIKey returns an APIv2 or APIv3 key: 32 letters and digits, for APIv3 the 32 bytes of an
// AES-256 key.
func NewAPIKey() string { return pick(letters+digits, 32) }

// NewMchID returns a merchant number such as 1900007291: 10 digits that begin with 19000, the range
// of WeChat's own samples. There are only 100,000 of them, so two may be equal.
func NewMchID() string { return "19000" + pick(digits, 5) }

// NewAppID returns an appid: the prefix and 16 lower-case hex digits, such as wx8888888888888888.
// The prefix "" means "wx", that of Official Accounts, mini programs and third-party platforms.
func NewAppID(prefix string) string {
	if prefix == "" {
		prefix = "wx"
	}
	return prefix + pick(hexes, 16)
}

// NewAppSecret returns an appsecret: 32 lower-case hex digits.
func NewAppSecret() string { return pick(hexes, 32) }

// NewToken returns n random letters and digits of almost 6 bits each. They need no quoting in a
// URL, a shell or a header.
func NewToken(n int) string { return pick(letters+digits, n) }

// pick draws n characters of an alphabet with equal probability.
func pick(alphabet string, n int) string {
	fair := 256 - 256%len(alphabet) // larger bytes would favour the first characters
	var out strings.Builder
	var buf [64]byte
	for {
		rand.Read(buf[:]) // never fails
		for _, b := range buf {
			if out.Len() >= n {
				return out.String()
			}
			if int(b) < fair {
				out.WriteByte(alphabet[int(b)%len(alphabet)])
			}
		}
	}
}
