package text

import (
	"encoding/binary"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// oddFrames adds what few programs make of the text.
func oddFrames(d *Dimension, s *Source) {
	add := d.addFrame
	for n := 1; n <= 6; n++ {
		add("v3.frame.only_lf", strings.Repeat("⏎", n), func(dst []byte, _ *Lines) []byte { return append(dst, "\n\n\n\n\n\n"[:n]...) })
	}
	for _, sep := range []string{":", "/", ".", "#", "=", "~", "^", "*", "%", "@", "||", "&&", "::", "--", ": ", "; ", " | ", " & ", " - ", "\\", "\u3000", "，", "；"} {
		for _, end := range []string{"", sep, "\n"} {
			add("v3.frame.separator", sep, joined(sep, end))
		}
	}
	add("v3.frame.answer", "", func(dst []byte, l *Lines) []byte { return append(dst, l[2]+"\n"+l[3]+"\n"+l[4]...) })
	for _, i := range []int{MethodLine, TimeLine, NonceLine} {
		order := slices.Insert([]int{0, 1, 2, 3, 4}, i, i)
		add("v3.frame.doubled_line", lineNames[i], lined(order...))
	}
	mixedEnds(d)
	for _, mark := range []string{"|", "> ", ">", "- ", "* ", "# ", "// ", "+"} {
		for _, indent := range []string{"", "  ", "    ", "        ", "            ", "\t"} {
			add("v3.frame.margin", indent+mark, around("", indent+mark, "", ""))
			add("v3.frame.margin", indent+mark, around("\n", indent+mark, "", ""))
			add("v3.frame.margin", indent+mark, joined("\n"+indent+mark, "\n"))
			add("v3.frame.margin", indent+mark, joined("\n"+indent+mark, ""))
		}
	}
	for _, fill := range []string{"\x00", " "} {
		for _, width := range []int{16, 20, 32, 40, 48, 50, 60, 64, 80, 100, 120, 128, 132, 200, 250, 255, 256, 500, 512, 1000, 1024} {
			name := strconv.Itoa(width) + " × " + Visible(fill, 4)
			add("v3.frame.padded", name, paddedTo(width, fill, "", "\n"))
			add("v3.frame.padded", name, paddedTo(width, fill, "\n", ""))
			add("v3.frame.padded", name, paddedTo(width, fill, "", ""))
		}
	}
	oddLines(d, s)
	oddTexts(d, s)
}

// mixedEnds adds texts some of whose lines end with CR LF, or with a literal \n: a part of the text
// comes from elsewhere.
func mixedEnds(d *Dimension) {
	for mask := 1; mask < 31; mask++ {
		var names []string
		for i := range 5 {
			if mask>>i&1 == 1 {
				names = append(names, strconv.Itoa(i+1))
			}
		}
		lines := " (" + strings.Join(names, ", ") + ")"
		for _, end := range []Flaw{{"v3.frame.crlf", "\r\n"}, {"v3.frame.literal", `\n`}} {
			d.addFrame(end.Cause, strings.Replace(end.Value, "\r\n", "CR LF", 1)+lines, func(dst []byte, l *Lines) []byte {
				for i, line := range l {
					if dst = append(dst, line...); mask>>i&1 == 1 {
						dst = append(dst, end.Value...)
					} else {
						dst = append(dst, '\n')
					}
				}
				return dst
			})
		}
	}
}

// paddedTo fills each line up to a width. inner belongs to the line, outer follows it.
func paddedTo(width int, fill, inner, outer string) Frame {
	return func(dst []byte, l *Lines) []byte {
		for _, line := range l {
			line += inner
			dst = append(append(dst, line...), strings.Repeat(fill, max(0, width-len(line)))...)
			dst = append(dst, outer...)
		}
		return dst
	}
}

// oddLines adds lines that other protocols have, and labels.
func oddLines(d *Dimension, s *Source) {
	extra := []Field{
		{"?", "?"}, {"Content-Type", "multipart/form-data"}, {"Content-Type", "application/json; charset=utf-8"}, {"Content-Type", "application/json;charset=UTF-8"},
		{"User-Agent", s.Agent}, {"*/*", "*/*"}, {"utf-8", "utf-8"}, {"RSA", "RSA"}, {"SHA256withRSA", "SHA256withRSA"}, {"size", strconv.Itoa(s.fileSize())},
	}
	for _, host := range s.Hosts {
		extra = append(extra, Field{"Host", host}, Field{"Host", "https://" + host})
	}
	for _, x := range extra {
		for i := range 6 {
			d.addFrame("v3.frame.extra_line", x.Name, inserted(i, x.Value))
		}
	}
	for _, labels := range [][5]string{
		{"Method", "Url", "Timestamp", "Nonce", "Body"}, {"Method", "URL", "Timestamp", "Nonce", "Body"}, {"Method", "Path", "Timestamp", "Nonce", "Body"},
		{"Method", "Uri", "Timestamp", "NonceStr", "Body"}, {"httpMethod", "url", "timestamp", "nonceStr", "body"}, {"method", "uri", "timestamp", "nonceStr", "body"},
		{"方法", "路径", "时间戳", "随机串", "报文"}, {"方法", "URL", "时间戳", "随机串", "报文"}, {"方法", "地址", "时间戳", "随机字符串", "报文"}, {"请求方法", "URL", "时间戳", "随机串", "报文主体"},
	} {
		for _, colon := range []string{": ", ":", "=", " = ", "：", " "} {
			d.addFrame("v3.frame.labels", labels[0]+colon, func(dst []byte, l *Lines) []byte {
				for i, line := range l {
					dst = append(append(append(append(dst, labels[i]...), colon...), line...), '\n')
				}
				return dst
			})
		}
	}
}

// oddTexts adds conversions of the whole text that people seldom make, and its beginnings.
func oddTexts(d *Dimension, s *Source) {
	add := d.addFrame
	convert := func(cause, value string, f func(text string) string) {
		add(cause, value, then(func(text []byte) []byte { return []byte(f(string(text))) }))
	}
	for _, order := range []struct {
		name  string
		order binary.AppendByteOrder
	}{{"UTF-32LE", binary.LittleEndian}, {"UTF-32BE", binary.BigEndian}} {
		convert("v3.charset.utf16", order.name, func(text string) string { return string(utf32Text(text, order.order)) })
		convert("v3.charset.utf16", order.name+", BOM", func(text string) string { return string(utf32Text(BOM+text, order.order)) })
	}
	convert("v3.frame.encoded", "Python b'…'", pythonBytes)
	convert("v3.frame.encoded", "Python b'…'", func(text string) string { return "bytearray(" + pythonBytes(text) + ")" })
	convert("v3.frame.encoded", "Python repr", func(text string) string {
		if s := pythonBytes(text); utf8.ValidString(text) {
			return s[1:]
		}
		return text
	})
	convert("v3.frame.encoded", "%q", strconv.Quote)
	convert("v3.frame.reversed", "", reversed)
	convert("v3.frame.reversed", "", func(text string) string {
		b := []byte(text)
		slices.Reverse(b)
		return string(b)
	})
	convert("v3.frame.twice", "", func(text string) string { return text + text })
	convert("v3.hash.twice", "DigestInfo", func(text string) string { return digestInfo + string(sha256Of(text)) })
	quoted := func(dst []byte, l *Lines) []byte {
		for _, line := range l {
			dst = append(strconv.AppendQuote(dst, line), '\n')
		}
		return dst
	}
	add("v3.frame.encoded", "%q", quoted)
	add("v3.frame.encoded", "%q", func(dst []byte, l *Lines) []byte { return quoted(dst, l)[:len(quoted(dst, l))-1] })
	jsonFrames(d)
	for _, host := range slices.Concat(s.Bases, []string{"", "https://" + s.Host}, prefixed("https://", s.Hosts)) {
		for _, pairs := range []string{"nonce_str=%[2]s&timestamp=%[1]s", "timestamp=%[1]s&nonce_str=%[2]s", "nonce=%[2]s&timestamp=%[1]s", "meta=%[3]s&nonce_str=%[2]s&timestamp=%[1]s", "body=%[3]s&nonce_str=%[2]s&timestamp=%[1]s", "meta=%[3]s", "%.0[1]s"} {
			add("v3.frame.oauth", "", func(dst []byte, l *Lines) []byte {
				list := fmt.Sprintf(pairs, l[TimeLine], l[NonceLine], l[BodyLine])
				if pairs == "%.0[1]s" {
					list = ""
				}
				return append(dst, l[MethodLine]+"&"+escaped(host+l[URLLine])+"&"+escaped(list)...)
			})
		}
	}
	right := RightFrame(nil, &s.Right)
	for n := 1; n < min(len(right), 2048); n++ {
		add("v3.frame.cut", strconv.Itoa(n)+" / "+strconv.Itoa(len(right)), then(func(text []byte) []byte { return text[:min(n, len(text))] }))
	}
}

// digestInfo is the DER of a DigestInfo of SHA-256, without the hash (RFC 8017, §9.2).
const digestInfo = "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"

// escaped percent-encodes as OAuth 1 does.
func escaped(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func prefixed(prefix string, list []string) (out []string) {
	for _, s := range list {
		out = append(out, prefix+s)
	}
	return out
}

// jsonFrames adds the lines in a JSON array, and in a JSON object under the names they go by.
func jsonFrames(d *Dimension) {
	none := escapeSet{}
	php := escapeSet{slash: true, unicode: "%04x"}
	for _, set := range []*escapeSet{&none, &php} {
		for _, comma := range []string{",", ", "} {
			d.addFrame("v3.frame.encoded", "JSON […]", func(dst []byte, l *Lines) []byte {
				dst = append(dst, '[')
				for i, line := range l {
					if i > 0 {
						dst = append(dst, comma...)
					}
					dst = set.appendTo(dst, line)
				}
				return append(dst, ']')
			})
		}
		for _, names := range [][5]string{
			{"method", "url", "timestamp", "nonce_str", "body"}, {"method", "url", "timestamp", "nonce", "body"}, {"method", "url", "timestamp", "nonceStr", "body"},
			{"method", "path", "timestamp", "nonce", "body"}, {"method", "uri", "timestamp", "nonce", "body"}, {"method", "url", "timestamp", "nonce_str", "meta"},
			{"method", "path", "timestamp", "nonce_str", "body"}, {"method", "path", "timestamp", "nonceStr", "body"}, {"httpMethod", "url", "timestamp", "nonceStr", "body"},
			{"Method", "Url", "Timestamp", "Nonce", "Body"},
		} {
			for _, sp := range spacings[:2] {
				d.addFrame("v3.frame.encoded", "JSON {…}", func(dst []byte, l *Lines) []byte { return jsonObject(dst, l, &names, &sp, set, false) })
				d.addFrame("v3.frame.encoded", "JSON {…}", func(dst []byte, l *Lines) []byte { return jsonObject(dst, l, &names, &sp, set, true) })
			}
		}
	}
}

// jsonObject writes the lines as members of an object. bare says that the timestamp is a number,
// and meta an object, as they are before they become texts.
func jsonObject(dst []byte, l *Lines, names *[5]string, sp *spacing, set *escapeSet, bare bool) []byte {
	list := make([]Member, len(l))
	for i, line := range l {
		list[i] = Member{Name: names[i], Value: line, Raw: line, IsText: !bare || i != TimeLine && i != BodyLine}
	}
	return appendObject(dst, list, sp, &escaping{set: *set})
}
