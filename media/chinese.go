package media

import "fmt"

// In returns the text of the error in a language: zh, or English for any other.
func (e *StructureError) In(lang string) string {
	if lang != "zh" {
		return e.Error()
	}
	format := string(e.Format)
	if e.Format == Unknown {
		format = "文件"
	}
	said := chineseKinds[e.Kind]
	if reason := chineseReasons[e.Reason]; reason != "" {
		said += "：" + reason
	}
	return fmt.Sprintf("%s：%s（第 %d 字节处）", format, said, e.Offset)
}

var chineseKinds = map[Kind]string{
	NotPicture: "不是图片", NotAudio: "不是音频", Header: "头部无法读取", Damaged: "已损坏", TooBig: "过大，无法解码",
}

// chineseReasons has the Chinese of every Reason.
var chineseReasons = map[string]string{
	"only amr, mp3, wav and wma are":                             "只支持 amr、mp3、wav 和 wma",
	"an invalid frame type":                                      "帧类型无效",
	"no frame":                                                   "没有帧",
	"a tag extends beyond the end of the file":                   "标签超出文件末尾",
	"no samples":                                                 "没有采样数据",
	"a format chunk too short":                                   "格式块过短",
	"no format before the samples":                               "采样数据之前没有格式块",
	"the samples extend beyond the end of the file":              "采样数据超出文件末尾",
	"an object of an invalid size":                               "对象长度无效",
	"an invalid duration":                                        "时长无效",
	"no file properties":                                         "没有文件属性",
	"cut inside the header":                                      "在头部中间截断",
	"an unknown header size":                                     "头部长度未知",
	"an invalid combination of bits per pixel and compression":   "位深与压缩方式的组合无效",
	"the pixels begin inside the header":                         "像素数据从头部内开始",
	"the palette or the pixels begin beyond the end of the file": "调色板或像素数据起始于文件末尾之后",
	"the pixels extend beyond the end of the file":               "像素数据超出文件末尾",
	"no end marker":                                              "缺少结束标记", "a marker that is not allowed here": "此处不允许的标记",
	"no IEND": "缺少 IEND",
	"a chunk longer than the standard allows":                  "数据块长度超出标准",
	"a scan before the frame":                                  "帧之前出现扫描",
	"a second frame":                                           "有第二个帧",
	"no scan":                                                  "没有扫描数据",
	"a frame header too short":                                 "帧头过短",
	"an invalid sample precision":                              "采样精度无效",
	"an invalid number of components":                          "分量数无效",
	"a frame header of the wrong length":                       "帧头长度有误",
	"an invalid sampling factor":                               "采样因子无效",
	"a scan header of the wrong length":                        "扫描头长度有误",
	"too many scans":                                           "扫描次数过多",
	"a DNL segment of the wrong length":                        "DNL 段长度有误",
	"a second IHDR":                                            "有第二个 IHDR",
	"no palette":                                               "缺少调色板",
	"cut inside IHDR":                                          "在 IHDR 中间截断",
	"the first chunk is not IHDR":                              "第一个数据块不是 IHDR",
	"an invalid bit depth and colour type":                     "位深与颜色类型的组合无效",
	"an unknown compression, filter or interlace method":       "压缩、滤波或隔行方式未知",
	"wider or higher than the standard allows":                 "宽或高超出标准",
	"wrong CRC of IHDR":                                        "IHDR 的 CRC 有误",
	"no IDAT":                                                  "缺少 IDAT",
	"text or a profile that inflates to hundreds of megabytes": "文本或配置文件解压后达数百 MB",
	"a segment extends beyond the end of the file":             "段超出文件末尾",
	"cut inside a segment":                                     "在段中间截断",
	"a segment shorter than its own length":                    "段长度小于其长度字段",
	"empty":                                                    "文件为空",
	"no known signature":                                       "没有已知的文件头",
	"only jpeg, png and bmp are":                               "只支持 jpeg、png 和 bmp",
	"too many pixels to decode":                                "像素过多，无法解码",
	"too many segments":                                        "段过多",
	"cut inside a frame":                                       "在帧中间截断",
	"a chunk extends beyond the end of the file":               "数据块超出文件末尾",
	"stray bytes before the frame":                             "帧之前有多余的字节",
	"no width or no height":                                    "没有宽度或高度",
}
