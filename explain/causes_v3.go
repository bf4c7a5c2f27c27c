package explain

// What to change, where causes share it.
var (
	fixHeader = Words{`write one line: WECHATPAY2-SHA256-RSA2048 mchid="…",nonce_str="…",timestamp="…",serial_no="…",signature="…"`, `写成一行：WECHATPAY2-SHA256-RSA2048 mchid="…",nonce_str="…",timestamp="…",serial_no="…",signature="…"`}
	fixSerial = Words{"send the serial number of the merchant's own API certificate (apiclient_cert.pem), in hex: openssl x509 -in apiclient_cert.pem -noout -serial", "填写商户自己的 API 证书（apiclient_cert.pem）的十六进制序列号：openssl x509 -in apiclient_cert.pem -noout -serial"}
	fixKey    = Words{"sign with the apiclient_key.pem that belongs to the certificate named in serial_no", "使用与 serial_no 所指证书配套的 apiclient_key.pem 签名"}
	fixSign   = Words{"sign with SHA256withRSA: RSA, PKCS#1 v1.5, SHA-256, over the text itself", "使用 SHA256withRSA（RSA PKCS#1 v1.5 + SHA-256）直接对文本签名"}
	fixBase64 = Words{"send the signature as standard base64 on one line, and encode it once", "签名只做一次标准 base64 编码，并写在一行内"}
	fixLines  = Words{`sign five lines, each ended by one LF (\n), the last one too: method, URL, timestamp, nonce_str, meta`, `待签名串共五行，每行以一个 LF（\n）结尾，最后一行也不例外：请求方法、URL、时间戳、随机串、meta`}
	fixURL    = Words{"sign the path exactly as it is requested, with ?query if there is one, without scheme and host", "签名用的 URL 与实际请求的路径完全一致；有查询串则带上，不含协议与域名"}
	fixTime   = Words{"take the time once, in whole seconds, and use the same text in the signature and in the header", "只取一次时间（整秒），签名与请求头使用同一个值"}
	fixNonce  = Words{"make nonce_str once, and use the same text in the signature and in the header", "nonce_str 只生成一次，签名与请求头使用同一个值"}
	fixMeta   = Words{"sign the text of the meta part alone, byte for byte as it is sent; the file and the rest of the form are not signed", "只对 meta 部分的文本签名，与发送的逐字节一致；文件与表单其余内容不参与签名"}
	fixOnce   = Words{"make meta once; sign that text and send that same text, so that no library writes it again", "meta 只生成一次；用同一份文本签名和发送，不要让库再次序列化"}
	fixUTF8   = Words{"turn texts into bytes as UTF-8 everywhere: what is signed and what is sent", "签名与发送的文本一律按 UTF-8 转为字节"}
)

