package explain

var (
	fixDigest  = Words{"compute the digest over the very bytes that are sent, and send it as lower-case hex", "对实际发送的字节计算摘要，并以小写十六进制发送"}
	fixBinary  = Words{"read the file as bytes and send these bytes, with no text in between", "以字节方式读取文件并原样发送，中间不要转成文本"}
	fixConvert = Words{"convert the picture to JPG or PNG; renaming it is not enough", "把图片转换为 JPG 或 PNG；仅改后缀没有用"}
)

var digestCauses = []Cause{
	{"digest.upper_case", Words{"the digest is in upper case", "摘要是大写"}, fixDigest, sdkDigest},
	{"digest.decorated", Words{"the digest has something around or between its digits: {}", "摘要前后或中间有多余内容：{}"}, fixDigest, sdkDigest},
	{"digest.cut", Words{"the digest is cut short: {} characters", "摘要不完整：字符数 {}"}, fixDigest, sdkDigest},
	{"digest.base64", Words{"the digest is in base64, not in hex", "摘要是 base64，应为十六进制"}, fixDigest, sdkDigest},
	{"digest.no_zeros", Words{"the digest lost its zeros when it was printed", "摘要输出时丢失了 0"}, Words{"print two digits for each byte (%02x)", "每个字节输出两位（%02x）"}, sdkDigest},
	{"digest.is_name", Words{"in the place of the digest there is the file's name", "摘要的位置上是文件名"}, fixDigest, sdkDigest},
	{"digest.is_size", Words{"in the place of the digest there is the file's size", "摘要的位置上是文件大小"}, fixDigest, sdkDigest},
	{"digest.other_hash", Words{"the digest was made with {}", "摘要用的算法是 {}"}, Words{"use the algorithm that the API names: SHA-256 for APIv3, MD5 for uploadmedia", "使用接口要求的算法：APIv3 为 SHA-256，uploadmedia 为 MD5"}, sdkDigest},
	{"digest.of_nothing", Words{"the digest is that of nothing: no byte was hashed", "摘要是空内容的：没有读到任何字节"}, Words{"hash the bytes, not a stream that was read to its end before; rewind it", "对字节计算；若流已读完，先回到开头"}, sdkDigest},
	{"digest.of_name", Words{"the digest is that of the file's name or path ({}), not of its content", "摘要是对文件名或路径（{}）计算的，而不是文件内容"}, fixDigest, sdkDigest},
	{"digest.of_literal", Words{"the digest is that of the text {}", "摘要是对文本 {} 计算的"}, fixDigest, sdkDigest},
	{"digest.of_meta", Words{"the digest is that of meta", "摘要是对 meta 计算的"}, fixDigest, sdkDigest},
	{"digest.of_form", Words{"the digest is that of the whole form, not of the file", "摘要是对整个表单计算的，而不是文件"}, fixDigest, sdkDigest},
	{"digest.of_base64", Words{"the digest is that of the file in base64 or hex, not of its bytes", "摘要是对文件的 base64（或十六进制）文本计算的，而不是原始字节"}, fixDigest, sdkDigest},
	{"digest.before_base64", Words{"the digest is that of the picture, but the file that was sent is its base64", "摘要是图片本身的，而发送的文件是其 base64 文本"}, fixBinary, sdkBytes},
	{"digest.of_start", Words{"the digest is that of the first bytes only: {}", "摘要只覆盖了文件开头：{} 字节"}, Words{"read to the end: one read call need not give all bytes", "读到文件末尾：一次 read 不一定返回全部字节"}, sdkDigest},
	{"digest.of_rest", Words{"the digest lacks the first {} bytes of the file: they were read before", "摘要缺少文件的前 {} 字节：此前已被读取"}, Words{"rewind the stream before hashing it", "计算前先把流回到开头"}, sdkDigest},
	{"digest.of_text", Words{"the digest is that of the file read as a text: {}", "摘要是把文件当作文本读取后计算的：{}"}, fixBinary, sdkDigest},
	{"digest.with_line_end", Words{"the digest is that of the file with {} behind it", "摘要是对文件末尾多了 {} 的内容计算的"}, Words{"add nothing (echo -n, printf)", "不要附加任何字符（echo -n、printf）"}, sdkDigest},
	{"digest.twice", Words{"the digest was hashed once more: it is the digest of the digest", "对摘要又做了一次哈希"}, fixDigest, sdkDigest},
}

