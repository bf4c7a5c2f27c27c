package explain

import (
	"fmt"
	"slices"

	"github.com/wxup/wxup/sign"
)

// V3 explains a refused APIv3 request.
func V3(req *Request, known *Known) Report {
	e := examine(req, known, usualV3)
	for _, name := range []string{"Accept", "User-Agent"} {
		if req.Header.Get(name) == "" {
			e.find("v3.header."+map[string]string{"Accept": "accept", "User-Agent": "user_agent"}[name], "", name)
		}
	}
	e.host("v3.host", notPayHosts)
	a, ok := e.authorization()
	if u := e.unknown(append(req.Header["Authorization"], e.Target, string(e.meta))...); u != "" {
		e.unjudged(Words{"the signature", "签名"}, u)
		ok = false
	}
	keys := e.holders()
	claimed := e.claimed(a, keys)
	e.clock(a.Timestamp)
	if ok {
		e.signature(a, keys, claimed)
	}
	if req.Method == "GET" {
		return e.finish() // no upload: the certificates are asked for
	}
	e.form()
	if e.meta != nil && e.file != nil {
		e.digest(e.ep.DigestField, e.metaFields()[e.ep.DigestField])
	}
	e.content()
	return e.finish()
}

// finish puts the findings in order: what a key has proved comes first, then what stands in the request.
func (e *evidence) finish() Report {
	rank := func(f Finding) int {
		if f.Proof.Kind == ProofFact {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(e.report.Findings, func(a, b Finding) int { return rank(a) - rank(b) })
	if len(e.report.Findings) > 0 {
		e.report.Check = nil
	}
	return e.report
}

// signature finds out who made the signature, how, and over what.
func (e *evidence) signature(a sign.Authorization, keys []holder, claimed *holder) {
	list := readings(a.Signature)
	if claimed != nil && claimed.own && sign.VerifyRSA(claimed.Public, sign.V3Request(e.Method, e.Target, a.Timestamp, a.NonceStr, e.meta), a.Signature) == nil {
		e.report.Verified = true
		e.ruledOut(note("the signature is right: it was made by the key of certificate %s, over the text that it should cover",
			"签名正确：由证书 %s 的私钥对应签的文本生成", claimed.Serial))
		return
	}
	defer e.foreignSerial(a, claimed)
	s := e.newSearch(e.Method, a.Timestamp, a.NonceStr, a.SerialNo, a.MchID)
	if e.opened(s, list, keys, claimed) || e.turned(s, list, keys, claimed) {
		return
	}
	size := 0
	if claimed != nil {
		size = claimed.Public.Size()
	} else if len(keys) > 0 {
		size = keys[0].Public.Size()
	}
	if e.notRSA(s, list) {
		return
	}
	e.misshapen(a.Signature, list, size)
	if len(keys) == 0 {
		e.ruledOut(note("no key of this merchant is known, so the signature could not be opened", "不知道该商户的任何公钥，无法打开签名"))
		return
	}
	e.ruledOut(note(
		"the signature was read in %[1]d ways and tried with %[2]d public keys (of this merchant, of others, of the platform): none opens it, so its private key is another one, or it was changed on its way",
		"签名按 %[1]d 种写法读取，并用 %[2]d 个公钥（本商户、其他商户、平台）尝试：均无法打开，因此私钥是另一个，或签名在传输中被改动",
		max(1, len(list)), len(keys)))
	e.check(checkKey...)
}

// opened tries every reading of the signature with every key.
func (e *evidence) opened(s *search, list []reading, keys []holder, claimed *holder) bool {
	for _, r := range list {
		for i := range keys {
			k := &keys[i]
			if k.Public.Size() == len(r.bytes) && e.tryKey(s, r, k, claimed) {
				return true
			}
		}
	}
	return false
}

// turned tries signatures whose bytes were taken for a number, or turned round. Few libraries do, so only the likeliest
// keys are asked.
func (e *evidence) turned(s *search, list []reading, keys []holder, claimed *holder) bool {
	for _, r := range list {
		for i := range keys {
			k := &keys[i]
			if !k.own && k != claimed {
				continue
			}
			size := k.Public.Size()
			causes := func(cause string) []named { return append(slices.Clip(r.causes), named{cause, ""}) }
			switch n := len(r.bytes); {
			case n == size:
				back := slices.Clone(r.bytes)
				slices.Reverse(back)
				if e.tryKey(s, reading{causes("v3.signature.reversed"), back}, k, claimed) {
					return true
				}
			case n == size+1 && r.bytes[0] == 0:
				if e.tryKey(s, reading{causes("v3.signature.number"), r.bytes[1:]}, k, claimed) {
					return true
				}
			case n < size && n >= size-2:
				if e.tryKey(s, reading{causes("v3.signature.number"), append(make([]byte, size-n), r.bytes...)}, k, claimed) {
					return true
				}
			}
		}
	}
	return false
}

// tryKey opens one reading of the signature with one key. If that succeeds, the text is looked for, and all that was found
// out is reported.
func (e *evidence) tryKey(s *search, r reading, k, claimed *holder) bool {
	seals := open(k.Public, r.bytes)
	var found *seal
	for _, x := range seals {
		if s.run(x) {
			found = x
			break
		}
	}
	if found == nil {
		if len(seals) == 0 || !seals[0].certain {
			return false
		}
		found = seals[0]
	}
	opened := Proof{Kind: ProofOpened, Fact: k.name()}
	for _, c := range r.causes {
		e.add(c.cause, c.value, opened)
	}
	e.whose(k, claimed, opened)
	for _, c := range found.causes {
		if s.text == nil && found.fn == nil { // nobody knows the text, but here it is
			opened.Signed = visible(e.mask(string(found.want)), shownMost)
		}
		e.add(c.cause, c.value, opened)
	}
	if s.text == nil {
		e.textUnknown(s, k)
		return true
	}
	s.tell(ProofSigned)
	return true
}

// whose says what is wrong with the key that made the signature.
func (e *evidence) whose(k, claimed *holder, proof Proof) {
	switch {
	case claimed == k && !k.own && k.merchant != nil: // key and serial_no agree, so it is mchid that is wrong
		e.add("v3.mchid.other", k.merchant.ID, proof)
	case claimed != nil && sameKey(k.Public, claimed.Public) && k.own:
		e.ruledOut(note("the key: the public key of certificate %s opens the signature, so its private key made it", "密钥：证书 %s 的公钥可以打开签名，说明签名出自其私钥", k.Serial))
	case k.merchant == nil:
		e.add("v3.key.platform", k.Serial, proof)
	case k.own && claimed != nil && claimed.own:
		e.add("v3.key.other_certificate", k.Serial, proof)
	case k.own:
		if claimed == nil && !e.saidOfSerial() {
			e.add("v3.serial.unknown", k.Serial, proof)
		}
		e.ruledOut(note("the key: it is that of the merchant's certificate %s, whose serial number serial_no should be", "密钥：属于本商户的证书 %s，serial_no 应填其序列号", k.Serial))
	case e.known.Merchant == nil:
		e.add("v3.mchid.other", k.merchant.ID, proof)
	default:
		e.add("v3.key.other_merchant", k.name(), proof)
	}
}

// foreignSerial says that serial_no is another merchant's, unless mchid was found to be what is wrong.
func (e *evidence) foreignSerial(a sign.Authorization, claimed *holder) {
	if claimed != nil && !claimed.own && claimed.merchant != nil && !e.report.Has("v3.mchid.other") {
		e.find("v3.serial.other_merchant", claimed.merchant.ID, fmt.Sprintf(`mchid="%s",serial_no="%s"`, a.MchID, a.SerialNo))
	}
}

// saidOfSerial reports whether something wrong with serial_no was found already.
func (e *evidence) saidOfSerial() bool {
	for _, f := range e.report.Findings {
		if len(f.Cause) > 10 && f.Cause[:10] == "v3.serial." {
			return true
		}
	}
	return false
}

// textUnknown tells what was tried in vain.
func (e *evidence) textUnknown(s *search, k *holder) {
	counts := [6]int{}
	for i, d := range s.dims {
		counts[i] = len(d.list)
	}
	e.ruledOut(note(
		"the text: %[1]d texts were tried, none of them was signed: %[2]d ways to write the method, %[3]d the URL, %[4]d the timestamp, %[5]d nonce_str, %[6]d meta or another small body, %[7]d ways to put the lines together, alone and in pairs; the whole form and the file's bytes with the commonest of these",
		"文本：共尝试 %[1]d 个文本，均不是被签名的文本：请求方法 %[2]d 种写法、URL %[3]d 种、时间戳 %[4]d 种、nonce_str %[5]d 种、meta 或其他短正文 %[6]d 种、各行的拼接方式 %[7]d 种，单独及两两组合；另有整个表单与文件内容配合其中最常见的几种",
		s.texts, counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]))
	if s.out {
		e.ruledOut(note("the bound of work was reached before all of it was tried", "在全部尝试完之前已达到计算量上限"))
	}
	e.check(note("print the text that you sign, byte by byte: it should have %d bytes, begin with %s and end with %s",
		"把参与签名的文本逐字节打印出来：应为 %d 字节，以 %s 开头，以 %s 结尾",
		len(s.wanted), visible(string(s.wanted), 60), visible(string(s.wanted[max(0, len(s.wanted)-24):]), 24)))
	e.check(checkText...)
}

var checkKey = []Words{
	{"does the private key belong to serial_no? These two must print the same: openssl x509 -in apiclient_cert.pem -noout -pubkey and openssl pkey -in apiclient_key.pem -pubout",
		"私钥与 serial_no 是否配套？以下两条命令的输出应相同：openssl x509 -in apiclient_cert.pem -noout -pubkey 与 openssl pkey -in apiclient_key.pem -pubout"},
	{"is the signature RSA with PKCS#1 v1.5 and SHA-256 (SHA256withRSA), in standard base64, and does it arrive as it was made (no line ends, no blanks, 344 characters for a key of 2048 bits)?",
		"签名是否为 RSA PKCS#1 v1.5 + SHA-256（SHA256withRSA）、标准 base64，且原样到达（无换行、无空格，2048 位密钥为 344 个字符）？"},
	{"is the Authorization of this very request, not one kept from another environment or an earlier merchant?",
		"Authorization 是否属于本次请求，而不是其他环境或先前商户留下的？"},
}

var checkText = []Words{
	{"are nonce_str and timestamp made once, and the same values put into the text and into the header? A nonce_str made twice cannot be found by trying",
		"nonce_str 与 timestamp 是否只生成一次，并把同一个值同时用于签名文本和请求头？生成了两次的 nonce_str 无法通过尝试找出"},
	{"is meta made once, as bytes, and are these bytes both signed and sent? A library that writes the JSON again signs another text",
		"meta 是否只生成一次（字节），签名与发送是否用同一份字节？若由库再次序列化，签名的就是另一段文本"},
}
