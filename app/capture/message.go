package capture

import (
	"bytes"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"github.com/wxup/wxup/explain"
)

// The lines of an HTTP message, and what copying makes of them:
//
//	POST https://api.mch.weixin.qq.com/v3/… HTTP/1.1    a proxy sees the whole URL
//	POST /v3/… HTTP/2                                   tools show HTTP/2 as if it were HTTP/1
//	POST /v3/…                                          .http files leave the version out
//	:authority: api.mch.weixin.qq.com                   browsers show the fields of HTTP/2 by their
//	                                                    own names
//	Authorization: WECHATPAY2-SHA256-RSA2048 mchid="1…  and terminals break long lines
//	",nonce_str="…"

const lineMost = 64 << 10 // bytes of a line of a head

// cutLine cuts a line off b, without its end. bare tells that it ended with LF alone.
func cutLine(b []byte) (line, rest []byte, bare bool) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return bytes.TrimSuffix(b, []byte("\r")), nil, false
	}
	line, rest = b[:i], b[i+1:]
	if cut, ok := bytes.CutSuffix(line, []byte("\r")); ok {
		return cut, rest, false
	}
	return line, rest, true
}

// firstLine is the first line of b, or nothing if that is too long to be one of HTTP.
func firstLine(b []byte) []byte {
	if i := bytes.IndexByte(b[:min(len(b), lineMost)], '\n'); i < 0 && len(b) > lineMost {
		return nil
	}
	line, _, _ := cutLine(b)
	return line
}

// A request line is METHOD, target and version. In .http files the version is missing. Methods are
// in upper case: in a text of unknown kind "get /tmp/x" is not a request.
type requestLine struct {
	method, target string
	versioned      bool
}

var methods = []string{"POST", "GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT"}

func parseRequestLine(line []byte) (r requestLine, ok bool) {
	method, rest, _ := bytes.Cut(line, []byte(" "))
	if len(method) < 3 || len(method) > 10 || bytes.ContainsFunc(method, func(c rune) bool { return c < 'A' || 'Z' < c }) {
		return r, false
	}
	rest = bytes.Trim(rest, " \t")
	if i := bytes.LastIndex(rest, []byte(" HTTP/")); i >= 0 && isVersion(rest[i+len(" HTTP/"):]) {
		rest, r.versioned = bytes.TrimRight(rest[:i], " \t"), true
	}
	r.method, r.target = string(method), string(rest)
	switch {
	case r.target == "":
		return r, false
	case r.versioned:
		return r, rest[0] == '/' || strings.Contains(r.target, "://") || r.method == http.MethodConnect || r.target == "*"
	}
	at := rest[0] == '/' || strings.HasPrefix(r.target, "http://") || strings.HasPrefix(r.target, "https://")
	return r, at && slices.Contains(methods, r.method) && !strings.ContainsAny(r.target, " \t")
}

// isVersion tells 1.1 and 2.
func isVersion(b []byte) bool {
	digit := func(c byte) bool { return '0' <= c && c <= '9' }
	return len(b) == 1 && digit(b[0]) || len(b) == 3 && digit(b[0]) && b[1] == '.' && digit(b[2])
}

// statusOf is the status of a status line, HTTP/1.1 200 OK; 0 if line is none.
func statusOf(line []byte) int {
	rest, ok := bytes.CutPrefix(line, []byte("HTTP/"))
	version, rest, found := bytes.Cut(rest, []byte(" "))
	if !ok || !found || !isVersion(version) {
		return 0
	}
	code, _, _ := bytes.Cut(bytes.TrimLeft(rest, " "), []byte(" "))
	n, err := strconv.Atoi(string(code[:min(len(code), 4)]))
	if err != nil || len(code) != 3 || n < 100 {
		return 0
	}
	return n
}

// beginsRequest reports whether a raw request begins here.
func beginsRequest(b []byte) bool {
	if beginsPseudo(b) {
		return true
	}
	_, ok := parseRequestLine(firstLine(b))
	return ok
}

// beginsPseudo reports whether b begins with the head of an HTTP/2 request, as browsers show it.
func beginsPseudo(b []byte) bool {
	for _, name := range []string{":authority:", ":method:", ":path:", ":scheme:"} {
		if bytes.HasPrefix(b, []byte(name)) {
			return true
		}
	}
	return false
}

func beginsAnswer(b []byte) bool {
	return bytes.HasPrefix(b, []byte("HTTP/")) && statusOf(firstLine(b)) > 0
}

// nextMessage finds the line at which the next message begins; len(b) if none does. A request must
// hold a version there: a line of a body may well begin with GET.
func nextMessage(b []byte) int {
	for i := 0; i < len(b); {
		here := b[i:]
		if here[0] == 'H' && beginsAnswer(here) {
			return i
		}
		if 'A' <= here[0] && here[0] <= 'Z' && beginsVersioned(here) {
			return i
		}
		n := bytes.IndexByte(here, '\n')
		if n < 0 {
			break
		}
		i += n + 1
	}
	return len(b)
}

