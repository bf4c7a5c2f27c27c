package phrase

import (
	"strconv"
	"strings"
	"testing"
)

func TestUserLanguage(t *testing.T) {
	for _, c := range []struct {
		vars string
		want string
	}{
		{"", "en"}, {"LANG=zh_CN.UTF-8", "zh"}, {"LANG=zh_CN.UTF-8 WXUP_LANG=en", "en"}, {"LC_ALL=C LANG=zh_CN", "en"}, {"WXUP_LANG=ZH", "zh"},
	} {
		for _, name := range []string{"WXUP_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
			t.Setenv(name, "")
		}
		for pair := range strings.FieldsSeq(c.vars) {
			name, value, _ := strings.Cut(pair, "=")
			t.Setenv(name, value)
		}
		if got := UserLanguage(); got != c.want {
			t.Errorf("with %s the language is %s, want %s", strconv.Quote(c.vars), got, c.want)
		}
	}
}
