package explain

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/media"
)

// startOrEnd recognizes the digest of a file that was not read to its end, or had a line end
// appended. It takes one pass.
func (d *digesting) startOrEnd() bool {
	if len(d.want) == 0 || d.hash.fresh == nil {
		return false
	}
	begun := d.begun // made already if the digest has the right length
	if begun == nil {
		if !d.work.Affords(len(d.facts.file.Content)) {
			return false
		}
		d.work.Spend(len(d.facts.file.Content))
		begun = findBeginning(d.hash.fresh(), d.facts.file.Content, d.want, d.work)
		d.work.Spent += int64(begun.tried * text.CallCost / 3)
	}
	if begun.at > 0 && begun.at < len(d.facts.file.Content) && d.imageOnly() {
		return true
	}
	if begun.at > 0 && d.appended(d.facts.file.Content[begun.at:]) {
		return true
	}
	if begun.at > 0 {
		return d.find("digest.of_start", fmt.Sprintf("%d / %d", begun.at, len(d.facts.file.Content)))
	}
	for _, tail := range []string{"\n", "\r\n", "\x00", "\r"} {
		d.work.Calls++
		if sum, ok := sumWith(begun.end, tail); ok && bytes.Equal(sum, d.want) {
			return d.find("digest.with_line_end", text.Visible(tail, 4))
		}
	}
	return d.buffered(begun)
}

// buffered recognizes the digest of whole buffers, the last of which the file does not fill, of
// nothing but the last buffer, and of a PNG that arrived without its last bytes.
func (d *digesting) buffered(begun *beginnings) bool {
	content := d.facts.file.Content
	ends := func(tail []byte) bool {
		d.work.Spend(len(tail) * max(1, d.hash.price))
		sum, ok := sumWith(begun.end, string(tail))
		return ok && bytes.Equal(sum, d.want)
	}
	for n := 1; n < len(pngEnd) && bytes.HasPrefix(content, []byte("\x89PNG")); n++ {
		if bytes.HasSuffix(content, []byte(pngEnd[:len(pngEnd)-n])) && ends([]byte(pngEnd[len(pngEnd)-n:])) {
			return d.find("file.end_lost", strconv.Itoa(n))
		}
	}
	for _, size := range []int{8192, 4096, 1024, 512, 2048, 16384, 32768, 65536, 256, 128, 1000, 10_000, 10_240, 100} {
		last := len(content) % size
		if last == 0 || !d.work.Affords(3*size) {
			continue
		}
		if ends(make([]byte, size-last)) {
			return d.find("digest.of_buffer", strconv.Itoa(size))
		}
		if len(content) > size && (ends(content[len(content)-size:len(content)-last]) || d.is(d.hash, content[len(content)-size:])) {
			return d.find("digest.of_buffer", strconv.Itoa(size))
		}
		if len(content) > size && d.is(d.hash, content[len(content)-last:]) {
			return d.find("digest.of_end", fmt.Sprintf("%d / %d", last, len(content)))
		}
	}
	return false
}

// largeBuffers are the sizes of buffers that hold whole files, in bytes.
var largeBuffers = []int{100_000, 102_400, 128 << 10, 256 << 10, 512 << 10, 1_000_000, 1 << 20, 2_000_000, 2 << 20, 3 << 20, 4 << 20, 5 << 20}

// zeroed recognizes the digest of a large buffer of zero bytes into which the file was read, which
// it does not fill.
func (d *digesting) zeroed() bool {
	if len(d.want) == 0 || d.hash.fresh == nil || d.begun == nil {
		return false
	}
	h, ok := cloned(d.begun.end)
	if !ok {
		return false
	}
	n := len(d.facts.file.Content)
	for _, size := range largeBuffers {
		more := (size - n) * max(1, d.hash.price)
		if size <= n {
			continue
		}
		if !d.work.Affords(more) {
			return false
		}
		for zeros := make([]byte, 32<<10); n < size; n += min(len(zeros), size-n) {
			h.Write(zeros[:min(len(zeros), size-n)])
		}
		d.work.Spend(more)
		if bytes.Equal(h.Sum(nil), d.want) {
			return d.find("digest.of_buffer", strconv.Itoa(size))
		}
	}
	return false
}

// pngEnd is the last chunk of a PNG.
const pngEnd = "\x00\x00\x00\x00IEND\xAEB`\x82"

