package need

import (
	"fmt"
	"testing"
)

// recorder is a TB that notes how a test ended.
type recorder struct {
	testing.TB
	said string
}

type ended struct{}

func (r *recorder) Helper() {}

func (r *recorder) Skipf(format string, args ...any) {
	r.said = "SKIP " + fmt.Sprintf(format, args...)
	panic(ended{})
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.said = "FAIL " + fmt.Sprintf(format, args...)
	panic(ended{})
}

func said(f func(testing.TB)) string {
	r := &recorder{}
	func() {
		defer func() {
			if x := recover(); x != nil && x != (ended{}) {
				panic(x)
			}
		}()
		f(r)
	}()
	return r.said
}

func TestNeed(t *testing.T) {
	have := func(t testing.TB) { That(t, true, "zsh", Setup) }
	lack := func(t testing.TB) { That(t, false, "zsh", Setup) }
	program := func(t testing.TB) { Program(t, "wxup-has-no-such-program", "make it") }
	long := func(t testing.TB) { Variable(t, "WXUP_NEED_TEST", ".ci/long all") }
	for _, x := range []struct {
		name, require string
		do            func(testing.TB)
		want          string
	}{
		{"present", "", have, ""},
		{"present and required", "1", have, ""},
		{"missing", "", lack, "SKIP needs zsh: make setup"},
		{"missing and required", "1", lack, "FAIL needs zsh: make setup (WXUP_REQUIRE_ALL is set: nothing may be skipped)"},
		{"program", "", program, "SKIP needs wxup-has-no-such-program: make it"},
		{"variable", "1", long, "SKIP needs WXUP_NEED_TEST=1: .ci/long all"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Setenv("WXUP_REQUIRE_ALL", x.require)
			if got := said(x.do); got != x.want {
				t.Errorf("%q, want %q", got, x.want)
			}
		})
	}
	t.Setenv("WXUP_NEED_TEST", "1")
	if got := said(long); got != "" {
		t.Errorf("on request: %q", got)
	}
}
