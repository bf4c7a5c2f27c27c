package capture

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"strconv"
	"strings"
	"testing"
)

// A logWriter writes an exchange as a tool shows it, after that tool's documentation or source.
// TestRealLogs has those of the programs that are here.
type logWriter struct {
	name  string
	write func(request, answer string) string
	shows shown
	tool  string // in the note
}

// shown is what a tool shows of a request's body.
type shown int

const (
	everything shown = iota
	headOnly
	dots // in the place of bytes that are not ASCII
	textOnly
)

var logWriters = []logWriter{
	{"curl --trace", func(q, a string) string { return traced(q, a, false, "") }, everything, "curl --trace"},
	{"curl --trace with times and ids", func(q, a string) string { return traced(q, a, false, "11:22:33.123456 [0-0] ") }, everything, "curl --trace"},
	{"curl --trace-ascii", func(q, a string) string { return traced(q, a, true, "") }, dots, "curl --trace"},
	{"curl -v", func(q, a string) string { return verbose(q, a, "> ") }, headOnly, "curl -v"},
	{"PHP's curl, Guzzle", func(q, a string) string { return verbose(q, a, "") }, headOnly, "curl -v"},
	{"HttpClient 4", func(q, a string) string {
		return wireLog(q, a, `2024-05-01 10:00:00,123 DEBUG org.apache.http.wire - http-outgoing-0 `)
	}, everything, "a Java wire log"},
	{"HttpClient 5", func(q, a string) string {
		return wireLog(q, a, "10:00:00.123 [main] DEBUG org.apache.hc.client5.http.wire - http-outgoing-7 ")
	}, everything, "a Java wire log"},
	{"HttpClient 3", func(q, a string) string { return wireLog(q, a, `[DEBUG] wire - `) }, everything, "a Java wire log"},
	{"HttpURLConnection", urlConnectionLog, headOnly, "HttpURLConnection"},
	{"OkHttp", func(q, a string) string { return okLog(q, a, "") }, textOnly, "OkHttp"},
	{"OkHttp on Android", func(q, a string) string { return okLog(q, a, "05-01 10:00:00.123  1234  5678 D OkHttp  : ") }, textOnly, "OkHttp"},
	{"OkHttp, java.util.logging", func(q, a string) string {
		return okLog(q, a, "May 01, 2024 10:00:00 AM okhttp3.internal.platform.Platform log\nINFO: ")
	}, textOnly, "OkHttp"},
	{"http.client", pythonLog, everything, "http.client"},
	{"Wireshark, hex dump", func(q, a string) string { return hexRows(q, "") + hexRows(a, "    ") }, everything, "a hexadecimal dump"},
	{"hexdump -C", func(q, a string) string { return hexdumpC(q + a) }, everything, "a hexadecimal dump"},
	{"xxd", func(q, a string) string { return xxd(q + a) }, everything, "a hexadecimal dump"},
	{"Wireshark, C arrays", func(q, a string) string { return cArrayOf(0, q) + cArrayOf(1, a) }, everything, "Wireshark, C arrays"},
	{"Wireshark, YAML", yamlOf, everything, "Wireshark, YAML"},
	{"tshark", func(q, a string) string {
		return "\n===\nFollow: tcp,raw\nFilter: tcp.stream eq 0\nNode 0: 127.0.0.1:40000\nNode 1: 127.0.0.1:80\n" +
			hex.EncodeToString([]byte(q[:100])) + "\n" + hex.EncodeToString([]byte(q[100:])) + "\n\t" + hex.EncodeToString([]byte(a)) + "\n===\n"
	}, everything, "tshark"},
	{"Netty", nettyLog, everything, "Netty"},
	{"Burp Suite", func(q, a string) string { return burpOf(q, a, true) }, everything, "Burp Suite"},
	{"Fiddler", sazOf, everything, "Fiddler"},
}

// TestLogs reads an upload of each family as each tool shows it, with its answer and without.
func TestLogs(t *testing.T) {
	body := multipartOf("B", meta, jpeg)
	for _, w := range logWriters {
		for _, answered := range []bool{true, false} {
			answer := ""
			if answered {
				answer = rawRefused
			}
			want := []string{"endpoint merchant", "Authorization: " + auth, "note read from what " + w.tool + " shows"}
			switch w.shows {
			case everything:
				want = append(want, fmt.Sprintf("form of %d bytes", len(body)), "part meta application/json: "+meta, "part file (a.jpg) image/jpeg: the jpeg")
			case dots:
				want = append(want, "part meta application/json: "+meta, fmt.Sprintf("part file (a.jpg) image/jpeg: lost, %d bytes", len(jpeg)), "note the bytes of the file")
			case headOnly, textOnly:
				want = append(want, "error the body was not saved", "note the body was not saved")
			}
			if answered && w.name != "HttpURLConnection" {
				want = append(want, "answer Request-Id: 08ABC", "received 2019-04-02T12:34:21Z")
				if w.name != "PHP's curl, Guzzle" && w.name != "HttpURLConnection" && w.shows != dots {
					want = append(want, "answer 401 "+refused)
				}
			}
			t.Run(fmt.Sprint(w.name, ", answered ", answered), func(t *testing.T) {
				(&readCase{text: w.write(rawUpload(body), answer), want: [][]string{want}}).run(t)
			})
		}
	}
}

