package capture

import (
	"bytes"
	"regexp"
	"strings"
)

// Chat programs and word processors write typographic characters where plain ones were:
//
//	curl -X POST “https://…” -H ‘Accept: application/json’
//	Host：api.mch.weixin.qq.com
//
// In the place of a shell's quotes, or in the header and the form alike, no client has sent them.
// Within plain quotes they stay: a client may have.
var (
	curledWord = regexp.MustCompile(`(?:^|\s)[“‘][^\s]`)
	noBreak    = regexp.MustCompile(`\x{a0}[ \x{a0}]*([-'"“‘\\]|https?:)`)
	wideColon  = regexp.MustCompile(`(?m)^([A-Z][0-9A-Za-z-]{1,40})：[ \x{a0}]*`)
	plainMarks = strings.NewReplacer("“", `"`, "”", `"`, "‘", "'", "’", "'", "＂", `"`)
)

// plainCommand is a text with curl commands in plain characters.
func (r *reader) plainCommand(script string) string {
	plain := script
	if curledWord.MatchString(plain) {
		plain = plainMarks.Replace(plain)
	}
	if strings.Contains(plain, "\u00a0") {
		plain = noBreak.ReplaceAllString(plain, " $1")
	}
	if plain != script {
		r.notes = append(r.notes, notePasted)
	}
	return plain
}

// plainRequest is a raw request in plain characters.
func (r *reader) plainRequest(text []byte) []byte {
	plain := text
	if len(wideColon.FindAll(text[:min(len(text), lineMost)], 2)) == 2 {
		plain = wideColon.ReplaceAll(plain, []byte("$1: "))
	}
	if bytes.Contains(plain, []byte("mchid=“")) && bytes.Contains(plain, []byte("name=“")) {
		plain = []byte(plainMarks.Replace(string(plain)))
	}
	if len(plain) != len(text) {
		r.notes = append(r.notes, notePasted)
	}
	return plain
}