var v3HeaderCauses = []Cause{
	{"v3.header.accept", Words{"the Accept header is missing", "缺少 Accept 请求头"}, Words{"send Accept: application/json", "发送 Accept: application/json"}, sdkAccept},
	{"v3.header.user_agent", Words{"the User-Agent header is missing", "缺少 User-Agent 请求头"}, Words{"send any User-Agent", "发送任意 User-Agent"}, sdkAccept},

	{"v3.host", Words{"the request went to {}, which has not this API", "请求发往 {}，该域名没有此接口"}, fixPayHost, sdkPath},
	{"v3.authorization.missing", Words{"there is no Authorization header", "没有 Authorization 请求头"}, fixHeader, sdkHeader},
	{"v3.authorization.other_header", Words{"the credentials are in the header {}, not in Authorization", "认证信息写在了 {} 头里，而不是 Authorization"}, fixHeader, sdkHeader},
	{"v3.authorization.twice", Words{"there is more than one Authorization header", "Authorization 头出现了多次"}, Words{"send one; look for a library that adds its own", "只发送一个；检查是否有库又自动加了一个"}, sdkHeader},
	{"v3.authorization.name_in_value", Words{"the header's value begins with its own name, Authorization:", "请求头的值里又写了一遍 Authorization:"}, fixHeader, sdkHeader},
	{"v3.authorization.url_encoded", Words{"the Authorization header was URL-encoded", "Authorization 请求头被做了 URL 编码"}, fixHeader, sdkHeader},
	{"v3.authorization.scheme", Words{"the Authorization begins with {}, not with WECHATPAY2-SHA256-RSA2048", "Authorization 以 {} 开头，而不是 WECHATPAY2-SHA256-RSA2048"}, fixHeader, sdkHeader},
	{"v3.authorization.sm2", Words{"the Authorization is signed with SM2; this key is RSA", "Authorization 使用了国密 SM2，而这里的密钥是 RSA"}, Words{"use the scheme WECHATPAY2-SHA256-RSA2048", "改用 WECHATPAY2-SHA256-RSA2048"}, sdkHeader},
	{"v3.authorization.brand", Words{"the scheme {} does not belong to this path: paths under /brand/ use WECHATPAY-BRAND-SHA256-RSA2048 with brand_id, all others WECHATPAY2-SHA256-RSA2048 with mchid", "认证类型 {} 与路径不符：/brand/ 下的接口用 WECHATPAY-BRAND-SHA256-RSA2048 与 brand_id，其余用 WECHATPAY2-SHA256-RSA2048 与 mchid"}, Words{"use the scheme of the path", "使用与路径对应的认证类型"}, sdkHeader},
	{"v3.authorization.no_blank", Words{"there must be one blank between the scheme and the first pair, and nothing else", "认证类型与第一个键值对之间应有且仅有一个空格"}, fixHeader, sdkHeader},
	{"v3.authorization.equals", Words{`the pairs of the Authorization are not written as name="value": found {}`, `Authorization 的键值对没有写成 name="value"：出现了 {}`}, fixHeader, sdkHeader},
	{"v3.authorization.quotes", Words{"the value of {} in the Authorization is not between double quotes", "Authorization 中 {} 的值没有用英文双引号括起"}, fixHeader, sdkHeader},
	{"v3.authorization.commas", Words{"the pairs of the Authorization are not separated by one comma: found {}", "Authorization 的键值对之间应只有一个英文逗号：出现了 {}"}, fixHeader, sdkHeader},
	{"v3.authorization.pair_missing", Words{"the Authorization has no {}", "Authorization 缺少 {}"}, fixHeader, sdkHeader},
	{"v3.authorization.pair_name", Words{"a pair of the Authorization has the wrong name: {}", "Authorization 中有键名写错：{}"}, fixHeader, sdkHeader},
	{"v3.authorization.pair_twice", Words{"the Authorization has {} twice", "Authorization 中 {} 出现了两次"}, fixHeader, sdkHeader},
	{"v3.authorization.extra_pair", Words{"the Authorization has a pair that does not belong there: {}", "Authorization 中有多余的键：{}"}, fixHeader, sdkHeader},
	{"v3.authorization.empty", Words{"{} in the Authorization is empty", "Authorization 中的 {} 为空"}, fixHeader, sdkHeader},
	{"v3.authorization.blanks", Words{"{} in the Authorization holds blanks", "Authorization 中的 {} 含有空白字符"}, fixHeader, sdkHeader},

	{"v3.mchid.appid", Words{"mchid is an appid ({}), not a merchant number", "mchid 填成了 appid（{}），不是商户号"}, Words{"send the merchant number of 8 to 10 digits", "填写 8 到 10 位数字的商户号"}, sdkKey},
	{"v3.mchid.other", Words{"the key is that of merchant {}, which is not the mchid that was sent", "密钥属于商户 {}，与所发送的 mchid 不符"}, Words{"send the mchid that the certificate was issued to", "填写证书所属的商户号"}, sdkKey},
	{"v3.serial.unknown", Words{"serial_no is none of this merchant's, but the key is: it belongs to certificate {}", "serial_no 不是该商户的，但私钥是：它属于证书 {}"}, fixSerial, sdkKey},
	{"v3.serial.platform", Words{"serial_no is that of the platform's certificate ({}), not of the merchant's", "serial_no 填成了平台证书的序列号（{}），应为商户 API 证书的序列号"}, fixSerial, sdkKey},
	{"v3.serial.public_key_id", Words{"serial_no is the id of a WeChat Pay public key ({}), not the serial number of the merchant's certificate", "serial_no 填成了微信支付公钥 ID（{}），应为商户 API 证书的序列号"}, fixSerial, sdkKey},
	{"v3.serial.other_merchant", Words{"serial_no is that of a certificate of merchant {}", "serial_no 属于商户 {} 的证书"}, fixSerial, sdkKey},
	{"v3.serial.replaced", Words{"certificate {} was replaced by a newer one", "证书 {} 已被新证书取代"}, Words{"use the newer certificate: its serial number and its key", "改用新证书的序列号与私钥"}, sdkKey},
	{"v3.serial.revoked", Words{"certificate {} was revoked", "证书 {} 已作废"}, Words{"apply for a new API certificate in the merchant portal", "在商户平台申请新的 API 证书"}, sdkKey},
	{"v3.serial.expired", Words{"the certificate that serial_no names has expired on {}", "serial_no 所指证书已于 {} 过期"}, Words{"apply for a new API certificate in the merchant portal", "在商户平台申请新的 API 证书"}, sdkKey},
	{"v3.serial.not_yet", Words{"the certificate that serial_no names is valid only from {} on", "serial_no 所指证书自 {} 起才有效"}, Words{"check the clocks", "检查时钟"}, sdkKey},
	{"v3.serial.decimal", Words{"serial_no is in decimal; in hex it is {}", "serial_no 写成了十进制，十六进制应为 {}"}, fixSerial, sdkKey},
	{"v3.serial.thumbprint", Words{"serial_no is the certificate's thumbprint; its serial number is {}", "serial_no 填成了证书指纹，序列号应为 {}"}, fixSerial, sdkKey},
	{"v3.serial.decorated", Words{"serial_no has something around it; it is {} alone", "serial_no 前后有多余内容，应仅为 {}"}, fixSerial, sdkKey},
	{"v3.serial.cut", Words{"serial_no is cut short; it is {}", "serial_no 被截短，应为 {}"}, fixSerial, sdkKey},
	{"v3.serial.reversed", Words{"the bytes of serial_no are in reverse order; it is {}", "serial_no 的字节顺序颠倒，应为 {}"}, fixSerial, sdkKey},
	{"v3.serial.mchid", Words{"serial_no is the mchid", "serial_no 填成了商户号"}, fixSerial, sdkKey},
	{"v3.serial.swapped", Words{"mchid and serial_no are swapped", "mchid 与 serial_no 填反了"}, fixHeader, sdkHeader},
}

