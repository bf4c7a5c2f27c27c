package secret

import (
	"fmt"
	"strings"
	"testing"
)

// TestGroups: a secret that is written in groups is found, in plain and in hex.
func TestGroups(t *testing.T) {
	const key = "uif8WPKc8Uyv3qLm9ZtA0bNsXe5rHj7d"
	s := New(key)
	for _, size := range []int{1, 2, 4, 5, 8} {
		for _, sep := range []string{"-", " ", ":", "."} {
			var groups []string
			for rest := key; rest != ""; rest = rest[min(size, len(rest)):] {
				groups = append(groups, rest[:min(size, len(rest))])
			}
			text := "k=" + strings.Join(groups, sep) + "&x=y"
			if got := s.Mask(text); got != "k="+Hidden+"&x=y" {
				t.Errorf("%s: %s", text, got)
			}
		}
	}
	if got := s.Mask(fmt.Sprintf("% X", key[:12])); got != Hidden {
		t.Errorf("hex: %s", got)
	}
	for _, plain := range []string{"a-b-c-d-e-f", "2026-11-30 15:47:12", "uif8-WPKc", "1234-5678-9012-3456", "--", "a-", "a-b-"} {
		if got := s.Mask(plain); got != plain {
			t.Errorf("%s: %s", plain, got)
		}
	}
}
