package explain

import (
	"crypto/rsa"
	"crypto/sha1"
	"fmt"
	"math/big"
	"strings"

	"github.com/wxup/wxup/sign"
)

// A holder is one key that may have made a signature, and whose it is.
type holder struct {
	Key
	merchant *Merchant // nil: WeChat's own
	own      bool      // of the merchant that the request claims to come from
}

// keysMost bounds how many keys are tried, at some 60 µs each.
const keysMost = 64

// holders lists the keys, the merchant's own first.
func (e *evidence) holders() []holder {
	var list []holder
	seen := map[string]bool{}
	add := func(m *Merchant, own bool, keys []Key) {
		for _, k := range keys {
			if k.Public == nil || k.Public.E < 2 || k.Public.N.Sign() <= 0 || len(list) >= keysMost {
				continue
			}
			if id := string(k.Public.N.Bytes()); !seen[id] {
				seen[id] = true
				list = append(list, holder{k, m, own})
			}
		}
	}
	if m := e.known.Merchant; m != nil {
		add(m, true, m.Keys)
	}
	add(nil, false, e.known.Platform)
	for _, m := range e.known.Others {
		add(m, m == e.known.Merchant, m.Keys)
	}
	return list
}

// claimed finds the key that serial_no names, and says what is wrong with serial_no and mchid.
func (e *evidence) claimed(a sign.Authorization, keys []holder) *holder {
	fact := fmt.Sprintf(`mchid="%s",serial_no="%s"`, a.MchID, a.SerialNo)
	if strings.HasPrefix(a.MchID, "wx") && len(a.MchID) == 18 {
		e.find("v3.mchid.appid", a.MchID, fact)
	}
	if a.SerialNo == "" {
		return nil
	}
	for i, k := range keys {
		if !sign.SameSerial(a.SerialNo, k.Serial) {
			continue
		}
		switch {
		case k.merchant == nil && sign.IsPublicKeyID(k.Serial):
			e.find("v3.serial.public_key_id", a.SerialNo, fact)
		case k.merchant == nil:
			e.find("v3.serial.platform", a.SerialNo, fact)
		}
		e.judgeCertificate("v3.serial", k.Key, fact)
		return &keys[i]
	}
	e.misspelledSerial(a, keys, fact)
	return nil
}

// judgeCertificate says what has become of a certificate that is known.
func (e *evidence) judgeCertificate(family string, k Key, fact string) {
	switch {
	case k.State == Revoked:
		e.find(family+".revoked", k.Serial, fact)
	case k.State == Replaced:
		e.find(family+".replaced", k.Serial, fact)
	case k.Certificate != nil && !e.Received.IsZero() && e.Received.After(k.Certificate.NotAfter):
		e.find(family+".expired", k.Certificate.NotAfter.Format("2006-01-02"), fact)
	case k.Certificate != nil && !e.Received.IsZero() && e.Received.Before(k.Certificate.NotBefore):
		e.find(family+".not_yet", k.Certificate.NotBefore.Format("2006-01-02"), fact)
	}
}

// misspelledSerial recognizes a serial_no that is none, but was made of a known certificate.
func (e *evidence) misspelledSerial(a sign.Authorization, keys []holder, fact string) {
	text := a.SerialNo
	if sign.IsPublicKeyID(text) {
		e.find("v3.serial.public_key_id", text, fact)
		return
	}
	if text == a.MchID {
		e.find("v3.serial.mchid", "", fact)
		return
	}
	bare := sign.CanonicalSerial(strings.Trim(text, ` "'`))
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
			e.find("v3.serial.decimal", k.Serial, fact)
		case thumb != "" && strings.EqualFold(bare, strings.TrimLeft(thumb, "0")):
			e.find("v3.serial.thumbprint", k.Serial, fact)
		case bare != serial && (strings.TrimPrefix(bare, "SERIAL=") == serial || sign.CanonicalSerial(strings.TrimPrefix(bare, "X")) == serial ||
			strings.NewReplacer("-", "", " ", "", "_", "").Replace(bare) == serial):
			e.find("v3.serial.decorated", k.Serial, fact)
		case len(bare) >= 8 && len(bare) < len(serial) && strings.HasPrefix(serial, bare):
			e.find("v3.serial.cut", k.Serial, fact)
		case bare == reverseHex(serial):
			e.find("v3.serial.reversed", k.Serial, fact)
		default:
			continue
		}
		return
	}
	for _, k := range keys {
		if k.merchant != nil && sign.SameSerial(a.MchID, k.Serial) {
			e.find("v3.serial.swapped", "", fact)
		}
	}
}

// reverseHex turns the bytes of a number in hex round, as little-endian libraries print them.
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
