package explain

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// clockWindow is how far a v3 timestamp may be off (official page 4012072670).
const clockWindow = 5 * time.Minute

// clock judges the timestamp of an Authorization: is it a number of seconds, and how far is it off.
func (e *evidence) clock(timestamp string) {
	if timestamp == "" {
		return
	}
	n, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || n < 0 || timestamp[0] == '+' {
		switch whole, fraction, ok := strings.Cut(timestamp, "."); {
		case ok && digits(whole) && digits(fraction):
			e.find("clock.fraction", timestamp, "timestamp="+timestamp)
		case isDate(timestamp):
			e.find("clock.date", timestamp, "timestamp="+timestamp)
		default:
			e.find("clock.not_a_number", visible(timestamp, 40), "timestamp="+timestamp)
		}
		return
	}
	if len(timestamp) == len("20060102150405") && isDate(timestamp) {
		e.find("clock.date", timestamp, "timestamp="+timestamp)
		return
	}
	if e.Received.IsZero() {
		return
	}
	fact := fmt.Sprintf("timestamp=%s, received at %d (%s)", timestamp, e.Received.Unix(), e.Received.UTC().Format(time.RFC3339))
	off := time.Unix(n, 0).Sub(e.Received)
	if n < 1<<40 && off.Abs() <= clockWindow {
		return
	}
	for _, unit := range []struct {
		cause string
		each  int64
	}{{"clock.milliseconds", 1e3}, {"clock.microseconds", 1e6}, {"clock.nanoseconds", 1e9}} {
		// The clock may be wrong as well; a week is nearer than any other unit comes.
		if time.Unix(n/unit.each, 0).Sub(e.Received).Abs() < 7*24*time.Hour {
			e.find(unit.cause, "", fact)
			return
		}
	}
	if n > 1<<40 {
		e.find("clock.wrong", strconv.FormatInt(n-e.Received.Unix(), 10)+" s", fact)
		return
	}
	zone := off.Round(30 * time.Minute)
	if zone.Abs() <= 14*time.Hour && zone != 0 && (off-zone).Abs() <= 90*time.Second && zone.Abs() >= time.Hour {
		e.find("clock.zone", signedHours(zone), fact)
		return
	}
	e.find("clock.wrong", signedSeconds(off), fact)
}

func signedHours(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("%+d h", d/time.Hour)
	}
	return fmt.Sprintf("%+.1f h", d.Hours())
}

// signedSeconds writes a difference of clocks with its size in words that people use.
func signedSeconds(d time.Duration) string {
	s := fmt.Sprintf("%+d s", d/time.Second)
	if d.Abs() >= 2*time.Minute {
		s += " (" + strings.TrimSuffix(d.Round(time.Minute).String(), "0s") + ")"
	}
	return s
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// dateLayouts are the ways in which times are written by mistake.
var dateLayouts = []string{
	"2006-01-02 15:04:05", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05.000Z07:00", "2006-01-02T15:04:05",
	"20060102150405", "2006/01/02 15:04:05", time.RFC1123, time.RFC1123Z, "Mon, 02 Jan 2006 15:04:05 GMT", time.ANSIC,
}

func isDate(s string) bool {
	for _, layout := range dateLayouts {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}
