package capture

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"
)

// answered takes over an answer that was read by itself.
func (s *Saved) answered(answer *Saved) {
	s.Status, s.Header, s.Answer = answer.Status, answer.Header, answer.Answer
	for _, n := range answer.Notes {
		s.note(n)
	}
	if date, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		s.Request.Received = date
	}
}

// rawAnswer reads the answer that text begins with, and answers what follows it.
func (r *reader) rawAnswer(s *Saved, text []byte) (after []byte) {
	h, rest := cutHead(text)
	s.Header = h.header
	s.Status = statusOf([]byte(h.first))
	if s.Status < 200 || s.Status == http.StatusNoContent || s.Status == http.StatusNotModified {
		return rest
	}
	want := contentLength(h.header)
	body, after, _, whole := []byte(nil), []byte(nil), false, false
	if isChunked(h.header) {
		body, after, _, whole = dechunk(rest)
	} else if want >= 0 && int64(len(rest)) >= want && (endsWell(rest[want:]) || isWhole(rest[:want])) {
		body, after, whole = rest[:want], rest[want:], true
	}
	if !whole {
		end := nextMessage(rest)
		body, after = trimBody(rest[:end], "", true), rest[end:]
		if one, ok := oneChunk(body); ok && isChunked(h.header) {
			body = one
		}
	}
	s.Answer = r.unpack(s, body)
	return after
}

// unpack undoes the Content-Encoding of an answer. Many tools show an answer unpacked and leave the
// header as it was.
func (r *reader) unpack(s *Saved, body []byte) []byte {
	encodings := strings.Split(strings.ToLower(s.Header.Get("Content-Encoding")), ",")
	for i := len(encodings) - 1; i >= 0 && len(body) > 0; i-- {
		var from io.Reader
		var err error
		switch encoding := strings.TrimSpace(encodings[i]); encoding {
		case "gzip", "x-gzip":
			if !bytes.HasPrefix(body, []byte("\x1f\x8b")) {
				continue
			}
			from, err = gzip.NewReader(bytes.NewReader(body))
		case "deflate":
			if isText(body) {
				continue
			}
			if from, err = zlib.NewReader(bytes.NewReader(body)); err != nil { // some send it without zlib's frame
				from, err = flate.NewReader(bytes.NewReader(body)), nil
			}
		case "br", "zstd":
			if !isText(body) {
				s.note(noteEncoding(encoding))
				return nil
			}
			continue
		default:
			continue
		}
		if err == nil {
			var unpacked []byte
			unpacked, err = io.ReadAll(io.LimitReader(from, r.unpackLeft))
			r.unpackLeft -= int64(len(unpacked))
			body = unpacked
		}
		if err != nil && !errors.Is(err, io.EOF) {
			s.note(noteBrokenAnswer)
		}
		if r.unpackLeft <= 0 {
			s.note(noteLargeAnswer)
		}
	}
	return body
}

// isWhole tells an answer of WeChat's that ends where it should.
func isWhole(body []byte) bool {
	return json.Valid(body) || bytes.HasSuffix(bytes.TrimSpace(body), []byte("</xml>"))
}

// isText tells an answer of WeChat's that is not packed: JSON or XML.
func isText(body []byte) bool {
	start := bytes.TrimLeft(body, " \t\r\n")
	return len(start) > 0 && (start[0] == '{' || start[0] == '<' || start[0] == '[') && utf8.Valid(body)
}