var v3KeyCauses = []Cause{
	{"v3.key.other_certificate", Words{"the signature was made by the key of this merchant's other certificate, {}", "签名用的是本商户另一张证书 {} 的私钥"}, Words{"send that certificate's serial number, or sign with the key of the one that is named", "改填该证书的序列号，或改用 serial_no 所指证书的私钥"}, sdkKey},
	{"v3.key.other_merchant", Words{"the signature was made by the key of another merchant: {}", "签名用的是另一个商户的私钥：{}"}, fixKey, sdkKey},
	{"v3.key.platform", Words{"the signature was made by a key of the platform ({}), not of the merchant", "签名用的是平台的私钥（{}），而不是商户的"}, fixKey, sdkKey},
	{"v3.key.size", Words{"the signature has the size of one by another RSA key: {} bits", "签名的长度对应另一种 RSA 密钥：{} 位"}, fixKey, sdkKey},
	{"v3.key.elliptic", Words{"the signature is one of an elliptic curve (ECDSA or SM2), not of RSA", "签名是椭圆曲线签名（ECDSA 或 SM2），不是 RSA"}, fixKey, sdkSign},
	{"v3.key.pss", Words{"the signature is padded with PSS, not with PKCS#1 v1.5", "签名使用了 PSS 填充，而不是 PKCS#1 v1.5"}, fixSign, sdkSign},
	{"v3.key.no_padding", Words{"RSA was used without padding", "使用了无填充的 RSA"}, fixSign, sdkSign},
	{"v3.key.digest_info", Words{"the hash was encrypted as it is ({}), without the DigestInfo that a signature puts around it", "直接对裸哈希（{}）做了私钥加密，缺少签名所需的 DigestInfo"}, fixSign, sdkSign},
	{"v3.key.only_hash", Words{"the signature is only a hash ({}) of the text; no private key was used", "签名只是文本的哈希（{}），没有使用私钥"}, fixSign, sdkSign},
	{"v3.key.hmac", Words{"the signature is a MAC of the text with a shared key ({}), not an RSA signature", "签名是用共享密钥计算的（{}），而不是 RSA 签名"}, fixSign, sdkSign},
	{"v3.hash.other", Words{"the text was hashed with {}, not with SHA-256", "文本使用了 {} 哈希，而不是 SHA-256"}, fixSign, sdkSign},
	{"v3.hash.as_text", Words{"the hash ({}) was signed as a text, in hex or base64, by encrypting it with the private key", "把哈希（{}）的十六进制或 base64 文本用私钥加密，当作了签名"}, fixSign, sdkSign},
	{"v3.hash.none", Words{"the text itself was encrypted with the private key; it was not hashed", "直接用私钥加密了文本，没有先做哈希"}, fixSign, sdkSign},
	{"v3.hash.twice", Words{"the text was hashed ({}) and the hash signed as if it were the text: it is hashed twice", "先对文本做了哈希（{}），又把哈希当文本签名：哈希了两次"}, fixSign, sdkSign},

	{"v3.signature.hex", Words{"the signature is written in hex, not in base64", "签名写成了十六进制，应为 base64"}, fixBase64, sdkBase64},
	{"v3.signature.base64_of_hex", Words{"the signature was written in hex first, and that encoded in base64", "签名先转成了十六进制文本，再做 base64"}, fixBase64, sdkBase64},
	{"v3.signature.twice", Words{"the signature is encoded in base64 twice", "签名做了两次 base64"}, fixBase64, sdkBase64},
	{"v3.signature.url_safe", Words{"the signature is in URL-safe base64 (- and _ for + and /)", "签名使用了 URL 安全的 base64（用 - 和 _ 代替 + 和 /）"}, fixBase64, sdkBase64},
	{"v3.signature.padding", Words{"the signature's base64 lacks its padding (=)", "签名的 base64 缺少结尾的 ="}, fixBase64, sdkBase64},
	{"v3.signature.wrapped", Words{"the signature's base64 is broken over several lines", "签名的 base64 被折成了多行"}, fixBase64, sdkBase64},
	{"v3.signature.blanks", Words{"the plus signs of the signature have become blanks on their way", "签名中的加号在传递途中变成了空格"}, Words{"do not pass the signature through a query or a form; it goes into the header as it is", "不要让签名经过 URL 或表单解码，原样放入请求头"}, sdkBase64},
	{"v3.signature.url_encoded", Words{"the signature is URL-encoded (%2B, %2F, %3D)", "签名被做了 URL 编码（%2B、%2F、%3D）"}, fixBase64, sdkBase64},
	{"v3.signature.html", Words{"the signature is HTML-encoded (&#43; …)", "签名被做了 HTML 转义（&#43; 等）"}, fixBase64, sdkBase64},
	{"v3.signature.json", Words{`the signature has the escapes of a JSON text in it (\/ or \u002b)`, `签名带有 JSON 转义（\/ 或 \u002b）`}, fixBase64, sdkBase64},
	{"v3.signature.python_bytes", Words{"the signature is printed as Python bytes: b'…'", "签名带着 Python 字节串的外形：b'…'"}, fixBase64, sdkBase64},
	{"v3.signature.quoted", Words{"the signature has quotes of its own inside the header's", "签名自身又带了一层引号"}, fixBase64, sdkBase64},
	{"v3.signature.reversed", Words{"the bytes of the signature are in reverse order", "签名的字节顺序颠倒"}, Words{"turn them round: the library writes little-endian numbers", "反转字节顺序：该库输出的是小端数"}, sdkSign},
	{"v3.signature.number", Words{"the signature was printed as a number: a zero byte was added or lost at its start", "签名被当作整数输出：开头多了或少了零字节"}, Words{"write exactly as many bytes as the key has", "输出的字节数应与密钥长度一致"}, sdkSign},
	{"v3.signature.short", Words{"the signature is shorter than one of this key is: {} characters", "签名比该密钥应有的长度短：字符数 {}"}, Words{"look for a field or a buffer that cuts it, and for another algorithm than RSA", "检查是否有字段或缓冲区将其截断，或使用了 RSA 以外的算法"}, sdkBase64},
	{"v3.signature.case", Words{"the signature was turned to one case; base64 needs both", "签名被整体转成了大写或小写，而 base64 区分大小写"}, fixBase64, sdkBase64},
	{"v3.signature.long", Words{"the signature is longer than one of this key is: {} characters", "签名比密钥应有的长度更长：字符数 {}"}, fixBase64, sdkBase64},
	{"v3.signature.not_base64", Words{"the signature holds a character that is not base64: {}", "签名含有非 base64 字符：{}"}, fixBase64, sdkBase64},
	{"v3.signature.placeholder", Words{"in the place of the signature there is {}", "签名的位置上是 {}"}, Words{"compute the signature before the header is written; wait for it if it is a promise", "先计算签名再拼请求头；若为异步请等待其完成"}, sdkBase64},
}

