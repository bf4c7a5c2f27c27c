package devkeys

import (
	"regexp"
	"testing"
)

func TestSecrets(t *testing.T) {
	for _, tt := range []struct {
		name, form string
		make       func() string
		mayRepeat  bool
	}{
		{"NewAPIKey", `^[A-Za-z0-9]{32}$`, NewAPIKey, false},
		{"NewAppID", `^wx[0-9a-f]{16}$`, func() string { return NewAppID("") }, false},
		{"NewAppID(wx)", `^wx[0-9a-f]{16}$`, func() string { return NewAppID("wx") }, false},
		{"NewAppID(ww)", `^ww[0-9a-f]{16}$`, func() string { return NewAppID("ww") }, false},
		{"NewAppSecret", `^[0-9a-f]{32}$`, NewAppSecret, false},
		{"NewMchID", `^19000[0-9]{5}$`, NewMchID, true},
		{"NewToken(43)", `^[A-Za-z0-9]{43}$`, func() string { return NewToken(43) }, false},
		{"NewToken(1000)", `^[A-Za-z0-9]{1000}$`, func() string { return NewToken(1000) }, false},
		{"NewToken(0)", `^$`, func() string { return NewToken(0) }, true},
	} {
		form, seen := regexp.MustCompile(tt.form), map[string]bool{}
		for range 1000 {
			s := tt.make()
			if !form.MatchString(s) {
				t.Fatalf("%s: %q is not %s", tt.name, s, tt.form)
			}
			if seen[s] && !tt.mayRepeat {
				t.Fatalf("%s: %q came twice", tt.name, s)
			}
			seen[s] = true
		}
	}
}

// TestPickIsFair: a plain byte%62 draws each of the first 8 characters a quarter more often than
// the others. Of 620,000 draws each character has 10,000, give or take 100 (one standard
// deviation). 600 off is chance once in 500 million characters; byte%62 is 2,100 off.
func TestPickIsFair(t *testing.T) {
	const each = 10_000
	for _, alphabet := range []string{letters + digits, digits, hexes} {
		n := each * len(alphabet)
		count := map[rune]int{}
		for _, r := range pick(alphabet, n) {
			count[r]++
		}
		for _, r := range alphabet {
			if d := count[r] - each; d < -600 || d > 600 {
				t.Errorf("%q came %d times in %d, want %d", r, count[r], n, each)
			}
		}
	}
}
