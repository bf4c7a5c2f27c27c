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

// NewAPIKey makes an APIv2 key or an APIv3 key: 32 letters and digits, which for APIv3 are the 32 bytes of an AES-256 key.
func NewAPIKey() string { return pick(letters+digits, 32) }

// NewMchID makes a merchant number such as 1900007291: 10 digits that begin with 19000, the range of WeChat's own
// samples. There are only 100,000 of them, so two may meet.
func NewMchID() string { return "19000" + pick(digits, 5) }

// NewAppID makes an appid: the prefix, then 16 lower-case hex digits. The prefix "" means "wx", which Official Accounts,
// mini programs and third-party platforms all have: wx8888888888888888.
func NewAppID(prefix string) string {
	if prefix == "" {
		prefix = "wx"
	}
	return prefix + pick(hexes, 16)
}

// NewAppSecret makes an appsecret: 32 lower-case hex digits.
func NewAppSecret() string { return pick(hexes, 32) }

// NewToken makes n random letters and digits, near 6 bits each: safe in a URL, a shell and a header without quoting.
func NewToken(n int) string { return pick(letters+digits, n) }

// pick draws n characters of an alphabet, each as likely as any other.
func pick(alphabet string, n int) string {
	fair := 256 - 256%len(alphabet) // a byte from here on would favour the first characters
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
