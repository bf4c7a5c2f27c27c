package main

import (
	"fmt"
	"io"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/batch"
	"github.com/wxup/wxup/app/internal/phrase"
	"github.com/wxup/wxup/app/pick"
	"github.com/wxup/wxup/app/term"
)

// putReport is the [batch.Reporter] of put: results go to standard output, everything else to
// standard error.
type putReport struct {
	*program
	flags  *putFlags
	items  []pick.Item
	server string // its URL; "" is the real WeChat
	single bool   // one file was named: its result is printed without the name
	begun  time.Time

	mu      sync.Mutex
	out     io.Writer
	note    io.Writer
	bars    *term.Bars
	columns int          // of names on a terminal; 0 puts a tab after them
	paint   term.Painter // of note
	urls    []string
	said    map[string]bool
	err     error // of writing a result
}

var _ batch.Reporter = (*putReport)(nil)

func newPutReport(p *program, f *putFlags, args []string, items []pick.Item, server string) *putReport {
	r := &putReport{
		program: p, flags: f, items: items, server: server, begun: time.Now(), out: p.stdout, note: p.stderr, said: map[string]bool{},
		single: len(args) == 1 && len(items) == 1 && (items[0].Name == args[0] || items[0].Content != nil),
		paint:  term.PainterFor(p.stderr),
	}
	if term.Is(p.stdout) {
		r.columns = term.NameColumn(itemNames(items))
	}
	if f.urls {
		r.urls = make([]string, len(items))
	}
	return r
}

// begin starts the bars, if there is a terminal for them.
func (r *putReport) begin(skipped int) {
	if r.flags.quiet || r.flags.urls {
		return
	}
	if skipped > 0 {
		saySkipped(r.program, skipped)
	}
	if !term.Is(r.stderr) {
		return
	}
	var bytes int64
	for i := range r.items {
		bytes += r.whole(i)
	}
	r.bars = term.NewBars(r.stderr, len(r.items), bytes, func(done int) string { return r.t("%d of %d files", done, len(r.items)) })
	r.note = r.bars
	if term.Is(r.stdout) {
		r.out = r.bars
	}
}

// whole returns the size that an item has in the bar for all.
func (r *putReport) whole(i int) int64 {
	if it := &r.items[i]; it.Err != nil || it.Same >= 0 || it.Size < 0 {
		return 0
	}
	return r.items[i].Size
}

func saySkipped(p *program, files int) {
	fmt.Fprintln(p.stderr, "wxup: "+p.t("skipped files of other formats: %d", files))
}

func nothingToUpload(p *program, skipped int) {
	text := p.t("nothing to upload")
	if skipped > 0 {
		text = p.t("nothing to upload (skipped files of other formats: %d; --fit may help)", skipped)
	}
	fmt.Fprintln(p.stderr, "wxup: "+text)
}

func itemNames(items []pick.Item) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range items {
			if !yield(items[i].Name) {
				return
			}
		}
	}
}

func (r *putReport) Uploaded(i int, res *wxup.Result, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	it := &r.items[i]
	if res.Change != nil && !res.Cached && !r.flags.quiet && !r.flags.asJSON {
		fmt.Fprintf(r.note, "wxup: %s: %s\n", term.Name(it.Name), r.t("fitted: %s", change(r.program, res.Change)))
	}
	switch answer := res.URL + res.MediaID; {
	case r.flags.asJSON:
		line := uploadedLine{it.Name, it.Endpoint.Name, res.URL, res.MediaID, res.SHA256, res.Size, float64(took.Milliseconds()) / 1000, english(res.Change), res.Cached, nil}
		if !res.Expires.IsZero() {
			line.Expires = &res.Expires
		}
		r.failed(writeJSON(r.out, line))
	case r.flags.urls:
		r.urls[i] = answer
	case r.single:
		r.write(answer + "\n")
		if res.Cached && !r.flags.quiet {
			r.faint(r.t("%s was uploaded before; --again uploads it anew", term.Name(it.Name)))
		}
	case r.columns > 0:
		r.write(term.Fill(term.Name(it.Name), r.columns) + "  " + answer + "\n")
	default:
		r.write(term.Name(it.Name) + "\t" + answer + "\n")
	}
	r.finished(i)
}

func (r *putReport) Refused(i int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	it := &r.items[i]
	address := r.server
	if address == "" {
		address = "https://" + it.Endpoint.Host
	}
	why := refusalOf(r.program, address, err)
	if !r.flags.fit && mayFit(it, err) {
		why.Hint = r.t("--fit may make it fit: see wxup put --dry-run")
	}
	if r.flags.asJSON {
		r.failed(writeJSON(r.out, refusedLine{File: it.Name, Endpoint: it.Endpoint.Name, Error: why}))
	} else {
		fmt.Fprintln(r.note, r.paint.Paint(term.Red, fmt.Sprintf("wxup: %s: %s", term.Name(it.Name), term.Line(phrase.In(err, r.lang)))))
		if why.Hint != "" {
			fmt.Fprintf(r.note, "  → %s\n", why.Hint)
		}
	}
	r.finished(i)
}

