package server

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/sign"
)

// clockWindow is how far a v3 timestamp may be off, both ways (official page 4012072670).
const clockWindow = 5 * time.Minute

// payV3Family is APIv3: Authorization, meta, signed JSON.
type payV3Family struct{}

// v3Call is what a v3 request claims.
type v3Call struct {
	auth sign.Authorization
	key  *rsa.PublicKey // of the certificate that serial_no names
	text []byte         // the string to sign, as the server has it
}

// newID is a Request-ID without its last number: 26 upper-case hex digits, the first ten of them the time.
func (payV3Family) newID(now time.Time) string {
	return fmt.Sprintf("08%08X%s", uint32(now.Unix()), strings.ToUpper(randomHex(8)))
}

func (payV3Family) admit(c *call) error {
	if c.r.Method != http.MethodPost {
		return refuse(wxup.MethodNotAllowed, "the method is %.16q", c.r.Method)
	}
	return c.admitV3()
}

// admitV3 checks all of a v3 request that its header tells, in the order that the real service was observed to keep.
func (c *call) admitV3() error {
	if c.r.Header.Get("Accept") == "" || c.r.Header.Get("User-Agent") == "" {
		return refuse(wxup.MissingHeader, "Accept or User-Agent is missing")
	}
	lines := c.r.Header.Values("Authorization")
	if len(lines) > 1 {
		return refuse(wxup.BadAuthorization, "there are %d Authorization headers", len(lines))
	}
	auth, err := sign.ParseAuthorization(strings.Join(lines, ""))
	switch {
	case errors.Is(err, sign.ErrScheme):
		return refuse(wxup.BadScheme, "%v", err)
	case err != nil:
		return refuse(wxup.BadAuthorization, "%v", err)
	case (auth.Scheme == sign.SchemeBrand) != (c.ep != nil && c.ep.Brand):
		return refuse(wxup.BadScheme, "the scheme is %s", auth.Scheme)
	}
	c.v3.auth, c.rec.Account = auth, auth.MchID
	sent, err := strconv.ParseInt(auth.Timestamp, 10, 64)
	if err != nil || strings.HasPrefix(auth.Timestamp, "+") {
		return refuse(wxup.Expired, "the timestamp %.32q is not a number of seconds", auth.Timestamp)
	}
	now := c.s.Now().Unix()
	if window := int64(clockWindow / time.Second); sent < now-window || sent > now+window {
		return refuse(wxup.Expired, "the timestamp is %d, the server's clock %d: %d seconds off", sent, now, sent-now)
	}
	if c.ep != nil && c.ep.SerialNeeded && c.s.Strict && c.r.Header.Get("Wechatpay-Serial") == "" {
		return refuse(wxup.BadAuthorization, "this endpoint needs the Wechatpay-Serial header")
	}
	if c.merchant, err = c.s.Index.Merchant(c.ctx, auth.MchID); errors.Is(err, ErrUnknown) {
		return refuse(wxup.UnknownMerchant, "no merchant %.64q", auth.MchID)
	} else if err != nil {
		return internal("look up the merchant", err)
	}
	return c.findKey()
}

// findKey takes the key of the merchant's certificate that serial_no names.
func (c *call) findKey() error {
	if len(c.merchant.Certificates) == 0 {
		return refuse(wxup.NoCertificate, "the merchant has no API certificate")
	}
	for _, mc := range c.merchant.Certificates {
		if !sign.SameSerial(c.v3.auth.SerialNo, sign.Serial(mc.Certificate)) {
			continue
		}
		switch {
		case mc.State == Revoked:
			return refuse(wxup.CertificateRevoked, "certificate %s was revoked", c.v3.auth.SerialNo)
		case mc.State == Replaced:
			return refuse(wxup.CertificateReplaced, "certificate %s was replaced", c.v3.auth.SerialNo)
		case c.s.Now().After(mc.Certificate.NotAfter):
			return refuse(wxup.CertificateExpired, "certificate %s ended on %s", c.v3.auth.SerialNo, mc.Certificate.NotAfter.Format(time.DateOnly))
		}
		key, ok := mc.Certificate.PublicKey.(*rsa.PublicKey)
		if !ok {
			return internal("read the merchant's certificate", fmt.Errorf("its key is %T", mc.Certificate.PublicKey))
		}
		c.v3.key = key
		return nil
	}
	return refuse(wxup.UnknownSerial, "the merchant has no certificate %.64q", c.v3.auth.SerialNo)
}

