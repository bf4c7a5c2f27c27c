package explain

import (
	"bytes"
	"compress/gzip"
	"crypto/rsa"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"testing"
)

// unix sends a time that is made of the right one, and signs it.
func unix(f func(now int64) int64) func(c *client) {
	return func(c *client) { c.timestamp = fmt.Sprint(f(c.now)) }
}

// headerRows are mistakes in the Authorization header: of the clock, of its form, and of how the
// signature is written.
var headerRows = []mistake{
	// The clock.
	{"since 1601", "clock.since_1601", unix(func(n int64) int64 { return n + 11644473600 })},
	{"since 1904", "clock.since_1904", unix(func(n int64) int64 { return n + 2082844800 })},
	{"GPS", "clock.since_1980", unix(func(n int64) int64 { return n - 315964800 + 18 })},
	{"FILETIME", "clock.filetime", unix(func(n int64) int64 { return (n + 11644473600) * 1e7 })},
	{"ticks", "clock.ticks", unix(func(n int64) int64 { return (n + 62135596800) * 1e7 })},
	{"tenths", "clock.fractions", unix(func(n int64) int64 { return n * 10 })},
	{"hundredths", "clock.fractions", unix(func(n int64) int64 { return n * 100 })},
	{"100 ns", "clock.fractions", unix(func(n int64) int64 { return n * 1e7 })},
	{"minutes", "clock.minutes", unix(func(n int64) int64 { return n / 60 })},
	{"hours", "clock.hours", unix(func(n int64) int64 { return n / 3600 })},
	{"days", "clock.days_since", unix(func(n int64) int64 { return n / 86400 })},
	{"seconds of the day", "clock.time_of_day", unix(func(n int64) int64 { return n % 86400 })},
	{"seconds of China's day", "clock.time_of_day", unix(func(n int64) int64 { return (n + 8*3600) % 86400 })},
	{"uptime of an hour", "clock.uptime", unix(func(int64) int64 { return 3600 })},
	{"India", "clock.zone", unix(func(n int64) int64 { return n + 5*3600 + 1800 })},
	{"India, behind", "clock.zone_or_old", unix(func(n int64) int64 { return n - 5*3600 - 1800 })},
	{"12 hours", "clock.half_day", unix(func(n int64) int64 { return n - 12*3600 - 30 })},
	{"cached for two hours", "clock.zone_or_old", unix(func(n int64) int64 { return n - 7210 })},
	{"16 hours", "clock.zone_twice", unix(func(n int64) int64 { return n - 16*3600 })},
	{"15 hours", "clock.wrong", unix(func(n int64) int64 { return n - 15*3600 })},
	{"midnight in China", "clock.midnight", unix(func(n int64) int64 { return (n+8*3600)/86400*86400 - 8*3600 })},
	{"YYYYMMDD", "clock.date", sendTime("20250812")},
	{"YYYYMMDDhh", "clock.date", sendTime("2025081220")},
	{"YYYYMMDDhhmm", "clock.date", sendTime("202508122000")},
	{"a number that is no date", "clock.uptime", sendTime("20251332")},
	{"a date of another year", "clock.uptime", sendTime("20110812")},
	{"the mchid", "clock.mchid", func(c *client) { c.timestamp = c.mchid }},
	{"a month", "clock.calendar", unix(func(n int64) int64 { return n + 31*86400 })},
	{"a year", "clock.calendar", unix(func(n int64) int64 { return n + 365*86400 })},
	{"ten days", "clock.wrong", unix(func(n int64) int64 { return n - 10*86400 })},
	{"far in the future", "clock.wrong", unix(func(n int64) int64 { return n * 3000 })},
	{"farther", "clock.wrong", unix(func(int64) int64 { return 1<<63 - 1 })},

	// The form of the header.
	{"an empty signature", "v3.authorization.empty", emptyPair("signature")},
	{"an empty nonce", "v3.authorization.empty", emptyPair("nonce_str")},
	{"an empty timestamp", "v3.authorization.empty", emptyPair("timestamp")},
	{"an empty mchid", "v3.authorization.empty", emptyPair("mchid")},
	{"doubled quotes around the signature", "v3.authorization.doubled_quotes", sendHeader(func(h string) string {
		return regexp.MustCompile(`signature="([^"]*)"`).ReplaceAllString(h, `signature=""$1""`)
	})},
	{"escaped quotes in the quotes", "v3.authorization.doubled_quotes", sendHeader(func(h string) string {
		return regexp.MustCompile(`timestamp="([^"]*)"`).ReplaceAllString(h, `timestamp="\"$1\""`)
	})},
	{"escaped quotes in the quotes, signed too", "v3.authorization.doubled_quotes v3.timestamp.form", all(sendHeader(func(h string) string {
		return regexp.MustCompile(`timestamp="([^"]*)"`).ReplaceAllString(h, `timestamp="\"$1\""`)
	}), setLine(2, func(_ *client, s string) string { return `\"` + s + `\"` }))},
	{"escaped quotes", "v3.authorization.escaped", sendHeader(replaced(`"`, `\"`))},
	{"HTML", "v3.authorization.escaped", sendHeader(replaced(`"`, "&quot;"))},
	{"a comma at the end", "v3.authorization.tail", sendHeader(func(h string) string { return h + "," })},
	{"signature and timestamp exchanged", "v3.authorization.swapped", sendHeader(exchangedWith("timestamp"))},
	{"signature and nonce exchanged", "v3.authorization.swapped", sendHeader(exchangedWith("nonce_str"))},
	{"mchid is the serial", "v3.mchid.serial", func(c *client) { c.mchid = c.serial }},

	// How the signature is written.
	{"a data URL", "v3.signature.prefix", writtenAs(func(s string) string { return "data:application/octet-stream;base64," + s })},
	{"one = more", "v3.signature.padding_more", writtenAs(func(s string) string { return s + "=" })},
	{"one = less", "v3.signature.padding", writtenAs(func(s string) string { return strings.TrimSuffix(s, "=") })},
	{"PEM", "v3.signature.armor", writtenAs(func(s string) string { return "-----BEGIN SIGNATURE-----" + s + "-----END SIGNATURE-----" })},
	{"a big integer", "v3.signature.integer", withEncoding(func(sig []byte) string { return new(big.Int).SetBytes(sig).String() })},
	{"the first half", "v3.key.size", withEncoding(func(sig []byte) string { return base64.StdEncoding.EncodeToString(sig[:128]) })},
	{"random bytes", "v3.key.unknown", withEncoding(func([]byte) string {
		return base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x35abcdefg", 32)))
	})},
	{"%0A at its end", "v3.signature.url_encoded v3.signature.ends", writtenAs(func(s string) string { return s + "%0A" })},
	{"base32", "v3.signature.base32", withEncoding(base32.StdEncoding.EncodeToString)},
	{"backwards", "v3.signature.text_reversed", writtenAs(func(s string) string { return string(reverse([]byte(s))) })},
	{"Latin-1 to UTF-8", "v3.signature.as_text", withEncoding(func(sig []byte) string {
		var b strings.Builder
		for _, c := range sig {
			b.WriteRune(rune(c))
		}
		return base64.StdEncoding.EncodeToString([]byte(b.String()))
	})},
	{"gzip", "v3.signature.compressed", withEncoding(func(sig []byte) string { return base64.StdEncoding.EncodeToString(gzipped(sig)) })},
	{"zlib", "v3.signature.compressed", withEncoding(func(sig []byte) string { return base64.StdEncoding.EncodeToString(zlibbed(sig)) })},
	{"HMAC with a text", "v3.signature.mac", withEncoding(func([]byte) string { return base64.StdEncoding.EncodeToString(sum256("any")) })},
	{"no plus signs", "v3.signature.plus_lost", writtenAs(func(s string) string {
		s = "++" + s[2:]
		return strings.ReplaceAll(s, "+", "")
	})},
	{"1", "v3.signature.placeholder", withEncoding(func([]byte) string { return "1" })},

	// What was signed with the key.
	{"the hash in hex and LF", "v3.hash.as_text", encrypted(func(text string) string { return hexOf(text) + "\n" })},
	{"openssl dgst", "v3.hash.printed", encrypted(func(text string) string { return "SHA2-256(stdin)= " + hexOf(text) + "\n" })},
	{"sha256sum", "v3.hash.printed", encrypted(func(text string) string { return hexOf(text) + "  -\n" })},
}

