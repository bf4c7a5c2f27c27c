package sign

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"sync"
	"testing"
)

var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func TestRSA(t *testing.T) {
	key, text := testKey(), []byte("POST\n/v3\n1\nn\n{}\n")
	sig, err := RSA(key, text)
	if err != nil || len(sig) != 344 {
		t.Fatalf("%d characters, %v", len(sig), err)
	}
	if err := VerifyRSA(&key.PublicKey, text, sig); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		text, sig string
		want      error
	}{
		"other text":     {"x", sig, ErrMismatch},
		"URL-safe":       {string(text), strings.NewReplacer("+", "-", "/", "_").Replace(sig) + "-", ErrEncoding},
		"hex":            {string(text), strings.Repeat("0a", 256), ErrLength},
		"cut short":      {string(text), sig[:340], ErrLength},
		"empty":          {string(text), "", ErrLength},
		"wrapped":        {string(text), sig[:76] + "\r" + sig[76:], ErrEncoding},
		"probe":          {string(text), "WECHATPAY/SIGNTEST/" + sig, ErrEncoding},
		"without its ==": {string(text), strings.TrimRight(sig, "="), ErrEncoding},
	} {
		if err := VerifyRSA(&key.PublicKey, []byte(c.text), c.sig); err == nil || name != "wrapped" && name != "probe" && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	ec, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if _, err := RSA(ec, text); err == nil {
		t.Error("signed with an EC key")
	}
}

func TestAuthorization(t *testing.T) {
	a := Authorization{SchemeRSA, "1900009191", "593BEC0C", "1554208460", "1DDE55AD98", "c2ln+/="}
	for _, scheme := range []string{SchemeRSA, SchemeBrand} {
		a.Scheme = scheme
		if got, err := ParseAuthorization(a.String()); err != nil || got != a {
			t.Errorf("%s: %+v, %v", scheme, got, err)
		}
	}
	a.Scheme = SchemeRSA
	const good = `mchid="1",nonce_str="2",timestamp="3",serial_no="4",signature="5"`
	for _, s := range []string{
		SchemeRSA + " " + good,
		SchemeRSA + "  " + good, // two blanks
		SchemeRSA + ` signature="5", serial_no="4", timestamp="3", nonce_str="2", mchid="1"`,
		SchemeRSA + ` mchid="1" , nonce_str="2",timestamp="3",serial_no="4",signature="5" `,
	} {
		got, err := ParseAuthorization(s)
		if err != nil || got != (Authorization{SchemeRSA, "1", "2", "3", "4", "5"}) {
			t.Errorf("%s: %+v, %v", s, got, err)
		}
	}
	for name, s := range map[string]string{
		"none":                 "",
		"blank":                "  ",
		"scheme alone":         SchemeRSA,
		"scheme and blank":     SchemeRSA + " ",
		"other scheme":         "Bearer abc",
		"lower-case scheme":    strings.ToLower(SchemeRSA) + " " + good,
		"SM2":                  SchemeSM2 + " " + good,
		"leading blank":        " " + SchemeRSA + " " + good,
		"no scheme":            good,
		"comma after scheme":   SchemeRSA + "," + good,
		"single quotes":        SchemeRSA + " " + strings.ReplaceAll(good, `"`, "'"),
		"no quotes":            SchemeRSA + " " + strings.ReplaceAll(good, `"`, ""),
		"open quote":           SchemeRSA + " " + strings.TrimSuffix(good, `"`),
		"full-width comma":     SchemeRSA + " " + strings.ReplaceAll(good, ",", "，"),
		"semicolons":           SchemeRSA + " " + strings.ReplaceAll(good, ",", ";"),
		"twice":                SchemeRSA + " " + good + `,mchid="1"`,
		"unknown key":          SchemeRSA + " " + good + `,x="1"`,
		"missing key":          SchemeRSA + " " + strings.Replace(good, `mchid="1",`, "", 1),
		"empty value":          SchemeRSA + " " + strings.Replace(good, `"1"`, `""`, 1),
		"blank in a value":     SchemeRSA + " " + strings.Replace(good, `"1"`, `"1 "`, 1),
		"newline in a value":   SchemeRSA + " " + strings.Replace(good, `"5"`, "\"5\n\"", 1),
		"not ASCII":            SchemeRSA + " " + strings.Replace(good, `"1"`, `"１"`, 1),
		"NUL":                  SchemeRSA + " " + strings.Replace(good, `"1"`, "\"1\x00\"", 1),
		"last comma":           SchemeRSA + " " + good + ",",
		"two commas":           SchemeRSA + " " + strings.Replace(good, ",", ",,", 1),
		"blank before =":       SchemeRSA + " " + strings.Replace(good, "=", " =", 1),
		"upper-case key":       SchemeRSA + " " + strings.Replace(good, "mchid", "MCHID", 1),
		"text after the value": SchemeRSA + " " + strings.Replace(good, `"1"`, `"1"x`, 1),
		"brand_id for mchid":   SchemeRSA + " " + strings.Replace(good, "mchid", "brand_id", 1),
		"a quote in a value":   SchemeRSA + " " + strings.Replace(good, `"1"`, `"1""`, 1),
	} {
		if a, err := ParseAuthorization(s); err == nil {
			t.Errorf("%s: accepted as %+v", name, a)
		}
	}
}