// TestLogsOfOthers reads the other families, and two exchanges in one log.
func TestLogsOfOthers(t *testing.T) {
	picture := "--B\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n" + string(jpeg) + "\r\n--B--\r\n"
	request := func(target string) string {
		return "POST " + target + " HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: " + strconv.Itoa(len(picture)) + "\r\n\r\n" + picture
	}
	const accepted = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
	for _, w := range logWriters {
		if w.shows != everything || w.name == "Fiddler" {
			continue
		}
		text := w.write(request("/secapi/mch/uploadmedia"), accepted) + "\n" + w.write(request("/cgi-bin/media/uploadimg?access_token=T"), accepted)
		if w.name == "Burp Suite" {
			text = strings.Replace(text, "</items>\n<?xml version=\"1.0\"?>\n<items burpVersion=\"2024.1\" exportTime=\"x\">", "", 1)
		}
		t.Run(w.name, func(t *testing.T) {
			both := []string{"part media (a.jpg) image/jpeg: the jpeg", "answer 200 {}", "note read from what"}
			(&readCase{text: text, want: [][]string{append([]string{"endpoint secapi"}, both...), append([]string{"endpoint article"}, both...)}}).run(t)
		})
	}
}

// linesOf cuts a text behind its line ends.
func linesOf(text string) []string {
	list := strings.SplitAfter(text, "\n")
	return list[:len(list)-1]
}

func cutHeadOf(message string) (head, body string) {
	i := strings.Index(message, "\r\n\r\n") + 4
	if i < 4 {
		return "", ""
	}
	return message[:i], message[i:]
}

// traced is a trace as src/tool_cb_dbg.c of curl writes it.
func traced(request, answer string, ascii bool, stamp string) string {
	var b strings.Builder
	section := func(what, data string) {
		if data == "" {
			return
		}
		fmt.Fprintf(&b, "%s%s, %d bytes (0x%x)\n", stamp, what, len(data), len(data))
		width := 16
		if ascii {
			width = 64
		}
		for i := 0; i < len(data); i += width {
			fmt.Fprintf(&b, "%04x: ", i)
			if !ascii {
				for c := range width {
					if i+c < len(data) {
						fmt.Fprintf(&b, "%02x ", data[i+c])
					} else {
						b.WriteString("   ")
					}
				}
			}
			for c := 0; c < width && i+c < len(data); c++ {
				if ascii && strings.HasPrefix(data[i+c:], "\r\n") {
					i += c + 2 - width
					break
				}
				if x := data[i+c]; x >= 0x20 && x < 0x80 {
					b.WriteByte(x)
				} else {
					b.WriteByte('.')
				}
				if ascii && i+c+2 < len(data) && strings.HasPrefix(data[i+c+1:], "\r\n") {
					i += c + 3 - width
					break
				}
			}
			b.WriteByte('\n')
		}
	}
	b.WriteString(stamp + "== Info: Connected to 127.0.0.1 (127.0.0.1) port 80\n")
	head, body := cutHeadOf(request)
	section("=> Send header", head)
	section("=> Send SSL data", "\x17\x03\x03")
	for len(body) > 0 {
		n := min(len(body), 200)
		section("=> Send data", body[:n])
		body = body[n:]
	}
	head, body = cutHeadOf(answer)
	for _, line := range linesOf(head) {
		section("<= Recv header", line)
	}
	section("<= Recv data", body)
	return b.String()
}

func verbose(request, answer, mark string) string {
	head, body := cutHeadOf(request)
	var b strings.Builder
	b.WriteString("* Connected to 127.0.0.1 (127.0.0.1) port 80 (#0)\n")
	for i, line := range linesOf(head) {
		if i == 0 {
			line = strings.TrimPrefix("> ", mark) + line
		}
		b.WriteString(mark + strings.ReplaceAll(line, "\r", ""))
	}
	fmt.Fprintf(&b, "* upload completely sent off: %d out of %d bytes\n", len(body), len(body))
	head, body = cutHeadOf(answer)
	for _, line := range linesOf(head) {
		if line != "" {
			b.WriteString("< " + strings.ReplaceAll(line, "\r", ""))
		}
	}
	if mark != "" {
		b.WriteString("{ [113 bytes data]\n" + body + "\n")
	}
	return b.String() + "* Connection #0 to host 127.0.0.1 left intact\n"
}

