package explain

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/url"
	"slices"
	"strings"

	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/sign"
)

// A mac is one way to make 16, 32 or so bytes of a text and a key.
type mac struct {
	flaws  []text.Flaw
	fresh  func(key string) hash.Hash
	hmac   bool // keyed: one hash more for each text
	likely bool // worth trying together with two other mistakes
	dear   bool // MD5 takes twice as long as the others

	text  *string                             // the key in the text, if that is another one
	alone bool                                // worth trying over the right text only
	again func(sum []byte, key string) []byte // what is made of the sum; nil: nothing
}

// macs lists the ways to make a sum of size bytes, the declared one first; with size 0, of any
// number of bytes from least up. keys are those that are mistaken for the right one.
func macs(declared, key string, keys []keyWay, size, least int) []mac {
	plain := func(fresh func() hash.Hash) func(string) hash.Hash { return func(string) hash.Hash { return fresh() } }
	keyed := func(fresh func() hash.Hash) func(string) hash.Hash {
		return func(key string) hash.Hash { return hmac.New(fresh, []byte(key)) }
	}
	flaw := func(cause, value string) []text.Flaw { return []text.Flaw{text.NewFlaw(cause, value)} }
	all := []mac{
		{fresh: plain(md5.New), likely: true, dear: true},
		{fresh: keyed(sha256.New), hmac: true, likely: true},
		{flaws: flaw("v2.hash.no_hmac", ""), fresh: plain(sha256.New), likely: true},
	}
	if declared == sign.HMACSHA256 {
		all[0].flaws = flaw("v2.hash.md5_declared_hmac", "")
	} else {
		if declared == "" || declared == sign.MD5 { // what else it is has a finding of its own
			all[1].flaws = flaw("v2.hash.hmac_declared_md5", declared)
		}
		all[2].flaws = flaw("v2.hash.other", "SHA-256")
	}
	for _, h := range []struct {
		name  string
		fresh func() hash.Hash
		hmac  bool
	}{
		{"HMAC-MD5", md5.New, true}, {"SHA-1", sha1.New, false}, {"HMAC-SHA1", sha1.New, true}, {"SHA-512", sha512.New, false},
		{"HMAC-SHA512", sha512.New, true}, {"SM3", media.NewSM3, false}, {"SHA-384", sha512.New384, false}, {"SHA-224", sha256.New224, false},
	} {
		m := mac{flaws: flaw("v2.hash.other", h.name), fresh: plain(h.fresh), hmac: h.hmac}
		if h.hmac {
			m.fresh = keyed(h.fresh)
		}
		all = append(all, m)
	}
	// HMAC-SHA256 with the key and the text mixed up, or made twice.
	other := func(cause, value string, change func(m *mac)) {
		m := mac{flaws: append(flaw(cause, value), all[1].flaws...), fresh: all[1].fresh, hmac: true, alone: true}
		change(&m)
		all = append(all, m)
	}
	other("v2.hash.hmac_key", `""`, func(m *mac) { m.fresh = func(string) hash.Hash { return hmac.New(sha256.New, nil) } })
	for _, k := range keys {
		value := cmp.Or(k.flaw.Value, strings.TrimPrefix(k.flaw.Cause, "v2.key."))
		other("v2.hash.hmac_key", value, func(m *mac) {
			m.fresh = func(string) hash.Hash { return hmac.New(sha256.New, []byte(k.key)) }
		})
		if k.flaw.Cause == "v2.key.blanks" { // which can be told from a longer text by nobody
			continue
		}
		all = append(all, mac{flaws: append(flaw("v2.hash.text_key", value), all[1].flaws...), fresh: func(string) hash.Hash {
			return hmac.New(sha256.New, []byte(key))
		}, hmac: true, alone: true, text: &k.key})
	}
	other("v2.hash.swapped", "", func(m *mac) { m.fresh = func(key string) hash.Hash { return &textAsKey{key: key} } })
	for _, x := range []struct {
		value string
		text  func([]byte) string
	}{{"hex", hex.EncodeToString}, {"HEX", text.UpperHex}, {"bytes", func(b []byte) string { return string(b) }}, {"base64", base64.StdEncoding.EncodeToString}} {
		other("v2.hash.twice", x.value, func(m *mac) {
			m.again = func(sum []byte, key string) []byte {
				h := hmac.New(sha256.New, []byte(key))
				h.Write([]byte(x.text(sum)))
				return h.Sum(nil)
			}
		})
		other("v2.hash.twice", "MD5 "+x.value, func(m *mac) {
			m.fresh = func(key string) hash.Hash { return &overMD5{md5.New(), key, x.text} }
		})
	}
	for _, x := range []struct {
		value string
		text  func([]byte) string
	}{{"HMAC-SHA256 hex, MD5", hex.EncodeToString}, {"HMAC-SHA256 HEX, MD5", text.UpperHex}, {"HMAC-SHA256, MD5", func(b []byte) string { return string(b) }}} {
		all = append(all, mac{flaws: flaw("v2.hash.twice", x.value), fresh: func(key string) hash.Hash {
			return &md5Of{hmac.New(sha256.New, []byte(key)), x.text}
		}, hmac: true, alone: true})
	}
	list := all[:0]
	for _, m := range all {
		if n := m.fresh("").Size(); size > 0 && n == size || size == 0 && n >= least {
			list = append(list, m)
		}
	}
	slices.SortStableFunc(list, func(a, b mac) int { return len(a.flaws) - len(b.flaws) })
	return list
}

