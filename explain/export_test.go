package explain

import (
	"crypto/rsa"
	"crypto/tls"
	"slices"
	"strings"
)

// Mistake is a wrong request for the tests in package explain_test, with the causes that must be
// named.
type Mistake struct {
	Name, Want string
	Request    *Request
	Client     *tls.Certificate // for the handshake; nil: none
}

// GBK and FromGBK are what those of [Known] are in the tests.
var GBK, FromGBK = gbk, fromGBK

// V3Mistakes lists the mistakes of APIv3 that the world of the tests can receive.
func V3Mistakes() (list []Mistake) {
	for _, m := range slices.Concat(v3Mistakes, strangers, v3Rows()) {
		c := newClient()
		m.make(c)
		if req := c.request(); c.w == theWorld() {
			list = append(list, Mistake{m.name, m.want, req, nil})
		}
	}
	return list
}

// World is what is known in the tests, and the private keys of its platform.
func World() (known *Known, platform, public *rsa.PrivateKey) {
	w := theWorld()
	return w.known, w.platform, w.public
}

// V2Mistakes lists the mistakes of APIv2 that can be made with the keys of the world of the tests.
func V2Mistakes() (list []Mistake) {
	w := theWorld()
	add := func(name, want string, make func(c *v2client)) {
		c := newV2()
		make(c)
		req := c.request()
		m := Mistake{Name: name, Want: want, Request: req}
		for _, key := range []*rsa.PrivateKey{w.key, w.second, w.other, w.platform} {
			if len(c.certs) > 0 && key.PublicKey.Equal(c.certs[0].PublicKey) {
				m.Client = &tls.Certificate{PrivateKey: key, Certificate: [][]byte{c.certs[0].Raw}}
			}
		}
		if c.known == w.known && req.Scheme == "https" && (m.Client != nil || len(c.certs) == 0) {
			list = append(list, m)
		}
	}
	for _, m := range v2Mistakes {
		add(m.name, m.want, m.make)
	}
	for _, m := range slices.Concat(v2Strangers, v2Rows, v2ByteRows) {
		add(m.name, m.want, m.make)
	}
	return list
}

// AccountMistakes lists the mistakes with the tokens of known.
func AccountMistakes() (list []Mistake, known *Known) {
	known = newAccount().known
	for _, m := range slices.Concat(accountMistakes, accountRows, accountByteRows) {
		c := newAccount()
		m.make(c)
		list = append(list, Mistake{Name: m.name, Want: m.want, Request: c.request()})
	}
	return list, known
}

// Lines returns the lines of code that causes share, by their names.
func Lines() map[string]SDK {
	blocks := must(parseBlocks(causeFiles))
	byName := map[string]*block{}
	for _, b := range blocks {
		byName[b.name] = b
	}
	lines := map[string]SDK{}
	for _, b := range blocks {
		if name, ok := strings.CutPrefix(b.name, "sdk "); ok {
			lines[name] = must(b.sdk(byName))
		}
	}
	return lines
}

// RightV3 is a request without a mistake.
func RightV3() *Request { return newClient().request() }
