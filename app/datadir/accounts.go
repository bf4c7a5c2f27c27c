package datadir

import (
	"errors"
	"strings"

	"github.com/wxup/wxup/server"
)

// Named says which account an error is about: an error that is [server.ErrNotFound] becomes one
// that names the account and the command that lists those that exist.
func Named(err error, kind, id string) error {
	if !errors.Is(err, server.ErrNotFound) {
		return err
	}
	switch kind {
	case "merchant":
		return texts.Errorf("there is no merchant %q; see: wxup merchant list", id)
	case "component":
		return texts.Errorf("there is no component %q; see: wxup app list", id)
	default:
		return texts.Errorf("there is no app %q; see: wxup app list", id)
	}
}

// checkID refuses what cannot be an mchid or an appid.
func checkID(what, id string) error {
	if !validID(id) {
		return texts.Errorf("%q is not an %s: use 1 to 32 letters and digits", id, what)
	}
	return nil
}

func validID(id string) bool {
	return id != "" && len(id) <= 32 && !strings.ContainsFunc(id, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
	})
}

// checkSecret refuses what cannot be an appsecret or an APIv2 key. Errors do not show it.
func checkSecret(what, secret string) error {
	if secret == "" || len(secret) > 128 || strings.ContainsFunc(secret, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return texts.Errorf("the %s must be 1 to 128 characters of ASCII without spaces", what)
	}
	return nil
}
