package inspector

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/server"
)

const (
	heartbeat   = 15 * time.Second
	streamWrite = 10 * time.Second // a reader that takes nothing for so long is dropped
	resumeMost  = 1000             // exchanges that are told again
	resumeSlack = 5 * time.Second  // between an exchange's end and its record
)

// stream is GET /api/v1/exchanges/stream: Server-Sent Events, one for each new exchange that the
// filter takes.
//
//	id: 1794873600123456.0b5f…
//	event: exchange
//	data: {"id":"0b5f…","outcome":"refused",…}
//
// With Last-Event-ID it begins with what came since. An event may come twice then; the exchange's
// id tells.
func (in *Inspector) stream(w http.ResponseWriter, r *http.Request) error {
	f, err := parseFilter(r.URL.Query())
	if err != nil {
		return err
	}
	last, err := sqlindex.ParseCursor(r.Header.Get("Last-Event-ID"))
	if err != nil {
		return badParameter("Last-Event-ID: "+err.Error(), "send the id of the last event, or none")
	}
	l, err := in.feed.listen(r.Context())
	if err != nil {
		return err
	}
	defer in.feed.leave(l)
	s := &eventStream{w: w, control: http.NewResponseController(w), lang: langOf(r)}
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would keep events until there are many
	if r.Method == http.MethodHead || !s.write("retry: 2000\n\n") {
		return nil
	}
	if last != (sqlindex.Cursor{}) {
		missed, err := in.since(r, f, last)
		if err != nil {
			return nil // the answer has begun: the browser tries again
		}
		for i := range missed {
			if !s.send(&missed[i]) {
				return nil
			}
		}
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		ok := true
		select {
		case <-r.Context().Done():
			return nil
		case <-beat.C:
			ok = in.sessions.admits(r) && s.write(": still here\n\n")
		case e, open := <-l.exchanges:
			ok = open && (!f.matches(e) || in.sessions.admits(r) && s.send(e))
		}
		if !ok {
			return nil
		}
	}
}

// since finds what was recorded after a place, the oldest first.
func (in *Inspector) since(r *http.Request, f filter, last sqlindex.Cursor) ([]server.Exchange, error) {
	ask := f.index()
	ask.Limit = deepPage
	var missed []server.Exchange
	for looked := 0; looked < resumeMost; looked += deepPage {
		list, err := in.Index.ListExchanges(r.Context(), ask)
		if err != nil {
			return nil, err
		}
		for i := range list {
			e := &list[i]
			if recorded(e).After(last.Time.Add(-resumeSlack)) && e.ID != last.ID && f.matches(e) {
				missed = append(missed, *e)
			}
		}
		if len(list) < ask.Limit || list[len(list)-1].Time.Before(last.Time.Add(-lookBack)) {
			break
		}
		ask.After = cursorOf(&list[len(list)-1])
	}
	slices.SortFunc(missed, func(a, b server.Exchange) int { return recorded(&a).Compare(recorded(&b)) })
	return missed, nil
}

// eventStream writes events, each within its time.
type eventStream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	lang    lang
}

func (s *eventStream) send(e *server.Exchange) bool {
	data, err := json.Marshal(summarize(e, s.lang))
	if err != nil {
		return false // only of types that always encode
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "id: %s\nevent: exchange\ndata: %s\n\n", sqlindex.Cursor{Time: recorded(e), ID: e.ID}, data)
	return s.write(b.String())
}

func (s *eventStream) write(text string) bool {
	s.control.SetWriteDeadline(time.Now().Add(streamWrite))
	if _, err := s.w.Write([]byte(text)); err != nil {
		return false
	}
	return s.control.Flush() == nil
}
