package explain

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/media"
)

// content says what is wrong with the file: what it is instead of a picture, and what was done to it.
func (e *evidence) content() {
	if e.file == nil {
		return
	}
	p := e.file
	if p.Size == 0 {
		e.find("file.empty", "", string(p.Header))
		return
	}
	if len(p.Content) == 0 {
		return
	}
	begin := p.Content[:min(len(p.Content), media.SniffLen)]
	is := media.Sniff(begin)
	shown := fmt.Sprintf("% X", begin[:min(12, len(begin))])
	if is.Fits(e.ep.Formats...) {
		e.suffix(is, shown)
		e.damaged(is)
		return
	}
	if cause, value := disguised(p.Content, is); cause != "" {
		e.find(cause, value, visible(string(begin), 60))
		return
	}
	if is != media.Unknown {
		e.find("file.not_taken", strings.ToUpper(is.Suffix()), shown)
		return
	}
	e.find("file.unknown", "", shown)
}

// suffix compares what the file's name says with what it is.
func (e *evidence) suffix(is media.Format, shown string) {
	name := e.named()
	if name == "" && e.file.HasFilename {
		name = e.file.Filename
	}
	if name == "" {
		return
	}
	named, known := media.BySuffix(name)
	switch {
	case !known && path.Ext(form.Base(name)) == "":
		if !e.report.Has("form.no_extension") {
			e.find("file.no_suffix", visible(name, 60), "")
		}
	case !known && hasSuffix(name, e.ep.Formats): // and something else in the name is odd
	case !known || !slices.Contains(e.ep.Formats, named) && !named.Fits(e.ep.Formats...):
		e.find("file.suffix", visible(path.Ext(form.Base(name)), 20), visible(name, 60))
	case named != is && !named.Fits(is):
		e.find("file.name_and_content", fmt.Sprintf("%s ≠ %s", named.Suffix(), is.Suffix()), visible(name, 60)+": "+shown)
	}
}

func hasSuffix(name string, formats []media.Format) bool {
	f, ok := media.BySuffix("x" + path.Ext(name))
	return ok && f.Fits(formats...)
}

// damaged walks a picture that is all there.
func (e *evidence) damaged(is media.Format) {
	if is.Class() != media.Picture || !e.file.whole() {
		return
	}
	_, err := media.WalkBytes(e.file.Content)
	var s *media.StructureError
	if errors.As(err, &s) && s.Kind != media.NotPicture {
		cause := "file.damaged"
		if s.Kind == media.TooBig {
			cause = "file.too_many_pixels"
		}
		e.find(cause, s.Reason, s.Error())
	}
}

var (
	urlText  = regexp.MustCompile(`^(?i)(https?|ftp|file|blob|wxfile|content|cloud)://\S+$`)
	dataText = regexp.MustCompile(`^data:[\w/+.-]*(;[\w=-]+)*;base64,`)
)

// disguised recognizes a picture that was turned into something else on its way, and things that are no picture.
func disguised(content []byte, is media.Format) (cause, value string) {
	begin := content[:min(len(content), media.SniffLen)]
	text := bytes.TrimSpace(begin)
	switch {
	case bytes.HasPrefix(begin, []byte("\x89PNG\n\x1A\n")), bytes.HasPrefix(begin, []byte("\x89PNG\r\x1A\r")):
		return "file.text_mode", "CR LF → LF"
	case bytes.HasPrefix(begin, []byte("\x89PNG\r\r\n\x1A\r\n")), bytes.HasPrefix(begin, []byte("\x89PNG\r\n\x1A\r\n")):
		return "file.text_mode", "LF → CR LF"
	case bytes.HasPrefix(begin, []byte("\xEF\xBF\xBDPNG")), bytes.HasPrefix(begin, []byte("\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD")):
		return "file.as_text", "UTF-8 (U+FFFD)"
	case bytes.HasPrefix(begin, []byte("\xC3\xBF\xC3\x98\xC3\xBF")), bytes.HasPrefix(begin, []byte("\xC2\x89PNG")):
		return "file.as_text", "Latin-1 → UTF-8"
	case bytes.HasPrefix(begin, []byte("\tPNG\r\n\x1A")), bytes.HasPrefix(begin, []byte("?PNG")), bytes.HasPrefix(begin, []byte("PNG\r\n")), bytes.HasPrefix(begin, []byte("????")):
		return "file.as_text", "ASCII"
	case bytes.HasPrefix(begin, []byte("\x1F\x8B")):
		return "file.compressed", "gzip"
	case bytes.HasPrefix(begin, []byte("version https://git-lfs.github.com/")):
		return "file.lfs_pointer", ""
	case bytes.HasPrefix(begin, []byte("\x00\x05\x16\x07")):
		return "file.apple_double", ""
	case len(content) >= 16 && len(bytes.Trim(content, "\x00")) == 0:
		return "file.zeros", strconv.Itoa(len(content))
	case dataText.Match(text):
		return "file.data_url", string(dataText.Find(text))
	case urlText.Match(text):
		return "file.url", visible(string(text), 60)
	case isPath(string(text)):
		return "file.path", visible(string(text), 60)
	case bytes.HasPrefix(text, []byte("{")) && bytes.Contains(text, []byte(`"errcode"`)):
		return "file.error_answer", visible(string(text), 60)
	case bytes.HasPrefix(text, []byte("[object ")), bytes.HasPrefix(text, []byte("b'\\x")), bytes.HasPrefix(text, []byte("<_io.")), bytes.HasPrefix(text, []byte("Resource id #")), string(text) == "undefined", string(text) == "null", string(text) == "Array":
		return "file.printed", visible(string(text), 40)
	case bytes.HasPrefix(text, []byte("--")) && bytes.Contains(bytes.ToLower(text), []byte("content-disposition")):
		return "file.form_in_form", ""
	}
	if inner := decoded(content); media.Sniff(inner).Class() == media.Picture {
		return "file.base64", strings.ToUpper(media.Sniff(inner).Suffix())
	}
	if inner, err := hex.DecodeString(string(text[:len(text)&^1])); err == nil && media.Sniff(inner).Class() == media.Picture {
		return "file.hex", strings.ToUpper(media.Sniff(inner).Suffix())
	}
	if is == media.Unknown || is == media.HTML {
		if at, what := pictureInside(begin); at > 0 {
			return "file.prefixed", fmt.Sprintf("%d, %s", at, what.Suffix())
		}
	}
	switch {
	case bytes.HasPrefix(text, []byte("{")) || bytes.HasPrefix(text, []byte("[")):
		if utf8.Valid(text[:len(text)*3/4]) {
			return "file.json", visible(string(text), 60)
		}
	case is == media.HTML || bytes.HasPrefix(text, []byte("<?xml")) && is != media.SVG || bytes.HasPrefix(text, []byte("<xml")) || bytes.HasPrefix(text, []byte("<Error")):
		return "file.html", visible(string(text), 60)
	}
	return "", ""
}

// decoded is the start of what base64 holds; nil if it is none.
func decoded(content []byte) []byte {
	text := bytes.TrimSpace(content[:min(len(content), 512)])
	text = []byte(strings.NewReplacer("\r", "", "\n", "", "-", "+", "_", "/").Replace(string(text)))
	text = bytes.TrimRight(text, "=")
	out, err := base64.RawStdEncoding.DecodeString(string(text[:len(text)&^3]))
	if err != nil {
		return nil
	}
	return out
}

// pictureInside finds a picture that does not begin where the file does.
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
