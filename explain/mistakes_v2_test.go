package explain

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"sync"
	"time"
)

// v2client is an APIv2 client that makes mistakes where it is told to.
type v2client struct {
	w        *world
	fields   [][2]string // as sent, in order, without sign
	signed   [][2]string // nil: those that are sent and not empty
	unsorted bool
	key      string
	text     func(joined, key string) string
	mac      func(text, key string) []byte
	encode   func(sum []byte) string
	file     []byte
	fileHead string
	certs    []*x509.Certificate
	scheme   string
	host     string
	target   string
	known    *Known
	late     func(c *v2client)

	fileFirst bool
}

func newV2() *v2client {
	w := theWorld()
	file := jpegFile()
	return &v2client{
		w: w, key: w.merchant.APIv2Key, file: file, scheme: "https", host: "api.mch.weixin.qq.com", target: "/secapi/mch/uploadmedia",
		fields: [][2]string{{"mch_id", w.merchant.ID}, {"media_hash", fmt.Sprintf("%x", md5.Sum(file))}, {"sign_type", "HMAC-SHA256"}},
		text:   func(joined, key string) string { return joined + "&key=" + key },
		mac: func(text, key string) []byte {
			m := hmac.New(sha256.New, []byte(key))
			m.Write([]byte(text))
			return m.Sum(nil)
		},
		encode:   func(sum []byte) string { return strings.ToUpper(hex.EncodeToString(sum)) },
		fileHead: `Content-Disposition: form-data; name="media"; filename="filea.jpg"` + "\r\nContent-Type: image/jpeg\r\n",
		certs:    []*x509.Certificate{w.merchant.Keys[0].Certificate},
		known:    w.known,
	}
}

func md5sum(text, _ string) []byte { s := md5.Sum([]byte(text)); return s[:] }

// md5 makes it a client of the other algorithm.
func (c *v2client) md5() {
	c.drop("sign_type")
	c.mac = md5sum
}

func (c *v2client) drop(name string) {
	var left [][2]string
	for _, f := range c.fields {
		if f[0] != name {
			left = append(left, f)
		}
	}
	c.fields = left
}

func (c *v2client) set(name, value string) {
	c.drop(name)
	c.fields = append(c.fields, [2]string{name, value})
}

// sign changes the fields that are signed.
func (c *v2client) sign(change func(list [][2]string) [][2]string) {
	var list [][2]string
	for _, f := range c.fields {
		if f[1] != "" {
			list = append(list, f)
		}
	}
	c.signed = change(list)
}

func (c *v2client) signAlso(name, value string) {
	c.sign(func(list [][2]string) [][2]string { return append(list, [2]string{name, value}) })
}

func (c *v2client) signWithout(name string) {
	c.sign(func(list [][2]string) [][2]string {
		var left [][2]string
		for _, f := range list {
			if f[0] != name {
				left = append(left, f)
			}
		}
		return left
	})
}

func (c *v2client) signAs(name, value string) {
	c.signWithout(name)
	c.signed = append(c.signed, [2]string{name, value})
}

func (c *v2client) joined() string {
	if c.signed == nil {
		c.sign(func(l [][2]string) [][2]string { return l })
	}
	list := append([][2]string(nil), c.signed...)
	if !c.unsorted {
		sort.SliceStable(list, func(i, j int) bool { return list[i][0] < list[j][0] })
	}
	var pairs []string
	for _, f := range list {
		pairs = append(pairs, f[0]+"="+f[1])
	}
	return strings.Join(pairs, "&")
}

func (c *v2client) request() *Request {
	sign := c.encode(c.mac(c.text(c.joined(), c.key), c.key))
	fields := append(append([][2]string(nil), c.fields...), [2]string{"sign", sign})
	var b bytes.Buffer
	if c.fileFirst {
		b.WriteString("--xyz\r\n" + c.fileHead + "\r\n" + string(c.file) + "\r\n")
	}
	for _, f := range fields {
		fmt.Fprintf(&b, "--xyz\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", f[0], f[1])
	}
	if c.fileHead != "" && !c.fileFirst {
		b.WriteString("--xyz\r\n" + c.fileHead + "\r\n" + string(c.file) + "\r\n")
	}
	b.WriteString("--xyz--\r\n")
	req := &Request{
		Method: "POST", Target: c.target, Host: c.host, Scheme: c.scheme, Received: time.Unix(1755000000, 0),
		Header: http.Header{"Content-Type": {"multipart/form-data; boundary=xyz"}}, Body: b.Bytes(), ClientCertificates: c.certs,
	}
	if c.late != nil {
		c.late(c)
	}
	return req
}