func FuzzAuthorization(f *testing.F) {
	f.Add(Authorization{SchemeRSA, "1", "2", "3", "4", "5"}.String())
	f.Add(SchemeRSA + ` signature="5", serial_no="4"`)
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAuthorization(s)
		if err != nil {
			if len(err.Error()) > 200 {
				t.Errorf("an error of %d characters", len(err.Error()))
			}
			return
		}
		if again, err := ParseAuthorization(a.String()); err != nil || again != a {
			t.Errorf("%q: %+v, then %+v, %v", s, a, again, err)
		}
	})
}

func TestV2(t *testing.T) {
	fields := map[string]string{"mch_id": "1", "media_hash": "2", "empty": "", "sign": "ignored"}
	if got := string(V2Text(fields, "K")); got != "mch_id=1&media_hash=2&key=K" && got != "media_hash=2&mch_id=1&key=K" {
		t.Errorf("%q", got)
	}
	if got := string(V2Text(fields, "K")); got != "mch_id=1&media_hash=2&key=K" { // c sorts before e
		t.Errorf("order: %q", got)
	}
	for _, signType := range []string{"", MD5, HMACSHA256, "SHA1"} {
		fields["sign_type"] = signType
		fields["sign"] = V2(signType, fields, "K")
		if want := map[bool]int{true: 64, false: 32}[signType == HMACSHA256]; len(fields["sign"]) != want {
			t.Errorf("%q: %d characters, want %d", signType, len(fields["sign"]), want)
		}
		if !VerifyV2(fields, "K") {
			t.Errorf("%q does not verify", signType)
		}
		for _, bad := range []string{"", strings.ToLower(fields["sign"]), fields["sign"] + "0", strings.Repeat("0", 32)} {
			if spoiled := map[string]string{"mch_id": "1", "media_hash": "2", "sign_type": signType, "sign": bad}; VerifyV2(spoiled, "K") && bad != fields["sign"] {
				t.Errorf("%q: %q verifies", signType, bad)
			}
		}
		if VerifyV2(fields, "L") {
			t.Errorf("%q: another key verifies", signType)
		}
	}
}