var v3LineCauses = []Cause{
	{"v3.method.case", Words{"the method was signed as {}", "签名时请求方法写成了 {}"}, Words{"sign it in upper case: POST", "请求方法用大写：POST"}, sdkLines},
	{"v3.method.other", Words{"the method was signed as {}, but the request is another", "签名时请求方法写成了 {}，与实际请求不同"}, Words{"sign the method that is used", "签名时使用实际的请求方法"}, sdkLines},
	{"v3.method.empty", Words{"the line of the method was signed empty", "签名时请求方法那一行为空"}, fixLines, sdkLines},

	{"v3.url.absolute", Words{"the whole URL was signed, with scheme and host", "签名时用了完整 URL（含协议与域名）"}, fixURL, sdkPath},
	{"v3.url.host", Words{"the URL was signed with its host", "签名时 URL 带上了域名"}, fixURL, sdkPath},
	{"v3.url.only_host", Words{"the host was signed in the place of the path", "签名时用域名代替了路径"}, fixURL, sdkPath},
	{"v3.url.no_query", Words{"the URL was signed without its query", "签名时漏掉了查询串"}, fixURL, sdkPath},
	{"v3.url.query", Words{"the URL was signed with another query: {}", "签名时的查询串不同：{}"}, fixURL, sdkPath},
	{"v3.url.slash", Words{"the path was signed with a slash more or less", "签名时路径多了或少了一个斜杠"}, fixURL, sdkPath},
	{"v3.url.no_slash", Words{"the path was signed without its first slash", "签名时路径开头少了斜杠"}, fixURL, sdkPath},
	{"v3.url.decoded", Words{"the URL was signed percent-decoded, but requested encoded", "签名时的 URL 已解码，而请求时是编码后的"}, fixURL, sdkPath},
	{"v3.url.encoded", Words{"the URL was signed percent-encoded in another way than requested", "签名时 URL 的百分号编码与请求时不同"}, fixURL, sdkPath},
	{"v3.url.sibling", Words{"the path of another API was signed: {}", "签名时用了另一个接口的路径：{}"}, fixURL, sdkPath},
	{"v3.url.template", Words{"the path was signed with its placeholder: {}", "签名时路径里的占位符没有替换：{}"}, fixURL, sdkPath},
	{"v3.url.prefix", Words{"the path was signed with another beginning ({}) than the server receives", "签名时路径的前缀（{}）与服务器收到的不同"}, Words{"sign the path that reaches WeChat: mind what a proxy or a base URL adds or takes away", "对到达微信的路径签名：注意代理或 base URL 增减的部分"}, sdkPath},
	{"v3.url.case", Words{"the path was signed in another case", "签名时路径的大小写不同"}, fixURL, sdkPath},
	{"v3.url.empty", Words{"the line of the URL was signed empty", "签名时 URL 那一行为空"}, fixURL, sdkPath},

	{"v3.timestamp.milliseconds", Words{"the timestamp was signed in milliseconds (or finer), but sent in seconds", "签名时用了毫秒（或更细）的时间戳，而请求头里是秒"}, fixTime, sdkTime},
	{"v3.timestamp.unit", Words{"the timestamp was signed in seconds ({}), but sent in milliseconds", "签名时用了秒（{}），而请求头里是毫秒"}, fixTime, sdkTime},
	{"v3.timestamp.other", Words{"the timestamp was taken twice: the signed one differs by {} from the one sent", "时间取了两次：签名所用与请求头相差 {}"}, fixTime, sdkTime},
	{"v3.timestamp.form", Words{"the timestamp was signed in another form: {}", "签名时时间戳的写法不同：{}"}, fixTime, sdkTime},
	{"v3.timestamp.empty", Words{"the line of the timestamp was signed empty", "签名时时间戳那一行为空"}, fixTime, sdkTime},
	{"v3.timestamp.elsewhere", Words{"the timestamp that was signed is not in the Authorization but in {}", "签名所用的时间戳不在 Authorization 中，而在 {} 中"}, fixTime, sdkTime},

	{"v3.nonce.case", Words{"nonce_str was signed in another case than sent", "签名时 nonce_str 的大小写与请求头不同"}, fixNonce, sdkNonce},
	{"v3.nonce.empty", Words{"the line of nonce_str was signed empty", "签名时 nonce_str 那一行为空"}, fixNonce, sdkNonce},
	{"v3.nonce.form", Words{"nonce_str was signed in another form: {}", "签名时 nonce_str 的写法不同：{}"}, fixNonce, sdkNonce},
	{"v3.nonce.cut", Words{"only the first {} characters of nonce_str were signed", "签名时只用了 nonce_str 的前 {} 个字符"}, fixNonce, sdkNonce},
	{"v3.nonce.elsewhere", Words{"the nonce_str that was signed is not in the Authorization but in {}", "签名所用的 nonce_str 不在 Authorization 中，而在 {} 中"}, fixNonce, sdkNonce},
}

