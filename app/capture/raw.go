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
			after := s.rawRequest(text)
			if s.Request.Method == http.MethodConnect {
				last, tunnel, text = nil, true, after
				continue
			}
			if len(list) == 0 && noHead(text) {
				return nil, texts.Errorf("one line of this is that of a request, and no header follows it; " + howTo)
			}
			list, text = append(list, s), after
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

// noHead reports whether a request line has no header lines after it: it is part of a document, or
// the header is written in a form that is not known.
func noHead(text []byte) bool {
	h, _ := cutHead(text)
	method, _ := h.request()
	return method != http.MethodGet && len(h.header) == 0 && len(h.pseudo) == 0
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
	s.cutWithinHead(&h)
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
