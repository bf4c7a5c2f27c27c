package secret

import (
	"bytes"
	"strings"
)

// shapes appends the parts of a text that look like secrets:
//
//   - a private key in PEM, or its DER in base64
//   - Basic and Bearer credentials
//   - the value of a name that ends in token, secret, password or key: access_token=…, "secret":"…"
//   - serial_no or mchid with 32 characters, as many as an API key has
//   - the password in the address of a database: postgres://user:…@host
//   - an unbroken word as long and mixed as an access_token
func shapes(list []span, text []byte) []span {
	word := 0 // where the current run of token characters began
	for i := 0; i <= len(text); i++ {
		if i < len(text) && (isAlnum(text[i]) || text[i] == '-' || text[i] == '_') {
			if i == word || text[i] == '-' || !isAlnum(text[i-1]) { // where a word begins
				list = atWord(list, text, i)
			}
			continue
		}
		if n := i - word; n >= minToken && n <= maxToken && !inBase64(text, word, i) && isMixed(text[word:i]) {
			list = append(list, span{word, i})
		}
		word = i + 1
		if i < len(text) && (text[i] == '=' || text[i] == ':') {
			list = atSeparator(list, text, i)
		}
	}
	return list
}

const (
	minToken = 100 // characters of the shortest access_token
	maxToken = 600
)

// atWord judges what begins at a word.
func atWord(list []span, text []byte, at int) []span {
	rest := text[at:]
	switch rest[0] {
	case '-':
		if bytes.HasPrefix(rest, []byte("-----BEGIN ")) {
			return privateKey(list, text, at)
		}
	case 'M':
		// SEQUENCE, two bytes of length, INTEGER of one byte: what a certificate has not
		if len(rest) >= 100 && string(rest[:3]) == "MII" && string(rest[6:9]) == "IBA" {
			return append(list, span{at, at + run(rest, isBase64Line)})
		}
	case 'L', '2': // PEM in base64 or hex, unless it is a certificate or a public key
		for _, x := range []struct{ begin, certificate, public string }{
			{"LS0tLS1CRUdJTi", "BDRVJU", "BQVUJM"}, {"2d2d2d2d2d424547494e20", "43455254", "5055424"},
		} {
			n := len(x.begin)
			if len(rest) > n+8 && strings.EqualFold(string(rest[:n]), x.begin) && !bytes.HasPrefix(rest[n:], []byte(x.certificate)) && !bytes.HasPrefix(rest[n:], []byte(x.public)) {
				return append(list, span{at, at + run(rest, isBase64Line)})
			}
		}
	case 'b', 'B':
		for _, scheme := range []string{"basic ", "bearer "} {
			if len(rest) > len(scheme) && strings.EqualFold(string(rest[:len(scheme)]), scheme) {
				value := rest[len(scheme):]
				if n := run(value, isCredential); n >= 8 && isRandom(value[:n]) {
					return append(list, span{at + len(scheme), at + len(scheme) + n})
				}
			}
		}
	}
	return list
}

// privateKey appends a block of PEM that holds a private key. Its line ends may have been escaped
// or lost.
func privateKey(list []span, text []byte, at int) []span {
	rest := text[at:]
	head := rest[:min(len(rest), 60)]
	if !bytes.Contains(head, []byte("PRIVATE")) {
		return list
	}
	end := len(rest)
	if i := bytes.Index(rest, []byte("-----END")); i >= 0 {
		end = i + len("-----END")
		if j := bytes.Index(rest[end:], []byte("-----")); j >= 0 && j < 40 {
			end += j + len("-----")
		}
	}
	return append(list, span{at, at + end})
}

// names end in one of these if their values are secrets: whatever they are, unless they are
// placeholders, or if they look like secrets.
var names = []struct {
	end    string
	values judgement
}{
	{"password", anyValue}, {"passwd", anyValue}, {"pwd", anyValue},
	{"token", noPlaceholder}, {"secret", noPlaceholder}, {"ticket", noPlaceholder},
	{"key", random}, {"session", random}, {"code", random}, {"cookie", random},
}

type judgement int

const (
	anyValue judgement = iota
	noPlaceholder
	random
)

// atSeparator judges the value after a = or : by the name before it.
func atSeparator(list []span, text []byte, at int) []span {
	if text[at] == ':' && bytes.HasPrefix(text[at:], []byte("://")) {
		return password(list, text, at+3)
	}
	end := at
	for end > 0 && (text[end-1] == ' ' || text[end-1] == '"' || text[end-1] == '\'') && at-end < 3 {
		end--
	}
	begin := end
	for begin > 0 && end-begin < 40 && (isAlnum(text[begin-1]) || text[begin-1] == '_' || text[begin-1] == '-' || text[begin-1] == '.') {
		begin--
	}
	name := text[begin:end]
	from := at + 1
	for from < len(text) && from-at < 4 && (text[from] == ' ' || text[from] == '"' || text[from] == '\'') {
		from++
	}
	quoted := from > at+1 && text[from-1] != ' '
	value := text[from : from+run(text[from:], isValue)]
	if len(name) == 0 || len(value) == 0 {
		return list
	}
	found := span{from, from + len(value)}
	switch {
	case hasEnd(name, "serial_no"), hasEnd(name, "mchid"), hasEnd(name, "mch_id"):
		if len(value) == keyLen && run(value, isAlnum) == keyLen {
			return append(list, found)
		}
		return list
	}
	for _, n := range names {
		if !hasEnd(name, n.end) {
			continue
		}
		if n.values == noPlaceholder && isPlaceholder(value) || (n.values == random || text[at] == ':' && !quoted) && !isRandom(value) {
			return list
		}
		return append(list, found)
	}
	return list
}