var fileCauses = []Cause{
	{"file.empty", Words{"the file has no bytes", "文件为空"}, Words{"rewind a stream that was read before, to hash it", "若流已被读取（例如计算摘要），发送前先回到开头"}, sdkBytes},
	{"file.base64", Words{"the file is the base64 text of a picture ({})", "文件内容是图片（{}）的 base64 文本"}, Words{"decode it and send the bytes", "解码后发送字节"}, sdkBytes},
	{"file.data_url", Words{"the file is a data URL: {}…", "文件内容是 data URL：{}…"}, Words{"take what follows the comma, decode it, and send the bytes", "取逗号之后的部分，解码后发送字节"}, sdkBytes},
	{"file.hex", Words{"the file is the hex text of a picture ({})", "文件内容是图片（{}）的十六进制文本"}, Words{"decode it and send the bytes", "解码后发送字节"}, sdkBytes},
	{"file.url", Words{"the file is a URL: {}", "文件内容是一个 URL：{}"}, Words{"fetch the picture first and send its bytes", "先下载图片，再发送其字节"}, sdkBytes},
	{"file.path", Words{"the file is a path: {}", "文件内容是一个路径：{}"}, Words{"open the file and send its bytes", "打开文件并发送其字节"}, sdkBytes},
	{"file.printed", Words{"the file is what a program prints of an object: {}", "文件内容是程序打印对象得到的文本：{}"}, fixBinary, sdkBytes},
	{"file.lfs_pointer", Words{"the file is a pointer of Git LFS, not the picture itself", "文件是 Git LFS 指针，而不是图片本身"}, Words{"fetch the pictures where the program is built: git lfs pull", "在构建环境取回图片：git lfs pull"}, sdkBytes},
	{"file.apple_double", Words{"the file is one of macOS's ._ files, which hold attributes, not the picture", "文件是 macOS 的 ._ 属性文件，而不是图片"}, Words{"pass over files whose name begins with ._ (COPYFILE_DISABLE=1 keeps tar from making them)", "跳过以 ._ 开头的文件（打包时设置 COPYFILE_DISABLE=1 可避免产生）"}, sdkBytes},
	{"file.zeros", Words{"the file has nothing but zero bytes: {}", "文件全部是零字节：字节数 {}"}, Words{"read the file into the buffer before it is sent: a new buffer is all zeros", "发送前先把文件读入缓冲区：新建的缓冲区全是零"}, sdkBytes},
	{"file.error_answer", Words{"the file is an error that another API has answered: {}", "文件内容是另一个接口返回的错误：{}"}, Words{"look at the answer of the download before storing it as a picture", "保存为图片前先检查下载接口的应答"}, sdkBytes},
	{"file.html", Words{"the file is an HTML or XML page: {}", "文件内容是 HTML 或 XML：{}"}, Words{"look at the status and type of the download before storing it as a picture", "保存为图片前先检查下载的状态码与类型"}, sdkBytes},
	{"file.json", Words{"the file is JSON: {}", "文件内容是 JSON：{}"}, fixBinary, sdkBytes},
	{"file.form_in_form", Words{"the file is a multipart form itself", "文件内容本身又是一个 multipart 表单"}, Words{"put the picture, not the form, into the file's part", "文件部分应放图片，而不是整个表单"}, sdkForm},
	{"file.text_mode", Words{"the file went through a text mode that changed its line ends: {}", "文件经过了文本模式，换行被改动：{}"}, fixBinary, sdkBytes},
	{"file.as_text", Words{"the file was turned into a text and back ({}); its bytes are destroyed", "文件被转成文本再转回（{}），字节已损坏"}, fixBinary, sdkBytes},
	{"file.compressed", Words{"the file is compressed with {}", "文件被 {} 压缩过"}, Words{"send it as it is", "直接发送原文件"}, sdkBytes},
	{"file.prefixed", Words{"something stands before the picture: {} bytes", "图片前面有多余内容：{} 字节"}, Words{"look for output, a byte order mark or part headers before the file's bytes", "检查文件字节之前是否有输出、BOM 或部分头"}, sdkBytes},
	{"file.not_taken", Words{"the file is a {}, which the API does not take", "文件是 {}，接口不接受"}, fixConvert, sdkConvert},
	{"file.unknown", Words{"the file is of no known format", "文件不是已知的格式"}, fixConvert, sdkConvert},
	{"file.suffix", Words{"the file's suffix is not one that the API takes: {}", "文件后缀不在接口允许范围内：{}"}, Words{"name it .jpg, .png or .bmp, as its content is", "按内容命名为 .jpg、.png 或 .bmp"}, sdkMedia},
	{"file.no_suffix", Words{"the file's name has no suffix: {}", "文件名没有后缀：{}"}, fixName, sdkMedia},
	{"file.name_and_content", Words{"name and content disagree: {}", "文件名与内容不符：{}"}, Words{"name the file as its content is, or convert it", "按内容改名，或转换格式"}, sdkConvert},
	{"file.damaged", Words{"the picture is damaged or cut off: {}", "图片损坏或不完整：{}"}, Words{"open it in a viewer; send it whole", "用看图软件确认，并完整发送"}, sdkBytes},
	{"file.too_many_pixels", Words{"the picture has too many pixels, scans or segments: {}", "图片的像素、扫描或分段过多：{}"}, Words{"make it smaller", "缩小图片"}, sdkConvert},
}