var v3FrameCauses = []Cause{
	{"v3.frame.no_last_lf", Words{"the last line of the signed text lacks its LF", "待签名串最后一行缺少换行符"}, fixLines, sdkLines},
	{"v3.frame.extra_lf", Words{"the signed text has an empty line, or an LF, too many", "待签名串多了空行或换行符"}, fixLines, sdkLines},
	{"v3.frame.crlf", Words{"the lines of the signed text end with {}, not with LF", "待签名串的换行用了 {}，而不是 LF"}, fixLines, sdkLines},
	{"v3.frame.literal", Words{"the line ends of the signed text are written out as {}, not as the character LF", "待签名串里的换行是字面上的 {}，而不是换行字符"}, fixLines, sdkLines},
	{"v3.frame.separator", Words{"the lines of the signed text are separated by “{}”, not by LF", "待签名串的各行用“{}”分隔，而不是 LF"}, fixLines, sdkLines},
	{"v3.frame.order", Words{"the lines of the signed text are in the wrong order: {}", "待签名串的行序不对：{}"}, fixLines, sdkLines},
	{"v3.frame.missing_line", Words{"the signed text lacks a line: {}", "待签名串缺少一行：{}"}, fixLines, sdkLines},
	{"v3.frame.no_body_line", Words{"the signed text ends after nonce_str: the whole line of meta is missing, with its LF", "待签名串在 nonce_str 之后就结束了：缺少 meta 那一行"}, fixMeta, sdkUpload},
	{"v3.frame.extra_line", Words{"the signed text has a line too many: {}", "待签名串多了一行：{}"}, fixLines, sdkLines},
	{"v3.frame.answer", Words{"three lines were signed, as for checking an answer: a request has five", "只签了三行（那是验证应答的格式），请求应为五行"}, fixLines, sdkLines},
	{"v3.frame.blanks", Words{"blanks (or a NUL) stand at the ends of lines of the signed text", "待签名串的行首或行尾有空格（或 NUL）"}, fixLines, sdkLines},
	{"v3.frame.indented", Words{"the lines of the signed text are indented, as a literal in the source was", "待签名串的各行带有缩进（源码里的多行字符串）"}, fixLines, sdkLines},
	{"v3.frame.labels", Words{"the lines of the signed text have names before them: {}", "待签名串的各行前面带了名称：{}"}, fixLines, sdkLines},
	{"v3.frame.comments", Words{"explanations from the documents stand in the signed text: {}", "待签名串里混入了文档的说明文字：{}"}, fixLines, sdkLines},
	{"v3.frame.request_line", Words{"method and URL stand on one line of the signed text", "待签名串把请求方法与 URL 写在了同一行"}, fixLines, sdkLines},
	{"v3.frame.header", Words{"the pairs of the Authorization were signed, not the five lines", "签的是 Authorization 的键值对，而不是那五行"}, fixLines, sdkLines},
	{"v3.frame.only_body", Words{"meta alone was signed, without the four lines before it", "只签了 meta，缺少前面四行"}, fixLines, sdkLines},
	{"v3.frame.nothing", Words{"an empty text was signed: not even the method stands in it", "签的是空文本：连请求方法都没有"}, fixLines, sdkLines},
	{"v3.frame.case", Words{"the whole text was turned to lower or upper case before it was signed", "签名前把整个文本转换了大小写"}, fixLines, sdkLines},
	{"v3.frame.quoted", Words{"the lines, or the text, were signed with quotes ({}) around them", "签名时各行或整个文本带了引号（{}）"}, fixLines, sdkLines},
	{"v3.frame.v2", Words{"a text in the manner of APIv2 (a=b&c=d) was signed", "签的是 APIv2 式的文本（a=b&c=d）"}, fixLines, sdkLines},
	{"v3.frame.encoded", Words{"the text was encoded ({}) before it was signed", "文本在签名前又做了编码（{}）"}, fixLines, sdkSign},
	{"v3.charset.utf16", Words{"the text was signed in {}, not in UTF-8", "文本按 {} 而不是 UTF-8 转为字节后签名"}, fixUTF8, sdkUTF8},
	{"v3.charset.bom", Words{"the signed text begins with a byte order mark", "待签名串开头带有 BOM"}, fixUTF8, sdkUTF8},
	{"v3.charset.gbk", Words{"meta was signed in GBK, but sent in UTF-8", "meta 按 GBK 签名，却按 UTF-8 发送"}, fixUTF8, sdkUTF8},
	{"v3.charset.latin1", Words{"meta was signed in Latin-1, but sent in UTF-8", "meta 按 Latin-1 签名，却按 UTF-8 发送"}, fixUTF8, sdkUTF8},
	{"v3.charset.question_marks", Words{"characters of meta became question marks before it was signed: a charset that lacks them", "meta 在签名前丢了字符（变成问号）：所用字符集不含这些字"}, fixUTF8, sdkUTF8},
	{"v3.charset.utf8_twice", Words{"meta was encoded in UTF-8 twice on one side: for the signature or for sending", "签名与发送之间，有一方把 meta 做了两次 UTF-8 编码"}, fixUTF8, sdkUTF8},
}

