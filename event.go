package wxup

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// EventKind is what a [Client] has decided.
type EventKind string

// The kinds of events, each with the members that it fills in beside those which say what file it is about.
const (
	EventRetry    EventKind = "retry"    // the upload failed (Err) and is tried again: Try of Of, after Wait
	EventHost     EventKind = "host"     // Host does not answer, or fails (Err): from now on Other is asked
	EventToken    EventKind = "token"    // the access_token was refused (Err): the upload goes on with a new one
	EventPace     EventKind = "pace"     // the upload waits (Wait) so that Quota is kept
	EventRecall   EventKind = "recall"   // the ledger knows the file: nothing is sent
	EventFit      EventKind = "fit"      // something else is sent than the file: Change
	EventStore    EventKind = "store"    // the ledger or the token store has failed (Err); the upload goes on without
	EventParallel EventKind = "parallel" // UploadAll now sends at most Parallel files at once to Host
)

// Event is one decision of a [Client], for Client.Observe. It holds no secrets.
type Event struct {
	Kind     EventKind
	Endpoint string // the row's name
	Name     string // the source's name
	Index    int    // the item's place in UploadAll's input, else 0

	Err      error
	Try, Of  int // the try that comes next, and how many there are at most
	Wait     time.Duration
	Quota    Quota
	Host     string
	Other    string
	Change   fmt.Stringer
	Parallel int
}

// String is the event in English, in one line without the file: "try 2 of 5 in 0.8 s: HTTP 503 SYSTEM_ERROR".
func (e Event) String() string { return e.Text("en") }

// Text is the event in "en" or "zh".
func (e Event) Text(lang string) string {
	say := func(en, zh string, args ...any) string { return fmt.Sprintf(both{en, zh}.in(lang), args...) }
	switch e.Kind {
	case EventRetry:
		if e.Wait == 0 {
			return say("try %d of %d: %s", "第 %d/%d 次尝试：%s", e.Try, e.Of, brief(e.Err))
		}
		return say("try %d of %d in %s: %s", "第 %d/%d 次尝试，%s后：%s", e.Try, e.Of, span(e.Wait, lang), brief(e.Err))
	case EventHost:
		if refused, ok := errors.AsType[*Error](e.Err); ok {
			return say("%s answers %s, trying %s", "%s 返回 %s，改用 %s", e.Host, brief(refused), e.Other)
		}
		return say("%s does not answer, trying %s", "%s 没有响应，改用 %s", e.Host, e.Other)
	case EventToken:
		return say("a new access_token: %s", "换用新的 access_token：%s", brief(e.Err))
	case EventPace:
		return say("waiting %s: %s takes %s", "等待 %s：%s 限 %s", span(e.Wait, lang), e.Endpoint, e.Quota.text(lang))
	case EventRecall:
		return say("uploaded before, nothing is sent", "已经上传过，不再发送")
	case EventFit:
		change := fmt.Sprint(e.Change)
		if c, ok := e.Change.(interface{ Text(lang string) string }); ok { // fit.Change is one
			change = c.Text(lang)
		}
		return say("fitted: %s", "已调整：%s", change)
	case EventStore:
		return say("going on without: %v", "忽略并继续：%v", e.Err)
	case EventParallel:
		return say("%d at once to %s", "同时上传 %d 个到 %s", e.Parallel, e.Host)
	}
	return string(e.Kind)
}

// brief is an error in few words: status and code of a refusal, the cause of other trouble.
func brief(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		var words []string
		if e.Status != 0 {
			words = append(words, fmt.Sprintf("HTTP %d", e.Status))
		}
		if e.Code != "" {
			words = append(words, e.Code)
		}
		if len(words) > 0 {
			return strings.Join(words, " ")
		}
	}
	if n, ok := errors.AsType[*networkError](err); ok {
		return n.err.Error()
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

// span is a duration as people read it: 0.8 s, 12 s, 3 min, 7 h 12 min.
func span(d time.Duration, lang string) string {
	s, min, h := "s", "min", "h"
	if strings.HasPrefix(lang, "zh") {
		s, min, h = "秒", "分钟", "小时"
	}
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f %s", d.Seconds(), s)
	case d < 2*time.Minute:
		return fmt.Sprintf("%d %s", int(d.Round(time.Second)/time.Second), s)
	case d < time.Hour:
		return fmt.Sprintf("%d %s", int(d.Round(time.Minute)/time.Minute), min)
	}
	d = d.Round(time.Minute)
	return fmt.Sprintf("%d %s %d %s", int(d/time.Hour), h, int(d%time.Hour/time.Minute), min)
}

// text is a quota as people read it: 100 calls in 60 s.
func (q Quota) text(lang string) string {
	per := span(q.Per, lang)
	switch q.Per {
	case time.Second:
		per = both{"1 s", "1 秒"}.in(lang)
	case time.Minute:
		per = both{"1 min", "1 分钟"}.in(lang)
	case 24 * time.Hour:
		per = both{"1 day", "1 天"}.in(lang)
	}
	return fmt.Sprintf(both{"%d calls in %s", "%d 次/%s"}.in(lang), q.Calls, per)
}

// observe reports a decision about an upload, which may be nil.
func (c *Client) observe(up *upload, e Event) {
	if c.Observe == nil {
		return
	}
	if up != nil {
		e.Endpoint, e.Name, e.Index = up.ep.Name, up.origin, up.index
	}
	c.Observe(e)
}

// Phase is where an upload stands.
type Phase string

// The phases. With a Ledger or a Fitter hashing may come twice, waiting and sending come again with each try; done comes
// once, at the end.
const (
	Hashing Phase = "hashing" // the file is read, checked and digested
	Fitting Phase = "fitting" // the Fitter is at work
	Waiting Phase = "waiting" // for its turn: for a quota, a pause before the next try, another upload of the same file
	Sending Phase = "sending"
	Done    Phase = "done" // with or without success
)

// Progress is how far an upload has come, for Client.Progress.
type Progress struct {
	Endpoint string // the row's name
	Name     string // the source's name
	Index    int    // the item's place in UploadAll's input, else 0
	Phase    Phase
	Sent     int64 // bytes of the file handed to the network in this try
	Size     int64 // bytes of the file that is sent; 0 while it is not known
}

// tell reports how far an upload has come.
func (c *Client) tell(up *upload, phase Phase, sent int64) {
	if c.Progress != nil {
		c.Progress(Progress{up.ep.Name, up.origin, up.index, phase, sent, up.size})
	}
}