// encoded recognizes the digest of the file in base64 or hex, or of the bytes of a file that is
// base64.
func (d *digesting) encoded() bool {
	content := d.facts.file.Content
	if len(d.want) == 0 {
		return false
	}
	if d.work.Affords(2 * len(content)) {
		b := text.Base64Text(content)
		kind := media.Sniff(content[:min(len(content), media.SniffLen)]).MIME()
		for _, start := range []string{"", "data:" + kind + ";base64,", "data:image/jpeg;base64,", "data:image/png;base64,", "data:image/jpg;base64,", "data:application/octet-stream;base64,", "base64,", ";base64,"} {
			if d.is(d.hash, []byte(start), b) {
				return d.find("digest.of_base64", start)
			}
			if len(content) > 100<<10 {
				break
			}
		}
		if len(content) <= 100<<10 {
			for _, form := range [][]byte{
				append(b[:len(b):len(b)], '\n'), []byte(hex.EncodeToString(content)), []byte(text.UpperHex(content)),
				folded(b, "\n", true), folded(b, "\r\n", false), folded(b, "\r\n", true), folded(b, "\n", false),
			} {
				if d.is(d.hash, form) {
					return d.find("digest.of_base64", "")
				}
			}
			if d.is(d.hash, []byte(text.BufferJSON.String(content))) {
				return d.find("digest.of_text", "JSON.stringify(Buffer)")
			}
			var buf []byte
			for _, t := range byteTexts {
				buf = t.write(buf[:0], content)
				d.work.Spend(len(buf) / 2)
				if d.is(d.hash, buf) {
					return d.find("digest.of_text", t.how)
				}
			}
		}
	}
	if begin := bytes.TrimSpace(content[:min(len(content), 64)]); notBase64(string(begin)) == "" {
		plain, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(content)))
		if err == nil && d.is(d.hash, plain) {
			return d.find("digest.before_base64", "")
		}
	}
	return false
}

// folded breaks base64 into lines of 76 characters, as MIME wants it.
func folded(b []byte, eol string, last bool) []byte {
	var out []byte
	for len(b) > 76 {
		out = append(append(out, b[:76]...), eol...)
		b = b[76:]
	}
	if out = append(out, b...); last {
		out = append(out, eol...)
	}
	return out
}

// ofForm recognizes the digest of the form around the file.
func (d *digesting) ofForm() bool {
	content := d.facts.file.Content
	form := d.facts.textForm()
	if whole := form.Whole(); whole != nil {
		if d.is(d.hash, whole.Pieces...) || len(content) < 100<<10 && d.is(d.hash, whole.Pieces[:len(whole.Pieces)-1]...) {
			return d.find("digest.of_form", "")
		}
	}
	return false
}

// ofPart recognizes the digest of the file with the headers of its part, and that which git has for
// it.
func (d *digesting) ofPart() bool {
	content, head := d.facts.file.Content, d.facts.file.Header
	if d.is(d.hash, head, []byte("\r\n"), content) || d.is(d.hash, head, []byte("\r\n"), content, []byte("\r\n")) {
		return d.find("digest.of_more", "Content-Disposition: …")
	}
	return d.is(d.hash, fmt.Appendf(nil, "blob %d\x00", len(content)), content) && d.find("digest.of_more", "git: blob …")
}

// imageOnly recognizes the digest of an image behind which something was appended.
func (d *digesting) imageOnly() bool {
	content := d.facts.file.Content
	end := -1
	switch {
	case bytes.HasPrefix(content, []byte("\x89PNG")):
		if at := bytes.Index(content, []byte(pngEnd)); at > 0 {
			end = at + len(pngEnd)
		}
	case bytes.HasPrefix(content, []byte("\xFF\xD8")):
		if at := bytes.LastIndex(content, []byte("\xFF\xD9")); at > 0 {
			end = at + 2
		}
	}
	if end < 0 || end == len(content) || !d.is(d.hash, content[:end]) {
		return false
	}
	tail := content[end:]
	if len(bytes.Trim(tail, "\x00")) == 0 {
		return d.find("file.appended", fmt.Sprintf("%d × NUL", len(tail)))
	}
	return d.find("file.appended", text.Visible(string(tail[:min(len(tail), 200)]), 40))
}

