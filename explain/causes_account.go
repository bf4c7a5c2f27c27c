package explain

var (
	fixToken   = Words{"send ?access_token= in the query, with the token as it was answered, URL-encoded once", "在 URL 查询串中带上 ?access_token=，token 原样，只做一次 URL 编码"}
	fixRefresh = Words{"fetch a new token, and let one place alone fetch and cache it for all who use it", "重新获取 token，并只由一处获取、缓存后供所有调用方使用"}
	fixKind    = Words{"use the access_token of the account itself (/cgi-bin/token or stable_token), or its authorizer_access_token", "使用该账号自己的 access_token（/cgi-bin/token 或 stable_token），或其 authorizer_access_token"}
)

var accountCauses = []Cause{
	{"account.method", Words{"the request is a {}, not a POST", "请求方法是 {}，应为 POST"}, Words{"send a POST", "使用 POST"}, sdkMedia},
	{"account.host", Words{"the request went to {}, which has not this API", "请求发往 {}，该域名没有此接口"}, Words{"send it to https://api.weixin.qq.com", "发往 https://api.weixin.qq.com"}, sdkToken},
	{"account.no_tls", Words{"the request came over plain HTTP", "请求走的是明文 HTTP"}, Words{"use https", "改用 https"}, sdkToken},
	{"account.chunked", Words{"the body is chunked; this API answers 412 to a request without Content-Length", "请求体使用了分块传输；没有 Content-Length 时该接口返回 412"}, Words{"send the body with its Content-Length", "发送时带上 Content-Length"}, sdkLength},

	{"account.token.missing", Words{"the query has no access_token", "URL 查询串中没有 access_token"}, fixToken, sdkToken},
	{"account.token.empty", Words{"access_token is empty", "access_token 为空"}, Words{"look at the answer of the token call: it held an errcode, most likely", "检查获取 token 的应答，很可能返回了 errcode"}, sdkToken},
	{"account.token.placeholder", Words{"in the place of the access_token there is {}", "access_token 的位置上是 {}"}, Words{"put the real token there; wait for it if it is a promise", "填入真实的 token；若为异步请等待其完成"}, sdkToken},
	{"account.token.in_header", Words{"the token is in the header {}, not in the query", "token 写在了 {} 请求头里，而不是 URL 查询串"}, fixToken, sdkToken},
	{"account.token.in_body", Words{"the token is in the form ({}), not in the query", "token 写在了表单里（{}），而不是 URL 查询串"}, fixToken, sdkToken},
	{"account.token.parameter", Words{"the token is in the parameter {}, not in access_token", "token 写在了参数 {} 里，而不是 access_token"}, fixToken, sdkToken},
	{"account.token.encoded_twice", Words{"the access_token was URL-encoded twice", "access_token 做了两次 URL 编码"}, fixToken, sdkToken},
	{"account.token.blanks", Words{"the access_token has a blank or a line end in it", "access_token 含有空格或换行"}, fixToken, sdkToken},
	{"account.token.quoted", Words{"the access_token has quotes around it", "access_token 两端带有引号"}, fixToken, sdkToken},
	{"account.token.bearer", Words{"the access_token begins with the word Bearer", "access_token 前面带有 Bearer"}, fixToken, sdkToken},
	{"account.token.name_in_value", Words{"the value of access_token begins with its own name, access_token=", "access_token 的值里又写了一遍 access_token="}, fixToken, sdkToken},
	{"account.token.tail", Words{"something else is stuck to the end of the access_token, such as a ?, & or / and what follows", "access_token 后面粘连了其他内容（例如 ?、& 或 / 之后的部分）"}, fixToken, sdkToken},
	{"account.token.whole_answer", Words{"access_token holds the whole answer of the token call, not its member", "access_token 填成了获取接口的整个 JSON 应答"}, fixToken, sdkToken},
	{"account.token.doubled", Words{"the access_token is written twice, one behind the other", "access_token 连写了两遍"}, fixToken, sdkToken},
	{"account.token.twice", Words{"the query has the parameter {} more than once; the first one counts here", "查询串中 {} 参数出现了多次；此处以第一个为准"}, Words{"give it once; look for a base URL or an interceptor that adds it, too", "只写一次；检查 base URL 或拦截器是否也加了该参数"}, sdkToken},
	{"account.token.cut", Words{"the access_token is cut short", "access_token 被截短"}, Words{"store at least 512 characters", "存储长度至少 512 个字符"}, sdkToken},
	{"account.token.case", Words{"the access_token was turned to another case", "access_token 的大小写被改变"}, fixToken, sdkToken},
	{"account.token.appid", Words{"access_token is an appid: {}", "access_token 填成了 appid：{}"}, fixKind, sdkToken},
	{"account.token.secret", Words{"access_token has the form of an appsecret (32 hex digits), not that of a token. If it is one, it is in logs now: reset it", "access_token 是 appsecret 的格式（32 位十六进制），不是 token。若确为 appsecret，它已进入日志，请重置"}, fixKind, sdkToken},
	{"account.token.kind", Words{"the token is one of another kind: {}", "token 的种类不对：{}"}, fixKind, sdkToken},
	{"account.token.cloud", Words{"a cloud token was sent as access_token; its parameter is cloudbase_access_token", "云调用的 token 用作了 access_token，应放在 cloudbase_access_token 参数中"}, Words{"send ?cloudbase_access_token=", "改用 ?cloudbase_access_token="}, sdkToken},
	{"account.token.other_app", Words{"the token is one of another account: {}", "token 属于另一个账号：{}"}, Words{"use the token of the account that is meant", "使用目标账号的 token"}, sdkToken},
	{"account.token.expired", Words{"the access_token has expired {} ago", "access_token 已过期 {}"}, fixRefresh, sdkToken},
	{"account.token.replaced", Words{"a newer token has ended this one {} ago", "此 token 在 {} 前已因换发新 token 而失效"}, fixRefresh, sdkToken},
}
