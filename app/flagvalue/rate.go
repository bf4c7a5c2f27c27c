package flagvalue

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/pick"
)

// Rate is a limit of calls per time, for all endpoints and for single ones: 100/m, or
// article=1000/d,50/m, or off.
type Rate struct {
	wxup.Rate
	text string
}

// Set reads a rate.
func (r *Rate) Set(s string) error {
	rate := Rate{text: s}
	if s == "off" {
		rate.Off = true
	}
	if s == "" || s == "off" {
		*r = rate
		return nil
	}
	for part := range strings.SplitSeq(s, ",") {
		name, text, single := strings.Cut(strings.TrimSpace(part), "=")
		if !single {
			text = name
		} else if _, err := pick.Endpoint(name); err != nil {
			return err
		}
		q, err := quota(text)
		if err != nil {
			return err
		}
		switch {
		case !single && rate.All != wxup.Quota{}:
			return texts.Errorf("%q has two rates for all endpoints", s)
		case !single:
			rate.All = q
		default:
			if rate.Each == nil {
				rate.Each = map[string]wxup.Quota{}
			}
			rate.Each[name] = q
		}
	}
	*r = rate
	return nil
}

func (r *Rate) String() string { return r.text }

// Type is the name of the type in a flag's help.
func (r *Rate) Type() string { return "rate" }

// quota reads 100/m: calls per second, minute, hour, day or a span such as 10s.
func quota(s string) (q wxup.Quota, err error) {
	calls, per, ok := strings.Cut(s, "/")
	q.Calls, err = strconv.Atoi(calls)
	switch per {
	case "s", "sec", "second":
		q.Per = time.Second
	case "m", "min", "minute":
		q.Per = time.Minute
	case "h", "hour":
		q.Per = time.Hour
	case "d", "day":
		q.Per = 24 * time.Hour
	default:
		var bad error
		q.Per, bad = time.ParseDuration(per)
		err = errors.Join(err, bad)
	}
	if !ok || err != nil || q.Calls < 1 || q.Per <= 0 {
		return q, texts.Errorf("a rate is a number of calls in a time, such as 100/m, 20/s or 1000/d, or off; not %q", s)
	}
	return q, nil
}
