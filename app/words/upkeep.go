package words

import "github.com/wxup/wxup/app/internal/phrase"

const GcLong = `Deletes records of requests, ids that have expired (invoices, after three days), files that nothing
refers to and, if asked with --keep-images, old images. It may be interrupted and run again.

A server does the same by itself once a day (--gc-every). With images on S3 this command may run
beside the servers; a server that keeps its images on its own disk must be stopped for it.`

const KeepsAll = `Records of requests were all kept: this index is from before they were kept for 30 days only. To
delete old ones, set --keep-exchanges, such as --keep-exchanges 30d.`

const FsckLong = `Checks the index: the database itself and every record in it. Then reads every file and compares it with
its digest. It may run beside the servers, be interrupted, and run again. The exit status is 1 if something
is missing or damaged.

With --repair, missing and damaged files are restored from a copy (--from: the directory blobs of a
backup, or another bucket). Without a copy, damaged files are removed, so that the next upload of the
same file stores it again; a server that runs in --data must be stopped for that.`

// What helps when fsck has found flaws in the index.
const (
	FsckFile = `%d faults of the database: it is damaged. Stop the servers, keep a copy of the file, and restore the
last backup (wxup backup makes them). Without a backup, SQLite saves what can be read:
  sqlite3 index.db .recover | sqlite3 recovered.db
If only entries of indexes are named, this mends it: sqlite3 index.db REINDEX`
	FsckRecord = `%d records hold what wxup has not written: another program or a failing disk has changed them. Restore them
from a backup; set accounts and keys anew (wxup merchant, wxup app); records of requests go by themselves
when they are old (--keep-exchanges).`
	FsckRow = `%d images lack the row that keeps their bytes from being deleted. For
files older than a day, this makes it: wxup fsck --repair`
)

const MigrateLong = `Copies images and index to --to-index and --to-blobs, from disk and SQLite to PostgreSQL and S3 or
back, while the servers run. What is there already is not copied again, so it can be interrupted and
repeated. To move:

  1. wxup migrate --to-index postgres://… --to-blobs s3://…      as often as you like, or once with --follow
  2. stop the servers
  3. run the same wxup migrate once more, for what arrived since
  4. start them with --index and --blobs; wxup fsck checks that everything is there

URLs, ids, tokens, keys and accounts stay the same.`

const BackupLong = `Copies index and images, wherever they are, to DIR while the servers run. "wxup serve --data DIR"
serves the backup as it is, and "wxup migrate --data DIR --to-index … --to-blobs …" restores it. Running
it again with the same DIR copies only what is new. DIR holds all keys: protect it like the original.`

