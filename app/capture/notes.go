package capture

import (
	"fmt"
	"strconv"

	"github.com/wxup/wxup/explain"
)

// Every note, in English and 中文. What they cite is quoted and cut; they hold no values of headers
// and no queries.

var (
	noteUTF16 = explain.Words{
		EN: "the text was in UTF-16 (PowerShell's > writes it so); bytes that are not characters were lost",
		ZH: "文本是 UTF-16 编码（PowerShell 的 > 会这样写）；非文本字节已丢失",
	}
	noteLatin1 = explain.Words{
		EN: "the text was saved as if its bytes were ISO-8859-1 characters; they are bytes again",
		ZH: "文本把字节当作 ISO-8859-1 字符保存；已还原为字节",
	}
	notePasted = explain.Words{
		EN: `typographic quotes, colons and blanks, as chat programs write them, were read as plain " ' : and blanks`,
		ZH: "聊天软件改写的中文引号、全角冒号和特殊空格，已按普通字符读取",
	}
	noteNoBlankLine = explain.Words{
		EN: "there is no empty line between the header and the body; it was taken to be lost in copying",
		ZH: "请求头与正文之间没有空行，视为复制时丢失",
	}
	noteBrokenTarget = explain.Words{
		EN: "the first line is spread over several lines; they were joined",
		ZH: "请求行分成了多行；已连接",
	}
	noteBadLength = explain.Words{
		EN: "the Content-Length is not a number; all that is here was taken for the body",
		ZH: "Content-Length 不是数字；其后的全部内容视为正文",
	}
	noteNoLength = explain.Words{
		EN: "there is neither a Content-Length nor chunks; all that is here was taken for the body",
		ZH: "既没有 Content-Length，也没有分块；其后的全部内容视为正文",
	}
	noteUnchunked = explain.Words{
		EN: "the header says chunked, but the body is shown without its chunks, as many tools do",
		ZH: "请求头声明为 chunked，但保存的正文已去掉分块（很多工具如此）",
	}
	noteBrokenChunks = explain.Words{
		EN: "the chunks are cut off or inconsistent; the body is what could be read",
		ZH: "分块不完整或不连贯；正文只包含能读出的部分",
	}
	noteEncodedFile = explain.Words{
		EN: "curl encoded a part in a way that wxup does not; its content is not judged",
		ZH: "某个部分由 curl 以此处不支持的方式编码；其内容不作判断",
	}
	noteBrokenAnswer = explain.Words{
		EN: "the answer could not be unpacked to its end",
		ZH: "应答未能完整解压",
	}
	noteLargeAnswer = explain.Words{
		EN: "the answer is too large when unpacked; it is shown in part",
		ZH: "应答解压后过大，只保留一部分",
	}
	noteBadBase64 = explain.Words{
		EN: "the body is not whole base64; it is what could be decoded",
		ZH: "正文不是完整的 base64；只保留能解码的部分",
	}
	noteNoBody = explain.Words{
		EN: "the body was not saved (browsers leave it out, or it was too large): record it with a proxy, or save the curl command",
		ZH: "没有保存正文（浏览器会省略，或因过大）：请用代理录制，或保存 curl 命令",
	}
	noteUnprefixed = explain.Words{
		EN: "what stands before every line (a log's time, a number, a quote mark) was taken off; a file that was copied so is not as it was",
		ZH: "已去掉每行前面的内容（日志时间、行号、引用符号等）；这样复制的文件内容已不是原样",
	}
	noteMasked = explain.Words{
		EN: "a value in the text is masked; what it is for is not judged",
		ZH: "文本中有被掩去的值；与它有关的内容不作判断",
	}
	noteSanitized = explain.Words{
		EN: `the browser has left Authorization and cookies out; choose "Export HAR (with sensitive data)" to have the signature judged`,
		ZH: "浏览器省略了 Authorization 和 Cookie；要判断签名，请选择“导出 HAR（包含敏感数据）”",
	}
	noteCutHead = explain.Words{
		EN: "the text ends within the header; what is missing is not judged",
		ZH: "文本在请求头中间结束；缺失的部分不作判断",
	}
	noteCutOff = explain.Words{
		EN: "the copy breaks off: there are fewer bytes than Content-Length says. What is missing is not judged",
		ZH: "副本不完整：字节数少于 Content-Length。缺失的部分不作判断",
	}
	noteFromParams = explain.Words{
		EN: "only a list of the form's fields was saved; how the body was written is not known",
		ZH: "只保存了表单字段列表；正文的实际写法未知",
	}
	noteCutHAR = explain.Words{
		EN: "the HAR breaks off or is damaged; these are the requests before that",
		ZH: "HAR 不完整或已损坏；以下是损坏处之前的请求",
	}
	noteCmd = explain.Words{
		EN: "the line was read as one for cmd.exe of Windows",
		ZH: "该命令按 Windows cmd.exe 的规则读取",
	}
	notePowerShell = explain.Words{
		EN: "the line was read as one for PowerShell",
		ZH: "该命令按 PowerShell 的规则读取",
	}
	noteLostQuotes = explain.Words{
		EN: `up to 7.2, PowerShell takes the quotes out of what it hands to curl.exe; write \" for each, or use PowerShell 7.3`,
		ZH: `PowerShell 7.2 及更早版本会去掉传给 curl.exe 的引号；请写成 \"，或使用 PowerShell 7.3 及以上版本`,
	}
	noteJoined = explain.Words{
		EN: `lines were joined although no \ stood at their end; it was taken to be lost in copying`,
		ZH: `行尾没有 \ 也作了续行处理，视为复制时丢失`,
	}
	noteConfig = explain.Words{
		EN: "the file of -K was not read; what stands in it is missing here",
		ZH: "没有读取 -K 指定的文件；其中的选项在此缺失",
	}
	noteBinaryData = explain.Words{
		EN: "-d takes line ends and NULs out of a file, and which of them depends on the version of curl; a picture needs --data-binary, and WeChat a -F",
		ZH: "-d 会去掉文件中的换行和 NUL，具体取决于 curl 版本；图片应使用 --data-binary，而微信要求 -F",
	}
	noteGlob = explain.Words{
		EN: "curl takes {} and [] in a URL for a list of URLs; here the URL stays as it is",
		ZH: "curl 会把 URL 中的 {} 和 [] 当作 URL 列表；此处按原样保留",
	}
	noteNoHeader = explain.Words{
		EN: "a -H without a colon is not sent by curl",
		ZH: "没有冒号的 -H，curl 不会发送",
	}
	noteSemicolon = explain.Words{
		EN: `curl cuts the value of a -F at the first semicolon: the meta that was sent is shorter than the one on this line. Write -F 'meta="…"' with \" inside, or --form-string`,
		ZH: `curl 会在第一个分号处截断 -F 的值：实际发送的 meta 比命令中的短。请写成 -F 'meta="…"'（内部用 \"），或使用 --form-string`,
	}
)

