package inspector

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/term"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/server"
)

// summary is an exchange in a list, and in an event of the stream.
type summary struct {
	ID       string      `json:"id"`
	Page     string      `json:"page"`
	Time     time.Time   `json:"time"` // when it began
	TookMS   float64     `json:"took_ms"`
	Family   wxup.Family `json:"family"`
	Endpoint string      `json:"endpoint"` // "" for calls about tokens and certificates
	Account  string      `json:"account"`
	Proven   bool        `json:"proven"`
	Method   string      `json:"method"`
	Path     string      `json:"path"`
	Remote   string      `json:"remote"`
	Status   int         `json:"status"`
	Outcome  string      `json:"outcome"` // accepted, warned (accepted with warnings) or refused
	Title    string      `json:"title"`   // in one line, in the language that was asked for
	Problem  string      `json:"problem,omitempty"`
	Cause    string      `json:"cause,omitempty"` // what was proved
	Reason   string      `json:"reason,omitempty"`
	Warnings []string    `json:"warnings,omitempty"`
	ReplayOf string      `json:"replay_of,omitempty"`
	Media    *medium     `json:"media,omitempty"`
}

// medium is a file that was kept.
type medium struct {
	ID       string       `json:"id"`
	URL      string       `json:"url,omitempty"`
	Content  string       `json:"content"` // where this API gives it, private or not
	SHA256   string       `json:"sha256"`
	Size     int64        `json:"size"`
	Format   media.Format `json:"format"`
	Width    int          `json:"width,omitempty"`
	Height   int          `json:"height,omitempty"`
	Filename string       `json:"filename"`
	Public   bool         `json:"public"`
	Expires  *time.Time   `json:"expires,omitempty"`
}

// detail is one exchange whole.
type detail struct {
	summary
	ProblemText  string     `json:"problem_text,omitempty"`
	Hint         string     `json:"hint,omitempty"`
	Steps        []step     `json:"steps"`
	Request      request    `json:"request"`
	Answer       text       `json:"answer"`
	StringToSign *text      `json:"string_to_sign,omitempty"` // as the server built it; an APIv2 key is masked
	Findings     []finding  `json:"findings,omitempty"`
	RuledOut     []string   `json:"ruled_out,omitempty"`
	Check        []string   `json:"check,omitempty"`
	Unexplained  string     `json:"unexplained,omitempty"` // why nothing was looked for
	Curl         string     `json:"curl,omitempty"`
	Snippets     []snippet  `json:"snippets,omitempty"`
	Nonce        *nonceForm `json:"nonce,omitempty"`
	AnswerSerial string     `json:"answer_serial,omitempty"` // the key that signed the answer
}

type step struct {
	Name   string  `json:"name"`
	AtMS   float64 `json:"at_ms"`   // when it ended, counted from the start
	TookMS float64 `json:"took_ms"` // since the step before
	Error  string  `json:"error,omitempty"`
}

type request struct {
	Proto   string              `json:"proto"`
	Host    string              `json:"host"`
	TLS     string              `json:"tls,omitempty"`
	Headers map[string][]string `json:"headers"`
	Parts   []part              `json:"parts"`
}

type part struct {
	Name     string `json:"name"`
	Filename string `json:"filename,omitempty"`
	Header   text   `json:"header"`
	Text     text   `json:"text,omitzero"`
	Size     int64  `json:"size"`
	SHA256   string `json:"sha256,omitempty"`
	Content  string `json:"content,omitempty"` // where the bytes of a refused file are
	Image    bool   `json:"-"`
}

type nonceForm struct {
	Value   string    `json:"value"`
	Expires time.Time `json:"expires"`
}

// text is bytes from outside: a JSON string, or {"base64":"…"} if they are not UTF-8.
type text []byte

func (t text) IsZero() bool { return len(t) == 0 }

