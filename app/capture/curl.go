package capture

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"

	"github.com/wxup/wxup/explain"
)

// readCommand makes requests of the words of a command, curl itself not among them.
func (r *reader) readCommand(l line) ([]Saved, error) {
	var list []Saved
	for args := l.words; ; {
		c := &command{r: r, stdin: l.stdin, cmd: l.cmd}
		for _, name := range l.unknown {
			c.note(noteShell(name))
		}
		if l.cmd {
			c.note(noteCmd)
		}
		if l.powerShell {
			c.note(notePowerShell)
		}
		if l.lostQuotes {
			c.note(noteLostQuotes)
		}
		if l.joined {
			c.note(noteJoined)
		}
		rest, err := c.parse(args)
		if err != nil {
			return nil, err
		}
		if len(c.urls) == 0 {
			return nil, texts.Errorf("this curl line has no URL; was it cut?")
		}
		var first *explain.Request
		for _, raw := range c.urls {
			if len(list) >= savedMost {
				return list, nil
			}
			s, err := c.request(raw, first)
			if err != nil {
				return nil, err
			}
			s.Notes = append(c.notes[:len(c.notes):len(c.notes)], s.Notes...)
			s.Request.Unknown = l.left
			list = append(list, s)
			first = &s.Request
		}
		if len(rest) == 0 {
			return list, nil
		}
		args = rest
	}
}

// request is what curl sends to one of the URLs. The body is that of the first.
func (c *command) request(raw string, first *explain.Request) (Saved, error) {
	var s Saved
	q := &s.Request
	if len(c.form) > 0 && c.data != nil || c.upload != "" && (len(c.form) > 0 || c.data != nil) {
		return s, texts.Errorf("this curl line mixes -F, -d and -T, which curl refuses; a form's fields are all -F")
	}
	if c.json && len(c.form) > 0 {
		return s, texts.Errorf("this curl line mixes -F and --json, which curl refuses")
	}
	p := c.place(raw)
	q.Host, q.Target = p.host, p.target
	if p.user != "" && c.auth == "" {
		c.auth = "Basic " + hidden
	}
	body := c.data
	inline := c.inline
	q.Method = http.MethodGet
	switch {
	case c.upload != "":
		q.Method = http.MethodPut
		var err error
		if body, err = c.readFile(c.upload); err != nil {
			return s, err
		}
		if c.upload != "-" && strings.HasSuffix(strings.SplitN(q.Target, "?", 2)[0], "/") {
			q.Target += url.PathEscape(baseName(c.upload))
		}
		inline = false
	case c.get:
		q.Target = addQuery(q.Target, string(c.data))
		body = nil
	case len(c.form) > 0 || c.data != nil:
		q.Method = http.MethodPost
	}
	if c.head {
		q.Method = http.MethodHead
	}
	for _, query := range c.queries {
		q.Target = addQuery(q.Target, query)
	}
	if c.target != "" {
		q.Target = c.target
	}
	if c.method != "" {
		q.Method = c.method
	}

	bodyLen := -1
	if body != nil {
		bodyLen = len(body)
	}
	q.Header = c.header(bodyLen)
	if q.Chunked = isChunked(q.Header); q.Chunked {
		q.Header.Del("Content-Length")
	}
	if host := q.Header.Get("Host"); host != "" {
		q.Host = host
	}
	q.Header.Del("Host")
	s.settle()

	switch {
	case first != nil:
		q.Body, q.Parts, q.FormErr, q.FormWarnings = first.Body, first.Parts, first.FormErr, first.FormWarnings
	case len(c.form) > 0:
		escapes := percentEscapes
		if c.formEscape {
			escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)
		}
		s.giveFields(c.form, escapes)
	case body != nil:
		want := int64(-1)
		for _, line := range c.headers {
			if hasPrefixFold(line, "content-length:") {
				want = contentLength(q.Header)
			}
		}
		if boundary := boundaryOf(q.Header.Get("Content-Type")); boundary != "" && inline {
			body = withoutStreamHeaders(body, boundary)
			if c.cmd && !bytes.Contains(body, []byte("\r\n")) { // cmd.exe has no way to write a CR
				was := len(body)
				if body = restoreFrames(body, boundary); len(body) > was {
					s.note(noteLineEnds(false))
				}
			}
		}
		s.giveBody(body, want, inline)
	}
	if q.Scheme = p.scheme; q.Scheme == "https" && !c.clientCertificate(&s) {
		q.Scheme = ""
	}
	return s, nil
}

// place is where a URL leads, as curl reads it.
func (c *command) place(raw string) place {
	raw = strings.TrimLeft(raw, blanks)
	if !strings.Contains(strings.SplitN(raw, "?", 2)[0], "://") {
		raw = "http://" + raw
	}
	if !c.globOff {
		if strings.ContainsAny(raw, "{[") {
			c.note(noteGlob)
		}
		raw = strings.NewReplacer(`\{`, "{", `\}`, "}", `\[`, "[", `\]`, "]").Replace(raw)
	}
	p := cutURL(raw)
	if !c.pathAsIs {
		p.target = withoutDots(p.target)
	}
	return p
}

func addQuery(target, query string) string {
	switch {
	case query == "":
		return target
	case strings.HasSuffix(target, "?"):
		return target + query
	case strings.Contains(target, "?"):
		return target + "&" + query
	}
	return target + "?" + query
}
