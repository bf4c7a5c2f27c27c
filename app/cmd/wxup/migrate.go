package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/app/upkeep"
	"github.com/wxup/wxup/devkeys"
)

// move is what migrate and backup do: images, then the index, then the images of records that came meanwhile. When it is
// done no record is there without its bytes.
type move struct {
	toIndex, toBlobs string
	workers          int
	dryRun, follow   bool
	leave            bool // the old index is not to be used any more
}

func (p *program) blobsFlag(flags *pflag.FlagSet, blobs *string) {
	flags.StringVar(blobs, "blobs", "", p.say("where images are kept: a directory, or s3://bucket?endpoint=https://… (default: blobs in --data)", "图片存放处：目录，或 s3://bucket?endpoint=https://…（默认 --data 中的 blobs）"))
}

func (p *program) migrateCommand() *cobra.Command {
	m := move{leave: true}
	var blobs string
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: p.say("carry everything to another index and store of images", "把全部数据迁移到另一个索引与图片存储"),
		Long: p.say(`Copies images and index to where --to-index and --to-blobs say, from disk and SQLite to PostgreSQL and S3 or back, while the
servers go on. What is there already is not copied again, so it can be interrupted and run again. To move:

  1. wxup migrate --to-index postgres://… --to-blobs s3://…      as often as it takes, or once with --follow
  2. stop the servers
  3. wxup migrate, the same once more: what came since
  4. start them with --index and --blobs; wxup fsck sees whether all is there

--dry-run says how much there is to copy. URLs, ids, tokens, keys and accounts stay what they are.`,
			`把图片与索引复制到 --to-index 和 --to-blobs 指定的位置：从磁盘+SQLite 到 PostgreSQL+S3，或反向；其间服务照常运行。
已存在的不再复制，因此可以中断后再次运行。迁移步骤：

  1. wxup migrate --to-index postgres://… --to-blobs s3://…      可多次运行，或加 --follow 持续运行
  2. 停止服务端
  3. 再运行一次同样的 wxup migrate，补上期间的新数据
  4. 用 --index 与 --blobs 启动；用 wxup fsck 检查

--dry-run 只报告需要复制多少。URL、id、token、密钥与账号均保持不变。`),
		Example: "  wxup migrate --to-index postgres://wxup@db/wxup --to-blobs 's3://images?endpoint=https://s3.example.com' --dry-run",
		Args:    cobra.NoArgs,
		RunE: p.withState(func(ctx context.Context, st *state, _ []string) error {
			if m.toIndex == "" && m.toBlobs == "" {
				return errors.New("say where to with --to-index and --to-blobs; see: wxup migrate --help")
			}
			return p.interrupted(ctx, p.move(ctx, st, blobs, m))
		}),
	}
	flags := cmd.Flags()
	p.blobsFlag(flags, &blobs)
	flags.StringVar(&m.toIndex, "to-index", "", p.say("the new index: a file, or postgres://…; without it the index stays where it is", "新索引：文件或 postgres://…；不填则索引不迁移"))
	flags.StringVar(&m.toBlobs, "to-blobs", "", p.say("the new store of images: a directory, or s3://…; without it they stay where they are", "新的图片存储：目录或 s3://…；不填则图片不迁移"))
	flags.IntVar(&m.workers, "workers", 8, p.say("images copied at once", "同时复制的图片数"))
	flags.BoolVar(&m.dryRun, "dry-run", false, p.say("copy nothing, say how much there is", "不复制，只报告数量"))
	flags.BoolVar(&m.follow, "follow", false, p.say("go on copying what comes until stopped", "持续复制新数据，直到被停止"))
	return cmd
}

func (p *program) backupCommand() *cobra.Command {
	var blobs string
	m := move{workers: 4}
	cmd := &cobra.Command{
		Use:   "backup DIR",
		Short: p.say("copy everything into a data directory", "把全部数据备份为一个数据目录"),
		Long: p.say(`Copies index and images, wherever they are, into DIR, while the servers go on: "wxup serve --data DIR" serves it as it is, and
"wxup migrate --data DIR --to-index … --to-blobs …" brings it back. Run again with the same DIR, only what is new is copied.
DIR holds all keys: keep it as safe as the original.`,
			`把索引与图片（无论在哪里）复制到 DIR，其间服务照常运行："wxup serve --data DIR" 可直接使用该备份，
"wxup migrate --data DIR --to-index … --to-blobs …" 可恢复。对同一 DIR 再次运行时只复制新增部分。
DIR 中含全部密钥，请与原数据同等保护。`),
		Example: "  wxup backup /mnt/backup/wxup\n  wxup fsck --data /mnt/backup/wxup",
		Args:    cobra.ExactArgs(1),
		RunE: p.withState(func(ctx context.Context, st *state, args []string) error {
			dir, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			if dir == st.dir {
				return errors.New("that is the data directory itself; name another one")
			}
			if !m.dryRun {
				if err := os.MkdirAll(dir, 0o700); err != nil {
					return err
				}
			}
			m.toIndex, m.toBlobs = filepath.Join(dir, "index.db"), filepath.Join(dir, "blobs")
			err = p.move(ctx, st, blobs, m)
			if damaged := exit(exitRefused); m.dryRun || err != nil && !errors.Is(err, damaged) {
				return p.interrupted(ctx, err)
			}
			return cmp.Or(copyFiles(filepath.Join(st.dir, "merchants"), filepath.Join(dir, "merchants")), err)
		}),
	}
	p.blobsFlag(cmd.Flags(), &blobs)
	cmd.Flags().BoolVar(&m.dryRun, "dry-run", false, p.say("copy nothing, say how much there is", "不复制，只报告数量"))
	return cmd
}

