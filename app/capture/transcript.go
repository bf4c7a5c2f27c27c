package capture

import (
	"strings"
)

// A text with curl in it is often more than one command: a script, several that a browser has
// copied at once, or what a terminal showed.
//
//	$ curl -i -F media=@a.jpg 'https://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token=…'
//	HTTP/1.1 200 OK
//	Date: …
//
//	{"errcode":40001,"errmsg":"invalid credential … rid: …"}

// beginOfCurl is the length of what s begins with up to and with curl, where a command begins:
// after a prompt, sudo, a variable, $( or another command too. It is 0 if the line is no such.
func beginOfCurl(s string) int {
	line := s[:min(len(s), 512)]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i+1]
	}
	for end := 0; ; {
		i := strings.Index(line[end:], "curl")
		if i < 0 {
			return 0
		}
		start := end + i
		end = start + len("curl")
		after := strings.TrimPrefix(line[end:], ".exe")
		after = strings.TrimPrefix(after, `"`)
		if strings.HasPrefix(after, " ") || strings.HasPrefix(after, "\t") || lineEndLen(strings.TrimLeft(after, `\^`)) > 0 {
			if isCommand(line[:start]) {
				return len(line) - len(after)
			}
		}
	}
}

// isCommand tells whether a command may begin after before, which ends with the folder of curl, if
// with any.
func isCommand(before string) bool {
	folder := before[strings.LastIndexAny(before, " \t'\"($>")+1:]
	if folder != "" && !strings.HasSuffix(folder, "/") && !strings.HasSuffix(folder, `\`) {
		return false
	}
	before = strings.TrimRight(strings.TrimSuffix(before[:len(before)-len(folder)], `"`), blanks)
	if before == "" || strings.ContainsAny(before[len(before)-1:], "$#%>;|&(") {
		return true
	}
	last := before[strings.LastIndexAny(before, blanks)+1:]
	switch last {
	case "sudo", "time", "exec", "call":
		return true
	}
	return strings.Contains(last, "=")
}

// nextCurl finds the line with the next curl command; len(text) if there is none.
func nextCurl(text string) int {
	for i := 0; i < len(text); {
		if beginOfCurl(text[i:]) > 0 {
			return i
		}
		n := strings.IndexByte(text[i:], '\n')
		if n < 0 {
			break
		}
		i += n + 1
	}
	return len(text)
}

// readCurl reads the commands of a text that begins with one.
func (r *reader) readCurl(text string) ([]Saved, error) {
	var list []Saved
	for text != "" && len(list) < savedMost {
		n := beginOfCurl(text)
		if n == 0 {
			break
		}
		read := shLine
		switch one := text[:n+nextCurl(text[n:])]; {
		case isPowerShell(one):
			read = powerShellLine
		case isCmd(one):
			read = cmdLine
		}
		l, err := read(text[n:])
		if err != nil {
			return nil, err
		}
		saved, err := r.readCommand(l)
		if err != nil {
			return nil, err
		}
		text = text[n+l.end:]
		shown := text[:nextCurl(text)]
		text = text[len(shown):]
		if len(saved) == 1 {
			r.shownAnswer(&saved[0], shown)
		}
		list = append(list, saved...)
	}
	if len(list) == 0 {
		return nil, texts.Errorf("no curl command found; " + howTo)
	}
	return list, nil
}

// shownAnswer reads the answer out of what a terminal showed after a command: the raw answer (-i),
// its lines after < (-v), or only its body.
func (r *reader) shownAnswer(s *Saved, shown string) {
	var head, body strings.Builder
	raw := false
	for shown != "" {
		if strings.HasPrefix(shown, "HTTP/") && beginsAnswer([]byte(shown[:min(len(shown), 512)])) {
			raw = true
			break
		}
		n := lineLen(shown)
		text := shown[:n]
		shown = shown[min(len(shown), n+1):]
		lead, rest, _ := strings.Cut(strings.TrimSuffix(text, "\r"), " ")
		switch {
		case lead == "<":
			if strings.HasPrefix(rest, "HTTP/") {
				head.Reset() // an interim answer came before
			}
			head.WriteString(rest + "\n")
		case lead == ">" || lead == "*" || lead == "{" && strings.Contains(rest, "bytes data") || lead == "}" && strings.Contains(rest, "bytes data"):
		case body.Len() > 0 || strings.HasPrefix(text, "{") || strings.HasPrefix(text, "<xml"):
			body.WriteString(text + "\n")
		}
	}
	var answer Saved
	switch {
	case raw:
		rest := []byte(shown)
		for beginsAnswer(rest) && answer.Status < 200 {
			answer = Saved{}
			rest = skipBetween(r.rawAnswer(&answer, rest))
		}
	case head.Len() > 0 && strings.HasPrefix(head.String(), "HTTP/"):
		h := strings.TrimRight(head.String(), "\r\n") + "\n\n"
		r.rawAnswer(&answer, []byte(h+answerBody(body.String())))
	case body.Len() > 0:
		s.Answer = []byte(answerBody(body.String()))
		return
	default:
		return
	}
	s.answered(&answer)
}

// answerBody is an answer of WeChat's without the prompt that a terminal shows after it.
func answerBody(text string) string {
	end := strings.LastIndexAny(text, "}>")
	if strings.HasPrefix(text, "<xml") {
		end = strings.LastIndex(text, "</xml>") + len("</xml>") - 1
	} else if strings.HasPrefix(text, "{") {
		end = strings.LastIndexByte(text, '}')
	}
	if end < 0 {
		return strings.TrimRight(text, "\r\n")
	}
	return text[:end+1]
}