// textAsKey is an HMAC that was given its key as the text, and the text as its key.
type textAsKey struct {
	bytes.Buffer
	key string
}

func (s *textAsKey) Size() int      { return sha256.Size }
func (s *textAsKey) BlockSize() int { return sha256.BlockSize }
func (s *textAsKey) Sum(b []byte) []byte {
	h := hmac.New(sha256.New, s.Bytes())
	h.Write([]byte(s.key))
	return h.Sum(b)
}

// overMD5 is an HMAC over the MD5 of the text.
type overMD5 struct {
	hash.Hash
	key  string
	text func([]byte) string
}

func (f *overMD5) Size() int { return sha256.Size }
func (f *overMD5) Sum(b []byte) []byte {
	h := hmac.New(sha256.New, []byte(f.key))
	h.Write([]byte(f.text(f.Hash.Sum(nil))))
	return h.Sum(b)
}

// md5Of is the MD5 of an HMAC.
type md5Of struct {
	hash.Hash
	text func([]byte) string
}

func (f *md5Of) Size() int { return md5.Size }
func (f *md5Of) Sum(b []byte) []byte {
	sum := md5.Sum([]byte(f.text(f.Hash.Sum(nil))))
	return append(b, sum[:]...)
}

// sums computes macs, keeping the keyed state of HMACs.
type sums struct {
	macs   []mac
	hashes map[keyed]hash.Hash
}

// keyed is a mac and, if it needs one, its key.
type keyed struct {
	mac int
	key string
}

// of returns the sum of a text in which file, unless it is nil, takes the place of placeholder.
func (s *sums) of(mac int, key string, whole []byte, file *text.Bulk) []byte {
	id := keyed{mac, ""}
	if s.macs[mac].hmac {
		id.key = key
	}
	h := s.hashes[id]
	if h == nil {
		h = s.macs[mac].fresh(key)
		s.hashes[id] = h
	}
	h.Reset()
	if file == nil {
		h.Write(whole)
	} else {
		before, after, _ := bytes.Cut(whole, []byte(placeholder))
		h.Write(before)
		file.WriteTo(h)
		h.Write(after)
	}
	sum := h.Sum(nil)
	if again := s.macs[mac].again; again != nil {
		sum = again(sum, key)
	}
	return sum
}

// sentSign is a sign as it was sent.
type sentSign struct {
	sum     []byte // nil if it is written in a way that loses some
	loose   string // then its hex digits, in lower case
	written []text.Flaw
}

// sumSizes are the sizes of the sums that macs makes.
var sumSizes = []int{16, 32, 20, 64, 28, 48}

