package words

import "github.com/wxup/wxup/app/internal/phrase"

// commonChinese is the Chinese of what several commands say.
var commonChinese = phrase.Catalogue{
	"--%s: %w": "--%s：%w",
	"--%s %w":  "--%s：%w",
	"there is no endpoint %q; see: wxup endpoints": "没有接口 %q；见 wxup endpoints",
	"load the CA: %w":          "读取 CA：%w",
	"one JSON object per line": "每行一个 JSON 对象",
	"act as the merchant in public-key or certificate mode (default: the default merchant)": "使用 public-key 或 certificate 模式的商户（默认使用默认商户）",
}
