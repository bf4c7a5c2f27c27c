package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// uploaded and refused are the lines of wxup put --json.
type uploaded struct {
	File     string     `json:"file"`
	Endpoint string     `json:"endpoint"`
	URL      string     `json:"url,omitempty"`
	MediaID  string     `json:"media_id,omitempty"`
	SHA256   string     `json:"sha256"`
	Bytes    int64      `json:"bytes"`
	Seconds  float64    `json:"seconds"`
	Fitted   string     `json:"fitted,omitempty"`
	Cached   bool       `json:"cached,omitempty"`
	Expires  *time.Time `json:"expires,omitempty"`
}

type refused struct {
	File     string      `json:"file"`
	Endpoint string      `json:"endpoint"`
	Error    refusedWith `json:"error"`
}

type refusedWith struct {
	Problem   wxup.Problem `json:"problem,omitempty"`
	Status    int          `json:"status,omitempty"`
	Code      string       `json:"code,omitempty"`
	Message   string       `json:"message"`
	RequestID string       `json:"request_id,omitempty"`
	Hint      string       `json:"hint,omitempty"`
}

// report says what becomes of the uploads of one run: results on standard output, all else on the other.
type report struct {
	p      *program
	f      putFlags
	items  []item
	single bool // one file was named: its result alone is printed
	begun  time.Time

	mu      sync.Mutex
	out     io.Writer
	note    io.Writer
	bars    *bars
	columns int  // of the names on a terminal; 0 puts a tab behind them
	colour  bool // on note
	urls    []string
	sums    map[string]*sum // by the endpoint's name
	order   []string
	said    map[string]bool
	err     error // of writing a result
	stopped bool
}

// sum is what became of one endpoint's files.
type sum struct {
	uploaded, remembered, refused, fitted int
	bytes                                 int64
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

func newReport(p *program, f putFlags, args []string, items []item, asides int) *report {
	r := &report{
		p: p, f: f, items: items, begun: time.Now(), out: p.stdout, note: p.stderr, sums: map[string]*sum{}, said: map[string]bool{},
		single: len(args) == 1 && len(items) == 1 && (items[0].name == args[0] || items[0].content != nil),
		colour: terminal(p.stderr) && os.Getenv("NO_COLOR") == "",
	}
	for i := range items {
		name := items[i].ep.Name
		if r.sums[name] == nil {
			r.sums[name] = &sum{}
			r.order = append(r.order, name)
		}
	}
	if terminal(p.stdout) {
		for i := range items {
			r.columns = max(r.columns, min(runewidth.StringWidth(printable(items[i].name)), 48))
		}
	}
	if f.urls {
		r.urls = make([]string, len(items))
	}
	if asides > 0 && !f.quiet && !f.urls {
		p.leftAside(asides)
	}
	if terminal(p.stderr) && !f.quiet && !f.urls {
		r.bars = newBars(p, p.stderr, items)
		r.note = r.bars
		if terminal(p.stdout) {
			r.out = r.bars
		}
	}
	return r
}

// printable is a name that does nothing to a terminal, and stays in its line.
func printable(name string) string {
	if strings.ContainsFunc(name, func(c rune) bool { return unicode.IsControl(c) || c == '\u2028' || c == unicode.ReplacementChar }) {
		return strconv.Quote(name)
	}
	return name
}

// oneLine takes out of a message what would do something to a terminal.
func oneLine(text string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, text)
}

// paint gives a text on standard error a colour of ECMA-48: 31 red, 33 yellow, 2 faint.
func (r *report) paint(colour int, text string) string {
	if !r.colour {
		return text
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", colour, text)
}

func (r *report) write(text string) {
	if _, err := io.WriteString(r.out, text); err != nil && r.err == nil {
		r.err = fmt.Errorf("write the results: %w", err)
	}
}

// broken reports whether results can no longer be written.
func (r *report) broken() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err != nil
}

