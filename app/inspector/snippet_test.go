package inspector

import (
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wxup/wxup/internal/need"
)

// TestQuotes: each literal is the text, read back by its own language where that is installed, and
// shows all that is in it.
func TestQuotes(t *testing.T) {
	var texts, single, double, php []string
	for _, s := range hostile {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			continue // such a meta is refused; and no command line holds a NUL
		}
		for name, literal := range map[string]string{"go": quoteGo(s), "json": quoteJSON(s), "single": quoteSingle(s), "php": quotePHP(s)} {
			if strings.ContainsFunc(literal, unseen) {
				t.Errorf("%s: %q is written %q", name, s, literal)
			}
		}
		if got, err := strconv.Unquote(quoteGo(s)); err != nil || got != s {
			t.Errorf("Go reads %s as %q, want %q", quoteGo(s), got, s)
		}
		texts, single, double, php = append(texts, s), append(single, quoteSingle(s)), append(double, quoteJSON(s)), append(php, quotePHP(s))
	}
	list := strings.Join(slices.Concat(single, double), ", ")
	for _, c := range []struct {
		program, flag, code string
		want                []string
	}{
		{"python3", "-c", `import sys; sys.stdout.buffer.write("\x1f".join([` + list + `]).encode())`, slices.Concat(texts, texts)},
		{"node", "-e", `process.stdout.write([` + list + `].join("\x1f"))`, slices.Concat(texts, texts)},
		{"php", "-r", `echo implode("\x1f", [` + strings.Join(php, ", ") + `]);`, texts},
	} {
		t.Run(c.program, func(t *testing.T) {
			need.Program(t, c.program, need.Setup)
			out, err := exec.Command(c.program, c.flag, c.code).Output()
			if got := strings.Split(string(out), "\x1f"); err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%s (%v) reads\n%s as\n%q", c.program, err, list, got)
			}
		})
	}
}
