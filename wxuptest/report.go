package wxuptest

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/server"
)

// maxReport is how many refusals are explained.
const maxReport = 10

// report logs, for a test that failed, why uploads and other calls were refused, and which faults
// never happened.
func report(tb testing.TB, exchanges []server.Exchange, unmet func(lang string) []string) {
	var lines []string
	refused := 0
	lang := language()
	for _, e := range exchanges {
		if e.Problem == "" || strings.HasPrefix(e.Reason, asked) {
			continue
		}
		if refused++; refused <= maxReport {
			lines = append(lines, Why(e, lang))
		}
	}
	if refused > maxReport {
		more := "%d more were refused"
		if lang == "zh" {
			more = "另有 %d 次被拒"
		}
		lines = append(lines, fmt.Sprintf(more, refused-maxReport))
	}
	for _, line := range append(lines, unmet(lang)...) {
		tb.Log("wxuptest: " + strings.TrimSuffix(line, "\n"))
	}
}

// language returns the language of WXUP_LANG, else of the locale: "zh" or "en".
func language() string {
	if strings.HasPrefix(cmp.Or(os.Getenv("WXUP_LANG"), os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")), "zh") {
		return "zh"
	}
	return "en"
}

// Why says, in "en" or "zh", why an upload was refused: what was wrong, the proof, and what to
// change. A test that fails logs it for each refused upload.
func Why(e server.Exchange, lang string) string {
	say := func(en, zh string) string {
		if lang == "zh" {
			return zh
		}
		return en
	}
	var b strings.Builder
	path, _, _ := strings.Cut(e.Path, "?")
	fmt.Fprintf(&b, "%s %s  %s  %s\n", e.Method, path, e.Account, e.ID)
	if e.Problem == "" {
		fmt.Fprintf(&b, say("  accepted, HTTP %d\n", "  已接受，HTTP %d\n"), e.Status)
		return b.String()
	}
	fmt.Fprintf(&b, say("  refused, HTTP %d: %s: %s\n", "  被拒，HTTP %d：%s：%s\n"), e.Status, e.Problem.Text(lang), e.Reason)
	var found []explain.Finding
	if e.Report != nil {
		found = e.Report.Findings
	}
	for _, f := range found {
		fmt.Fprintf(&b, "  %s  [%s]\n", f.Text(lang), f.Label(lang))
		if f.Proof.Fact != "" {
			fmt.Fprintf(&b, "    %s\n", f.Proof.Fact)
		}
		if f.Proof.Signed != "" || f.Proof.Wanted != "" {
			fmt.Fprintf(&b, say("    signed, %d bytes: %s\n    expected, %d bytes: %s\n", "    实际签名，%d 字节：%s\n    应当签名，%d 字节：%s\n"),
				f.Proof.SignedLen, f.Proof.Signed, f.Proof.WantedLen, f.Proof.Wanted)
		}
		fmt.Fprintf(&b, "    → %s\n", f.Fix(lang))
		if line := f.SDK("go"); line != "" {
			fmt.Fprintf(&b, "      %s\n", strings.ReplaceAll(line, "\n", "\n      "))
		}
	}
	if len(found) > 0 {
		return b.String()
	}
	if hint := e.Problem.Hint(lang); hint != "" {
		fmt.Fprintf(&b, "  → %s\n", hint)
	}
	if e.Report != nil {
		for _, w := range e.Report.RuledOut {
			fmt.Fprintf(&b, say("  ruled out: %s\n", "  已排除：%s\n"), w.In(lang))
		}
		for _, w := range e.Report.Check {
			fmt.Fprintf(&b, say("  check: %s\n", "  请检查：%s\n"), w.In(lang))
		}
	}
	return b.String()
}
