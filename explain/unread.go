package explain

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/wxup/wxup/explain/text"
)

// Unread is what arrived of a request that could not be read as HTTP.
type Unread struct {
	Sent    []byte // the first 4 KB
	TLSPort bool   // it came to a port for TLS
	TLS     bool   // TLS came about there
	Status  int    // that was answered; 0 if the connection was closed without an answer
	Served  int    // requests that were served on the connection before
	Port    string // of WeChat's host, that a proxy was asked for and WeChat does not have
	Alert   string // why TLS did not come about, as TLS calls it

	Mask func(string) string // hides the receiver's secrets in what is reported; nil: there are none
}

var (
	methodToken = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
	headerToken = methodToken
	httpVersion = regexp.MustCompile(`^HTTP/1\.[01]$`)
)

// protocols are the first bytes of what is not HTTP.
var protocols = []struct{ prefix, name string }{
	{"SSH-", "SSH"}, {"\x05", "SOCKS5"}, {"\x04\x01", "SOCKS4"}, {"PROXY TCP", "PROXY"}, {"\r\n\r\n\x00\r\nQUIT\n", "PROXY v2"}, {"\x10", "MQTT"},
}

// Unreadable explains why a request could not be read.
func Unreadable(u Unread) Report {
	d := &draft{secrets: secrets{more: u.Mask}}
	judgeUnread(d, u)
	if len(d.report.Findings) == 0 {
		d.check("note.check_http")
	}
	return d.finish(budgetOf(nil))
}

// Short explains a request whose body ended before its Content-Length.
func Short(missing, length int64) Report {
	d := &draft{}
	d.find("http.body_short", fmt.Sprintf("%d / %d", missing, length), fmt.Sprintf("Content-Length: %d", length))
	return d.finish(budgetOf(nil))
}

// Chunks explains a request with Transfer-Encoding: chunked whose body could not be read to its
// end, as said; waited if that is because more was waited for. got bytes of content came, and after
// is the beginning of what came behind the form.
func Chunks(said string, waited bool, got int64, after []byte) Report {
	d := &draft{}
	switch fact := "Transfer-Encoding: chunked"; {
	case waited && chunkAfter.Match(after):
		d.find("http.chunk_length", fmt.Sprint(got), fact)
	case waited:
		d.find("http.chunks_unended", "", fact)
	case strings.Contains(said, "malformed chunked encoding"):
		d.find("http.chunk_length", fmt.Sprint(got), fact)
	case got == 0 && strings.Contains(said, "bare LF"):
		d.find("http.chunk_line", "", fact)
	case got == 0:
		d.find("http.not_chunked", "", fact)
	default:
		d.find("http.chunk_size", fmt.Sprint(got), fact)
	}
	return d.finish(budgetOf(nil))
}

// chunkAfter matches the end of a chunk and the beginning of the next one.
var chunkAfter = regexp.MustCompile(`^(?:\r\n)?\r\n[0-9A-Fa-f]{1,8}\r\n`)

// ChunkFault says why a chunked body has no end, from what came behind the form.
func ChunkFault(after []byte) string {
	if chunkAfter.Match(after) {
		return "the size of a chunk is larger than its data"
	}
	return "the last chunk, of size 0, is missing"
}

func judgeUnread(d *draft, u Unread) {
	sent := string(u.Sent)
	head, _, ended := strings.Cut(sent, "\r\n\r\n")
	if !ended {
		head, _, ended = strings.Cut(sent, "\n\n")
	}
	line, rest, _ := strings.Cut(head, "\n")
	line = strings.TrimSuffix(line, "\r")
	fields := strings.Split(line, " ")
	looksHTTP := len(fields) > 1 && methodToken.MatchString(fields[0])
	switch {
	case u.Port != "":
		d.find("http.port", text.Visible(u.Port, 10), "CONNECT …:"+text.Visible(u.Port, 10))
		return
	case u.Alert != "":
		d.find("http.handshake", text.Visible(u.Alert, 80), "TLS")
		return
	case u.TLSPort && !u.TLS && looksHTTP:
		d.find("http.plain_on_tls", "", d.shownLine(line))
		return
	case !u.TLSPort && len(sent) > 2 && sent[0] == 22 && sent[1] == 3:
		d.find("http.tls_on_plain", "", fmt.Sprintf("% x", sent[:3]))
		return
	case u.Served > 0 && !looksHTTP:
		d.find("http.leftover", fmt.Sprint(u.Served), fmt.Sprintf("%d + …", u.Served))
		return
	case strings.HasPrefix(sent, "PRI * HTTP/2.0"):
		d.find("http.http2", "", "PRI * HTTP/2.0")
		return
	}
	for _, p := range protocols {
		if strings.HasPrefix(sent, p.prefix) {
			d.find("http.protocol", p.name, fmt.Sprintf("% x…", sent[:min(len(sent), 8)]))
			return
		}
	}
	if u.Status == http.StatusRequestHeaderFieldsTooLarge {
		name, size := largestHeader(rest)
		d.find("http.header_too_large", "64 KB", fmt.Sprintf("%s: … (> %d)", name, size))
		return
	}
	if !judgeRequestLine(d, line, fields) {
		return
	}
	judgeHeaderLines(d, rest, ended)
	if len(d.report.Findings) == 0 && !ended {
		d.find("http.unfinished", fmt.Sprint(len(u.Sent)), d.shownLine(line)+" …")
	}
}

