package explain

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A way is one way in which one dimension of the signed text may have been wrong.
type way struct {
	causes []named
	text   string                                // of the line, or the body
	write  func(dst []byte, l *[5]string) []byte // a frame: what is made of the five lines
}

// ways is a dimension being filled, without repeating a text.
type ways struct {
	list  []way
	seen  map[string]bool
	reach reach
	rest  func() // adds the ways that are too rare to be tried together with others
}

// newWays begins a dimension whose right text is known: it is no way to be wrong.
func newWays(right string) *ways { return &ways{seen: map[string]bool{right: true}} }

func (w *ways) add(text, cause, value string) { w.addAll(text, named{cause, value}) }

func (w *ways) addAll(text string, causes ...named) {
	if !w.seen[text] && len(causes) > 0 {
		w.seen[text] = true
		w.list = append(w.list, way{causes: causes, text: text})
	}
}

// The ways added before each of these calls are within that reach.
func (w *ways) topEnds() { w.reach.top = len(w.list) }

func (w *ways) nearEnds() { w.reach.near = len(w.list) }

func (w *ways) wideEnds() { w.reach.wide = len(w.list) }

// far is what is added only when all else was tried.
func (w *ways) far(rest func()) { w.rest = rest }

// done gives the reach so far.
func (w *ways) done() reach {
	w.reach.all = len(w.list)
	w.reach.wide = max(w.reach.wide, w.reach.near)
	return w.reach
}

// fill adds the rare ways, once.
func (w *ways) fill() reach {
	if w.rest != nil {
		w.rest()
		w.rest = nil
	}
	return w.done()
}

// methods: the first line.
func methods(right string) *ways {
	w := newWays(right)
	w.add("POST", "v3.method.other", "POST")
	w.add(strings.ToLower(right), "v3.method.case", strings.ToLower(right))
	w.add("GET", "v3.method.other", "GET")
	w.topEnds()
	w.add("PUT", "v3.method.other", "PUT")
	w.nearEnds()
	if right != "" {
		w.add(right[:1]+strings.ToLower(right[1:]), "v3.method.case", right[:1]+strings.ToLower(right[1:]))
	}
	for _, m := range []string{"PATCH", "DELETE", "HEAD", "OPTIONS", "UPLOAD", "get", "put"} {
		w.add(m, "v3.method.other", m)
	}
	w.add("", "v3.method.empty", "")
	w.wideEnds()
	return w
}

// timestamps: the third line.
func (e *evidence) timestamps(right string) *ways {
	w := newWays(right)
	n, err := strconv.ParseInt(right, 10, 64)
	if err != nil || n < 0 || n > 1<<50 {
		w.add("", "v3.timestamp.empty", "")
		w.topEnds()
		e.elsewhere(w, "time", "v3.timestamp.elsewhere")
		if t, err := parseDate(right); err == nil {
			for d := int64(-8 * 3600); d <= 8*3600; d += 8 * 3600 {
				w.add(strconv.FormatInt(t.Unix()+d, 10), "v3.timestamp.form", "Unix")
			}
		}
		whole, _, _ := strings.Cut(right, ".")
		w.add(whole, "v3.timestamp.form", whole)
		w.nearEnds()
		return w
	}
	if n > 1<<40 { // the header has milliseconds
		for _, s := range []int64{n / 1000, (n + 500) / 1000} {
			w.add(strconv.FormatInt(s, 10), "v3.timestamp.unit", strconv.FormatInt(s, 10))
		}
		w.topEnds()
		w.add("", "v3.timestamp.empty", "")
		w.nearEnds()
		return w
	}
	w.add(strconv.FormatInt(n*1000, 10), "v3.timestamp.milliseconds", "")
	other := func(d int64) {
		w.add(strconv.FormatInt(n+d, 10), "v3.timestamp.other", fmt.Sprintf("%+d s", d))
	}
	other(1)
	other(-1)
	w.add("", "v3.timestamp.empty", "")
	w.topEnds()
	for d := int64(2); d <= 3; d++ {
		other(d)
		other(-d)
	}
	e.elsewhere(w, "time", "v3.timestamp.elsewhere")
	w.nearEnds()
	for d := int64(4); d <= 8; d++ {
		other(d)
		other(-d)
	}
	for _, zeros := range []string{"000000", "000000000"} {
		w.add(right+zeros, "v3.timestamp.milliseconds", "")
	}
	for _, tail := range []string{".0", ".00", ".000", ".000000"} {
		w.add(right+tail, "v3.timestamp.form", right+tail)
	}
	w.add(`"`+right+`"`, "v3.timestamp.form", `"`+right+`"`)
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("CST", 8*3600)} {
		for _, layout := range dateLayouts {
			text := time.Unix(n, 0).In(zone).Format(layout)
			w.add(text, "v3.timestamp.form", text)
		}
	}
	w.add("timestamp", "v3.timestamp.form", "timestamp")
	w.wideEnds()
	w.far(func() { farTimestamps(w, n) })
	return w
}

