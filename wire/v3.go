package wire

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/wxup/wxup/sign"
)

// Window is how far the timestamp of a request or an answer may be off, either way (official page
// 4012072670; SDKs allow answers the same).
const Window = 5 * time.Minute

// NameMax is the maximum length of a file's name, in characters, if an endpoint's page does not
// name one.
const NameMax = 128

// InWindow reads a timestamp in seconds, and reports whether it is within [Window] of now. What is
// not a number of seconds is an error.
func InWindow(timestamp string, now time.Time) (sent int64, within bool, err error) {
	sent, err = strconv.ParseInt(timestamp, 10, 64)
	if err != nil || strings.HasPrefix(timestamp, "+") {
		return 0, false, fmt.Errorf("%.32q is not a number of seconds", timestamp)
	}
	at, most := now.Unix(), int64(Window/time.Second)
	return sent, sent >= at-most && sent <= at+most, nil
}

// RequestIDHeader carries the id of an APIv2 or APIv3 answer. WeChat spells it so, and some clients
// look for this spelling alone. [http.Header.Set] would write Request-Id: a server assigns the
// map's element instead.
const RequestIDHeader = "Request-ID"

// SerialHeader names, in a request, the key that the answer is to be signed with; in an answer, the
// key that signed it.
const SerialHeader = "Wechatpay-Serial"

// The headers that prove an answer, beside SerialHeader.
const (
	timestampHeader = "Wechatpay-Timestamp"
	nonceHeader     = "Wechatpay-Nonce"
	SignatureHeader = "Wechatpay-Signature"
	typeHeader      = "Wechatpay-Signature-Type"
)

// Proof is the headers that prove an answer to be WeChat's: a signature over timestamp, nonce and
// body. See [sign.V3Answer].
type Proof struct{ Timestamp, Nonce, Signature, Serial string }

// Set writes the proof into an answer's header.
func (p Proof) Set(h http.Header) {
	h.Set(timestampHeader, p.Timestamp)
	h.Set(nonceHeader, p.Nonce)
	h.Set(SignatureHeader, p.Signature)
	h.Set(SerialHeader, p.Serial)
	h.Set(typeHeader, sign.SchemeRSA)
}

// ReadProof reads the proof of an answer. It is an error if a part is missing, or if the signature
// is of an unknown kind.
func ReadProof(h http.Header) (Proof, error) {
	p := Proof{h.Get(timestampHeader), h.Get(nonceHeader), h.Get(SignatureHeader), h.Get(SerialHeader)}
	for _, part := range []Field{{timestampHeader, p.Timestamp}, {nonceHeader, p.Nonce}, {SignatureHeader, p.Signature}, {SerialHeader, p.Serial}} {
		if part.Value == "" {
			return p, &words{"it has no " + part.Name, "应答没有 " + part.Name}
		}
	}
	if kind := h.Get(typeHeader); kind != "" && kind != sign.SchemeRSA {
		return p, &words{fmt.Sprintf("it is signed as %.64q; only %s is known", kind, sign.SchemeRSA),
			fmt.Sprintf("应答的签名类型是 %.64q；只支持 %s", kind, sign.SchemeRSA)}
	}
	return p, nil
}

// Within checks the proof's timestamp against the clock here.
func (p Proof) Within(now time.Time) error {
	sent, within, err := InWindow(p.Timestamp, now)
	switch {
	case err != nil:
		return &words{fmt.Sprintf("its %s %v", timestampHeader, err), fmt.Sprintf("应答的 %s %.32q 不是秒数", timestampHeader, p.Timestamp)}
	case !within:
		return &words{fmt.Sprintf("its %s is %d, the clock here %d: more than %d seconds off", timestampHeader, sent, now.Unix(), int64(Window/time.Second)),
			fmt.Sprintf("应答的 %s 是 %d，本机时钟是 %d：相差超过 %d 秒", timestampHeader, sent, now.Unix(), int64(Window/time.Second))}
	}
	return nil
}

// MarshalMeta writes the meta part. It is made once: these bytes are signed, and these bytes are
// sent.
//
//	{"filename":"filea.jpg","sha256":"hjkahkjsjkfsjk78687dhjahdajhk"}
func MarshalMeta(fields []Field) string {
	members := make([]Member, len(fields))
	for i, f := range fields {
		members[i] = Member{f.Name, f.Value}
	}
	text, _ := flat(members) // a text can always be encoded
	return string(text)
}

