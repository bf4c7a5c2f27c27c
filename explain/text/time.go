package text

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
)

// dateLayouts are the layouts in which times are written by mistake.
var dateLayouts = []string{
	"2006-01-02 15:04:05", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05.000Z07:00", "2006-01-02T15:04:05",
	"20060102150405", "2006/01/02 15:04:05", time.RFC1123, time.RFC1123Z, "Mon, 02 Jan 2006 15:04:05 GMT", time.ANSIC,
}

// rareDateLayouts are those in which languages print a time that was not converted to a number.
var rareDateLayouts = []string{
	"Mon Jan 02 2006 15:04:05 GMT-0700 (China Standard Time)", "Mon Jan 02 2006 15:04:05 GMT-0700 (中国标准时间)", "Mon Jan 02 2006 15:04:05 GMT-0700 (CST)",
	"Mon Jan 02 2006 15:04:05 GMT-0700 (Coordinated Universal Time)", "Mon Jan 02 2006 15:04:05 GMT-0700 (GMT)", "Mon Jan 02 2006 15:04:05 GMT-0700", "Mon Jan 02 2006",
	"Mon Jan 02 15:04:05 MST 2006", "Mon Jan 2 15:04:05 MST 2006", "Mon Jan _2 15:04:05 MST 2006", "Mon Jan _2 15:04:05 2006",
	"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700 MST", "2006-01-02 15:04:05 -07:00", "2006-01-02T15:04:05-0700", "2006-01-02 15:04:05Z", "2006-01-02T15:04:05Z", "2006-01-02T15:04",
	"2006-01-02T15:04:05Z[UTC]", "2006-01-02T15:04:05-07:00[Asia/Shanghai]", "2006-01-02T15:04:05.000Z", "2006-01-02T15:04:05.000000Z", "2006-01-02T15:04:05.0000000Z", "2006-01-02T15:04:05.0000000-07:00",
	"2006-01-02", "20060102", "150405", "15:04:05", "060102150405", "20060102150405000", "20060102T150405Z", "200601021504", "2006/01/02", "2006-1-2 15:4:5", "2006/1/2 15:04:05", "2006/1/2 15:04:05 -07:00", "2006年01月02日 15:04:05", "2006年1月2日 15:04:05",
	"1/2/2006 3:04:05 PM", "1/2/2006 3:04:05 PM -07:00", "1/2/2006, 3:04:05 PM", "01/02/2006 15:04:05", "02/01/2006 15:04:05", "2/1/2006 15:04:05", "2.1.2006 15:04:05", "2006-01-02 15:04:05.000", "2006-01-02 15:04:05.000000", "2006-01-02 15:04:05.0",
	"Monday, January 2, 2006", "Mon, 02 Jan 2006 15:04:05 +0000", "Jan 2, 2006 3:04:05 PM", "Jan 2, 2006, 3:04:05 PM", "~U[2006-01-02 15:04:05Z]", "Time(2006-01-02T15:04:05Z)", "datetime.datetime(2006, 1, 2, 15, 4, 5)",
}