var fixPayHost = Words{"send it to https://api.mch.weixin.qq.com", "发往 https://api.mch.weixin.qq.com"}

// fixOption is for SDKs that sign what they are given as meta, and the body where there is none.
var (
	fixOption = Words{"give meta to the SDK beside the form, as the option of that name: it signs the option, and without one the body", "把 meta 作为同名选项与表单一起交给 SDK：SDK 对该选项签名，缺少时则对请求体签名"}
	sdkOption = SDK{
		"go":     sdkUpload["go"],
		"java":   sdkUpload["java"],
		"php":    sdkUpload["php"],
		"node":   `post(form.getBuffer(), { meta, headers: form.getHeaders() }) // meta: the object { filename, sha256 }; without it the Buffer is signed`,
		"python": sdkUpload["python"],
	}
)

var v3BodyCauses = []Cause{
	{"v3.body.empty", Words{"an empty body was signed, not meta", "签名时正文为空，没有签 meta"}, fixMeta, sdkUpload},
	{"v3.body.whole_multipart", Words{"the whole multipart body was signed, not meta alone", "签了整个 multipart 请求体，而不是只签 meta"}, fixMeta, sdkUpload},
	{"v3.body.multipart_lf", Words{"the whole multipart body was signed, with LF where CR LF was sent", "签了整个 multipart 请求体，且换行为 LF，而发送的是 CR LF"}, fixMeta, sdkUpload},
	{"v3.body.multipart_boundary", Words{"the whole multipart body was signed, with another boundary than was sent", "签了整个 multipart 请求体，且 boundary 与发送的不同"}, fixMeta, sdkUpload},
	{"v3.body.multipart_order", Words{"the whole multipart body was signed, with its parts in another order than they were sent in", "签了整个 multipart 请求体，且各部分的顺序与发送的不同"}, fixMeta, sdkUpload},
	{"v3.body.multipart_no_file", Words{"the multipart body was signed without the file's bytes in it", "签了不含文件内容的 multipart 请求体"}, fixMeta, sdkUpload},
	{"v3.body.multipart_text", Words{"the whole multipart body was signed, converted to a text: {}", "把整个 multipart 请求体转成文本后签名：{}"}, fixMeta, sdkUpload},
	{"v3.body.file", Words{"the file's bytes were signed, not meta", "签了文件内容，而不是 meta"}, fixMeta, sdkUpload},
	{"v3.body.file_base64", Words{"the file in base64 was signed, not meta", "签了文件的 base64，而不是 meta"}, fixMeta, sdkUpload},
	{"v3.body.buffer_json", Words{`JSON.stringify of a Buffer ({"type":"Buffer","data":[…]}) was signed, not meta: {}`, `签的是 Buffer 经 JSON.stringify 后的文本（{"type":"Buffer","data":[…]}），而不是 meta：{}`}, fixOption, sdkOption},
	{"v3.body.digest", Words{"the digest alone was signed, not the whole of meta", "只签了文件摘要，而不是整个 meta"}, fixMeta, sdkUpload},
	{"v3.body.filename", Words{"the file's name alone was signed, not the whole of meta", "只签了文件名，而不是整个 meta"}, fixMeta, sdkUpload},
	{"v3.body.literal", Words{"in the place of meta, {} was signed", "签名时 meta 的位置上是 {}"}, fixMeta, sdkMeta},
	{"v3.body.part", Words{"the part {} was signed, not the part meta", "签的是名为 {} 的部分，而不是 meta"}, fixMeta, sdkUpload},
	{"v3.body.meta_part", Words{"meta was signed together with the headers or the boundary around it", "签 meta 时把它的部分头或 boundary 也算了进去"}, fixMeta, sdkUpload},
	{"v3.body.unread_meta", Words{"the signature is right for a meta that is in the body, but cannot be read as a part of the form", "签名与请求体中的 meta 相符，但该 meta 无法作为表单的一部分读出"}, Words{"mend the form: see the other findings", "修正表单本身，见其他结论"}, sdkForm},
}