func wireLog(request, answer, prefix string) string {
	var b strings.Builder
	for arrow, text := range map[string]string{">>": request} {
		writeWire(&b, prefix+arrow, text)
	}
	b.WriteString("2024-05-01 10:00:00,124 DEBUG org.apache.http.headers - http-outgoing-0 << HTTP/1.1 401 Unauthorized\n")
	writeWire(&b, prefix+"<<", answer)
	return b.String()
}

func writeWire(b *strings.Builder, prefix, text string) {
	for text != "" {
		n := strings.IndexByte(text, '\n') + 1
		if n == 0 {
			n = len(text)
		}
		b.WriteString(prefix + ` "`)
		for i := range n {
			switch c := text[i]; {
			case c == '\r':
				b.WriteString(`[\r]`)
			case c == '\n':
				b.WriteString(`[\n]`)
			case c < 32 || c > 127:
				fmt.Fprintf(b, "[0x%x]", c)
			default:
				b.WriteByte(c)
			}
		}
		b.WriteString("\"\n")
		text = text[n:]
	}
}

func urlConnectionLog(request, answer string) string {
	var b strings.Builder
	for i, message := range []string{request, answer} {
		head, _ := cutHeadOf(message)
		if head == "" {
			continue
		}
		first, rest, _ := strings.Cut(strings.TrimSuffix(head, "\r\n\r\n"), "\r\n")
		first = "{" + first + ": null}"
		if i == 1 {
			first = "{null: " + first[1:len(first)-7] + "}"
		}
		b.WriteString("May 01, 2024 10:00:00 AM sun.net.www.protocol.http.HttpURLConnection writeRequests\nFINE: sun.net.www.MessageHeader@6d5380c25 pairs: " +
			first + "{" + strings.ReplaceAll(rest, "\r\n", "}{") + "}\n")
	}
	return b.String()
}

// okLog is what HttpLoggingInterceptor writes at its level BODY. It leaves out a body that is not
// UTF-8.
func okLog(request, answer, prefix string) string {
	var b strings.Builder
	line := func(s string) { b.WriteString(prefix + s + "\n") }
	head, body := cutHeadOf(request)
	first, rest, _ := strings.Cut(strings.TrimSuffix(head, "\r\n\r\n"), "\r\n")
	f := strings.Fields(first)
	line("--> " + f[0] + " https://api.mch.weixin.qq.com" + f[1] + " http/1.1")
	for _, l := range strings.Split(rest, "\r\n") {
		line(l)
	}
	line("")
	line(fmt.Sprintf("--> END %s (binary %d-byte body omitted)", f[0], len(body)))
	if head, body = cutHeadOf(answer); head == "" {
		return b.String()
	}
	first, rest, _ = strings.Cut(strings.TrimSuffix(head, "\r\n\r\n"), "\r\n")
	line("<-- " + strings.TrimPrefix(first, "HTTP/1.1 ") + " https://api.mch.weixin.qq.com" + f[1] + " (52ms)")
	for _, l := range strings.Split(rest, "\r\n") {
		line(l)
	}
	line("")
	line(body)
	line(fmt.Sprintf("<-- END HTTP (%d-byte body)", len(body)))
	return b.String()
}

