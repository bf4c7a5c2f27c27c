// Package seal reads what a signature holds.
//
// [Readings] gets the bytes of a signature out of the text that was sent, however that was encoded.
// [Open] applies a public key to them: what comes out is a [Seal], which tells whether a text is
// the one that was signed.
//
// Only package explain needs this package.
package seal

import (
	"bytes"
	"crypto/sha256"

	"github.com/wxup/wxup/explain/text"
)

// A Seal is what a signature holds once a key has opened it. Only the right text matches it.
//
//	00 01 FF … FF 00 | DigestInfo{SHA-256, hash}    as it should be: RSASSA-PKCS1-v1_5, RFC 8017 §9.2
//	00 01 FF … FF 00 | hash, or the text itself     the private key was used as if to encrypt
//	masked salt | H | BC                            RSASSA-PSS, RFC 8017 §9.1
//	00 … 00 | hash, or the text itself              RSA without padding
type Seal struct {
	Flaws   []text.Flaw // how it differs from what it should be
	Certain bool        // it cannot be chance that this key opened it; otherwise a text must match too
	Hash    *Function   // nil: Held is the text itself
	Held    []byte      // the hash, or the text

	check func(sum []byte) bool // PSS: used instead of comparing with Held
}

// Matches reports whether text was signed.
func (s *Seal) Matches(text []byte) bool {
	switch {
	case s.Hash == nil:
		return bytes.Equal(text, s.Held)
	case s.Hash == SHA256 && s.check == nil: // nearly always; without an allocation
		sum := sha256.Sum256(text)
		return string(sum[:]) == string(s.Held)
	}
	h := s.Hash.New()
	h.Write(text)
	return s.MatchesSum(h.Sum(nil))
}

// MatchesSum reports whether a text with this hash was signed.
func (s *Seal) MatchesSum(sum []byte) bool {
	if s.check != nil {
		return s.check(sum)
	}
	return bytes.Equal(sum, s.Held)
}
