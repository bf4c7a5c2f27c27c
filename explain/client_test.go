package explain

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup/sign"
)

// world is who is known in the tests: two merchants, the platform, their keys. Made once.
type world struct {
	key, second, other, platform, public, long, stranger *rsa.PrivateKey
	merchant, neighbour                                  *Merchant
	known                                                *Known
}

var theWorld = sync.OnceValue(func() *world {
	w := &world{}
	keys := []**rsa.PrivateKey{&w.key, &w.second, &w.other, &w.platform, &w.public, &w.stranger}
	var wait sync.WaitGroup
	for i, k := range keys {
		wait.Go(func() { *k = fixedKey(byte(i), 2048) })
	}
	wait.Go(func() { w.long = fixedKey(100, 3072) })
	wait.Wait()
	w.merchant = &Merchant{
		ID: "1900009191", APIv2Key: "a1B2c3D4e5F6a7B8c9D0e1F2a3B4c5D6", APIv3Key: "v3KeyOfThisMerchant0123456789abc",
		Keys: []Key{CertificateKey(certificate(w.key, "1900009191", 1), Valid), CertificateKey(certificate(w.second, "1900009191", 2), Valid)},
	}
	w.neighbour = &Merchant{
		ID: "1900008888", APIv2Key: "99887766554433221100aabbccddeeff", APIv3Key: "v3KeyOfTheNeighbour0123456789abc",
		Keys: []Key{CertificateKey(certificate(w.other, "1900008888", 3), Valid), CertificateKey(certificate(w.long, "1900008888", 4), Valid)},
	}
	w.known = &Known{
		Merchant: w.merchant, Others: []*Merchant{w.neighbour},
		Platform: []Key{CertificateKey(certificate(w.platform, "Tenpay.com sign", 5), Valid), {Serial: "PUB_KEY_ID_0119000091912024110100382200000001", Public: &w.public.PublicKey}},
		GBK:      gbk,
		FromGBK:  fromGBK,
	}
	return w
})

// fixedKey makes the same key in each run: one signature in two hundred has no plus sign or no
// slash, and the mistakes that damage those would be none.
func fixedKey(seed byte, bits int) *rsa.PrivateKey {
	source := mathrand.NewChaCha8([32]byte{seed})
	e, one := big.NewInt(65537), big.NewInt(1)
	prime := func() *big.Int {
		b := make([]byte, bits/16)
		for {
			source.Read(b)
			b[0], b[len(b)-1] = b[0]|0xC0, b[len(b)-1]|1
			p := new(big.Int).SetBytes(b)
			if less := new(big.Int).Sub(p, one); new(big.Int).GCD(nil, nil, less, e).Cmp(one) == 0 && p.ProbablyPrime(20) {
				return p
			}
		}
	}
	p, q := prime(), prime()
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: int(e.Int64())},
		D:         new(big.Int).ModInverse(e, phi), Primes: []*big.Int{p, q},
	}
	key.Precompute()
	return must(key, key.Validate())
}

// gbk knows as much of that charset as the tests need.
func gbk(s string) ([]byte, bool) {
	table := map[rune]string{'图': "\xCD\xBC", '片': "\xC6\xAC", '中': "\xD6\xD0", '文': "\xCE\xC4", '涓': "\xE4\xB8"}
	var b []byte
	for _, r := range s {
		switch {
		case r < 0x80:
			b = append(b, byte(r))
		case table[r] != "":
			b = append(b, table[r]...)
		default:
			return nil, false
		}
	}
	return b, true
}

// fromGBK reads what the tests have in that charset, and U+FFFD for the rest.
func fromGBK(b []byte) string {
	table := map[string]string{"\xE5\x9B": "鍥", "\xBE\xE7": "剧", "\x89\x87": "墖", "\xE4\xB8": "涓", "\x96\x87": "枃", "\xD6\xD0": "中", "\xCE\xC4": "文", "\xCD\xBC": "图", "\xC6\xAC": "片"}
	var s strings.Builder
	for len(b) > 0 {
		n := min(2, len(b))
		switch {
		case b[0] < 0x80:
			s.WriteByte(b[0])
			b = b[1:]
		case table[string(b[:n])] != "":
			s.WriteString(table[string(b[:n])])
			b = b[2:]
		case n == 2 && b[1] >= 0x80:
			s.WriteRune('\uFFFD')
			b = b[2:]
		default:
			s.WriteRune('\uFFFD')
			b = b[1:]
		}
	}
	return s.String()
}

func certificate(key *rsa.PrivateKey, name string, n int64) *x509.Certificate {
	serial := new(big.Int).Add(new(big.Int).SetBytes([]byte("\x5F1C72E2A8931B72A2E1")), big.NewInt(n))
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: time.Unix(1700000000, 0), NotAfter: time.Unix(1900000000, 0), BasicConstraintsValid: true, IsCA: n == 100,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	raw := must(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))
	return must(x509.ParseCertificate(raw))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// client is a v3 client that makes mistakes where it is told to. Nothing of the package under test
// is used in it.
type client struct {
	w      *world
	method string
	target string
	host   string
	now    int64

	meta     string // as sent
	filename string // of the file's part
	file     []byte
	boundary string
	eol      string
	metaHead string
	fileHead string
	close    string

	mchid, serial, timestamp, nonce string // of the header
	lines                           [5]string
	frame                           func(l [5]string) string
	key                             *rsa.PrivateKey
	sign                            func(key *rsa.PrivateKey, text string) []byte
	encode                          func(sig []byte) string
	header                          func(c *client, signature string) string
	contentType                     string
	headers                         map[string]string
	body                            []byte // in the place of the form
	late                            func(c *client)
	older                           string // an Authorization header before the right one
	bom                             bool   // before the form
}

