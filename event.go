package wxup

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wxup/wxup/internal/carry"
)

// EventKind is the kind of a [Client]'s decision.
type EventKind string

// The kinds of events, with the fields that each sets.
const (
	EventRetry       EventKind = "retry"       // the upload failed (Err) and is tried again: Try of Of, after Wait
	EventHost        EventKind = "host"        // Host does not answer, or fails (Err): from now on Other is asked
	EventToken       EventKind = "token"       // the access_token was refused (Err): the upload goes on with a new one
	EventPace        EventKind = "pace"        // the upload waits (Wait) so that Quota is kept
	EventRecall      EventKind = "recall"      // the ledger knows the file: nothing is sent
	EventFit         EventKind = "fit"         // something else is sent than the file: Change
	EventStore       EventKind = "store"       // the ledger or the token store has failed (Err); the upload goes on without
	EventConcurrency EventKind = "concurrency" // UploadAll now sends at most Concurrency files at once to Host
)

// Event is one decision of a [Client], for Client.Observe. It holds no secrets.
type Event struct {
	Kind     EventKind
	Endpoint string // the row's name
	Name     string // the source's name
	Index    int    // the item's place in UploadAll's input, else 0

	Err         error
	Try, Of     int // the try that comes next, and how many there are at most
	Wait        time.Duration
	Quota       Quota
	Host        string
	Other       string
	Change      fmt.Stringer
	Concurrency int
}

// String is Text in English: "try 2 of 5 in 0.8 s: HTTP 503 SYSTEM_ERROR".
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
	case EventConcurrency:
		return say("%d at once to %s", "同时上传 %d 个到 %s", e.Concurrency, e.Host)
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
	if n, ok := errors.AsType[*carry.Lost](err); ok {
		return n.Err.Error()
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

// Phase is where an upload stands.
type Phase string

// The phases. All but Done may come several times.
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
