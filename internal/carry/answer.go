package carry

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wxup/wxup/internal/secret"
)

// Answer is an answer, read whole.
type Answer struct {
	Status  int
	Header  http.Header
	Body    []byte
	secrets []string // of the request; a server may have repeated them
}

// OK reports whether the status is a success.
func (a *Answer) OK() bool { return a.Status/100 == 2 }

// Hide returns text from the answer without the request's secrets.
func (a *Answer) Hide(text string) string { return secret.New(a.secrets...).Mask(text) }

// RetryAfter reads the header of that name: seconds, or a date, which is compared with the answer's
// own. It is 0 if there is none.
func (a *Answer) RetryAfter() time.Duration {
	text := strings.TrimSpace(a.Header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	until, err1 := http.ParseTime(text)
	date, err2 := http.ParseTime(a.Header.Get("Date"))
	if err1 != nil || err2 != nil {
		return 0
	}
	return max(until.Sub(date), 0)
}

// Redirect returns where a redirect leads, such as https://host; "" if the answer is none, or does
// not say.
func (a *Answer) Redirect() string {
	if a.Status/100 != 3 {
		return ""
	}
	u, err := url.Parse(a.Hide(a.Header.Get("Location")))
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// Text is what a person would read of a body in a foreign format: a page's title, or a short text
// itself.
func (a *Answer) Text() string {
	s := string(a.Body[:min(len(a.Body), 4<<10)])
	if _, after, ok := strings.Cut(s, "<title>"); ok {
		s, _, _ = strings.Cut(after, "</title>")
	} else if strings.HasPrefix(strings.TrimSpace(s), "<") {
		return ""
	}
	s = strings.TrimSpace(s)
	if !utf8.ValidString(s) || len(s) > 200 || strings.ContainsFunc(s, unicode.IsControl) {
		return ""
	}
	return a.Hide(s)
}