func (r *putReport) finished(i int) {
	if r.bars != nil {
		r.bars.Finished(i, r.whole(i))
	}
}

func (r *putReport) Left(i int) {
	if r.bars != nil {
		r.bars.Left(i)
	}
}

func (r *putReport) Progress(i int, p wxup.Progress) {
	if r.bars == nil {
		return
	}
	name := term.Name(r.items[i].Name)
	switch p.Phase {
	case wxup.Sending:
		r.bars.Sending(i, name, r.items[i].Size, p.Sent, p.Size)
	case wxup.Fitting:
		r.bars.Phase(i, name, r.t("fitting"))
	case wxup.Waiting:
		r.bars.Phase(i, name, r.t("waiting"))
	case wxup.Done:
		r.bars.Sent(i)
	}
}

// shownWait is the shortest wait that is shown without --verbose.
const shownWait = 5 * time.Second

// Event prints what the client decided: everything with --verbose, and otherwise what users would
// wonder about.
func (r *putReport) Event(i int, e wxup.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := term.Line(e.Text(r.lang))
	if r.flags.verbose {
		if e.Kind == wxup.EventFit { // Uploaded says so
			return
		}
	} else {
		key := string(e.Kind) + e.Endpoint + e.Host
		switch e.Kind {
		case wxup.EventStore:
			key = text
		case wxup.EventHost:
		case wxup.EventPace:
			if e.Wait < shownWait || r.flags.quiet || r.flags.urls {
				return
			}
			text = r.t("%s (other rates: --rate)", text)
			i = -1
		default:
			return
		}
		if r.said[key] {
			return
		}
		r.said[key] = true
	}
	if i >= 0 {
		text = term.Name(r.items[i].Name) + ": " + text
	}
	r.faint(text)
}

func (r *putReport) Stopping(busy int) {
	if busy == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintln(r.note, "wxup: "+r.t("stopping: %d uploads are finished first; Ctrl-C again stops at once", busy))
}

func (r *putReport) Broken() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err != nil
}

// end prints what the batch came to, and returns the exit status.
func (r *putReport) end(t batch.Totals, resumable bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.bars != nil {
		r.bars.Close()
		r.bars, r.out, r.note = nil, r.stdout, r.stderr
	}
	all := t.All()
	if r.flags.urls && all.Refused == 0 && t.Left == 0 {
		for _, u := range r.urls {
			r.write(u + "\n")
		}
	}
	if r.err != nil {
		return r.err
	}
	if t.Items > 1 && !r.flags.quiet && !r.flags.urls {
		r.summary(t)
	}
	switch {
	case t.Left > 0:
		text := r.t("%d of %d files left; with a ledger (--ledger) the same command would continue", t.Left, t.Items)
		if resumable {
			text = r.t("%d of %d files left; the same command continues, and uploads no file twice", t.Left, t.Items)
		}
		fmt.Fprintln(r.note, r.paint.Paint(term.Yellow, "wxup: "+text))
		return exit(exitStopped)
	case all.Refused > 0:
		return exit(exitRefused)
	}
	return nil
}

// summary prints a table on a terminal, and a line elsewhere.
func (r *putReport) summary(t batch.Totals) {
	took, all := term.Took(time.Since(r.begun)), t.All()
	if !term.Is(r.stderr) {
		text := r.t("%d uploaded, %d remembered, %d refused; %s in %s", all.Uploaded, all.Remembered, all.Refused, term.Bytes(all.Bytes), took)
		if all.Fitted > 0 {
			text += r.t("; %d fitted", all.Fitted)
		}
		fmt.Fprintln(r.note, "wxup: "+text)
		return
	}
	rows := [][]string{{r.t("endpoint"), r.t("uploaded"), r.t("remembered"), r.t("fitted"), r.t("refused"), r.t("sent")}}
	row := func(name string, s batch.Sum) {
		cells := []string{name}
		for _, n := range []int{s.Uploaded, s.Remembered, s.Fitted, s.Refused} {
			cell := "–"
			if n > 0 {
				cell = fmt.Sprint(n)
			}
			cells = append(cells, cell)
		}
		rows = append(rows, append(cells, term.Bytes(s.Bytes)))
	}
	for _, s := range t.Each {
		row(s.Endpoint, s)
	}
	if len(t.Each) > 1 {
		row(r.t("all"), all)
	}
	head, body, _ := strings.Cut(term.Table(rows), "\n")
	fmt.Fprintf(r.note, "\n%s\n%s%s\n", r.paint.Paint(term.Faint, head), body, r.paint.Paint(term.Faint, r.t("in %s", took)))
}

func (r *putReport) faint(text string) {
	fmt.Fprintln(r.note, r.paint.Paint(term.Faint, "wxup: "+text))
}

func (r *putReport) write(text string) {
	_, err := io.WriteString(r.out, text)
	r.failed(err)
}

func (r *putReport) failed(err error) {
	if err != nil && r.err == nil {
		r.err = texts.Errorf("write the results: %w", err)
	}
}
