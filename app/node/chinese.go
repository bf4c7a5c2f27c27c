package node

import "github.com/wxup/wxup/app/internal/phrase"

// texts has the Chinese of the errors.
var texts = phrase.Catalogue{
	"not ready: %w":                "尚未就绪：%w",
	"--tls-cert and --tls-key: %w": "--tls-cert 与 --tls-key：%w",
	"--%s %s: %w; choose another address, or port 0 for any free port": "--%s %s：%w；请换一个地址，或用端口 0 自动选择空闲端口",
	"%s listener: %w": "监听 %s：%w",
	"some uploads did not finish within %s: %w":             "有上传未在 %s 内完成：%w",
	"%s is not an address of the form http://host:port":     "%s 不是 http://host:port 形式的地址",
	"not ready: %s answers %s; is it wxup's address?":       "尚未就绪：%s 返回 %s；它是 wxup 的地址吗？",
	"the URLs of the images in %s begin with http://%s: %w": "%s 中图片的 URL 以 http://%s 开头：%w",
	"make keys and accounts in %s: %w":                      "在 %s 中生成密钥与账号：%w",
	"load the CA: %w":                                       "读取 CA：%w",
	"write wxup.env: %w":                                    "写入 wxup.env：%w",
	"gc: %w":                                                "清理数据：%w",
	"the data directory is not named; use --data":           "未指定数据目录；请用 --data",
	"--http cannot be off: images and health checks are served there; use a port of 127.0.0.1":                                           "--http 不能为 off：图片与健康检查都由它提供；可监听 127.0.0.1 的某个端口",
	"--admin %s can be reached from other machines; give it a token of your own with --admin-token-file, or use an address of 127.0.0.1": "--admin %s 可从其他机器访问；请用 --admin-token-file 设置自己的令牌，或使用 127.0.0.1 的地址",
	"scrub: %w": "巡检：%w",
	"--scrub-every must be a time such as 720h, or 0 for never, not %s": "--scrub-every 须为 720h 这样的时长，或 0（从不），而不是 %s",
	"--gc-every must be a time such as 24h, or 0 for never, not %s":     "--gc-every 须为 24h 这样的时长，或 0（从不），而不是 %s",
	"--tls-cert and --tls-key go together: set both or neither":         "--tls-cert 与 --tls-key 须同时设置，或都不设置",
	"--tls-cert needs the TLS listener; use --https":                    "--tls-cert 需要 TLS 监听；请设置 --https",
	"--connections must be 8 or more, not %d":                           "--connections 须为 8 或更大，而不是 %d",
}
