package datadir

import (
	"github.com/wxup/wxup/server"
)

// Mode is how WeChat Pay signs its answers to a merchant.
type Mode string

const (
	PublicKey   Mode = "public-key"  // with the key that belongs to PUB_KEY_ID_…; new merchants have this mode only
	Certificate Mode = "certificate" // with the key of a platform certificate
)

// Modes are the modes that a merchant can have.
var Modes = []Mode{PublicKey, Certificate}

// ModeOf returns a merchant's mode.
func ModeOf(m *server.Merchant) Mode {
	if m.PublicKeyOnly {
		return PublicKey
	}
	return Certificate
}

// String and Set make a Mode the value of a flag.
func (m *Mode) String() string { return string(*m) }

// Set refuses what is not a mode.
func (m *Mode) Set(s string) error {
	for _, mode := range Modes {
		if s == string(mode) {
			*m = mode
			return nil
		}
	}
	return texts.Errorf("%q is not %s or %s", s, PublicKey, Certificate)
}

// Type is what a flag's help shows.
func (*Mode) Type() string { return "mode" }
