package explain

import (
	"crypto/rsa"
	"crypto/sha1"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/sign"
)

// A holder is a key that may have made a signature, and whose it is.
type holder struct {
	Key
	merchant *Merchant // nil: WeChat Pay
	own      bool      // of the merchant that the request claims to come from
}

// maxKeys bounds how many keys are tried, at about 60 µs each.
const maxKeys = 64

// holders lists the keys that are known, the sender's own first.
func holders(known *Known) []holder {
	var list []holder
	seen := map[string]bool{}
	add := func(m *Merchant, own bool, keys []Key) {
		for _, k := range keys {
			if k.Public == nil || k.Public.E < 2 || k.Public.N.Sign() <= 0 || len(list) >= maxKeys {
				continue
			}
			if id := string(k.Public.N.Bytes()); !seen[id] {
				seen[id] = true
				list = append(list, holder{k, m, own})
			}
		}
	}
	if m := known.Merchant; m != nil {
		add(m, true, m.Keys)
	}
	add(nil, false, known.Platform)
	for _, m := range known.Others {
		add(m, false, m.Keys)
	}
	return list
}

// claimedKey returns the key that serial_no names, and says what is wrong with serial_no and mchid.
func claimedKey(f *facts, d *draft, a sign.Authorization, keys []holder) *holder {
	fact := fmt.Sprintf(`mchid="%s",serial_no="%s"`, a.MchID, a.SerialNo)
	if strings.HasPrefix(a.MchID, "wx") && len(a.MchID) == 18 {
		d.find("v3.mchid.appid", a.MchID, fact)
	}
	if !digits(a.MchID) && sameAs(keys, a.MchID) && sign.SameSerial(a.MchID, a.SerialNo) {
		d.find("v3.mchid.serial", "", fact)
	}
	if a.MchID != "" && !digits(a.MchID) && !d.report.Has("v3.mchid.appid") && !text.IsNothing(a.MchID) && !sameAs(keys, a.MchID) && !d.found("v3.authorization.not_ascii") {
		d.find("v3.mchid.not_number", d.secrets.visible(a.MchID, 40), fact)
	}
	if a.SerialNo == "" || IsPlaceholder(a.SerialNo) {
		return nil
	}
	for i, k := range keys {
		if !sign.SameSerial(a.SerialNo, k.Serial) {
			continue
		}
		switch {
		case k.merchant == nil && sign.IsPublicKeyID(k.Serial):
			d.find("v3.serial.public_key_id", a.SerialNo, fact)
		case k.merchant == nil:
			d.find("v3.serial.platform", a.SerialNo, fact)
		}
		judgeCertificate(d, serialCauses, k.Key, f.Received, fact)
		return &keys[i]
	}
	misspelledSerial(d, a, keys, fact)
	return nil
}

// certificateCauses are the causes for the states of a certificate.
type certificateCauses struct{ revoked, replaced, expired, notYet string }

var serialCauses = certificateCauses{"v3.serial.revoked", "v3.serial.replaced", "v3.serial.expired", "v3.serial.not_yet"}

// judgeCertificate says what has become of a certificate that is known.
func judgeCertificate(d *draft, causes certificateCauses, k Key, now time.Time, fact string) {
	switch {
	case k.State == Revoked:
		d.find(causes.revoked, k.Serial, fact)
	case k.State == Replaced:
		d.find(causes.replaced, k.Serial, fact)
	case k.Certificate != nil && !now.IsZero() && now.After(k.Certificate.NotAfter):
		d.find(causes.expired, k.Certificate.NotAfter.Format("2006-01-02"), fact)
	case k.Certificate != nil && !now.IsZero() && now.Before(k.Certificate.NotBefore):
		d.find(causes.notYet, k.Certificate.NotBefore.Format("2006-01-02"), fact)
	}
}

// misspelledSerial recognizes a serial_no that was derived from a known certificate.
func misspelledSerial(d *draft, a sign.Authorization, keys []holder, fact string) {
	serial := a.SerialNo
	if sign.IsPublicKeyID(serial) {
		d.find("v3.serial.public_key_id", serial, fact)
		return
	}
	if strings.Contains(serial, "BEGIN CERTIFICATE") {
		d.find("v3.serial.certificate", "", d.secrets.cutWord(serial))
		return
	}
	if serial == a.MchID {
		d.find("v3.serial.mchid", "", fact)
		return
	}
	bare := sign.CanonicalSerial(strings.Trim(serial, ` "'`))
	for _, k := range keys {
		serial := sign.CanonicalSerial(k.Serial)
		number, ok := new(big.Int).SetString(serial, 16)
		if k.merchant == nil || !ok {
			continue
		}
		thumb := ""
		if k.Certificate != nil {
			thumb = fmt.Sprintf("%X", sha1.Sum(k.Certificate.Raw))
		}
		switch {
		case bare == number.String():
			d.find("v3.serial.decimal", k.Serial, fact)
		case thumb != "" && strings.EqualFold(bare, strings.TrimLeft(thumb, "0")):
			d.find("v3.serial.thumbprint", k.Serial, fact)
		case bare != serial && (strings.TrimPrefix(bare, "SERIAL=") == serial || sign.CanonicalSerial(strings.TrimPrefix(bare, "X")) == serial ||
			strings.NewReplacer("-", "", " ", "", "_", "").Replace(bare) == serial):
			d.find("v3.serial.decorated", k.Serial, fact)
		case len(bare) > len(serial) && strings.Contains(strings.ToUpper(a.SerialNo), serial):
			d.find("v3.serial.decorated", k.Serial, fact)
		case len(bare) >= 8 && len(bare) < len(serial) && (strings.HasPrefix(serial, bare) || strings.HasSuffix(serial, bare)):
			d.find("v3.serial.cut", k.Serial, fact)
		case bare == reverseHex(serial):
			d.find("v3.serial.reversed", k.Serial, fact)
		default:
			continue
		}
		return
	}
	for _, k := range keys {
		if k.merchant != nil && sign.SameSerial(a.MchID, k.Serial) {
			d.find("v3.serial.swapped", "", fact)
		}
	}
}