func (r *report) uploaded(i int, res *wxup.Result, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	it := &r.items[i]
	s := r.sums[it.ep.Name]
	line := uploaded{it.name, it.ep.Name, res.URL, res.MediaID, res.SHA256, res.Size, float64(took.Milliseconds()) / 1000, "", res.Cached, nil}
	if res.Fitted != nil {
		line.Fitted = res.Fitted.String()
	}
	if !res.Expires.IsZero() {
		line.Expires = &res.Expires
	}
	switch {
	case res.Cached:
		s.remembered++
	default:
		s.uploaded++
		s.bytes += res.Size
		if line.Fitted != "" {
			s.fitted++
			if !r.f.quiet && !r.f.asJSON {
				fmt.Fprintf(r.note, "wxup: %s: %s%s\n", printable(it.name), r.p.say("fitted: ", "已调整："), r.p.inLanguage(res.Fitted))
			}
		}
	}
	switch answer := res.URL + res.MediaID; {
	case r.f.asJSON:
		r.write(jsonLine(line))
	case r.f.urls:
		r.urls[i] = answer
	case r.single:
		r.write(answer + "\n")
		if res.Cached && !r.f.quiet {
			fmt.Fprintln(r.note, r.paint(2, "wxup: "+fmt.Sprintf(r.p.say("%s was uploaded before; --again sends it anew", "%s 已上传过；加 --again 可重新发送"), printable(it.name))))
		}
	case r.columns > 0:
		name := printable(it.name)
		r.write(runewidth.FillRight(name, max(r.columns, runewidth.StringWidth(name))) + "  " + answer + "\n")
	default:
		r.write(printable(it.name) + "\t" + answer + "\n")
	}
	if r.bars != nil {
		r.bars.finished(i, it.size, it.same < 0)
	}
}

// inLanguage is a text that may be there in both languages.
func (p *program) inLanguage(text fmt.Stringer) string {
	if t, ok := text.(interface{ Text(lang string) string }); ok {
		return t.Text(p.lang)
	}
	return text.String()
}

func (r *report) refused(i int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	it := &r.items[i]
	r.sums[it.ep.Name].refused++
	with := r.p.refusedWith(err)
	if !r.f.fit && mayFit(it, err) {
		with.Hint = r.p.say("--fit may make it fit: see wxup check", "--fit 也许能使其符合要求，见 wxup check")
	}
	if r.f.asJSON {
		r.write(jsonLine(refused{it.name, it.ep.Name, with}))
	} else {
		fmt.Fprintf(r.note, "%s\n", r.paint(31, fmt.Sprintf("wxup: %s: %s", printable(it.name), oneLine(err.Error()))))
		if with.Hint != "" {
			fmt.Fprintf(r.note, "  → %s\n", with.Hint)
		}
	}
	if r.bars != nil {
		r.bars.finished(i, it.size, it.same < 0)
	}
}

// refusedWith is an error as JSON has it, with what to do about it.
func (p *program) refusedWith(err error) refusedWith {
	with := refusedWith{Problem: wxup.ProblemOf(err), Message: err.Error()}
	with.Hint = with.Problem.Hint(p.lang)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		with.Hint = p.say("nothing listens at that address; is wxup serve running?", "该地址没有服务在监听；wxup serve 在运行吗？")
	case errors.Is(err, context.DeadlineExceeded):
		with.Hint = p.say("no answer came in time; try again later, or see whether the address is right", "未在时限内得到应答；请稍后再试，或检查地址是否正确")
	}
	if e, ok := errors.AsType[*wxup.Error](err); ok {
		switch {
		case e.Status != 0:
		case e.Problem == wxup.BadMeta:
			with.Hint = p.say("fields are given with --meta NAME=VALUE, or by the meta of a rule", "字段用 --meta NAME=VALUE 或规则的 meta 给出")
		case e.Problem == wxup.BadParameter:
			with.Hint = p.say("values for the path are given with --path NAME=VALUE, or by the path of a rule", "路径中的值用 --path NAME=VALUE 或规则的 path 给出")
		}
		with.Status, with.Code, with.RequestID = e.Status, e.Code, e.RequestID
		if e.Message != "" {
			with.Message = e.Message
		}
	}
	return with
}

