package explain

import (
	"crypto/x509"
	"slices"

	"github.com/wxup/wxup/sign"
)

// settle returns what is known with the sender told apart from the others, whatever the caller
// passed: Merchant is the one with the id that was sent, or nil, and Others has everybody else
// once. If id is not a merchant number, isSender recognizes the sender; it may be nil.
func settle(known *Known, id string, isSender func(*Merchant) bool) *Known {
	if known == nil {
		known = &Known{}
	}
	if !digits(id) { // an appid, a placeholder
		id = ""
	}
	k := *known
	k.Merchant, k.Others = nil, nil
	seen := map[string]bool{}
	for _, m := range append([]*Merchant{known.Merchant}, known.Others...) {
		if m == nil || m.ID != "" && seen[m.ID] {
			continue
		}
		seen[m.ID] = true
		isIt := m.ID == id
		if id == "" {
			isIt = isSender != nil && isSender(m)
		}
		if k.Merchant == nil && (isIt || m.ID == "" && m == known.Merchant) {
			k.Merchant = m
		} else {
			k.Others = append(k.Others, m)
		}
	}
	if k.Merchant == nil && id == "" && known.Merchant != nil {
		k.Merchant = known.Merchant
		k.Others = slices.DeleteFunc(k.Others, func(m *Merchant) bool { return m == known.Merchant })
	}
	return &k
}

// hasSerial returns a function that reports whether a merchant has a certificate with a serial
// number.
func hasSerial(serial string) func(*Merchant) bool {
	return func(m *Merchant) bool {
		return serial != "" && slices.ContainsFunc(m.Keys, func(k Key) bool { return sign.SameSerial(serial, k.Serial) })
	}
}

// hasCertificate returns a function that reports whether the first of certificates is a merchant's,
// or names it.
func hasCertificate(certificates []*x509.Certificate) func(*Merchant) bool {
	return func(m *Merchant) bool {
		if len(certificates) == 0 {
			return false
		}
		return certificates[0].Subject.CommonName == m.ID || slices.ContainsFunc(m.Keys, func(k Key) bool {
			return k.Certificate != nil && k.Certificate.Equal(certificates[0])
		})
	}
}
