package explain

import (
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
