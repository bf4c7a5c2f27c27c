package words

import "github.com/wxup/wxup/app/internal/phrase"

const PutLong = `Uploads files and prints what each one got: a URL, or a media_id.

A FILE is a file, a directory (all files below it whose format the endpoint accepts, except hidden ones), or a pattern,
which wxup expands itself if the shell has not: *.jpg, photos/**/*.png. FILE=ENDPOINT names the endpoint of one file.
"-" reads a list of files from standard input, one per line; with --name, standard input is the file itself.

A ledger remembers what was uploaded: the same command again uploads only what is new or was refused, and after Ctrl-C or
a crash what is left. Ctrl-C once finishes the uploads in progress, twice stops at once.

All credentials come from one place: the --profile of the configuration (see wxup config --help), or else the environment
(WXUP_MCHID and so on: see wxup env), or else the wxup.env of a running "wxup serve" in --data. With your own credentials
and no WXUP_HTTPS_URL, files go to the real WeChat.

--dry-run sends nothing and needs no credentials. It checks format, structure and size as put does before it sends a file,
and shows what --fit would change in a picture that would be refused.

Exit status: 0 everything was uploaded, 1 something was (or would be) refused, 2 the command could not start, 130 it was
interrupted.`

const PutExample = `  wxup put photo.jpg --to marketing
  wxup put photos/ logo.png=article --to marketing --fit
  wxup put photos/ --to article --dry-run
  find . -newer stamp -name '*.jpg' -print0 | wxup put - --null --to merchant --json
  wxup put licence.jpg --to merchant --profile shop`

const ServerUsage = `URL of the server, or "wechat" for the real one (default: WXUP_HTTPS_URL, or else the real one)`

