package capture

import "github.com/wxup/wxup/app/internal/phrase"

// howTo ends every error about a format.
const howTo = `save the request as a HAR file (the browser's or the proxy's "export HAR"), as raw HTTP, or as the curl command`

const isPcap = `this is a packet capture; in Wireshark choose "Follow HTTP Stream" and save it as raw. What went over TLS cannot be seen in it`

const howToChinese = "请把请求存为 HAR 文件（浏览器或代理的“导出 HAR”）、原始 HTTP 或 curl 命令"

// texts has the Chinese of the errors.
var texts = phrase.Catalogue{
	"%s": "%s",
	"this is packed with gzip; unpack it first (gunzip)":                                                                      "这是 gzip 压缩文件；请先解压（gunzip）",
	"this ZIP archive has no Fiddler requests; unpack it, or export as HAR":                                                   "这是 ZIP 压缩包，其中没有 Fiddler 的请求；请先解压，或导出为 HAR",
	"this is TLS, which hides the request; capture before it is encrypted (in the client, or with a proxy such as mitmproxy)": "这是 TLS 数据，看不到请求；请在加密前抓取（在客户端中，或用 mitmproxy 等代理）",
	isPcap:                    "这是抓包文件；请在 Wireshark 中选择“追踪 HTTP 流”（Follow HTTP Stream）并保存为原始数据。经 TLS 的内容看不到",
	"this is empty; " + howTo: "内容为空；" + howToChinese,
	"this is an answer without its request; put the raw request before it, or " + howTo:                          "只有应答，没有请求；请在前面加上原始请求，或" + howToChinese,
	`this is JavaScript; choose "Copy as cURL" instead of "Copy as fetch"`:                                       "这是 JavaScript；请选择“Copy as cURL”，而不是“Copy as fetch”",
	`this is PowerShell; choose "Copy as cURL (bash)" instead of "Copy as PowerShell"`:                           "这是 PowerShell；请选择“Copy as cURL (bash)”，而不是“Copy as PowerShell”",
	"this is not a curl command; write it as one, or " + howTo:                                                   "这不是 curl 命令；请改写为 curl 命令，或" + howToChinese,
	"this is XML or HTML, perhaps an answer; the request is needed: " + howTo:                                    "这是 XML 或 HTML，可能是应答；需要的是请求：" + howToChinese,
	"this is a file to upload (%s), not a request; " + howTo:                                                     "这是待上传的文件（%s），不是请求；" + howToChinese,
	"this is not a request in any format that wxup reads (raw HTTP, HAR, curl, Postman, a tool's log); " + howTo: "不是可识别的请求格式（原始 HTTP、HAR、curl、Postman 或工具日志）；" + howToChinese,
	"this starts as UTF-16 and ends in the middle of a character; " + howTo:                                      "开头像 UTF-16，末尾却缺半个字符；" + howToChinese,
	"this is larger than %d MB; save the one upload that failed, by itself":                                      "超过 %d MB；请只保存失败的那一次上传",

	"no curl command found; " + howTo:                                                                                                       "其中没有 curl 命令；" + howToChinese,
	"-F takes name=content; curl refuses this line":                                                                                         "-F 的格式为 name=content；curl 会拒绝这一行",
	"-F name=(… makes a form within a form, which WeChat does not take":                                                                     "-F name=(… 会生成嵌套表单，微信不接受",
	"it is a directory, a pipe or a device, and only files are read":                                                                        "它是目录、管道或设备，此处只读取普通文件",
	"there are more than 1000 -F in this line":                                                                                              "这一行中的 -F 超过 1000 个",
	"the type= of -F is not of the form type/subtype; curl refuses this line":                                                               "-F 中的 type= 不是 type/subtype 的形式；curl 会拒绝这一行",
	"--form-string takes name=content; curl refuses this line":                                                                              "--form-string 的格式为 name=content；curl 会拒绝这一行",
	"a quote is opened in this curl line and never closed; copy the line again, to its end":                                                 "这行 curl 命令的引号没有闭合；请重新复制完整的一行",
	"this curl line has too many words; is it one?":                                                                                         "这行 curl 命令的参数过多；它是 curl 命令吗？",
	"the body was not saved":                                                                                                                "没有保存请求体",
	"this curl line has no URL; was it cut?":                                                                                                "这行 curl 命令没有 URL；是否被截断了？",
	"this curl line mixes -F, -d and -T, which curl refuses; a form's fields are all -F":                                                    "这行 curl 命令混用了 -F、-d、-T，curl 会拒绝；表单字段应全部用 -F",
	"this curl line mixes -F and --json, which curl refuses":                                                                                "这行 curl 命令混用了 -F 与 --json，curl 会拒绝",
	"the files and data of this curl line exceed %d MB in total":                                                                            "这行 curl 命令的文件与数据共超过 %d MB",
	"this curl line reads from a pipe; save what came through it in a file, and name that file in its place: @FILE for @-":                  "这行 curl 命令从管道读取；请把管道内容存为文件，并用它代替：@- 改为 @文件",
	"this curl line sends the file %s, and no files are read here; save the request as a HAR file or as raw HTTP":                           "这行 curl 命令发送文件 %s，而此处不读取文件；请把请求存为 HAR 文件或原始 HTTP",
	"this curl line sends the file %s: %w; go where curl ran, or change the name in the line":                                               "这行 curl 命令发送文件 %s：%w；请到运行 curl 的目录，或修改命令中的文件名",
	"there are more than %d URLs in this curl line; is a quote missing?":                                                                    "这行 curl 命令中的 URL 超过 %d 个；是否缺少引号？",
	"the last option of this curl line has no argument; was the end of the line lost?":                                                      "这行 curl 命令的最后一个选项缺少参数；是否丢失了行尾？",
	"this is only the CONNECT that opens a tunnel; the upload went through it under TLS. Save the request where the proxy has decrypted it": "这只是建立隧道的 CONNECT 请求；上传在其中经 TLS 传输。请在代理解密之后保存请求",
	"one line of this is that of a request, and no header follows it; " + howTo:                                                             "其中只有一行是请求行，后面没有请求头；" + howToChinese,
	"no request found; " + howTo:                                                                                                            "其中没有请求；" + howToChinese,
	"this HAR has more than %d entries; clear the list, upload again and export only that":                                                  "该 HAR 超过 %d 条；请清空列表，重新上传后只导出这一次",
	"none of the %d entries of this HAR is an upload to WeChat (POST /v3/merchant/media/upload and the like; %d could not be read); upload again while recording": "该 HAR 的 %d 条中没有对微信的上传（POST /v3/merchant/media/upload 等；%d 条无法读取）；请在录制时重新上传",
	`this is JSON but not a HAR: it has no log.entries. In the browser or the proxy choose "export HAR" (Charles: HTTP Archive)`:                                  "这是 JSON，但不是 HAR：没有 log.entries。请在浏览器或代理中选择“导出 HAR”（Charles 为 HTTP Archive）",
	"this Postman collection is cut off or damaged; export it again (Collection v2.1)":                                                                            "Postman 集合不完整或已损坏；请重新导出（Collection v2.1）",
	"this Postman collection has no request; send the upload, save its response with it (Save Response), and export again":                                        "这个 Postman 集合中没有请求；请发送上传请求，保存应答（Save Response），再导出",
	"this JSON is cut off or damaged near byte %d; export it again":                                                                                               "JSON 在第 %d 字节附近中断或损坏；请重新导出",
}
