package flagvalue

import "github.com/wxup/wxup/app/internal/phrase"

// texts has the Chinese of the errors.
var texts = phrase.Catalogue{
	"%q is not a number of days":                                                           "%q 不是天数",
	"%q is not an age; write 90d or 36h":                                                   "%q 不是时长；请写 90d 或 36h",
	"a colour is white, black or #rrggbb, not %q":                                          "颜色为 white、black 或 #rrggbb，而不是 %q",
	"%q has two rates for all endpoints":                                                   "%q 中有两个针对所有接口的频率",
	"a rate is a number of calls in a time, such as 100/m, 20/s or 1000/d, or off; not %q": "频率是一段时间内的调用次数，如 100/m、20/s、1000/d，或 off；而不是 %q",
}
