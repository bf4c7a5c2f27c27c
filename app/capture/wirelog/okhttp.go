package wirelog

import (
	"bytes"
	"regexp"
)

// OkHttp's interceptor writes
//
//	--> POST https://api.mch.weixin.qq.com/v3/… http/1.1
//	Content-Type: multipart/form-data; boundary=…
//	Content-Length: 1042
//	Authorization: …
//
//	--…
//	--> END POST (1042-byte body)                   or (binary 1042-byte body omitted)
//	<-- 401 Unauthorized https://… (52ms)
//	…
//	<-- END HTTP (113-byte body)
//
// each line behind what the log puts before all of them, which Android and logging frameworks do;
// java.util.logging puts a line before each.
var (
	okBegin  = regexp.MustCompile(`^(|.*?[^-])--> ([A-Z]+ https?://\S+)(?: \(|\s|$)`)
	okAnswer = regexp.MustCompile(`^<-- (?:HTTP/\S+ )?(\d{3})(?: (.*?))? https?://\S+ \(`)
	okEnd    = regexp.MustCompile(`^(?:-->|<--) END `)
	okTail   = regexp.MustCompile(`([A-Za-z./]+ *:|-) *$`) // the end of what stands before a line
	julLine  = regexp.MustCompile(`okhttp3\.\S+ \w+$`)
)

func okHTTP(text []byte) []byte {
	var raw bytes.Buffer
	var tail []byte
	inside, blank := false, false // within a message; behind its head
	for line := range lines(text) {
		if m := okBegin.FindSubmatch(line); m != nil && !bytes.Contains(line, []byte("--> END ")) {
			tail, inside = okTail.Find(m[1]), true
			blank = false
			raw.Write(m[2])
			raw.WriteString(" HTTP/1.1\r\n")
			continue
		}
		if julLine.Match(line) {
			continue
		}
		line = behind(line, tail)
		switch m := okAnswer.FindSubmatch(line); {
		case m != nil:
			inside, blank = true, false
			raw.WriteString("HTTP/1.1 " + string(m[1]) + " " + string(m[2]) + "\r\n")
		case okEnd.Match(line):
			if inside && !blank {
				raw.WriteString("\r\n")
			}
			inside = false
		case inside:
			blank = blank || len(line) == 0
			raw.Write(line)
			raw.WriteString("\r\n")
		}
	}
	return raw.Bytes()
}

// behind is line without all that stands before it up to tail.
func behind(line, tail []byte) []byte {
	if len(tail) == 0 {
		return line
	}
	if bytes.HasPrefix(tail, []byte("-")) { // "… INFO Logger - ": one blank more or less belongs to the line
		tail = []byte(" - ")
	}
	if i := bytes.Index(line, tail); i >= 0 && i < 200 {
		return line[i+len(tail):]
	}
	if i := bytes.Index(line, bytes.TrimRight(tail, " ")); i >= 0 && i+len(tail) >= len(line) {
		return nil // an empty line, whose blank at the end an editor has taken off
	}
	return line
}
