package explain

var (
	fixForm  = Words{"let the library build the form and set the Content-Type with its boundary itself", "由库来构造表单，并由它设置带 boundary 的 Content-Type"}
	fixCRLF  = Words{"end every line of the form with CR LF (\\r\\n), the empty ones too", "表单每一行（包括空行）都以 CR LF（\\r\\n）结尾"}
	fixPart  = Words{`head each part like this: Content-Disposition: form-data; name="file"; filename="a.jpg"`, `每个部分的头写成：Content-Disposition: form-data; name="file"; filename="a.jpg"`}
	fixMeta2 = Words{`send meta as a text part: name="meta", no filename, its content the JSON`, `把 meta 作为文本部分发送：name="meta"，不带 filename，内容为 JSON`}
	fixName  = Words{"give the file's part a filename with the suffix of its format: photo.jpg", "给文件部分加上带正确后缀的 filename，如 photo.jpg"}
)

var formCauses = []Cause{
	{"form.not_multipart", Words{"the Content-Type is {}, not multipart/form-data", "Content-Type 是 {}，而不是 multipart/form-data"}, fixForm, sdkForm},
	{"form.other_multipart", Words{"the Content-Type is {}, not multipart/form-data", "Content-Type 是 {}，应为 multipart/form-data"}, fixForm, sdkForm},
	{"form.no_content_type", Words{"there is no Content-Type header", "缺少 Content-Type 请求头"}, fixForm, sdkForm},
	{"form.type_twice", Words{"the request has two Content-Type headers", "请求有两个 Content-Type 请求头"}, Words{"set it once: leave it to the library that builds the form", "只设置一次：交给构造表单的库"}, sdkForm},
	{"form.compressed", Words{"the body is compressed with {}; no API of WeChat's undoes that", "请求体经过 {} 压缩，微信接口不会解压"}, Words{"turn request compression off for these calls", "对这些调用关闭请求压缩"}, sdkForm},
	{"form.base64", Words{"the body as a whole is the base64 text of a form", "整个请求体是表单的 base64 文本"}, Words{"send the bytes: a gateway or a function that is given base64 must decode it", "发送原始字节：网关或云函数收到 base64 时要先解码"}, sdkForm},
	{"form.no_boundary", Words{"the Content-Type names no boundary", "Content-Type 中没有 boundary"}, fixForm, sdkForm},
	{"form.quoted_boundary", Words{"the boundary is in quotes ({}); the real service then reads no part at all", "boundary 加了引号（{}），真实服务因此读不到任何部分"}, Words{"take the quotes off the boundary in the Content-Type", "去掉 Content-Type 中 boundary 的引号"}, sdkForm},
	{"form.bad_boundary", Words{"the boundary cannot be used: too long, empty, or with odd characters", "boundary 不可用：过长、为空或含特殊字符"}, fixForm, sdkForm},
	{"form.other_boundary", Words{"the body is written with another boundary than the Content-Type names", "请求体所用的 boundary 与 Content-Type 中的不同"}, fixForm, sdkForm},
	{"form.no_dashes", Words{"the two dashes before the boundary are missing in the body", "请求体中 boundary 前缺少两个短横线"}, Words{"write -- and then the whole boundary, and two more dashes behind the last", "写 -- 再写整个 boundary；最后一个后面再加 --"}, sdkForm},
	{"form.no_delimiter", Words{"the body does not begin with --boundary: it is no form", "请求体不以 --boundary 开头，不是表单"}, fixForm, sdkForm},
	{"form.bad_delimiter", Words{"a boundary in the body does not stand on a line of its own", "请求体中的 boundary 没有独占一行"}, fixCRLF, sdkForm},
	{"form.bare_lf", Words{"the lines of the form end with LF alone, not with CR LF", "表单的换行是 LF，而不是 CR LF"}, fixCRLF, sdkForm},
	{"form.truncated", Words{"the form is cut short: its closing boundary is missing", "表单不完整：缺少结束的 boundary"}, Words{"send all of it, and the right Content-Length; after the last part --boundary--", "完整发送，Content-Length 要正确；最后一部分之后写 --boundary--"}, sdkForm},
	{"form.empty_body", Words{"the body is empty", "请求体为空"}, Words{"send the form; rewind a stream that was read before, to hash it", "发送表单；若流已被读取（例如计算摘要），先回到开头"}, sdkForm},
	{"form.too_many_parts", Words{"the form has too many parts", "表单的部分过多"}, Words{"send the documented fields and the file", "只发送文档要求的字段与文件"}, sdkForm},
	{"form.header_too_long", Words{"the headers of a part are too long", "某个部分的头过长"}, fixPart, sdkForm},
	{"form.no_blank_line", Words{"the empty line between the headers of a part and its content is missing", "某个部分的头与内容之间缺少空行"}, Words{"put one empty line (CR LF) there", "在两者之间加一个空行（CR LF）"}, sdkForm},
	{"form.full_width", Words{"there is full-width (Chinese) punctuation in a header", "头里使用了全角标点"}, Words{"write : ; = and \" in ASCII", "冒号、分号、等号与引号都用英文半角"}, sdkForm},
	{"form.control_character", Words{"there is a control character in the header of a part", "某个部分的头含有控制字符"}, fixPart, sdkForm},
	{"form.no_disposition", Words{"a part has no Content-Disposition", "某个部分缺少 Content-Disposition"}, fixPart, sdkForm},
	{"form.bad_parameter", Words{`a parameter of Content-Disposition is not name="value"`, `Content-Disposition 的参数没有写成 name="value"`}, fixPart, sdkForm},
	{"form.bad_quotes", Words{"the quotes in Content-Disposition do not match", "Content-Disposition 的引号不配对"}, Words{"write a quote inside a file name as %22, or rename the file", "文件名中的引号写成 %22，或改名"}, sdkForm},
	{"form.duplicate", Words{"a parameter of Content-Disposition occurs twice", "Content-Disposition 的参数重复"}, fixPart, sdkForm},
	{"form.bad_filename_star", Words{"filename* cannot be decoded", "filename* 无法解码"}, fixName, sdkForm},
	{"form.transfer_encoding", Words{"a part has Content-Transfer-Encoding {}; it is not undone", "某个部分带有 Content-Transfer-Encoding {}，不会被解码"}, Words{"send the bytes as they are, without that header", "直接发送原始字节，并去掉该头"}, sdkBytes},
	{"form.single_quotes", Words{"single quotes stand around a parameter of Content-Disposition; they become part of it", "Content-Disposition 的参数用了单引号，会被当作值的一部分"}, fixPart, sdkForm},
	{"form.not_utf8", Words{"a name in the form is not UTF-8", "表单中的名称不是 UTF-8"}, fixUTF8, sdkUTF8},
	{"form.part_twice", Words{"the form has two parts named {}", "表单中有两个名为 {} 的部分"}, Words{"send it once", "只发送一个"}, sdkForm},
	{"form.no_file", Words{"the form has no file: no part named {}", "表单中没有文件：缺少名为 {} 的部分"}, fixPart, sdkForm},
	{"form.part_name", Words{"the file's part has the wrong name: {}", "文件部分的名称不对：{}"}, fixPart, sdkMedia},
	{"form.no_filename", Words{"the part {} has no filename, so it is a text and not a file", "{} 部分没有 filename，因此被当作文本而不是文件"}, fixName, sdkMedia},
	{"form.no_extension", Words{"the filename has no suffix: {}", "filename 没有后缀：{}"}, fixName, sdkMedia},
	{"form.filename_star", Words{"only filename*= was sent, which the real service does not read", "只发送了 filename*=，真实服务不识别"}, fixName, sdkMedia},
	{"form.path_text", Words{"the path of the file was sent as a text, not the file: {}", "发送的是文件路径文本，而不是文件：{}"}, Words{"send the file itself", "发送文件本身"}, sdkMedia},

	{"form.no_meta", Words{"the form has no part named meta", "表单中没有名为 meta 的部分"}, fixMeta2, sdkForm},
	{"form.meta_name", Words{"the part of meta has the wrong name: {}", "meta 部分的名称不对：{}"}, fixMeta2, sdkForm},
	{"form.meta_spread", Words{"the members of meta were sent as fields of their own ({}), not as one JSON text", "meta 的字段被拆成了独立的表单字段（{}），应为一段 JSON 文本"}, fixMeta2, sdkForm},
	{"form.meta_filename", Words{"the part meta has a filename ({}); the real service then reads an empty meta", "meta 部分带了 filename（{}），真实服务会读到空的 meta"}, fixMeta2, sdkForm},
	{"form.meta_empty", Words{"the part meta is empty", "meta 部分为空"}, fixMeta2, sdkForm},
	{"form.meta_not_json", Words{"meta is not a JSON object", "meta 不是 JSON 对象"}, fixMeta2, sdkMeta},
	{"form.meta_member", Words{"meta has no {}", "meta 缺少 {}"}, Words{`meta is {"filename":"…","sha256":"…"}, both of them texts`, `meta 形如 {"filename":"…","sha256":"…"}，两者均为文本`}, sdkMeta},
	{"form.meta_member_name", Words{"a member of meta has the wrong name: {}", "meta 的字段名不对：{}"}, Words{`meta is {"filename":"…","sha256":"…"}, as the API's document names them`, `meta 形如 {"filename":"…","sha256":"…"}，以接口文档为准`}, sdkMeta},
	{"form.name_mismatch", Words{"meta and the file's part name different files: {}", "meta 与文件部分的文件名不同：{}"}, Words{"give both the same filename", "两处使用相同的文件名"}, sdkForm},
}

