package text

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"mime/quotedprintable"
	"strings"
)

// QuotedPrintable is that of RFC 2045, as MIME libraries write a part.
func QuotedPrintable(s string) string {
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

func fromQuotedPrintable(s string) (string, error) {
	b, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(s)))
	return string(b), err
}

var errNotPacked = errors.New("not compressed")

// unpacked decompresses what gzip or zlib wrote, up to FieldMax bytes.
func unpacked(s string) (string, error) {
	var r io.Reader
	var err error
	switch {
	case strings.HasPrefix(s, "\x1F\x8B"):
		r, err = gzip.NewReader(strings.NewReader(s))
	case strings.HasPrefix(s, "x"):
		r, err = zlib.NewReader(strings.NewReader(s))
	default:
		err = errNotPacked
	}
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(io.LimitReader(r, FieldMax))
	return string(b), err
}

func base64Decoded(s string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	return string(b), err
}

func fromPackedBase64(s string) (string, error) {
	plain, err := base64Decoded(s)
	if err != nil {
		return "", err
	}
	return unpacked(plain)
}

// systems are what libraries write into gzip's header as the strength and the operating system: Go,
// zlib on Unix, Java, zlib on macOS, and those with the best compression.
var systems = [][2]byte{{0, 255}, {0, 3}, {0, 0}, {0, 19}, {2, 255}, {2, 3}, {2, 0}}

// addPacked adds meta as gzip writes it. Other libraries compress to other bytes; those that cannot
// be foreseen are not found.
func addPacked(d *Dimension, right string) {
	if right == "" || len(right) > maxRewritten {
		return
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.DefaultCompression)
	if err != nil {
		return
	}
	io.WriteString(w, right)
	w.Close()
	end := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(right)))
	end = binary.LittleEndian.AppendUint32(end, uint32(len(right)))
	for _, x := range systems {
		b := append([]byte{0x1F, 0x8B, 8, 0, 0, 0, 0, 0, x[0], x[1]}, packed.Bytes()...)
		b = append(b, end...)
		d.add(string(b), "v3.meta.encoded", "gzip")
		d.add(base64.StdEncoding.EncodeToString(b), "v3.meta.encoded", "gzip, base64")
	}
}
