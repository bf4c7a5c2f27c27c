package main

import (
	"context"
	"fmt"
	"os"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/batch"
	"github.com/wxup/wxup/app/internal/phrase"
	"github.com/wxup/wxup/app/pick"
	"github.com/wxup/wxup/app/term"
	"github.com/wxup/wxup/fit"
	"github.com/wxup/wxup/fit/heif"
)

// putDryRun shows what put would do with each file. It sends nothing and needs no credentials.
func putDryRun(ctx context.Context, p *program, f *putFlags, items []pick.Item, skipped int) error {
	if skipped > 0 && !f.quiet {
		saySkipped(p, skipped)
	}
	finished := make(chan struct{})
	defer close(finished)
	context.AfterFunc(ctx, func() { batch.Watch(finished, func() { os.Exit(exitStopped) }) })

	d := &dryRun{program: p, flags: f}
	if f.fitter != nil {
		d.client.Fit = f.fitter
	} else {
		d.fitted.Fit = fit.New(fit.Options{Decoders: heif.Decoders()})
	}
	if term.Is(p.stdout) {
		d.columns = term.NameColumn(itemNames(items))
	}
	refused := 0
	for i := range items {
		if ctx.Err() != nil {
			return exit(exitStopped)
		}
		ok, err := d.look(ctx, &items[i])
		if err != nil {
			return err
		}
		if !ok {
			refused++
		}
	}
	if refused > 0 {
		return exit(exitRefused)
	}
	return nil
}

// dryRun prints a verdict for each file.
type dryRun struct {
	*program
	flags   *putFlags
	client  wxup.Client // as the uploads would be made
	fitted  wxup.Client // with --fit, if that was not given
	columns int         // of names on a terminal; 0 puts a tab after them
}

func (d *dryRun) look(ctx context.Context, it *pick.Item) (ok bool, err error) {
	var res *wxup.Result
	refused := it.Err
	if refused == nil {
		res, refused = d.client.Check(ctx, it.Endpoint, d.flags.source(it))
	}
	switch {
	case refused == nil:
		return true, d.accepted(it, res)
	case ctx.Err() != nil:
		return false, exit(exitStopped)
	}
	withFit := ""
	if d.fitted.Fit != nil && it.Err == nil && it.Content == nil {
		if res, err := d.fitted.Check(ctx, it.Endpoint, d.flags.source(it)); err == nil {
			withFit = change(d.program, res.Change)
		}
	}
	if d.flags.asJSON {
		return false, d.printJSON(refusedLine{it.Name, it.Endpoint.Name, refusalOf(d.program, "", refused), withFit})
	}
	d.line(it.Name, d.t("refused"), phrase.In(refused, d.lang))
	if withFit != "" {
		d.line("", "", d.t("with --fit: ")+withFit)
	}
	return false, nil
}

func (d *dryRun) accepted(it *pick.Item, res *wxup.Result) error {
	switch {
	case d.flags.asJSON:
		return d.printJSON(fittingLine{it.Name, it.Endpoint.Name, res.Name, string(res.Format), res.SHA256, res.Size, english(res.Change)})
	case res.Change != nil:
		d.line(it.Name, d.t("fits"), change(d.program, res.Change))
	default:
		d.line(it.Name, d.t("ok"), fmt.Sprintf("%s, %s", res.Format, term.Bytes(res.Size)))
	}
	return nil
}

func (d *dryRun) line(name, verdict, more string) {
	name = term.Name(name)
	if d.columns > 0 {
		name = term.Fill(name, d.columns) + "  "
		verdict = term.Fill(verdict, term.Width(d.t("refused"))) + "  "
	} else {
		name, verdict = name+"\t", verdict+"\t"
	}
	fmt.Fprintf(d.stdout, "%s%s%s\n", name, verdict, term.Line(more))
}
