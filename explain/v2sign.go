package explain

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"

	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/sign"
)

// A mac is one way to make 16, 32 or so bytes of a text and a key.
type mac struct {
	causes []named
	fresh  func(key string) hash.Hash
	hmac   bool // keyed: two blocks more for each text
	likely bool // worth trying together with two other mistakes
	dear   bool // MD5 takes twice as long as the others
}

// sign finds out how the sign of an APIv2 form was made.
func (e *evidence) sign(sent string) {
	var list []field
	fields := map[string]string{}
	for _, f := range e.fields {
		if _, twice := fields[f.name]; !twice && f.name != e.ep.FilePart {
			fields[f.name] = f.value
			list = append(list, f)
		}
	}
	key := ""
	if m := e.known.Merchant; m != nil {
		key = m.APIv2Key
	}
	if key != "" && (sign.VerifyV2(fields, key) || sign.VerifyV2(e.documented(fields), key)) {
		e.report.Verified = true
		e.ruledOut(note("the sign is right: it is that of the fields sent and the merchant's APIv2 key", "sign 正确：与所发送的字段及商户 APIv2 密钥一致"))
		return
	}
	s := &signing{evidence: e, key: key, declared: fields["sign_type"]}
	s.wanted = sign.V2Text(fields, key)
	s.readSign(sent)
	if s.want == nil && s.loose == "" {
		e.find("v2.sign.length", fmt.Sprintf("%d", len(sent)), "sign="+visible(sent, 80))
		return
	}
	s.sets, s.orders, s.shapes = e.fieldWays(list), orderWays(), shapeWays()
	s.heavy = e.mediaFields(s.sets[0].list())
	s.keys, s.glues = e.keyWays(key), glueWays()
	if s.run() {
		return
	}
	if key == "" {
		e.ruledOut(note("no APIv2 key of this merchant is known, so the sign could not be computed", "不知道该商户的 APIv2 密钥，无法计算 sign"))
	} else {
		e.ruledOut(note(
			"the sign: %[1]d texts were tried with the merchant's APIv2 key and %[2]d others (its APIv3 key, keys of other merchants, …), with MD5, HMAC-SHA256 and others: none gives this sign",
			"sign：以商户的 APIv2 密钥及另外 %[2]d 个密钥（APIv3 密钥、其他商户的密钥等）、用 MD5、HMAC-SHA256 等算法共尝试 %[1]d 个文本，均得不到此 sign",
			s.texts, len(s.keys)))
	}
	e.check(checkV2...)
}

var checkV2 = []Words{
	{"is the key the APIv2 key that is set for this very mch_id in the merchant portal (32 characters, no blanks, no line end), not the APIv3 key or an appsecret?",
		"密钥是否为商户平台上该 mch_id 设置的 APIv2 密钥（32 个字符，无空格与换行），而不是 APIv3 密钥或 appsecret？"},
	{"are the values that are signed the very ones that are sent, computed before anything changes them?",
		"参与签名的值是否与发送的值完全一致，且签名之后未再改动？"},
	{"are all fields but sign and media signed, sorted by name, as name=value joined by &, and &key=… last?",
		"除 sign 与 media 外的字段是否全部参与签名，按名称排序，以 name=value 用 & 连接，最后拼接 &key=…？"},
}

// documented are the fields that the API knows; the real service ignores others.
func (e *evidence) documented(fields map[string]string) map[string]string {
	known := map[string]string{}
	for _, name := range []string{"mch_id", e.ep.DigestField, "sign_type", "sign"} {
		known[name] = fields[name]
	}
	return known
}

// signing is the search for how a sign was made.
type signing struct {
	*evidence
	key      string
	declared string // sign_type
	wanted   []byte // the right text
	want     []byte // the sign, in bytes
	loose    string // the sign, where it is written in a way that loses some
	written  []named

	sets   []fieldWay
	heavy  []fieldWay // with the file in them
	orders []orderWay
	shapes []shapeWay
	keys   []keyWay
	glues  []glueWay
	macs   []mac
	hashes map[keyed]hash.Hash
	buf    []byte
	texts  int
	out    bool
}

