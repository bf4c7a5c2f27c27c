package fsblob

import "github.com/wxup/wxup/app/internal/phrase"

// texts has the Chinese of the errors.
var texts = phrase.Catalogue{
	"open images in %s: %w":                                        "打开 %s 中的图片：%w",
	"another process has it open: %w":                              "另一个进程已打开它：%w",
	"open images in %s: none of the directories 00 to ff is there": "打开 %s 中的图片：没有 00 到 ff 中的任何一个目录",
	"the directory is open for reading only":                       "该目录以只读方式打开",
}
