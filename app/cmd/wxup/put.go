package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/batch"
	"github.com/wxup/wxup/app/credentials"
	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/internal/self"
	"github.com/wxup/wxup/app/pick"
	"github.com/wxup/wxup/app/words"
)

func putCommand(p *program) *cobra.Command {
	var f putFlags
	cmd := &cobra.Command{
		Use:     "put FILE…",
		Short:   p.t("upload files"),
		Long:    p.t(words.PutLong),
		Example: words.PutExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New(p.t("name at least one file; see: wxup put --help"))
			}
			if err := f.parse(cmd.Flags()); err != nil {
				return err
			}
			return put(cmd.Context(), p, &f, args)
		},
	}
	f.define(p, cmd)
	return cmd
}

func put(ctx context.Context, p *program, f *putFlags, args []string) error {
	items, skipped, err := pick.Files(ctx, args, f.pickOptions(p))
	if err != nil {
		return err
	}
	if len(items) == 0 {
		nothingToUpload(p, skipped)
		return nil
	}
	if f.dryRun {
		return putDryRun(ctx, p, f, items, skipped)
	}
	eps := batch.Endpoints(items)
	if f.urls {
		for _, ep := range eps {
			if !ep.Public() {
				return texts.Errorf("--urls: %s returns a private media_id, not a URL", ep.Name)
			}
		}
	}
	source := credentialsOf(ctx, p, true)
	client, err := source.Client(ctx, credentials.ServerChoice{URL: f.server, Origin: p.settings.Origins["server"]}, eps...)
	if err != nil {
		return err
	}
	led, err := openLedger(ctx, p, f.ledger)
	if err != nil {
		return err
	}
	if led != nil {
		defer led.Close()
		client.Ledger = led
	}
	client.UserAgent = "wxup/" + self.Version()
	f.configure(client)
	r := newPutReport(p, f, args, items, client.BaseURL)
	r.begin(skipped)
	return runBatch(ctx, &batch.Batch{
		Client: client, Items: items, Report: r,
		Source: f.source,
	}, func(t batch.Totals) error { return r.end(t, led != nil) })
}

// credentialsOf chooses the source of the credentials. wait is for commands that are typed together
// with "wxup serve &".
func credentialsOf(ctx context.Context, p *program, wait bool) *credentials.Source {
	return credentials.Choose(ctx, credentials.Places{
		Settings: p.settings, Environ: os.Environ(), Wait: wait,
		Data: p.data, EnvFile: datadir.EnvFile(p.data), ReadEnv: datadir.ReadEnv, Secrets: p.secrets.Add,
	})
}

// runBatch runs a batch. The first Ctrl-C, which ends ctx, finishes what is being sent; the second
// stops at once.
func runBatch(ctx context.Context, b *batch.Batch, end func(batch.Totals) error) error {
	now, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	signals := make(chan os.Signal, 2) // before anything is begun, so that the first is not missed
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	go func() {
		for range 2 {
			select {
			case <-signals:
			case <-now.Done():
				return
			}
		}
		stop()
	}()
	var once sync.Once // the batch may end just when it is taken for stuck
	var err error
	ended := func(t batch.Totals) error {
		once.Do(func() { err = end(t) })
		return err
	}
	b.Stuck = func(t batch.Totals) {
		ended(t)
		os.Exit(exitStopped)
	}
	return ended(b.Run(ctx, now))
}
