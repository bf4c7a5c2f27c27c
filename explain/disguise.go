package explain

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/media"
)

var (
	// addresses of files that are only on the device: a mini program's, a page's, Android's
	localText = regexp.MustCompile(`^(?i)((wxfile|content|file|ttfile|asset|ph)://\S+|http://(tmp|usr|store)/\S+|blob:\S+)$`)
	tempText  = regexp.MustCompile(`^(?:/[\w.@-]+){2,}$|^[A-Za-z]:[\\/][^\r\n\x00"<>|]+$`)

	urlText  = regexp.MustCompile(`^(?i)(https?|ftp|file|blob|wxfile|content|cloud)://\S+$`)
	dataText = regexp.MustCompile(`^data:[\w/+.-]*(;[\w=-]+)*;base64,`)
)

// disguised recognizes an image that was turned into something else, and things that are not an
// image.
func disguised(content []byte, is media.Format) (cause, value string) {
	begin := content[:min(len(content), media.SniffLen)]
	shown := bytes.TrimSpace(begin)
	switch {
	case bytes.HasPrefix(begin, []byte("\x89PNG\n\x1A\n")), bytes.HasPrefix(begin, []byte("\x89PNG\r\x1A\r")):
		return "file.text_mode", "CR LF → LF"
	case bytes.HasPrefix(begin, []byte("\x89PNG\r\r\n\x1A\r\n")), bytes.HasPrefix(begin, []byte("\x89PNG\r\n\x1A\r\n")):
		return "file.text_mode", "LF → CR LF"
	case bytes.HasPrefix(begin, []byte("\xEF\xBF\xBDPNG")), bytes.HasPrefix(begin, []byte("\xEF\xBF\xBD")) && bytes.Count(content, []byte("\xEF\xBF\xBD")) > 2:
		return "file.as_text", "UTF-8 (U+FFFD)"
	case bytes.HasPrefix(begin, []byte("\xC3\xBF\xC3\x98\xC3\xBF")), bytes.HasPrefix(begin, []byte("\xC2\x89PNG")):
		return "file.as_text", "Latin-1 → UTF-8"
	case bytes.HasPrefix(begin, []byte("\tPNG\r\n\x1A")), bytes.HasPrefix(begin, []byte("?PNG")), bytes.HasPrefix(begin, []byte("PNG\r\n")) && isASCII(content), bytes.HasPrefix(begin, []byte("????")):
		return "file.as_text", "ASCII"
	case bytes.HasPrefix(begin, []byte("PNG\r\n\x1A\n")):
		return "file.start_lost", "1"
	case bytes.HasPrefix(begin, []byte("NG\r\n\x1A\n")):
		return "file.start_lost", "2"
	case bytes.HasPrefix(begin, []byte("G\r\n\x1A\n")):
		return "file.start_lost", "3"
	case bytes.HasPrefix(begin, []byte("\xD8\xFF")), len(begin) > 9 && begin[0] == 'M' && string(begin[5:9]) == "\x00\x00\x00\x00":
		return "file.start_lost", "1"
	case bytes.HasPrefix(begin, []byte("\xE2\x80\xB0PNG")):
		return "file.as_text", "Windows-1252 → UTF-8"
	case bytes.HasPrefix(begin, []byte("\xFF\xFE")) && bytes.Contains(begin[:min(len(begin), 64)], []byte("P\x00N\x00G\x00")),
		bytes.HasPrefix(begin, []byte("\xFF\xFE")) && bytes.Contains(begin[:min(len(begin), 64)], []byte("J\x00F\x00I\x00F\x00")):
		return "file.as_text", "UTF-16LE"
	case begin[0] == '?' && bytes.Contains(begin[:min(len(begin), 12)], []byte("\x00\x10JFIF")):
		return "file.as_text", "?"
	case bytes.HasPrefix(begin, []byte(`"\x89PNG`)), bytes.HasPrefix(begin, []byte(`"\xFF\xD8`)), bytes.HasPrefix(begin, []byte(`b"\x`)):
		return "file.printed", text.Visible(string(shown), 40)
	case bytes.HasPrefix(begin, []byte("\x1F\x8B")):
		return "file.compressed", "gzip"
	case isPicture(inflated(content)):
		return "file.compressed", "zlib"
	case isPicture(plainDeflate(content)):
		return "file.compressed", "deflate"
	case bytes.HasPrefix(begin, []byte("=FF=D8=FF")), bytes.HasPrefix(begin, []byte("=89PNG")):
		return "file.as_text", "quoted-printable"
	case bytes.HasPrefix(begin, []byte("%FF%D8%FF")), bytes.HasPrefix(begin, []byte("%ff%d8%ff")), bytes.HasPrefix(begin, []byte("%89PNG")):
		return "file.as_text", "URL"
	case bytes.HasPrefix(begin, []byte("\"\xC3\xBF\xC3\x98")), bytes.HasPrefix(begin, []byte("\"\xC2\x89PNG")),
		bytes.HasPrefix(begin, []byte(`"\u00ff\u00d8`)), bytes.HasPrefix(begin, []byte(`"\u0089PNG`)), bytes.HasPrefix(begin, []byte(`"\xff\xd8`)):
		return "file.as_text", "JSON"
	case bytes.HasPrefix(begin, []byte("\xFF\x00\xD8\x00\xFF\x00")), bytes.HasPrefix(begin, []byte("\x89\x00P\x00N\x00G\x00")),
		bytes.HasPrefix(begin, []byte("\xFF\xFE\xFF\x00\xD8\x00")), bytes.HasPrefix(begin, []byte("\xFF\xFE\x89\x00P\x00")):
		return "file.as_text", "UTF-16LE"
	case bytes.HasPrefix(begin, []byte("\x00\xFF\x00\xD8\x00\xFF")), bytes.HasPrefix(begin, []byte("\x00\x89\x00P\x00N\x00G")):
		return "file.as_text", "UTF-16BE"
	case bytes.HasPrefix(begin, []byte("\xD8\xFF\xE0\x00\x10JFIF")), bytes.HasPrefix(begin, []byte("\xD8\xFF\xE1")):
		return "file.start_lost", "1"
	case bytes.HasPrefix(begin, []byte("\xFF\xE0\x00\x10JFIF")):
		return "file.start_lost", "2"
	case bytes.HasPrefix(begin, []byte("JFIF\x00")), bytes.HasPrefix(begin, []byte("Exif\x00")):
		return "file.start_lost", "6"
	case bytes.HasPrefix(begin, []byte("\r\n\x1A\n\x00\x00\x00\rIHDR")):
		return "file.start_lost", "4"
	case bytes.HasPrefix(begin, []byte("\x00\x00\x00\rIHDR")):
		return "file.start_lost", "8"
	case bytes.HasPrefix(begin, []byte("version https://git-lfs.github.com/")):
		return "file.lfs_pointer", ""
	case bytes.HasPrefix(begin, []byte("\x00\x05\x16\x07")):
		return "file.apple_double", ""
	case len(content) >= 16 && len(bytes.Trim(content, "\x00")) == 0:
		return "file.zeros", strconv.Itoa(len(content))
	case dataText.Match(shown):
		return "file.data_url", string(dataText.Find(shown))
	case localText.Match(shown):
		return "file.local_url", text.Visible(string(shown), 60)
	case urlText.Match(shown):
		return "file.url", text.Visible(string(shown), 60)
	case isPath(string(shown)), len(content) <= 300 && tempText.Match(shown):
		return "file.path", text.Visible(string(shown), 60)
	case bytes.HasPrefix(shown, []byte("{")) && bytes.Contains(shown, []byte(`"errcode"`)):
		return "file.error_answer", text.Visible(string(shown), 60)
	case bytes.HasPrefix(shown, []byte("b'\\x")), len(content) <= 200 && text.IsNothing(string(shown)):
		return "file.printed", text.Visible(string(shown), 40)
	case bytes.HasPrefix(shown, []byte("--")) && bytes.Contains(bytes.ToLower(shown), []byte("content-disposition")):
		return "file.form_in_form", ""
	}
	if inner := decoded(content); media.Sniff(inner).Class() == media.Picture {
		return "file.base64", strings.ToUpper(media.Sniff(inner).Suffix())
	}
	if inner, err := hex.DecodeString(string(shown[:len(shown)&^1])); err == nil && media.Sniff(inner).Class() == media.Picture {
		return "file.hex", strings.ToUpper(media.Sniff(inner).Suffix())
	}
	if inner := decimalStart(string(shown)); media.Sniff(inner).Class() == media.Picture {
		return "file.decimal", strings.ToUpper(media.Sniff(inner).Suffix())
	}
	if is == media.Unknown || is == media.HTML {
		if at, what := pictureInside(begin); at > 0 {
			return "file.prefixed", fmt.Sprintf("%d, %s", at, what.Suffix())
		}
	}
	switch {
	case bytes.HasPrefix(shown, []byte("{")) || bytes.HasPrefix(shown, []byte("[")):
		if utf8.Valid(shown[:len(shown)*3/4]) {
			return "file.json", text.Visible(string(shown), 60)
		}
	case is == media.HTML || bytes.HasPrefix(shown, []byte("<?xml")) && is != media.SVG || bytes.HasPrefix(shown, []byte("<xml")) || bytes.HasPrefix(shown, []byte("<Error")):
		return "file.html", text.Visible(string(shown), 60)
	}
	return "", ""
}