var v3MetaCauses = []Cause{
	{"v3.meta.spacing", Words{"meta was signed with other blanks or line ends than it was sent with: {}", "签名所用 meta 的空格或换行与发送的不同：{}"}, fixOnce, sdkMeta},
	{"v3.meta.key_order", Words{"meta was signed with its members in another order: {}", "签名所用 meta 的字段顺序不同：{}"}, fixOnce, sdkMeta},
	{"v3.meta.escape_slash", Words{`slashes in meta were escaped (\/) on one side only: in what was signed or in what was sent`, `meta 中的斜杠只在一方做了转义（\/）：签名或发送`}, fixOnce, sdkMeta},
	{"v3.meta.escape_unicode", Words{`characters in meta were escaped (\uXXXX) on one side only: in what was signed or in what was sent`, `meta 中的中文等字符只在一方做了 \uXXXX 转义：签名或发送`}, fixOnce, sdkMeta},
	{"v3.meta.escape_html", Words{`characters such as < > & = ' in meta were escaped (\u003c …) on one side only: {}`, `meta 中的 < > & = ' 等字符只在一方做了转义（\u003c 等）：{}`}, fixOnce, sdkMeta},
	{"v3.meta.escape_case", Words{`the \uXXXX escapes of meta were signed in another case than sent`, `meta 的 \uXXXX 转义在签名与发送时大小写不同`}, fixOnce, sdkMeta},
	{"v3.meta.filename", Words{"meta was signed with another file name: {}", "签名所用 meta 的文件名不同：{}"}, fixOnce, sdkMeta},
	{"v3.meta.digest", Words{"meta was signed with the digest written or computed otherwise: {}", "签名所用 meta 的摘要写法或取值不同：{}"}, fixOnce, sdkMeta},
	{"v3.meta.member_missing", Words{"meta was signed without a member that was sent: {}", "签名所用 meta 缺少发送时有的字段：{}"}, fixOnce, sdkMeta},
	{"v3.meta.member_added", Words{"meta was signed with a member that was not sent: {}", "签名所用 meta 多了发送时没有的字段：{}"}, fixOnce, sdkMeta},
	{"v3.meta.key_names", Words{"meta was signed with other names of its members: {}", "签名所用 meta 的字段名不同：{}"}, fixOnce, sdkMeta},
	{"v3.meta.not_json", Words{"what was signed is meta as the language prints it, not its JSON: {}", "签的是语言自带的打印形式，而不是 meta 的 JSON：{}"}, fixOnce, sdkMeta},
	{"v3.meta.ends", Words{"meta was signed with something more or less at its ends: {}", "签名所用 meta 的首尾多了或少了内容：{}"}, fixOnce, sdkMeta},
	{"v3.meta.bom", Words{"a byte order mark stands before meta on one side only: in what was signed or in what was sent", "meta 前的 BOM 只出现在一方：签名或发送"}, fixOnce, sdkMeta},
	{"v3.meta.line_ends", Words{"meta was signed with other line ends inside it: {}", "签名所用 meta 内部的换行不同：{}"}, fixOnce, sdkMeta},
	{"v3.meta.blanks", Words{"meta was signed with the blanks taken out of it", "签名所用 meta 去掉了空白"}, fixOnce, sdkMeta},
	{"v3.meta.backslashes", Words{"the backslashes of meta were added or taken away on one side: {}", "meta 的反斜杠在一方被添加或去除：{}"}, fixOnce, sdkMeta},
	{"v3.meta.quotes", Words{"meta was signed with other quotes: {}", "签名所用 meta 的引号不同：{}"}, fixOnce, sdkMeta},
	{"v3.meta.encoded", Words{"meta was signed encoded once more ({}), but sent as it is", "签名所用 meta 又做了一次编码（{}），而发送的是原文"}, fixOnce, sdkMeta},
	{"v3.meta.hashed", Words{"in the place of meta its hash was signed ({})", "签名时 meta 的位置上是它的哈希（{}）"}, fixMeta, sdkLines},
	{"v3.meta.wrapped", Words{"meta was signed with something around it: {}", "签名时 meta 外面又套了一层：{}"}, fixMeta, sdkUpload},
	{"v3.meta.case", Words{"meta was signed all in lower or in upper case", "签名所用 meta 被整体转成了小写或大写"}, fixOnce, sdkMeta},
	{"v3.meta.cut", Words{"only the beginning of meta was signed: {} bytes", "只签了 meta 的开头部分：{} 字节"}, Words{"look for a buffer or a length counted in characters, not bytes", "检查缓冲区，或是否按字符数而不是字节数取长度"}, sdkMeta},
}
