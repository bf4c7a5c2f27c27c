package capture

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
)

// harBody finds the body in a postData.
func (s *Saved) harBody(e *harEntry) error {
	post := &e.Request.PostData
	want := contentLength(s.Request.Header)
	raw := harBytes(post.Text)
	if len(raw) == 0 {
		return s.harParams(post.Params, want)
	}
	if strings.EqualFold(post.Encoding, "base64") || strings.EqualFold(post.Underlined, "base64") {
		body, ok := fromBase64(raw)
		if !ok {
			s.note(noteBadBase64)
		}
		s.giveBody(body, want, false)
		return nil
	}
	boundary := boundaryOf(s.Request.Header.Get("Content-Type"))
	if boundary != "" && !bytes.Contains(raw, []byte("--"+boundary)) {
		if body, ok := fromBase64(raw); ok && bytes.Contains(body, []byte("--"+boundary)) {
			s.giveBody(body, want, false)
			return nil
		}
	}
	size, _ := strconv.ParseInt(string(e.Request.BodySize), 10, 64)
	body := asBytes(raw, want, size)
	if boundary != "" {
		body = withoutStreamHeaders(body, boundary)
		if want > int64(len(body)) && !bytes.Contains(body, []byte("\r\n")) {
			if restored, sure := restoreLineEnds(body, boundary, want); sure {
				s.note(noteLineEnds(true))
				body = restored
			}
		}
	}
	s.giveBody(body, want, true)
	return nil
}

// harParams puts a body together from its fields, if that is all there is.
func (s *Saved) harParams(raw json.RawMessage, want int64) error {
	var params []harParam
	err := eachElement(raw, linesMost, func(raw json.RawMessage) error {
		var p harParam
		err := json.Unmarshal(raw, &p)
		params = append(params, p)
		return err
	})
	if err != nil {
		return err
	}
	if len(params) == 0 {
		if want > 0 || isForm(s.Request.Header.Get("Content-Type")) {
			s.noBody()
		}
		return nil
	}
	if !isForm(s.Request.Header.Get("Content-Type")) {
		var pairs []string
		for _, p := range params {
			pairs = append(pairs, url.QueryEscape(p.Name)+"="+url.QueryEscape(string(harBytes(p.Value))))
		}
		s.Request.Body = []byte(strings.Join(pairs, "&"))
		return nil
	}
	s.note(noteFromParams)
	var fields []formField
	for _, p := range params {
		f := formField{name: p.Name, contentType: p.ContentType, content: asBytes(harBytes(p.Value), -1, -1)}
		if p.FileName != nil && (*p.FileName != "" || p.ContentType != "") {
			f.filename, f.hasFilename = *p.FileName, true
			f.unknown = len(f.content) == 0 || mangled(f.content) || string(f.content) == "(binary)"
		}
		fields = append(fields, f)
	}
	s.giveFields(fields, percentEscapes)
	return nil
}

// harHeader reads a list of header lines. Those of HTTP/2 that begin with a colon are answered by
// themselves.
func harHeader(raw json.RawMessage) (header, pseudo http.Header) {
	header, pseudo = http.Header{}, http.Header{}
	_ = eachElement(raw, linesMost, func(raw json.RawMessage) error { // the lines before a broken one count
		var pair harPair
		if err := json.Unmarshal(raw, &pair); err != nil {
			return err
		}
		value := strings.TrimSpace(string(harBytes(pair.Value)))
		if strings.HasPrefix(pair.Name, ":") {
			pseudo[pair.Name] = append(pseudo[pair.Name], value)
			return nil
		}
		name := textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(pair.Name))
		if (name == "Content-Type" || name == "Content-Length") && header.Get(name) == value {
			return nil // Firefox lists them twice
		}
		header[name] = append(header[name], value)
		return nil
	})
	return header, pseudo
}

// eachElement calls do with each element of a list, most at the most.
func eachElement(raw json.RawMessage, most int, do func(json.RawMessage) error) error {
	if len(raw) == 0 || raw[0] != '[' {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return err
	}
	for n := 0; dec.More() && n < most; n++ {
		var element json.RawMessage
		if err := dec.Decode(&element); err != nil {
			return err
		}
		if err := do(element); err != nil {
			return err
		}
	}
	return nil
}

// fromBase64 decodes base64, wrapped or not, padded or not. What comes before a mistake is
// answered.
func fromBase64(text []byte) ([]byte, bool) {
	text = bytes.Map(func(c rune) rune {
		switch c {
		case ' ', '\t', '\r', '\n', '=':
			return -1
		case '-':
			return '+'
		case '_':
			return '/'
		}
		return c
	}, text)
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(text)))
	n, err := base64.RawStdEncoding.Decode(out, text)
	return out[:n], err == nil && n > 0
}