func note(en, zh string, args ...any) explain.Words {
	return explain.Words{EN: fmt.Sprintf(en, args...), ZH: fmt.Sprintf(zh, args...)}
}

func noteLength(says, is int64) explain.Words {
	return note("Content-Length says %d bytes, %d are here; the body is what is here",
		"Content-Length 为 %d 字节，实有 %d 字节；正文以实有内容为准", says, is)
}

func noteLineEnds(sure bool) explain.Words {
	if sure {
		return note("copying had made LF of the body's line ends; they are CR LF again, and the length agrees with Content-Length",
			"复制时正文的换行变成了 LF；已还原为 CR LF，长度与 Content-Length 一致")
	}
	return note("copying had made LF of the body's line ends; they are CR LF again where a form needs them. What stands inside meta may differ from what was sent, and lengths may be off",
		"复制时正文的换行变成了 LF；已在表单需要处还原为 CR LF。meta 内部可能与实际发送的不同，长度也可能有出入")
}

func noteWrapped(header string) explain.Words {
	return note("the header %s stands on several lines; they were joined without a blank between them",
		"请求头 %s 分成了多行；已直接连接，中间不加空格", header)
}

// toolNames are the Chinese of names that are English words.
var toolNames = map[string]string{
	"a Java wire log": "Java wire 日志", "a hexadecimal dump": "十六进制转储",
	"Wireshark, C arrays": "Wireshark（C 数组）", "Wireshark, YAML": "Wireshark（YAML）",
}