type v2mistake struct {
	name string
	want string
	make func(c *v2client)
}

var otherCA = sync.OnceValue(func() *x509.Certificate {
	ca := must(rsa.GenerateKey(rand.Reader, 2048))
	parent := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Some CA"}, NotBefore: time.Unix(1700000000, 0), NotAfter: time.Unix(1900000000, 0), IsCA: true, BasicConstraintsValid: true}
	child := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "1900009191"}, NotBefore: parent.NotBefore, NotAfter: parent.NotAfter}
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, child, parent, &ca.PublicKey, ca))))
})

// withCAs makes the world judge issuers: each test certificate is its own.
func withCAs(c *v2client) {
	known := *c.w.known
	known.MerchantCAs = x509.NewCertPool()
	for _, k := range c.w.merchant.Keys {
		known.MerchantCAs.AddCert(k.Certificate)
	}
	c.known = &known
}

func withState(state State) func(c *v2client) {
	return func(c *v2client) {
		known, m := *c.w.known, *c.w.merchant
		m.Keys = []Key{CertificateKey(m.Keys[0].Certificate, state), m.Keys[1]}
		known.Merchant = &m
		c.known = &known
	}
}

func shaSum(text, _ string) []byte { s := sha256.Sum256([]byte(text)); return s[:] }

