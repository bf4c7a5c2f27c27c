package inspector

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// hostile are texts that strangers send to see what happens.
var hostile = []string{
	"", "photo.jpg", "a b", "it's", `"quoted"`, `back\slash`, "$(id)", "`id`", "$HOME ${X}", "a;id", "a|id>x<y&", "!history", "*?[a]{b,c}~#",
	"line\nbreak", "crlf\r\n", "tab\tbell\a", "nul\x00", "esc\x1b[31m", "paste\x1b[201~id\n", "\xff\xfe bytes", "é中文🎉", "\u202egpj.exe", "zero\u200bwidth", "\ufeffbom",
	"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "-rf", "@/etc/passwd", "%s%n", "\u2028", "no\u00a0break", "\u3164",
}

func TestWords(t *testing.T) {
	if got, want := urlWord("http://h/p?access_token=***&type=a b&x=***"), `'http://h/p?access_token='"$ACCESS_TOKEN"'&type=a b&x='"$X"`; got != want {
		t.Errorf("a masked query is %s, want %s", got, want)
	}
	for name, want := range map[string]string{"a.jpg": "a.jpg", "../../etc/passwd": "FILE", "-x": "FILE", ".ssh": "FILE", "a b": "FILE", "": "FILE", "中.jpg": "FILE"} {
		if got := localName(name); got != want {
			t.Errorf("localName(%q) = %s, want %s", name, got, want)
		}
	}
}

func TestRuns(t *testing.T) {
	for text, want := range map[string]string{
		"a b":           "a[sp ]b",
		"a\r\nb\n":      "a[cr][lf\n]b[lf\n]",
		"\t\t":          "[tab\t][tab\t]",
		"\xffé\x00":     "[byteFF]é[oddU+0000]",
		"\u202eevil":    "[oddU+202E]evil",
		"中 文":           "中[sp ]文",
		"no\u00a0break": "no[oddU+00A0]break",
		"":              "",
	} {
		if got := drawn(runs(text)); got != want {
			t.Errorf("runs(%q) are %q, want %q", text, got, want)
		}
	}
}

func drawn(list []run) string {
	var b strings.Builder
	for _, r := range list {
		if r.Kind == "" {
			b.WriteString(r.Text)
		} else {
			b.WriteString("[" + r.Kind + r.Text + "]")
		}
	}
	return b.String()
}

// FuzzMarks: whatever was sent, what is shown is text that is seen, and nothing is lost of what was
// seen already.
func FuzzMarks(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if p := plain(s); !utf8.ValidString(p) || strings.ContainsFunc(p, unseen) {
			t.Errorf("plain(%q) = %q", s, p)
		}
		var whole strings.Builder
		for _, r := range runs(s) {
			if r.Kind != "lf" && r.Kind != "tab" && (!utf8.ValidString(r.Text) || strings.ContainsFunc(r.Text, unseen)) {
				t.Errorf("a run of %q shows %q", s, r.Text)
			}
			if r.Kind == "" || r.Kind == "sp" || r.Kind == "lf" || r.Kind == "tab" {
				whole.WriteString(r.Text)
			}
		}
		seen := strings.Map(func(r rune) rune {
			if r != '\n' && r != '\t' && unseen(r) || r == utf8.RuneError {
				return -1
			}
			return r
		}, s)
		if utf8.ValidString(s) && !strings.ContainsRune(s, utf8.RuneError) && whole.String() != seen {
			t.Errorf("of %q the runs keep %q", s, whole.String())
		}
		if strings.Join(tokens(s), "") != s {
			t.Errorf("the tokens of %q are %q", s, tokens(s))
		}
	})
}
