package explain

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/media"
)

// fileDigest is the digest of the file as it arrived; nil if not all of it is here, or there is no such digest.
func (e *evidence) fileDigest(name string) []byte {
	if e.file == nil || !e.file.whole() {
		return nil
	}
	if sum, err := hex.DecodeString(e.file.SHA256); name == media.SHA256 && err == nil && len(sum) == sha256.Size {
		return sum
	}
	if sum, ok := e.digests[name]; ok {
		return sum
	}
	h, ok := media.NewDigest(name)
	if !ok {
		return nil
	}
	e.report.Work++
	if sent := decodeDigest(e.sentDigest()); name == e.ep.Digest && len(sent) == h.Size() {
		e.begun = e.beginnings(h, sent)
	} else {
		h.Write(e.file.Content)
	}
	if e.digests == nil {
		e.digests = map[string][]byte{}
	}
	e.digests[name] = h.Sum(nil)
	return e.digests[name]
}

// sentDigest is what the form says that the file's digest is.
func (e *evidence) sentDigest() string {
	if e.ep.MetaPart != "" {
		return e.metaFields()[e.ep.DigestField]
	}
	sent, _ := e.field(e.ep.DigestField)
	return sent
}

// digest finds out what a digest that is not the file's is the digest of. Field is what the digest stands in.
func (e *evidence) digest(field, sent string) {
	real := e.fileDigest(e.ep.Digest)
	if real == nil || sent == "" || sent == hex.EncodeToString(real) || e.unknown(sent) != "" {
		return
	}
	d := &digesting{evidence: e, field: field, sent: sent, real: real}
	if d.written() || d.otherHash() || d.smallText() || d.startOrEnd() || d.ofForm() || d.misread(1) || d.encoded() || d.misread(len(misreadings)) || d.rest() {
		return
	}
	e.ruledOut(note(
		"%[1]s: the %[2]d bytes that arrived begin with %[3]s and have the %[4]s %[5]s; what was sent is that of none of %[6]d other readings of them (nothing, base64, a part, other line ends, another hash, …), so it was computed over another file or before the file was changed",
		"%[1]s：收到的 %[2]d 字节以 %[3]s 开头，其 %[4]s 为 %[5]s；所发送的值不属于另外 %[6]d 种读法（空、base64、部分内容、换行转换、其他哈希等），因此是对另一个文件、或文件改动之前计算的",
		field, len(e.file.Content), fmt.Sprintf("% X", e.file.Content[:min(8, len(e.file.Content))]), e.ep.Digest, hex.EncodeToString(real), d.tried))
}

// digesting is the search for what a digest belongs to.
type digesting struct {
	*evidence
	field, sent string
	real        []byte // the file's own
	tried       int
	hash        func() hash.Hash
	want        []byte // of sent, in bytes
	misreadSo   int    // how many ways to misread the file were tried
}

func (d *digesting) find(cause, value string) bool {
	d.evidence.find(cause, value, d.field+"="+d.sent)
	return true
}

// written recognizes the right digest in another spelling.
func (d *digesting) written() bool {
	right := hex.EncodeToString(d.real)
	bare := strings.Trim(d.sent, " \t\r\n\"'\x00")
	switch {
	case strings.ToLower(d.sent) == right:
		return d.find("digest.upper_case", "")
	case strings.ToLower(bare) == right:
		return d.find("digest.decorated", visible(strings.Replace(d.sent, bare, "…", 1), 20))
	case strings.ToLower(strings.NewReplacer("-", "", ":", "", " ", "").Replace(d.sent)) == right:
		return d.find("digest.decorated", visible(d.sent[:min(6, len(d.sent))], 8)+"…")
	case len(d.sent) > len(right) && strings.Contains(strings.ToLower(d.sent), right):
		return d.find("digest.decorated", visible(strings.Replace(strings.ToLower(d.sent), right, "…", 1), 60))
	case len(d.sent) >= 8 && strings.HasPrefix(right, strings.ToLower(d.sent)):
		return d.find("digest.cut", fmt.Sprintf("%d / %d", len(d.sent), len(right)))
	case len(right) == 32 && strings.ToLower(d.sent) == right[8:24]:
		return d.find("digest.cut", "16 / 32")
	}
	for _, name := range [][]byte{d.real, []byte(right), []byte(strings.ToUpper(right))} {
		for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
			if bare == enc.EncodeToString(name) {
				return d.find("digest.base64", "")
			}
		}
	}
	if n, ok := strings.CutPrefix(bare, "0x"); ok && strings.ToLower(n) == right {
		return d.find("digest.decorated", "0x…")
	}
	if strings.ToLower(bare) == strings.TrimLeft(right, "0") {
		return d.find("digest.no_zeros", "")
	}
	if strings.ToLower(bare) == unpadded(d.real) {
		return d.find("digest.no_zeros", "")
	}
	if meta := d.metaFields(); d.file.Filename != "" && (d.sent == d.file.Filename || d.sent == meta[d.ep.NameField] && d.sent != "") {
		return d.find("digest.is_name", "")
	}
	if bare == strconv.Itoa(len(d.file.Content)) {
		return d.find("digest.is_size", "")
	}
	return false
}

