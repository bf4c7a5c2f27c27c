package sqlitefile

import "github.com/wxup/wxup/app/internal/phrase"

// texts has the Chinese of the errors.
var texts = phrase.Catalogue{
	"not a URL":         "不是有效的 URL",
	"the path is empty": "路径为空",
	"the form is sqlite:///path/to/index.db, with three slashes":       "格式为 sqlite:///path/to/index.db，有三个斜杠",
	"it is a directory; name a file in it, such as %s":                 "这是一个目录；请指定其中的文件，例如 %s",
	"others than its owner can read it (mode %04o); run: chmod 600 %s": "其他用户可以读取该文件（权限 %04o）；请执行 chmod 600 %s",
}
