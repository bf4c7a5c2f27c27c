package capture

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
)

// contentLength is what a header says of the body's length: -1 for nothing, -2 for what is no
// length.
func contentLength(header http.Header) int64 {
	value := header.Get("Content-Length")
	if value == "" {
		return -1
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 0 {
		return -2
	}
	return n
}

func isChunked(header http.Header) bool {
	return strings.Contains(strings.ToLower(header.Get("Transfer-Encoding")), "chunked")
}

// requestBody finds where the body of a raw request ends, and gives it to the request. What follows
// the body is answered.
func (s *Saved) requestBody(h *head, rest []byte) (after []byte) {
	if interim := interimAnswer(rest); interim > 0 {
		rest = rest[interim:] // a stream that shows both directions: 100 Continue stands between head and body
	}
	s.Request.Chunked = isChunked(h.header)
	want := contentLength(h.header)
	boundary := boundaryOf(h.header.Get("Content-Type"))
	if boundary == "" && isForm(h.header.Get("Content-Type")) && bytes.HasPrefix(rest, []byte("--")) {
		boundary = string(bytes.TrimRight(firstLine(rest), " \t")[2:]) // it is missing in the header alone
	}
	if s.Request.Chunked {
		body, after, whole := s.chunkedBody(h, rest)
		if whole {
			want = int64(len(body))
		}
		s.giveBody(body, want, h.bareLF)
		return after
	}
	if want >= 0 && int64(len(rest)) >= want && endsWell(rest[want:]) && !splitsEnd(rest, want, boundary) {
		s.giveBody(rest[:want], want, h.bareLF)
		return rest[want:]
	}

	end := nextMessage(rest)
	body, after := rest[:end], rest[end:]
	body = trimBody(body, boundary, len(after) > 0)
	if h.bareLF && boundary != "" && bytes.IndexByte(body, '\n') >= 0 && !bytes.Contains(body, []byte("\r\n")) {
		restored, sure := restoreLineEnds(body, boundary, want)
		if len(restored) != len(body) {
			s.note(noteLineEnds(sure))
		}
		if !sure && want >= 0 {
			s.unsureEnds = true
		}
		body = restored
	}
	switch {
	case want == -2:
		s.note(noteBadLength)
	case want == -1 && len(body) > 0:
		s.note(noteNoLength)
	}
	s.giveBody(body, want, h.bareLF)
	return after
}

// splitsEnd reports whether the last delimiter of the form ends beyond that length: line ends were
// added.
func splitsEnd(body []byte, length int64, boundary string) bool {
	last := []byte("--" + boundary + "--")
	return boundary != "" && !bytes.Contains(body[:length], last) && bytes.Contains(body, last)
}

// chunkedBody undoes the chunks, or finds that the tool that saved the request has undone them
// before. whole tells that the body is as it was sent.
func (s *Saved) chunkedBody(h *head, rest []byte) (body, after []byte, whole bool) {
	body, after, begun, whole := dechunk(rest)
	if whole {
		return body, after, true
	}
	end := nextMessage(rest)
	if !begun {
		if end > 0 {
			s.note(noteUnchunked)
		}
		boundary := boundaryOf(h.header.Get("Content-Type"))
		return trimBody(rest[:end], boundary, end < len(rest)), rest[end:], false
	}
	if one, ok := oneChunk(rest[:end]); ok && h.bareLF {
		s.note(noteLineEnds(false))
		if boundary := boundaryOf(h.header.Get("Content-Type")); boundary != "" && !bytes.Contains(one, []byte("\r\n")) {
			one = restoreFrames(one, boundary)
		}
		return one, rest[end:], false
	}
	s.note(noteBrokenChunks)
	return body, rest[end:], false
}

// interimAnswer is the length of a 1xx answer that stands here; 0 if none does.
func interimAnswer(b []byte) int {
	if !bytes.HasPrefix(b, []byte("HTTP/")) {
		return 0
	}
	if status := statusOf(firstLine(b)); status < 100 || status > 199 {
		return 0
	}
	_, rest := cutHead(b)
	return len(b) - len(rest)
}

// endsWell tells whether a message may end right before rest: nothing follows, or the next message.
func endsWell(rest []byte) bool {
	next := skipBetween(rest)
	return len(next) == 0 || beginsAnswer(next) || beginsVersioned(next)
}

// skipBetween skips what stands between messages: empty lines, and the lines of dashes or # that
// tools write.
func skipBetween(b []byte) []byte {
	for {
		b = bytes.TrimLeft(b, " \t\r\n")
		line := firstLine(b)
		if len(line) == 0 || len(bytes.TrimRight(line, "-=#* \t")) > 0 {
			return b
		}
		_, b, _ = cutLine(b)
	}
}

// trimBody removes the line endings after a body of unknown length. A form marks its own end; after
// any other body only the empty line before the answer is removed.
func trimBody(body []byte, boundary string, followed bool) []byte {
	if boundary != "" {
		closing := []byte("--" + boundary + "--")
		if i := bytes.LastIndex(body, closing); i >= 0 {
			end := i + len(closing)
			tail := body[end:]
			if len(skipBetween(tail)) > 0 {
				return body
			}
			for _, lineEnd := range []string{"\r\n", "\n"} {
				if bytes.HasPrefix(tail, []byte(lineEnd)) {
					return body[:end+len(lineEnd)]
				}
			}
			return body[:end]
		}
	}
	if followed {
		for _, lineEnd := range []string{"\r\n", "\n"} {
			if cut, ok := bytes.CutSuffix(body, []byte(lineEnd)); ok {
				if cut, ok := bytes.CutSuffix(cut, []byte(lineEnd)); ok {
					return cut
				}
				return cut
			}
		}
	}
	return body
}
