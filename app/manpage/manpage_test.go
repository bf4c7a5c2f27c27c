package manpage

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/internal/phrase/phrasetest"
)

func TestChinese(t *testing.T) { phrasetest.Complete(t, texts) }

func TestPage(t *testing.T) {
	root := &cobra.Command{Use: "prog", Short: "a program"}
	sub := &cobra.Command{
		Use: "do FILE", Short: "do it", Long: "Does it.\n\n  prog do x~y\n\n.dots are text.", Example: "  prog do 'a'",
		Run: func(*cobra.Command, []string) {},
	}
	sub.Flags().IntP("count", "c", 3, "how `often`")
	root.AddCommand(sub, &cobra.Command{Use: "secret", Hidden: true, Run: func(*cobra.Command, []string) {}})
	for lang, want := range map[string][]string{
		"en": {
			`.TH PROG-DO 1 "2026-11-29" "prog 1" wxup`, ".SH NAME\nprog\\-do \\- do it\n", ".nf\n  prog do x\\(tiy\n.fi", `\&.dots are text.`,
			".TP\n\\fB\\-c, \\-\\-count\\fR \\fIoften\\fR\nhow often (3)\n", ".SH EXAMPLES\n.nf\n  prog do \\(aqa\\(aq\n.fi", ".BR prog (1)\n",
		},
		"zh": {".SH 名称\n", ".SH 退出码\n0 全部完成"},
	} {
		var page bytes.Buffer
		p := Pages{Lang: lang, Version: "prog 1", Date: "2026-11-29"}
		if err := p.Write(&page, sub); err != nil {
			t.Fatal(err)
		}
		for _, text := range want {
			if !strings.Contains(page.String(), text) {
				t.Errorf("the page in %s lacks %q:\n%s", lang, text, page.String())
			}
		}
	}
	var names []string
	Walk(root, func(cmd *cobra.Command) error { names = append(names, Name(cmd)); return nil })
	if got := strings.Join(names, " "); got != "prog prog-do" {
		t.Errorf("pages %s, want prog prog-do", got)
	}
}
