package sign

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"unicode"
	"unicode/utf16"
)

// A block is a DER structure found in a text, and the word after BEGIN if there was one.
type block struct {
	label     string
	der       []byte
	encrypted bool
	fault     words // why der cannot be read; then der is nil
}

var (
	faultCut    = words{"the PEM text is cut off", "PEM 内容不完整，被截断"}
	faultBase64 = words{"the base64 of the PEM text is damaged", "PEM 内容的 base64 已损坏"}
)

// blocks finds the DER structures of a text. Well-formed PEM is left to encoding/pem. Otherwise it
// reads what can mean one thing only:
//
//	DER, or the base64 of it without BEGIN and END
//	UTF-16, or UTF-8 with a byte order mark
//	quotes around the text, \n and \r written out, blanks in place of line breaks
//	BEGIN and END with too few dashes, too many, or typographic ones; no END line
func blocks(text []byte) []block {
	var found []block
	for rest := text; ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		found = append(found, block{label: b.Type, der: b.Bytes, encrypted: b.Headers["DEK-Info"] != ""})
	}
	if found != nil {
		return found
	}
	if whole, _ := derSize(text); whole {
		return []block{{der: text}}
	}
	s := tidy(text)
	for {
		label, body, rest, ok := cutBlock(s)
		if !ok {
			break
		}
		found = append(found, readBody(label, body))
		s = rest
	}
	if found == nil {
		if b := readBody("", s); b.fault != faultBase64 {
			found = append(found, b)
		}
	}
	return found
}

// tidy undoes what editors, shells and .env files do to a text.
func tidy(text []byte) string {
	s := string(text)
	if order := strings.TrimPrefix(s, "\xFF\xFE"); order != s || strings.HasPrefix(s, "\xFE\xFF") {
		units := make([]uint16, len(s)/2)
		for i := range units {
			low, high := s[2*i], s[2*i+1]
			if order == s {
				low, high = high, low
			}
			units[i] = uint16(high)<<8 | uint16(low)
		}
		s = string(utf16.Decode(units))
	}
	s = strings.NewReplacer(`\\r`, "\n", `\\n`, "\n", `\r`, "\n", `\n`, "\n", "\uFEFF", "", "\r", "\n").Replace(s)
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("'\"`\\“”‘’,;", r)
	})
}

const dashes = "-‐‑‒–—―－"

// labels end the words after BEGIN. Which one it is does not matter: the DER structure tells.
var labels = []string{"PRIVATE KEY", "PUBLIC KEY", "CERTIFICATE REQUEST", "CERTIFICATE", "PARAMETERS", "PKCS7"}

// cutBlock cuts the first block off s. Its body ends at the END line, at a dash, or with s.
func cutBlock(s string) (label, body, rest string, ok bool) {
	_, s, ok = strings.Cut(s, "BEGIN ")
	if !ok {
		return "", "", "", false
	}
	for end := range min(len(s), 40) + 1 {
		for _, l := range labels {
			if strings.HasSuffix(s[:end], l) && !strings.HasPrefix(s[end:], " REQUEST") {
				label, s = s[:end], s[end:]
				s = strings.TrimLeft(s, dashes+" \t\n")
				end := strings.IndexAny(s, dashes)
				if strings.HasPrefix(s, "Proc-Type:") { // the header of an encrypted key holds dashes
					end = max(strings.Index(s, "END "), 0)
				}
				if end < 0 {
					end = strings.Index(s, "END "+label)
				}
				if end < 0 {
					end = len(s)
				}
				_, rest, _ = strings.Cut(s[end:], "END "+label)
				return label, s[:end], rest, true
			}
		}
	}
	return "", "", "", false
}

// readBody decodes the base64 of a block.
func readBody(label, body string) block {
	b := block{label: label, encrypted: strings.HasPrefix(body, "Proc-Type:")}
	if b.encrypted {
		return b
	}
	body = strings.TrimRight(strings.Join(strings.Fields(body), ""), "=")
	cut := len(body)%4 == 1 // no number of bytes has such a length
	if cut {
		body = body[:len(body)-1]
	}
	der, err := base64.RawStdEncoding.DecodeString(body)
	whole, short := derSize(der)
	switch {
	case err != nil || len(der) == 0:
		b.fault = faultBase64
	case whole:
		b.der = der
	case short, cut && label != "":
		b.fault = faultCut
	default:
		b.fault = faultBase64
	}
	return b
}

// derSize reports whether b is one DER SEQUENCE of less than 16 MB, or the beginning of one.
func derSize(b []byte) (whole, short bool) {
	if len(b) < 16 || b[0] != 0x30 {
		return false, false
	}
	if b[1] == 0x80 { // BER, as some PKCS #12 files: ended by two zero bytes
		return bytes.HasSuffix(b, []byte{0, 0}), false
	}
	size, at := int(b[1]), 2
	if size > 0x80 {
		count := size & 0x7F
		if count > 3 {
			return false, false
		}
		size = 0
		for _, digit := range b[2 : 2+count] {
			size = size<<8 | int(digit)
		}
		at += count
	}
	return len(b) == at+size, len(b) < at+size
}
