// Command cluster shows what three nodes do when everything around them fails.
//
//	GOWORK=off go run .                  20,000 uploads, every fault; about five minutes
//	GOWORK=off go run . -short           2,000 uploads, every fault shorter
//	GOWORK=off go run . -uploads 100000
//
// Three wxup serve processes stand behind a plain TCP balancer and share PostgreSQL and an S3
// server, both real, through proxies that break the connections. Clients upload while nodes are
// killed, servers stopped, hung and cut off; see faults.go. Every answer that any client gets is
// judged (observe.go), and at the end every acknowledged upload is fetched from every node and
// compared (after.go). The figures are printed as Markdown; the exit status is 1 if anything was
// not as promised.
//
// It needs PostgreSQL's own programs (apt-get install postgresql), and builds versitygw, the S3
// server, at its first run.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ok, err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// options are a run's size.
type options struct {
	uploads   int
	short     bool
	workers   int
	killEvery time.Duration
	pause     time.Duration // between faults
	scale     float64       // of the faults' lengths
	quota     int
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (ok bool, err error) {
	o := options{workers: 24, killEvery: 5 * time.Second, pause: 6 * time.Second, scale: 1, quota: 100}
	flags := flag.NewFlagSet("cluster", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.uploads, "uploads", 20_000, "how many uploads must be acknowledged, at least")
	flags.BoolVar(&o.short, "short", false, "2,000 uploads, shorter faults, and ten times as long for each answer: for every change, on a machine that may be busy")
	only := flags.String("only", "", "bring about only the faults whose names contain this `text`")
	keep := flags.Bool("keep", false, "keep the directory with the nodes' data and logs")
	if err := flags.Parse(args); err != nil {
		return false, err
	}
	if o.short {
		o.scale, o.pause, o.quota = 0.4, 2*time.Second, 40
		if o.uploads == 20_000 {
			o.uploads = 2_000
		}
	}
	dir, err := os.MkdirTemp("", "wxup-cluster-")
	if err != nil {
		return false, err
	}
	defer func() {
		if *keep || !ok || err != nil {
			fmt.Fprintln(stderr, "the nodes' logs are in", dir)
			return
		}
		os.RemoveAll(dir)
	}()
	say := func(format string, args ...any) {
		fmt.Fprintf(stderr, time.Now().Format("15:04:05 ")+format+"\n", args...)
	}

	say("building wxup")
	program := filepath.Join(dir, "wxup")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/wxup")
	build.Dir = "../app"
	build.Env = append(os.Environ(), "GOWORK=") // as everyone builds it
	if out, err := build.CombinedOutput(); err != nil {
		return false, fmt.Errorf("build wxup (this program runs in its own directory): %w\n%s", err, out)
	}
	say("starting PostgreSQL and S3")
	b, err := startBackends(ctx)
	if err != nil {
		return false, err
	}
	defer b.close()
	f, err := newFleet(dir, program, b)
	if err != nil {
		return false, err
	}
	defer f.close()
	if o.short {
		f.limits = f.limits.busy()
	}

	r := &report{options: o, began: time.Now(), fleet: f}
	seen := newObserver(f, &timetable{})
	r.seen = seen
	watching, stopWatching := context.WithCancel(ctx)
	defer stopWatching()
	go seen.stalls.watch(watching)
	say("all down at the start")
	if r.begun, err = allDown(ctx, b, f, seen); err != nil {
		return false, err
	}
	vars, err := f.nodes[0].variables()
	if err != nil {
		return false, err
	}
	l := &load{fleet: f, seen: seen, vars: vars, by: map[string]int{}, failed: map[string]int{}}
	r.load = l
	c := &chaos{backends: b, fleet: f, load: l, seen: seen, times: seen.times, only: *only, scale: o.scale}
	if err := r.underLoad(ctx, o, l, c, say); err != nil {
		return false, err
	}

	say("quotas")
	f.stop()
	f.start("--quotas", fmt.Sprint(o.quota))
	if err := f.awaitReady(ctx, 3*f.limits.well); err != nil {
		return false, err
	}
	for _, kill := range []bool{false, true} {
		if kill && o.short {
			continue
		}
		q, err := hammer(ctx, l, o.quota, kill)
		if err != nil {
			return false, err
		}
		r.quotas = append(r.quotas, q)
	}
	if err := f.awaitReady(ctx, 3*f.limits.well); err != nil {
		return false, err
	}
	say("fetching %d uploads from %d nodes", len(l.acks), nodeCount)
	r.audit.fetchAll(ctx, l)
	if err := r.audit.index(ctx, b, l); err != nil {
		return false, err
	}
	if err := r.audit.plant(ctx, b, l); err != nil {
		return false, err
	}
	f.stop()
	for _, n := range f.nodes {
		for _, death := range n.deaths {
			seen.violation("%s", death)
		}
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	r.print(stdout)
	return seen.broken == 0, nil
}

// underLoad runs the clients and the faults beside each other, until there are enough uploads and
// all faults are over.
func (r *report) underLoad(ctx context.Context, o options, l *load, c *chaos, say func(string, ...any)) error {
	kinds, err := l.senders()
	if err != nil {
		return err
	}
	if r.twins, err = newTwins(l); err != nil {
		return err
	}
	var running sync.WaitGroup
	began := time.Now()
	for range o.workers {
		running.Go(func() { l.work(ctx, kinds) })
	}
	var probing error
	running.Go(func() { probing = l.probe(ctx, 100*time.Millisecond) })
	running.Go(func() { r.twins.run(ctx, 250*time.Millisecond) })
	running.Go(func() { c.browse(ctx, 25*time.Millisecond) })
	running.Go(func() { c.killing(ctx, o.killEvery) })

	err = c.all(ctx, o.pause, func(name string) { say("%6d uploads; %s", l.count(), name) })
	r.outcomes = c.list
	for err == nil && ctx.Err() == nil && l.count() < o.uploads {
		sleep(ctx, 100*time.Millisecond)
		if time.Since(began).Round(100*time.Millisecond)%(10*time.Second) == 0 {
			say("%6d uploads", l.count())
		}
	}
	l.enough.Store(true)
	running.Wait()
	r.underway = time.Since(began)
	r.uploads = l.count()
	if err != nil {
		return err
	}
	if probing != nil {
		return probing
	}
	say("%6d uploads; waiting until all are ready", l.count())
	if err := c.fleet.awaitReady(ctx, c.fleet.limits.well); err != nil {
		c.seen.violation("at the end: %v", err)
	}
	return ctx.Err()
}

var discard = log.New(io.Discard, "", 0)
