package explain

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strconv"

	"github.com/wxup/wxup/media"
)

// steps are the distances of the places at which a digest may have ended: buffers have round sizes.
func steps(size int) (binary, decimal int) {
	if size > 256<<10 {
		return 4096, 10_000
	}
	return 512, 1000
}

// begunDigest is what became of looking for a digest among those of the file's beginnings.
type begunDigest struct {
	at    int       // how many bytes it is the digest of; 0: of none that was looked at
	tried int       // beginnings
	end   hash.Hash // its state behind the last byte
}

// beginnings hashes the file, and looks on its way at the places where a digest may have ended.
func (e *evidence) beginnings(h hash.Hash, want []byte) *begunDigest {
	found := &begunDigest{end: h}
	content := e.file.Content
	near := max(0, len(content)-4) // a byte less, or a line end
	binary, decimal := steps(len(content))
	for n, round := 0, decimal; n < len(content); {
		next := min((n/binary+1)*binary, round, len(content))
		if n >= near {
			next = n + 1
		} else if next > near && near > n {
			next = near
		}
		h.Write(content[n:next])
		if n = next; n == round {
			round += decimal
		}
		if n == len(content) {
			break
		}
		found.tried++
		e.report.Work++
		if sum, ok := sumWith(h, ""); ok && found.at == 0 && bytes.Equal(sum, want) {
			found.at = n
		}
	}
	return found
}

// sumWith is what a hash would be with tail behind all that was written. It stays as it is.
func sumWith(h hash.Hash, tail string) (sum []byte, ok bool) {
	if tail == "" {
		return h.Sum(nil), true
	}
	cloner, ok := h.(hash.Cloner)
	if !ok {
		return nil, false
	}
	end, err := cloner.Clone()
	if err != nil {
		return nil, false
	}
	io.WriteString(end, tail)
	return end.Sum(nil), true
}

// startOrEnd recognizes the digest of a file that was not read to its end, or with a line end behind it: one pass, whose
// state is looked at in many places.
func (d *digesting) startOrEnd() bool {
	if len(d.want) == 0 || d.hash == nil {
		return false
	}
	begun := d.begun // if the digest is of the right length that pass was made already
	if begun == nil {
		if !d.affords(len(d.file.Content)) {
			return false
		}
		d.spend(len(d.file.Content))
		begun = d.beginnings(d.hash(), d.want)
		d.spent += int64(begun.tried * callCost / 3)
	}
	d.tried += begun.tried
	if begun.at > 0 {
		return d.find("digest.of_start", fmt.Sprintf("%d / %d", begun.at, len(d.file.Content)))
	}
	for _, tail := range []string{"\n", "\r\n", "\x00", "\r"} {
		d.tried++
		d.report.Work++
		if sum, ok := sumWith(begun.end, tail); ok && bytes.Equal(sum, d.want) {
			return d.find("digest.with_line_end", visible(tail, 4))
		}
	}
	return false
}

// encoded recognizes the digest of the file in another form, or of the form around it.
func (d *digesting) encoded() bool {
	content := d.file.Content
	if len(d.want) == 0 {
		return false
	}
	if d.affords(2 * len(content)) {
		b := based(content)
		kind := media.Sniff(content[:min(len(content), media.SniffLen)]).MIME()
		for _, start := range []string{"", "data:" + kind + ";base64,", "data:image/jpeg;base64,", "data:image/png;base64,", "data:image/jpg;base64,"} {
			if d.is(d.hash, []byte(start), b) {
				return d.find("digest.of_base64", start)
			}
			if len(content) > 100<<10 {
				break
			}
		}
		if len(content) <= 100<<10 && (d.is(d.hash, b, []byte("\n")) || d.is(d.hash, []byte(hex.EncodeToString(content)))) {
			return d.find("digest.of_base64", "")
		}
	}
	if text := bytes.TrimSpace(content[:min(len(content), 64)]); notBase64(string(text)) == "" {
		plain, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(content)))
		if err == nil && d.is(d.hash, plain) {
			return d.find("digest.before_base64", "")
		}
	}
	return false
}

// ofForm recognizes the digest of the form around the file.
func (d *digesting) ofForm() bool {
	content := d.file.Content
	if whole := d.wholeForm("v3.body.whole_multipart", d.boundary, "\r\n", false); whole != nil {
		if d.is(d.hash, whole.pieces...) || len(content) < 100<<10 && d.is(d.hash, whole.pieces[:len(whole.pieces)-1]...) {
			return d.find("digest.of_form", "")
		}
	}
	return false
}

// rest recognizes the digest of a file whose first bytes were read by someone else before.
func (d *digesting) rest() bool {
	content := d.file.Content
	for _, n := range []int{8192, 4096, 1024, 512, 2, 4, 8, 12, 16, 32, 64, 128, 256, 1, 3, 10, 20, 28, 100, 1000, 2048, 16384, 32768, 65536} {
		if n < len(content) && d.is(d.hash, content[n:]) {
			return d.find("digest.of_rest", strconv.Itoa(n))
		}
	}
	return false
}

// misreadings are what is done to bytes that are taken for a text, the likeliest first.
var misreadings = []struct {
	what    string
	cost    int // of the conversion, in hashes over the same bytes
	convert func([]byte) [][]byte
}{
	{"CR LF → LF", 0, func(b []byte) [][]byte { return split(b, "\n") }},
	{"UTF-8", 3, func(b []byte) [][]byte { return [][]byte{replaceInvalid(b)} }},
	{"LF → CR LF", 1, func(b []byte) [][]byte { return [][]byte{bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))} }},
	{"LF → CR LF", 1, func(b []byte) [][]byte {
		return [][]byte{bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))}
	}},
	{"trim", 0, func(b []byte) [][]byte { return [][]byte{bytes.TrimSpace(b)} }},
	{"Latin-1 → UTF-8", 2, func(b []byte) [][]byte { return [][]byte{[]byte(utf8Twice(string(b)))} }},
	{"UTF-8", 2, func(b []byte) [][]byte { return [][]byte{bytes.ToValidUTF8(b, nil)} }},
	{"UTF-8 → Latin-1", 2, func(b []byte) [][]byte { return [][]byte{[]byte(utf8Once(string(b)))} }},
	{"CR → LF", 1, func(b []byte) [][]byte {
		return [][]byte{bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))}
	}},
	{"ASCII", 2, func(b []byte) [][]byte { return [][]byte{[]byte(asciiOnly(utf8Twice(string(b))))} }},
	{"& 0x7F", 1, func(b []byte) [][]byte {
		out := bytes.Clone(b)
		for i := range out {
			out[i] &= 0x7F
		}
		return [][]byte{out}
	}},
	{"NUL", 0, func(b []byte) [][]byte { text, _, _ := bytes.Cut(b, []byte{0}); return [][]byte{text} }},
	{"Ctrl-Z", 0, func(b []byte) [][]byte { text, _, _ := bytes.Cut(b, []byte{0x1A}); return [][]byte{text} }},
}

// misread recognizes the digest of a file that went through a text, in one of the first so many ways.
func (d *digesting) misread(ways int) bool {
	content := d.file.Content
	if len(d.want) == 0 {
		return false
	}
	for _, x := range misreadings[d.misreadSo:ways] {
		if !d.affords((x.cost + 2) * len(content)) {
			return false
		}
		d.misreadSo++
		d.spent += int64(x.cost * len(content))
		if d.is(d.hash, x.convert(content)...) {
			return d.find("digest.of_text", x.what)
		}
	}
	return false
}