func noteLog(tool string) explain.Words {
	chinese := tool
	if name, ok := toolNames[tool]; ok {
		chinese = name
	}
	return explain.Words{EN: "read from what " + tool + " shows", ZH: "读自 " + chinese + " 的记录"}
}

func noteSkipped(n int) explain.Words {
	return note("%d bytes before the request were passed over", "跳过了请求之前的 %d 字节", n)
}

func noteUnread(n int) explain.Words {
	return note("%d bytes at the end are no HTTP message and were not read", "末尾的 %d 字节不是 HTTP 报文，未读取", n)
}

func noteLeftOut(file string) explain.Words {
	return note("the bytes of the file %s were not saved (browsers leave them out); its digest and format are not judged",
		"没有保存文件 %s 的内容（浏览器会省略）；其摘要和格式不作判断", quote(file))
}

func noteChanged(file string) explain.Words {
	return note("the bytes of the file %s were changed in saving, for the length differs from Content-Length (an editor's line ends, or a piece is missing); its digest and format are not judged",
		"文件 %s 的字节在保存时有改动，因为长度与 Content-Length 不符（编辑器改了换行，或缺了一段）；其摘要和格式不作判断", quote(file))
}

func noteNamed(file string) explain.Words {
	return note("the bytes of the file %s are not in the text; its digest and format are not judged, nor are headers that the tool adds",
		"文本中没有文件 %s 的内容；其摘要和格式、以及工具自动添加的请求头均不作判断", quote(file))
}

func noteMangled(file string) explain.Words {
	return note("the bytes of the file %s were saved as text and are lost; its digest and format are not judged. Save them as bytes, or as base64",
		"文件 %s 的字节被当作文本保存，已丢失；其摘要和格式不作判断。请以二进制或 base64 保存", quote(file))
}

func noteMissingFile(file string) explain.Words {
	return note("the file %s that is to be sent is not here; its digest, size and format are not judged",
		"要发送的文件 %s 不在此处；其摘要、大小和格式不作判断", quote(file))
}

func noteMixed(field string) explain.Words {
	return note("curl sends the several files of %s as one part of the type multipart/mixed, which WeChat does not take; write one -F for each",
		"curl 会把 %s 的多个文件合成一个 multipart/mixed 部分，微信不接受；请每个文件写一个 -F", quote(field))
}

func noteCertificate(file string) explain.Words {
	return note("the client certificate in %s could not be read as PEM; what was shown to the server is not known",
		"无法以 PEM 读取 %s 中的客户端证书；不知道实际出示的证书", quote(file))
}

func noteEncoding(name string) explain.Words {
	return note("the answer is packed with %s, which is not unpacked here", "应答以 %s 压缩，此处不能解压", name)
}

func noteUnknownOption(option string) explain.Words {
	return note("the option %s of curl is not known here and was passed over", "此处不认识 curl 的选项 %s，已跳过", quote(option))
}

func noteEquals(option string) explain.Words {
	return note("--%s=… was read as --%s …; curl itself wants a blank", "--%s=… 按 --%s … 读取；curl 要求用空格", option, option)
}

func noteShell(name string) explain.Words {
	return note("only the shell knows what %s stands for; it was left as it is", "只有当时的 shell 知道 %s 的值；此处按原样保留", name)
}

// quote makes strangers' text fit to be shown: one line, at most 64 bytes of it.
func quote(s string) string {
	if len(s) > 64 {
		return strconv.Quote(s[:64]) + "…"
	}
	return strconv.Quote(s)
}
