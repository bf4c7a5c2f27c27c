package inspector

// chinese says in 中文 what the code and the templates say in English. A test holds it complete.
var chinese = map[string]string{
	// Frame.
	"Skip to the content": "跳到内容", "Pages": "页面", "Exchanges": "请求记录", "Keys": "密钥", "Light or dark": "浅色或深色",
	"Sign out": "退出登录", "Copy": "复制", "Copied": "已复制", "That did not work; reload the page": "操作失败，请刷新页面", "Close": "关闭",
	"Keys of the keyboard": "键盘快捷键", "next and previous exchange": "下一条、上一条", "open it": "打开", "back to the list": "返回列表",
	"search": "搜索", "the newest": "最新", "this list": "本说明",

	// List.
	"Live": "实时", "Connecting": "连接中", "Not live: reload": "已断开，请刷新", "Search: Request-ID, file, text…": "搜索：Request-ID、文件名、内容…",
	"Outcome": "结果", "All": "全部", "Accepted": "已接受", "Warned": "有警告", "Refused": "已拒绝",
	"Every API": "全部接口", "Every account": "全部账号", "Every cause": "全部原因", "Cause": "原因", "Account": "账号", "Filter": "筛选", "Clear": "清除",
	"WeChat Pay v3": "微信支付 v3", "WeChat Pay v2": "微信支付 v2", "Official Account": "公众号", "all of %s": "%s（全部）", "other": "其他",
	"tokens and certificates": "凭证与平台证书", "Time": "时间", "What happened": "结果说明", "Took": "耗时", "warnings": "警告", "replay": "重放",
	"Nothing was uploaded yet": "还没有上传请求", "Every request shows up here the moment it is answered. Make one:": "每个请求在应答后会立即出现在这里。试一个：",
	"or run your own program against this server:": "或者让你自己的程序连到这个服务：", "The keys that an SDK wants": "SDK 需要的密钥",
	"Other ways to lead a program here": "让程序连到这里的其他方式",
	"No exchange is like that":          "没有符合条件的请求", "Looked back to": "已查找至", "One that comes shows up here.": "有新的符合条件的请求会出现在这里。",
	"The newest": "最新", "Older": "更早", "Newer": "更新",

	// What happened.
	"The same request again: it got its first answer": "相同请求再次到达：返回首次的应答", "Platform certificates were given": "已下发平台证书", "A token was given": "已下发凭证",

	// Connect.
	"Connect": "接入", "Connect a program": "接入你的程序", "Any program that uploads to WeChat can be led here, unchanged.": "任何向微信上传的程序都可以不加改动地接到这里。",
	"Has it reached this server?": "程序连到这里了吗？",
	"Not yet. Run it as shown below; what arrives appears here at once, and so does a client that does not trust the CA.": "还没有。按下面的方法运行程序；请求一到达就会显示在这里，不信任本地 CA 的客户端也会显示。",
	"One command": "一条命令", "Sets all of the variables below for one command, and prints each refused upload with its cause at the end:": "为一条命令设置下面所有变量，并在结束时打印每次被拒的上传及原因：",
	"By runtime": "按运行时", "Through the proxy, which takes WeChat's hosts alone:": "经由代理，只接管微信的域名：",
	"The proxy is off: start the server with --proxy 127.0.0.1:8081.": "代理未开启：请用 --proxy 127.0.0.1:8081 启动服务。",
	"By base URL": "修改接口地址", "An SDK that can be told where WeChat is needs no proxy. Keys and file names are on the page of keys.": "能配置接口地址的 SDK 不需要代理。密钥和文件名见密钥页。",

	// One exchange.
	"Proved": "已证实", "What to change": "如何修改", "Refused as": "拒绝原因", "The server noted:": "服务端记录：", "Worth a look": "值得检查", "Ruled out": "已排除",
	"The client signed": "客户端实际签名的内容", "It should have signed": "应当签名的内容", "%d bytes": "%d 字节",
	"They differ from line %d, byte %d on.": "从第 %d 行、第 %d 字节起不同。",
	"Warnings":                              "警告", "Noticed besides:": "另外注意到：", "It was accepted; the real service, or the documents, would mind:": "请求已接受，但真实服务或文档不允许：",
	"The same request was made before. It got the first answer again:": "同一请求之前发送过，返回的是首次的应答：",
	"Answer": "应答", "Indented": "格式化", "As sent": "原文", "Not kept: it held a secret.": "未保存：其中含有密钥。", "It had no body.": "应答没有正文。",
	"Request": "请求", "a part without a name": "没有名称的部分", "No form was read.": "没有读取到表单。", "Headers": "请求头",
	"Facts": "概要", "none named": "未提供", "not proved": "未证实", "From": "来源", "Over": "协议", "no TLS": "无 TLS",
	"Steps": "步骤", "not reached": "未到达", "failed": "失败", "No step was taken.": "没有执行任何步骤。",
	"Headers and token": "请求头与凭证", "Headers, and who asks": "请求头与身份", "The form is read": "读取表单", "Signature": "签名", "Certificate and sign": "证书与签名",
	"Not a replay": "防重放", "Quota": "频率限制", "Digest, name and image": "摘要、文件名与图片", "Kept": "保存",
	"the image that was kept": "保存的图片", "File": "文件", "public": "公开", "private": "私有", "Until": "有效期至", "Save the file": "下载文件",
	"the file that was refused": "被拒绝的文件",
	"The same request again":    "重现这个请求", "String to sign": "待签名串", "as the server built it, byte for byte": "服务端构造，逐字节一致", ", with the key masked": "，密钥已隐藏",
	"Signed by each SDK": "各 SDK 的签名写法",
	"The same headers, signature and fields; put the file into the directory where you run it.": "请求头、签名和字段都相同；请把文件放在运行目录中。",
	"The same headers; the form was not read, so it is not in here.":                            "请求头相同；表单未被读取，因此不包含在内。", "The same headers.": "请求头相同。",

	// Keys.
	"What a developer pastes into an SDK. Secrets are sent only when you ask for one.": "SDK 所需的参数。密钥只在点击后才会发送。",
	"Of this server": "本服务", "In a shell, all of it at once:": "在命令行中一次全部设置：", "Show": "显示", "none is set": "未设置",
	"Merchant": "商户", "disabled": "已停用", "public key only": "仅公钥模式", "until": "有效期至", "APIv3 key": "APIv3 密钥", "APIv2 key": "APIv2 密钥", "may use": "可用接口",
	"App": "应用", "allowed IPs": "IP 白名单", "Third-party platform": "第三方平台", "WeChat's side": "微信侧", "these sign the answers": "用于应答签名",
	"Platform certificate": "平台证书", "WeChat Pay public key": "微信支付公钥", "valid": "有效", "active": "正常", "revoked": "已作废", "replaced": "已更换", "expired": "已过期",
	"Endpoints": "接口", "Name": "名称", "Path": "路径", "Takes": "接受", "Answers": "应答字段", "%d a second": "每秒 %d 次", "%d a minute": "每分钟 %d 次", "%d a day": "每天 %d 次",

	// Small pages.
	"Sign in": "登录", "Signed in": "已登录", "Go on": "继续", "Admin token": "管理员令牌", "To the list": "返回列表",
	"This page shows requests and keys, so it asks for the admin token: the value of WXUP_ADMIN_TOKEN in wxup.env, in the data directory of wxup serve.": "此页面会显示请求和密钥，因此需要管理员令牌：即 wxup serve 数据目录下 wxup.env 中 WXUP_ADMIN_TOKEN 的值。",
	"On the machine where it runs, the link that wxup serve prints at its start signs in without it, once.":                                              "在运行 wxup serve 的机器上，也可以使用启动时打印的一次性链接登录。",
	"This link was used before, or belongs to another start or another machine.":                                                                         "该链接已被使用，或属于另一次启动、另一台机器。",
	"This is not the admin token.": "管理员令牌不正确。",
	"there is no such page":        "没有这个页面", "start from /": "请从 / 开始",
	"there is no such exchange": "没有这条请求记录", "it may have been forgotten; the list shows what is there": "记录可能已被清除；列表中是现有的记录",
	"the request comes from a page of another site":                                         "请求来自其他网站的页面",
	"send it from the inspector's own pages, or with the admin token and without a browser": "请从本页面发送，或不经浏览器、携带管理员令牌发送",
	"the index could not be read":                                                           "无法读取索引", "look into the server's log": "请查看服务端日志",
}