func isASCII(b []byte) bool { return !bytes.ContainsFunc(b, func(r rune) bool { return r >= 0x80 }) }

func isPicture(b []byte) bool { return media.Sniff(b).Class() == media.Picture }

// inflated returns the start of what zlib's format holds, or nil.
func inflated(content []byte) []byte {
	if len(content) < 8 || content[0] != 0x78 {
		return nil
	}
	r, err := zlib.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil
	}
	return startOf(r)
}

// plainDeflate returns the start of what was deflated without a header, or nil. Few files begin as
// such a stream may.
func plainDeflate(content []byte) []byte {
	if len(content) < 8 || media.Sniff(content[:min(len(content), media.SniffLen)]) != media.Unknown {
		return nil
	}
	return startOf(flate.NewReader(bytes.NewReader(content)))
}

func startOf(r io.Reader) []byte {
	b := make([]byte, media.SniffLen)
	n, _ := io.ReadFull(r, b)
	return b[:n]
}

// decoded returns the start of what base64 text holds, or nil.
func decoded(content []byte) []byte {
	begin := strings.TrimLeft(string(bytes.TrimSpace(content[:min(len(content), 512)])), "\"'")
	begin = strings.TrimPrefix(begin, "b'")
	bare := strings.TrimRight(strings.NewReplacer("\r", "", "\n", "", "-", "+", "_", "/").Replace(begin), "=")
	out, err := base64.RawStdEncoding.DecodeString(bare[:len(bare)&^3])
	if err != nil {
		return nil
	}
	return out
}

