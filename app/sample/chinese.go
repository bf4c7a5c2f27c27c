package sample

import "github.com/wxup/wxup/app/internal/phrase"

// texts has the Chinese of the errors.
var texts = phrase.Catalogue{
	"%s exists already; name another file": "%s 已存在；请指定另一个文件名",
	"a sample is a .png or .jpg file":      "示例图片的文件名须以 .png 或 .jpg 结尾",
}
