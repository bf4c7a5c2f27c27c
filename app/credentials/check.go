package credentials

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"path/filepath"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/wxup/wxup/app/settings"
)

// check returns an error if a credential cannot be what its variable says: a file that cannot be
// read, or that others can read; a path in place of a value; the merchant's key and certificate
// swapped. Keys are parsed later.
func (v Values) check(names []string) error {
	for _, name := range names {
		text, variable, err := v.Text(name)
		if err != nil {
			return err
		}
		if settings.IsFile(name) && v[variable] == string(text) && LooksLikePath(string(text)) {
			return texts.Errorf("%[1]s holds a path; set %[1]s_FILE to it", variable)
		}
	}
	return v.Swapped()
}

// Swapped returns an error if the merchant's key and certificate stand in each other's place.
func (v Values) Swapped() error {
	key, keyVariable, err1 := v.Text("mch_key")
	cert, certVariable, err2 := v.Text("mch_cert")
	if err1 == nil && err2 == nil && bytes.Contains(key, []byte("BEGIN CERTIFICATE")) && bytes.Contains(cert, []byte("PRIVATE KEY-----")) {
		return texts.Errorf("%s holds the certificate and %s the private key: swap them", keyVariable, certVariable)
	}
	return nil
}

// P12 reads apiclient_cert.p12. Its password is the merchant number, as WeChat makes it.
func (v Values) P12(mchid string) (tls.Certificate, error) {
	const variable = "WXUP_MCH_P12_FILE"
	data, err := readFile("mch_p12", variable, v[variable])
	if err != nil {
		return tls.Certificate{}, err
	}
	key, cert, _, err := pkcs12.DecodeChain(data, mchid)
	if err != nil {
		return tls.Certificate{}, texts.Errorf("%s: %s does not open with the merchant number as its password: %w", variable, filepath.Base(v[variable]), err)
	}
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}, nil
}

// unpack puts the key and the certificate of a p12 into the values, unless both are there as PEM.
func (v Values) unpack() error {
	if v["WXUP_MCH_P12_FILE"] == "" || v.Has("mch_cert") && v.Has("mch_key") {
		return nil
	}
	mchid, err := v.Line("mchid")
	if err != nil {
		return err
	}
	pair, err := v.P12(mchid)
	if err != nil {
		return err
	}
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		return texts.Errorf("%s: %w", "WXUP_MCH_P12_FILE", err)
	}
	for variable, block := range map[string]*pem.Block{
		"WXUP_MCH_KEY": {Type: "PRIVATE KEY", Bytes: key}, "WXUP_MCH_CERT": {Type: "CERTIFICATE", Bytes: pair.Certificate[0]},
	} {
		v[variable] = string(pem.EncodeToMemory(block))
		delete(v, variable+"_FILE")
	}
	return nil
}
