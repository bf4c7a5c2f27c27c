package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/internal/phrase"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/app/term"
	"github.com/wxup/wxup/app/upkeep"
	"github.com/wxup/wxup/app/words"
)

type fsckFlags struct {
	blobs, from           string
	quick, repair, asJSON bool
}

func fsckCommand(p *program) *cobra.Command {
	var f fsckFlags
	cmd := &cobra.Command{
		Use:   "fsck",
		Short: p.t("check that the index is whole, and that the file of every record exists and is undamaged"),
		Long:  p.t(words.FsckLong),
		Args:  cobra.NoArgs,
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, _ []string) error {
			return fsck(ctx, p, d, f)
		}),
	}
	flags := cmd.Flags()
	blobsFlag(p, flags, &f.blobs)
	flags.BoolVar(&f.quick, "quick", false, p.t("compare sizes only"))
	flags.BoolVar(&f.repair, "repair", false, p.t("restore what can be restored, remove damaged files"))
	flags.StringVar(&f.from, "from", "", p.t("a copy to restore from: a directory of images, or s3://…"))
	flags.BoolVar(&f.asJSON, "json", false, p.t("one JSON object per line"))
	return cmd
}

func fsck(ctx context.Context, p *program, d *datadir.Dir, f fsckFlags) error {
	images, err := datadir.OpenExistingBlobs(ctx, f.blobs, d.Path, !f.repair)
	if err != nil {
		return err
	}
	defer images.Close()
	flaws := flawReport{program: p, asJSON: f.asJSON, counts: map[sqlindex.FlawKind]int{}}
	if err := d.Index.Inspect(ctx, f.quick, flaws.add); err != nil {
		return interrupted(ctx, p, err)
	}
	flaws.advise()
	tell, end := term.Steps(p.stderr)
	checks := upkeep.Checks{
		Quick: f.quick, Repair: f.repair, Progress: tell, Found: func(found upkeep.Finding) { showFault(p, found, f.asJSON) },
	}
	if f.from != "" {
		backup, err := datadir.ViewBlobs(ctx, f.from, "")
		if err != nil {
			return err
		}
		defer backup.Close()
		checks.Copy = backup
	}
	n, err := upkeep.Check(ctx, d.Index, images, checks)
	end()
	if err != nil {
		return interrupted(ctx, p, texts.Errorf("after %d records: %w", n.Records, err))
	}
	if !f.asJSON {
		fmt.Fprintln(p.stdout, p.t("%d records, %d files, %d bytes read: %d faults, %d repaired", n.Records, n.Files, n.Bytes, n.Faults, n.Mended))
	}
	if n.Faults > n.Mended || len(flaws.counts) > 0 {
		return exit(exitRefused)
	}
	return nil
}

// flawReport prints what is wrong with the index itself.
type flawReport struct {
	*program
	asJSON bool
	counts map[sqlindex.FlawKind]int
}

// flawsShown is how many of a kind are printed one by one.
const flawsShown = 20

func (r *flawReport) add(f sqlindex.Flaw) {
	r.counts[f.Kind]++
	switch {
	case r.asJSON:
		r.printJSON(map[string]any{"flaw": f.Kind, "table": f.Table, "row": f.Row, "detail": f.Err.Error()})
	case r.counts[f.Kind] <= flawsShown:
		fmt.Fprintln(r.stdout, r.t("index %s", strings.TrimSpace(f.Table+" "+f.Row)+": "+phrase.In(f.Err, r.lang)))
	}
}

// advise says how many flaws there are, and what helps.
func (r *flawReport) advise() {
	if r.asJSON {
		return
	}
	if n := r.counts[sqlindex.FlawFile]; n > 0 {
		fmt.Fprintln(r.stdout, r.t(words.FsckFile, n))
	}
	if n := r.counts[sqlindex.FlawRecord]; n > 0 {
		fmt.Fprintln(r.stdout, r.t(words.FsckRecord, n))
	}
	if n := r.counts[sqlindex.FlawRow]; n > 0 {
		fmt.Fprintln(r.stdout, r.t(words.FsckRow, n))
	}
}

func showFault(p *program, f upkeep.Finding, asJSON bool) {
	m := f.Media
	if asJSON {
		p.printJSON(map[string]any{
			"id": m.ID, "account": m.Account, "endpoint": m.Endpoint, "sha256": m.SHA256, "bytes": m.Size,
			"created": m.Created, "fault": f.Fault, "detail": f.Detail, "repaired": f.Repaired, "cleared": f.Cleared,
		})
		return
	}
	outcome := ""
	if f.Repaired {
		outcome = p.t(" (repaired)")
	} else if f.Cleared {
		outcome = p.t(" (removed: upload it again)")
	}
	fmt.Fprintf(p.stdout, "%s  %s  %s %s  %s: %s%s\n",
		m.SHA256, m.Created.Local().Format("2006-01-02 15:04"), m.Account, m.Endpoint, f.Fault, f.Detail, outcome)
}