func (t text) MarshalJSON() ([]byte, error) {
	if utf8.Valid(t) {
		return json.Marshal(string(t))
	}
	return json.Marshal(map[string][]byte{"base64": t})
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func pageOf(id string) string { return "/exchanges/" + url.PathEscape(id) }

// summarize tells an exchange in a few words.
func summarize(e *server.Exchange, l lang) summary {
	s := summary{
		ID: e.ID, Page: pageOf(e.ID), Time: e.Time, TookMS: milliseconds(e.Took), Family: e.Family, Endpoint: e.Endpoint,
		Account: e.Account, Proven: e.Proven, Method: e.Method, Path: e.Path, Remote: e.Remote, Status: e.Status,
		Outcome: outcomeOf(e), Title: titleOf(e, l), Problem: string(e.Problem), Cause: e.Cause, Reason: e.Reason,
		Warnings: e.Warnings, ReplayOf: e.ReplayOf,
	}
	if m := e.Media; m != nil {
		s.Media = &medium{
			ID: m.ID, URL: m.URL, Content: "/api/v1/media/" + url.PathEscape(m.ID), SHA256: m.SHA256, Size: m.Size,
			Format: m.Format, Width: m.Width, Height: m.Height, Filename: m.Filename, Public: m.Public,
		}
		if !m.Expires.IsZero() {
			s.Media.Expires = &m.Expires
		}
	}
	return s
}

// titleOf says in one line what happened.
func titleOf(e *server.Exchange, l lang) string {
	switch m := e.Media; {
	case e.Problem != "":
		return capital(e.Problem.Text(string(l)))
	case e.ReplayOf != "":
		return l.t("Replay: the first answer was sent again")
	case m != nil:
		facts := []string{plain(m.Filename)}
		if m.Width > 0 {
			facts = append(facts, fmt.Sprintf("%d × %d", m.Width, m.Height))
		}
		return strings.Join(append(facts, m.Format.Suffix(), term.Bytes(m.Size)), " · ")
	case strings.HasPrefix(e.Path, "/v3/") && e.Endpoint == "":
		return l.t("Platform certificates were sent")
	case e.Endpoint == "":
		return l.t("A token was issued")
	}
	return l.t("Accepted")
}

// describe tells all that is known of an exchange.
func (in *Inspector) describe(e *server.Exchange, l lang) *detail {
	d := &detail{summary: summarize(e, l), Answer: e.Answer, AnswerSerial: e.Request.AnswerSerial, Steps: []step{}}
	if e.Problem != "" {
		d.ProblemText, d.Hint = e.Problem.Text(string(l)), e.Problem.Hint(string(l))
	}
	var before time.Duration
	for _, s := range e.Steps {
		d.Steps = append(d.Steps, step{s.Name, milliseconds(s.At), milliseconds(s.At - before), s.Err})
		before = s.At
	}
	r := e.Request
	d.Request = request{Proto: r.Proto, Host: r.Host, TLS: r.TLS, Headers: r.Headers, Parts: []part{}}
	for _, p := range r.Parts {
		x := part{Name: p.Name, Filename: p.Filename, Header: text(p.Header), Text: text(p.Text), Size: p.Size, SHA256: p.SHA256}
		if p.Kept != "" {
			x.Content, x.Image = "/api/v1/media/"+url.PathEscape(p.Kept), slices.Contains(shown, p.Format)
		}
		d.Request.Parts = append(d.Request.Parts, x)
	}
	if e.Nonce != nil {
		d.Nonce = &nonceForm{e.Nonce.Value, e.Nonce.Expires}
	}
	ep := in.endpoint(e.Endpoint)
	st := stringToSign(e, ep)
	if st != nil {
		d.StringToSign = (*text)(&st.Text)
	}
	d.Findings, d.RuledOut, d.Check = findings(e, l)
	if e.Report != nil {
		d.Unexplained = plain(e.Report.Unexplained.In(string(l)))
	}
	d.Curl = curl(e, ep)
	d.Snippets = snippets(e, ep, st)
	return d
}

func (in *Inspector) endpoint(name string) *wxup.Endpoint {
	for _, ep := range in.Endpoints {
		if ep.Name == name {
			return ep
		}
	}
	return nil
}

func capital(s string) string {
	if s == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// sentence makes one of a text that may lack the capital and the stop.
func (l lang) sentence(s string) string {
	stop := "."
	if l == "zh" {
		stop = "。"
	}
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".!?:") || strings.HasSuffix(s, "。") {
		return capital(s)
	}
	return capital(s) + stop
}
