package explain

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"testing"
)

func sendSignature(text string) func(c *client) {
	return withEncoding(func([]byte) string { return text })
}

func sendBytes(b []byte) func(c *client) {
	return sendSignature(base64.StdEncoding.EncodeToString(b))
}

func ofPicture(change func(file []byte) []byte) func(c *client) {
	return func(c *client) {
		c.file = change(c.file)
		c.named(c.filename)
	}
}

// lies are requests that look like one mistake and are another, or none. Exactly the causes in want
// must be named.
var lies = []mistake{
	// Signatures that open to something although no key made them.
	{"the signature 1", "v3.signature.placeholder", sendSignature("1")},
	{"the signature AQ==", "v3.signature.placeholder", sendSignature("AQ==")},
	{"256 bytes that are 1", "v3.key.unknown", sendBytes(append(make([]byte, 255), 1))},
	{"256 zero bytes", "v3.key.unknown", sendBytes(make([]byte, 256))},
	{"256 bytes of 0xFF", "v3.key.unknown", sendBytes(bytes.Repeat([]byte{0xFF}, 256))},
	{"the modulus", "v3.key.unknown", func(c *client) {
		c.encode = func([]byte) string { return base64.StdEncoding.EncodeToString(c.w.key.N.Bytes()) }
	}},
	{"the modulus less one", "v3.key.unknown", func(c *client) {
		c.encode = func([]byte) string {
			return base64.StdEncoding.EncodeToString(new(big.Int).Sub(c.w.key.N, big.NewInt(1)).Bytes())
		}
	}},
	{"344 capital letters", "v3.key.unknown", sendSignature(strings.Repeat("ABCDEFGHIJKLMNOPQRSTUVWX", 14) + "ABCDEF==")},
	{"512 hex digits that are no signature", "v3.key.unknown", sendSignature(strings.Repeat("0f", 256))},
	{"a signature padded to 256 bytes of another scheme", "v3.key.unknown", func(c *client) {
		c.encode = func([]byte) string {
			raw := make([]byte, 256)
			rand.Read(raw[1:])
			return base64.StdEncoding.EncodeToString(raw)
		}
	}},
	{"the padding of a signature, opened by nobody's key", "v3.key.unknown", func(c *client) {
		c.key = c.w.stranger
	}},
	// The right key over something else.
	{"a digest that is not SHA-256's", "v3.text.unknown", withSign(func(key *rsa.PrivateKey, _ string) []byte {
		sum := sha256.Sum256([]byte("another program's text"))
		return must(rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:]))
	})},
	{"32 zero bytes as the digest", "v3.text.unknown", withSign(func(key *rsa.PrivateKey, _ string) []byte {
		return must(rsa.SignPKCS1v15(nil, key, crypto.SHA256, make([]byte, 32)))
	})},
	{"another request's text: another nonce", "v3.text.unknown", setLine(3, func(*client, string) string { return "0123456789ABCDEF0123456789ABCDEF" })},
	{"another request's text: a year ago", "v3.text.unknown", all(
		setLine(2, func(c *client, _ string) string { return fmt.Sprint(c.now - 31_536_123) }),
		setLine(3, func(*client, string) string { return "0123456789ABCDEF0123456789ABCDEF" }))},
	// A late retry of a queue: the same request, right at its time.
	{"ten minutes late", "clock.wrong", func(c *client) {
		c.now -= 600
		c.timestamp = fmt.Sprint(c.now)
		c.late = func(c *client) { c.now += 600 }
	}},
	{"a day late", "clock.wrong", func(c *client) { c.timestamp = fmt.Sprint(c.now - 86_400 - 77) }},
	// The picture holds what looks like a part of the form, of a text, of another file.
	{"a boundary in the picture", "", ofPicture(func(b []byte) []byte {
		return append(b[:len(b)-2:len(b)-2], "\r\n--another boundary\r\n\xFF\xD9"...)
	})},
	{"the beginning of this boundary in the picture", "", ofPicture(func(b []byte) []byte {
		return append(b[:len(b)-2:len(b)-2], "\r\n--wxup5b1f\r\n\xFF\xD9"...)
	})},
	{"JSON in the picture", "", ofPicture(func(b []byte) []byte {
		return append(b[:len(b)-2:len(b)-2], "{\"filename\":\"other.jpg\",\"sha256\":\"00\"}\xFF\xD9"...)
	})},
	{"a PNG in the JPEG", "", ofPicture(func(b []byte) []byte { return append(append(b[:len(b)-2:len(b)-2], pngFile()...), 0xFF, 0xD9) })},
	{"only CR LF in the picture", "", ofPicture(func(b []byte) []byte {
		return append(append(b[:len(b)-2:len(b)-2], strings.Repeat("\r\n", 40)...), 0xFF, 0xD9)
	})},
	{"a picture without a line end", "", ofPicture(func(b []byte) []byte {
		return bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\n"), nil), []byte("\r"), nil)
	})},
	// Names that look like mistakes.
	{"called undefined.jpg", "", named2("undefined.jpg")},
	{"called null.jpg", "", named2("null.jpg")},
	{"called [object Object].jpg", "", named2("[object Object].jpg")},
	{"called %s.jpg", "", named2("%s.jpg")},
	{"called a%20b.jpg", "", named2("a%20b.jpg")},
	{"called b'a'.jpg", "", named2("b'a'.jpg")},
	{"called a.jpg.png.jpg", "", named2("a.jpg.png.jpg")},
	{"called 0.jpg", "", named2("0.jpg")},
	{"called {{name}}.jpg", "", named2("{{name}}.jpg")},
	{"called ???.jpg", "", named2("???.jpg")},
	{"a digest's name", "", func(c *client) { c.named(c.digest() + ".jpg") }},
	{"a nonce of a word", "", func(c *client) { c.nonce = "undefined" }},
	{"a nonce of digits", "", func(c *client) { c.nonce = "1755000000" }},
	{"a nonce of one letter", "", func(c *client) { c.nonce = "a" }},
	// A member of meta that is not asked for, right in itself.
	{"another member", "", sendMeta(func(c *client) string { return strings.Replace(c.meta, "{", `{"size":123,`, 1) })},
	{"members in the other order", "", sendMeta(func(c *client) string {
		return fmt.Sprintf(`{"sha256":"%s","filename":"%s"}`, c.digest(), c.filename)
	})},
	{"blanks in meta, sent and signed", "", sendMeta(func(c *client) string { return strings.ReplaceAll(c.meta, ":", " : ") })},
	{"escapes in meta, sent and signed", "", sendMeta(func(c *client) string { return strings.Replace(c.meta, "filea", `\u0066ilea`, 1) })},
	// Digests that nearly fit.
	{"a digest with one digit changed", "digest.other", sendDigest(func(c *client) string {
		d := []byte(c.digest())
		d[9] ^= 1
		return string(d)
	})},
	{"the digest of a random file", "digest.other", sendDigest(func(*client) string { return hexOf("somebody else's picture") })},
	{"a digest of random bytes", "digest.other", sendDigest(func(*client) string { return hex.EncodeToString(sum256("random")) })},
}

// TestLies: nothing false is said of them.
func TestLies(t *testing.T) {
	t.Parallel()
	for _, m := range lies {
		c := newClient()
		m.make(c)
		r := V3(c.request(), c.w.known)
		if got := strings.Join(sorted(causesOf(r)), " "); got != m.want {
			t.Errorf("%s: %v, want %q", m.name, r.Findings, m.want)
		}
		if m.want == "" && !r.Verified {
			t.Errorf("%s: not found to be right: %+v", m.name, r)
		}
	}
	t.Logf("%d attempts", len(lies))
}
