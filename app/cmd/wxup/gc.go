package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wxup/wxup/app/upkeep"
)

// collectFlags say what is old. Ages are durations, or days: 90d.
type collectFlags struct {
	exchanges, images, orphans age
	keep                       int
}

func (f *collectFlags) add(p *program, flags *pflag.FlagSet) {
	flags.Var(&f.exchanges, "keep-exchanges", p.say("how long exchanges are kept, such as 90d (default: always)", "请求记录保留多久，如 90d（默认永久）"))
	flags.IntVar(&f.keep, "keep-newest", 0, p.say("but for so many of the newest exchanges, which stay", "但至少保留这么多条最新的请求记录"))
	flags.Var(&f.images, "keep-images", p.say("how long images are kept after their last upload; their URLs end then (default: always)", "图片在最后一次上传后保留多久，到期后其 URL 失效（默认永久）"))
	flags.Var(&f.orphans, "keep-orphans", p.say("how long bytes that no record wants are kept (default 1d)", "无记录引用的文件保留多久（默认 1d）"))
}

func (f *collectFlags) policy() upkeep.Policy {
	return upkeep.Policy{Exchanges: f.exchanges.Duration, Keep: f.keep, Images: f.images.Duration, Orphans: f.orphans.Duration}
}

func (p *program) gcCommand() *cobra.Command {
	var f collectFlags
	var blobs, account string
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "gc",
		Short: p.say("forget what is old", "清理旧数据"),
		Long: p.say(`Forgets exchanges, images and the bytes of files that nobody wants any more. Without flags it forgets only ids that have ended
(invoices, after three days) and bytes that no record wants. It may be interrupted and run again. It may run beside servers on
S3; one that keeps its images on its own disk does the same by itself with --gc-every.`,
			`清理请求记录、图片以及无人引用的文件。不带参数时只清理已到期的 id（发票，三天）和无记录引用的文件。可随时中断、再次运行。
图片存于 S3 时可与服务端同时运行；图片存于本机磁盘的服务端请用 --gc-every 让它自己清理。`),
		Example: "  wxup gc --keep-exchanges 90d --dry-run\n  wxup serve --gc-every 24h --keep-exchanges 90d",
		Args:    cobra.NoArgs,
		RunE: p.withState(func(ctx context.Context, st *state, _ []string) error {
			policy := f.policy()
			policy.Account, policy.DryRun = account, dryRun
			if err := policy.Check(); err != nil {
				return err
			}
			if err := st.inUse(ctx); err != nil {
				return err
			}
			open := openBlobs
			if dryRun {
				open = viewBlobs
			}
			images, err := open(ctx, blobs, st.dir)
			if err != nil {
				return err
			}
			defer images.Close()
			tell, end := p.progress()
			policy.Progress = tell
			n, err := upkeep.Collect(ctx, st.index, images, policy)
			end()
			done, zh := "forgotten: %d exchanges, %d records of files, %d files (%d bytes)\n", "已清理：%d 条请求记录，%d 条文件记录，%d 个文件（%d 字节）\n"
			if dryRun {
				done, zh = "would be forgotten: %d exchanges, %d records of files, %d files (%d bytes)\n", "将清理：%d 条请求记录，%d 条文件记录，%d 个文件（%d 字节）\n"
			}
			fmt.Fprintf(p.stdout, p.say(done, zh), n.Exchanges, n.Media, n.Files, n.Bytes)
			return p.interrupted(ctx, err)
		}),
	}
	p.blobsFlag(cmd.Flags(), &blobs)
	f.add(p, cmd.Flags())
	cmd.Flags().StringVar(&account, "account", "", p.say("of this mchid or appid alone", "仅限此 mchid 或 appid"))
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, p.say("forget nothing, count", "不清理，只计数"))
	return cmd
}
