package carry

import (
	"errors"
	"net/url"

	"github.com/wxup/wxup/internal/secret"
)

// redact makes an error of the transport fit to be shown. A *url.Error holds the whole URL: its
// cause replaces it.
func redact(err error, secrets []string) error {
	for {
		u, ok := errors.AsType[*url.Error](err)
		if !ok {
			break
		}
		err = u.Err
	}
	if text := err.Error(); secret.New(secrets...).Mask(text) != text {
		return &redacted{secret.New(secrets...).Mask(text), err}
	}
	return err
}

// redacted is an error whose text held a secret. It does not unwrap to what still holds it.
type redacted struct {
	text string
	err  error
}

func (r *redacted) Error() string        { return r.text }
func (r *redacted) Is(target error) bool { return errors.Is(r.err, target) }