// doubled recognizes a file that arrived twice, one right behind the other.
func (d *digesting) doubled() bool {
	content := d.facts.file.Content
	half := len(content) / 2
	if half == 0 || len(content)%2 != 0 || !bytes.Equal(content[:half], content[half:]) {
		return false
	}
	return d.is(d.hash, content[:half]) && d.find("file.twice", strconv.Itoa(half))
}

// rest recognizes the digest of a file whose first bytes were read before.
func (d *digesting) rest() bool {
	content := d.facts.file.Content
	for _, n := range []int{8192, 4096, 1024, 512, 2, 4, 8, 12, 16, 32, 64, 128, 256, 1, 3, 10, 20, 28, 100, 1000, 2048, 16384, 32768, 65536} {
		if n < len(content) && d.is(d.hash, content[n:]) {
			if !d.isImage(content) && d.isImage(content[n:]) {
				return true // the file has something before it, which judgeFile says
			}
			return d.find("digest.of_rest", strconv.Itoa(n))
		}
	}
	return false
}

// appended recognizes a file that got blanks or zero bytes appended.
func (d *digesting) appended(tail []byte) bool {
	if len(tail) > 4 || len(bytes.Trim(tail, " \t\r\n\x00\x1A")) > 0 {
		return false
	}
	return d.find("file.appended", text.Visible(string(tail), 8))
}

func (d *digesting) isImage(content []byte) bool {
	return media.Sniff(content[:min(len(content), media.SniffLen)]).Fits(d.facts.formats()...)
}

// misreadings are conversions of bytes that are taken for text, the likeliest first.
var misreadings = []struct {
	what    string
	cost    int // of the conversion, in hashes over the same bytes
	convert func([]byte) [][]byte
}{
	{"CR LF → LF", 0, func(b []byte) [][]byte { return text.SplitCRLF(b, "\n") }},
	{"UTF-8", 3, func(b []byte) [][]byte { return [][]byte{text.ReplaceInvalid(b)} }},
	{"LF → CR LF", 1, func(b []byte) [][]byte { return [][]byte{bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))} }},
	{"LF → CR LF", 1, func(b []byte) [][]byte {
		return [][]byte{bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))}
	}},
	{"trim", 0, func(b []byte) [][]byte { return [][]byte{bytes.TrimSpace(b)} }},
	{"Latin-1 → UTF-8", 2, func(b []byte) [][]byte { return [][]byte{[]byte(text.UTF8Twice(string(b)))} }},
	{"UTF-8", 2, func(b []byte) [][]byte { return [][]byte{bytes.ToValidUTF8(b, nil)} }},
	{"UTF-8 → Latin-1", 2, func(b []byte) [][]byte { return [][]byte{[]byte(text.UTF8Once(string(b)))} }},
	{"CR → LF", 1, func(b []byte) [][]byte {
		return [][]byte{bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))}
	}},
	{"ASCII", 2, func(b []byte) [][]byte { return [][]byte{[]byte(text.ASCIIOnly(text.UTF8Twice(string(b))))} }},
	{"& 0x7F", 1, func(b []byte) [][]byte {
		out := bytes.Clone(b)
		for i := range out {
			out[i] &= 0x7F
		}
		return [][]byte{out}
	}},
	{"NUL", 0, func(b []byte) [][]byte { before, _, _ := bytes.Cut(b, []byte{0}); return [][]byte{before} }},
	{"Ctrl-Z", 0, func(b []byte) [][]byte { before, _, _ := bytes.Cut(b, []byte{0x1A}); return [][]byte{before} }},
}

// misread recognizes the digest of a file that was converted by one of the first ways of
// misreadings.
func (d *digesting) misread(ways int) bool {
	content := d.facts.file.Content
	if len(d.want) == 0 {
		return false
	}
	for _, x := range misreadings[d.misreadings:ways] {
		if !d.work.Affords((x.cost + 2) * len(content)) {
			return false
		}
		d.misreadings++
		d.work.Spent += int64(x.cost * len(content))
		if converted := x.convert(content); d.is(d.hash, converted...) {
			if !d.isImage(content) && d.isImage(bytes.Join(converted, nil)) {
				return true // the file was changed, which judgeFile says
			}
			return d.find("digest.of_text", x.what)
		}
	}
	return false
}
