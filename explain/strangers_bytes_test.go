package explain

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"mime/quotedprintable"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf16"
)

// pythonRepr is what repr prints of bytes.
func pythonRepr(b []byte) string {
	var s strings.Builder
	s.WriteString("b'")
	for _, c := range b {
		switch {
		case c == '\\' || c == '\'':
			s.WriteString(`\` + string(rune(c)))
		case c == '\n':
			s.WriteString(`\n`)
		case c == '\r':
			s.WriteString(`\r`)
		case c == '\t':
			s.WriteString(`\t`)
		case c < 0x20 || c > 0x7E:
			fmt.Fprintf(&s, `\x%02x`, c)
		default:
			s.WriteByte(c)
		}
	}
	return s.String() + "'"
}

func signedCSV(b []byte, sep string) string {
	var list []string
	for _, c := range b {
		list = append(list, fmt.Sprint(int8(c)))
	}
	return strings.Join(list, sep)
}

func deflated(b []byte) []byte {
	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, 6)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func zlibbed(b []byte) []byte {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func quoted(b []byte) []byte {
	var out bytes.Buffer
	w := quotedprintable.NewWriter(&out)
	w.Binary = true
	w.Write(b)
	w.Close()
	return out.Bytes()
}

// jsonOfLatin1 is the file as a JSON string in which each byte is a character.
func jsonOfLatin1(b []byte) []byte {
	var s strings.Builder
	for _, c := range b {
		s.WriteRune(rune(c))
	}
	text, _ := json.Marshal(s.String())
	return text
}

func utf16OfLatin1(b []byte) []byte {
	var units []uint16
	for _, c := range b {
		units = append(units, utf16.Encode([]rune{rune(c)})...)
	}
	var out bytes.Buffer
	binary.Write(&out, binary.LittleEndian, units)
	return out.Bytes()
}

func ofText(text func(c *client) string) func(c *client) {
	return sendDigest(func(c *client) string { return hexOf(text(c)) })
}

// byteRows are what programs make of the bytes of a file, of a digest and of a signature.
var byteRows = []mistake{
	// Of what the digest is.
	{"of ./name", "digest.of_name", ofText(func(c *client) string { return "./" + c.filename })},
	{"of a path in /tmp", "digest.of_name", ofText(func(c *client) string { return "/tmp/" + c.filename })},
	{"of C:\\fakepath", "digest.of_name", ofText(func(c *client) string { return `C:\fakepath\` + c.filename })},
	{"of file://", "digest.of_name", ofText(func(c *client) string { return "file://" + c.filename })},
	{"of the stem", "digest.of_name", ofText(func(c *client) string { return strings.TrimSuffix(c.filename, ".jpg") })},
	{"of str(list(b))", "digest.of_text", ofText(func(c *client) string { return "[" + csv(c.file, ", ") + "]" })},
	{"of a Uint8Array's text", "digest.of_text", ofText(func(c *client) string { return csv(c.file, ",") })},
	{"of Go's %v", "digest.of_text", ofText(func(c *client) string { return fmt.Sprint(c.file) })},
	{"of JSON numbers", "digest.of_text", ofText(func(c *client) string { return "[" + csv(c.file, ",") + "]" })},
	{"of Arrays.toString", "digest.of_text", ofText(func(c *client) string { return "[" + signedCSV(c.file, ", ") + "]" })},
	{"of repr(bytes)", "digest.of_text", ofText(func(c *client) string { return pythonRepr(c.file) })},
	{"of bytearray", "digest.of_text", ofText(func(c *client) string { return "bytearray(" + pythonRepr(c.file) + ")" })},
	{"of b'base64'", "digest.of_text", ofText(func(c *client) string { return "b'" + base64.StdEncoding.EncodeToString(c.file) + "'" })},
	{"of base64url", "digest.of_text", ofText(func(c *client) string { return base64.URLEncoding.EncodeToString(c.file) })},
	{"of unpadded base64", "digest.of_text", ofText(func(c *client) string { return base64.RawStdEncoding.EncodeToString(c.file) })},
	{"of the file and the key", "digest.of_more", sendDigest(func(c *client) string { return hexOf(string(c.file) + c.w.merchant.APIv3Key) })},
	{"of the key and the file", "digest.of_more", sendDigest(func(c *client) string { return hexOf(c.w.merchant.APIv3Key + string(c.file)) })},
	{"of the file and the name", "digest.of_more", sendDigest(func(c *client) string { return hexOf(string(c.file) + c.filename) })},
	{"of the name and the file", "digest.of_more", sendDigest(func(c *client) string { return hexOf(c.filename + string(c.file)) })},
	{"of the file twice", "digest.of_more", sendDigest(func(c *client) string { return hexOf(string(c.file) + string(c.file)) })},
	{"of the size", "digest.of_literal", ofText(func(c *client) string { return fmt.Sprint(len(c.file)) })},
	{"of the MIME type", "digest.of_literal", ofText(func(*client) string { return "image/jpeg" })},
	{"SHA3-256", "digest.other_hash", sendDigest(func(c *client) string { return fmt.Sprintf("%x", sha3.Sum256(c.file)) })},
	{"SHA-512/256", "digest.other_hash", sendDigest(func(c *client) string { return fmt.Sprintf("%x", sha512.Sum512_256(c.file)) })},
	{"SHA3-512", "digest.other_hash", sendDigest(func(c *client) string { return fmt.Sprintf("%x", sha3.Sum512(c.file)) })},
	{"CRC-32", "digest.other_hash", sendDigest(func(c *client) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE(c.file)) })},
	{"CRC-32, decimal", "digest.other_hash", sendDigest(func(c *client) string { return fmt.Sprint(crc32.ChecksumIEEE(c.file)) })},
	// How the digest is written.
	{"sign-extended", "digest.spelled", sendDigest(func(c *client) string {
		var b strings.Builder
		for _, x := range must(hex.DecodeString(c.digest())) {
			b.WriteString(fmt.Sprintf("%x", uint32(int32(int8(x)))))
		}
		return b.String()
	})},
	{"decimal bytes", "digest.spelled", sendDigest(func(c *client) string { return csv(must(hex.DecodeString(c.digest())), ",") })},
	{"signed bytes", "digest.spelled", sendDigest(func(c *client) string { return "[" + signedCSV(must(hex.DecodeString(c.digest())), ", ") + "]" })},
	{"a Buffer printed", "digest.spelled", sendDigest(func(c *client) string { return fmt.Sprintf("<Buffer % x>", must(hex.DecodeString(c.digest()))) })},
	{"a decimal number", "digest.spelled", sendDigest(func(c *client) string { return decimal(c.digest()) })},
	{"\\x escapes", "digest.spelled", sendDigest(func(c *client) string {
		var b strings.Builder
		for _, x := range must(hex.DecodeString(c.digest())) {
			fmt.Fprintf(&b, `\\x%02x`, x)
		}
		return b.String()
	})},
	{"twice", "digest.decorated", sendDigest(func(c *client) string { return c.digest() + c.digest() })},
	{"SHA256:", "digest.decorated", sendDigest(func(c *client) string { return "SHA256:" + c.digest() })},
	{"SHA256(name)=", "digest.decorated", sendDigest(func(c *client) string { return "SHA256(" + c.filename + ")= " + c.digest() })},
	{"(stdin)=", "digest.decorated", sendDigest(func(c *client) string { return "(stdin)= " + c.digest() })},
	{"b'…'", "digest.decorated", sendDigest(func(c *client) string { return "b'" + c.digest() + "'" })},
	{"one digit lost", "digest.cut", sendDigest(func(c *client) string { return c.digest()[:63] })},
	{"the first digit lost", "digest.cut", sendDigest(func(c *client) string { return c.digest()[1:] })},
	{"the second half", "digest.cut", sendDigest(func(c *client) string { return c.digest()[32:] })},
	{"hexdigest", "digest.placeholder", sendDigest(func(*client) string { return "<built-in method hexdigest of _hashlib.HASH object at 0x7f>" })},
	{"64 zeros", "digest.placeholder", sendDigest(func(*client) string { return strings.Repeat("0", 64) })},
	// The file.
	{"zlib", "file.compressed", fileChanged(zlibbed)},
	{"deflate", "file.compressed", fileChanged(deflated)},
	{"quoted-printable", "file.as_text", fileChanged(quoted)},
	{"a JSON string", "file.as_text", fileChanged(jsonOfLatin1)},
	{"UTF-16", "file.as_text", fileChanged(utf16OfLatin1)},
	{"twice", "file.twice", fileChanged(func(b []byte) []byte { return append(bytes.Clone(b), b...) })},
	{"b'base64'", "file.base64", fileChanged(func(b []byte) []byte { return []byte("b'" + base64.StdEncoding.EncodeToString(b) + "'") })},
	{"repr", "file.printed", fileChanged(func(b []byte) []byte { return []byte(pythonRepr(b)) })},
	{"%-escaped", "file.as_text", fileChanged(func(b []byte) []byte { return []byte(url.QueryEscape(string(b))) })},
	{"Arrays.toString", "file.decimal", fileChanged(func(b []byte) []byte { return []byte("[" + signedCSV(b, ", ") + "]") })},
	{"JSON of a Buffer", "file.json", fileChanged(func(b []byte) []byte { return []byte(bufferJSON(b)) })},
	{"the first half", "file.damaged", fileChanged(func(b []byte) []byte { return b[:len(b)/2] })},
	{"the last byte lost", "file.damaged", fileChanged(func(b []byte) []byte { return b[:len(b)-1] })},
	{"the first byte lost", "file.start_lost", fileChanged(func(b []byte) []byte { return b[1:] })},
	// The header.
	{"guillemets", "v3.authorization.quotes", sendHeader(func(h string) string {
		return regexp.MustCompile(`="([^"]*)"`).ReplaceAllString(h, "=«$1»")
	})},
	{"backquotes", "v3.authorization.quotes", sendHeader(replaced(`"`, "`"))},
	{"quotes doubled", "v3.authorization.doubled_quotes", sendHeader(replaced(`"`, `""`))},
	{"URL-encoded values", "v3.signature.url_encoded", withEncoding(func(sig []byte) string { return url.QueryEscape(base64.StdEncoding.EncodeToString(sig)) })},
	{"signature twice", "v3.signature.repeated", withEncoding(func(sig []byte) string { s := base64.StdEncoding.EncodeToString(sig); return s + s })},
	{"base64 of base64", "v3.signature.twice", withEncoding(func(sig []byte) string {
		return base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString(sig)))
	})},
	{"base64 of hex", "v3.signature.base64_of_hex", withEncoding(func(sig []byte) string {
		return base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(sig)))
	})},
	{"hex of base64", "v3.signature.hex", withEncoding(func(sig []byte) string {
		return hex.EncodeToString([]byte(base64.StdEncoding.EncodeToString(sig)))
	})},
	{"signed hex", "v3.signature.decimal", withEncoding(func(sig []byte) string { return "[" + signedCSV(sig, ", ") + "]" })},
	{"0x", "v3.signature.hex", withEncoding(func(sig []byte) string { return "0x" + hex.EncodeToString(sig) })},
	{"colons", "v3.signature.hex", withEncoding(func(sig []byte) string { return strings.ReplaceAll(fmt.Sprintf("% X", sig), " ", ":") })},
	{"= lost", "v3.signature.padding", withEncoding(func(sig []byte) string { return strings.TrimRight(base64.StdEncoding.EncodeToString(sig), "=") })},
	{"blanks for +", "v3.signature.blanks", withEncoding(func(sig []byte) string { return strings.ReplaceAll(base64.StdEncoding.EncodeToString(sig), "+", " ") })},
	{"a quoted JSON string", "v3.signature.quoted", withEncoding(func(sig []byte) string { return `'` + base64.StdEncoding.EncodeToString(sig) + `'` })},
	// The clock.
	{"microseconds", "clock.microseconds", func(c *client) { c.timestamp += "000000" }},
	{"nanoseconds", "clock.nanoseconds", func(c *client) { c.timestamp += "000000000" }},
	{"a float", "clock.fraction", func(c *client) { c.timestamp += ".123" }},
	// The path.
	{"localhost:8080", "v3.url.absolute", signTarget(func(s string) string { return "http://localhost:8080" + s })},
	{"host:port and path", "v3.url.host", signTarget(func(s string) string { return "localhost:8080" + s })},
	{"/index.php", "v3.url.prefix", signTarget(func(s string) string { return "/index.php" + s })},
	{"Git Bash", "v3.url.prefix", signTarget(func(s string) string { return "C:/Program Files/Git" + s })},
	{"a controller", "v3.url.instead", signTarget(func(string) string { return "/upload" })},
	{"the file's path", "v3.url.instead", signTarget(func(string) string { return "/home/www/upload/filea.jpg" })},
	// The members.
	{"values swapped", "v3.meta.swapped", signMeta(func(string) string {
		c := newClient()
		return fmt.Sprintf(`{"filename":"%s","sha256":"%s"}`, c.digest(), c.filename)
	})},
}
