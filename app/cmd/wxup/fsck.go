package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/upkeep"
)

func (p *program) fsckCommand() *cobra.Command {
	var blobs, from string
	var quick, repair, asJSON bool
	cmd := &cobra.Command{
		Use:   "fsck",
		Short: p.say("see whether the bytes of every record are there and right", "检查每条记录的文件是否存在且正确"),
		Long: p.say(`Reads every kept file and compares it with its digest. It may run beside the servers, be interrupted, and run again.
The exit status is 1 if something is missing or damaged.

With --repair, what is missing or damaged is taken from a copy (--from: a backup's directory blobs, or another bucket). Without a
copy, damaged bytes are removed, so that the next upload of the same file brings them again; a server that runs in --data
must be stopped for that.`,
			`读取每个保存的文件并与摘要比对。可与服务端同时运行，可随时中断、再次运行。有缺失或损坏时退出状态为 1。

使用 --repair 时，缺失或损坏的文件从副本恢复（--from：备份中的 blobs 目录或另一个存储桶）；没有副本时删除损坏的字节，
以便下次上传同一文件时重新写入；此时须先停止在 --data 中运行的服务端。`),
		Args: cobra.NoArgs,
		RunE: p.withState(func(ctx context.Context, st *state, _ []string) error {
			open := viewBlobs
			if repair {
				open = openBlobs
			}
			images, err := open(ctx, blobs, st.dir)
			if err != nil {
				return err
			}
			defer images.Close()
			tell, end := p.progress()
			c := upkeep.Checks{Quick: quick, Repair: repair, Progress: tell, Found: func(f upkeep.Finding) { p.showFinding(f, asJSON) }}
			if from != "" {
				backup, err := viewBlobs(ctx, from, "")
				if err != nil {
					return err
				}
				defer backup.Close()
				c.Copy = backup
			}
			n, err := upkeep.Check(ctx, st.index, images, c)
			end()
			if err != nil {
				return p.interrupted(ctx, fmt.Errorf("after %d records: %w", n.Records, err))
			}
			if !asJSON {
				fmt.Fprintf(p.stdout, p.say("%d records, %d files, %d bytes read: %d faults, %d repaired\n", "%d 条记录，%d 个文件，读取 %d 字节：%d 处问题，已修复 %d 处\n"), n.Records, n.Files, n.Bytes, n.Faults, n.Mended)
			}
			if n.Faults > n.Mended {
				return exit(exitRefused)
			}
			return nil
		}),
	}
	flags := cmd.Flags()
	p.blobsFlag(flags, &blobs)
	flags.BoolVar(&quick, "quick", false, p.say("look at the sizes alone", "只检查大小"))
	flags.BoolVar(&repair, "repair", false, p.say("bring back what can be, remove what is damaged", "恢复可恢复的，删除损坏的"))
	flags.StringVar(&from, "from", "", p.say("a copy to repair from: a directory of images, or s3://…", "用于恢复的副本：图片目录，或 s3://…"))
	flags.BoolVar(&asJSON, "json", false, p.say("one JSON object a line", "每行一个 JSON 对象"))
	return cmd
}

func (p *program) showFinding(f upkeep.Finding, asJSON bool) {
	if asJSON {
		p.printJSON(map[string]any{
			"id": f.Media.ID, "account": f.Media.Account, "endpoint": f.Media.Endpoint, "sha256": f.Media.SHA256, "bytes": f.Media.Size,
			"created": f.Media.Created, "fault": f.Fault, "detail": f.Detail, "repaired": f.Repaired, "cleared": f.Cleared,
		})
		return
	}
	state := ""
	if f.Repaired {
		state = p.say(" (repaired)", "（已修复）")
	} else if f.Cleared {
		state = p.say(" (removed: upload it again)", "（已删除：请重新上传）")
	}
	fmt.Fprintf(p.stdout, "%s  %s  %s %s  %s: %s%s\n", f.Media.SHA256, f.Media.Created.Local().Format("2006-01-02 15:04"), f.Media.Account, f.Media.Endpoint, f.Fault, f.Detail, state)
}
