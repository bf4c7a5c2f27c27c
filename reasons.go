package wxup

// chineseReasons has the Chinese of the reasons for which the client itself refuses a file.
var chineseReasons = map[string]string{
	"it has more than %s":                            "超过 %s",
	"it has %d bytes; at most %s are taken":          "有 %d 字节，上限为 %s",
	"the content is of no known format; %s takes %s": "无法识别内容的格式；%s 接受 %s",
	"the content is %s; %s takes %s":                 "内容是 %s；%s 接受 %s",
	"%s needs a value for %s (Source.Path)":          "%s 需要 %s 的值（Source.Path）",
	"the path of %s has no {%s} (Source.Path)":       "%s 的路径中没有 {%s}（Source.Path）",
	"%s needs a value for %s (Source.Meta)":          "%s 需要 %s 的值（Source.Meta）",
	"%s is not for Source.Meta, the client makes it": "%s 由客户端生成，不能写在 Source.Meta 中",
	"%v": "%v", // an error that has its own Chinese
	"%s are allowed, and the quota is used up: the next call may be made at %s": "限 %s，已用完：%s 之后可再次调用",
	"set Merchant.Certificate": "请设置 Merchant.Certificate",
}
