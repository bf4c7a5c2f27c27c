package explain

// observedCauses are what answers of the real service tell by themselves.
var observedCauses = []Cause{
	{"observed.no_meta", Words{"WeChat found no meta in the form: the text that it built has {} bytes, which leaves none for meta", "微信没有在表单中读到 meta：它拼出的待签名串共 {} 字节，其中 meta 为空"}, Words{"mend the form: boundary without quotes, CR LF line ends, a part name=\"meta\" without a filename", "修正表单：boundary 不加引号、换行用 CR LF、meta 部分 name=\"meta\" 且不带 filename"}, sdkForm},
	{"observed.body", Words{"WeChat saw a body to sign of this many bytes, beginning with: {}", "微信看到的待签名正文，字节数及开头为：{}"}, fixOnce, sdkMeta},
	{"observed.other_meta", Words{"WeChat saw another meta than this request's: it begins with {}", "微信看到的 meta 与本请求的不同，开头是 {}"}, fixOnce, sdkMeta},
	{"observed.meta_length", Words{"WeChat saw a meta of another length than this request's: {} bytes", "微信看到的 meta 长度与本请求不同：{} 字节"}, fixOnce, sdkMeta},
	{"observed.same_text", Words{"WeChat built the same text that this request shows: so another text was signed, or with another key", "微信拼出的文本与本请求一致：因此签的是另一段文本，或用了另一个私钥"}, fixMeta, sdkLines},
	{"observed.method", Words{"WeChat saw another method: {}", "微信看到的请求方法不同：{}"}, fixLines, sdkLines},
	{"observed.url", Words{"WeChat saw another URL: {}", "微信看到的 URL 不同：{}"}, fixURL, sdkPath},
	{"observed.timestamp", Words{"WeChat saw another timestamp: {}; the answer belongs to another request", "微信看到的时间戳不同：{}；该应答属于另一个请求"}, fixTime, sdkTime},
	{"observed.nonce", Words{"WeChat saw another nonce_str: {}; the answer belongs to another request", "微信看到的 nonce_str 不同：{}；该应答属于另一个请求"}, fixNonce, sdkNonce},
	{"observed.extra_line", Words{"WeChat recognized a line too many in the signed text (the mchid, most often)", "微信识别出待签名串多了一行（多为商户号）"}, fixLines, sdkLines},
	{"observed.clock", Words{"WeChat's clock and the timestamp are more than five minutes apart", "时间戳与微信的时钟相差超过 5 分钟"}, fixTime, sdkTime},
	{"observed.serial", Words{"WeChat knows no certificate of this serial_no for the merchant, or the key is another's", "微信查不到该商户的此证书序列号，或私钥与之不配套"}, fixSerial, sdkKey},
	{"observed.certificate", Words{"the certificate that serial_no names is no longer valid", "serial_no 所指证书已失效"}, Words{"use the merchant's current API certificate: its serial number and its key", "改用商户当前的 API 证书：序列号与私钥"}, sdkKey},
	{"observed.headers", Words{"the Accept or the User-Agent header did not arrive", "Accept 或 User-Agent 请求头没有到达"}, Words{"send both", "两者都要发送"}, sdkAccept},
	{"observed.authorization", Words{"WeChat could not read the Authorization header", "微信无法解析 Authorization 请求头"}, fixHeader, sdkHeader},
	{"observed.meta_required", Words{"the signature was right for an empty meta, and then meta was missing", "签名与空的 meta 相符，随后发现缺少 meta"}, fixMeta2, sdkForm},
	{"observed.file_required", Words{"WeChat found no file under the name that it wants", "微信没有按所需名称找到文件"}, fixPart, sdkForm},
	{"observed.names", Words{"the filename of the file's part is not the one in meta", "文件部分的 filename 与 meta 中的不一致"}, Words{"give both the same filename", "两处使用相同的文件名"}, sdkForm},
	{"observed.digest", Words{"the digest in meta is not that of the bytes that arrived", "meta 中的摘要与到达的字节不符"}, fixDigest, sdkDigest},
	{"observed.not_picture", Words{"the bytes that arrived are no picture", "到达的字节不是图片"}, fixBinary, sdkBytes},
	{"observed.no_certificate", Words{"no client certificate was shown in the TLS handshake", "TLS 握手时没有出示客户端证书"}, fixCertificate, sdkCertificate},
	{"observed.bad_certificate", Words{"the client certificate was not accepted: expired, or not issued for merchants", "客户端证书未被接受：已过期，或不是签发给商户的"}, fixCertificate, sdkCertificate},
	{"observed.permission", Words{"the merchant may not use this API: the product is not opened, or it is another kind of merchant's", "该商户无权使用此接口：未开通产品，或接口属于另一类商户"}, Words{"open the product, or use the endpoint for this kind of merchant", "开通对应产品，或改用该类商户的接口"}, sdkUpload},
}