// jpegFile is a small picture with CR, LF and bytes of all kinds in it.
func jpegFile() []byte {
	b := []byte{0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0}
	b = append(b, 0xFF, 0xC0, 0, 11, 8, 0, 16, 0, 16, 1, 1, 0x11, 0)
	b = append(b, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0)
	for i := range 900 {
		c := byte(i * 7)
		if c == 0xFF {
			c = 0x7E
		}
		b = append(b, c)
		if i%97 == 0 {
			b = append(b, "\r\n"...)
		}
	}
	return append(b, 0xFF, 0xD9)
}

func pngFile() []byte {
	return must(hex.DecodeString("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"))
}

func newClient() *client {
	w := theWorld()
	file := jpegFile()
	c := &client{
		w: w, method: "POST", target: "/v3/marketing/favor/media/image-upload", host: "api.mch.weixin.qq.com", now: 1755000000,
		filename: "filea.jpg", file: file, boundary: "wxup5b1f0c2dfe", eol: "\r\n",
		mchid: w.merchant.ID, serial: w.merchant.Keys[0].Serial, nonce: "593BEC0C930BF1AFEB40B4A08C8Fb242",
		key: w.key, headers: map[string]string{"Accept": "application/json", "User-Agent": "test"},
		close: "--\r\n",
		sign: func(key *rsa.PrivateKey, text string) []byte {
			sum := sha256.Sum256([]byte(text))
			return must(rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:]))
		},
		encode: base64.StdEncoding.EncodeToString,
		frame:  func(l [5]string) string { return strings.Join(l[:], "\n") + "\n" },
		header: func(c *client, signature string) string {
			return fmt.Sprintf(`WECHATPAY2-SHA256-RSA2048 mchid="%s",nonce_str="%s",signature="%s",timestamp="%s",serial_no="%s"`,
				c.mchid, c.nonce, signature, c.timestamp, c.serial)
		},
	}
	c.metaHead = `Content-Disposition: form-data; name="meta"` + "\r\nContent-Type: application/json\r\n"
	c.named(c.filename)
	c.timestamp = strconv.FormatInt(c.now, 10)
	return c
}

// named gives the file a name, in meta and in the form.
func (c *client) named(name string) {
	c.filename = name
	c.meta = fmt.Sprintf(`{"filename":%s,"sha256":"%x"}`, quoteJSON(name), sha256.Sum256(c.file))
	c.fileHead = `Content-Disposition: form-data; name="file"; filename="` + name + `"` + "\r\nContent-Type: image/jpeg\r\n"
}

func quoteJSON(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.Encode(s)
	return strings.TrimSpace(b.String())
}

func (c *client) digest() string { return fmt.Sprintf("%x", sha256.Sum256(c.file)) }

// form is the body as sent.
func (c *client) form() []byte {
	if c.body != nil {
		return c.body
	}
	return c.formWith(c.boundary, c.eol, c.file)
}

func (c *client) formWith(boundary, eol string, file []byte) []byte {
	var b bytes.Buffer
	fix := func(s string) string { return strings.ReplaceAll(s, "\r\n", eol) }
	if c.bom {
		b.WriteString("\uFEFF")
	}
	b.WriteString("--" + boundary + eol + fix(c.metaHead) + eol + c.meta + eol)
	b.WriteString("--" + boundary + eol + fix(c.fileHead) + eol)
	b.Write(file)
	b.WriteString(eol + "--" + boundary + fix(c.close))
	return b.Bytes()
}

// right are the lines that should be signed. A mistake changes some of them.
func (c *client) right() [5]string {
	return [5]string{c.method, c.target, c.timestamp, c.nonce, c.meta}
}

// request sends. The mistake is made in two steps: before the lines are filled in, and after.
func (c *client) request() *Request {
	c.lines = c.right()
	if c.late != nil {
		c.late(c)
	}
	signature := c.encode(c.sign(c.key, c.frame(c.lines)))
	h := http.Header{}
	for k, v := range c.headers {
		h.Set(k, v)
	}
	if text := c.header(c, signature); text != "" {
		h.Set("Authorization", text)
	}
	if c.older != "" {
		h["Authorization"] = []string{c.older, h.Get("Authorization")}
	}
	h.Set("Content-Type", "multipart/form-data; boundary="+c.boundary)
	if c.contentType != "" {
		h.Set("Content-Type", c.contentType)
	}
	if c.contentType == "none" {
		h.Del("Content-Type")
	}
	return &Request{
		Method: c.method, Target: c.target, Host: c.host, Scheme: "https", Header: h, Received: time.Unix(c.now+2, 0), Body: c.form(),
	}
}

func TestRightRequest(t *testing.T) {
	r := V3(newClient().request(), theWorld().known)
	if len(r.Findings) > 0 || !r.Verified {
		t.Errorf("a right request: %v, verified %v", r.Findings, r.Verified)
	}
	for _, n := range []int{0, 2} { // with and without the server's own reading of the form
		req := newClient().request()
		if n == 2 {
			req.Parts, req.Body = readFacts(req, usualV3).parts, nil
		}
		if err := sign.VerifyRSA(&theWorld().key.PublicKey, nil, ""); err == nil {
			t.Error("an empty signature verifies")
		}
		if r := V3(req, theWorld().known); !r.Verified {
			t.Errorf("not verified: %+v", r)
		}
	}
}