// unpadded is hex in which each byte lacks its leading zero: what Integer.toHexString makes of bytes.
func unpadded(sum []byte) string {
	var b strings.Builder
	for _, c := range sum {
		fmt.Fprintf(&b, "%x", c)
	}
	return b.String()
}

// otherHash recognizes another hash of the right bytes.
func (d *digesting) otherHash() bool {
	d.want = decodeDigest(d.sent)
	for _, h := range []struct {
		name  string
		fresh func() hash.Hash
	}{
		{"SHA-256", sha256.New}, {"MD5", md5.New}, {"SHA-1", sha1.New}, {"SHA-512", sha512.New}, {"SHA-384", sha512.New384},
		{"SHA-224", sha256.New224}, {"SM3", media.NewSM3}, {"CRC-32", func() hash.Hash { return crc32.NewIEEE() }},
	} {
		if h.fresh().Size() != len(d.want) || h.name == "SM3" && d.ep.Digest != media.SM3 && len(d.file.Content) > 256<<10 {
			continue // SM3 takes ten times as long as SHA-256
		}
		if d.hash == nil {
			d.hash = h.fresh
		}
		if strings.EqualFold(strings.ReplaceAll(h.name, "-", ""), d.ep.Digest) {
			continue // that is the digest that should have been sent
		}
		if d.is(h.fresh, d.file.Content) {
			return d.find("digest.other_hash", h.name)
		}
	}
	return false
}

// decodeDigest reads hex, or base64.
func decodeDigest(s string) []byte {
	s = strings.Trim(s, " \t\r\n\"'")
	if b, err := hex.DecodeString(s); err == nil {
		return b
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	if inner, err := hex.DecodeString(string(b)); err == nil {
		return inner
	}
	return b
}

func (d *digesting) is(fresh func() hash.Hash, pieces ...[]byte) bool {
	if len(d.want) == 0 || fresh == nil {
		return false
	}
	n := 0
	h := fresh()
	for _, p := range pieces {
		n += len(p)
	}
	if h.Size() == md5.Size {
		n *= 2 // MD5 takes twice as long as SHA-256
	}
	if !d.affords(n) {
		return false
	}
	for _, p := range pieces {
		h.Write(p)
	}
	d.tried++
	d.spend(n)
	return bytes.Equal(h.Sum(nil), d.want)
}

// smallText recognizes the digest of something else that was at hand.
func (d *digesting) smallText() bool {
	name := d.file.Filename
	meta := d.metaFields()
	right := hex.EncodeToString(d.real)
	small := []struct{ cause, value, text string }{
		{"digest.of_nothing", "", ""},
		{"digest.of_name", name, name},
		{"digest.of_name", meta[d.ep.NameField], meta[d.ep.NameField]},
		{"digest.of_name", form.Base(name), form.Base(name)},
		{"digest.of_name", "@" + name, "@" + name},
		{"digest.twice", "", string(d.real)},
		{"digest.twice", "", right},
		{"digest.twice", "", strings.ToUpper(right)},
		{"digest.of_meta", "", string(d.meta)},
		{"digest.of_literal", "null", "null"},
		{"digest.of_literal", "undefined", "undefined"},
		{"digest.of_literal", "[object Object]", "[object Object]"},
		{"digest.of_literal", "[object File]", "[object File]"},
		{"digest.of_literal", "[object ArrayBuffer]", "[object ArrayBuffer]"},
		{"digest.of_literal", "[object Blob]", "[object Blob]"},
		{"digest.of_literal", "file", "file"},
		{"digest.of_literal", "Array", "Array"},
		{"digest.of_literal", "Resource id", "Resource id #1"},
	}
	for _, s := range small {
		if s.text == "" && s.cause != "digest.of_nothing" {
			continue
		}
		if d.is(d.hash, []byte(s.text)) || s.cause == "digest.of_name" && d.is(d.hash, []byte(s.text+"\n")) {
			return d.find(s.cause, s.value)
		}
	}
	return false
}
