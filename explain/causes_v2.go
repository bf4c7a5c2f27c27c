package explain

var (
	fixCertificate = Words{"use TLS with the API certificate of the merchant that mch_id names: apiclient_cert.pem and apiclient_key.pem, or apiclient_cert.p12 (its password is the mch_id)", "TLS 使用 mch_id 对应商户的 API 证书：apiclient_cert.pem 与 apiclient_key.pem，或 apiclient_cert.p12（密码为商户号）"}
	fixV2Key       = Words{"use the APIv2 key that is set for this mch_id in the merchant portal, 32 characters and nothing else", "使用商户平台上该 mch_id 设置的 APIv2 密钥：仅 32 个字符"}
	fixV2Glue      = Words{"join the key last and once: …&key= and the APIv2 key", "密钥只在最后拼接一次：…&key= 加 APIv2 密钥"}
	fixV2Fields    = Words{"sign exactly the fields that are sent and not empty, without sign and media", "参与签名的恰为所发送的非空字段，不含 sign 与 media"}
	fixV2Text      = Words{"sort by name in byte order and write name=value, joined by &, values as they are", "按名称的字典序排序，写成 name=value 并用 & 连接，值保持原样"}
	fixV2Hash      = Words{"use the algorithm that sign_type names: HMAC-SHA256 with the APIv2 key, or MD5 if it says MD5 or is not sent", "使用 sign_type 声明的算法：HMAC-SHA256（密钥为 APIv2 密钥）；声明 MD5 或未发送时为 MD5"}
	fixV2Sign      = Words{"send the sign as upper-case hex: 32 characters of MD5, 64 of HMAC-SHA256", "sign 以大写十六进制发送：MD5 为 32 个字符，HMAC-SHA256 为 64 个"}
	fixV2Field     = Words{"send the fields of the form as the document names them: mch_id, media_hash, sign, sign_type, and the file media", "按文档命名表单字段：mch_id、media_hash、sign、sign_type，以及文件 media"}
)

var v2CertificateCauses = []Cause{
	{"v2.method", Words{"the request is a {}, not a POST", "请求方法是 {}，应为 POST"}, Words{"send a POST", "使用 POST"}, sdkForm},
	{"v2.host", Words{"the request went to {}, which has not this API", "请求发往 {}，该域名没有此接口"}, fixPayHost, sdkCertificate},
	{"v2.certificate.no_tls", Words{"the request came over plain HTTP: there can be no client certificate", "请求走的是明文 HTTP，不可能携带客户端证书"}, fixCertificate, sdkCertificate},
	{"v2.certificate.missing", Words{"no client certificate was shown in the TLS handshake", "TLS 握手时没有出示客户端证书"}, fixCertificate, sdkCertificate},
	{"v2.certificate.expired", Words{"the client certificate has expired on {}", "客户端证书已于 {} 过期"}, Words{"apply for a new API certificate in the merchant portal", "在商户平台申请新的 API 证书"}, sdkCertificate},
	{"v2.certificate.not_yet", Words{"the client certificate is valid only from {} on", "客户端证书自 {} 起才有效"}, Words{"check the clocks", "检查时钟"}, sdkCertificate},
	{"v2.certificate.no_name", Words{"the client certificate names nobody: its subject has no common name", "客户端证书没有名称（主题中缺少 CN）"}, fixCertificate, sdkCertificate},
	{"v2.certificate.platform", Words{"the client certificate is the platform's ({}), not the merchant's", "客户端证书是平台证书（{}），不是商户 API 证书"}, fixCertificate, sdkCertificate},
	{"v2.certificate.revoked", Words{"the client certificate {} was revoked", "客户端证书 {} 已作废"}, Words{"apply for a new API certificate in the merchant portal", "在商户平台申请新的 API 证书"}, sdkCertificate},
	{"v2.certificate.replaced", Words{"the client certificate {} was replaced by a newer one", "客户端证书 {} 已被新证书取代"}, Words{"use the newer certificate", "改用新证书"}, sdkCertificate},
	{"v2.certificate.other_merchant", Words{"the client certificate is that of merchant {}, not of mch_id", "客户端证书属于商户 {}，与 mch_id 不符"}, fixCertificate, sdkCertificate},
	{"v2.certificate.other_ca", Words{"the client certificate was not issued for merchants; its issuer is {}", "客户端证书不是签发给商户的，签发者为 {}"}, fixCertificate, sdkCertificate},
	{"v2.certificate.unknown", Words{"the client certificate ({}) is none of the merchant's", "客户端证书（{}）不属于该商户"}, fixCertificate, sdkCertificate},

	{"v2.field.missing", Words{"the form has no field {}", "表单缺少字段 {}"}, fixV2Field, sdkForm},
	{"v2.field.name", Words{"a field of the form has the wrong name: {}", "表单字段名写错：{}"}, fixV2Field, sdkForm},
	{"v2.field.in_query", Words{"{} is in the query, not in the form", "{} 写在了 URL 查询串里，而不是表单中"}, fixV2Field, sdkForm},
	{"v2.field.empty", Words{"the field {} is empty", "字段 {} 为空"}, fixV2Field, sdkForm},
	{"v2.field.blanks", Words{"the field {} has blanks or quotes around its value", "字段 {} 的值前后有空白或引号"}, fixV2Field, sdkForm},
	{"v2.field.twice", Words{"the field {} was sent twice", "字段 {} 发送了两次"}, fixV2Field, sdkForm},
	{"v2.field.appid", Words{"mch_id is an appid ({}), not a merchant number", "mch_id 填成了 appid（{}），不是商户号"}, fixV2Field, sdkForm},
}

