package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain/seal"
	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

// V3 explains a refused APIv3 request.
func V3(req *Request, known *Known) Report { return explainV3(req, known, budgetOf(known)) }

func explainV3(req *Request, known *Known, work *text.Budget) Report {
	f := readFacts(req, usualV3)
	d := &draft{ep: f.ep, unknown: req.Unknown}
	d.secrets = secretsOf(f, settle(known, "", nil))
	for _, h := range [][2]string{{"Accept", "v3.header.accept"}, {"User-Agent", "v3.header.user_agent"}} {
		if req.Header.Get(h[0]) == "" && !slices.Contains(req.Unshown, h[0]) {
			d.find(h[1], "", h[0])
		}
	}
	judgeHost(d, "v3.host", req.Host, notPayHosts)
	a, ok := readAuthorization(f, d)
	if u := f.unknown(slices.Concat(req.Header["Authorization"], []string{f.Target, string(f.meta)})...); u != "" {
		d.unjudged(Words{"the signature", "签名"}, u)
		ok = false
	}
	if known != nil && len(d.report.Findings) == 0 {
		exchanged(d, &a, known, f.Received)
	}
	if strings.HasPrefix(a.Signature, sampleSignature) && a.Timestamp == sampleTime { // then nothing else in it counts
		d.find("v3.authorization.sample", "", f.Header.Get("Authorization"))
		a, ok = sign.Authorization{}, false
	}
	unfilled(d, &a, known)
	known = settle(known, a.MchID, hasSerial(a.SerialNo))
	keys := holders(known)
	claimed := claimedKey(f, d, a, keys)
	judgeClock(d, a, f.Received)
	sums := &digests{facts: f, work: work}
	if f.plain != nil && claimed != nil && sign.VerifyRSA(claimed.Public, sign.V3Request(f.Method, f.Target, a.Timestamp, a.NonceStr, f.meta), a.Signature) != nil {
		f.meta = f.plain // that it is in UTF-16 is said; the text may be signed in UTF-8
	}
	if ok {
		x := &signer{f, d, known, a, keys, claimed}
		x.explain(newSearch(sourceOf(f, known, a, sums, work)))
	}
	if req.Method == "GET" {
		return d.finish(work) // not an upload: the certificates are asked for
	}
	f.gbk = known.GBK
	judgeForm(f, d)
	if f.hasMeta && f.file != nil {
		judgeDigest(f, d, sums, append(secretKeys(known.Merchant), secretKey{"mchid", a.MchID}), f.ep.DigestField, f.sentDigest())
	}
	judgeFile(f, d)
	return d.finish(work)
}

func budgetOf(known *Known) *text.Budget {
	if known == nil || known.Budget == 0 {
		return &text.Budget{Limit: DefaultBudget}
	}
	return &text.Budget{Limit: known.Budget}
}

// sourceOf gathers what candidate texts are made of.
func sourceOf(f *facts, known *Known, a sign.Authorization, sums *digests, work *text.Budget) *text.Source {
	s := &text.Source{
		Right:  text.Lines{f.Method, f.Target, a.Timestamp, a.NonceStr, string(f.meta)},
		NoMeta: !f.hasMeta,
		Host:   f.Host, Path: f.ep.Path, Bases: known.Bases,
		Hosts:       []string{wire.PayHost, wire.PayBackup, wire.PayHostNew, wire.PayNewBack, wire.PayHostHK, wire.AccountHost},
		ContentType: f.Header.Get("Content-Type"), Agent: f.Header.Get("User-Agent"),
		MchID: a.MchID, Serial: a.SerialNo,
		Headers: f.headers(), Fields: f.fields, Form: f.textForm(),
		MetaPart: f.ep.MetaPart, NameField: f.ep.NameField, DigestField: f.ep.DigestField, Digest: f.ep.Digest,
		GBK: known.GBK, FromGBK: known.FromGBK, Budget: work,
	}
	for _, k := range secretKeys(known.Merchant) {
		s.Secrets = append(s.Secrets, text.Field{Name: k.name, Value: k.key})
	}
	for _, x := range known.Secrets {
		s.Apps = append(s.Apps, x.Of)
	}
	for _, ep := range wxup.Endpoints() {
		s.Siblings = append(s.Siblings, ep.Path)
	}
	if f.hasMeta && f.members != nil {
		s.FileDigest = sums.of(f.ep.Digest)
	}
	return s
}

// signer is the question who made a signature, how, and over what.
type signer struct {
	f       *facts
	d       *draft
	known   *Known
	a       sign.Authorization
	keys    []holder
	claimed *holder // the key that serial_no names; nil if that is not known
}

