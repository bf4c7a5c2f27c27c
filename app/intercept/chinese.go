package intercept

import "github.com/wxup/wxup/app/internal/phrase"

// texts has the Chinese of the errors at the start.
var texts = phrase.Catalogue{
	"intercept: there is no policy %q for other hosts; leave it empty to refuse them, or use %s":                                                                 "代理：没有针对其他主机的策略 %q；留空表示拒绝，或使用 %s",
	"intercept: %s can be reached from other machines, and anyone who reaches a proxy can use it: listen on 127.0.0.1, or allow other machines (--proxy-remote)": "代理：其他机器可以访问 %s，而能访问代理的人都能使用它：请监听 127.0.0.1，或允许其他机器使用（--proxy-remote）",
}