func pythonLog(request, answer string) string {
	repr := func(s string) string {
		var b strings.Builder
		b.WriteString("b'")
		for i := range len(s) {
			switch c := s[i]; {
			case c == '\'' || c == '\\':
				b.WriteString(`\` + string(rune(c)))
			case c == '\r':
				b.WriteString(`\r`)
			case c == '\n':
				b.WriteString(`\n`)
			case c == '\t':
				b.WriteString(`\t`)
			case c < 32 || c > 126:
				fmt.Fprintf(&b, `\x%02x`, c)
			default:
				b.WriteByte(c)
			}
		}
		return b.String() + "'"
	}
	head, body := cutHeadOf(request)
	text := "connect: ('api.mch.weixin.qq.com', 443)\nsend: " + repr(head) + "\nsend: " + repr(body) + "\n"
	if head, body = cutHeadOf(answer); head != "" {
		first, rest, _ := strings.Cut(strings.TrimSuffix(head, "\r\n\r\n"), "\r\n")
		text += "reply: '" + first + `\r\n'` + "\nheader: " + strings.ReplaceAll(rest, "\r\n", "\nheader: ") + "\nDEBUG:urllib3.connectionpool:https://api.mch.weixin.qq.com:443 \"POST /v3/merchant/media/upload HTTP/1.1\" 401 113\n" + body + "\n"
	}
	return text
}

func rows(s string) (list []string) {
	for i := 0; i < len(s); i += 16 {
		list = append(list, s[i:min(i+16, len(s))])
	}
	return list
}

func printed(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 32 || r > 126 {
			return '.'
		}
		return r
	}, strings.ToValidUTF8(s, "."))
}

func hexRows(s, indent string) string {
	var b strings.Builder
	for i, row := range rows(s) {
		left := fmt.Sprintf("% x", row[:min(8, len(row))])
		if len(row) > 8 {
			left += "  " + fmt.Sprintf("% x", row[8:])
		}
		fmt.Fprintf(&b, "%s%08X  %-48s   %s\n", indent, i*16, left, printed(row))
	}
	return b.String()
}

func hexdumpC(s string) string {
	var b strings.Builder
	for i, row := range rows(s) {
		left := fmt.Sprintf("% x", row[:min(8, len(row))])
		if len(row) > 8 {
			left += "  " + fmt.Sprintf("% x", row[8:])
		}
		fmt.Fprintf(&b, "%08x  %-48s  |%s|\n", i*16, left, printed(row))
	}
	return b.String()
}

func xxd(s string) string {
	var b strings.Builder
	for i, row := range rows(s) {
		var pairs []string
		for j := 0; j < len(row); j += 2 {
			pairs = append(pairs, fmt.Sprintf("%x", row[j:min(j+2, len(row))]))
		}
		fmt.Fprintf(&b, "%08x: %-39s  %s\n", i*16, strings.Join(pairs, " "), printed(row))
	}
	return b.String()
}

func cArrayOf(peer int, s string) string {
	var b strings.Builder
	for i := 0; s != ""; i++ {
		n := min(len(s), 700)
		fmt.Fprintf(&b, "char peer%d_%d[] = { /* Packet %d */", peer, i, 4+i)
		for j := range n {
			if j > 0 {
				b.WriteString(", ")
			}
			if j%8 == 0 {
				b.WriteString("\n")
			}
			fmt.Fprintf(&b, "0x%02x", s[j])
		}
		b.WriteString(" };\n")
		s = s[n:]
	}
	return b.String()
}

func yamlOf(request, answer string) string {
	var b strings.Builder
	b.WriteString("# Packet 4\npeers:\n  - peer: 0\n    host: 127.0.0.1\n    port: 40000\npackets:\n")
	for peer, s := range []string{request, answer} {
		for i := 0; s != ""; i++ {
			n := min(len(s), 500)
			fmt.Fprintf(&b, "  - packet: %d\n    peer: %d\n    index: %d\n    timestamp: 1714557600.123456789\n    data: !!binary |\n", 4+i, peer, i)
			text := base64.StdEncoding.EncodeToString([]byte(s[:n]))
			for text != "" {
				m := min(len(text), 76)
				b.WriteString("      " + text[:m] + "\n")
				text = text[m:]
			}
			s = s[n:]
		}
	}
	return b.String()
}

func nettyLog(request, answer string) string {
	var b strings.Builder
	for event, s := range []string{request, answer} {
		if s == "" {
			continue
		}
		fmt.Fprintf(&b, "10:00:00.123 [reactor-http-nio-2] DEBUG r.n.http.client.HttpClientConnect - [d6ac5a1b-1, L:/127.0.0.1:40000 - R:h/1.2.3.4:443] %s: %dB\n", []string{"WRITE", "READ"}[event], len(s))
		b.WriteString("         +-------------------------------------------------+\n         |  0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f |\n+--------+-------------------------------------------------+----------------+\n")
		for i, row := range rows(s) {
			fmt.Fprintf(&b, "|%08x| %-48s|%-16s|\n", i*16, fmt.Sprintf("% x", row), printed(row))
		}
		b.WriteString("+--------+-------------------------------------------------+----------------+\n")
	}
	return b.String()
}

func burpOf(request, answer string, asBase64 bool) string {
	encode := func(s string) string {
		if asBase64 {
			return `base64="true"><![CDATA[` + base64.StdEncoding.EncodeToString([]byte(s)) + "]]>"
		}
		return `base64="false">` + html.EscapeString(s)
	}
	text := "<?xml version=\"1.0\"?>\n<items burpVersion=\"2024.1\" exportTime=\"x\">\n  <item>\n    <url><![CDATA[https://api.mch.weixin.qq.com/]]></url>\n    <request " + encode(request) + "</request>\n"
	if answer != "" {
		text += "    <status>401</status>\n    <response " + encode(answer) + "</response>\n"
	}
	return text + "  </item>\n</items>"
}

func sazOf(request, answer string) string {
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for name, content := range map[string]string{"_index.htm": "<html>", "raw/2_c.txt": request, "raw/2_m.xml": "<Session/>", "raw/2_s.txt": answer} {
		w, _ := archive.Create(name)
		w.Write([]byte(content))
	}
	archive.Close()
	return b.String()
}