// prove verifies the signature over the raw bytes of meta. It comes before all that the form lacks: a caller who signed
// an empty meta and sent none is told that meta is missing, as the real service tells it.
func (payV3Family) prove(c *call, f *upload) error {
	if err := c.verifyV3(f.meta); err != nil {
		return err
	}
	if c.merchant.Disabled {
		return refuse(wxup.NotPermitted, "the merchant is disabled")
	}
	if c.merchant.Endpoints != nil && !slices.Contains(c.merchant.Endpoints, c.ep.Name) {
		return refuse(wxup.NotPermitted, "the merchant may not use %s", c.ep.Name)
	}
	digest := sha256.New()
	for _, part := range []string{c.r.Method, target(c.r), c.v3.auth.Signature, string(f.meta)} {
		fmt.Fprintf(digest, "%d:%s", len(part), part)
	}
	if f.file != nil {
		fmt.Fprint(digest, f.file.sha256)
	}
	c.rec.Nonce = &Nonce{
		Account: c.v3.auth.MchID, Value: c.v3.auth.NonceStr,
		Digest:  hex.EncodeToString(digest.Sum(nil)),
		Expires: c.rec.Time.Add(2*clockWindow + time.Second), // the last moment in which its timestamp may pass, to the second
	}
	return nil
}

func (c *call) verifyV3(body []byte) error {
	a := c.v3.auth
	c.v3.text = sign.V3Request(c.r.Method, target(c.r), a.Timestamp, a.NonceStr, body)
	err := sign.VerifyRSA(c.v3.key, c.v3.text, a.Signature)
	if err == nil {
		return nil
	}
	if errors.Is(err, sign.ErrMismatch) {
		// The one mistake that the real service was seen to tell apart: a line more than five, with the mchid in it.
		for _, line := range []string{"\n", "mchid=" + a.MchID + "\n", a.MchID + "\n"} {
			if sign.VerifyRSA(c.v3.key, append(slices.Clip(c.v3.text), line...), a.Signature) == nil {
				return refuse(wxup.BadSignText, "the signed text ends with one line too many: %q", line)
			}
		}
	}
	return refusal{Problem: wxup.BadSignature, reason: err.Error(), detail: c.signDetail()}
}

// signDetail is what the real service tells of its own string to sign: the body is cut to its first 8 bytes.
// Source: community/pay/doc/000426502ccd20d769fa5068651000.
func (c *call) signDetail() json.RawMessage {
	const shown = 8
	body := c.v3.text[len(sign.V3Request(c.r.Method, target(c.r), c.v3.auth.Timestamp, c.v3.auth.NonceStr, nil))-1:]
	head := c.v3.text[:len(c.v3.text)-len(body)]
	body = bytes.TrimSuffix(body, []byte("\n"))
	return encodeJSON(map[string]any{
		"detail":   map[string]string{"issue": "sign not match"},
		"field":    "signature",
		"location": "authorization",
		"sign_information": map[string]any{
			"method":                 c.r.Method,
			"sign_message_length":    len(c.v3.text),
			"truncated_sign_message": string(head) + string(body[:min(shown, len(body))]) + "\n",
			"url":                    target(c.r),
		},
	})
}