// ParseDate reads a time in one of the layouts in which times are written by mistake.
func ParseDate(s string) (t time.Time, err error) {
	for _, layout := range slices.Concat(dateLayouts, rareDateLayouts[:40]) {
		if t, err = time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return t, err
}

// SampleTimes are the timestamps in the samples of WeChat's documents.
var SampleTimes = []string{"1554208460", "1395712654", "1414561699", "1574674260", "1553052800"}

// Timestamps lists ways to get the timestamp wrong.
func Timestamps(s *Source) *Dimension {
	right := s.Right[TimeLine]
	d := newDimension(right)
	n, err := strconv.ParseInt(right, 10, 64)
	if err != nil || n < 0 || n > 1<<50 {
		d.add("", "v3.timestamp.empty", "")
		d.endTop()
		s.named(d, "time", "v3.timestamp.elsewhere")
		if t, err := ParseDate(right); err == nil {
			for zone := int64(-8 * 3600); zone <= 8*3600; zone += 8 * 3600 {
				d.add(strconv.FormatInt(t.Unix()+zone, 10), "v3.timestamp.form", "Unix")
			}
		}
		whole, _, _ := strings.Cut(right, ".")
		d.add(whole, "v3.timestamp.form", whole)
		d.endNear()
		return d
	}
	if n > 1<<40 { // the header has milliseconds
		for _, x := range []int64{n / 1000, (n + 500) / 1000} {
			d.add(strconv.FormatInt(x, 10), "v3.timestamp.unit", strconv.FormatInt(x, 10))
		}
		d.endTop()
		d.add("", "v3.timestamp.empty", "")
		d.endNear()
		return d
	}
	d.add(strconv.FormatInt(n*1000, 10), "v3.timestamp.milliseconds", "")
	other := func(off int64) {
		d.add(strconv.FormatInt(n+off, 10), "v3.timestamp.other", fmt.Sprintf("%+d s", off))
	}
	other(1)
	other(-1)
	d.add("", "v3.timestamp.empty", "")
	d.endTop()
	for off := int64(2); off <= 3; off++ {
		other(off)
		other(-off)
	}
	s.named(d, "time", "v3.timestamp.elsewhere")
	d.endNear()
	for off := int64(4); off <= 8; off++ {
		other(off)
		other(-off)
	}
	for _, zeros := range []string{"000000", "000000000"} {
		d.add(right+zeros, "v3.timestamp.milliseconds", "")
	}
	for _, tail := range []string{".0", ".00", ".000", ".000000"} {
		d.add(right+tail, "v3.timestamp.form", right+tail)
	}
	d.add(`"`+right+`"`, "v3.timestamp.form", `"`+right+`"`)
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("CST", 8*3600)} {
		for _, layout := range dateLayouts {
			text := time.Unix(n, 0).In(zone).Format(layout)
			d.add(text, "v3.timestamp.form", text)
		}
	}
	d.add("timestamp", "v3.timestamp.form", "timestamp")
	d.endWide()
	d.rare = append(rareLines(d, s, TimeLine, "v3.timestamp.nothing", "v3.timestamp.form"), func() {
		for _, text := range numberForms(n) {
			d.add(text, "v3.timestamp.form", text)
		}
		for _, zone := range []*time.Location{time.UTC, time.FixedZone("CST", 8*3600), time.FixedZone("GMT+08:00", 8*3600), time.FixedZone("+0800", 8*3600)} {
			for _, layout := range rareDateLayouts {
				text := time.Unix(n, 0).In(zone).Format(layout)
				d.add(text, "v3.timestamp.form", text)
			}
		}
	}, func() { rareTimestamps(d, n) }, func() { lostMilliseconds(d, n) })
	d.rarest = []func(){func() { printedMilliseconds(d, n) }}
	return d
}

// numberForms lists ways in which languages print a number: scientific, and with separators.
func numberForms(n int64) []string {
	digits := strconv.FormatInt(n, 10)
	grouped := digits
	for i := len(digits) - 3; i > 0; i -= 3 {
		grouped = grouped[:i] + "," + grouped[i:]
	}
	x := float64(n)
	forms := []string{
		grouped, strings.ReplaceAll(grouped, ",", "."), strings.ReplaceAll(grouped, ",", " "), strings.ReplaceAll(grouped, ",", "_"),
		digits + "L", digits + "n", digits + "s", strconv.FormatInt(n, 16), "0x" + strconv.FormatInt(n, 16), strconv.FormatInt(n, 8), strconv.FormatInt(n, 2), strconv.FormatInt(n, 36),
		digits + ".", digits + ".5", digits + "000L", digits + "000n", digits + "000.0", digits[:len(digits)-1] + "0", digits[:max(1, len(digits)-3)] + "000",
		strconv.FormatInt(n*1e7+621355968000000000, 10), strconv.FormatInt((n+8*3600)*1e7+621355968000000000, 10), // ticks of .NET
		strconv.FormatInt(n*1e7+116444736000000000, 10), // FILETIME
		strconv.FormatInt(n-978307200, 10), strconv.FormatInt(n-978307200, 10) + ".0", strconv.FormatInt(n+2208988800, 10), strconv.FormatInt(n-946684800, 10),
		strconv.FormatInt(n/60, 10), strconv.FormatInt(n/3600, 10), strconv.FormatInt(n/86400, 10), strconv.FormatInt(int64(int32(n*1000)), 10), strconv.FormatInt(int64(uint32(n*1000)), 10),
		fmt.Sprint(float32(n)), strconv.FormatFloat(x, 'g', 6, 64), strconv.FormatFloat(x/1000, 'f', -1, 64),
	}
	for _, precision := range []int{-1, 2, 3, 4, 5, 6, 9, 14} {
		for _, verb := range []byte{'e', 'E'} {
			form := strconv.FormatFloat(x, verb, precision, 64)
			forms = append(forms, form, strings.NewReplacer("+0", "", "+", "").Replace(form))
		}
	}
	return forms
}