// mayFit reports whether a file was refused, before it was sent, for what --fit mends.
func mayFit(it *item, err error) bool {
	e, ok := errors.AsType[*wxup.Error](err)
	if !ok || e.Status != 0 || e.Problem != wxup.TooLarge && e.Problem != wxup.NotImage {
		return false
	}
	format, ok := media.BySuffix(filepath.Ext(it.name))
	return ok && fittable(format) && takesPictures(it.ep)
}

func jsonLine(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.Encode(v)
	return b.String()
}

// left notes an item that was begun and given up because the run is stopped.
func (r *report) left(i int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.bars != nil {
		r.bars.finished(i, 0, false)
		r.bars.done.Add(-1)
	}
}

func (r *report) progress(i int, pr wxup.Progress) {
	if r.bars != nil {
		r.bars.progress(i, printable(r.items[i].name), r.items[i].size, pr)
	}
}

// shownWait is how long a wait must be that is said without --verbose.
const shownWait = 5 * time.Second

// event says what the client has decided: all of it with --verbose, else what people wonder about.
func (r *report) event(name string, e wxup.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := oneLine(e.Text(r.p.lang))
	if !r.f.verbose {
		key := string(e.Kind) + e.Endpoint + e.Host
		switch e.Kind {
		case wxup.EventStore:
			key = text
		case wxup.EventHost:
		case wxup.EventPace:
			if e.Wait < shownWait || r.f.quiet || r.f.urls {
				return
			}
			text += r.p.say(" (other rates: --rate)", "（可用 --rate 调整）")
			name = ""
		default:
			return
		}
		if r.said[key] {
			return
		}
		r.said[key] = true
	} else if e.Kind == wxup.EventFit { // its result says so
		return
	}
	if name != "" {
		text = printable(name) + ": " + text
	}
	fmt.Fprintln(r.note, r.paint(2, "wxup: "+text))
}

// stopping says that the first Ctrl-C was heard.
func (r *report) stopping(busy int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = true
	if busy > 0 {
		fmt.Fprintf(r.note, r.p.say("wxup: stopping: what is under way (%d) is finished first; Ctrl-C again stops at once\n", "wxup: 正在停止：先完成进行中的 %d 个；再按 Ctrl-C 立即停止\n"), busy)
	}
}

// end says what all came to, and gives the exit status. left is how many files have no outcome.
func (r *report) end(left int, resumable bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.bars != nil {
		r.bars.close()
		r.bars, r.out, r.note = nil, r.p.stdout, r.p.stderr
	}
	failed := 0
	for _, s := range r.sums {
		failed += s.refused
	}
	if r.f.urls && failed == 0 && left == 0 {
		for _, u := range r.urls {
			r.write(u + "\n")
		}
	}
	if r.err != nil {
		return r.err
	}
	if len(r.items) > 1 && !r.f.quiet && !r.f.urls {
		r.summary()
	}
	if left > 0 {
		text := fmt.Sprintf(r.p.say("%d of %d files left", "还剩 %d/%d 个文件"), left, len(r.items))
		if resumable {
			text += r.p.say("; the same command goes on with them: what is uploaded is not sent again", "；再次执行同一命令即可继续，已上传的不会重发")
		} else {
			text += r.p.say("; with a ledger (--ledger) the same command would go on with them", "；若使用 --ledger，再次执行同一命令即可继续")
		}
		fmt.Fprintln(r.note, r.paint(33, "wxup: "+text))
		return exit(exitStopped)
	}
	if failed > 0 {
		return exit(exitRefused)
	}
	return nil
}