// agree reads meta and compares it with the file.
func (payV3Family) agree(c *call, f *upload) (string, error) {
	if f.meta == nil {
		return "", refuse(wxup.NoMeta, "the form has no part named %s", c.ep.MetaPart)
	}
	if slices.Contains(f.twice, c.ep.MetaPart) {
		return "", refuse(wxup.BadMeta, "the form has two parts named %s", c.ep.MetaPart)
	}
	meta, err := readMeta(f.meta)
	if err != nil {
		return "", refuse(wxup.BadMeta, "%v", err)
	}
	for _, field := range c.ep.Fields {
		value := meta[field.Name]
		if value == "" {
			value = f.fields[field.Name] // some documents put these beside meta, as parts of their own
		}
		if field.Required && value == "" {
			return "", refuse(wxup.BadMeta, "meta has no %s", field.Name)
		}
	}
	name := f.file.Filename
	if c.ep.NameField != "" {
		name = meta[c.ep.NameField]
		if n := utf8.RuneCountInString(name); n == 0 || n > nameMost || n > c.ep.NameMax && c.s.Strict {
			return "", refuse(wxup.BadMeta, "meta's %s has %d characters; wanted are 1 to %d", c.ep.NameField, n, c.ep.NameMax)
		} else if n > c.ep.NameMax {
			c.warn("meta's %s has %d characters; the documents allow %d", c.ep.NameField, n, c.ep.NameMax)
		}
		if strings.ContainsFunc(name, unicode.IsControl) {
			return "", refuse(wxup.BadMeta, "meta's %s holds a control character: %.128q", c.ep.NameField, name)
		}
		if err := sameName(c, name, f.file); err != nil {
			return "", err
		}
	}
	if meta[c.ep.DigestField] == "" {
		return "", refuse(wxup.BadMeta, "meta has no %s, or it is not a string", c.ep.DigestField)
	}
	if err := sameDigest(c, meta[c.ep.DigestField], f.file, false); err != nil {
		return "", err
	}
	if c.ep.CheckPartType && !partTypeFits(c.ep, f.file.ContentType) {
		return "", refuse(wxup.BadPartType, "the file part's Content-Type is %.64q", f.file.ContentType)
	}
	return name, nil
}

