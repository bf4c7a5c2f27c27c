package words

import "github.com/wxup/wxup/app/internal/phrase"

// ExecLong is the help of exec.
const ExecLong = `Runs CMD with the proxy, the local CA and credentials in its environment (see wxup env), so that what it sends to WeChat's
hosts comes to wxup; CMD itself is not changed. It uses the server that runs in --data. If there is none, it starts one that
lives as long as CMD and forgets everything. At the end it prints each refused upload with its cause. The exit status is CMD's.`

// execChinese is the Chinese of exec.
var execChinese = phrase.Catalogue{
	"%s names an index, and the server that exec starts keeps nothing; start wxup serve with it":                                                               "%s 指定了索引，而 exec 启动的服务端不保存数据；请用它启动 wxup serve",
	"--%s is for a server that exec starts itself, and one runs in %s; stop it, or give the flag to it":                                                        "--%s 只用于 exec 自己启动的服务端，而 %s 中已有一个在运行；请停止它，或把该参数交给它",
	"the server in %s runs without its proxy (--proxy off), so that CMD would send to WeChat itself; start it with one, or name another directory with --data": "%s 中的服务端未启用代理（--proxy off），命令会直接请求真实的微信；请启用代理，或用 --data 指定另一个目录",
	ExecLong: `运行 CMD，并在其环境中设置代理、本地 CA 与凭据（见 wxup env），使它发往微信域名的请求到达 wxup；无需改动 CMD。
若 --data 中有正在运行的服务则使用它；否则启动一个临时服务，随 CMD 结束并清除一切。结束时打印每次被拒的上传及其原因。退出码为 CMD 的退出码。`,
	"run a command with its WeChat traffic sent to wxup":             "运行命令，并把它的微信流量发到 wxup",
	"exit with status 1 if CMD succeeds although a call was refused": "若 CMD 成功但有调用被拒，则以状态 1 退出",
	"show the log of the server that is started":                     "显示所启动服务的日志",
	"\nwxup: %d of %d calls were refused (%d uploads)":               "\nwxup：%d 次被拒，共 %d 次调用（上传 %d 次）",
	"wxup: no call of this command reached wxup; if its HTTP client uses HTTPS_PROXY, the server's log and its page Connect say why. See docs/proxy.md": "wxup：该命令没有任何调用到达 wxup；若它的 HTTP 客户端使用 HTTPS_PROXY，原因见服务端日志与“接入”页面。见 docs/proxy.zh-CN.md",
	"wxup: nothing of this command reached wxup; does its HTTP client use HTTPS_PROXY? See docs/proxy.md":                                               "wxup：该命令没有任何请求到达 wxup；它的 HTTP 客户端是否使用 HTTPS_PROXY？见 docs/proxy.zh-CN.md",
	"wxup: %s (%d times): %s": "wxup：%s（%d 次）：%s",
}
