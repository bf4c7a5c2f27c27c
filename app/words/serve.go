package words

import "github.com/wxup/wxup/app/internal/phrase"

const ServeLong = `Runs WeChat's upload APIs on this machine. The first start makes keys and accounts. Once every
listener is up, wxup.env in the data directory holds everything that a client needs.`

const SampleLong = `Writes a picture, as .png or .jpg: sample.png in the working directory unless FILE says otherwise. It does
not overwrite other files.`

const EnvLong = `Prints the variables of wxup.env with export, and those that make common runtimes send WeChat's traffic
to this server's proxy and trust the local CA: Go, Java, Node, PHP, Python, Ruby, .NET, curl.

  eval "$(wxup env)"

wxup.env is the default merchant's. An SDK that is set up for another kind of WeChat Pay key needs the
merchant of that kind: wxup env --merchant-mode certificate.

In that shell, the proxy refuses all hosts that are not WeChat's, unless the server runs with
--proxy-others tunnel. For a single command, use wxup exec.`

const ReadyzLong = `Checks whether a server accepts uploads. The exit status is 0 if it does, otherwise 1, with the reason.
URL is the server's public or admin address; only the latter gives reasons (default: WXUP_ADMIN_URL, or
else that of the server in --data). Use it as the health check of a container.`

const AdminRotateLong = `Makes a new admin token. It is in use at once on every node: the page's sessions and links end, and so
do calls with the old token. Give --admin-token-file if the server has its token from there.`

