package explain

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"iter"
	"slices"
	"strings"

	"github.com/wxup/wxup/explain/seal"
	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/sign"
)

// judgeSign finds out how the sign of an APIv2 form was made.
func judgeSign(f *facts, d *draft, known *Known, sums *digests, sent string) {
	var list []text.Field
	fields := map[string]string{}
	for _, x := range f.fields {
		if _, twice := fields[x.Name]; !twice && x.Name != f.ep.FilePart {
			fields[x.Name] = x.Value
			list = append(list, x)
		}
	}
	key := ownKey(known)
	if key != "" && (sign.VerifyV2(fields, key) || sign.VerifyV2(documented(f, fields), key)) {
		d.verified("note.sign_right")
		return
	}
	whole := list
	list = slices.DeleteFunc(slices.Clone(list), func(x text.Field) bool { return holdsKey(x.Value, key) })
	for _, x := range whole {
		if holdsKey(x.Value, key) { // it is not to be sent, and so not signed
			delete(fields, x.Name)
		}
	}
	s := &signing{draft: d, work: sums.work, key: key, wanted: sign.V2Text(fields, key), sent: readSign(sent)}
	if signsText(sent) {
		d.find("v2.sign.text", "", "sign="+text.Visible(d.secrets.mask(sent), 80))
		return
	}
	if name := known.secretIn(sent, seal.Readings(sent)); name != "" {
		d.find("v2.sign.secret", name, "sign="+d.secrets.cutWord(sent))
		return
	}
	if s.sent.sum == nil && (text.IsNothing(sent) || namesSign(sent)) || slices.Contains(sampleSigns, sent) {
		d.find("v2.sign.placeholder", d.secrets.visible(sent, 60), "sign="+d.secrets.visible(sent, 60))
		return
	}
	if s.sent.sum == nil && s.sent.loose == "" {
		if raw, err := base64.StdEncoding.DecodeString(sent); err == nil && (len(raw) == 128 || len(raw) == 256 || len(raw) == 512) {
			d.find("v2.sign.rsa", fmt.Sprint(8*len(raw)), "sign="+d.secrets.cutWord(sent))
			return
		}
		d.find("v2.sign.length", fmt.Sprint(len(sent)), "sign="+d.secrets.visible(sent, 80))
		return
	}
	s.sets, s.orders, s.shapes = fieldWays(f, known, list), orderWays(), append(shapeWays(f), wrappedShapes()...)
	if len(whole) > len(list) {
		s.sets = slices.Insert(s.sets, 1, fieldWay{nil, fieldWays(f, known, whole)[0].list, nil})
	}
	s.heavy = mediaFields(f, sums, s.sets[0].list())
	s.keys, s.likelyKeys = keyWays(f, known, key)
	s.glues, s.likelyGlues = glueWays()
	s.macs = macs(declaredType(f), key, s.keys, len(s.sent.sum), len(s.sent.loose)/2)
	s.hashes = map[keyed]hash.Hash{}
	if s.run() {
		return
	}
	if len(s.sent.sum) == 16 && declaredType(f) == sign.HMACSHA256 { // it may be one half
		s.sent = sentSign{loose: hex.EncodeToString(s.sent.sum), written: s.sent.written}
		s.macs = macs(declaredType(f), key, s.keys, 0, 32)
		s.hashes = map[keyed]hash.Hash{}
		if s.run() {
			return
		}
	}
	if key == "" {
		d.ruledOut("note.no_v2_key")
	} else {
		d.ruledOut("note.sign_unknown", s.tried, len(s.keys))
	}
	if key != "" && !d.found("v2.field.") && !d.found("v2.form.") && !d.found("v2.mch_id.") && len(list) == len(f.fields) {
		d.atLeast("v2.sign.unknown", "", "sign="+d.secrets.visible(sent, 80))
	}
	d.check("note.check_v2_key")
	d.check("note.check_v2_values")
	d.check("note.check_v2_fields")
}

// ownKey returns the APIv2 key of the merchant that the request claims to come from, or "".
func ownKey(known *Known) string {
	if known.Merchant == nil {
		return ""
	}
	return known.Merchant.APIv2Key
}

// holdsKey reports whether a value is the key.
func holdsKey(value, key string) bool { return equalSecret(strings.TrimSpace(value), key) }

// judgeSentKey says which fields hold the APIv2 key.
func judgeSentKey(f *facts, d *draft, known *Known) {
	for _, x := range f.fields {
		if x.Name != "sign" && holdsKey(x.Value, ownKey(known)) {
			d.find("v2.key.sent", x.Name, x.Name+"=***")
		}
	}
}

// signsText reports whether a sign is a text that is to be signed.
func signsText(sent string) bool {
	return strings.Contains(sent, "mch_id=") && strings.Contains(sent, "key=") && strings.Contains(sent, "&")
}

// namesSign reports whether a sign is only a word for one.
func namesSign(sent string) bool {
	return slices.Contains([]string{"sign", "signature", "yoursign", "mysign", "paysign", "签名", "test", "xxx", "xxxx"}, plainSign.Replace(strings.ToLower(sent)))
}

var plainSign = strings.NewReplacer("_", "", "-", "", " ", "", "<", "", ">", "", "{", "", "}", "")

