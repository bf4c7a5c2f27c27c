package nearest

import (
	"testing"

	"github.com/wxup/wxup/app/internal/phrase/phrasetest"
)

func TestHint(t *testing.T) {
	names := []string{"article", "marketing", "http"}
	for wrong, want := range map[string]string{
		"artcle": "; did you mean article?", "htpp": "; did you mean http?", "ARTICLE": "; did you mean article?", "completely": "",
	} {
		if got := Hint(wrong, names).String(); got != want {
			t.Errorf("Hint(%q) = %q, want %q", wrong, got, want)
		}
	}
	for _, x := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"htpp", "http", 1}, {"kitten", "sitting", 3}, {"图", "图片", 1}, {"ab", "ba", 1}} {
		if got := distance(x.a, x.b); got != x.want {
			t.Errorf("distance(%s, %s) = %d, want %d", x.a, x.b, got, x.want)
		}
	}
}

func TestChinese(t *testing.T) { phrasetest.Complete(t, texts) }