func beginsVersioned(b []byte) bool {
	for _, method := range methods {
		if bytes.HasPrefix(b, []byte(method)) {
			r, ok := parseRequestLine(firstLine(b))
			return ok && r.versioned
		}
	}
	return false
}

// findRequest finds a request behind something else (tcpdump -A shows packets' heads); -1 if there
// is none.
func findRequest(text []byte) int {
	text = text[:min(len(text), 256<<10)]
	for i := 0; i < len(text); {
		line := firstLine(text[i:])
		for _, method := range []string{"POST ", "PUT "} {
			if at := bytes.Index(line, []byte(method)); at >= 0 && !bytes.HasSuffix(line[:at], []byte("> ")) && beginsVersioned(line[at:]) {
				return i + at
			}
		}
		n := bytes.IndexByte(text[i:], '\n')
		if n < 0 {
			break
		}
		i += n + 1
	}
	return -1
}

// A head is the first line of a message and its header.
type head struct {
	first  string // "" for a pseudo head
	header http.Header
	pseudo map[string]string // :method and so on
	bareLF bool              // the first line ended with LF alone
	open   bool              // the text ends in the head
	last   string            // the header of its last line
	notes  []explain.Words
}

// cutHead cuts the head off a message. It begins with the first line.
func cutHead(b []byte) (h head, rest []byte) {
	h = head{header: http.Header{}, pseudo: map[string]string{}}
	rest = b
	if !beginsPseudo(b) {
		var line []byte
		line, rest, h.bareLF = cutLine(b)
		h.first = strings.TrimRight(string(line), " \t")
		rest = h.joinTarget(rest)
	} else {
		_, _, h.bareLF = cutLine(b)
	}
	last, wrapped := "", false
	var more strings.Builder // what goes on behind the last value
	end := func() {
		if values := h.header[last]; more.Len() > 0 {
			values[len(values)-1] += more.String()
			more.Reset()
		}
	}
	defer end()
	for range linesMost {
		if len(rest) == 0 {
			h.open, h.last = true, last
			return h, nil
		}
		line, after, _ := cutLine(rest)
		if len(line) == 0 {
			return h, after
		}
		if bytes.HasPrefix(line, []byte("--")) && h.header.Get("Content-Type") != "" || len(line) > lineMost {
			break // the form begins, and the empty line before it is gone
		}
		name, value, ok := h.split(string(line))
		switch {
		case ok && name[0] == ':':
			h.pseudo[name] = value
		case ok:
			end()
			last = textproto.CanonicalMIMEHeaderKey(name)
			h.header[last] = append(h.header[last], value)
		case last == "" || !printable(line):
			h.notes = append(h.notes, noteNoBlankLine)
			return h, rest
		default:
			joint := ""
			if line[0] == ' ' || line[0] == '\t' {
				joint = " "
			} else if !wrapped {
				wrapped = true
				h.notes = append(h.notes, noteWrapped(last))
			}
			if values := h.header[last]; last == "Authorization" && more.Len() == 0 && isToken(values[len(values)-1]) {
				joint = " " // it was broken where its scheme ends
			}
			more.WriteString(joint + strings.Trim(string(line), " \t"))
		}
		rest = after
	}
	h.notes = append(h.notes, noteNoBlankLine)
	return h, rest
}

// joinTarget puts a first line together that a terminal has broken in its target: a token is long.
func (h *head) joinTarget(rest []byte) []byte {
	if r, ok := parseRequestLine([]byte(h.first)); !ok || r.versioned {
		return rest
	}
	whole, left := h.first, rest
	for range 8 {
		line, after, _ := cutLine(left)
		if len(line) == 0 || len(line) > lineMost || !printable(line) {
			break
		}
		whole, left = whole+string(line), after
		if r, ok := parseRequestLine([]byte(whole)); ok && r.versioned {
			h.first = whole
			h.notes = append(h.notes, noteBrokenTarget)
			return left
		}
		if bytes.ContainsAny(line, ": ") {
			break
		}
	}
	return rest
}

// split takes a header line apart. ok is false if it is none, or goes on with the line before.
func (h *head) split(line string) (name, value string, ok bool) {
	pseudo := strings.HasPrefix(line, ":")
	name, value, ok = strings.Cut(strings.TrimPrefix(line, ":"), ":")
	name = strings.TrimRight(name, " \t")
	if !ok || !isToken(name) {
		return "", "", false
	}
	if pseudo {
		name = ":" + strings.ToLower(name)
	}
	return name, strings.Trim(value, " \t"), true
}

// isToken says whether s can be the name of a header (RFC 9110 §5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return false
		}
	}
	return s != ""
}

func printable(line []byte) bool {
	for _, c := range line {
		if c < ' ' && c != '\t' || c == 0x7F {
			return false
		}
	}
	return true
}