// wrappings are what is done to a whole sign before it is sent. Each returns the sign, or "" if it
// was not done.
var wrappings = []struct {
	how    string
	unwrap func(sent string) string
}{
	{"2 × …", func(sent string) string {
		if half := len(sent) / 2; half >= 32 && sent[:half] == sent[half:] {
			return sent[:half]
		}
		return ""
	}},
	{"hex(hex)", func(sent string) string {
		inner, err := hex.DecodeString(sent)
		if err != nil || !text.IsHex(string(inner)) {
			return ""
		}
		return string(inner)
	}},
	{"%…", func(sent string) string {
		plain, err := url.PathUnescape(sent)
		if err != nil || plain == sent {
			return ""
		}
		return plain
	}},
}

// readSign reads a sign as it should be, or in a way in which programs write it.
func readSign(sent string) sentSign {
	for _, w := range wrappings {
		plain := w.unwrap(strings.TrimSpace(sent))
		if plain == "" {
			continue
		}
		if s := readBareSign(plain); s.sum != nil {
			s.written = append([]text.Flaw{text.NewFlaw("v2.sign.decorated", w.how)}, s.written...)
			return s
		}
	}
	if narrow := text.FoldWidth(sent); narrow != sent {
		if s := readBareSign(narrow); s.sum != nil {
			s.written = append([]text.Flaw{text.NewFlaw("v2.sign.spelled", "Ａ０…")}, s.written...)
			return s
		}
	}
	return readBareSign(sent)
}

// readBareSign reads upper-case hex as it should be, or another way to write the same bytes.
func readBareSign(sent string) (s sentSign) {
	bare := strings.Trim(sent, " \t\r\n\"'"+text.Invisible)
	if run, around := text.OnlyRun(sent, 32, text.IsHexDigit); run != "" && run != bare && slices.Contains(sumSizes, len(run)/2) {
		s.written = append(s.written, text.NewFlaw("v2.sign.decorated", text.Visible(around, 40)))
		bare = run
	} else if bare != sent {
		s.written = append(s.written, text.NewFlaw("v2.sign.blanks", ""))
	}
	if digits, ok := text.HexPairs(bare); ok {
		s.written = append(s.written, text.NewFlaw("v2.sign.dashes", text.Visible(bare[:min(5, len(bare))], 8)+"…"))
		bare = digits
	}
	raw, err := hex.DecodeString(bare)
	switch {
	case err == nil && slices.Contains(sumSizes, len(raw)):
		s.sum = raw
		if strings.ToUpper(bare) != bare {
			s.written = append(s.written, text.NewFlaw("v2.sign.lower_case", ""))
		}
		return s
	case text.IsHex(bare) && len(bare) >= 12 && len(bare) < 64 && !bigDecimal(bare): // shortened, or without leading zeros
		s.loose = strings.ToLower(bare)
		return s
	}
	if raw, how := text.SpelledBytes(sent, sumSizes...); raw != nil {
		s.sum = raw
		s.written = []text.Flaw{text.NewFlaw("v2.sign.spelled", how)}
		if how == "base64" {
			s.written[0] = text.NewFlaw("v2.sign.base64", "")
		}
	}
	return s
}

// bigDecimal reports whether s is a large decimal number.
func bigDecimal(s string) bool { return len(s) >= 36 && strings.Trim(s, "0123456789") == "" }

// matches reports whether a sum is what was sent, and whether in reverse order.
func (s *sentSign) matches(sum []byte) (ok, reversed bool) {
	if s.sum != nil {
		if bytes.Equal(sum, s.sum) {
			return true, false
		}
		if len(sum) != len(s.sum) || sum[0] != s.sum[len(sum)-1] {
			return false, false
		}
		slices.Reverse(sum)
		return bytes.Equal(sum, s.sum), true
	}
	digits := hex.EncodeToString(sum)
	return len(s.loose) >= 12 && (s.loose == strings.TrimLeft(digits, "0") || s.loose == unpadded(sum) ||
		len(digits) == 32 && s.loose == digits[8:24] || strings.HasPrefix(digits, s.loose) || strings.HasSuffix(digits, s.loose)), false
}
