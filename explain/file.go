package explain

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/media"
)

// judgeFile says what is wrong with the file: what it is instead of an image, and what was done to
// it.
func judgeFile(f *facts, d *draft) {
	if f.file == nil {
		return
	}
	p := f.file
	if p.Size == 0 {
		d.find("file.empty", "", string(p.Header))
		return
	}
	if len(p.Content) == 0 || !p.whole() && errors.Is(f.formErr, form.ErrTruncated) {
		return
	}
	if limit, ok := f.ep.Max(media.Sniff(p.Content[:min(len(p.Content), media.SniffLen)])); ok && limit > 0 && p.Size > limit {
		d.find("file.too_large", fmt.Sprintf("%d > %d", p.Size, limit), string(p.Header))
	}
	begin := p.Content[:min(len(p.Content), media.SniffLen)]
	is := media.Sniff(begin)
	shown := headOf(d, begin)
	if is.Fits(f.formats()...) {
		judgeSuffix(f, d, is, shown)
		damaged(f, d, is)
		return
	}
	if d.report.Has("form.private_key") && privateKey.Match(begin) {
		return
	}
	if m := pemBlock.FindSubmatch(begin); m != nil {
		d.find("file.pem", text.Visible(string(m[1]), 40), "-----BEGIN …")
		return
	}
	if cause, value := disguised(p.Content, is); cause != "" {
		if d.report.Has("form.transfer_encoding") && (cause == "file.base64" || value == "quoted-printable") {
			return // which the header of the part says
		}
		d.find(cause, value, text.Visible(d.secrets.mask(string(begin)), 60))
		return
	}
	switch types := otherTypes(f, is); {
	case types == "":
	case len(f.query("type")) > 1:
		d.find("account.type.twice", "", pathOf(f.Target))
		return
	case !slices.ContainsFunc(f.formats(), func(own media.Format) bool { return own.Class() == is.Class() }) && !isSound(f.file.Filename):
		d.find("account.type.other", types, pathOf(f.Target)+", "+shown)
		return
	}
	if is != media.Unknown {
		d.find("file.not_taken", strings.ToUpper(is.Suffix())+" ≠ "+f.ep.Formats(), shown)
		return
	}
	for _, o := range otherFormats {
		if strings.HasPrefix(string(begin), o.magic) {
			d.find("file.not_taken", o.name+" ≠ "+f.ep.Formats(), shown)
			return
		}
	}
	d.find("file.unknown", "", shown)
}

var (
	privateKey = regexp.MustCompile(`^\s*(?:\x{FEFF})?-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY`)
	pemBlock   = regexp.MustCompile(`^\s*(?:\x{FEFF})?-----BEGIN ([A-Z0-9 ]+)-----`)
)

// headOf shows the first bytes of a file, unless they are those of a secret, or may be: what begins
// with as many letters and digits as a key has.
func headOf(d *draft, begin []byte) string {
	run := 0
	for run < len(begin) && isTokenByte(begin[run]) {
		run++
	}
	if run >= minToken || d.secrets.mask(string(begin)) != string(begin) {
		return "***"
	}
	return fmt.Sprintf("% X", begin[:min(12, len(begin))])
}

// isSound reports whether a file with the structure of a video is named as sound.
func isSound(name string) bool {
	return slices.Contains([]string{".m4a", ".m4r", ".m4b", ".aac"}, strings.ToLower(path.Ext(name)))
}

// otherTypes names the types of the same call that take a format which the sent one does not; "" if
// there is none.
func otherTypes(f *facts, is media.Format) string {
	own, query := f.ep.Route()
	if is == media.Unknown || query.Get("type") == "" {
		return ""
	}
	var list []string
	for _, ep := range wxup.Endpoints() {
		if path, other := ep.Route(); path == own && ep.Family == f.ep.Family && ep.Corp == f.ep.Corp && other.Get("type") != query.Get("type") &&
			other.Get("type") != "file" && takes(ep, is) { // as a file WeCom takes everything
			list = append(list, "type="+other.Get("type"))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "type=" + query.Get("type") + " → " + strings.Join(list, ", ")
}

// judgeSuffix compares the file's name with its format.
func judgeSuffix(f *facts, d *draft, is media.Format, shown string) {
	name := f.metaName()
	if name == "" && f.file.HasFilename {
		name = f.file.Filename
	}
	if name == "" {
		return
	}
	if d.report.Has("form.name_blanks") {
		name = strings.TrimSpace(name)
	}
	named, known := media.BySuffix(name)
	formats := f.formats()
	switch {
	case !known && path.Ext(form.Base(name)) == "":
		if !d.report.Has("form.no_extension") {
			d.find("file.no_suffix", text.Visible(name, 60), "")
		}
	case !known && hasSuffix(name, formats): // and something else in the name is odd
	case !known || !takes(f.ep, named):
		d.find("file.suffix", text.Visible(path.Ext(form.Base(name)), 20)+" ≠ "+f.ep.Formats(), text.Visible(name, 60))
	case named != is && !named.Fits(is):
		d.find("file.name_and_content", fmt.Sprintf("%s ≠ %s", named.Suffix(), is.Suffix()), text.Visible(name, 60)+": "+shown)
	}
}

func takes(ep *wxup.Endpoint, format media.Format) bool {
	_, ok := ep.Max(format)
	return ok
}

// otherFormats are formats that media does not tell apart, since no API accepts them.
var otherFormats = []struct{ magic, name string }{
	{"OggS", "OGG"}, {"fLaC", "FLAC"}, {"\x02#!SILK", "SILK"}, {"#!SILK", "SILK"}, {"#!AMR-WB", "AMR-WB"}, {"MThd", "MIDI"}, {"\x1F\x9D", "Z"},
	{"BZh", "BZIP2"}, {"\xFD7zXZ", "XZ"}, {"7z\xBC\xAF", "7Z"}, {"Rar!", "RAR"}, {"\xD0\xCF\x11\xE0", "OLE2 (doc, xls)"}, {"{\\rtf", "RTF"},
}

func hasSuffix(name string, formats []media.Format) bool {
	f, ok := media.BySuffix("x" + path.Ext(name))
	return ok && f.Fits(formats...)
}

// damaged walks an image that is complete.
func damaged(f *facts, d *draft, is media.Format) {
	if is.Class() != media.Picture || !f.file.whole() || f.formErr != nil {
		return
	}
	_, err := media.WalkBytes(f.file.Content)
	var s *media.StructureError
	if errors.As(err, &s) && s.Kind != media.NotPicture {
		cause := "file.damaged"
		if s.Kind == media.TooBig {
			cause = "file.too_many_pixels"
		}
		d.find(cause, s.Reason, s.Error())
	}
}
