package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/app/term"
	"github.com/wxup/wxup/app/upkeep"
	"github.com/wxup/wxup/app/words"
)

// move is what migrate and backup were asked for. blobs is where the images are now.
type move struct {
	blobs            string
	toIndex, toBlobs string
	workers          int
	dryRun, follow   bool
	leave            bool // the old index goes out of use
}

func migrateCommand(p *program) *cobra.Command {
	m := move{leave: true}
	cmd := &cobra.Command{
		Use:     "migrate",
		Short:   p.t("move everything to another index and store of images"),
		Long:    p.t(words.MigrateLong),
		Example: "  wxup migrate --to-index postgres://wxup@db/wxup --to-blobs 's3://images?endpoint=https://s3.example.com' --dry-run",
		Args:    cobra.NoArgs,
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, _ []string) error {
			if m.toIndex == "" && m.toBlobs == "" {
				return texts.Errorf("nothing to move; use --to-index and --to-blobs, see: wxup migrate --help")
			}
			return interrupted(ctx, p, m.run(ctx, p, d))
		}),
	}
	flags := cmd.Flags()
	blobsFlag(p, flags, &m.blobs)
	flags.StringVar(&m.toIndex, "to-index", "", p.t("the new index: a file, or postgres://… (default: the index stays)"))
	flags.StringVar(&m.toBlobs, "to-blobs", "", p.t("the new store of images: a directory, or s3://… (default: the images stay)"))
	flags.IntVar(&m.workers, "workers", 8, p.t("images copied at once"))
	flags.BoolVar(&m.dryRun, "dry-run", false, p.t("copy nothing, only count"))
	flags.BoolVar(&m.follow, "follow", false, p.t("keep copying new data until interrupted"))
	return cmd
}

func backupCommand(p *program) *cobra.Command {
	m := move{workers: 4}
	cmd := &cobra.Command{
		Use:     "backup DIR",
		Short:   p.t("copy everything to a data directory"),
		Long:    p.t(words.BackupLong),
		Example: "  wxup backup /mnt/backup/wxup\n  wxup fsck --data /mnt/backup/wxup",
		Args:    cobra.ExactArgs(1),
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, args []string) error {
			return interrupted(ctx, p, m.backup(ctx, p, d, args[0]))
		}),
	}
	blobsFlag(p, cmd.Flags(), &m.blobs)
	cmd.Flags().BoolVar(&m.dryRun, "dry-run", false, p.t("copy nothing, only count"))
	return cmd
}

// backup copies index, images and merchants' files to a directory. A backup with damaged images is
// complete otherwise.
func (m move) backup(ctx context.Context, p *program, d *datadir.Dir, target string) error {
	dir, err := filepath.Abs(target)
	if err != nil {
		return err
	}
	if dir == d.Path {
		return texts.Errorf("that is the data directory itself; name another one")
	}
	if !m.dryRun {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	m.toIndex, m.toBlobs = filepath.Join(dir, "index.db"), filepath.Join(dir, "blobs")
	err = m.run(ctx, p, d)
	if damaged := exit(exitRefused); m.dryRun || err != nil && !errors.Is(err, damaged) {
		return err
	}
	if failed := d.CopyMerchantFiles(dir); failed != nil {
		return failed
	}
	return err
}

// followEvery is how long a migration with --follow pauses between two rounds.
const followEvery = 2 * time.Second

// run copies once, or again and again with --follow.
func (m move) run(ctx context.Context, p *program, d *datadir.Dir) error {
	tell, end := term.Steps(p.stderr)
	defer end()
	work := upkeep.Move{From: d, Index: m.toIndex != "", Workers: m.workers, DryRun: m.dryRun, Leave: m.leave, Progress: tell}
	closeAll, err := m.open(ctx, d, &work)
	defer closeAll()
	if err != nil {
		return err
	}
	for {
		done, err := work.Once(ctx)
		end()
		showMoved(p, done, m.dryRun)
		damaged := done.Images != nil && done.Images.Damaged > 0
		switch {
		case err != nil:
			return err
		case m.follow && !m.dryRun:
		case damaged:
			return exit(exitRefused)
		default:
			return nil
		}
		select {
		case <-ctx.Done():
			fmt.Fprintln(p.stderr, p.t("stopped; run it once more when the servers are stopped"))
			return nil
		case <-time.After(followEvery):
		}
	}
}

// open opens what is copied and where to. The function that closes it is never nil.
func (m move) open(ctx context.Context, d *datadir.Dir, work *upkeep.Move) (closeAll func(), err error) {
	var opened []func() error
	closeAll = func() {
		for _, end := range opened {
			end()
		}
	}
	if m.toBlobs != "" {
		source, err := datadir.ViewBlobs(ctx, m.blobs, d.Path)
		if err != nil {
			return closeAll, err
		}
		work.Blobs, opened = source, append(opened, source.Close)
		open := datadir.OpenBlobs
		if m.dryRun {
			open = datadir.ViewBlobs
		}
		target, err := open(ctx, m.toBlobs, "")
		switch {
		case err == nil:
			work.ToBlobs, opened = target, append(opened, target.Close)
		case !m.dryRun || !errors.Is(err, fs.ErrNotExist):
			return closeAll, err
		}
	}
	if m.toIndex != "" && !m.dryRun {
		index, err := sqlindex.Open(ctx, m.toIndex)
		if err != nil {
			return closeAll, err
		}
		work.ToIndex, opened = index, append(opened, index.Close)
		return closeAll, d.MayReplace(ctx, index) // before anything is copied
	}
	return closeAll, nil
}

func showMoved(p *program, done upkeep.Moved, dryRun bool) {
	if n := done.Images; n != nil {
		said := p.t("images: %d, of which %d copied, %d bytes")
		if dryRun {
			said = p.t("images: %d, of which %d to copy, %d bytes")
		}
		fmt.Fprintf(p.stdout, said+"\n", n.Files, n.Copied, n.Bytes)
		if n.Damaged > 0 {
			fmt.Fprintln(p.stderr, p.t("wxup: %d images are damaged and were not copied; wxup fsck names them", n.Damaged))
		}
	}
	for _, table := range done.Tables {
		fmt.Fprintln(p.stdout, p.t("%s: %d rows, %d bytes", table.Name, table.Rows, table.Bytes))
	}
	if done.Indexed {
		fmt.Fprintln(p.stdout, p.t("index: %d rows compared", done.Rows))
	}
	if done.Late.Copied > 0 {
		fmt.Fprintln(p.stdout, p.t("images that arrived meanwhile: %d copied, %d bytes", done.Late.Copied, done.Late.Bytes))
	}
}
