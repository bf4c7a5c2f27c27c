package wxup

import (
	"errors"
	"net/url"
	"strings"
)

// hidden stands where a secret was.
const hidden = "(hidden)"

// redact makes an error of the transport fit to be shown. A *url.Error holds the whole URL: its cause is taken in its place.
func redact(err error, secrets []string) error {
	for {
		u, ok := errors.AsType[*url.Error](err)
		if !ok {
			break
		}
		err = u.Err
	}
	if text := err.Error(); hide(text, secrets) != text {
		return &redacted{hide(text, secrets), err}
	}
	return err
}

func hide(text string, secrets []string) string {
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(strings.ReplaceAll(text, s, hidden), url.QueryEscape(s), hidden)
		}
	}
	return text
}

// redacted is an error whose text held a secret. It does not unwrap to what still holds it.
type redacted struct {
	text string
	err  error
}

func (r *redacted) Error() string        { return r.text }
func (r *redacted) Is(target error) bool { return errors.Is(r.err, target) }
