package secret

import (
	"strings"
	"testing"
)

// TestSelfSimilar: a secret that is like itself in many places is found once, not from each.
func TestSelfSimilar(t *testing.T) {
	key := strings.Repeat("a9", 2000)
	s := New(key, "another-secret-0123456789")
	text := "token=" + key + "another-secret-0123456789&x=y"
	if spans := s.find(nil, []byte(text)); len(spans) > 20 {
		t.Errorf("%d places", len(spans))
	}
	if got := s.Mask(text); got != "token="+Hidden+"&x=y" {
		t.Errorf("%s", got)
	}
}
