package explain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

// judgeClock says what is wrong with the timestamp of an Authorization header: its form, or how far
// it is off.
func judgeClock(d *draft, a sign.Authorization, received time.Time) {
	timestamp := a.Timestamp
	if timestamp == "" || IsPlaceholder(timestamp) {
		return
	}
	n, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || n < 0 || timestamp[0] == '+' {
		switch whole, fraction, ok := strings.Cut(timestamp, "."); {
		case ok && digits(whole) && digits(fraction) && len(whole) == 5:
			d.find("clock.days", timestamp, "timestamp="+timestamp)
		case ok && digits(whole) && digits(fraction):
			d.find("clock.fraction", timestamp, "timestamp="+timestamp)
		case err == nil && n < 0:
			d.find("clock.negative", timestamp, "timestamp="+timestamp)
		case isDate(timestamp):
			d.find("clock.date", timestamp, "timestamp="+timestamp)
		default:
			d.find("clock.not_a_number", d.secrets.visible(timestamp, 40), "timestamp="+timestamp)
		}
		return
	}
	if len(timestamp) == len("20060102150405") && isDate(timestamp) {
		d.find("clock.date", timestamp, "timestamp="+timestamp)
		return
	}
	if received.IsZero() {
		return
	}
	fact := fmt.Sprintf("timestamp=%s, received at %d (%s)", timestamp, received.Unix(), received.UTC().Format(time.RFC3339))
	off := time.Unix(n, 0).Sub(received)
	if off.Abs() <= wire.Window {
		return
	}
	if timestamp == a.MchID {
		d.find("clock.mchid", timestamp, fact)
		return
	}
	if len(timestamp) == 4 && near(n, int64(received.Year()), 1) {
		d.find("clock.year", timestamp, fact)
		return
	}
	if slices.Contains(text.SampleTimes, timestamp) {
		d.find("clock.sample", timestamp, fact)
		return
	}
	if isDigitDate(timestamp, received) {
		d.find("clock.date", timestamp, fact)
		return
	}
	if ms := received.UnixMilli(); near(n, int64(uint32(ms)), 3600_000) || near(n, ms&0x7FFFFFFF, 3600_000) {
		d.find("clock.overflow", "", fact)
		return
	}
	for _, e := range epochs {
		if time.Unix(n/e.each-e.offset, 0).Sub(received).Abs() < 25*time.Hour {
			d.find(e.cause, "", fact)
			return
		}
	}
	if n == 0 {
		d.find("clock.zero", "", fact)
		return
	}
	if len(timestamp) < 10 && len(timestamp) > 6 && strings.HasPrefix(strconv.FormatInt(received.Unix(), 10), timestamp[:len(timestamp)-1]) {
		d.find("clock.cut", fmt.Sprintf("%d / 10", len(timestamp)), fact)
		return
	}
	if n < 1e8 {
		d.find(smallClock(n, received), "", fact)
		return
	}
	for _, unit := range []struct {
		cause string
		each  int64
	}{{"clock.milliseconds", 1e3}, {"clock.microseconds", 1e6}, {"clock.nanoseconds", 1e9}} {
		// The clock may be wrong as well; no other unit comes as near as a week.
		if time.Unix(n/unit.each, 0).Sub(received).Abs() < 7*24*time.Hour {
			d.find(unit.cause, "", fact)
			return
		}
	}
	for each := int64(10); each <= 1e8; each *= 10 {
		if time.Unix(n/each, 0).Sub(received).Abs() < 7*24*time.Hour {
			d.find("clock.fractions", fmt.Sprintf("1/%d s", each), fact)
			return
		}
	}
	if day := int64(24 * 3600); off.Abs() < 48*time.Hour && (n%day == 0 || (n+8*3600)%day == 0) {
		d.suspect("clock.midnight", signedSeconds(n-received.Unix()), fact)
		return
	}
	if zone := off.Round(30 * time.Minute); zone.Abs() >= time.Hour && (off-zone).Abs() <= 90*time.Second {
		if cause := zoneCause(zone); cause != "" {
			d.suspect(cause, signedHours(zone), fact)
			return
		}
	}
	if days := off.Round(24 * time.Hour); slices.Contains(spans, int64(days.Abs()/(24*time.Hour))) && (off-days).Abs() <= wire.Window {
		d.find("clock.calendar", fmt.Sprintf("%+d", days/(24*time.Hour)), fact)
		return
	}
	d.find("clock.wrong", signedSeconds(n-received.Unix()), fact)
}

// zoneCause names the cause of a timestamp that is off by about a whole number of half hours, as
// far as a time zone or a 12-hour clock explains it; else "".
func zoneCause(off time.Duration) string {
	switch hours := off.Abs().Hours(); {
	case hours == 12:
		return "clock.half_day"
	case hours == 16:
		return "clock.zone_twice"
	case hours > 14:
		return ""
	case off < 0:
		return "clock.zone_or_old"
	}
	return "clock.zone"
}

// isDigitDate reports whether a number is a date near the time of receipt, written without anything
// between its parts and perhaps without its time: 20060102, 200601021504.
func isDigitDate(s string, received time.Time) bool {
	for _, layout := range []string{"20060102", "2006010215", "200601021504"} {
		if t, err := time.Parse(layout, s); err == nil && t.Sub(received).Abs() < 366*24*time.Hour {
			return true
		}
	}
	return false
}

// epochs are the ways to count that begin in another year than 1970: each is how many make a
// second, and offset how many seconds before 1970 they begin.
var epochs = []struct {
	cause        string
	each, offset int64
}{
	{"clock.since_1900", 1, 2208988800}, {"clock.since_1904", 1, 2082844800}, {"clock.since_1980", 1, -315964800},
	{"clock.since_2000", 1, -946684800}, {"clock.since_2001", 1, -978307200}, {"clock.since_1601", 1, 11644473600},
	{"clock.filetime", 1e7, 11644473600}, {"clock.ticks", 1e7, 62135596800},
}

// spans are how many days months and years have.
var spans = []int64{28, 29, 30, 31, 365, 366}

// smallClock names the cause of a timestamp that is far too small.
func smallClock(n int64, received time.Time) string {
	now := received.Unix()
	midnight := func(zone int64) bool { return near(n, (now+zone)%86400, int64(wire.Window/time.Second)) }
	switch {
	case near(n, now/60, 60):
		return "clock.minutes"
	case near(n, now/3600, 1):
		return "clock.hours"
	case near(n, now/86400, 1):
		return "clock.days_since"
	case midnight(0), midnight(8 * 3600):
		return "clock.time_of_day"
	}
	return "clock.uptime"
}

// near reports whether two numbers differ by limit at most.
func near(a, b, limit int64) bool { return max(a, b)-min(a, b) <= limit }

func signedHours(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("%+d h", d/time.Hour)
	}
	return fmt.Sprintf("%+.1f h", d.Hours())
}

// signedSeconds writes a difference of clocks, with minutes and hours if it is long.
func signedSeconds(n int64) string {
	s := fmt.Sprintf("%+d s", n)
	if d := time.Duration(n) * time.Second; n > -1<<32 && n < 1<<32 && d.Abs() >= 2*time.Minute {
		s += " (" + strings.TrimSuffix(d.Round(time.Minute).String(), "0s") + ")"
	}
	return s
}

// digits reports whether s consists of decimal digits.
func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func isDate(s string) bool {
	_, err := text.ParseDate(s)
	return err == nil
}

// IsPlaceholder reports whether a value of the Authorization header stands for one that is missing.
func IsPlaceholder(value string) bool { return text.IsNothing(value) && value != "0" }
