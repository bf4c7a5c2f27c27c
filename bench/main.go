// Command bench measures wxup side by side with net/http by hand and with the SDKs that people use,
// in one run.
//
//	GOWORK=off go run .                 the tables, as Markdown; about four minutes
//	GOWORK=off go run . -short          less of it, about a minute
//	GOWORK=off go run . -bar            exit status 1 if wxup misses a bar by more than the noise,
//	                                    three times in a row
//	GOWORK=off go run . -short -bar -slack 0.07
//	                                    the same where other things run too: each bar may be missed
//	                                    by 7 %
//	GOWORK=off go run . -docs ../docs/benchmarks.md
//
// Read contenders.go for what each one does, and sink.go for what they upload to.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"time"

	"github.com/wxup/wxup"
)

func main() {
	if isSink() {
		if err := runSink(); err != nil {
			fmt.Fprintln(os.Stderr, "sink:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// errMissed is the end of a run with -bar that has missed one.
var errMissed = errors.New("a bar is missed, see the last table")

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	short := flags.Bool("short", false, "measure less")
	bar := flags.Bool("bar", false, "fail if a bar is missed by more than the noise, in three attempts")
	slack := flags.Float64("slack", 0, "with -bar, let each bar be missed by so much, 0.07 for 7 %, as on a machine that does other work")
	docs := flags.String("docs", "", "write the tables to this `file` too")
	if err := flags.Parse(args); err != nil {
		return err
	}
	s, err := startSink(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	dir, err := os.MkdirTemp("", "wxup-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c, err := newComparison(s, dir, *short)
	if err != nil {
		return err
	}

	c.slack = *slack
	doc := &report{}
	doc.printf(preface, machine())
	for _, part := range []func(context.Context, *report) error{c.pay, c.account, c.heap, c.link} {
		attempts := 1
		if *bar {
			attempts = 3
		}
		for attempt := 1; ; attempt++ {
			fmt.Fprint(stderr, ".")
			r := &report{}
			if err := part(ctx, r); err != nil {
				return err
			}
			if !r.missed() || attempt == attempts {
				doc.printf("%s", r.String())
				doc.verdicts = append(doc.verdicts, r.verdicts...)
				break
			}
		}
	}
	fmt.Fprintln(stderr)
	doc.printf("\n## The bars\n\n| bar | measured | |\n|---|---|---|\n")
	for _, v := range doc.verdicts {
		doc.printf("%s", v)
	}
	fmt.Fprint(stdout, doc)
	if *docs != "" {
		if err := os.WriteFile(*docs, []byte(doc.String()), 0o644); err != nil {
			return err
		}
	}
	if *bar && doc.missed() {
		return errMissed
	}
	return nil
}

// comparison is one run.
type comparison struct {
	sink   *sink
	base   setup
	dir    string
	effort effort
	short  bool
	slack  float64
	plain  *network
	secure *network
}

func newComparison(s *sink, dir string, short bool) (*comparison, error) {
	cred, err := newCredentials(s)
	if err != nil {
		return nil, err
	}
	c := &comparison{sink: s, base: setup{credentials: cred, ep: wxup.MarketingImage}, dir: dir, short: short, plain: s.plain()}
	c.effort = effort{rounds: 101, turn: 20 * time.Millisecond}
	if short {
		c.effort = effort{rounds: 31, turn: 20 * time.Millisecond}
	}
	c.secure, err = s.secure()
	return c, err
}

// file is a picture of that many bytes.
func (c *comparison) file(size int) (path string, err error) {
	path = filepath.Join(c.dir, fmt.Sprintf("photo-%d.jpg", size))
	return path, os.WriteFile(path, jpegOfSize(size, 1), 0o600)
}

// compare measures and checks that the sink has got whole files.
func (c *comparison) compare(ctx context.Context, s setup, n *network, size int, contenders []contender) ([]row, error) {
	var err error
	if s.path, err = c.file(size); err != nil {
		return nil, err
	}
	before, err := c.sink.counts(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := c.effort.sideBySide(ctx, s, n, contenders)
	if err != nil {
		return nil, err
	}
	after, err := c.sink.counts(ctx)
	if err != nil {
		return nil, err
	}
	if got := after.Bytes - before.Bytes; got < (after.Requests-before.Requests)*int64(size) {
		return nil, fmt.Errorf("the sink got %d bytes in %d uploads of %d", got, after.Requests-before.Requests, size)
	}
	return rows, nil
}

// pay compares uploads to WeChat Pay.
func (c *comparison) pay(ctx context.Context, r *report) error {
	r.printf(payText)
	for _, n := range []*network{c.secure, c.plain} {
		for _, of := range []struct {
			size int
			text string
			bar  float64
		}{{100 << 10, "100 KB", mostAt100KB}, {2 << 20, "2 MB", mostAt2MB}} {
			rows, err := c.compare(ctx, c.base, n, of.size, payV3)
			if err != nil {
				return err
			}
			r.times(of.text+", "+n.name, rows)
			if n == c.secure {
				verified := named(rows, bareVerified)
				r.verdicts = append(r.verdicts,
					atMost(of.text+", both from memory, both verify", named(rows, wxupInMemory).ratio(verified), of.bar, c.slack),
					atMost(of.text+", wxup from disk, both verify", named(rows, wxupWhole).ratio(verified), of.bar, c.slack),
					atMost(of.text+", wxup from disk, neither verifies", named(rows, wxupSkipVerify).ratio(rows[0]), of.bar, c.slack))
			}
		}
	}
	return nil
}

// account compares uploads to an Official Account, which takes less than 1 MB.
func (c *comparison) account(ctx context.Context, r *report) error {
	r.printf(accountText)
	s := c.base
	s.ep = wxup.ArticleImage
	for _, of := range []struct {
		size int
		text string
	}{{100 << 10, "100 KB"}, {1<<20 - 1, "1 MB less one byte"}} {
		rows, err := c.compare(ctx, s, c.secure, of.size, account)
		if err != nil {
			return err
		}
		r.times(of.text+", TLS", rows)
	}
	return nil
}

// heap measures what an upload takes of it, at all sizes.
func (c *comparison) heap(ctx context.Context, r *report) error {
	r.printf(heapText)
	wxupOnly := only(payV3, wxupWhole)
	for _, of := range []struct {
		size       int
		text       string
		ep         *wxup.Endpoint
		contenders []contender
	}{
		{100 << 10, "100 KB", wxup.MarketingImage, wxupOnly},
		{300 << 10, "300 KB", wxup.MarketingImage, wxupOnly},
		{2 << 20, "2 MB", wxup.MarketingImage, payV3},
		{5 << 20, "5 MB", wxup.HKFile, wxupOnly},
	} {
		s := c.base
		s.ep = of.ep
		e := *c
		e.effort.rounds = 11
		rows, err := e.compare(ctx, s, c.secure, of.size, of.contenders)
		if err != nil {
			return err
		}
		if s.path, err = c.file(of.size); err != nil {
			return err
		}
		for i, row := range rows {
			kept, err := held(ctx, s, c.secure, of.contenders[i], int64(of.size))
			if err != nil {
				return err
			}
			r.printf("| %s | %s | %.1f | %.0f | %.0f |\n", of.text, row.name, row.bytes/1024, row.allocs, float64(kept)/1024)
			if row.name == wxupWhole {
				r.verdicts = append(r.verdicts, verdict{of.text + ": ≤ 64 KiB of heap", fmt.Sprintf("%.1f KiB", row.bytes/1024), row.bytes <= mostHeap, row.bytes > mostHeap, false})
			}
		}
	}
	return nil
}

// only is one contender of several.
func only(contenders []contender, name string) []contender {
	i := slices.IndexFunc(contenders, func(c contender) bool { return c.name == name })
	return contenders[i : i+1]
}

// link compares many files over one link.
func (c *comparison) link(ctx context.Context, r *report) error {
	r.printf(linkText)
	all, err := c.manyFiles(ctx)
	if err != nil {
		return err
	}
	r.crossings(all)
	of := map[string]crossing{}
	for _, crossed := range all {
		of[crossed.name] = crossed
	}
	kept, anew := of[theLoop].perFile()/of[theUpload].perFile(), of[theLoopAnew].perFile()/of[theUpload].perFile()
	most := (linkRoundTrip.Seconds() + linkFile/linkRate) / (linkFile / linkRate)
	r.verdicts = append(r.verdicts,
		atLeast("many files, the share of the link", of[theUpload].share(), leastShare, c.slack),
		atLeast("many files, times as fast as a loop over wechatpay-go with a connection for each upload", anew, leastFaster, c.slack),
		verdict{fmt.Sprintf("the same, of a loop that keeps its connection: ≥ %d", leastFaster),
			fmt.Sprintf("%.1f; the link allows at most %.1f: the wire takes 15 ms for a file, and one after the other they take 65", kept, most), kept >= leastFaster, kept < leastFaster, true})
	return nil
}