// serveChinese is the Chinese of serve, sample, env, why and readyz.
var serveChinese = phrase.Catalogue{
	"there is no %s; start wxup serve, or name its directory with --data": "没有 %s；请启动 wxup serve，或用 --data 指定其目录",
	"not ready: %w": "尚未就绪：%w",
	"not ready: there is no %s; start wxup serve, or name the server's address":                                 "尚未就绪：没有 %s；请启动 wxup serve，或给出服务端的地址",
	"--proxy-others must be refuse or tunnel, not %q":                                                           "--proxy-others 须为 refuse 或 tunnel，而不是 %q",
	"--names must be warn or enforce, not %q":                                                                   "--names 须为 warn 或 enforce，而不是 %q",
	"--keep-exchanges, --keep-newest, --keep-images and --keep-orphans need --gc-every, such as --gc-every 24h": "--keep-exchanges、--keep-newest、--keep-images、--keep-orphans 需要同时设置 --gc-every，例如 --gc-every 24h",
	"--quotas must be off, documented, or a number of calls per minute, not %q":                                 "--quotas 须为 off、documented 或每分钟的次数，而不是 %q",
	"--log must be text, json, off or auto, not %q":                                                             "--log 须为 text、json、off 或 auto，而不是 %q",
	"there is no record %.80q; the id is in the Request-ID header, after \"rid:\" in an errmsg, or in the log":  "没有记录 %.80q；编号见 Request-ID 头、errmsg 中“rid:”之后，或日志",
	"run the server": "运行服务端",
	"the token that opens the page and /api/v1":               "打开页面与 /api/v1 的令牌",
	"make a new admin token and end all sessions of the page": "生成新的管理令牌，并结束页面的所有会话",
	AdminRotateLong: `生成新的管理令牌，立即在每个节点生效：页面的会话与链接随之失效，使用旧令牌的调用也不再被接受。
若服务端的令牌来自文件，请给出 --admin-token-file 参数。`,
	"there is a new admin token; all sessions have ended": "已生成新的管理令牌；所有会话已结束",
	"a file with the admin token, written if it does not exist (default: the token is in the index); an --admin that other machines can reach needs it": "管理令牌文件，不存在时自动写入（默认令牌在索引中）；--admin 可从其他机器访问时必须设置",
	ServeLong: "在本机运行微信的上传接口。首次启动会生成密钥和账号；所有监听就绪后，数据目录中的 wxup.env 给出客户端所需的一切。",
	"address for plain HTTP: the APIs and the images; port 0 picks a free port":                                    "HTTP 监听地址：接口与图片；端口 0 自动选择空闲端口",
	"address of the page, /api/v1, /metrics and profiles, for the operator only; off disables it":                  "管理地址：页面、/api/v1、/metrics 与性能剖析，仅供运维；off 为关闭",
	"other names of this server, such as *.example.com: requests to unknown names are refused":                     "本服务的其他域名，如 *.example.com：发往未知域名的请求会被拒绝",
	"address for TLS, which asks for client certificates; off disables it":                                         "TLS 监听地址（会请求客户端证书）；off 为关闭",
	"address for account calls without a token (开放接口服务); everyone who can reach it is trusted; off disables it":    "免 token 的开放接口服务监听地址；能访问者即被信任；off 为关闭",
	"the appid that the side-car speaks for (default: the first app)":                                              "开放接口服务所代表的 appid（默认第一个）",
	"address of the proxy for programs that cannot be configured with another host (HTTPS_PROXY); off disables it": "代理监听地址，供无法修改域名的程序使用（HTTPS_PROXY）；off 为关闭",
	"let other machines use the proxy": "允许其他机器使用代理",
	"how often to read all kept files and compare them with their digests, 20 a second; 0 is never":                        "每隔多久读取全部已保存的文件并与摘要比对（每秒 20 个）；0 表示从不",
	"compare each kept file with its digest before its first byte goes out; a damaged one is answered with 500":            "每个文件发出前先与摘要比对；已损坏的以 500 应答",
	"how often to delete old data, as wxup gc does; 0 is never":                                                            "多久清理一次旧数据（同 wxup gc）；0 为从不",
	"reverse proxies (addresses or networks) whose X-Forwarded-For tells who is calling":                                   "可信的反向代理（地址或网段）：由其 X-Forwarded-For 得知调用方地址",
	"what the URLs of images begin with (default: the HTTP address)":                                                       "返回的图片 URL 的前缀（默认 HTTP 地址）",
	"how long /readyz says no, and everything else goes on, before a stop: what load balancers need to notice":             "停止前 /readyz 先答否、其余照常的时长，供负载均衡察觉",
	"how long uploads in progress may take to finish at a stop":                                                            "停止时等待未完成上传的最长时间",
	"text, json, off, or auto: text on a terminal, otherwise json":                                                         "日志格式 text、json、off 或 auto（终端上为 text，否则为 json）",
	"refuse or tunnel: what the proxy does with hosts that are not WeChat's":                                               "refuse 或 tunnel：代理如何处理非微信的域名",
	"documented or observed: which answers to give where the documents and the real service differ":                        "documented 或 observed：文档与真实服务不一致时采用哪种应答",
	"warn or enforce: what to do with a file part whose filename differs from meta's":                                      "warn 或 enforce：文件部分与 meta 的文件名不一致时如何处理",
	"refuse what is otherwise accepted with a warning":                                                                     "严格模式：拒绝原本仅告警的请求",
	"refuse account calls over plain HTTP (43003), as the real service does":                                               "拒绝经 HTTP 的公众号接口调用（43003），与真实服务一致",
	"off, documented, or the number of calls per minute for each account and endpoint":                                     "off、documented，或每账号每接口每分钟的次数",
	"bytes of uploads in memory at once, over all requests":                                                                "同时在内存中的上传字节数上限",
	"how long a request may wait for memory":                                                                               "请求等待内存的最长时间",
	"wxup is ready. Try:":                                                                                                  "wxup 已就绪。试试：",
	"Every upload, and why it was refused (this link opens once): ":                                                        "查看每次上传及被拒原因（此链接只能打开一次）：",
	"Any other program, unchanged: ":                                                                                       "任何其他程序，无需改动：",
	"a YAML file with merchants, apps and keys to start with: see docs/seed.md":                                            "YAML 文件：起始的商户、应用与密钥，见 docs/seed.zh-CN.md",
	"write a picture to try uploads with":                                                                                  "写出一张图片，用来试上传",
	SampleLong:                                                                                                             "写出一张图片（.png 或 .jpg）：默认为当前目录中的 sample.png。已有的其他文件不会被覆盖。",
	"a PEM file with a certificate of your own for the TLS address (default: by the local CA)":                             "TLS 地址所用的自有证书（PEM 文件；默认由本地 CA 签发）",
	"a PEM file with the private key of --tls-cert":                                                                        "--tls-cert 的私钥（PEM 文件）",
	"What other programs need: ":                                                                                           "其他程序所需的变量：",
	"connections that each address keeps open at most; when it is reached, the slowest and those without proof are closed": "每个监听地址同时保持的最大连接数；达到上限时，关闭最慢的以及未验明身份的连接",

	"print shell variables for programs that use this server": "打印使用本服务所需的环境变量",
	EnvLong: `打印 wxup.env 中的变量（带 export），以及让常见运行时（Go、Java、Node、PHP、Python、Ruby、.NET、curl）
把微信流量发往本服务的代理、并信任本地 CA 的变量。

  eval "$(wxup env)"

wxup.env 属于默认商户。使用另一种微信支付密钥的 SDK 需用相应模式的商户：wxup env --merchant-mode certificate。

在该 shell 中，代理会拒绝所有非微信的域名，除非服务端以 --proxy-others tunnel 运行。只需对一条命令生效时，请用 wxup exec。`,
	"leave out the proxy, for programs that are configured with WXUP_HTTPS_URL": "不输出代理变量：适用于已配置 WXUP_HTTPS_URL 的程序",

	"nothing has been refused yet":   "还没有被拒的上传",
	"print the whole record as JSON": "以 JSON 输出整条记录",
	"accepted, HTTP %d":              "已接受，HTTP %d",
	"refused, HTTP %d: %s":           "被拒，HTTP %d：%s",
	"refused, without an answer: %s": "被拒，未作应答：%s",
	"  warning: %s":                  "  警告：%s",
	"  → an SDK that downloads certificates needs the other merchant: wxup env --merchant-mode %s; or give it the public key, WXUP_PLATFORM_PUBKEY_FILE": "  → 自动下载证书的 SDK 需使用另一个商户：wxup env --merchant-mode %s；或改用公钥 WXUP_PLATFORM_PUBKEY_FILE",
	"  the answer was signed with %s, because the request names no known key (Wechatpay-Serial) and the merchant is in %s mode":                          "  应答由 %s 签名：请求未指明已知的密钥（Wechatpay-Serial），而商户为 %s 模式",
	"  → an SDK that cannot verify it is set up for the other mode: wxup env --merchant-mode %s":                                                         "  → 若 SDK 无法验签，说明它配置的是另一种模式：wxup env --merchant-mode %s",
	"No cause could be proved. Ruled out:":             "没有可以证实的原因。已排除：",
	"What to check:":                                   "排查建议：",
	"  expected, %d bytes: %s":                         "  应当签名，%d 字节：%s",
	"  signed, %d bytes: %s\n  expected, %d bytes: %s": "  实际签名，%d 字节：%s\n  应当签名，%d 字节：%s",

	"check whether a server is ready": "查询服务端是否就绪",
	ReadyzLong:                        "查询服务端能否接收上传：就绪则退出状态为 0，否则为 1 并给出原因。URL 是服务的公开地址或管理地址，只有后者给出原因（默认 WXUP_ADMIN_URL，否则为 --data 中的服务）。可用作容器的健康检查。",
	"keep asking for this long":       "持续查询的最长时间",
}
