package explain

import (
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
)

// made is a request with a mistake in it, and what is found of that.
type made struct {
	family, name, want string
	request            *Request
	known              *Known
	report             Report
}

// everyMistake makes every mistake of the tables and has it explained, once for all tests.
var everyMistake = sync.OnceValue(func() (list []*made) {
	add := func(family, name, want string, request *Request, known *Known) {
		list = append(list, &made{family: family, name: name, want: want, request: request, known: known})
	}
	addV2 := func(name, want string, make func(*v2client)) {
		c := newV2()
		make(c)
		add("v2", name, want, c.request(), c.known)
	}
	for _, m := range v3Mistakes {
		c := newClient()
		m.make(c)
		add("v3", m.name, m.want, c.request(), c.w.known)
	}
	for _, m := range v2Mistakes {
		addV2(m.name, m.want, m.make)
	}
	for _, m := range slices.Concat(v2Rows, v2ByteRows) {
		addV2(m.name, m.want, m.make)
	}
	for _, m := range slices.Concat(accountMistakes, accountRows, accountByteRows) {
		c := newAccount()
		m.make(c)
		add("account", m.name, m.want, c.request(), c.known)
	}
	explain := map[string]func(*Request, *Known) Report{"v3": V3, "v2": V2, "account": Account}
	var wait sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for first := range workers {
		wait.Go(func() {
			for i := first; i < len(list); i += workers {
				list[i].report = explain[list[i].family](list[i].request, list[i].known)
			}
		})
	}
	wait.Wait()
	return list
})

// tally counts how often each cause was named.
type tally map[string]*[3]int // named, not named, wrongly named

func (c tally) row(id string) *[3]int {
	if c[id] == nil {
		c[id] = &[3]int{}
	}
	return c[id]
}

// judge compares a report with what it should have named. It reports whether all of that was, and
// nothing else.
func (c tally) judge(t *testing.T, name, want string, r Report) (named, wrong bool) {
	wanted := strings.Fields(want)
	named = true
	for _, id := range wanted {
		if r.Has(id) {
			c.row(id)[0]++
		} else {
			named = false
			c.row(id)[1]++
			t.Logf("%s: %s not named: %v", name, id, r.Findings)
		}
	}
	for _, f := range r.Findings {
		if f.Cause == "v3.text.unknown" && !named {
			continue // which is true
		}
		if !slices.Contains(wanted, f.Cause) {
			wrong = true
			c.row(f.Cause)[2]++
			t.Logf("%s: %s wrongly named: %+v", name, f.Cause, f)
		}
	}
	return named, wrong
}

func (c tally) log(t *testing.T) {
	var ids []string
	for id := range c {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	t.Logf("%-40s %6s %9s %7s", "cause", "named", "not named", "wrong")
	for _, id := range ids {
		t.Logf("%-40s %6d %9d %7d", id, c[id][0], c[id][1], c[id][2])
	}
}

// TestMistakes looks whether every mistake of the tables is named.
func TestMistakes(t *testing.T) {
	t.Parallel()
	counts := tally{}
	cases, named, wrong := 0, 0, 0
	for _, m := range everyMistake() {
		ok, bad := counts.judge(t, m.family+": "+m.name, m.want, m.report)
		cases++
		if ok {
			named++
		}
		if bad {
			wrong++
		}
		for _, f := range m.report.Findings {
			checkFinding(t, f)
		}
	}
	counts.log(t)
	t.Logf("%d mistakes: %d named (%.1f %%), %d wrongly named", cases, named, 100*float64(named)/float64(cases), wrong)
	if named*100 < cases*95 || wrong > 0 {
		t.Errorf("%d of %d named, %d wrongly", named, cases, wrong)
	}
}

// checkFinding checks what every finding must have: texts, and no secret in them.
func checkFinding(t *testing.T, f Finding) {
	t.Helper()
	w := theWorld()
	for _, lang := range []string{"en", "zh"} {
		for _, text := range []string{f.Text(lang), f.Fix(lang), f.Proof.Fact, f.Proof.Signed, f.Proof.Wanted, f.Value} {
			if strings.Contains(text, "{}") && f.Value != "{}" && !strings.Contains(f.Proof.Signed+f.Proof.Fact, "{}") {
				t.Errorf("%s: %q is not filled in", f.Cause, text)
			}
			for _, secret := range []string{w.merchant.APIv2Key, w.merchant.APIv3Key, w.neighbour.APIv2Key, w.neighbour.APIv3Key, goodToken} {
				if strings.Contains(text, secret) || strings.Contains(text, strings.ToLower(secret)) {
					t.Errorf("%s: a key is shown: %q", f.Cause, text)
				}
			}
		}
		if f.Text(lang) == "" || f.Fix(lang) == "" {
			t.Errorf("%s has no text in %s", f.Cause, lang)
		}
	}
	if f.Proof.Kind == "" {
		t.Errorf("%s has no proof", f.Cause)
	}
}