// readSign reads the sign's text: upper-case hex as it should be, or another way to write the same bytes.
func (s *signing) readSign(sent string) {
	text := strings.Trim(sent, " \t\r\n\"'")
	if text != sent {
		s.written = append(s.written, named{"v2.sign.blanks", ""})
	}
	if bare := strings.NewReplacer("-", "", ":", "", " ", "").Replace(text); pairsText.MatchString(text) {
		s.written = append(s.written, named{"v2.sign.dashes", visible(text[:min(5, len(text))], 8) + "…"})
		text = bare
	}
	switch raw, err := hex.DecodeString(text); {
	case err == nil && (len(raw) == 16 || len(raw) == 20 || len(raw) == 32 || len(raw) == 64):
		s.want = raw
		if strings.ToUpper(text) != text {
			s.written = append(s.written, named{"v2.sign.lower_case", ""})
		}
		return
	case hexText.MatchString(text) && len(text) >= 12 && len(text) < 64: // shortened, or without leading zeros
		s.loose = strings.ToLower(text)
		return
	}
	if raw, err := base64.StdEncoding.DecodeString(text); err == nil {
		if inner, err := hex.DecodeString(string(raw)); err == nil {
			raw = inner
		}
		if n := len(raw); n == 16 || n == 20 || n == 32 || n == 64 {
			s.want = raw
			s.written = append(s.written, named{"v2.sign.base64", ""})
		}
	}
}

// matches reports whether a sum is what was sent.
func (s *signing) matches(sum []byte) bool {
	if s.want != nil {
		return bytes.Equal(sum, s.want)
	}
	text := hex.EncodeToString(sum)
	return len(s.loose) >= 12 && (s.loose == strings.TrimLeft(text, "0") || s.loose == unpadded(sum) ||
		len(text) == 32 && s.loose == text[8:24] || strings.HasPrefix(text, s.loose))
}

// methods lists the ways to make a sum of the size that was sent, the declared one first.
func (s *signing) methods() {
	plain := func(fresh func() hash.Hash) func(string) hash.Hash { return func(string) hash.Hash { return fresh() } }
	keyed := func(fresh func() hash.Hash) func(string) hash.Hash {
		return func(key string) hash.Hash { return hmac.New(fresh, []byte(key)) }
	}
	isHMAC := s.declared == sign.HMACSHA256
	all := []mac{
		{nil, plain(md5.New), false, true, true},
		{nil, keyed(sha256.New), true, true, false},
		{[]named{{"v2.hash.no_hmac", ""}}, plain(sha256.New), false, true, false},
		{[]named{{"v2.hash.other", "HMAC-MD5"}}, keyed(md5.New), true, false, true},
		{[]named{{"v2.hash.other", "SHA-1"}}, plain(sha1.New), false, false, false},
		{[]named{{"v2.hash.other", "HMAC-SHA1"}}, keyed(sha1.New), true, false, false},
		{[]named{{"v2.hash.other", "SHA-512"}}, plain(sha512.New), false, false, false},
		{[]named{{"v2.hash.other", "HMAC-SHA512"}}, keyed(sha512.New), true, false, false},
		{[]named{{"v2.hash.other", "SM3"}}, plain(media.NewSM3), false, false, false},
	}
	if isHMAC {
		all[0].causes = []named{{"v2.hash.md5_declared_hmac", ""}}
	} else {
		all[1].causes = []named{{"v2.hash.hmac_declared_md5", s.declared}}
		all[2].causes = []named{{"v2.hash.other", "SHA-256"}}
	}
	for _, m := range all {
		size := m.fresh("").Size()
		if s.want != nil && size != len(s.want) || s.want == nil && size < len(s.loose)/2 {
			continue
		}
		s.macs = append(s.macs, m)
	}
	slices.SortStableFunc(s.macs, func(a, b mac) int { return len(a.causes) - len(b.causes) })
}

