package explain

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"unicode/utf16"
)

// bom is the byte order mark of UTF-8.
const bom = "\xEF\xBB\xBF"

// lineNames are the five lines, as the documents call them.
var lineNames = [5]string{"method", "URL", "timestamp", "nonce_str", "body"}

// rightFrame is how the five lines make the text to sign (待签名串).
func rightFrame(dst []byte, l *[5]string) []byte {
	for _, line := range l {
		dst = append(append(dst, line...), '\n')
	}
	return dst
}

type frame = func(dst []byte, l *[5]string) []byte

// joined puts sep between the lines and end after the last.
func joined(sep, end string) frame {
	return func(dst []byte, l *[5]string) []byte {
		for i, line := range l {
			if i > 0 {
				dst = append(dst, sep...)
			}
			dst = append(dst, line...)
		}
		return append(dst, end...)
	}
}

// lined writes some of the lines, in this order, each ended by LF.
func lined(order ...int) frame {
	return func(dst []byte, l *[5]string) []byte {
		for _, i := range order {
			dst = append(append(dst, l[i]...), '\n')
		}
		return dst
	}
}

// around puts text before each line, after it, and around the whole.
func around(start, before, after, end string) frame {
	return func(dst []byte, l *[5]string) []byte {
		dst = append(dst, start...)
		for _, line := range l {
			dst = append(dst, before...)
			dst = append(dst, line...)
			dst = append(append(dst, after...), '\n')
		}
		return append(dst, end...)
	}
}

// then does something with the right text.
func then(f func(text []byte) []byte) frame {
	return func(dst []byte, l *[5]string) []byte { return f(rightFrame(dst, l)) }
}

// inserted puts one more line before line i; 5 is behind the last.
func inserted(i int, text string) frame {
	return func(dst []byte, l *[5]string) []byte {
		for j := range 6 {
			if j == i {
				dst = append(append(dst, text...), '\n')
			}
			if j < 5 {
				dst = append(append(dst, l[j]...), '\n')
			}
		}
		return dst
	}
}