// rareTimestamps adds whole ranges of seconds, and other time zones.
func rareTimestamps(d *Dimension, n int64) {
	add := func(n int64, flaws func() []Flaw) {
		if d.buf = strconv.AppendInt(d.buf[:0], n, 10); d.wants(d.buf) {
			d.keep(string(d.buf), flaws()...)
		}
	}
	seconds := func(off int64) Flaw {
		if (n+off)%60 == 0 && max(off, -off) < 60 {
			return Flaw{"v3.timestamp.rounded", "1 min"}
		}
		return Flaw{"v3.timestamp.other", fmt.Sprintf("%+d s", off)}
	}
	if n%3600 >= 60 {
		add(n/3600*3600, func() []Flaw { return []Flaw{{"v3.timestamp.rounded", "1 h"}} })
	}
	for off := int64(9); off <= 900; off++ {
		for _, off := range []int64{off, -off} {
			add(n+off, func() []Flaw { return []Flaw{seconds(off)} })
		}
	}
	for half := int64(-24); half <= 28; half++ { // a time zone taken for another, in half hours
		add(n+half*1800, func() []Flaw { return []Flaw{{"v3.timestamp.zone", fmt.Sprintf("%+g h", float64(half)/2)}} })
	}
	for day := int64(1); day <= 31; day++ {
		for _, off := range []int64{-day * 86400, day * 86400} {
			add(n+off, func() []Flaw { return []Flaw{{"v3.timestamp.other", fmt.Sprintf("%+d s (%+d d)", off, off/86400)}} })
		}
	}
	for _, hours := range []int64{-8, 8} { // a time zone, and the clock read twice
		for off := int64(-10); off <= 10; off++ {
			add(n+hours*3600+off, func() []Flaw {
				return []Flaw{{"v3.timestamp.zone", fmt.Sprintf("%+d h", hours)}, {"v3.timestamp.other", fmt.Sprintf("%+d s", off)}}
			})
		}
	}
	for _, sample := range append([]string{"1700000000", "1609459200", "1234567890"}, SampleTimes...) {
		d.add(sample, "v3.timestamp.nothing", sample)
	}
}

// lostMilliseconds adds the timestamps whose milliseconds the header lost: all values within that
// second, and half a second more for clients that round.
func lostMilliseconds(d *Dimension, n int64) {
	lost := Flaw{"v3.timestamp.milliseconds", ""}
	for ms := int64(-500); ms < 2000; ms++ {
		if d.buf = strconv.AppendInt(d.buf[:0], n*1000+ms, 10); d.wants(d.buf) {
			d.keep(string(d.buf), lost)
		}
	}
}

// printedMilliseconds adds the same milliseconds as other clocks and formats print them.
func printedMilliseconds(d *Dimension, n int64) {
	lost := Flaw{"v3.timestamp.milliseconds", ""}
	digits := strconv.FormatInt(n, 10)
	at, china := time.Unix(n, 0).UTC(), time.Unix(n, 0).In(time.FixedZone("", 8*3600))
	for _, x := range []struct {
		before, after string
		number        bool
	}{
		{digits, "000", true}, {digits, "000000", true}, // microseconds and nanoseconds of a clock of milliseconds
		{digits + ".", "", false},
		{at.Format("2006-01-02T15:04:05."), "Z", false}, {china.Format("2006-01-02T15:04:05."), "+08:00", false},
		{china.Format("2006-01-02 15:04:05."), "", false}, {china.Format("20060102150405"), "", false},
	} {
		for ms := range 1000 {
			if d.buf = append(appendMilliseconds(append(d.buf[:0], x.before...), ms), x.after...); !d.wants(d.buf) {
				continue
			}
			flaw := lost
			if !x.number {
				flaw = Flaw{"v3.timestamp.form", string(d.buf)}
			}
			d.keep(string(d.buf), flaw)
		}
	}
}

func appendMilliseconds(dst []byte, ms int) []byte {
	return append(dst, byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10))
}

// LostMilliseconds yields a timestamp with each number of milliseconds behind it, in one buffer. It
// yields nothing if right is not a number of seconds.
func LostMilliseconds(right string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if n, err := strconv.ParseInt(right, 10, 64); err != nil || n < 0 || n > 1<<40 {
			return
		}
		buf := []byte(right)
		for ms := range 1000 {
			if !yield(appendMilliseconds(buf[:len(right)], ms)) {
				return
			}
		}
	}
}