// sameAs reports whether a text is the serial number of one of the keys.
func sameAs(keys []holder, serial string) bool {
	for _, k := range keys {
		if sign.SameSerial(serial, k.Serial) {
			return true
		}
	}
	return false
}

// sampleValues are what the documentation prints in an Authorization header.
var sampleValues = []string{"1900000001", "1900231671", "1000000000", "1FB89742D19F2BD30B69948D16DECA0FCB4481EB"}

// unfilled says which values of the Authorization header were not filled in, or are those of the
// documentation, which it takes out. That of the signature is said with what else is wrong with it.
func unfilled(d *draft, a *sign.Authorization, known *Known) {
	var names []string
	for _, x := range []struct {
		name  string
		value *string
	}{{"mchid", &a.MchID}, {"serial_no", &a.SerialNo}, {"timestamp", &a.Timestamp}} {
		sample := slices.Contains(sampleValues, *x.value) && !isKnown(known, *x.value)
		if sample || IsPlaceholder(*x.value) {
			names = append(names, x.name+"="+d.secrets.visible(*x.value, 40))
		}
		if sample {
			*x.value = ""
		}
	}
	if len(names) > 0 {
		d.find("v3.authorization.placeholder", strings.Join(names, ", "), strings.Join(names, ", "))
	}
}

// isKnown reports whether a merchant or a certificate goes by this name.
func isKnown(known *Known, name string) bool {
	if known == nil {
		return false
	}
	return slices.ContainsFunc(append([]*Merchant{known.Merchant}, known.Others...), func(m *Merchant) bool {
		return m != nil && (m.ID == name || hasSerial(name)(m))
	})
}

// exchanged recognizes two values of the Authorization header in each other's place, and puts them
// right.
func exchanged(d *draft, a *sign.Authorization, known *Known, received time.Time) {
	ids, serials := map[string]bool{}, map[string]bool{}
	for _, m := range append([]*Merchant{known.Merchant}, known.Others...) {
		if m != nil {
			ids[m.ID] = true
			for _, k := range m.Keys {
				serials[sign.CanonicalSerial(k.Serial)] = true
			}
		}
	}
	isTime := func(s string) bool {
		n, err := strconv.ParseInt(s, 10, 64)
		return err == nil && len(s) == 10 && !received.IsZero() && time.Unix(n, 0).Sub(received).Abs() < 24*time.Hour
	}
	isSerial := func(s string) bool { return serials[sign.CanonicalSerial(s)] }
	isID := func(s string) bool { return ids[s] }
	for _, x := range []struct {
		names        string
		right, wrong *string
		is           func(string) bool
	}{
		{"mchid, nonce_str", &a.MchID, &a.NonceStr, isID}, {"mchid, timestamp", &a.MchID, &a.Timestamp, isID},
		{"serial_no, nonce_str", &a.SerialNo, &a.NonceStr, isSerial}, {"serial_no, timestamp", &a.SerialNo, &a.Timestamp, isSerial},
		{"timestamp, nonce_str", &a.Timestamp, &a.NonceStr, isTime}, {"timestamp, serial_no", &a.Timestamp, &a.SerialNo, isTime},
	} {
		if !x.is(*x.right) && x.is(*x.wrong) {
			*x.right, *x.wrong = *x.wrong, *x.right
			d.find("v3.authorization.swapped", x.names, x.names)
			return
		}
	}
}

// reverseHex reverses the bytes of a number in hex, as little-endian libraries print them.
func reverseHex(s string) string {
	if len(s)%2 == 1 {
		s = "0" + s
	}
	var b strings.Builder
	for i := len(s) - 2; i >= 0; i -= 2 {
		b.WriteString(s[i : i+2])
	}
	return strings.TrimLeft(b.String(), "0")
}

func (h *holder) name() string {
	if h.merchant == nil {
		return h.Serial
	}
	return h.merchant.ID + ", " + h.Serial
}

func sameKey(a, b *rsa.PublicKey) bool { return a.N.Cmp(b.N) == 0 && a.E == b.E }
