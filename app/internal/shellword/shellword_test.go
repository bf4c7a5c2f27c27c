package shellword

import (
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wxup/wxup/internal/need"
)

// hostile are texts that a shell or a terminal could act on.
var hostile = []string{
	"", "photo.jpg", "a b", "it's", `"quoted"`, `back\slash`, "$(id)", "`id`", "$HOME ${X}", "a;id", "a|id>x<y&", "!history", "*?[a]{b,c}~#",
	"=ls", "a=b", "~", "line\nbreak", "crlf\r\n", "tab\tbell\a", "esc\x1b[31m", "paste\x1b[201~id\n", "\xff\xfe bytes", "é中文🎉",
	"\u202egpj.exe", "zero\u200bwidth", "\ufeffbom", "-rf", "%s%n", "\u2028", "no\u00a0break", "\u3164", "'", `'\''`,
}

func TestQuote(t *testing.T) {
	for s, want := range map[string]string{
		"POST": "POST", "http://h:1/p_-.": "http://h:1/p_-.", "a b": "'a b'", "a'b": `'a'\''b'`, "a\nb": `$'a\x0ab'`, "": "''", "中 文": "'中 文'",
	} {
		if got := Quote(s); got != want {
			t.Errorf("Quote(%q) = %s, want %s", s, got, want)
		}
	}
	for _, s := range hostile {
		word := Quote(s)
		if strings.ContainsFunc(word, invisible) || !utf8.ValidString(word) {
			t.Errorf("Quote(%q) = %q, which holds what a terminal might act on", s, word)
		}
		if got := Unquote(word); !strings.HasPrefix(word, "$'") && got != s {
			t.Errorf("Unquote(%s) = %q, want %q", word, got, s)
		}
	}
}

// TestBash checks that bash reads the very texts back.
func TestBash(t *testing.T) {
	bash := need.Program(t, "bash", need.Setup)
	line := `printf '%s\0'`
	for _, s := range hostile {
		line += " " + Quote(s)
	}
	out, err := exec.Command(bash, "-c", line).Output()
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(string(out), "\x00")
	for i, s := range hostile {
		if i >= len(got) || got[i] != s {
			t.Fatalf("text %d: bash reads %q, want %q", i, got, s)
		}
	}
}
