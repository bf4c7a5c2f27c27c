package capture

import (
	"bytes"
	"html"
	"regexp"
	"strings"
)

// What a log, a terminal or a mail puts before every line of a request:
//
//	2026-11-30 23:50:29.123 DEBUG [main] c.s.Upload - POST /v3/… HTTP/1.1
//	2026-11-30 23:50:29.123 DEBUG [main] c.s.Upload - Host: api.mch.weixin.qq.com
//	app-1  | POST /v3/… HTTP/1.1            docker compose logs
//	     1	POST /v3/… HTTP/1.1             cat -n
//	+POST /v3/… HTTP/1.1                    a diff
//	< POST /v3/… HTTP/1.1                   requests_toolbelt; > stands before the answer
//	… [Client#upload] ---> POST https://…   Feign: the arrow stands before the first line alone
//
// and what a web page makes of curl -v:
//
//	&gt; POST /v3/… HTTP/1.1

const prefixMost = 300 // bytes of a line before the request

var (
	lineArrow    = regexp.MustCompile(`(?:-{1,4}>|[<>]) ?$`)
	answerArrow  = regexp.MustCompile(`^<-{1,4} (?:HTTP/\d|END )`)
	digits       = regexp.MustCompile(` *\d+`)
	escapedHead  = regexp.MustCompile(`(?m)^&gt; [A-Z]{3,7} \S+ HTTP/\d`)
	headerInLine = regexp.MustCompile(`^:?[A-Za-z][0-9A-Za-z-]*: ?\S`)
)

// unprefixed is the text without what stands before each of its lines. ok is false if nothing does.
func unprefixed(text []byte) (plain []byte, ok bool) {
	start := text[:min(len(text), 256<<10)]
	if escapedHead.Match(start) {
		return []byte(html.UnescapeString(string(text))), true
	}
	for i := 0; i < len(start); {
		line := firstLine(start[i:])
		if at := requestAt(line); at > 0 {
			if p, arrow := prefixOf(string(line[:at]), start[i:]); p != nil {
				return withoutPrefix(text, p, arrow), true
			}
		}
		n := bytes.IndexByte(start[i:], '\n')
		if n < 0 {
			break
		}
		i += n + 1
	}
	return nil, false
}

// requestAt is where in a line a request line stands, to its end; -1 if none does.
func requestAt(line []byte) int {
	for _, method := range []string{"POST ", "PUT ", "GET "} {
		if at := bytes.Index(line[:min(len(line), prefixMost)], []byte(method)); at >= 0 && beginsVersioned(line[at:]) {
			return at
		}
	}
	return -1
}

// prefixOf is the shape of what stands before every line of the head that text begins with; nil if
// the lines after the first do not have it. arrow stands between it and the first line.
func prefixOf(before string, text []byte) (shape *regexp.Regexp, arrow string) {
	short := lineArrow.ReplaceAllString(before, "")
	switch {
	case short == "" && before[0] != '<' && !arrowsGoOn(before[:1], text):
		return nil, "" // curl -v: the head alone
	case short == "":
		return regexp.MustCompile(`^[<>] ?`), ""
	}
	for _, p := range []string{before, short} {
		shape := shapeOf(p)
		if !sharedByHead(shape, text) {
			continue
		}
		if p == before && short != before {
			return shapeOf(short), "" // curl -v behind a log's prefix: its arrows tell the directions
		}
		return shape, before[len(p):]
	}
	return nil, ""
}

// shapeOf matches a prefix with other numbers in it. The blank at its end may be missing.
func shapeOf(prefix string) *regexp.Regexp {
	var pattern strings.Builder
	bare := strings.TrimRight(prefix, " \t")
	last := 0
	for _, at := range digits.FindAllStringIndex(bare, -1) {
		blanks := ""
		if bare[at[0]] == ' ' {
			blanks = " *"
		}
		pattern.WriteString(regexp.QuoteMeta(bare[last:at[0]]) + blanks + `\d+`)
		last = at[1]
	}
	pattern.WriteString(regexp.QuoteMeta(bare[last:]))
	if tail := prefix[len(bare):]; tail != "" {
		pattern.WriteString(`(?:` + regexp.QuoteMeta(tail) + `|[ \t]*$)`)
	}
	return regexp.MustCompile("^" + pattern.String())
}

// sharedByHead reports whether the header lines after the first line have the prefix.
func sharedByHead(shape *regexp.Regexp, text []byte) bool {
	_, rest, _ := cutLine(text)
	for n := 0; ; n++ {
		var line []byte
		line, rest, _ = cutLine(rest)
		m := shape.FindIndex(line)
		if m == nil || !headerInLine.Match(line[m[1]:]) {
			return n >= 2
		}
	}
}

// arrowsGoOn reports whether the lines of the body begin with the arrow too.
func arrowsGoOn(arrow string, text []byte) bool {
	for len(text) > 0 {
		line, rest, _ := cutLine(text)
		if !bytes.HasPrefix(line, []byte(arrow)) {
			return false
		}
		if len(bytes.TrimSpace(line[1:])) == 0 {
			return bytes.HasPrefix(rest, []byte(arrow)) && !verboseNext.Match(rest)
		}
		text = rest
	}
	return false
}

var verboseNext = regexp.MustCompile(`^> [A-Z]+ \S+ HTTP/\d`)

// withoutPrefix takes the prefix off every line that has it.
func withoutPrefix(text []byte, shape *regexp.Regexp, arrow string) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		n := bytes.IndexByte(text, '\n') + 1
		if n == 0 {
			n = len(text)
		}
		line, end := text[:n], ""
		text = text[n:]
		for _, e := range []string{"\r\n", "\n"} {
			if cut, ok := bytes.CutSuffix(line, []byte(e)); ok {
				line, end = cut, e
				break
			}
		}
		if m := shape.FindIndex(line[:min(len(line), prefixMost)]); m != nil {
			line = line[m[1]:]
		}
		if cut, ok := bytes.CutPrefix(line, []byte(arrow)); ok && arrow != "" {
			line = cut
		}
		if answerArrow.Match(line) {
			line = line[bytes.IndexByte(line, ' ')+1:]
		}
		out = append(append(out, line...), end...)
	}
	return out
}
