package wirelog

import (
	"bytes"
	"regexp"
	"strconv"
)

// Python's http.client, which requests, httplib2 and others use, prints with debuglevel 1
//
//	send: b'POST /v3/… HTTP/1.1\r\nHost: api.mch.weixin.qq.com\r\n…\r\n\r\n'
//	send: b'--…\r\nContent-Disposition: …\xff\xd8…'
//	reply: 'HTTP/1.1 401 Unauthorized\r\n'
//	header: Server: nginx
//
// and what the program prints itself follows; so does the answer's body, if it does.
var (
	pyLine  = regexp.MustCompile(`^(send|reply): (b?(?:'.*'|".*"))\s*$`)
	pyBegin = regexp.MustCompile(`(?m)(\S)(send: b['"]|reply: ['"])`)
	pyLog   = regexp.MustCompile(`^(?:DEBUG|INFO|WARNING|ERROR)\b|^\d{4}-\d\d-\d\d|^connect: |^(?:sendIng|sending) a `)
)

func httpClient(text []byte) []byte {
	var raw bytes.Buffer
	inHead := false // of an answer
	for line := range lines(pyBegin.ReplaceAll(text, []byte("$1\n$2"))) {
		if m := pyLine.FindSubmatch(line); m != nil {
			if inHead {
				raw.WriteString("\r\n")
			}
			inHead = string(m[1]) == "reply"
			raw.Write(pythonLiteral(m[2]))
			continue
		}
		header, isHeader := bytes.CutPrefix(line, []byte("header: "))
		switch {
		case isHeader && inHead:
			if bytes.Contains(header, []byte(": ")) && !bytes.Contains(header, []byte(" header: ")) {
				raw.Write(header)
				raw.WriteString("\r\n")
			}
		case raw.Len() == 0, pyLog.Match(line):
		default:
			if inHead {
				raw.WriteString("\r\n")
			}
			inHead = false
			if begin := bytes.TrimLeft(line, " \t"); bytes.HasPrefix(begin, []byte("{")) || bytes.HasPrefix(begin, []byte("<xml")) {
				raw.Write(line)
				raw.WriteString("\r\n")
			}
		}
	}
	return raw.Bytes()
}

// pythonLiteral is what a literal such as b'a\x00\n' stands for.
func pythonLiteral(s []byte) []byte {
	s = bytes.TrimPrefix(s, []byte("b"))
	s = s[1 : len(s)-1]
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 >= len(s) {
			out = append(out, s[i])
			continue
		}
		i++
		switch c := s[i]; {
		case c == 'x' && i+2 < len(s):
			n, err := strconv.ParseUint(string(s[i+1:i+3]), 16, 8)
			if err != nil {
				out = append(out, '\\', c)
				continue
			}
			out = append(out, byte(n))
			i += 2
		default:
			if plain := bytes.IndexByte([]byte(`nrt\'"`), c); plain >= 0 {
				out = append(out, "\n\r\t\\'\""[plain])
			} else {
				out = append(out, '\\', c)
			}
		}
	}
	return out
}
