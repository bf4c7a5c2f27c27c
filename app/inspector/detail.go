package inspector

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/server"
)

// exchangeView is the page of one exchange.
type exchangeView struct {
	*frame
	*detail
	Known    *wxup.Endpoint // its row; nil if there is none
	APITitle string
	Back     string // the list that it was opened from
	Timeline []tick
	Image    bool   // the kept file is here and can be shown
	Kept     bool   // it is here
	Down     bool   // it was taken down
	Pretty   string // the answer, indented; "" if that adds nothing
}

// tick is a step as the timeline draws it.
type tick struct {
	step
	Label       string
	State       string // passed, failed, or skipped
	From, Width string // of the bar, in per cent
}

func (in *Inspector) exchangePage(w http.ResponseWriter, r *http.Request) error {
	e, err := in.Index.Exchange(r.Context(), r.PathValue("id"))
	if errors.Is(err, server.ErrNotFound) {
		return fault{http.StatusNotFound, "not_found", "request not found", "it may have been deleted; the list shows what is kept"}
	}
	if err != nil {
		return err
	}
	f, err := parseFilter(r.URL.Query())
	if err != nil {
		f = filter{}
	}
	fr := in.frame(r, "exchanges")
	v := &exchangeView{
		frame: fr, detail: in.describe(e, fr.Lang), Known: in.endpoint(e.Endpoint), Back: withValues("/", f), Pretty: pretty(e.Answer),
	}
	fr.title(v.summary.Title)
	if v.Known != nil {
		v.APITitle = titleOfEndpoint(v.Known, fr.Lang)
	}
	v.Timeline = timeline(e, v.Steps, fr.Lang)
	if e.Media != nil {
		if c, err := in.open(r.Context(), e.Media.ID); err == nil {
			c.Close()
			v.Kept, v.Image = true, slices.Contains(shown, c.Format)
		}
		if v.Down, err = in.Index.TakenDown(r.Context(), e.Media.ID); err != nil {
			return err
		}
	}
	in.render(w, r, http.StatusOK, "exchange", v)
	return nil
}

// way are the steps of an upload, in their order.
var way = []string{"admit", "read", "prove", "replay", "rate", "check", "keep"}

// timeline draws the steps, those too that were not reached.
func timeline(e *server.Exchange, steps []step, l lang) []tick {
	whole := max(milliseconds(e.Took), 0.001)
	var list []tick
	nothing := func(name string) bool { return name == "prove" && e.Family == wxup.FamilyAccount } // the token was proof enough
	for _, s := range steps {
		if nothing(s.Name) && s.Error == "" {
			continue
		}
		t := tick{step: s, Label: l.step(e.Family, s.Name), State: "passed"}
		if s.Error != "" {
			t.State = "failed"
		}
		t.From, t.Width = percent((s.AtMS-s.TookMS)/whole), percent(max(s.TookMS/whole, 0.008))
		list = append(list, t)
	}
	if e.Endpoint == "" || len(steps) == 0 {
		return list
	}
	reached := slices.Index(way, steps[len(steps)-1].Name)
	if reached < 0 {
		return list
	}
	for _, name := range way[reached+1:] {
		if nothing(name) {
			continue
		}
		list = append(list, tick{step: step{Name: name}, Label: l.step(e.Family, name), State: "skipped"})
	}
	return list
}

func percent(x float64) string { return fmt.Sprintf("%.2f%%", 100*min(max(x, 0), 1)) }

// step says what a step of the server checks.
func (l lang) step(f wxup.Family, name string) string {
	switch name {
	case "admit":
		if f == wxup.FamilyAccount {
			return l.t("Headers and token")
		}
		return l.t("Headers and caller")
	case "read":
		return l.t("Read the form")
	case "prove":
		if f == wxup.PayV2 {
			return l.t("Certificate and sign")
		}
		return l.t("Signature")
	case "replay":
		return l.t("Not a replay")
	case "rate":
		return l.t("Quota")
	case "check":
		return l.t("Digest, name and image")
	case "keep":
		return l.t("Kept")
	}
	return name
}

// pretty indents an answer in JSON.
func pretty(answer []byte) string {
	var b bytes.Buffer
	if len(answer) == 0 || json.Indent(&b, answer, "", "  ") != nil || b.String() == strings.TrimSpace(string(answer)) {
		return ""
	}
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = plain(lines[i])
	}
	return strings.Join(lines, "\n")
}

// Names are the names of the request's headers, in order.
func (r request) Names() []string {
	names := make([]string, 0, len(r.Headers))
	for name := range r.Headers {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// ReplayPage is where the first exchange is, of which this one is a replay.
func (s summary) ReplayPage() string { return "/exchanges/" + url.PathEscape(s.ReplayOf) }