func TestSealed(t *testing.T) {
	key := strings.Repeat("k", 32)
	s, err := Seal(key, "abcdefghijkl", "certificate", []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Open(key); err != nil || string(got) != "text" {
		t.Errorf("%q, %v", got, err)
	}
	for name, c := range map[string]struct {
		key   string
		spoil func(*Sealed)
	}{
		"other key":  {strings.Repeat("x", 32), func(*Sealed) {}},
		"short key":  {"k", func(*Sealed) {}},
		"data":       {key, func(s *Sealed) { s.AssociatedData = "x" }},
		"nonce":      {key, func(s *Sealed) { s.Nonce = "x" }},
		"no nonce":   {key, func(s *Sealed) { s.Nonce = "" }},
		"base64":     {key, func(s *Sealed) { s.Ciphertext = "!" }},
		"empty":      {key, func(s *Sealed) { s.Ciphertext = "" }},
		"algorithm":  {key, func(s *Sealed) { s.Algorithm = "AEAD_SM4_GCM" }},
		"long nonce": {key, func(s *Sealed) { s.Nonce = strings.Repeat("n", 65) }},
	} {
		bad := s
		c.spoil(&bad)
		if got, err := bad.Open(c.key); err == nil || strings.Contains(err.Error(), c.key) && len(c.key) > 1 {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := Seal("short", "abcdefghijkl", "", nil); err == nil {
		t.Error("sealed under a short key")
	}
	if _, err := Seal(key, "short", "", nil); err == nil {
		t.Error("sealed with a short nonce")
	}
}

func TestKeys(t *testing.T) {
	encode := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	key := testKey()
	pkcs8, _ := x509.MarshalPKCS8PrivateKey(key)
	pkix, _ := x509.MarshalPKIXPublicKey(&key.PublicKey)
	tmpl := &x509.Certificate{SerialNumber: new(big.Int).SetBytes([]byte{0x0a, 0xbc, 0x12})}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := encode("CERTIFICATE", der)
	for name, text := range map[string][]byte{"PKCS#8": encode("PRIVATE KEY", pkcs8), "PKCS#1": encode("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key))} {
		if got, err := ParsePrivateKey(text); err != nil || !got.Equal(key) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, text := range map[string][]byte{"key": encode("PUBLIC KEY", pkix), "certificate": certPEM} {
		if got, err := ParsePublicKey(text); err != nil || !got.Equal(&key.PublicKey) {
			t.Errorf("public key from a %s: %v", name, err)
		}
	}
	cert, err := ParseCertificate(certPEM)
	if err != nil || Serial(cert) != "0ABC12" {
		t.Errorf("serial %q, %v", Serial(cert), err)
	}
	for _, same := range []string{"0ABC12", "abc12", "0a:bc:12", " 00ABC12 "} {
		if !SameSerial(same, Serial(cert)) {
			t.Errorf("%q is the same serial number", same)
		}
	}
	if SameSerial("ABC120", Serial(cert)) || SameSerial("PUB_KEY_ID_01", "PUB_KEY_ID_1") {
		t.Error("different ones are taken for the same")
	}
	small, _ := rsa.GenerateKey(rand.Reader, 1024)
	ec, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ec8, _ := x509.MarshalPKCS8PrivateKey(ec)
	ecPub, _ := x509.MarshalPKIXPublicKey(&ec.PublicKey)
	secret := strings.TrimSpace(string(encode("PRIVATE KEY", pkcs8)))
	for name, text := range map[string][]byte{
		"nothing": nil, "text": []byte("hello"), "certificate": certPEM, "cut": []byte(secret[:200]), "rubbish": encode("PRIVATE KEY", []byte("x")),
		"EC": encode("PRIVATE KEY", ec8), "encrypted": encode("ENCRYPTED PRIVATE KEY", pkcs8), "public": encode("PUBLIC KEY", pkix),
		"1024 bits": encode("RSA PRIVATE KEY", smallKey(small)),
	} {
		if _, err := ParsePrivateKey(text); err == nil || strings.Contains(err.Error(), secret[40:60]) {
			t.Errorf("private key from %s: %v", name, err)
		}
	}
	for name, text := range map[string][]byte{"nothing": nil, "private": []byte(secret), "EC": encode("PUBLIC KEY", ecPub), "rubbish": encode("PUBLIC KEY", []byte("x"))} {
		if _, err := ParsePublicKey(text); err == nil {
			t.Errorf("public key from %s", name)
		}
	}
	for name, text := range map[string][]byte{"nothing": nil, "key": []byte(secret), "rubbish": encode("CERTIFICATE", []byte("x"))} {
		if _, err := ParseCertificate(text); err == nil {
			t.Errorf("certificate from %s", name)
		}
	}
}

func smallKey(key *rsa.PrivateKey) []byte {
	if key == nil {
		return []byte("x") // this Go makes no key so small
	}
	return x509.MarshalPKCS1PrivateKey(key)
}

func BenchmarkVerifyRSA(b *testing.B) {
	key, text := testKey(), []byte(strings.Repeat("x", 200))
	sig, err := RSA(key, text)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := VerifyRSA(&key.PublicKey, text, sig); err != nil {
			b.Fatal(err)
		}
	}
}

func TestSerial(t *testing.T) {
	for hex, want := range map[string]string{
		"408b07e79b8269fec3d5d3e6ab8ed163a6a380db": "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB",
		"f5765756002fdd77":                         "F5765756002FDD77",
		"00f5":                                     "F5",
		"5":                                        "05",
		"abc":                                      "0ABC",
		"0":                                        "00",
	} {
		n, ok := new(big.Int).SetString(hex, 16)
		if !ok {
			t.Fatal(hex)
		}
		if got := Serial(&x509.Certificate{SerialNumber: n}); got != want {
			t.Errorf("Serial of %s is %s, want %s", hex, got, want)
		}
	}
}
