package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/flagvalue"
	"github.com/wxup/wxup/app/term"
	"github.com/wxup/wxup/app/upkeep"
	"github.com/wxup/wxup/app/words"
)

// collectFlags say what is old. Ages are durations, or days: 90d.
type collectFlags struct {
	exchanges, images, orphans flagvalue.Age
	keep                       int
}

func (f *collectFlags) add(p *program, flags *pflag.FlagSet) {
	f.exchanges.Duration = upkeep.KeepExchanges
	flags.Var(&f.exchanges, "keep-exchanges", p.t("how long to keep records of requests, such as 90d; 0 is always"))
	flags.IntVar(&f.keep, "keep-newest", 0, p.t("always keep this many of the newest records of requests"))
	flags.Var(&f.images, "keep-images", p.t("how long to keep images after their last upload; their URLs end then, unless another account has the same file (default: always)"))
	flags.Var(&f.orphans, "keep-orphans", p.t("how long to keep files that no record refers to (default 1d)"))
}

func (f *collectFlags) policy(p *program) upkeep.Policy {
	return upkeep.Policy{
		Exchanges: f.exchanges.Duration, Default: p.settings.Origins["keep-exchanges"] == "",
		Keep: f.keep, Images: f.images.Duration, Orphans: f.orphans.Duration,
	}
}

func gcCommand(p *program) *cobra.Command {
	var f collectFlags
	var blobs, account string
	var dryRun bool
	cmd := &cobra.Command{
		Use:     "gc",
		Short:   p.t("delete old data"),
		Long:    p.t(words.GcLong),
		Example: "  wxup gc --keep-exchanges 90d --dry-run\n  wxup serve --keep-exchanges 90d",
		Args:    cobra.NoArgs,
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, _ []string) error {
			policy := f.policy(p)
			policy.Account, policy.DryRun = account, dryRun
			return collect(ctx, p, d, blobs, policy)
		}),
	}
	blobsFlag(p, cmd.Flags(), &blobs)
	f.add(p, cmd.Flags())
	cmd.Flags().StringVar(&account, "account", "", p.t("only what belongs to this mchid or appid"))
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, p.t("delete nothing, only count"))
	return cmd
}

func collect(ctx context.Context, p *program, d *datadir.Dir, blobs string, policy upkeep.Policy) error {
	if err := policy.Check(); err != nil {
		return err
	}
	if err := d.InUse(ctx); err != nil {
		return err
	}
	images, err := datadir.OpenExistingBlobs(ctx, blobs, d.Path, policy.DryRun)
	if err != nil {
		return err
	}
	defer images.Close()
	tell, end := term.Steps(p.stderr)
	policy.Progress = tell
	n, err := upkeep.Collect(ctx, d.Index, images, policy)
	end()
	said := p.t("deleted: %d records of requests, %d records of files, %d files (%d bytes)")
	if policy.DryRun {
		said = p.t("would be deleted: %d records of requests, %d records of files, %d files (%d bytes)")
	}
	fmt.Fprintf(p.stdout, said+"\n", n.Exchanges, n.Media, n.Files, n.Bytes)
	if n.KeptAll {
		fmt.Fprintln(p.stdout, p.t(words.KeepsAll))
	}
	return interrupted(ctx, p, err)
}
