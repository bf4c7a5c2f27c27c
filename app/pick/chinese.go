package pick

import "github.com/wxup/wxup/app/internal/phrase"

const notAList = `standard input is not a list of names; if it is the file itself, give its name: wxup put - --name photo.jpg (for names with NUL between them: --null)`

// texts has the Chinese of the errors.
var texts = phrase.Catalogue{
	"there are more than %d files; upload them in several runs":                                                        "文件超过 %d 个，请分几次上传",
	"say what %s is for with --to NAME; the names are: %s (or write rules into the configuration: wxup config --help)": "请用 --to 接口名 说明 %s 的用途；接口名有：%s（或在配置文件中写 rules，见 wxup config --help）",
	notAList: `标准输入不是文件名列表；如果它就是文件内容，请给出文件名：wxup put - --name photo.jpg（以 NUL 分隔的列表用 --null）`,
	"line %d of the list is longer than %d bytes; is it a list of names? (if it is the file itself: wxup put - --name photo.jpg)": "列表第 %d 行超过 %d 字节，它是文件名列表吗？（如果它就是文件内容：wxup put - --name photo.jpg）",
	"read the list of files: %w":                       "读取文件列表：%w",
	"%s: there is no endpoint %q%s; the names are: %s": "%[1]s：没有名为 %[2]q 的接口；接口名有：%[4]s%[3]s",
	"there is no endpoint %q%s; the names are: %s":     "没有名为 %[1]q 的接口；接口名有：%[3]s%[2]s",
	"there is no such file, and it is not a pattern":   "文件不存在，也不是通配符",
	"no file matches":                                  "没有匹配的文件",
	"it is a URL; download the file and upload that":   "这是一个 URL；请先下载文件再上传",
	"--name is for a single file; %d files were given": "--name 只用于单个文件，这里有 %d 个",
}