// sampleSigns are those that the documents print.
var sampleSigns = []string{
	"C380BEC2BFD727A4B6845133519F3AD6", "9A0A8659F005D6984697E2CA0A9CF3B7", "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6",
	"B552ED6B279343CB493C5DD0D78AB241", "0CB01533B8C1EF103065174F50BCA001", "D675A1E471DBF7C0B1AC5883B5BDA9EF",
}

// documented returns the fields that the API defines; the real service ignores others.
func documented(f *facts, fields map[string]string) map[string]string {
	known := map[string]string{}
	for _, name := range []string{"mch_id", f.ep.DigestField, "sign_type", "sign"} {
		known[name] = fields[name]
	}
	return known
}

// signing is the search for how a sign was made.
type signing struct {
	sums
	draft  *draft
	work   *text.Budget
	key    string
	wanted []byte // the right text
	sent   sentSign

	sets                    []fieldWay
	heavy                   []fieldWay // with the file in them
	orders                  []orderWay
	shapes                  []shapeWay
	keys                    []keyWay
	likelyKeys, likelyGlues int // how many of them are combined with other mistakes
	glues                   []glueWay
	buf                     []byte
	written                 bool // buf holds the text of the pick that is tried
	tried                   int
}

// run tries single mistakes with every method, then pairs with the likely ones, then triples. The
// text of a pick is written once for all methods.
func (s *signing) run() bool {
	reach := func(all, wide, near, top int) text.Reach {
		return text.Reach{All: all, Wide: min(wide, all), Near: min(near, all), Top: min(top, all)}
	}
	reaches := []text.Reach{
		reach(len(s.keys), s.likelyKeys, 4, 2),
		reach(len(s.glues), s.likelyGlues, 9, 3),
		reach(len(s.sets), 32, 10, 3),
		reach(len(s.orders), len(s.orders), 3, 1),
		reach(len(s.shapes), 12, 4, 2),
	}
	for r, round := range []func([]text.Reach) iter.Seq[[]int]{text.Alone, text.Near, text.Far, text.Pairs, text.Triples} {
		for pick := range round(reaches) {
			s.written = false
			for i, m := range s.macs {
				if r > 0 && !m.likely || m.alone {
					continue
				}
				if s.work.Spent > 0 && !s.work.Affords(len(s.wanted)) {
					return false
				}
				if s.try(i, pick) {
					return true
				}
			}
		}
		s.written = false
		for i, m := range s.macs {
			if r == 0 && m.alone && s.try(i, make([]int, len(reaches))) {
				return true
			}
		}
	}
	// Last, what takes a pass over the file.
	s.sets = append(s.sets, s.heavy...)
	for i, w := range s.heavy {
		likely := min(2, len(s.macs))
		if w.file != nil && w.file.Coding != nil && w.file.Size() > text.MisreadMax {
			likely = min(1, len(s.macs)) // the declared one
		}
		s.written = false
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
	var flaws []text.Flaw
	var file *text.Bulk
	if m.text != nil {
		key = *m.text
	}
	if pick[0] > 0 {
		key = s.keys[pick[0]-1].key
		flaws = append(flaws, s.keys[pick[0]-1].flaw)
	}
	if pick[1] > 0 {
		glue = s.glues[pick[1]-1].write
		flaws = append(flaws, s.glues[pick[1]-1].flaw)
	}
	if pick[2] > 0 {
		w := s.sets[pick[2]-1]
		list, file = w.list(), w.file
		flaws = append(flaws, w.flaws...)
	}
	if pick[3] > 0 {
		order = s.orders[pick[3]-1].sort
		flaws = append(flaws, s.orders[pick[3]-1].flaw)
	}
	if pick[4] > 0 {
		shape = s.shapes[pick[4]-1]
		flaws = append(flaws, shape.flaws...)
	}
	if list == nil {
		return false
	}
	if !s.written || m.text != nil {
		s.buf = writeV2(s.buf[:0], order(list), shape, glue, key)
		s.written = m.text == nil
	}
	whole := len(s.buf)
	if file != nil {
		whole += file.Size() - len(placeholder)
	}
	cost := whole
	if m.dear {
		cost *= 2
	}
	if !s.work.Affords(cost) {
		return false
	}
	if m.hmac {
		cost += text.CallCost
	}
	s.work.Spend(cost)
	s.tried++
	ok, reversed := s.sent.matches(s.of(mac, key, s.buf, file))
	if !ok {
		return false
	}
	written := s.sent.written
	if reversed {
		written = append(written, text.NewFlaw("v2.sign.reversed", ""))
	}
	shape.whole = nil // of a text in base64 the key could be read again
	shown := writeV2(nil, order(list), shape, glue, key)
	if file != nil {
		shown = bytes.Replace(shown, []byte(placeholder), file.Head(maxShown+len(s.wanted)), 1)
	}
	if pick[0] == 0 || s.keys[pick[0]-1].flaw.Cause != "v2.key.placeholder" {
		s.draft.secrets.set.Add(key)
	}
	proof := compare(ProofMAC, shown[:min(len(shown), 1<<16)], s.wanted, whole, s.draft.secrets)
	proof.WantedLen = len(s.wanted) // with the key, as the other one is counted
	if s.sent.loose != "" {
		written = append(written, text.NewFlaw("v2.sign.cut", fmt.Sprint(len(s.sent.loose))))
	}
	s.draft.proveAll(slices.Concat(written, m.flaws, flaws), proof)
	return true
}
