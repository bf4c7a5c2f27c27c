package upkeep

import "github.com/wxup/wxup/app/internal/phrase"

// texts has the Chinese of the errors.
var texts = phrase.Catalogue{
	"%d of %d files are unknown to the index; do the index and the images belong to the same servers? If so, run: wxup fsck --repair": "%d 个文件（共 %d 个）在索引中没有记录；索引与图片属于同一套服务吗？如果是，请运行：wxup fsck --repair",
	"list the images: %w": "列出图片：%w",
	"open %s: %w":         "打开 %s：%w",
	"look at %s: %w":      "检查 %s：%w",
	"look up %s: %w":      "查找 %s：%w",
	"remove %s: %w":       "删除 %s：%w",
	"copy %s: %w":         "复制 %s：%w",
	"copy the index: %w":  "复制索引：%w",
	"%w: %w":              "%w：%w",
	"exchanges must be kept for at least an hour, not %s: the nonces they spent may still be valid":              "请求记录至少须保留 1 小时，而不是 %s：其中用过的 nonce 可能仍然有效",
	"images must be kept for at least 48 hours, not %s":                                                          "图片至少须保留 48 小时，而不是 %s",
	"bytes without a record must be kept for at least an hour, not %s: they may belong to an upload in progress": "无记录的文件至少须保留 1 小时，而不是 %s：它们可能属于正在进行的上传",
	"the number of exchanges to keep is negative":                                                                "保留的请求记录数不能为负",
}
