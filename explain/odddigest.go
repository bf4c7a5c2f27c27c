package explain

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/wxup/wxup/explain/text"
)

// oddlyWritten recognizes the right digest in spellings that are seldom seen, and a key in its
// place.
func (d *digesting) oddlyWritten() bool {
	right := hex.EncodeToString(d.real)
	bare := strings.Trim(d.sent, " \t\r\n\"'\x00")
	lower := strings.ToLower(bare)
	for _, k := range d.keys {
		if k.name != "mchid" && slices.Contains([]string{k.key, hex.EncodeToString([]byte(k.key)), base64.StdEncoding.EncodeToString([]byte(k.key))}, bare) {
			return d.find("digest.is_key", k.name)
		}
	}
	digits := []byte(right)
	for i := 0; i+1 < len(digits); i += 2 {
		digits[i], digits[i+1] = digits[i+1], digits[i]
	}
	if lower == string(digits) {
		return d.find("digest.digits", "12 → 21")
	}
	digits = []byte(right)
	slices.Reverse(digits)
	if lower == string(digits) {
		return d.find("digest.digits", "←")
	}
	if strings.TrimRight(strings.ToUpper(bare), "=") == strings.TrimRight(base32.StdEncoding.EncodeToString(d.real), "=") {
		return d.find("digest.spelled", "base32")
	}
	if i := strings.IndexAny(bare, "-:="); i > 0 && strings.EqualFold(bare[:i], d.facts.ep.Digest) && bytes.Equal(decodeDigest(bare[i+1:]), d.real) {
		return d.find("digest.base64", bare[:i+1]+"…")
	}
	return false
}

// maxOdd is the size in bytes up to which a file is converted in every way that is known.
const maxOdd = 128 << 10

// odd recognizes digests of what few programs make of a file.
func (d *digesting) odd() bool {
	content := d.facts.file.Content
	if len(d.want) == 0 || len(content) > maxOdd {
		return false
	}
	for _, x := range []struct {
		cause, value string
		pieces       []string
	}{
		{"digest.of_more", "␍⏎ + … + ␍⏎", []string{"\r\n", "", "\r\n"}}, {"digest.of_more", "␍⏎ + …", []string{"\r\n", ""}}, {"digest.of_more", "⏎ + …", []string{"\n", ""}},
		{"digest.of_more", "BOM + …", []string{text.BOM, ""}}, {"digest.of_more", "␍⏎␍⏎ + …", []string{"\r\n\r\n", ""}},
	} {
		var all [][]byte
		for _, p := range x.pieces {
			if all = append(all, []byte(p)); p == "" {
				all[len(all)-1] = content
			}
		}
		if d.is(d.hash, all...) {
			return d.find(x.cause, x.value)
		}
	}
	if bytes.HasSuffix(content, []byte(pngEnd)) && d.is(d.hash, content[:len(content)-len(pngEnd)]) {
		return d.find("digest.of_start", fmt.Sprintf("%d / %d", len(content)-len(pngEnd), len(content)))
	}
	if sent := d.facts.sentDigest(); sent != "" && d.is(d.hash, bytes.ReplaceAll(d.facts.meta, []byte(sent), nil)) {
		return d.find("digest.of_meta", "")
	}
	return d.ofHash() || d.oddText()
}

// ofHash recognizes the hash of another digest of the file.
func (d *digesting) ofHash() bool {
	content := d.facts.file.Content
	d.work.Spend(7 * len(content))
	sum5, sum1, sum2, sum512 := md5.Sum(content), sha1.Sum(content), sha256.Sum256(content), sha512.Sum512(content)
	for _, x := range []struct {
		name string
		sum  []byte
	}{{"MD5", sum5[:]}, {"SHA-1", sum1[:]}, {"SHA-256", sum2[:]}, {"SHA-512", sum512[:]}} {
		for _, form := range []string{hex.EncodeToString(x.sum), text.UpperHex(x.sum), base64.StdEncoding.EncodeToString(x.sum), string(x.sum)} {
			if d.is(d.hash, []byte(form)) {
				return d.find("digest.of_hash", x.name)
			}
		}
	}
	return false
}

// oddText recognizes the digest of a file that was converted as a text.
func (d *digesting) oddText() bool {
	content := d.facts.file.Content
	latin := text.UTF8Twice(string(content))
	quoted := url.QueryEscape(string(content))
	hexed := func(verb string) func() string {
		return func() string { return fmt.Sprintf(verb, content) }
	}
	replaced := func(old ...string) func() string {
		return func() string { return strings.NewReplacer(old...).Replace(string(content)) }
	}
	for _, x := range []struct {
		what string
		of   func() string
	}{
		{"− CR", replaced("\r", "")}, {"− LF", replaced("\n", "")}, {"− CR LF", replaced("\r", "", "\n", "")}, {"− NUL", replaced("\x00", "")},
		{"Latin-1 → UTF-16LE", func() string { return string(text.UTF16(latin, binary.LittleEndian)) }}, {"Latin-1 → UTF-16BE", func() string { return string(text.UTF16(latin, binary.BigEndian)) }},
		{"Latin-1 → UTF-16LE, BOM", func() string { return string(text.UTF16(text.BOM+latin, binary.LittleEndian)) }},
		{"%XX", func() string { return quoted }}, {"%XX", func() string { return strings.ReplaceAll(quoted, "+", "%20") }}, {"%XX", func() string { return strings.NewReplacer("+", "%20", "%2F", "/").Replace(quoted) }},
		{"quoted-printable", func() string { return text.QuotedPrintable(string(content)) }},
		{"ff d8 …", hexed("% x")}, {"FF D8 …", hexed("% X")},
		{"FF-D8-…", func() string { return strings.ReplaceAll(fmt.Sprintf("% X", content), " ", "-") }}, {"ff:d8:…", func() string { return strings.ReplaceAll(fmt.Sprintf("% x", content), " ", ":") }},
		{"base32", func() string { return base32.StdEncoding.EncodeToString(content) }},
	} {
		if !d.work.Affords(6 * len(content)) {
			return false
		}
		d.work.Spent += int64(len(content))
		if d.is(d.hash, []byte(x.of())) {
			return d.find("digest.of_text", x.what)
		}
	}
	return false
}