var clockCauses = []Cause{
	{"clock.milliseconds", Words{"the timestamp is in milliseconds", "时间戳是毫秒"}, fixTime, sdkTime},
	{"clock.microseconds", Words{"the timestamp is in microseconds", "时间戳是微秒"}, fixTime, sdkTime},
	{"clock.nanoseconds", Words{"the timestamp is in nanoseconds", "时间戳是纳秒"}, fixTime, sdkTime},
	{"clock.fraction", Words{"the timestamp has a fraction: {}", "时间戳带小数：{}"}, fixTime, sdkTime},
	{"clock.date", Words{"the timestamp is a date, not a number of seconds: {}", "时间戳写成了日期，应为秒数：{}"}, fixTime, sdkTime},
	{"clock.not_a_number", Words{"the timestamp is not a number: {}", "时间戳不是数字：{}"}, fixTime, sdkTime},
	{"clock.zone", Words{"the timestamp is off by whole hours ({}): a local time was taken for UTC, or the other way round", "时间戳相差整小时（{}）：把本地时间当作了 UTC，或相反"}, Words{"Unix time knows no time zone: take it from the clock directly, not from a date", "Unix 时间与时区无关：直接取时钟，不要由日期换算"}, sdkTime},
	{"clock.wrong", Words{"the timestamp is off by {}; five minutes are allowed", "时间戳相差 {}，允许的误差为 5 分钟"}, Words{"set the clock (NTP); if it is right, a request was kept and sent later", "校准时钟（NTP）；若时钟无误，则是请求生成后过了很久才发送"}, sdkTime},
}
