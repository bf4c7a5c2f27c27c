package server

import (
	"cmp"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

// payV3 is APIv3: Authorization, meta, signed JSON.
type payV3 struct {
	auth sign.Authorization
	key  *rsa.PublicKey // of the certificate that serial_no names
	text []byte         // the string to sign, as the server computes it
	done bool           // the signature was verified while the body was read
}

func (*payV3) kind() wxup.Family { return wxup.PayV3 }

func (*payV3) newID(now time.Time) string { return requestID(now) }

// requestID makes a Request-ID without its last number: 26 upper-case hex digits, the first ten of
// them from the time.
func requestID(now time.Time) string {
	return fmt.Sprintf("08%08X%s", uint32(now.Unix()), strings.ToUpper(randomHex(8)))
}

func (v *payV3) admit(c *call) error {
	if c.r.Method != http.MethodPost {
		return refuse(problem.MethodNotAllowed, "the method is %.16q", c.r.Method)
	}
	return v.admitHeader(c)
}

// admitHeader checks everything that the header of a v3 request tells, in the order that was
// observed at the real service.
func (v *payV3) admitHeader(c *call) error {
	if c.r.Header.Get("Accept") == "" || c.r.Header.Get("User-Agent") == "" {
		return refuse(problem.MissingHeader, "Accept or User-Agent is missing")
	}
	lines := c.r.Header.Values("Authorization")
	if len(lines) > 1 {
		return refuse(problem.BadAuthorization, "there are %d Authorization headers", len(lines))
	}
	auth, err := sign.ParseAuthorization(strings.Join(lines, ""))
	switch {
	case errors.Is(err, sign.ErrScheme):
		return refuse(problem.BadScheme, "%v", err)
	case err != nil:
		return refuse(problem.BadAuthorization, "%v", err)
	case (auth.Scheme == sign.SchemeBrand) != (c.ep != nil && c.ep.Brand):
		return refuse(problem.BadScheme, "the scheme is %s", auth.Scheme)
	}
	v.auth, c.rec.Account = auth, auth.MchID
	if strings.Count(lines[0], " ") > 1 {
		c.warn("the Authorization header has more blanks than the one behind the scheme, or is folded over lines; the documents want exactly one blank")
	}
	if explain.IsPlaceholder(auth.NonceStr) {
		c.warn("nonce_str is %.40s: a value that was not filled in; each request needs a new one", auth.NonceStr)
	}
	now := c.s.Now()
	switch sent, within, err := wire.InWindow(auth.Timestamp, now); {
	case err != nil:
		return refuse(problem.Expired, "the timestamp %v", err)
	case !within:
		return refuse(problem.Expired, "the timestamp is %d, the server's clock %d: %d seconds off", sent, now.Unix(), sent-now.Unix())
	}
	if c.ep != nil && c.ep.SerialNeeded && c.s.Strict && c.r.Header.Get(wire.SerialHeader) == "" {
		return refuse(problem.BadAuthorization, "this endpoint needs the Wechatpay-Serial header")
	}
	if c.merchant, err = c.s.Index.Merchant(c.ctx, auth.MchID); errors.Is(err, ErrNotFound) {
		return refuse(problem.UnknownMerchant, "no merchant %.64q", auth.MchID)
	} else if err != nil {
		return internal("look up the merchant", err)
	}
	v.key, err = certifiedKey(c.merchant, auth.SerialNo, now)
	return err
}

// certifiedKey returns the key of the merchant's certificate that serial_no names.
func certifiedKey(m *Merchant, serial string, now time.Time) (*rsa.PublicKey, error) {
	if len(m.Certificates) == 0 {
		return nil, refuse(problem.NoCertificate, "the merchant has no API certificate")
	}
	for _, mc := range m.Certificates {
		if !sign.SameSerial(serial, sign.Serial(mc.Certificate)) {
			continue
		}
		switch {
		case mc.State == Revoked:
			return nil, refuse(problem.CertificateRevoked, "certificate %s was revoked", serial)
		case mc.State == Replaced:
			return nil, refuse(problem.CertificateReplaced, "certificate %s was replaced", serial)
		case now.After(mc.Certificate.NotAfter):
			return nil, refuse(problem.CertificateExpired, "certificate %s expired on %s", serial, mc.Certificate.NotAfter.Format(time.DateOnly))
		}
		key, ok := mc.Certificate.PublicKey.(*rsa.PublicKey)
		if !ok {
			return nil, internal("read the merchant's certificate", fmt.Errorf("its key is %T", mc.Certificate.PublicKey))
		}
		return key, nil
	}
	return nil, refuse(problem.UnknownSerial, "the merchant has no certificate %.64q", serial)
}

// prove verifies the signature over the raw bytes of meta. It comes before anything that the form
// lacks: a caller that signed an empty meta and sent none is told that meta is missing, as the real
// service tells it.
func (v *payV3) prove(c *call, u *upload) error {
	if !v.done || u.misread {
		if err := v.verify(c.r, u.meta); err != nil {
			return err
		}
	}
	if c.merchant.Disabled {
		return refuse(problem.NotPermitted, "the merchant is disabled")
	}
	if c.merchant.Endpoints != nil && !slices.Contains(c.merchant.Endpoints, c.ep.Name) {
		return refuse(problem.NotPermitted, "the merchant may not use %s", c.ep.Name)
	}
	digest := sha256.New()
	for _, part := range []string{c.r.Method, target(c.r), v.auth.Signature, string(u.meta)} {
		fmt.Fprintf(digest, "%d:%s", len(part), part)
	}
	if u.file != nil {
		fmt.Fprint(digest, u.file.sha256)
	}
	c.rec.Nonce = &Nonce{
		Account: v.auth.MchID, Value: spendable(v.auth.NonceStr, c.s.Secrets),
		Digest: hex.EncodeToString(digest.Sum(nil)),
		// The last moment at which its timestamp is within the window, to the second.
		Expires: c.rec.Time.Add(2*wire.Window + time.Second),
	}
	return nil
}

// recognize verifies the signature when meta has come, which mostly is before the file.
func (v *payV3) recognize(c *call, u *upload) (account string) {
	if u == nil || u.meta == nil || v.text != nil || v.verify(c.r, u.meta) != nil {
		return ""
	}
	v.done = true
	return c.merchant.MchID
}

// spendable returns the form in which a nonce is kept: one that holds a secret, as its hash.
func spendable(nonce string, secrets Secrets) string {
	if secrets.Mask(nonce) == nonce {
		return nonce
	}
	sum := sha256.Sum256([]byte(nonce))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// verify verifies the signature of a request with this body.
func (v *payV3) verify(r *http.Request, body []byte) error {
	a := v.auth
	v.text = sign.V3Request(r.Method, target(r), a.Timestamp, a.NonceStr, body)
	err := sign.VerifyRSA(v.key, v.text, a.Signature)
	if errors.Is(err, sign.ErrMismatch) {
		// The one mistake that the real service was seen to tell apart: a line after the fifth,
		// with the mchid in it.
		for _, line := range []string{"\n", "mchid=" + a.MchID + "\n", a.MchID + "\n"} {
			if sign.VerifyRSA(v.key, append(slices.Clip(v.text), line...), a.Signature) == nil {
				return refuse(problem.BadSignText, "the signed text ends with one line too many: %q", line)
			}
		}
	}
	if err != nil {
		return refuse(problem.BadSignature, "%v", err)
	}
	return nil
}

// agree reads meta and compares it with the file.
func (*payV3) agree(c *call, u *upload) (string, error) {
	if u.meta == nil {
		return "", refuse(problem.NoMeta, "the form has no part named %s", c.ep.MetaPart)
	}
	if slices.Contains(u.twice, c.ep.MetaPart) {
		return "", refuse(problem.BadMeta, "the form has two parts named %s", c.ep.MetaPart)
	}
	meta, err := wire.ParseMeta(u.meta)
	if err != nil {
		return "", refuse(problem.BadMeta, "%v", err)
	}
	for _, field := range c.ep.Fields {
		value := ""
		if field.Part == "" {
			value = meta[field.Name]
		}
		if value == "" {
			value = u.field(field) // some documents put these beside meta, as parts of their own
		}
		if field.Required && value == "" {
			return "", refuse(problem.BadMeta, "meta has no %s", field.Name)
		}
	}
	name := u.file.Filename
	if c.ep.NameField != "" {
		name = meta[c.ep.NameField]
		if err := checkName(c, name); err != nil {
			return "", err
		}
		if err := sameName(c, name, u.file); err != nil {
			return "", err
		}
	}
	if c.ep.DigestField != "" && meta[c.ep.DigestField] == "" {
		return "", refuse(problem.BadMeta, "meta has no %s, or it is not a string", c.ep.DigestField)
	}
	if err := sameDigest(c, meta[c.ep.DigestField], u.file, false); err != nil {
		return "", err
	}
	if !c.ep.TakesType(u.file.ContentType) {
		return "", refuse(problem.BadPartType, "the file part's Content-Type is %.64q", u.file.ContentType)
	}
	return name, nil
}

// checkName checks the file's name as meta says it.
func checkName(c *call, name string) error {
	field, max := c.ep.NameField, cmp.Or(c.ep.NameMax, wire.NameMax)
	n := utf8.RuneCountInString(name)
	switch {
	case n == 0 || n > maxName || n > max && c.s.Strict:
		return refuse(problem.BadMeta, "meta's %s has %d characters; it must have 1 to %d", field, n, max)
	case n > max:
		c.warn("meta's %s has %d characters; the documents allow %d", field, n, max)
	}
	if strings.ContainsFunc(name, unicode.IsControl) {
		return refuse(problem.BadMeta, "meta's %s holds a control character: %.128q", field, name)
	}
	return nil
}