// password appends the password in an address, which begins at the place.
func password(list []span, text []byte, at int) []span {
	host := text[at:]
	host = host[:run(host, func(b byte) bool { return b > ' ' && b < 0x7f && b != '/' && b != '"' && b != '?' })]
	if i := bytes.LastIndexByte(host, '@'); i > 0 {
		if j := bytes.IndexByte(host[:i], ':'); j >= 0 && j+1 < i && string(host[j+1:i]) != Hidden {
			return append(list, span{at + j + 1, at + i})
		}
	}
	return list
}

// keyLen is the length of an APIv2 and an APIv3 key, and of an app's secret.
const keyLen = 32

// keys appends the words that have the form of an API key, or of the beginning of a token. A
// directory or a file may look like the latter.
func keys(list []span, text []byte) []span {
	for i := 0; i < len(text); i++ {
		n := run(text[i:], func(b byte) bool { return isAlnum(b) || b == '-' || b == '_' })
		word, file := text[i:i+n], i > 0 && (text[i-1] == '/' || text[i-1] == '\\') && (i < 2 || text[i-2] != '/')
		if n == keyLen && run(word, isAlnum) == n || n >= keyLen && !file && isMixed(word) {
			list = append(list, span{i, i + n})
		}
		i += n
	}
	return list
}

func run(text []byte, is func(byte) bool) int {
	for i, b := range text {
		if !is(b) {
			return i
		}
	}
	return len(text)
}

func isBase64Line(b byte) bool { return isBase64(b) || b == '\n' || b == '\r' || b == '\\' }

func isCredential(b byte) bool { return isBase64(b) || b == '.' || b == '~' || b == '!' || b == '@' }

func isValue(b byte) bool { return isCredential(b) || b == '%' }

func hasEnd(name []byte, end string) bool {
	return len(name) >= len(end) && strings.EqualFold(string(name[len(name)-len(end):]), end)
}

// isRandom reports whether a value is more likely a credential than a word: it is long, with a
// digit in it.
func isRandom(value []byte) bool {
	return len(value) >= 12 && bytes.ContainsAny(value, "0123456789") || len(value) >= 8 && bytes.HasSuffix(value, []byte("="))
}

// inBase64 reports whether a word goes on as base64, such as a signature. The slashes around a
// segment of a path do not say so.
func inBase64(text []byte, from, to int) bool {
	before, after := "+/", "+/="
	if inPath(text[:from]) {
		before, after = "", "+="
	}
	return from > 0 && strings.IndexByte(before, text[from-1]) >= 0 || to < len(text) && strings.IndexByte(after, text[to]) >= 0
}

// inPath reports whether a text ends in the directories of a path, or of a URL.
func inPath(text []byte) bool {
	if !bytes.HasSuffix(text, []byte("/")) {
		return false
	}
	from := len(text)
	for from > 0 && len(text)-from < 300 && (isAlnum(text[from-1]) || bytes.IndexByte([]byte("/-_.:"), text[from-1]) >= 0) {
		from--
	}
	dirs := text[from:]
	return dirs[0] == '/' || bytes.Contains(dirs, []byte("://"))
}

// isMixed reports whether a word has capitals, small letters and digits, as few words have.
func isMixed(word []byte) bool {
	var capital, small, number bool
	for _, b := range word {
		capital = capital || b >= 'A' && b <= 'Z'
		small = small || b >= 'a' && b <= 'z'
		number = number || b >= '0' && b <= '9'
	}
	return capital && small && number
}

// isPlaceholder reports whether a value is a placeholder, or what languages print for nothing:
// letters and separators alone, or a few characters.
func isPlaceholder(value []byte) bool {
	return len(value) < 6 || !bytes.ContainsAny(value, "0123456789") && len(value) < 2*keyLen && !isLetterMix(value)
}

// isLetterMix reports whether letters change between small and capital ones as at random.
func isLetterMix(value []byte) bool {
	changes := 0
	for i := 1; i < len(value); i++ {
		if a, b := value[i-1], value[i]; isAlnum(a) && isAlnum(b) && (a == lower(a)) && (b != lower(b)) {
			changes++
		}
	}
	return changes > 2
}
