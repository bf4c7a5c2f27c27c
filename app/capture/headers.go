package capture

import (
	"net/http"
	"net/textproto"
	"strconv"
	"strings"

	"github.com/wxup/wxup/internal/secret"
)

// hidden stands where a password was: nothing that is explained needs it.
const hidden = secret.Hidden

// addHeader takes the argument of a -H, which may be a file of them.
func (c *command) addHeader(arg string) error {
	name, ok := strings.CutPrefix(arg, "@")
	if !ok {
		c.headers = append(c.headers, arg)
		return nil
	}
	content, err := c.readFile(name)
	if err != nil {
		return err
	}
	lines := strings.FieldsFunc(string(content), func(r rune) bool { return r == '\r' || r == '\n' })
	c.headers = append(c.headers, lines[:min(len(lines), linesMost)]...)
	return nil
}

func (c *command) addCookie(arg string) error {
	if strings.Contains(arg, "=") { // else it is the name of a file
		c.cookies = append(c.cookies, arg)
	}
	return nil
}

// own sets a header that curl makes itself, from an option.
func (c *command) own(name, value string) {
	if c.made == nil {
		c.made = http.Header{}
	}
	c.made[name] = []string{value}
}

// header puts together what curl sends: what it makes itself, unless a -H of that name replaces it
// or takes it away.
//
//	-H 'Accept: application/json'   sent
//	-H 'Accept:'                    not sent at all
//	-H 'Accept;'                    sent with nothing in it
func (c *command) header(bodyLen int) http.Header {
	h := http.Header{"User-Agent": {"curl"}, "Accept": {"*/*"}}
	if c.json {
		h.Set("Accept", "application/json")
	}
	for name, values := range c.made {
		h[name] = values
		if values[0] == "" {
			delete(h, name) // -A ""
		}
	}
	if c.auth != "" {
		h.Set("Authorization", c.auth)
	}
	if len(c.cookies) > 0 {
		h.Set("Cookie", strings.Join(c.cookies, ";"))
	}
	if bodyLen >= 0 {
		h.Set("Content-Length", strconv.Itoa(bodyLen))
	}
	switch {
	case len(c.form) > 0:
		h.Set("Content-Type", "multipart/form-data; boundary="+noBoundary)
	case c.json:
		h.Set("Content-Type", "application/json")
	case c.data != nil && !c.get:
		h.Set("Content-Type", "application/x-www-form-urlencoded")
	}

	theirs := map[string]bool{}
	for _, line := range c.headers {
		name, value, ok := strings.Cut(line, ":")
		empty := false
		if !ok {
			if name, value, empty = strings.Cut(line, ";"); !empty || strings.Trim(value, blanks) != "" {
				c.note(noteNoHeader)
				continue
			}
		}
		key := textproto.CanonicalMIMEHeaderKey(strings.Trim(name, blanks))
		value = strings.Trim(value, blanks)
		if !theirs[key] {
			h.Del(key)
		}
		if value == "" && !empty && !(key == "Content-Type" && len(c.form) > 0) {
			continue
		}
		if key == "Content-Type" && len(c.form) > 0 {
			if theirs[key] {
				continue // curl sends the first alone, and its boundary with it
			}
			value += "; boundary=" + noBoundary
		}
		theirs[key] = true
		h[key] = append(h[key], value)
	}
	return h
}