func (x *signer) explain(s *search) {
	a, d := x.a, x.d
	readings := seal.Readings(a.Signature)
	if c := x.claimed; c != nil && c.own && !x.unreadBody() && sign.VerifyRSA(c.Public, sign.V3Request(x.f.Method, x.f.Target, a.Timestamp, a.NonceStr, x.f.meta), a.Signature) == nil {
		d.verified("note.signature_right", c.Serial)
		return
	}
	defer x.foreignSerial()
	if x.opened(s, readings) || x.turned(s, readings) || notRSA(d, s, readings, x.known.Merchant) {
		return
	}
	size := 0
	if x.claimed != nil {
		size = x.claimed.Public.Size()
	} else if len(x.keys) > 0 {
		size = x.keys[0].Public.Size()
	}
	if name := x.known.secretIn(a.Signature, readings); name != "" {
		d.find("v3.signature.secret", name, d.secrets.cutWord(a.Signature))
	} else {
		misshapen(d, a.Signature, readings, size, string(s.wanted))
	}
	own := x.ownKeys()
	switch {
	case d.found("v3.signature.") || d.found("v3.key."): // no key was to be tried on that
		return
	case own == 0:
		d.ruledOut("note.no_keys")
	default:
		d.ruledOut("note.none_opens", len(x.keys))
	}
	d.check("note.check_key")
	d.check("note.check_algorithm")
	d.check("note.check_same_request")
	if own > 0 {
		d.prove("v3.key.unknown", fmt.Sprint(own), Proof{Kind: ProofOpened, Fact: d.secrets.cutWord(a.Signature)})
	}
}

// ownKeys returns how many keys of the sender were tried.
func (x *signer) ownKeys() (n int) {
	for _, k := range x.keys {
		if k.own {
			n++
		}
	}
	return n
}

// opened tries every reading of the signature with every key.
func (x *signer) opened(s *search, readings []seal.Reading) bool {
	var unsure []func() bool // what one key in some hundreds opens by chance: it takes a search to find out
	for _, r := range readings {
		for i := range x.keys {
			k := &x.keys[i]
			if k.Public.Size() != len(r.Bytes) {
				continue
			}
			seals := seal.Open(k.Public, r.Bytes)
			if len(seals) > 0 && !seals[0].Certain {
				unsure = append(unsure, func() bool { return x.tryKey(s, r, k, seals) })
			} else if x.tryKey(s, r, k, seals) {
				return true
			}
		}
	}
	return slices.ContainsFunc(unsure, func(try func() bool) bool { return try() })
}

// turned tries signatures whose bytes were handled as a number, or reversed. Few libraries do that,
// so only the sender's keys and the claimed one are tried.
func (x *signer) turned(s *search, readings []seal.Reading) bool {
	for _, r := range readings {
		for i := range x.keys {
			k := &x.keys[i]
			if !k.own && k != x.claimed {
				continue
			}
			size := k.Public.Size()
			as := func(cause string, sig []byte) bool {
				r := seal.Reading{Flaws: append(slices.Clip(r.Flaws), text.NewFlaw(cause, "")), Bytes: sig}
				return x.tryKey(s, r, k, seal.Open(k.Public, sig))
			}
			switch n := len(r.Bytes); {
			case n == size:
				reversed := slices.Clone(r.Bytes)
				slices.Reverse(reversed)
				if as("v3.signature.reversed", reversed) {
					return true
				}
			case n == size+1 && r.Bytes[0] == 0:
				if as("v3.signature.number", r.Bytes[1:]) {
					return true
				}
			case n < size && n >= size-2:
				if as("v3.signature.number", append(make([]byte, size-n), r.Bytes...)) {
					return true
				}
			}
		}
	}
	return false
}