func init() {
	for _, nonce := range []string{"%s", "undefined", "null", "None", "{{nonce}}", "[object Object]"} {
		headerRows = append(headerRows, mistake{"nonce " + nonce, "v3.authorization.placeholder", func(c *client) {
			right := c.nonce
			c.nonce = nonce
			setLine(3, func(*client, string) string { return right })(c)
		}})
	}
}

// emptyPair empties a value of the header.
func emptyPair(name string) func(c *client) {
	return sendHeader(func(h string) string {
		return regexp.MustCompile(name+`="[^"]*"`).ReplaceAllString(h, name+`=""`)
	})
}

// exchangedWith exchanges the signature and another value of the header.
func exchangedWith(name string) func(h string) string {
	return func(h string) string {
		value := func(name string) string { return regexp.MustCompile(name + `="([^"]*)"`).FindStringSubmatch(h)[1] }
		return strings.NewReplacer(value(name), value("signature"), value("signature"), value(name)).Replace(h)
	}
}

// writtenAs changes the base64 of the signature.
func writtenAs(f func(s string) string) func(c *client) {
	return withEncoding(func(sig []byte) string { return f(base64.StdEncoding.EncodeToString(sig)) })
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

// encrypted applies the private key to a text made of the one to sign, as openssl rsautl does.
func encrypted(f func(text string) string) func(c *client) {
	return func(c *client) {
		c.sign = func(key *rsa.PrivateKey, text string) []byte {
			return must(rsa.SignPKCS1v15(nil, key, 0, []byte(f(text))))
		}
	}
}

func TestStranger2Header(t *testing.T) {
	t.Parallel()
	for _, m := range headerRows {
		c := newClient()
		m.make(c)
		r := V3(c.request(), c.w.known)
		var got []string
		for _, f := range r.Findings {
			got = append(got, f.Cause)
			checkFinding(t, f)
		}
		if strings.Join(sorted(got), " ") != strings.Join(sorted(strings.Fields(m.want)), " ") {
			t.Errorf("%s: %v, want %s", m.name, r.Findings, m.want)
		}
	}
}
