package explain

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/media"
)

// digesting is the search for what a digest belongs to.
type digesting struct {
	facts *facts
	draft *draft
	work  *text.Budget
	begun *beginnings

	keys        []secretKey // of the sender
	field, sent string
	real        []byte   // the file's own
	hash        fileHash // of that size
	want        []byte   // sent, decoded
	misreadings int      // how many of the misreadings were tried
}

func (d *digesting) find(cause, value string) bool {
	d.draft.find(cause, value, d.field+"="+d.sent)
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
		return d.find("digest.decorated", text.Visible(strings.Replace(d.sent, bare, "…", 1), 20))
	case strings.ToLower(strings.NewReplacer("-", "", ":", "", " ", "").Replace(d.sent)) == right:
		return d.find("digest.decorated", text.Visible(d.sent[:min(6, len(d.sent))], 8)+"…")
	case len(d.sent) > len(right) && strings.Contains(strings.ToLower(d.sent), right):
		return d.find("digest.decorated", text.Visible(strings.Replace(strings.ToLower(d.sent), right, "…", 1), 60))
	case len(d.sent) >= 8 && strings.HasPrefix(right, strings.ToLower(d.sent)):
		return d.find("digest.cut", fmt.Sprintf("%d / %d", len(d.sent), len(right)))
	case len(d.sent) >= 8 && len(d.sent) < len(right) && strings.HasSuffix(right, strings.ToLower(d.sent)):
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
	if inner, err := hex.DecodeString(bare); err == nil && strings.ToLower(string(inner)) == right {
		return d.find("digest.encoded_twice", "")
	}
	reversed := slices.Clone(d.real)
	slices.Reverse(reversed)
	if strings.ToLower(bare) == hex.EncodeToString(reversed) {
		return d.find("digest.reversed", "")
	}
	words := slices.Clone(d.real)
	for w := range slices.Chunk(words, 4) {
		slices.Reverse(w)
	}
	if strings.ToLower(bare) == hex.EncodeToString(words) {
		return d.find("digest.words", "")
	}
	if letters := strings.NewReplacer("o", "0", "l", "1", "i", "1").Replace(strings.ToLower(bare)); letters == right {
		var alike []string
		for _, x := range []string{"oO → 0", "lL → 1", "iI → 1"} {
			if i := strings.IndexAny(bare, x[:2]); i >= 0 {
				alike = append(alike, bare[i:i+1]+x[2:])
			}
		}
		return d.find("digest.letters", strings.Join(alike, ", "))
	}
	if raw, how := text.SpelledBytes(d.sent, len(d.real)); bytes.Equal(raw, d.real) {
		return d.find("digest.spelled", how)
	}
	if strings.ToLower(bare) == signExtended(d.real) {
		return d.find("digest.spelled", "ffffff…")
	}
	if len(bare) > 1 && strings.Trim(bare, bare[:1]) == "" || text.IsNothing(d.sent) || slices.Contains(text.SampleDigests, bare) || bare == sampleMD5 {
		return d.find("digest.placeholder", text.Visible(d.sent, 60))
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
	if name := d.facts.file.Filename; name != "" && d.sent == name || d.sent == d.facts.metaName() {
		return d.find("digest.is_name", "")
	}
	if bare == strconv.Itoa(len(d.facts.file.Content)) {
		return d.find("digest.is_size", "")
	}
	if n, err := strconv.ParseInt(bare, 10, 64); err == nil && (n == int64(crc32.ChecksumIEEE(d.facts.file.Content)) || n == int64(int32(crc32.ChecksumIEEE(d.facts.file.Content)))) {
		return d.find("digest.other_hash", "CRC-32")
	}
	return false
}

// sampleMD5 is the media_hash that the page of uploadmedia prints.
const sampleMD5 = "709d1e858d2ef9d0501cc053668b2872"

// unpadded returns hex in which each byte lacks its leading zero, as Integer.toHexString writes
// bytes.
func unpadded(sum []byte) string {
	var b strings.Builder
	for _, c := range sum {
		fmt.Fprintf(&b, "%x", c)
	}
	return b.String()
}

// A fileHash is an algorithm of digests. Its price is how many times as long as SHA-256 it takes.
type fileHash struct {
	name  string
	fresh func() hash.Hash
	price int
}

// commonHashes are those that clients take for the right one, rareHashes those that take long and
// are hardly ever used.
var (
	commonHashes = []fileHash{
		{"SHA-256", sha256.New, 1}, {"MD5", md5.New, 2}, {"SHA-1", sha1.New, 1}, {"SHA-512", sha512.New, 3}, {"SHA-384", sha512.New384, 3},
		{"SHA-224", sha256.New224, 1}, {"SM3", media.NewSM3, 10}, {"CRC-32", func() hash.Hash { return crc32.NewIEEE() }, 1},
	}
	rareHashes = []fileHash{
		{"SHA-512/256", sha512.New512_256, 3}, {"SHA3-256", func() hash.Hash { return sha3.New256() }, 5},
		{"SHA3-512", func() hash.Hash { return sha3.New512() }, 9}, {"SHA3-384", func() hash.Hash { return sha3.New384() }, 7},
		{"SHA-512/224", sha512.New512_224, 3}, {"SHA3-224", func() hash.Hash { return sha3.New224() }, 5},
	}
)

// otherHash recognizes the digest of the right bytes by another algorithm.
func (d *digesting) otherHash(list []fileHash) bool {
	for _, h := range list {
		if h.fresh().Size() != len(d.want) || h.name == "SM3" && d.facts.ep.Digest != media.SM3 && len(d.facts.file.Content) > 256<<10 {
			continue
		}
		if d.hash.fresh == nil {
			d.hash = h
		}
		if strings.EqualFold(strings.ReplaceAll(h.name, "-", ""), d.facts.ep.Digest) {
			continue // that is the one that should have been sent
		}
		if d.is(h, d.facts.file.Content) {
			return d.find("digest.other_hash", h.name)
		}
	}
	return false
}

// cutHash recognizes a longer digest of the file that was cut to the right length.
func (d *digesting) cutHash() bool {
	content := d.facts.file.Content
	for _, h := range commonHashes {
		size := h.fresh().Size()
		if size <= len(d.want) || len(d.want) < 16 || h.name == "SM3" || !d.work.Affords(h.price*len(content)) {
			continue
		}
		x := h.fresh()
		x.Write(content)
		d.work.Spend(h.price * len(content))
		if sum := x.Sum(nil); bytes.HasPrefix(sum, d.want) || bytes.HasSuffix(sum, d.want) {
			return d.find("digest.other_hash", fmt.Sprintf("%s, %d / %d", h.name, 2*len(d.want), 2*size))
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

// is reports whether want is the digest of pieces by one algorithm.
func (d *digesting) is(by fileHash, pieces ...[]byte) bool {
	if len(d.want) == 0 || by.fresh == nil {
		return false
	}
	n := 0
	for _, p := range pieces {
		n += by.price * len(p)
	}
	if !d.work.Affords(n) {
		return false
	}
	h := by.fresh()
	for _, p := range pieces {
		h.Write(p)
	}
	d.work.Spend(n)
	return bytes.Equal(h.Sum(nil), d.want)
}

// keyed recognizes an HMAC of the file with one of the sender's keys, and a digest of the file with
// a key or a name before or behind it.
func (d *digesting) keyed() bool {
	content := d.facts.file.Content
	more := []secretKey{{"filename", d.facts.file.Filename}, {"filename", d.facts.metaName()}}
	for _, m := range append(more, d.keys...) {
		if m.key == "" {
			continue
		}
		if d.is(d.hash, content, []byte(m.key)) || d.is(d.hash, content, []byte("&key="+m.key)) {
			return d.find("digest.of_more", "… + "+m.name)
		}
		if d.is(d.hash, []byte(m.key), content) {
			return d.find("digest.of_more", m.name+" + …")
		}
	}
	if d.is(d.hash, content, content) {
		return d.find("digest.of_more", "2 × …")
	}
	for _, k := range append(slices.Clip(d.keys), secretKey{name: `""`}) {
		if d.hash.fresh == nil {
			break
		}
		mac := fileHash{"", func() hash.Hash { return hmac.New(d.hash.fresh, []byte(k.key)) }, d.hash.price}
		if d.is(mac, d.facts.file.Content) {
			return d.find("digest.hmac", k.name)
		}
	}
	return false
}

// etag is what S3 and its like answer for a file that was uploaded in parts.
var etag = regexp.MustCompile(`^"?[0-9a-fA-F]{32}-[1-9][0-9]{0,4}"?$`)

// notHex recognizes what is not a digest at all.
func (d *digesting) notHex() bool {
	if etag.MatchString(d.sent) {
		return d.find("digest.etag", "S3, md5-n")
	}
	if content := d.facts.file.Content; len(d.sent) == 28 && len(content) <= 4<<20 && d.work.Affords(len(content)) {
		d.work.Spend(len(content))
		sum := sha1.Sum(content)
		if d.sent == base64.URLEncoding.EncodeToString(append([]byte{0x16}, sum[:]...)) {
			return d.find("digest.etag", "Qiniu")
		}
	}
	if len(d.want) > 0 {
		return false
	}
	return d.find("digest.not_hex", fmt.Sprintf("%d, %s", 2*len(d.real), text.Visible(d.sent, 60)))
}

// folders are the beginnings of paths that stand where a file's bytes should.
var folders = []string{
	"./", "/", "../", ".\\", "/tmp/", `C:\fakepath\`, "C:\\", "C:/", "D:/", "D:\\", "file://", "file:///", "file:///tmp/", "/root/", "/data/", "/home/www/",
	"upload/", "uploads/", "./upload/", "./uploads/", "/upload/", "/uploads/", "images/", "./images/", "/images/", "img/", "static/", "public/", "tmp/", "./tmp/", "@./",
	"/sdcard/", "/storage/emulated/0/", "wxfile://", "wxfile://tmp_", "http://tmp/", "blob:",
}

// smallText recognizes the digest of something small that was at hand.
func (d *digesting) smallText() bool {
	name := d.facts.file.Filename
	inMeta := d.facts.metaName()
	right := hex.EncodeToString(d.real)
	small := []struct{ cause, value, text string }{
		{"digest.of_nothing", "", ""},
		{"digest.of_name", name, name},
		{"digest.of_name", inMeta, inMeta},
		{"digest.of_name", form.Base(name), form.Base(name)},
		{"digest.of_name", "@" + name, "@" + name},
		{"digest.of_name", strings.TrimSuffix(name, path.Ext(name)), strings.TrimSuffix(name, path.Ext(name))},
		{"digest.twice", "", string(d.real)},
		{"digest.twice", "", right},
		{"digest.twice", "", strings.ToUpper(right)},
		{"digest.of_meta", "", string(d.facts.meta)},
		{"digest.of_literal", `{"filename":"…"}`, `{"filename":"` + inMeta + `"}`},
		{"digest.of_literal", d.facts.file.ContentType, d.facts.file.ContentType},
		{"digest.of_literal", strconv.Itoa(len(d.facts.file.Content)), strconv.Itoa(len(d.facts.file.Content))},
	}
	for _, base := range slices.Compact([]string{form.Base(name), form.Base(inMeta)}) {
		for _, folder := range folders {
			if base != "" {
				small = append(small, struct{ cause, value, text string }{"digest.of_name", folder + base, folder + base})
			}
		}
	}
	for _, k := range d.keys {
		small = append(small, struct{ cause, value, text string }{"digest.of_literal", k.name, k.key})
	}
	for _, n := range slices.Concat(text.Nothings, []string{"file", "Resource id"}) {
		small = append(small, struct{ cause, value, text string }{"digest.of_literal", n, n})
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