var v2Mistakes = []v2mistake{
	// The key.
	{"no key", "v2.key.missing", func(c *v2client) { c.text = func(j, _ string) string { return j } }},
	{"no key, MD5", "v2.key.missing", func(c *v2client) { c.md5(); c.text = func(j, _ string) string { return j } }},
	{"&key= and nothing", "v2.key.missing", func(c *v2client) { c.md5(); c.text = func(j, _ string) string { return j + "&key=" } }},
	{"joined without key=", "v2.key.joined", func(c *v2client) { c.md5(); c.text = func(j, k string) string { return j + k } }},
	{"joined by &", "v2.key.joined", func(c *v2client) { c.text = func(j, k string) string { return j + "&" + k } }},
	{"&&key=", "v2.key.doubled", func(c *v2client) { c.md5(); c.text = func(j, k string) string { return j + "&&key=" + k } }},
	{"&key=…&key=…", "v2.key.doubled", func(c *v2client) { c.text = func(j, k string) string { return j + "&key=" + k + "&key=" + k } }},
	{"&key=&key=…", "v2.key.doubled", func(c *v2client) { c.text = func(j, k string) string { return j + "&key=&key=" + k } }},
	{"key sorted in", "v2.key.sorted", func(c *v2client) { c.md5(); c.text = func(j, k string) string { return "key=" + k + "&" + j } }},
	{"&KEY=", "v2.key.name", func(c *v2client) { c.text = func(j, k string) string { return j + "&KEY=" + k } }},
	{"&paySignKey=", "v2.key.name", func(c *v2client) { c.md5(); c.text = func(j, k string) string { return j + "&paySignKey=" + k } }},
	{"the APIv3 key", "v2.key.apiv3", func(c *v2client) { c.key = c.w.merchant.APIv3Key }},
	{"the APIv3 key, MD5", "v2.key.apiv3", func(c *v2client) { c.md5(); c.key = c.w.merchant.APIv3Key }},
	{"another merchant's key", "v2.key.other_merchant", func(c *v2client) { c.key = c.w.neighbour.APIv2Key }},
	{"another merchant's key, MD5", "v2.key.other_merchant", func(c *v2client) { c.md5(); c.key = c.w.neighbour.APIv2Key }},
	{"a newline behind the key", "v2.key.blanks", func(c *v2client) { c.key += "\n" }},
	{"a blank before the key", "v2.key.blanks", func(c *v2client) { c.key = " " + c.key }},
	{"a zero-width space behind the key", "v2.key.blanks", func(c *v2client) { c.key += "\u200b" }},
	{"a byte order mark before the key, MD5", "v2.key.blanks", func(c *v2client) { c.md5(); c.key = "\ufeff" + c.key }},
	{"key in lower case", "v2.key.case", func(c *v2client) { c.key = strings.ToLower(c.key) }},
	{"key in upper case, MD5", "v2.key.case", func(c *v2client) { c.md5(); c.key = strings.ToUpper(c.key) }},
	{"mch_id as key", "v2.key.mchid", func(c *v2client) { c.md5(); c.key = c.w.merchant.ID }},
	{"key hashed", "v2.key.hashed", func(c *v2client) { c.key = hex.EncodeToString(md5sum(c.key, "")) }},
	{"sample key", "v2.key.placeholder", func(c *v2client) { c.md5(); c.key = "192006250b4c09247ec02edce69f6a2d" }},
	{"undefined as key", "v2.key.placeholder", func(c *v2client) { c.key = "undefined" }},

	// How the sign is written.
	{"lower case", "v2.sign.lower_case", func(c *v2client) { c.encode = hex.EncodeToString }},
	{"lower case, MD5", "v2.sign.lower_case", func(c *v2client) { c.md5(); c.encode = hex.EncodeToString }},
	{"base64", "v2.sign.base64", func(c *v2client) { c.encode = base64.StdEncoding.EncodeToString }},
	{"AB-CD", "v2.sign.dashes", func(c *v2client) {
		c.md5()
		c.encode = func(sum []byte) string {
			return strings.ToUpper(strings.TrimSuffix(dashed(sum), "-"))
		}
	}},
	{"16 characters", "v2.sign.cut", func(c *v2client) {
		c.md5()
		c.encode = func(sum []byte) string { return strings.ToUpper(hex.EncodeToString(sum)[8:24]) }
	}},
	{"a newline behind", "v2.sign.blanks", func(c *v2client) {
		c.encode = func(sum []byte) string { return strings.ToUpper(hex.EncodeToString(sum)) + "\n" }
	}},
	{"an RSA signature", "v2.sign.length", func(c *v2client) { c.encode = func([]byte) string { return strings.Repeat("QUJD", 86) } }},
	{"lower case, no key", "v2.sign.lower_case v2.key.missing", func(c *v2client) {
		c.md5()
		c.encode = hex.EncodeToString
		c.text = func(j, _ string) string { return j }
	}},

	// Which algorithm.
	{"HMAC signed, nothing declared", "v2.hash.hmac_declared_md5", func(c *v2client) { c.drop("sign_type") }},
	{"HMAC signed, MD5 declared", "v2.hash.hmac_declared_md5", func(c *v2client) { c.set("sign_type", "MD5") }},
	{"MD5 signed, HMAC declared", "v2.hash.md5_declared_hmac", func(c *v2client) { c.mac = md5sum }},
	{"plain SHA-256", "v2.hash.no_hmac", func(c *v2client) { c.mac = shaSum }},
	{"SHA-256, nothing declared", "v2.hash.other", func(c *v2client) { c.drop("sign_type"); c.mac = shaSum }},
	{"SHA-1", "v2.hash.other", func(c *v2client) {
		c.md5()
		c.mac = func(text, _ string) []byte { s := sha1.Sum([]byte(text)); return s[:] }
	}},
	{"HMAC_SHA256 misspelled", "v2.sign_type.unknown", func(c *v2client) { c.set("sign_type", "HMAC_SHA256") }},
	{"hmac-sha256 in lower case", "v2.sign_type.unknown", func(c *v2client) { c.set("sign_type", "hmac-sha256") }},
	{"MD5 of MD5", "v2.hash.twice", func(c *v2client) {
		c.md5()
		c.mac = func(text, _ string) []byte { return md5sum(hex.EncodeToString(md5sum(text, "")), "") }
	}},

	// Which fields.
	{"sign_type left out", "v2.fields.sign_type_left_out", func(c *v2client) { c.signWithout("sign_type") }},
	{"sign_type=MD5 put in", "v2.fields.sign_type_put_in", func(c *v2client) { c.md5(); c.signAlso("sign_type", "MD5") }},
	{"sign_type=HMAC put in, not sent", "v2.fields.sign_type_put_in v2.hash.hmac_declared_md5", func(c *v2client) {
		c.drop("sign_type")
		c.signAlso("sign_type", "HMAC-SHA256")
	}},
	{"sign_type MD5 signed, HMAC sent", "v2.fields.sign_type_other", func(c *v2client) { c.signAs("sign_type", "MD5") }},
	{"empty kept", "v2.fields.empty_kept", func(c *v2client) { c.set("nonce_str", ""); c.signAlso("nonce_str", "") }},
	{"sign= kept", "v2.fields.empty_kept", func(c *v2client) { c.signAlso("sign", "") }},
	{"media's filename", "v2.fields.media", func(c *v2client) { c.signAlso("media", "filea.jpg") }},
	{"media in base64", "v2.fields.media", func(c *v2client) { c.md5(); c.signAlso("media", base64.StdEncoding.EncodeToString(c.file)) }},
	{"media's bytes", "v2.fields.media", func(c *v2client) { c.signAlso("media", string(c.file)) }},
	{"media empty", "v2.fields.media", func(c *v2client) { c.signAlso("media", "") }},
	{"@path", "v2.fields.media", func(c *v2client) { c.md5(); c.signAlso("media", "@filea.jpg") }},
	{"media_hash left out", "v2.fields.left_out", func(c *v2client) { c.signWithout("media_hash") }},
	{"mch_id left out", "v2.fields.left_out", func(c *v2client) { c.md5(); c.signWithout("mch_id") }},
	{"a query parameter signed", "v2.fields.extra", func(c *v2client) {
		c.target += "?nonce_str=abc123"
		c.signAlso("nonce_str", "abc123")
	}},
	{"mchid signed", "v2.fields.name", func(c *v2client) {
		c.signWithout("mch_id")
		c.signed = append(c.signed, [2]string{"mchid", c.w.merchant.ID})
	}},

	// How they are written.
	{"as sent", "v2.order.as_sent", func(c *v2client) {
		c.fields = [][2]string{c.fields[1], c.fields[2], c.fields[0]}
		c.unsorted = true
	}},
	{"the wrong way round", "v2.order.reversed", func(c *v2client) {
		c.unsorted = true
		c.sign(func(l [][2]string) [][2]string { return [][2]string{l[2], l[1], l[0]} })
	}},
	{"another order", "v2.order.other", func(c *v2client) {
		c.unsorted = true
		c.sign(func(l [][2]string) [][2]string { return [][2]string{l[2], l[0], l[1]} })
	}},
	{"URL-encoded text", "v2.text.url_encoded", func(c *v2client) { c.text = func(j, k string) string { return url.QueryEscape(j + "&key=" + k) } }},
	{"URL-encoded values", "v2.value.url_encoded v2.field.blanks", func(c *v2client) {
		c.set("mch_id", " 1900009191")
		c.signAs("mch_id", "+1900009191")
	}},
	{"lower-cased text", "v2.text.case", func(c *v2client) {
		c.text = func(j, k string) string { return strings.ToLower(j + "&key=" + k) }
	}},
	{"upper-cased text", "v2.text.case", func(c *v2client) { c.text = func(j, k string) string { return strings.ToUpper(j + "&key=" + k) } }},
	{"values joined by nothing", "v2.join.other", func(c *v2client) {
		c.text = func(j, k string) string { return strings.ReplaceAll(j, "&", "") + "&key=" + k }
	}},
	{"joined by commas", "v2.join.other", func(c *v2client) {
		c.md5()
		c.text = func(j, k string) string { return strings.ReplaceAll(j, "&", ",") + "&key=" + k }
	}},
	{"media_hash in upper case signed", "v2.value.digest", func(c *v2client) { c.signAs("media_hash", strings.ToUpper(fmt.Sprintf("%x", md5.Sum(c.file)))) }},
	{"media_hash SHA-256 signed", "v2.value.digest", func(c *v2client) { c.md5(); c.signAs("media_hash", fmt.Sprintf("%x", sha256.Sum256(c.file))) }},
	{"a newline behind the text", "v2.text.ends", func(c *v2client) { c.text = func(j, k string) string { return j + "&key=" + k + "\n" } }},

	// Two at once.
	{"no key, sign_type left out", "v2.key.missing v2.fields.sign_type_left_out", func(c *v2client) {
		c.signWithout("sign_type")
		c.text = func(j, _ string) string { return j }
	}},
	{"APIv3 key, sign_type left out", "v2.key.apiv3 v2.fields.sign_type_left_out", func(c *v2client) {
		c.key = c.w.merchant.APIv3Key
		c.signWithout("sign_type")
	}},
	{"APIv3 key, unsorted", "v2.key.apiv3 v2.order.as_sent", func(c *v2client) {
		c.key = c.w.merchant.APIv3Key
		c.fields = [][2]string{c.fields[1], c.fields[2], c.fields[0]}
		c.unsorted = true
	}},
	{"HMAC signed without sign_type, MD5 declared by nothing", "v2.hash.hmac_declared_md5 v2.sign.lower_case", func(c *v2client) {
		c.drop("sign_type")
		c.encode = hex.EncodeToString
	}},
	{"no key=, lower case", "v2.key.joined v2.sign.lower_case", func(c *v2client) {
		c.md5()
		c.encode = hex.EncodeToString
		c.text = func(j, k string) string { return j + k }
	}},
	{"other merchant's key and plain SHA-256", "v2.key.other_merchant v2.hash.no_hmac", func(c *v2client) { c.key = c.w.neighbour.APIv2Key; c.mac = shaSum }},
	{"media's name, unsorted", "v2.fields.media v2.order.as_sent", func(c *v2client) {
		c.md5()
		c.fields = [][2]string{c.fields[1], c.fields[0]}
		c.unsorted = true
		c.signAlso("media", "filea.jpg")
	}},

	// The client certificate.
	{"no certificate", "v2.certificate.missing", func(c *v2client) { c.certs = nil }},
	{"plain HTTP", "v2.certificate.no_tls", func(c *v2client) { c.certs, c.scheme = nil, "http" }},
	{"another merchant's certificate", "v2.certificate.other_merchant", func(c *v2client) { c.certs = []*x509.Certificate{c.w.neighbour.Keys[0].Certificate} }},
	{"the platform's certificate", "v2.certificate.platform", func(c *v2client) { c.certs = []*x509.Certificate{c.w.known.Platform[0].Certificate} }},
	{"another CA", "v2.certificate.other_ca", func(c *v2client) { withCAs(c); c.certs = []*x509.Certificate{otherCA()} }},
	{"revoked", "v2.certificate.revoked", withState(Revoked)},
	{"replaced", "v2.certificate.replaced", withState(Replaced)},
	{"expired", "v2.certificate.expired", func(c *v2client) {
		old := *c.w.merchant.Keys[0].Certificate
		old.NotAfter = time.Unix(1740000000, 0)
		c.certs = []*x509.Certificate{&old}
	}},
	{"no certificate, no key", "v2.certificate.missing v2.key.missing", func(c *v2client) {
		c.certs = nil
		c.text = func(j, _ string) string { return j }
	}},

	{"to the account host", "v2.host", func(c *v2client) { c.host = "api.weixin.qq.com" }},

	// Fields.
	{"no media_hash", "v2.field.missing", func(c *v2client) { c.drop("media_hash") }},
	{"mchid for mch_id", "v2.field.name", func(c *v2client) { c.drop("mch_id"); c.set("mchid", c.w.merchant.ID) }},
	{"media_md5 for media_hash", "v2.field.name", func(c *v2client) { h := c.fields[1][1]; c.drop("media_hash"); c.set("media_md5", h) }},
	{"appid as mch_id", "v2.field.appid", func(c *v2client) { c.set("mch_id", "wxd930ea5d5a258f4f") }},
	{"media_hash empty", "v2.field.empty", func(c *v2client) { c.set("media_hash", "") }},

	// Digest and file.
	{"media_hash upper case", "digest.upper_case", func(c *v2client) { c.set("media_hash", fmt.Sprintf("%X", md5.Sum(c.file))) }},
	{"media_hash SHA-256", "digest.other_hash", func(c *v2client) { c.set("media_hash", fmt.Sprintf("%x", sha256.Sum256(c.file))) }},
	{"media_hash of the name", "digest.of_name", func(c *v2client) { c.set("media_hash", hex.EncodeToString(md5sum("filea.jpg", ""))) }},
	{"media_hash of base64", "digest.of_base64", func(c *v2client) {
		c.set("media_hash", hex.EncodeToString(md5sum(base64.StdEncoding.EncodeToString(c.file), "")))
	}},
	{"media_hash of nothing", "digest.of_nothing", func(c *v2client) { c.set("media_hash", hex.EncodeToString(md5sum("", ""))) }},
	{"media_hash in base64", "digest.base64", func(c *v2client) { c.set("media_hash", base64.StdEncoding.EncodeToString(md5sum(string(c.file), ""))) }},
	{"no filename", "form.no_filename", func(c *v2client) { c.fileHead = "Content-Disposition: form-data; name=\"media\"\r\n" }},
	{"file named file", "form.part_name", func(c *v2client) { c.fileHead = strings.Replace(c.fileHead, `"media"`, `"file"`, 1) }},
	{"no file", "form.no_file", func(c *v2client) { c.fileHead = "" }},
	{"base64 text", "file.base64", func(c *v2client) {
		c.file = []byte(base64.StdEncoding.EncodeToString(jpegFile()))
		c.set("media_hash", hex.EncodeToString(md5sum(string(c.file), "")))
	}},
}