// run tries single mistakes with every method, then pairs with the likely ones, then triples.
func (s *signing) run() bool {
	s.methods()
	s.hashes = map[keyed]hash.Hash{}
	reaches := []reach{
		{len(s.keys), len(s.keys), min(4, len(s.keys)), min(2, len(s.keys))},
		{len(s.glues), len(s.glues), 9, 3},
		{len(s.sets), min(32, len(s.sets)), min(10, len(s.sets)), min(3, len(s.sets))},
		{len(s.orders), len(s.orders), 3, 1},
		{len(s.shapes), 12, 4, 2},
	}
	found := false
	for r, round := range []func([]reach, []int, func([]int) bool) bool{alone, near, far, pairs, triples} {
		for i, m := range s.macs {
			if r > 0 && !m.likely {
				continue
			}
			over := round(reaches, make([]int, len(reaches)), func(pick []int) bool {
				if s.spent > 0 && !s.affords(len(s.wanted)) {
					s.out = true
					return true
				}
				found = s.try(i, pick)
				return found
			})
			if over {
				return found
			}
		}
	}
	// Last, what takes a pass over the file.
	s.sets = append(s.sets, s.heavy...)
	for i, w := range s.heavy {
		likely := min(2, len(s.macs))
		if w.file != nil && w.file.coding != nil && w.file.size() > misreadMost {
			likely = min(1, len(s.macs)) // the declared one
		}
		for mac := range s.macs[:likely] {
			if s.try(mac, []int{0, 0, len(s.sets) - len(s.heavy) + i + 1, 0, 0}) {
				return true
			}
		}
	}
	return false
}

// try computes one sign.
func (s *signing) try(mac int, pick []int) bool {
	m := s.macs[mac]
	key, glue, list, order, shape := s.key, rightGlue, s.sets[0].list(), rightOrder, rightShape
	var causes []named
	var file *bulk
	if pick[0] > 0 {
		key = s.keys[pick[0]-1].key
		causes = append(causes, s.keys[pick[0]-1].cause)
	}
	if pick[1] > 0 {
		glue = s.glues[pick[1]-1].write
		causes = append(causes, s.glues[pick[1]-1].cause)
	}
	if pick[2] > 0 {
		w := s.sets[pick[2]-1]
		list, file = w.list(), w.file
		causes = append(causes, w.causes...)
	}
	if pick[3] > 0 {
		order = s.orders[pick[3]-1].sort
		causes = append(causes, s.orders[pick[3]-1].cause)
	}
	if pick[4] > 0 {
		shape = s.shapes[pick[4]-1]
		causes = append(causes, shape.causes...)
	}
	if list == nil {
		return false
	}
	s.buf = writeV2(s.buf[:0], order(list), shape, glue, key)
	whole := len(s.buf)
	if file != nil {
		whole += file.size() - len(placeholder)
	}
	cost := whole
	if m.dear {
		cost *= 2
	}
	if !s.affords(cost) {
		return false
	}
	if m.hmac {
		cost += 2 * callCost
	}
	s.spend(cost)
	s.texts++
	if !s.matches(s.sum(mac, key, file)) {
		return false
	}
	shape.whole = nil // of a text in base64 the key could be read again
	shown := writeV2(nil, order(list), shape, glue, key)
	if file != nil {
		shown = bytes.Replace(shown, []byte(placeholder), file.head(shownMost+len(s.wanted)), 1)
	}
	shown = s.masked(shown[:min(len(shown), 1<<16)], key)
	proof := s.compare(ProofMAC, shown, s.masked(s.wanted, s.key), whole)
	proof.WantedLen = len(s.wanted) // with the key, as the other one is counted
	if s.loose != "" {
		s.written = append(s.written, named{"v2.sign.cut", fmt.Sprintf("%d", len(s.loose))})
	}
	for _, c := range slices.Concat(s.written, m.causes, causes) {
		s.add(c.cause, c.value, proof)
	}
	return true
}

// keyed is a mac and, if it needs one, its key.
type keyed struct {
	mac int
	key string
}

// sum runs a mac, keeping the keyed state of HMACs.
func (s *signing) sum(mac int, key string, file *bulk) []byte {
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
		h.Write(s.buf)
		return h.Sum(nil)
	}
	before, after, _ := bytes.Cut(s.buf, []byte(placeholder))
	h.Write(before)
	body := file.begin(h)
	for _, p := range file.pieces {
		body.Write(p)
	}
	body.Close()
	io.WriteString(h, file.after())
	h.Write(after)
	return h.Sum(nil)
}

// masked shows a text without its key, short as that may be.
func (s *signing) masked(text []byte, key string) []byte {
	if key == "" {
		return text
	}
	return bytes.ReplaceAll(text, []byte(key), []byte("***"))
}