// putChinese is the Chinese of put.
var putChinese = phrase.Catalogue{
	"upload files": "上传文件",
	PutLong: `上传文件，并打印各自得到的 URL 或 media_id。

FILE 可以是文件、目录（其下所有该接口接受的格式，隐藏文件除外），或通配符（shell 未展开时由 wxup 展开）：*.jpg、photos/**/*.png。
FILE=接口名 为单个文件指定接口。"-" 表示从标准输入读取文件列表，每行一个；同时给出 --name 时，标准输入就是文件内容本身。

上传记录会被保存：再次执行同一命令，只上传新的和被拒绝过的；Ctrl-C 或崩溃之后，只上传剩下的。
按一次 Ctrl-C 会先完成正在上传的文件，按两次立即停止。

所有凭据只取自一处：配置文件的 --profile（见 wxup config --help），否则为环境变量（WXUP_MCHID 等，见 wxup env），否则为 --data 目录中
正在运行的 wxup serve 的 wxup.env。若使用自己的凭据且没有 WXUP_HTTPS_URL，则上传到真实的微信。

--dry-run 不发送任何内容，也不需要凭据：像上传前那样检查格式、结构与大小，并说明 --fit 会如何调整会被拒绝的图片。

退出码：0 全部上传，1 有被拒绝（或会被拒绝）的，2 无法开始，130 被中断。`,
	"name at least one file; see: wxup put --help":     "请至少给出一个文件；见 wxup put --help",
	"--urls: %s returns a private media_id, not a URL": "--urls：%s 返回的是私有 media_id，没有 URL",

	// Flags.
	"endpoint, see wxup endpoints (default: the configuration's rules)":             "接口名，见 wxup endpoints（默认按配置文件的 rules）",
	"file name to send, for a single file (default: its own)":                       "发送的文件名，仅用于单个文件（默认原名）",
	"more meta fields: transaction_id=…,openid=… (default: the rules')":             "额外的 meta 字段：transaction_id=…,openid=…（默认取自 rules）",
	"values in the endpoint's path: sub_mchid=… (default: the rules')":              "接口路径中的值：sub_mchid=…（默认取自 rules）",
	"the list on standard input has NUL between names, as find -print0 writes it":   "标准输入的列表以 NUL 分隔，如 find -print0 的输出",
	"send nothing; show what would be refused, and what --fit changes":              "不发送，只说明哪些会被拒绝、--fit 会如何调整",
	"change the format and size of pictures that the endpoint would refuse":         "调整接口会拒绝的图片的格式与大小",
	"with --fit: remove place, camera and other metadata from all pictures":         "与 --fit 同用：去掉所有图片的位置、相机等元数据",
	"with --fit: colour behind transparent places in a JPEG: white, black, #rrggbb": "与 --fit 同用：转为 JPEG 时透明处的底色：white、black、#rrggbb",
	"with --fit: lowest JPEG quality before the picture is made smaller, 1 to 100":  "与 --fit 同用：缩小尺寸之前允许的最低 JPEG 质量，1 到 100",
	ServerUsage: `服务地址，或 "wechat" 表示真实的微信（默认 WXUP_HTTPS_URL，否则真实的微信）`,
	"number of files sent at once; 0 adapts to the server's answers":                                                                            "同时上传的文件数；0 表示按服务端的应答自动调整",
	"limit of calls per time and endpoint: 100/m, 20/s, article=1000/d,50/m, or off (default: the documented quotas at WeChat, none elsewhere)": "每个接口的调用频率上限：100/m、20/s、article=1000/d,50/m；off 表示不限（默认对微信按文档配额，对其他服务不限）",
	"number of retries per file when the network or the server fails":                                                                           "网络或服务端出错时每个文件的重试次数",
	"time limit for one try of one file, from its first byte to the answer; 0 means no limit":                                                   "单个文件单次尝试（从发送到应答）的时限；0 表示不限",
	"file that remembers what was uploaded, or off (default: %s)":                                                                               "保存上传记录的文件，或 off（默认 %s）",
	"upload files even if the ledger has them":                                                                                                  "即使已有记录也重新上传",
	"one JSON object per line, as soon as it is known":                                                                                          "每行一个 JSON 对象，完成即输出",
	"print only URLs, one per line in the order of the files, or nothing if a file was refused: for Typora and the like":                        "只按文件顺序逐行打印 URL；若有一个被拒绝则什么都不打印：供 Typora 等使用",
	"no progress and no summary; refusals are printed":                                                                                          "不显示进度与汇总；被拒绝的仍会说明",
	"print each decision: tries, waits, other hosts, what was remembered":                                                                       "说明每个决定：重试、等待、更换主机、已有记录",
	"do not verify that answers come from WeChat":                                                                                               "不验证应答是否来自微信",
	"--quality is 1 to 100, not %d":                                                                                                             "--quality 为 1 到 100，而不是 %d",
	"--%s goes with --fit":                                                                                                                      "--%s 须与 --fit 同用",
	"--parallel is 0 to %d; --retries and --timeout cannot be negative":                                                                         "--parallel 为 0 到 %d；--retries 与 --timeout 不能为负",

	// Results.
	"going on without remembering what is uploaded: %v; name another file with --ledger, or say --ledger off": "不保存上传记录：%v；可用 --ledger 另指定文件，或 --ledger off",
	"skipped files of other formats: %d": "略过的其他格式文件数：%d",
	"nothing to upload":                  "没有可上传的文件",
	"nothing to upload (skipped files of other formats: %d; --fit may help)": "没有可上传的文件（略过的其他格式文件数：%d；加 --fit 也许可以）",
	"%d of %d files": "第 %d/%d 个文件",
	"fitted: %s":     "已调整：%s",
	"%s was uploaded before; --again uploads it anew": "%s 已上传过；加 --again 可重新上传",
	"--fit may make it fit: see wxup put --dry-run":   "--fit 也许能使其符合要求，见 wxup put --dry-run",
	"fitting":                  "调整中",
	"waiting":                  "等待中",
	"%s (other rates: --rate)": "%s（可用 --rate 调整）",
	"stopping: %d uploads are finished first; Ctrl-C again stops at once":           "正在停止：先完成进行中的 %d 个；再按 Ctrl-C 立即停止",
	"%d of %d files left; with a ledger (--ledger) the same command would continue": "还剩 %d/%d 个文件；若使用 --ledger，再次执行同一命令即可继续",
	"%d of %d files left; the same command continues, and uploads no file twice":    "还剩 %d/%d 个文件；再次执行同一命令即可继续，已上传的不会重传",
	"%d uploaded, %d remembered, %d refused; %s in %s":                              "上传 %d，已有记录 %d，被拒绝 %d；%s，用时 %s",
	"; %d fitted":           "；调整 %d",
	"endpoint":              "接口",
	"uploaded":              "上传",
	"remembered":            "已有记录",
	"fitted":                "调整",
	"refused":               "被拒绝",
	"sent":                  "发送",
	"all":                   "合计",
	"in %s":                 "用时 %s",
	"write the results: %w": "写出结果：%w",
	"give fields with --meta NAME=VALUE, or with the meta of a rule":             "请用 --meta NAME=VALUE 或规则的 meta 给出字段",
	"give values in the path with --path NAME=VALUE, or with the path of a rule": "请用 --path NAME=VALUE 或规则的 path 给出路径中的值",
	"with --fit: ": "加 --fit：",
	"fits":         "可调整",
	"ok":           "可上传",
}