// decimalStart returns the first bytes that s lists as decimal numbers: 255,216,255,….
func decimalStart(s string) (b []byte) {
	for x := range strings.FieldsFuncSeq(strings.TrimLeft(s, "[{("), func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.Atoi(x)
		if err != nil || n < -128 || n > 255 {
			break
		}
		b = append(b, byte(n))
	}
	return b
}

// pictureInside finds an image that does not begin where the file does.
func pictureInside(begin []byte) (int, media.Format) {
	for i := 1; i < len(begin)-8; i++ {
		if begin[i] != 0xFF && begin[i] != 0x89 {
			continue
		}
		switch {
		case bytes.HasPrefix(begin[i:], []byte("\x89PNG\r\n\x1A\n")):
			return i, media.PNG
		case bytes.HasPrefix(begin[i:], []byte("\xFF\xD8\xFF\xE0")), bytes.HasPrefix(begin[i:], []byte("\xFF\xD8\xFF\xE1")), bytes.HasPrefix(begin[i:], []byte("\xFF\xD8\xFF\xDB")):
			return i, media.JPEG
		}
	}
	return 0, media.Unknown
}

// isPath reports whether s is the path of an image and nothing else.
func isPath(s string) bool {
	if len(s) > 300 || strings.ContainsAny(s, "\r\n\x00") {
		return false
	}
	switch strings.ToLower(path.Ext(s)) {
	case ".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tmp", ".webp":
		return true
	}
	return false
}