// upkeepChinese is the Chinese of gc, fsck, migrate and backup.
var upkeepChinese = phrase.Catalogue{
	"after %d records: %w": "已检查 %d 条记录：%w",
	"nothing to move; use --to-index and --to-blobs, see: wxup migrate --help": "没有要迁移的内容；请用 --to-index、--to-blobs，见 wxup migrate --help",
	"that is the data directory itself; name another one":                      "这就是数据目录本身；请指定另一个目录",
	"delete old data": "清理旧数据",
	GcLong: `清理请求记录、已到期的 id（发票，三天）、没有记录引用的文件；指定 --keep-images 时还清理旧图片。
可随时中断，再次运行。

服务端每天自行清理一次（--gc-every）。图片存于 S3 时，本命令可与服务端同时运行；图片存于本机磁盘时，须先停止服务端。`,
	KeepsAll: "请求记录全部保留：这个索引早于“默认只保留 30 天”的规则。要清理旧记录，请设置 --keep-exchanges，例如 --keep-exchanges 30d。",
	"how long to keep records of requests, such as 90d; 0 is always":                                                                   "请求记录保留多久，如 90d；0 表示永久",
	"always keep this many of the newest records of requests":                                                                          "至少保留这么多条最新的请求记录",
	"how long to keep images after their last upload; their URLs end then, unless another account has the same file (default: always)": "图片在最后一次上传后保留多久，到期后其 URL 失效，除非另一账号有相同的文件（默认永久）",
	"how long to keep files that no record refers to (default 1d)":                                                                     "没有记录引用的文件保留多久（默认 1d）",
	"only what belongs to this mchid or appid":                                                                                         "仅限此 mchid 或 appid",
	"delete nothing, only count":                                                                                                       "不清理，只计数",
	"deleted: %d records of requests, %d records of files, %d files (%d bytes)":                                                        "已清理：%d 条请求记录，%d 条文件记录，%d 个文件（%d 字节）",
	"would be deleted: %d records of requests, %d records of files, %d files (%d bytes)":                                               "将清理：%d 条请求记录，%d 条文件记录，%d 个文件（%d 字节）",
	"interrupted; run it again to continue":                                                                                            "已中断；再次运行可继续",

	"check that the index is whole, and that the file of every record exists and is undamaged": "检查索引是否完好，以及每条记录的文件是否存在且完好",
	"index %s": "索引 %s",
	FsckFile: `数据库有 %d 处问题：已损坏。请停止服务端，保留该文件的副本，并恢复最近的备份（由 wxup backup 生成）。
没有备份时，SQLite 可抢救仍能读取的内容：
  wxup 之外的命令：sqlite3 index.db .recover | sqlite3 recovered.db
如果只提到索引项（index），以下命令即可修复：sqlite3 index.db REINDEX`,
	FsckRecord: `%d 条记录的内容不是 wxup 写入的：被其他程序或有故障的磁盘改动过。请从备份恢复；账号与密钥请重新设置
（wxup merchant、wxup app）；请求记录到期后自行清理（--keep-exchanges）。`,
	FsckRow: "%d 张图片缺少防止其字节被删除的行。文件满一天后，运行 wxup fsck --repair 可补上",
	FsckLong: `先检查索引：数据库本身以及其中每条记录；然后读取每个文件并与摘要比对。可与服务端同时运行，可随时中断，再次运行。有缺失或损坏时退出状态为 1。

使用 --repair 时，缺失或损坏的文件从副本恢复（--from：备份中的 blobs 目录，或另一个存储桶）；没有副本时删除损坏的文件，
以便下次上传同一文件时重新写入；此时须先停止在 --data 中运行的服务端。`,
	"compare sizes only": "只比对大小",
	"restore what can be restored, remove damaged files":          "恢复可恢复的，删除损坏的",
	"a copy to restore from: a directory of images, or s3://…":    "用于恢复的副本：图片目录，或 s3://…",
	"%d records, %d files, %d bytes read: %d faults, %d repaired": "%d 条记录，%d 个文件，读取 %d 字节：%d 处问题，已修复 %d 处",
	" (repaired)":                 "（已修复）",
	" (removed: upload it again)": "（已删除：请重新上传）",

	"move everything to another index and store of images": "把全部数据迁移到另一个索引与图片存储",
	MigrateLong: `把图片与索引复制到 --to-index 和 --to-blobs 指定的位置：从磁盘与 SQLite 到 PostgreSQL 与 S3，或反向；其间服务照常运行。
已存在的不再复制，因此可以中断后再次运行。迁移步骤：

  1. wxup migrate --to-index postgres://… --to-blobs s3://…      可多次运行，或加 --follow 持续运行
  2. 停止服务端
  3. 再运行一次同样的 wxup migrate，补上其间的新数据
  4. 用 --index 与 --blobs 启动；用 wxup fsck 检查

URL、id、token、密钥与账号均保持不变。`,
	"where images are kept: a directory, or s3://bucket?endpoint=https://… (default: blobs in --data)": "图片存放处：目录，或 s3://bucket?endpoint=https://…（默认 --data 中的 blobs）",
	"the new index: a file, or postgres://… (default: the index stays)":                                "新索引：文件，或 postgres://…（不填则索引不迁移）",
	"the new store of images: a directory, or s3://… (default: the images stay)":                       "新的图片存储：目录，或 s3://…（不填则图片不迁移）",
	"images copied at once":                   "同时复制的图片数",
	"copy nothing, only count":                "不复制，只计数",
	"keep copying new data until interrupted": "持续复制新数据，直到被中断",
	"copy everything to a data directory":     "把全部数据备份为一个数据目录",
	BackupLong: `把索引与图片（无论在哪里）复制到 DIR，其间服务照常运行。"wxup serve --data DIR" 可直接使用该备份，
"wxup migrate --data DIR --to-index … --to-blobs …" 可恢复。对同一 DIR 再次运行时只复制新增部分。
DIR 中含全部密钥，请与原数据同等保护。`,
	"stopped; run it once more when the servers are stopped":                "已停止；停掉服务端后请再运行一次",
	"images: %d, of which %d copied, %d bytes":                              "图片：共 %d 个，复制 %d 个，%d 字节",
	"images: %d, of which %d to copy, %d bytes":                             "图片：共 %d 个，需复制 %d 个，%d 字节",
	"wxup: %d images are damaged and were not copied; wxup fsck names them": "wxup：%d 个图片已损坏，未复制；wxup fsck 可列出",
	"%s: %d rows, %d bytes":                                                 "%s：%d 行，%d 字节",
	"index: %d rows compared":                                               "索引：比对 %d 行",
	"images that arrived meanwhile: %d copied, %d bytes":                    "其间新增的图片：复制 %d 个，%d 字节",
}