// frames: what stands between the lines, and what was done to the whole.
func (e *evidence) frames(mchid, serial string) *ways {
	w := newWays("")
	add := func(cause, value string, f frame) {
		w.list = append(w.list, way{causes: []named{{cause, value}}, write: f})
	}
	add("v3.frame.no_last_lf", "", joined("\n", ""))
	add("v3.frame.crlf", "CR LF", joined("\r\n", "\r\n"))
	add("v3.frame.order", "timestamp ↔ nonce_str", lined(0, 1, 3, 2, 4))
	add("v3.frame.extra_lf", "", joined("\n", "\n\n"))
	add("v3.frame.no_body_line", "", lined(0, 1, 2, 3))
	add("v3.frame.literal", `\n`, joined(`\n`, `\n`))
	w.topEnds()
	add("v3.frame.literal", `\n`, joined(`\n`, ``))
	add("v3.frame.crlf", "CR LF", joined("\r\n", ""))
	add("v3.frame.crlf", "CR LF", joined("\n", "\r\n"))
	add("v3.frame.extra_line", "mchid", inserted(5, mchid))
	add("v3.frame.extra_line", "mchid", inserted(2, mchid))
	add("v3.frame.extra_line", "mchid=…", inserted(5, "mchid="+mchid))
	add("v3.frame.missing_line", "nonce_str", lined(0, 1, 2, 4))
	add("v3.frame.missing_line", "timestamp", lined(0, 1, 3, 4))
	add("v3.frame.order", "method ↔ URL", lined(1, 0, 2, 3, 4))
	w.nearEnds()
	add("v3.frame.missing_line", "method", lined(1, 2, 3, 4))
	add("v3.frame.missing_line", "URL", lined(0, 2, 3, 4))
	add("v3.frame.answer", "", lined(2, 3, 4))
	add("v3.frame.answer", "", lined(3, 2, 4))
	add("v3.frame.literal", `\n`, joined("\n", `\n`))
	add("v3.frame.literal", `\n`, joined("\\n\n", "\\n\n"))
	add("v3.frame.literal", `\n`, joined("\\n\n", ""))
	add("v3.frame.literal", `/n`, joined("/n", "/n"))
	add("v3.frame.literal", `\r\n`, joined(`\r\n`, `\r\n`))
	add("v3.frame.literal", `<br>`, joined("<br>", ""))
	add("v3.frame.crlf", "CR", joined("\r", "\r"))
	add("v3.frame.crlf", "LF CR", joined("\n\r", "\n\r"))
	add("v3.frame.extra_lf", "", joined("\n", "\n\n\n"))
	add("v3.frame.extra_lf", "⏎ POST", around("\n", "", "", ""))
	add("v3.frame.extra_lf", "⏎⏎", joined("\n\n", "\n\n"))
	add("v3.frame.extra_lf", "⏎⏎", joined("\n\n", "\n"))
	add("v3.hash.twice", "hex", then(func(text []byte) []byte { return fmt.Appendf(nil, "%x", sha256.Sum256(text)) }))
	add("v3.frame.only_body", "", func(dst []byte, l *[5]string) []byte { return append(dst, l[4]...) })
	add("v3.frame.only_body", "", func(dst []byte, l *[5]string) []byte { return append(dst, l[4]+"\n"...) })
	add("v3.frame.nothing", "", func(dst []byte, _ *[5]string) []byte { return dst })
	add("v3.frame.case", "", then(bytes.ToLower))
	add("v3.frame.case", "", then(bytes.ToUpper))
	for i := range 5 {
		for _, ends := range [][2]string{{"", " "}, {" ", ""}} {
			add("v3.frame.blanks", lineNames[i], func(dst []byte, l *[5]string) []byte {
				padded := *l
				padded[i] = ends[0] + l[i] + ends[1]
				return rightFrame(dst, &padded)
			})
		}
	}
	for _, sep := range []string{"", "&", " ", ",", ";", "|", "\t", "+", ", ", "-", "_"} {
		add("v3.frame.separator", sep, joined(sep, ""))
		if sep != "" {
			add("v3.frame.separator", sep, joined(sep, sep))
		}
		add("v3.frame.separator", sep, joined(sep, "\n"))
	}
	for _, x := range []struct{ name, text string }{
		{"", ""}, {"mchid", mchid}, {"mchid=…", "mchid=" + mchid}, {"serial_no", serial}, {"serial_no=…", "serial_no=" + serial},
		{"Host", e.Host}, {"WECHATPAY2-SHA256-RSA2048", "WECHATPAY2-SHA256-RSA2048"}, {"HTTP/1.1", "HTTP/1.1"},
		{"application/json", "application/json"}, {"Content-Type", e.Header.Get("Content-Type")},
	} {
		for i := range 6 {
			if x.name == "" && i == 5 {
				continue // that is one LF too many
			}
			cause := "v3.frame.extra_line"
			if x.name == "" {
				cause = "v3.frame.extra_lf"
			}
			add(cause, x.name, inserted(i, x.text))
		}
	}
	w.wideEnds()
	w.far(func() { e.farFrames(add) })
	return w
}

// farFrames adds the rarer ones.
func (e *evidence) farFrames(add func(cause, value string, f frame)) {
	e.rareFrames(add)
	for _, order := range permutations(5) {
		add("v3.frame.order", orderName(order), lined(order...))
	}
	for a := range 5 { // two lines left out
		for b := a + 1; b < 5; b++ {
			var left []int
			for i := range 5 {
				if i != a && i != b {
					left = append(left, i)
				}
			}
			add("v3.frame.missing_line", lineNames[a]+", "+lineNames[b], lined(left...))
		}
	}
}