// tryKey looks for the text in what one reading of the signature holds under one key, and reports
// all that was found out.
func (x *signer) tryKey(s *search, r seal.Reading, k *holder, seals []*seal.Seal) bool {
	var found *seal.Seal
	if x.f.Unread { // what was signed cannot be known
		return x.opensUnread(seals, r, k)
	}
	for _, candidate := range seals {
		if s.run(candidate) {
			found = candidate
			break
		}
	}
	if found == nil {
		if len(seals) == 0 || !seals[0].Certain {
			return false
		}
		found = seals[0]
	}
	proof := Proof{Kind: ProofOpened, Fact: k.name()}
	x.d.proveAll(r.Flaws, proof)
	x.whose(k, proof)
	if s.text == nil && found.Hash == nil { // the text is not among the candidates, but here it is
		proof.Signed = text.Visible(x.d.secrets.mask(string(found.Held[:min(len(found.Held), maxMasked)])), maxShown)
	}
	x.d.proveAll(found.Flaws, proof)
	if s.text == nil {
		x.textUnknown(s)
		if IsPlaceholder(x.a.NonceStr) {
			x.d.find("v3.authorization.placeholder", "nonce_str="+x.d.secrets.visible(x.a.NonceStr, 40), "nonce_str="+x.a.NonceStr)
		} else if k.own && len(found.Flaws) == 0 && x.f.formErr == nil {
			x.d.prove("v3.text.unknown", "", Proof{
				Kind: ProofOpened, Fact: k.name(), Wanted: text.Visible(x.d.secrets.mask(string(s.wanted[:min(len(s.wanted), maxMasked)])), maxShown), WantedLen: len(s.wanted),
			})
		}
		return true
	}
	s.tell(x.d, ProofSigned)
	return true
}

// opensUnread reports what a signature shows if the body was not read.
func (x *signer) opensUnread(seals []*seal.Seal, r seal.Reading, k *holder) bool {
	if len(seals) == 0 || !seals[0].Certain {
		return false
	}
	proof := Proof{Kind: ProofOpened, Fact: k.name()}
	x.d.proveAll(r.Flaws, proof)
	x.whose(k, proof)
	x.d.proveAll(seals[0].Flaws, proof)
	if cause := x.withoutBody(seals); cause != "" {
		x.d.prove(cause, "", proof)
		return true
	}
	x.d.ruledOut("note.unread")
	return true
}

// unreadBody reports whether there is a body, which was announced and not read.
func (x *signer) unreadBody() bool {
	n := x.f.Header.Get("Content-Length")
	return x.f.Unread && x.f.Method == "POST" && (x.f.Chunked || n != "" && n != "0")
}

// withoutBody names the mistake of a signed text in which nothing stands for the body. The body is
// not needed to find that out.
func (x *signer) withoutBody(seals []*seal.Seal) string {
	if !x.unreadBody() {
		return ""
	}
	head := x.f.Method + "\n" + x.f.Target + "\n" + x.a.Timestamp + "\n" + x.a.NonceStr + "\n"
	for _, s := range seals {
		switch {
		case s.Matches([]byte(head + "\n")):
			return "v3.body.empty"
		case s.Matches([]byte(head)):
			return "v3.frame.no_body_line"
		}
	}
	return ""
}

// whose says what is wrong with the key that made the signature.
func (x *signer) whose(k *holder, proof Proof) {
	d := x.d
	switch {
	case k.merchant == nil:
		d.prove("v3.key.platform", k.Serial, proof)
	case k.own && x.claimed != nil && sameKey(k.Public, x.claimed.Public):
		d.ruledOut("note.key_right", k.Serial)
	case k.own && x.claimed != nil && x.claimed.own:
		d.prove("v3.key.other_certificate", k.Serial, proof)
	case k.own:
		if x.claimed == nil && k.Serial != "" && !d.found("v3.serial.") && x.a.SerialNo != "" && !IsPlaceholder(x.a.SerialNo) {
			d.prove("v3.serial.unknown", k.Serial, proof)
		}
		if k.Serial != "" {
			d.ruledOut("note.key_of_certificate", k.Serial)
		}
	case x.a.MchID == "": // there is no sender to compare with
	case k == x.claimed || x.known.Merchant == nil: // key and serial_no agree, so it is mchid that is wrong
		d.prove("v3.mchid.other", k.merchant.ID, proof)
	default:
		d.prove("v3.key.other_merchant", k.name(), proof)
	}
}

// foreignSerial says that serial_no is another merchant's, unless mchid was found to be wrong.
func (x *signer) foreignSerial() {
	if c := x.claimed; c != nil && !c.own && c.merchant != nil && x.a.MchID != "" && !x.d.report.Has("v3.mchid.other") {
		x.d.find("v3.serial.other_merchant", c.merchant.ID, fmt.Sprintf(`mchid="%s",serial_no="%s"`, x.a.MchID, x.a.SerialNo))
	}
}

// textUnknown tells what was tried in vain.
func (x *signer) textUnknown(s *search) {
	d := x.d
	d.ruledOut("note.text_unknown", s.tried)
	if s.out {
		d.ruledOut("note.budget")
	}
	end := d.secrets.mask(string(s.wanted[max(0, len(s.wanted)-maxMasked):]))
	d.check("note.check_length", len(s.wanted), d.secrets.visible(string(s.wanted), 60), text.Visible(end[max(0, len(end)-24):], 24))
	d.check("note.check_once")
	d.check("note.check_meta")
}
