package ledger

import "github.com/wxup/wxup/app/internal/phrase"

// texts has the Chinese of the errors.
var texts = phrase.Catalogue{
	"it cannot be written":   "无法写入",
	"open the ledger %s: %w": "打开上传记录 %s：%w",
	"read the ledger: %w":    "读取上传记录：%w",
	"write the ledger: %w":   "写入上传记录：%w",
	"%w: %w":                 "%w：%w",
	"a newer wxup wrote it (version %d, this one knows %d): use that wxup, or another file with --ledger":  "它由更新版本的 wxup 写入（版本 %d，本程序只支持 %d）：请使用新版 wxup，或用 --ledger 指定另一个文件",
	"it is a database of another program: name another file with --ledger":                                 "它是其他程序的数据库：请用 --ledger 指定另一个文件",
	"it is not a ledger: name another file with --ledger, or remove this one (%w)":                         "它不是上传记录：请用 --ledger 指定另一个文件，或删除它（%w）",
	"it is damaged: remove it, which uploads the files once more, or name another file with --ledger (%w)": "文件已损坏：请删除它（文件会重新上传），或用 --ledger 指定另一个文件（%w）",
	"another program keeps it locked (%w)":                                                                 "已被其他程序锁定（%w）",
}