var v2SignCauses = []Cause{
	{"v2.key.apiv3", Words{"the sign was made with the APIv3 key, not the APIv2 key", "sign 用的是 APIv3 密钥，而不是 APIv2 密钥"}, fixV2Key, sdkV2Text},
	{"v2.key.other_merchant", Words{"the sign was made with the key of merchant {}", "sign 用的是商户 {} 的密钥"}, fixV2Key, sdkV2Text},
	{"v2.key.blanks", Words{"the key has a blank, a line end or quotes around it", "密钥前后带有空格、换行或引号"}, fixV2Key, sdkV2Text},
	{"v2.key.case", Words{"the key was used in another case", "密钥的大小写不对"}, fixV2Key, sdkV2Text},
	{"v2.key.mchid", Words{"the sign was made with the mch_id in the place of the key", "sign 用商户号代替了密钥"}, fixV2Key, sdkV2Text},
	{"v2.key.hashed", Words{"the key was hashed or decoded ({}) before it was used", "密钥在使用前被哈希或解码（{}）"}, fixV2Key, sdkV2Text},
	{"v2.key.placeholder", Words{"the sign was made with a placeholder or a sample key: “{}”", "sign 用的是占位符或文档示例密钥：“{}”"}, fixV2Key, sdkV2Text},
	{"v2.key.missing", Words{"the text that was signed lacks the key", "待签名文本没有拼接密钥"}, fixV2Glue, sdkV2Text},
	{"v2.key.joined", Words{"the key was joined in another way than &key=: {}", "密钥没有按 &key= 拼接：{}"}, fixV2Glue, sdkV2Text},
	{"v2.key.doubled", Words{"&key= (or a part of it) occurs twice in the signed text: {}", "&key=（或其一部分）在待签名文本中重复：{}"}, fixV2Glue, sdkV2Text},
	{"v2.key.sorted", Words{"the key was sorted in among the fields; it belongs last", "密钥参与了排序，应放在最后"}, fixV2Glue, sdkV2Text},
	{"v2.key.name", Words{"the key was joined under another name: {}", "拼接密钥时用了别的名称：{}"}, fixV2Glue, sdkV2Text},

	{"v2.sign.lower_case", Words{"the sign is in lower case", "sign 是小写"}, fixV2Sign, sdkV2Sign},
	{"v2.sign.base64", Words{"the sign is in base64, not in hex", "sign 是 base64，应为十六进制"}, fixV2Sign, sdkV2Sign},
	{"v2.sign.dashes", Words{"the bytes of the sign are separated: {}", "sign 的各字节之间有分隔符：{}"}, fixV2Sign, sdkV2Sign},
	{"v2.sign.blanks", Words{"the sign has blanks or quotes around it", "sign 前后带有空白或引号"}, fixV2Sign, sdkV2Sign},
	{"v2.sign.cut", Words{"the sign is incomplete: {} characters (cut, or zeros were lost)", "sign 不完整：{} 个字符（被截断或丢失了 0）"}, fixV2Sign, sdkV2Sign},
	{"v2.sign.length", Words{"a sign of {} characters is neither MD5 (32) nor HMAC-SHA256 (64)", "{} 个字符的 sign 既不是 MD5（32）也不是 HMAC-SHA256（64）"}, fixV2Sign, sdkV2Sign},
	{"v2.sign_type.unknown", Words{"sign_type is {}; only MD5 and HMAC-SHA256 are known, anything else means MD5", "sign_type 为 {}；仅支持 MD5 与 HMAC-SHA256，其他值按 MD5 处理"}, fixV2Hash, sdkV2Sign},

	{"v2.hash.hmac_declared_md5", Words{"the sign is HMAC-SHA256, but sign_type does not say so, which means MD5", "sign 是 HMAC-SHA256，但 sign_type 没有声明，按 MD5 处理"}, fixV2Hash, sdkV2Sign},
	{"v2.hash.md5_declared_hmac", Words{"the sign is MD5, but sign_type says HMAC-SHA256", "sign 是 MD5，但 sign_type 声明为 HMAC-SHA256"}, fixV2Hash, sdkV2Sign},
	{"v2.hash.no_hmac", Words{"the sign is a plain SHA-256, not an HMAC with the key", "sign 是普通的 SHA-256，而不是以密钥计算的 HMAC"}, fixV2Hash, sdkV2Sign},
	{"v2.hash.other", Words{"the sign was made with {}", "sign 用的算法是 {}"}, fixV2Hash, sdkV2Sign},
	{"v2.hash.twice", Words{"the text was hashed twice ({})", "文本被哈希了两次（{}）"}, fixV2Hash, sdkV2Sign},

	{"v2.order.as_sent", Words{"the fields were signed in the order in which they were sent, not sorted", "字段按发送顺序签名，没有排序"}, fixV2Text, sdkV2Text},
	{"v2.order.reversed", Words{"the fields were sorted the wrong way round", "字段按降序排序了"}, fixV2Text, sdkV2Text},
	{"v2.order.other", Words{"the fields were signed in another order than that of their names", "字段没有按名称的字典序签名"}, fixV2Text, sdkV2Text},
	{"v2.join.other", Words{"the fields were written as {}, not as a=b&c=d", "字段写成了 {}，应为 a=b&c=d"}, fixV2Text, sdkV2Text},
	{"v2.text.case", Words{"the whole text was turned to another case before it was signed", "签名前把整个文本转换了大小写"}, fixV2Text, sdkV2Text},
	{"v2.text.url_encoded", Words{"the whole text was URL-encoded before it was signed", "签名前把整个文本做了 URL 编码"}, fixV2Text, sdkV2Text},
	{"v2.text.base64", Words{"the text was encoded in base64 before it was signed", "签名前把文本做了 base64"}, fixV2Text, sdkV2Text},
	{"v2.text.ends", Words{"something stands before or behind the text that was signed: {}", "待签名文本的首尾有多余内容：{}"}, fixV2Text, sdkV2Text},

	{"v2.fields.sign_type_left_out", Words{"sign_type ({}) was sent but not signed", "发送了 sign_type（{}），但没有参与签名"}, fixV2Fields, sdkV2Text},
	{"v2.fields.sign_type_put_in", Words{"sign_type={} was signed but not sent", "sign_type={} 参与了签名，却没有发送"}, fixV2Fields, sdkV2Text},
	{"v2.fields.sign_type_other", Words{"sign_type was signed with another value than sent: {}", "签名时 sign_type 的值与发送的不同：{}"}, fixV2Fields, sdkV2Text},
	{"v2.fields.empty_kept", Words{"a field without a value was signed", "值为空的字段参与了签名"}, fixV2Fields, sdkV2Text},
	{"v2.fields.media", Words{"media was signed ({}); the file is not", "media 参与了签名（{}）；文件不参与签名"}, fixV2Fields, sdkV2Text},
	{"v2.fields.extra", Words{"{} was signed but is no field of the form", "{} 参与了签名，但不是表单字段"}, fixV2Fields, sdkV2Text},
	{"v2.fields.left_out", Words{"{} was sent but not signed", "发送了 {}，但没有参与签名"}, fixV2Fields, sdkV2Text},
	{"v2.fields.name", Words{"a field was signed under another name than sent: {}", "签名时字段名与发送的不同：{}"}, fixV2Fields, sdkV2Text},
	{"v2.value.digest", Words{"media_hash was signed with another value than sent: {}", "签名时 media_hash 的值与发送的不同：{}"}, fixV2Fields, sdkV2Text},
	{"v2.value.url_encoded", Words{"the values were URL-encoded before they were signed", "签名前把各字段的值做了 URL 编码"}, fixV2Text, sdkV2Text},
	{"v2.value.quoted", Words{"the values were put into quotes ({}) before they were signed", "签名时各字段的值加了引号（{}）"}, fixV2Text, sdkV2Text},
	{"v2.value.case", Words{"the values were turned to another case before they were signed", "签名前转换了各字段值的大小写"}, fixV2Text, sdkV2Text},
}
