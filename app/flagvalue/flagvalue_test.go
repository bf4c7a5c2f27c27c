package flagvalue

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wxup/wxup/app/internal/phrase/phrasetest"
)

func TestChinese(t *testing.T) { phrasetest.Complete(t, texts) }

func TestAge(t *testing.T) {
	for _, x := range []struct{ text, want string }{
		{"90d", "90d"}, {"48h", "2d"}, {"36h", "36h0m0s"}, {"0.5d", "12h0m0s"}, {"0", ""}, {"-1h", "is not an age"}, {"xd", "is not a number of days"},
		{"-1d", "is not a number of days"}, {"1e9d", "is not a number of days"}, {"90", "is not an age"},
	} {
		var a Age
		got := ""
		if err := a.Set(x.text); err != nil {
			got = err.Error()
		} else {
			got = a.String()
		}
		if got != x.want && !strings.Contains(got, x.want) || x.want == "" && got != "" {
			t.Errorf("%s: %s, want %s", x.text, got, x.want)
		}
	}
}

func TestRate(t *testing.T) {
	for _, x := range []struct{ text, want string }{
		{"", "{false {0 0s} map[]}"},
		{"off", "{true {0 0s} map[]}"},
		{"100/m", "{false {100 1m0s} map[]}"},
		{"20/s", "{false {20 1s} map[]}"},
		{"1000/day", "{false {1000 24h0m0s} map[]}"},
		{"5/10s", "{false {5 10s} map[]}"},
		{"article=1000/d, 50/m", "{false {50 1m0s} map[article:{1000 24h0m0s}]}"},
		{"100", "a rate is a number of calls"}, {"0/m", "a rate is"}, {"x/m", "a rate is"}, {"5/", "a rate is"}, {"5/-1s", "a rate is"},
		{"1/s,2/s", "has two rates"}, {"articel=1/s", `no endpoint "articel"; did you mean article?`},
	} {
		var rate Rate
		err := rate.Set(x.text)
		got := fmt.Sprint(rate.Rate)
		if err != nil {
			got = err.Error()
		}
		if got != x.want && (err == nil || !strings.Contains(got, x.want)) {
			t.Errorf("%s: %s", x.text, got)
		}
	}
}

func TestColour(t *testing.T) {
	for _, x := range []struct{ text, want string }{
		{"white", "{65535}"}, {"Black", "{0}"}, {"#ff8000", "{255 128 0 255}"}, {"#f80", "{255 136 0 255}"},
		{"red", "not"}, {"ff8000", "not"}, {"#ff80", "not"}, {"#gggggg", "not"}, {"#-f8000", "not"},
	} {
		var c Colour
		err := c.Set(x.text)
		got := fmt.Sprint(c.Color)
		if err != nil {
			got = err.Error()
		}
		if got != x.want && (x.want != "not" || err == nil) {
			t.Errorf("%s: %s", x.text, got)
		}
	}
}