// readMeta reads the JSON object of the meta part: its members that are strings. A member that occurs twice is refused,
// since two readers could take two different ones.
func readMeta(text []byte) (map[string]string, error) {
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

func partTypeFits(ep *wxup.Endpoint, contentType string) bool {
	contentType, _, _ = strings.Cut(contentType, ";")
	contentType = strings.TrimSpace(strings.ToLower(contentType))
	if contentType == "image/jpg" { // what the documents call image/jpeg
		contentType = media.JPEG.MIME()
	}
	for _, a := range ep.Accepts {
		if a.Format.MIME() == contentType {
			return true
		}
	}
	return false
}

const jsonUTF8 = "application/json; charset=utf-8"

func (payV3Family) accepted(c *call, m *Media) reply {
	value := m.URL
	if !m.Public {
		value = m.ID
	}
	body, err := wxup.MarshalV3(c.ep, value)
	if err != nil {
		return c.say(asRefusal(internal("write the answer", err)))
	}
	return c.signed(reply{http.StatusOK, jsonUTF8, body}, 0)
}

func (payV3Family) refused(c *call, p refusal) reply {
	r := wxup.PayV3.Refusal(p.Problem, c.s.Profile)
	if r.Code == "" {
		return c.signed(reply{status: r.Status}, r.Number)
	}
	answer := wxup.V3Refusal{Code: r.Code, Message: r.Message}
	switch {
	case p.detail != nil && r.Code == "SIGN_ERROR":
		answer.Detail = p.detail
	case r.Field != "":
		answer.Detail = encodeJSON(wxup.V3Detail{Field: r.Field, Location: r.Where})
	}
	return c.signed(reply{r.Status, jsonUTF8, encodeJSON(answer)}, r.Number)
}

// signed completes a v3 answer: the headers that all of them carry, and the signature. Only callers who have proved who
// they are get a signature; the real service was seen to sign its 200s and 400s, not its 401s.
func (c *call) signed(rep reply, number int) reply {
	base, _, _ := strings.Cut(c.rec.ID, "-")
	c.rec.ID = base + "-" + strconv.Itoa(number)
	h := c.w.Header()
	h.Set("Server", "wxup")
	h.Set("Cache-Control", "no-cache, must-revalidate")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Language", "zh-CN")
	h.Set("Request-ID", c.rec.ID)
	if c.s.KeepAlive > 0 && c.r.ProtoMajor == 1 {
		h.Set("Connection", "keep-alive")
		h.Set("Keep-Alive", fmt.Sprintf("timeout=%d", int(c.s.KeepAlive/time.Second)))
	}
	if !c.rec.Proven {
		return rep
	}
	if err := c.sign(rep.body); err != nil {
		c.s.Log.Error("answer not signed", "id", c.rec.ID, "err", err)
	}
	return rep
}

func (c *call) sign(body []byte) error {
	ctx, cancel := c.closing()
	defer cancel()
	key, err := c.answerKey(ctx)
	if err != nil {
		return err
	}
	timestamp, nonce := strconv.FormatInt(c.s.Now().Unix(), 10), randomHex(16)
	signature, err := sign.RSA(key.Key, sign.V3Answer(timestamp, nonce, body))
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("Wechatpay-Timestamp", timestamp)
	h.Set("Wechatpay-Nonce", nonce)
	h.Set("Wechatpay-Signature", signature)
	h.Set("Wechatpay-Serial", key.ID)
	h.Set("Wechatpay-Signature-Type", sign.SchemeRSA)
	return nil
}

// answerKey chooses the key that signs an answer: the one that the request's Wechatpay-Serial names, else the default of
// the merchant's mode.
func (c *call) answerKey(ctx context.Context) (PlatformKey, error) {
	keys, err := c.s.Index.PlatformKeys(ctx)
	if err != nil {
		return PlatformKey{}, err
	}
	if len(keys) == 0 {
		return PlatformKey{}, errors.New("there is no platform key")
	}
	asked := c.r.Header.Get("Wechatpay-Serial")
	onlyPublic := c.merchant != nil && c.merchant.PublicKeyOnly
	wantCertificate := c.ep == nil // GET /v3/certificates: signed by one of the certificates it brings
	best := -1
	for i, k := range keys {
		if asked != "" && sign.SameSerial(asked, k.ID) && !(wantCertificate && k.Certificate == nil) {
			return k, nil
		}
		if best < 0 && (!onlyPublic || k.Certificate == nil) && (!wantCertificate || k.Certificate != nil) {
			best = i
		}
	}
	return keys[max(best, 0)], nil
}

// beijing is the zone of the times that WeChat writes.
var beijing = time.FixedZone("CST", 8*60*60)

// certificates is GET /v3/certificates: the platform certificates, each encrypted under the merchant's APIv3 key.
// Source: pay.weixin.qq.com wiki wechatpay5_1.
func (s *Server) certificates(w http.ResponseWriter, r *http.Request) {
	c := s.newCall(w, r, payV3Family{}, nil)
	rep, err := s.listCertificates(c)
	if err != nil {
		c.finish(nil, err)
		return
	}
	c.done(c.signed(rep, 0))
}

func (s *Server) listCertificates(c *call) (reply, error) {
	if c.r.Method != http.MethodGet {
		return reply{}, refuse(wxup.MethodNotAllowed, "the method is %.16q", c.r.Method)
	}
	if err := c.step("admit", c.admitV3()); err != nil {
		return reply{}, err
	}
	body, err := io.ReadAll(io.LimitReader(c.r.Body, fieldMost))
	if err != nil {
		return reply{}, refuse(wxup.BadForm, "read the body: %v", err)
	}
	if err := c.step("prove", c.verifyV3(body)); err != nil {
		return reply{}, err
	}
	c.rec.Proven = true
	switch {
	case c.merchant.PublicKeyOnly:
		return reply{}, refuse(wxup.NoPlatformCertificate, "the merchant is in public-key mode")
	case c.merchant.APIv3Key == "":
		return reply{}, refuse(wxup.NoAPIv3Key, "the merchant has set no APIv3 key")
	}
	keys, err := s.Index.PlatformKeys(c.ctx)
	if err != nil {
		return reply{}, internal("list the platform keys", err)
	}
	list := wxup.CertificateList{Data: []wxup.CertificateItem{}}
	for _, k := range keys {
		if k.Certificate == nil {
			continue
		}
		text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: k.Certificate.Raw})
		secret, err := sign.Seal(c.merchant.APIv3Key, randomHex(6), "certificate", text)
		if err != nil {
			return reply{}, internal("encrypt the certificate", err)
		}
		list.Data = append(list.Data, wxup.CertificateItem{
			SerialNo: k.ID, EffectiveTime: k.Certificate.NotBefore.In(beijing),
			ExpireTime: k.Certificate.NotAfter.In(beijing), EncryptCertificate: secret,
		})
	}
	return reply{http.StatusOK, jsonUTF8, encodeJSON(list)}, nil
}