// ParseMeta reads the meta part: its members that are texts. A member that occurs twice is refused,
// since two readers could take two different ones.
func ParseMeta(text []byte) (map[string]string, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("meta is not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("meta is not a JSON object")
	}
	meta, seen := map[string]string{}, map[string]bool{}
	for dec.More() {
		t, err := dec.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return nil, errors.New("meta is not valid JSON")
		}
		if seen[key] {
			return nil, fmt.Errorf("meta holds %.64q twice", key)
		}
		seen[key] = true
		var raw json.RawMessage
		if dec.Decode(&raw) != nil {
			return nil, errors.New("meta is not valid JSON")
		}
		var value string
		if json.Unmarshal(raw, &value) == nil {
			meta[key] = value
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, errors.New("meta is not valid JSON")
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("something follows meta's JSON object")
	}
	return meta, nil
}

// MarshalV3 writes the body of an accepted APIv3 upload. A dot in a member's name steps into an
// object: "receipt.receipt_id".
func MarshalV3(members ...Member) ([]byte, error) { return object(members) }

// UnmarshalV3 reads what [MarshalV3] writes; other members may stand beside it. Documents disagree
// about the name of a member that holds a URL, media_url or image_url: either is read.
func UnmarshalV3(path string, body []byte) (string, error) {
	o, err := ParseObject(body)
	if err != nil {
		return "", err
	}
	return o.Text(path, "media_url", "image_url")
}

// V3Refusal is the body of a refused APIv3 request:
//
//	{"code":"PARAM_ERROR","message":"…","detail":{"field":"/body/meta","value":"","location":"body"}}
type V3Refusal struct {
	Code    string          `json:"code"`
	Message string          `json:"message"`
	Detail  json.RawMessage `json:"detail,omitempty"`
}

// V3Detail is the detail of a [V3Refusal] about one field.
type V3Detail struct {
	Field    string `json:"field"`
	Value    string `json:"value"`
	Issue    string `json:"issue,omitempty"`
	Location string `json:"location"`
}

// SignDetail is the detail of a [V3Refusal] about a signature that does not match: what the real
// service tells of its own string to sign, text, whose body has bodyLen bytes and is cut to the
// first 8. Source: community/pay/doc/000426502ccd20d769fa5068651000.
func SignDetail(method, url string, text []byte, bodyLen int) (json.RawMessage, error) {
	const shown = 8
	head := len(text) - len("\n") - bodyLen
	return Marshal(map[string]any{
		"detail":   map[string]string{"issue": "sign not match"},
		"field":    "signature",
		"location": "authorization",
		"sign_information": map[string]any{
			"method":                 method,
			"sign_message_length":    len(text),
			"truncated_sign_message": string(text[:head+min(shown, bodyLen)]) + "\n",
			"url":                    url,
		},
	})
}

// CertificateList is the answer of GET /v3/certificates: the platform certificates in PEM, each
// encrypted under the merchant's APIv3 key. Two at once stand in it while one is replaced by the
// next.
//
//	{"data":[{"serial_no":"5DEA…","effective_time":"2023-09-19T23:15:58+08:00","expire_time":"2028-09-17T23:15:58+08:00",
//	 "encrypt_certificate":{"algorithm":"AEAD_AES_256_GCM","nonce":"14b16c03dc1b","associated_data":"certificate","ciphertext":"…"}}]}
//
// Source: pay.weixin.qq.com wiki wechatpay5_1.
type CertificateList struct {
	Data []CertificateItem `json:"data"`
}

// CertificateItem is one platform certificate of a [CertificateList].
type CertificateItem struct {
	SerialNo           string      `json:"serial_no"`
	EffectiveTime      time.Time   `json:"effective_time"`
	ExpireTime         time.Time   `json:"expire_time"`
	EncryptCertificate sign.Sealed `json:"encrypt_certificate"`
}

// Beijing is the zone of the times that WeChat writes.
var Beijing = time.FixedZone("CST", 8*60*60)

// SealCertificate encrypts a platform certificate under an APIv3 key, with a nonce of 12
// characters.
func SealCertificate(serial string, cert *x509.Certificate, apiv3Key, nonce string) (CertificateItem, error) {
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
	sealed, err := sign.Seal(apiv3Key, nonce, "certificate", text)
	return CertificateItem{serial, cert.NotBefore.In(Beijing), cert.NotAfter.In(Beijing), sealed}, err
}

// Open decrypts what [SealCertificate] has encrypted.
func (i CertificateItem) Open(apiv3Key string) (*x509.Certificate, error) {
	text, err := i.EncryptCertificate.Open(apiv3Key)
	if err != nil {
		return nil, fmt.Errorf("open certificate %.64q: %w", i.SerialNo, err)
	}
	cert, err := sign.ParseCertificate(text)
	if err != nil {
		return nil, fmt.Errorf("read certificate %.64q: %w", i.SerialNo, err)
	}
	return cert, nil
}