// farTimestamps adds whole ranges: so many that they are not looked at for repetitions, and written one behind the other.
func farTimestamps(w *ways, n int64) {
	var all strings.Builder
	all.Grow(128 << 10)
	write := func(n int64, tail string) string {
		from := all.Len()
		var digits [20]byte
		all.Write(strconv.AppendInt(digits[:0], n, 10))
		all.WriteString(tail)
		return all.String()[from:]
	}
	w.list = slices.Grow(w.list, 5000)
	add := func(text string, causes ...named) { w.list = append(w.list, way{causes: causes, text: text}) }
	other := func(d int64) {
		sign := "+"
		if d < 0 {
			sign = ""
		}
		add(write(n+d, ""), named{"v3.timestamp.other", sign + write(d, " s")})
	}
	for d := int64(9); d <= 300; d++ {
		other(d)
		other(-d)
	}
	other(8 * 3600)
	other(-8 * 3600)
	// The milliseconds are lost in the header: all of them, and half a second more for those who round.
	milliseconds := []named{{"v3.timestamp.milliseconds", ""}}
	for d := int64(-500); d < 2000; d++ {
		add(write(n*1000+d, ""), milliseconds...)
	}
	for d := range int64(1000) {
		text := write(n, "."+strconv.FormatInt(1000+d, 10)[1:])
		add(text, named{"v3.timestamp.form", text})
	}
}

func parseDate(s string) (t time.Time, err error) {
	for _, layout := range dateLayouts {
		if t, err = time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return t, err
}

// nonces: the fourth line.
func (e *evidence) nonces(right string) *ways {
	w := newWays(right)
	w.add(strings.ToLower(right), "v3.nonce.case", "")
	w.add(strings.ToUpper(right), "v3.nonce.case", "")
	w.add("", "v3.nonce.empty", "")
	w.topEnds()
	bare := strings.ReplaceAll(right, "-", "")
	w.add(bare, "v3.nonce.form", bare)
	if len(bare) == 32 && hexText.MatchString(bare) {
		id := bare[:8] + "-" + bare[8:12] + "-" + bare[12:16] + "-" + bare[16:20] + "-" + bare[20:]
		for _, s := range []string{id, strings.ToLower(id), strings.ToUpper(id)} {
			w.add(s, "v3.nonce.form", s)
		}
	}
	e.elsewhere(w, "nonce", "v3.nonce.elsewhere")
	w.nearEnds()
	for _, n := range []int{32, 30, 24, 20, 16, 10, 8} {
		if len(right) > n {
			w.add(right[:n], "v3.nonce.cut", strconv.Itoa(n))
		}
	}
	for _, form := range []string{`"` + right + `"`, "'" + right + "'", "nonce_str", "nonce", strings.TrimRight(right, "="), url.QueryEscape(right), strings.ReplaceAll(right, " ", "+")} {
		w.add(form, "v3.nonce.form", form)
	}
	if plain, err := url.QueryUnescape(right); err == nil {
		w.add(plain, "v3.nonce.form", plain)
	}
	w.wideEnds()
	return w
}

// elsewhere adds values that other headers and fields of the request give under a like name.
func (e *evidence) elsewhere(w *ways, name, cause string) {
	for _, key := range e.headerNames() {
		if value := e.Header[key][0]; strings.Contains(strings.ToLower(key), name) && len(value) <= 64 {
			w.add(value, cause, key)
		}
	}
	for _, f := range e.fields {
		if strings.Contains(strings.ToLower(f.name), name) && len(f.value) <= 64 {
			w.add(f.value, cause, f.name)
		}
	}
}
