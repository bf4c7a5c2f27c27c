package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/wxup/wxup/media"
)

// An ID is a sealed note of what to serve, in base64url without padding; 87 characters for a
// "jpeg":
//
//	nonce 12 | AES-256-GCM( sha256 32 | flags 1 | format 0…16 ) | tag 16
//
// The nonce is not random but HMAC-SHA256, cut to 12 bytes, over the account, the endpoint and the
// whole note. So
//
//   - the same bytes of the same account on the same endpoint get the same ID, with nothing looked
//     up;
//   - another account or endpoint gets an ID that shares nothing with it, and nobody can tell that
//     the bytes are the same;
//   - a nonce never comes twice with different notes, on which GCM depends (but for a collision of
//     96 bits: one chance in 2^33 among 2^32 different files);
//   - who lacks the secret can neither guess an ID nor make one: the tag has 128 bits.
//
// For private files it is the media_id, for public ones the part of the URL that says: I was given
// this.
type note struct {
	sha256 string // hex
	public bool
	ends   bool // the ID ends; when, the index says. An ID from before this was noted lacks it
	format media.Format
}

const (
	nonceSize  = 12
	formatMost = 16 // bytes of a format's name
	flagPublic = 1
	flagEnds   = 2

	bytesLeast = nonceSize + sha256.Size + 1 + 16
	idLeast    = (bytesLeast*8 + 5) / 6 // characters
	idMost     = ((bytesLeast+formatMost)*8 + 5) / 6
)

// seal holds the two keys that are derived from the secret, one to make nonces with and one to
// encrypt.
type seal struct {
	nonceKey []byte
	aead     cipher.AEAD
}

func newSeal(secret []byte) (seal, error) {
	if len(secret) != SecretSize {
		return seal{}, fmt.Errorf("the secret has %d bytes, not %d", len(secret), SecretSize)
	}
	nonceKey, err := hkdf.Key(sha256.New, secret, nil, "wxup media id nonce", 32)
	if err != nil {
		return seal{}, err
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "wxup media id seal", 32)
	if err != nil {
		return seal{}, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return seal{}, err
	}
	aead, err := cipher.NewGCM(block)
	return seal{nonceKey, aead}, err
}

func (s seal) make(account, endpoint string, n note) (string, error) {
	if !ValidDigest(n.sha256) {
		return "", fmt.Errorf("%.80q is no SHA-256", n.sha256)
	}
	if len(n.format) > formatMost {
		return "", errors.New("the format's name is too long")
	}
	plain, _ := hex.DecodeString(n.sha256)
	var flags byte
	if n.public {
		flags |= flagPublic
	}
	if n.ends {
		flags |= flagEnds
	}
	plain = append(plain, flags)
	plain = append(plain, n.format...)

	mac := hmac.New(sha256.New, s.nonceKey)
	fmt.Fprintf(mac, "%q %q %x", account, endpoint, plain) // quoted: no two differ only in where one ends
	nonce := mac.Sum(nil)[:nonceSize]
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce, nonce, plain, nil)), nil
}

func (s seal) open(id string) (n note, ok bool) {
	if len(id) < idLeast || len(id) > idMost {
		return note{}, false
	}
	// A file has one ID. Without Strict the last character could be changed for another that
	// decodes to the same bytes, and without the look at the length there could be line ends
	// anywhere.
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(id)
	if err != nil || base64.RawURLEncoding.EncodedLen(len(sealed)) != len(id) {
		return note{}, false
	}
	plain, err := s.aead.Open(nil, sealed[:nonceSize], sealed[nonceSize:], nil)
	if err != nil || len(plain) < sha256.Size+1 {
		return note{}, false
	}
	return note{
		sha256: hex.EncodeToString(plain[:sha256.Size]),
		public: plain[sha256.Size]&flagPublic != 0,
		ends:   plain[sha256.Size]&flagEnds != 0,
		format: media.Format(plain[sha256.Size+1:]),
	}, true
}

// SecretSize is the length of a Store's secret in bytes.
const SecretSize = 32