// rareFrames adds what was done to the text as a whole.
func (e *evidence) rareFrames(add func(cause, value string, f frame)) {
	hexed := func(upper bool) func([]byte) []byte {
		return func(text []byte) []byte {
			s := hex.EncodeToString(text)
			if upper {
				s = strings.ToUpper(s)
			}
			return []byte(s)
		}
	}
	hashed := func(text []byte) []byte { sum := sha256.Sum256(text); return sum[:] }
	add("v3.hash.twice", "HEX", then(func(text []byte) []byte { return hexed(true)(hashed(text)) }))
	add("v3.hash.twice", "raw", then(hashed))
	add("v3.hash.twice", "base64", then(func(text []byte) []byte { return based(hashed(text)) }))
	add("v3.frame.encoded", "base64", then(based))
	add("v3.frame.encoded", "hex", then(hexed(false)))
	add("v3.frame.encoded", "HEX", then(hexed(true)))
	add("v3.frame.encoded", "URL", then(func(text []byte) []byte { return []byte(url.QueryEscape(string(text))) }))
	add("v3.frame.encoded", "URL", then(func(text []byte) []byte { return []byte(url.PathEscape(string(text))) }))
	add("v3.frame.encoded", "URL", then(func(text []byte) []byte {
		return []byte(strings.ReplaceAll(url.QueryEscape(string(text)), "+", "%20"))
	}))
	add("v3.frame.encoded", "JSON", then(func(text []byte) []byte { return jsonText(string(text)) }))
	add("v3.frame.encoded", "JSON", func(dst []byte, l *[5]string) []byte {
		return append(dst, "["+string(jsonText(l[0]))+","+string(jsonText(l[1]))+","+string(jsonText(l[2]))+","+string(jsonText(l[3]))+","+string(jsonText(l[4]))+"]"...)
	})
	for _, c := range []struct {
		name   string
		encode func(string) []byte
	}{
		{"UTF-16LE", func(s string) []byte { return utf16Text(s, binary.LittleEndian, false) }},
		{"UTF-16BE", func(s string) []byte { return utf16Text(s, binary.BigEndian, false) }},
		{"UTF-16LE, BOM", func(s string) []byte { return utf16Text(s, binary.LittleEndian, true) }},
		{"UTF-16BE, BOM", func(s string) []byte { return utf16Text(s, binary.BigEndian, true) }},
		{"UTF-32LE", func(s string) []byte { return utf32Text(s) }},
	} {
		add("v3.charset.utf16", c.name, then(func(text []byte) []byte { return c.encode(string(text)) }))
	}
	add("v3.frame.encoded", "HTML", then(func(text []byte) []byte { return []byte(html.EscapeString(string(text))) }))
	for _, q := range []string{`"`, `'`} {
		add("v3.frame.quoted", q, around("", q, q, ""))
		add("v3.frame.quoted", q, then(func(text []byte) []byte { return []byte(q + string(text) + q) }))
	}
	add("v3.charset.bom", "", around(bom, "", "", ""))
	add("v3.frame.blanks", "␠⏎", around("", "", " ", ""))
	add("v3.frame.blanks", "␠", around(" ", "", "", ""))
	add("v3.frame.blanks", "␠", around("", "", "", " "))
	add("v3.frame.blanks", "␠", joined("\n", " "))
	add("v3.frame.blanks", `\0`, around("", "", "", "\x00"))
	for _, indent := range []string{" ", "  ", "    ", "      ", "        ", "            ", "\t", "\t\t", "\t\t\t"} {
		add("v3.frame.indented", indent, around("", indent, "", ""))
		add("v3.frame.indented", indent, joined("\n"+indent, "\n"))        // all but the first
		add("v3.frame.indented", indent, joined("\n"+indent, "\n"+indent)) // and the closing quotes of the literal
		add("v3.frame.indented", indent, around("\n", indent, "", indent))
		add("v3.frame.indented", indent, joined("\n"+indent, ""))
	}
	for _, labels := range docLabels {
		for _, colon := range []string{":", ": ", "=", "："} {
			add("v3.frame.labels", labels[0]+colon, func(dst []byte, l *[5]string) []byte {
				for i, line := range l {
					dst = append(append(append(append(dst, labels[i]...), colon...), line...), '\n')
				}
				return dst
			})
		}
		add("v3.frame.labels", labels[0]+"=…&…", func(dst []byte, l *[5]string) []byte {
			for i, line := range l {
				if i > 0 {
					dst = append(dst, '&')
				}
				dst = append(append(append(dst, labels[i]...), '='), line...)
			}
			return dst
		})
		add("v3.frame.comments", labels[0], strange(labels[:], ""))
		for _, sign := range []string{" //", " // ", "  //", "//", " #", " # ", " ", "  ", "\t", "\t//", " (", "（"} {
			add("v3.frame.comments", sign+labels[0], strange(nil, sign, labels[:]...))
		}
	}
	add("v3.frame.request_line", "", func(dst []byte, l *[5]string) []byte {
		return append(dst, l[0]+" "+l[1]+"\n"+l[2]+"\n"+l[3]+"\n"+l[4]+"\n"...)
	})
	add("v3.frame.request_line", "HTTP/1.1", func(dst []byte, l *[5]string) []byte {
		return append(dst, l[0]+" "+l[1]+" HTTP/1.1\n"+l[2]+"\n"+l[3]+"\n"+l[4]+"\n"...)
	})
	add("v3.frame.header", "", func(dst []byte, l *[5]string) []byte {
		return fmt.Appendf(dst, `mchid="%s",nonce_str="%s",timestamp="%s"`, e.mchid(), l[3], l[2])
	})
	add("v3.frame.v2", "", func(dst []byte, l *[5]string) []byte {
		return append(dst, "body="+l[4]+"&method="+l[0]+"&nonce_str="+l[3]+"&timestamp="+l[2]+"&url="+l[1]...)
	})
}

