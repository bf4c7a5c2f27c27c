package inspector

// chinese says in 中文 what the code and the templates say in English. A test holds it complete.
var chinese = map[string]string{
	// Frame.
	"Skip to the content": "跳到内容", "Pages": "页面", "Exchanges": "请求记录", "Keys": "密钥", "Light or dark theme": "浅色或深色",
	"Sign out": "退出登录", "Copy": "复制", "Copied": "已复制", "Something went wrong; reload the page": "操作失败，请刷新页面", "Close": "关闭",
	"Keyboard shortcuts": "键盘快捷键", "next and previous request": "下一条、上一条", "open it": "打开", "back to the list": "返回列表",
	"search": "搜索", "the newest": "最新", "show this help": "本说明",

	// List.
	"Live": "实时", "Connecting": "连接中", "Disconnected: reload": "已断开，请刷新", "Search: Request-ID, file, text…": "搜索：Request-ID、文件名、内容…",
	"Outcome": "结果", "All": "全部", "Accepted": "已接受", "Warned": "有警告", "Refused": "已拒绝",
	"All APIs": "全部接口", "All accounts": "全部账号", "All causes": "全部原因", "Cause": "原因", "Account": "账号", "Filter": "筛选", "Clear": "清除",
	"WeChat Pay v3": "微信支付 v3", "WeChat Pay v2": "微信支付 v2", "Official Account": "公众号", "all of %s": "%s（全部）", "other": "其他",
	"tokens and certificates": "凭证与平台证书", "Time": "时间", "Result": "结果说明", "Took": "耗时", "warnings": "警告", "replay": "重放",
	"No uploads yet": "还没有上传请求", "Every request appears here as soon as it is answered. Try one:": "每个请求在应答后会立即出现在这里。试一个：",
	"or run your own program against this server:": "或者让你自己的程序连到这个服务：", "The keys that an SDK needs": "SDK 需要的密钥",
	"Other ways to connect a program": "让程序连到这里的其他方式",
	"No matching requests":            "没有符合条件的请求", "Searched back to": "已查找至", "New ones appear here.": "有新的符合条件的请求会出现在这里。",
	"The newest": "最新", "Older": "更早", "Newer": "更新",

	// What happened.
	"Replay: the first answer was sent again": "相同请求再次到达：返回首次的应答", "Platform certificates were sent": "已下发平台证书", "A token was issued": "已下发凭证",

	// Connect.
	"Connect": "接入", "Connect a program": "接入你的程序", "Any program that uploads to WeChat can use this server without changes.": "任何向微信上传的程序都可以不加改动地接到这里。",
	"Has it connected?": "程序连到这里了吗？",
	"Not yet. Run it as shown below. Requests appear here at once; so do clients that do not trust the CA.": "还没有。按下面的方法运行程序；请求一到达就会显示在这里，不信任本地 CA 的客户端也会显示。",
	"One command": "一条命令", "Sets all the variables below for one command and, at the end, prints each refused upload with its cause:": "为一条命令设置下面所有变量，并在结束时打印每次被拒的上传及原因：",
	"By runtime": "按运行时", "Through the proxy, which handles WeChat's hosts only:": "经由代理，只接管微信的域名：",
	"The proxy is off: start the server with --proxy 127.0.0.1:8081.": "代理未开启：请用 --proxy 127.0.0.1:8081 启动服务。",
	"By base URL": "修改接口地址", "An SDK with a configurable base URL needs no proxy. Keys and file names are on the Keys page.": "能配置接口地址的 SDK 不需要代理。密钥和文件名见密钥页。",

	// One exchange.
	"Proved": "已证实", "Likely": "可能", "What to change": "如何修改", "Refused as": "拒绝原因", "The server noted:": "服务端记录：", "What to check": "值得检查", "Ruled out": "已排除",
	"The client signed": "客户端实际签名的内容", "It should have signed": "应当签名的内容", "%d bytes": "%d 字节",
	"They differ from line %d, byte %d on.": "从第 %d 行、第 %d 字节起不同。",
	"Warnings":                              "警告", "Also noticed:": "另外注意到：", "The upload was accepted, but the real service or the documents would not allow this:": "请求已接受，但真实服务或文档不允许：",
	"This request was sent before and got the first answer again:": "同一请求之前发送过，返回的是首次的应答：",
	"Answer": "应答", "Indented": "格式化", "As sent": "原文", "Not kept: it contained a secret.": "未保存：其中含有密钥。", "The answer had no body.": "应答没有正文。", "no answer": "未作应答",
	"Request": "请求", "unnamed part": "没有名称的部分", "No form was read.": "没有读取到表单。", "Headers": "请求头",
	"Facts": "概要", "not given": "未提供", "not proved": "未证实", "From": "来源", "Over": "协议", "no TLS": "无 TLS",
	"They are those of the default merchant. For an SDK that is set up for the other kind of WeChat Pay key, add:": "以上属于默认商户。使用另一种微信支付密钥的 SDK，请加：",
	"Answer signed by": "应答签名密钥", "Steps": "步骤", "not reached": "未到达", "failed": "失败", "No steps were taken.": "没有执行任何步骤。",
	"Headers and token": "请求头与凭证", "Headers and caller": "请求头与身份", "Read the form": "读取表单", "Signature": "签名", "Certificate and sign": "证书与签名",
	"Not a replay": "防重放", "Quota": "频率限制", "Digest, name and image": "摘要、文件名与图片", "Kept": "保存",
	"the stored image": "保存的图片", "File": "文件", "public": "公开", "private": "私有", "Until": "有效期至", "Save the file": "下载文件",
	"This image was taken down: its URL answers 410.": "该图片已下架：其 URL 回答 410。", "Serve it again": "恢复", "Take down": "下架", "Take down and block": "下架并屏蔽",
	"the refused file":        "被拒绝的文件",
	"Send this request again": "重现这个请求", "String to sign": "待签名串", "as the server built it, byte for byte": "服务端构造，逐字节一致", ", with the key masked": "，密钥已隐藏",
	"How each SDK signs it": "各 SDK 的签名写法",
	"Same headers, signature and fields. Put the file into the directory where you run this.": "请求头、签名和字段都相同；请把文件放在运行目录中。",
	"Same headers. The form was not read and is not included.":                                "请求头相同；表单未被读取，因此不包含在内。", "Same headers.": "请求头相同。",

	// Keys.
	"What to configure in an SDK. A secret is sent only when you ask for it.": "SDK 所需的参数。密钥只在点击后才会发送。",
	"This server": "本服务", "All of these, in a shell:": "在命令行中一次全部设置：", "Show": "显示", "not set": "未设置",
	"Merchant": "商户", "disabled": "已停用", "public key only": "仅公钥模式", "e-commerce": "电商收付通", "until": "有效期至", "APIv3 key": "APIv3 密钥", "APIv2 key": "APIv2 密钥", "may use": "可用接口",
	"App": "应用", "allowed IPs": "IP 白名单", "Third-party platform": "第三方平台", "WeChat's side": "微信侧", "sign the answers": "用于应答签名",
	"Platform certificate": "平台证书", "WeChat Pay public key": "微信支付公钥", "valid": "有效", "active": "正常", "revoked": "已作废", "replaced": "已更换", "expired": "已过期",
	"Endpoints": "接口", "Name": "名称", "Path": "路径", "Takes": "接受", "Answers": "应答字段", "%d per second": "每秒 %d 次", "%d per minute": "每分钟 %d 次", "%d per day": "每天 %d 次",

	// Small pages.
	"Sign in": "登录", "Signed in": "已登录", "Continue": "继续", "Admin token": "管理员令牌", "Back to the list": "返回列表",
	"This page shows requests and keys, so it asks for the admin token: the value of WXUP_ADMIN_TOKEN in wxup.env, in the data directory of wxup serve.": "此页面会显示请求和密钥，因此需要管理员令牌：即 wxup serve 数据目录下 wxup.env 中 WXUP_ADMIN_TOKEN 的值。",
	"On the machine where wxup serve runs, the one-time link that it prints at startup signs in without the token.":                                      "在运行 wxup serve 的机器上，也可以使用启动时打印的一次性链接登录。",
	"This link has been used, or belongs to another run or another machine.":                                                                             "该链接已被使用，或属于另一次启动、另一台机器。",
	"This is not the admin token.": "管理员令牌不正确。",
	"page not found":               "没有这个页面", "go to /": "请从 / 开始",
	"request not found": "没有这条请求记录", "it may have been deleted; the list shows what is kept": "记录可能已被清除；列表中是现有的记录",
	"the request comes from another site":                                                 "请求来自其他网站的页面",
	"send it from this server's own pages, or with the admin token and without a browser": "请从本页面发送，或不经浏览器、携带管理员令牌发送",
	"the index could not be read":                                                         "无法读取索引", "see the server's log": "请查看服务端日志",
}