// judgeRequestLine says what is wrong with the first line, and reports whether it is right.
func judgeRequestLine(d *draft, line string, fields []string) bool {
	n := len(fields)
	switch {
	case strings.HasPrefix(line, "HTTP/"):
		d.find("http.answer", "", d.shownLine(line))
	case strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
		d.find("http.not_http", "", text.Visible(line, 40))
	case line == "" || n == 1:
		d.find("http.not_http", "", d.shownLine(line))
	case !methodToken.MatchString(fields[0]):
		d.find("http.method", text.Visible(fields[0][:min(len(fields[0]), 4)], 8)+"…", fmt.Sprintf("… (%d)", len(line)))
	case n == 2 || !strings.HasPrefix(strings.ToUpper(fields[n-1]), "HTTP/"):
		d.find("http.no_version", "", d.shownLine(line))
	case n > 3:
		d.find("http.target_blank", "", d.shownLine(line))
	case !httpVersion.MatchString(fields[n-1]):
		d.find("http.version", text.Visible(fields[n-1], 20), d.shownLine(line))
	case fields[1] == "":
		d.find("http.target", "", d.shownLine(line))
	case fields[1][0] != '/' && !strings.Contains(fields[1], "://") && fields[1] != "*" && fields[0] != "CONNECT":
		d.find("http.target", "", d.shownLine(line))
	case badEscape.MatchString(fields[1]):
		d.find("http.target_escape", badEscape.FindString(fields[1]), d.shownLine(line))
	default:
		return true
	}
	return false
}

// badEscape finds a percent sign that no two hexadecimal digits follow, in a path.
var badEscape = regexp.MustCompile(`%(?:[^0-9A-Fa-f].?|.[^0-9A-Fa-f]|.?$)`)

// judgeHeaderLines says what is wrong with the lines of the header.
func judgeHeaderLines(d *draft, head string, ended bool) {
	lines := strings.Split(strings.ReplaceAll(head, "\r\n", "\n"), "\n")
	if !ended && len(lines) > 0 {
		lines = lines[:len(lines)-1] // the last may be cut
	}
	hosts, lengths := 0, map[string]bool{}
	for i, line := range lines {
		name, value, colon := strings.Cut(line, ":")
		value = strings.Trim(value, " \t")
		lower := strings.ToLower(name)
		switch {
		case line == "":
			continue
		case line[0] == ' ' || line[0] == '\t':
			if i == 0 {
				d.find("http.header_folded", "", text.Visible(cutName(line), 40))
			}
		case !colon:
			d.find("http.header_colon", text.Visible(cutName(line), 40), text.Visible(cutName(line), 40))
		case !headerToken.MatchString(name):
			d.find("http.header_name", text.Visible(name, 40), text.Visible(name, 40)+":")
		case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			d.find("http.header_value", text.Visible(name, 40), text.Visible(name, 40)+": …")
		case lower == "host":
			if hosts++; strings.ContainsAny(value, " /,@") {
				d.find("http.host", text.Visible(value, 60), "Host: "+text.Visible(value, 60))
			}
		case lower == "content-length":
			lengths[value] = true
			if strings.Trim(value, "0123456789") != "" || value == "" || len(value) > 18 {
				d.find("http.content_length", text.Visible(value, 30), "Content-Length: "+text.Visible(value, 30))
			}
		case lower == "transfer-encoding" && !strings.EqualFold(value, "chunked"):
			d.find("http.transfer_encoding", text.Visible(value, 30), "Transfer-Encoding: "+text.Visible(value, 30))
		case lower == "expect" && !strings.EqualFold(value, "100-continue"):
			d.find("http.expect", text.Visible(value, 30), "Expect: "+text.Visible(value, 30))
		}
	}
	switch {
	case hosts > 1:
		d.find("http.host_twice", fmt.Sprint(hosts), "Host: …")
	case hosts == 0 && ended:
		d.find("http.host_missing", "", "Host:")
	}
	if len(lengths) > 1 {
		d.find("http.content_length_twice", fmt.Sprint(len(lengths)), "Content-Length: …")
	}
}

// cutName shows a line that may be a header without a colon: its first word.
func cutName(line string) string {
	word, more, _ := strings.Cut(strings.TrimSpace(line), " ")
	if len(word) > 24 {
		return word[:8] + "…"
	}
	if more != "" {
		return word + " …"
	}
	return word
}

// shownLine shows a request line without the values of its query.
func (d *draft) shownLine(line string) string {
	line = d.secrets.mask(line)
	if at := valueStart.FindStringIndex(line); at != nil {
		end := ""
		if i := strings.LastIndexByte(line, ' '); i > at[1] && strings.HasPrefix(line[i:], " HTTP/") {
			end = line[i:]
		}
		line = line[:at[1]] + "…" + end
	}
	return text.Visible(longRun.ReplaceAllString(line, "***"), 120)
}

// largestHeader names the header line that is the longest, as far as it is known.
func largestHeader(head string) (name string, size int) {
	for line := range bytes.SplitSeq([]byte(head), []byte("\n")) {
		if n, _, ok := bytes.Cut(line, []byte(":")); ok && len(line) > size {
			name, size = text.Visible(string(n), 40), len(line)
		}
	}
	return name, size
}
