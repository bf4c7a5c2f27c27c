package words

import "github.com/wxup/wxup/app/internal/phrase"

const RootLong = `wxup uploads images to WeChat (Pay v3, Pay v2, Official Account), and it is the upload system itself.

  wxup serve &                            # a WeChat of your own, with keys and accounts
  wxup put photo.jpg --to marketing       # prints the URL; open it in a browser

Without a server of its own, "wxup put" uploads to the real WeChat with the credentials in WXUP_* variables.
Every flag --some-flag can also be set by the variable WXUP_SOME_FLAG, or in a file (--config).

Exit status: 0 everything succeeded, 1 something was refused, 2 the command could not start, 130 it was interrupted.`

// UsageTemplate is cobra's own, in words of this program.
const UsageTemplate = `Usage:{{if .HasAvailableSubCommands}}
  {{.CommandPath}} COMMAND{{else}}
  {{.UseLine}}{{end}}{{if .HasExample}}

Examples:
{{.Example}}{{end}}{{$cmds := .Commands}}{{range $group := .Groups}}

{{.Title}}{{range $cmds}}{{if eq .GroupID $group.ID}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if and .HasAvailableSubCommands (not .Groups)}}

Commands:{{range $cmds}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

Common flags:
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

Run "{{.CommandPath}} COMMAND --help" for more about a command.{{end}}
`

const usageTemplateChinese = `用法：{{if .HasAvailableSubCommands}}
  {{.CommandPath}} 命令{{else}}
  {{.UseLine}}{{end}}{{if .HasExample}}

示例：
{{.Example}}{{end}}{{$cmds := .Commands}}{{range $group := .Groups}}

{{.Title}}{{range $cmds}}{{if eq .GroupID $group.ID}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if and .HasAvailableSubCommands (not .Groups)}}

命令：{{range $cmds}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

参数：
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

公共参数：
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

用 "{{.CommandPath}} 命令 --help" 查看某个命令的说明。{{end}}
`

// rootChinese is the Chinese of the program as a whole and of the flags that several commands have.
var rootChinese = phrase.Catalogue{
	"WeChat's image-upload system: the client, and the server": "微信图片上传系统：客户端与服务端",
	RootLong: `wxup 把图片上传到微信（支付 v3、支付 v2、公众号），它本身也是一整套上传系统。

  wxup serve &                            # 你自己的“微信”：密钥和账号自动生成
  wxup put photo.jpg --to marketing       # 打印 URL，可用浏览器打开

没有自己的服务时，wxup put 用 WXUP_* 环境变量中的凭据上传到真实的微信。
每个参数 --some-flag 都可用环境变量 WXUP_SOME_FLAG 设置，也可写入配置文件（--config）。

退出码：0 全部成功，1 有被拒绝的，2 无法开始，130 被中断。`,
	UsageTemplate: usageTemplateChinese,
	"YAML file with flags, profiles and rules; off for none (default: %s, if it exists)": "YAML 配置文件：参数、profiles 与 rules；off 表示不用（默认 %s，若存在）",
	"show this help":             "显示本说明",
	"show the help of a command": "显示某个命令的说明",
	"Upload:":                    "上传：",
	"Run a server:":              "运行服务：",
	"Accounts and keys:":         "账号与密钥：",
	"Look after the data:":       "维护数据：",
	"This program:":              "关于本程序：",
	"directory of a server's keys, index and images":                                                           "服务的数据目录：密钥、索引与图片",
	"database of accounts and records: a file, or postgres://user@host/database (default: index.db in --data)": "账号与记录的数据库：文件，或 postgres://user@host/database（默认 --data 中的 index.db）",
	"profile of the configuration to use":                                                                      "使用配置文件中的哪个 profile",
	"there is no command %q; see: wxup --help%s":                                                               "没有命令 %q；见 wxup --help%s",
	"there is no command %q; see: %s --help%s":                                                                 "没有命令 %q；见 %s --help%s",
	"there is no flag -%s; see: %s --help":                                                                     "没有参数 -%s；见 %s --help",
	"there is no flag --%s; see: %s --help%s":                                                                  "没有参数 --%s；见 %s --help%s",
	"%w; see: %s --help":                                                                                       "%w；见 %s --help",
	"--%s takes a value of type %s, not %q; see: %s --help":                                                    "--%s 的值类型为 %s，而不是 %q；见 %s --help",
	"--%s: %w; see: %s --help":                                                                                 "--%s：%w；见 %s --help",
	"wrong arguments; usage: %s":                                                                               "参数个数或取值不对；用法：%s",
}
