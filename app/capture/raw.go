package capture

import (
	"net/http"
)

// readRaw reads raw HTTP: a request, its answer if that follows, and so on. CONNECT, by which a
// proxy is asked for a tunnel, is passed over with its answer.
func (r *reader) readRaw(text []byte) ([]Saved, error) {
	var list []Saved
	var last *Saved // whose answer may follow; nil after a CONNECT
	tunnel := false
	for text = skipBetween(text); len(text) > 0; text = skipBetween(text) {
		switch {
		case beginsAnswer(text):
			var answer Saved
			text = r.rawAnswer(&answer, text)
			if last != nil && last.Status == 0 && answer.Status >= 200 {
				last.answered(&answer)
			}
			continue
		case beginsRequest(text) && len(list) < savedMost:
			var s Saved
			text = s.rawRequest(text)
			if s.Request.Method == http.MethodConnect {
				last, tunnel = nil, true
				continue
			}
			list = append(list, s)
			last = &list[len(list)-1]
			continue
		case len(list) > 0:
			list[len(list)-1].note(noteUnread(len(text)))
		}
		break
	}
	if len(list) == 0 && tunnel {
		return nil, texts.Errorf("this is only the CONNECT that opens a tunnel; the upload went through it under TLS. Save the request where the proxy has decrypted it")
	}
	if len(list) == 0 {
		return nil, texts.Errorf("no request found; " + howTo)
	}
	return list, nil
}

// rawRequest reads the request that text begins with, and answers what follows it.
func (s *Saved) rawRequest(text []byte) (after []byte) {
	h, rest := cutHead(text)
	q := &s.Request
	q.Method, q.Target = h.request()
	s.Notes = append(s.Notes, h.notes...)

	p := cutURL(q.Target)
	if q.Method == http.MethodConnect {
		p = place{target: q.Target}
	}
	q.Target, q.Host = p.target, p.host
	if authority := h.pseudo[":authority"]; authority != "" && q.Host == "" {
		q.Host = authority
	}
	if host := h.header.Get("Host"); host != "" {
		q.Host = host
	}
	h.header.Del("Host")
	q.Header = h.header
	if q.Scheme = p.scheme; q.Scheme == "" {
		q.Scheme = h.pseudo[":scheme"]
	}
	s.settle()
	return s.requestBody(&h, rest)
}

// request is the method and target that a head names.
func (h *head) request() (method, target string) {
	if h.first == "" {
		method, target = h.pseudo[":method"], h.pseudo[":path"]
		if method == "" {
			method = http.MethodPost
		}
		return method, target
	}
	r, _ := parseRequestLine([]byte(h.first))
	return r.method, r.target
}