// mchid is the merchant that the request claims to come from.
func (e *evidence) mchid() string {
	if e.known.Merchant != nil {
		return e.known.Merchant.ID
	}
	return ""
}

// docLabels are what the documents call the lines, and the comments that stand behind them in their samples.
var docLabels = [][5]string{
	{"HTTP请求方法", "URL", "请求时间戳", "请求随机串", "请求报文主体"},
	{"请求方法", "请求路径", "时间戳", "随机串", "请求体"},
	{"请求方式", "请求URL", "请求时间戳", "请求随机串", "请求报文主体"},
	{"method", "url", "timestamp", "nonce_str", "body"},
	{"METHOD", "URL", "TIMESTAMP", "NONCE", "BODY"},
	{"HTTP method", "URL", "Request timestamp", "Request nonce string", "Request body"},
}

// strange writes the labels themselves, as the template of the documents has them, or each line with its label behind it
// as a comment.
func strange(instead []string, sign string, comments ...string) frame {
	return func(dst []byte, l *[5]string) []byte {
		for i, line := range l {
			if instead != nil {
				dst = append(append(dst, instead[i]...), '\n')
				continue
			}
			dst = append(append(append(append(dst, line...), sign...), comments[i]...), '\n')
		}
		return dst
	}
}

func based(b []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(b)) }

func jsonText(s string) []byte {
	text, _ := json.Marshal(s)
	return text
}

func utf16Text(s string, order binary.AppendByteOrder, mark bool) []byte {
	var b []byte
	if mark {
		b = order.AppendUint16(b, 0xFEFF)
	}
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

func utf32Text(s string) []byte {
	var b []byte
	for _, r := range s {
		b = binary.LittleEndian.AppendUint32(b, uint32(r))
	}
	return b
}

// permutations of n numbers, without the one that is in order and those that have ways of their own.
func permutations(n int) [][]int {
	var list [][]int
	var grow func(have []int)
	grow = func(have []int) {
		if len(have) == n {
			list = append(list, append([]int(nil), have...))
			return
		}
		for i := range n {
			taken := false
			for _, h := range have {
				taken = taken || h == i
			}
			if !taken {
				grow(append(have[:len(have):len(have)], i))
			}
		}
	}
	grow(nil)
	return list[1:] // the first is in order
}

func orderName(order []int) string {
	var names []string
	for _, i := range order {
		names = append(names, lineNames[i])
	}
	return strings.Join(names, ", ")
}