// copyFiles copies the files of a directory that are not there, or not the same. They are keys: mode 0600.
func copyFiles(from, to string) error {
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if old, err := os.ReadFile(target); err == nil && bytes.Equal(old, text) {
			return nil
		}
		return devkeys.WritePrivate(target, text)
	})
	if errors.Is(err, fs.ErrNotExist) { // a node that made no merchants
		return nil
	}
	return err
}

// followEvery is how long a move that follows rests between two rounds.
const followEvery = 2 * time.Second

func (p *program) move(ctx context.Context, st *state, from string, m move) error {
	var source, target blobs
	var index *sqlindex.Index
	if m.toBlobs != "" {
		var err error
		if source, err = viewBlobs(ctx, from, st.dir); err != nil {
			return err
		}
		defer source.Close()
		if target, err = openTarget(ctx, m); err != nil {
			return err
		}
		if target != nil {
			defer target.Close()
		}
	}
	if m.toIndex != "" && !m.dryRun {
		var err error
		if index, err = sqlindex.Open(ctx, m.toIndex); err != nil {
			return err
		}
		defer index.Close()
		if err := st.mayBecome(ctx, index); err != nil {
			return err
		}
	}
	for {
		damaged, err := p.moveOnce(ctx, st, source, target, index, m)
		if damaged > 0 {
			fmt.Fprintf(p.stderr, p.say("wxup: %d images are damaged, and were not copied; wxup fsck names them\n", "wxup: %d 个图片已损坏，未复制；wxup fsck 可列出\n"), damaged)
		}
		switch {
		case err != nil:
			return err
		case m.follow && !m.dryRun:
		case damaged > 0:
			return exit(exitRefused)
		default:
			return nil
		}
		select {
		case <-ctx.Done():
			fmt.Fprintln(p.stderr, p.say("stopped; run it once more when the servers are stopped", "已停止；停掉服务端后请再运行一次"))
			return nil
		case <-time.After(followEvery):
		}
	}
}

// mayBecome refuses to make an index what this one is, if images of another wxup would lose their records and URLs by it.
func (s *state) mayBecome(ctx context.Context, target *sqlindex.Index) error {
	there := state{index: target}
	ours, err := s.setting(ctx, settingURLSecret)
	if err != nil {
		return err
	}
	theirs, err := there.setting(ctx, settingURLSecret)
	if err != nil || theirs == "" || theirs == ours {
		return err
	}
	media, err := target.ListMedia(ctx, sqlindex.MediaFilter{Limit: 1})
	if err == nil && len(media) > 0 {
		err = errors.New("there is another wxup already, with images: its keys, accounts and URLs would be lost; choose an empty place")
	}
	return err
}

// interrupted makes an error that of a command which was stopped, if it was.
func (p *program) interrupted(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	fmt.Fprintln(p.stderr, p.say("stopped; run it again for the rest", "已停止；再次运行可继续"))
	return exit(exitStopped)
}

// openTarget opens the new store of images; for a dry run one that is not there yet is nil.
func openTarget(ctx context.Context, m move) (blobs, error) {
	if !m.dryRun {
		return openBlobs(ctx, m.toBlobs, "")
	}
	target, err := viewBlobs(ctx, m.toBlobs, "")
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return target, err
}

// moveOnce gives the number of images that are damaged where they come from.
func (p *program) moveOnce(ctx context.Context, st *state, source, target blobs, index *sqlindex.Index, m move) (damaged int64, err error) {
	tell, end := p.progress()
	defer end()
	begun := time.Now()
	if source != nil {
		n, err := upkeep.CopyImages(ctx, source, target, m.workers, m.dryRun, tell)
		end()
		format, zh := "images: %d there, %d copied, %d bytes\n", "图片：共 %d 个，复制 %d 个，%d 字节\n"
		if m.dryRun {
			format, zh = "images: %d there, %d to copy, %d bytes\n", "图片：共 %d 个，需复制 %d 个，%d 字节\n"
		}
		fmt.Fprintf(p.stdout, p.say(format, zh), n.Files, n.Copied, n.Bytes)
		damaged = n.Damaged
		if err != nil {
			return damaged, err
		}
	}
	if m.toIndex == "" {
		return damaged, nil
	}
	if m.dryRun {
		tables, err := st.index.Tables(ctx)
		for _, t := range tables {
			fmt.Fprintf(p.stdout, p.say("%s: %d rows, %d bytes\n", "%s：%d 行，%d 字节\n"), t.Name, t.Rows, t.Bytes)
		}
		return damaged, err
	}
	if m.leave { // a mark of an earlier run is not for the copy
		if _, err := st.use(ctx); err != nil {
			return damaged, err
		}
	}
	rows := map[string]int64{}
	err = sqlindex.Copy(ctx, st.index, index, func(table string, n int64) {
		rows[table] = n
		tell(table, n, 0)
	})
	end()
	var total int64
	for _, n := range rows {
		total += n
	}
	fmt.Fprintf(p.stdout, p.say("index: %d rows looked at\n", "索引：查看 %d 行\n"), total)
	if err == nil && source != nil {
		var n upkeep.Copied
		n, err = upkeep.CopyRecorded(ctx, index, begun.Add(-underWay), source, target, m.workers, tell)
		end()
		if n.Copied > 0 {
			fmt.Fprintf(p.stdout, p.say("images that came meanwhile: %d copied, %d bytes\n", "其间新增的图片：复制 %d 个，%d 字节\n"), n.Copied, n.Bytes)
		}
	}
	if err == nil && m.leave {
		err = st.index.PutSetting(ctx, settingMoved, index.Where())
	}
	return damaged, err
}

// underWay is longer than an upload takes: its record is of the time when it began.
const underWay = time.Hour
