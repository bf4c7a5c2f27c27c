package text

import (
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"html"
	"net/url"
	"strings"
)

// otherFrames adds rare line ends, orders and omissions.
func otherFrames(d *Dimension) {
	add := d.addFrame
	for _, literal := range []string{"\\\n", "%0A", "%0a", "&#10;", `\\n`, `\x0a`, `\u000a`, "␊", "[LF]", "<LF>", "<br>", "<br/>", "<br />", "\u2028", "\u0085", "n", "\x0b", "\x0c", "\x00", "\x1e"} {
		add("v3.frame.literal", literal, joined(literal, literal))
		add("v3.frame.literal", literal, joined(literal, ""))
	}
	for _, literal := range []string{`\n`, `\r\n`} { // echo ends its own line only
		add("v3.frame.literal", literal, joined(literal, literal+"\n"))
		add("v3.frame.literal", literal, joined(literal, "\n"))
	}
	add("v3.frame.request_line", "", func(dst []byte, l *Lines) []byte {
		return append(dst, l[0]+" "+l[1]+"\n"+l[2]+"\n"+l[3]+"\n"+l[4]+"\n"...)
	})
	add("v3.frame.request_line", "HTTP/1.1", func(dst []byte, l *Lines) []byte {
		return append(dst, l[0]+" "+l[1]+" HTTP/1.1\n"+l[2]+"\n"+l[3]+"\n"+l[4]+"\n"...)
	})
	for _, sep := range []string{",\n", ";\n", "|\n", "&\n", "+\n", " \n", "\t\n", "\n\r\n", ",\r\n"} {
		add("v3.frame.separator", sep, joined(sep, "\n"))
		add("v3.frame.separator", sep, joined(sep, sep))
		add("v3.frame.separator", sep, joined(sep, ""))
	}
	printedLists(d)
	for i := range 4 { // one line end forgotten
		for _, sep := range []string{"", " ", ",", "&"} {
			add("v3.frame.missing_lf", lineNames[i]+", "+lineNames[i+1], func(dst []byte, l *Lines) []byte {
				for j, line := range l {
					dst = append(dst, line...)
					if j == i {
						dst = append(dst, sep...)
					} else {
						dst = append(dst, '\n')
					}
				}
				return dst
			})
		}
	}
	add("v3.frame.doubled_line", lineNames[BodyLine], func(dst []byte, l *Lines) []byte {
		return append(RightFrame(dst, l), l[BodyLine]+"\n"...)
	})
	add("v3.frame.doubled_line", lineNames[URLLine], func(dst []byte, l *Lines) []byte {
		return append(dst, l[0]+"\n"+l[1]+"\n"+l[1]+"\n"+l[2]+"\n"+l[3]+"\n"+l[4]+"\n"...)
	})
	for _, order := range Permutations(5) {
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

// printedLists adds the lines as languages print a list of them.
func printedLists(d *Dimension) {
	for _, x := range []struct{ by, open, before, after, comma, shut string }{
		{"Python", "[", "'", "'", ", ", "]"}, {"Python", "(", "'", "'", ", ", ")"}, {"Go", "[", "", "", " ", "]"}, {"Java", "[", "", "", ", ", "]"},
		{"Ruby", "[", `"`, `"`, ", ", "]"}, {"Swift", "[", `"`, `"`, ",", "]"}, {"Node.js", "[ ", "'", "'", ", ", " ]"}, {"Node.js", "[\n  ", "'", "'", ",\n  ", "\n]"},
		{"C#", "{ ", "", "", ", ", " }"}, {"PHP", "Array", "", "", "", ""},
	} {
		d.addFrame("v3.frame.encoded", x.by+" "+x.open+"…"+x.shut, func(dst []byte, l *Lines) []byte {
			dst = append(dst, x.open...)
			if x.by == "PHP" { // which prints only the word
				return dst
			}
			for i, line := range l {
				if i > 0 {
					dst = append(dst, x.comma...)
				}
				dst = append(append(append(dst, x.before...), line...), x.after...)
			}
			return append(dst, x.shut...)
		})
	}
}

// combinedFrames adds lines in another order that are separated by something else, too: Pairs
// combines dimensions, and these are of one.
func combinedFrames(d *Dimension) {
	for _, x := range []struct {
		order Flaw
		lines [5]int
	}{
		{Flaw{"v3.frame.order", "timestamp ↔ nonce_str"}, [5]int{0, 1, 3, 2, 4}}, {Flaw{"v3.frame.order", "method ↔ URL"}, [5]int{1, 0, 2, 3, 4}},
	} {
		d.addFrames(reordered(x.lines, joined("\r\n", "\r\n")), x.order, Flaw{"v3.frame.crlf", "CR LF"})
		d.addFrames(reordered(x.lines, joined("\n", "")), x.order, Flaw{"v3.frame.no_last_lf", ""})
		d.addFrames(reordered(x.lines, joined(`\n`, `\n`)), x.order, Flaw{"v3.frame.literal", `\n`})
	}
	for _, c := range []struct {
		Flaw
		convert func(text string) string
	}{
		{Flaw{"v3.hash.twice", "hex"}, func(text string) string { return hex.EncodeToString(sha256Of(text)) }},
		{Flaw{"v3.hash.twice", "HEX"}, func(text string) string { return UpperHex(sha256Of(text)) }},
		{Flaw{"v3.hash.twice", "raw"}, func(text string) string { return string(sha256Of(text)) }},
		{Flaw{"v3.hash.twice", "base64"}, func(text string) string { return string(Base64Text(sha256Of(text))) }},
		{Flaw{"v3.charset.utf16", "UTF-16LE"}, func(text string) string { return string(UTF16(text, binary.LittleEndian)) }},
		{Flaw{"v3.charset.utf16", "UTF-16BE"}, func(text string) string { return string(UTF16(text, binary.BigEndian)) }},
		{Flaw{"v3.frame.encoded", "base64"}, func(text string) string { return string(Base64Text([]byte(text))) }},
		{Flaw{"v3.charset.bom", ""}, func(text string) string { return BOM + text }},
	} {
		for _, x := range []struct {
			Flaw
			write Frame
		}{
			{Flaw{"v3.frame.no_last_lf", ""}, joined("\n", "")}, {Flaw{"v3.frame.crlf", "CR LF"}, joined("\r\n", "\r\n")}, {Flaw{"v3.frame.literal", `\n`}, joined(`\n`, `\n`)},
			{Flaw{"v3.frame.order", "timestamp ↔ nonce_str"}, lined(0, 1, 3, 2, 4)}, {Flaw{"v3.frame.no_body_line", ""}, lined(0, 1, 2, 3)},
			{Flaw{"v3.body.empty", ""}, func(dst []byte, l *Lines) []byte { return append(lined(0, 1, 2, 3)(dst, l), '\n') }},
		} {
			d.addFrames(func(dst []byte, l *Lines) []byte { return append(dst, c.convert(string(x.write(nil, l)))...) }, x.Flaw, c.Flaw)
		}
	}
}

// convertedFrames adds conversions of the whole text.
func convertedFrames(d *Dimension) {
	add := d.addFrame
	hexed := func(upper bool) func([]byte) []byte {
		return func(text []byte) []byte {
			s := hex.EncodeToString(text)
			if upper {
				s = strings.ToUpper(s)
			}
			return []byte(s)
		}
	}
	for _, h := range []struct {
		name string
		sum  func(text []byte) []byte
	}{
		{"", func(text []byte) []byte { return sha256Of(string(text)) }},
		{"MD5, ", func(text []byte) []byte { return md5Of(string(text)) }},
		{"SHA-1, ", func(text []byte) []byte { sum := sha1.Sum(text); return sum[:] }},
	} {
		add("v3.hash.twice", h.name+"hex", then(func(text []byte) []byte { return hexed(false)(h.sum(text)) }))
		add("v3.hash.twice", h.name+"HEX", then(func(text []byte) []byte { return hexed(true)(h.sum(text)) }))
		add("v3.hash.twice", h.name+"raw", then(h.sum))
		add("v3.hash.twice", h.name+"base64", then(func(text []byte) []byte { return Base64Text(h.sum(text)) }))
	}
	add("v3.frame.encoded", "base64", then(Base64Text))
	add("v3.frame.encoded", "hex", then(hexed(false)))
	add("v3.frame.encoded", "HEX", then(hexed(true)))
	add("v3.frame.encoded", "URL", then(func(text []byte) []byte { return []byte(url.QueryEscape(string(text))) }))
	add("v3.frame.encoded", "URL", then(func(text []byte) []byte { return []byte(url.PathEscape(string(text))) }))
	add("v3.frame.encoded", "URL", then(func(text []byte) []byte {
		return []byte(strings.ReplaceAll(url.QueryEscape(string(text)), "+", "%20"))
	}))
	add("v3.frame.encoded", "JSON", then(func(text []byte) []byte { return jsonText(string(text)) }))
	for _, c := range []struct {
		name   string
		encode func(string) []byte
	}{
		{"UTF-16LE", func(s string) []byte { return utf16Text(s, binary.LittleEndian, false) }},
		{"UTF-16BE", func(s string) []byte { return utf16Text(s, binary.BigEndian, false) }},
		{"UTF-16LE, BOM", func(s string) []byte { return utf16Text(s, binary.LittleEndian, true) }},
		{"UTF-16BE, BOM", func(s string) []byte { return utf16Text(s, binary.BigEndian, true) }},
	} {
		add("v3.charset.utf16", c.name, then(func(text []byte) []byte { return c.encode(string(text)) }))
	}
	add("v3.frame.encoded", "HTML", then(func(text []byte) []byte { return []byte(html.EscapeString(string(text))) }))
}

// paddedFrames adds quotes, marks, blanks and indentation around the lines.
func paddedFrames(d *Dimension) {
	add := d.addFrame
	for _, q := range []string{`"`, `'`} {
		add("v3.frame.quoted", q, around("", q, q, ""))
		add("v3.frame.quoted", q, then(func(text []byte) []byte { return []byte(q + string(text) + q) }))
	}
	add("v3.charset.bom", "", around(BOM, "", "", ""))
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
}

// documentedFrames adds the labels and comments that the samples of the documentation have.
func documentedFrames(d *Dimension) {
	add := d.addFrame
	for _, labels := range docLabels {
		for _, colon := range []string{":", ": ", "=", "："} {
			add("v3.frame.labels", labels[0]+colon, func(dst []byte, l *Lines) []byte {
				for i, line := range l {
					dst = append(append(append(append(dst, labels[i]...), colon...), line...), '\n')
				}
				return dst
			})
		}
		add("v3.frame.labels", labels[0]+"=…&…", func(dst []byte, l *Lines) []byte {
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
}

// docLabels are the names of the lines in the documentation, and the comments after them in its
// samples.
var docLabels = [][5]string{
	{"HTTP请求方法", "URL", "请求时间戳", "请求随机串", "请求报文主体"},
	{"请求方法", "请求路径", "时间戳", "随机串", "请求体"},
	{"请求方式", "请求URL", "请求时间戳", "请求随机串", "请求报文主体"},
	{"method", "url", "timestamp", "nonce_str", "body"},
	{"METHOD", "URL", "TIMESTAMP", "NONCE", "BODY"},
	{"method", "url", "timestamp", "nonce", "body"},
	{"method", "path", "timestamp", "nonce_str", "body"},
	{"http_method", "url", "timestamp", "nonce_str", "request_body"},
	{"HTTP method", "URL", "Request timestamp", "Request nonce string", "Request body"},
}

// strange writes the labels themselves, as the template in the documentation does, or each line
// followed by its label as a comment.
func strange(instead []string, sign string, comments ...string) Frame {
	return func(dst []byte, l *Lines) []byte {
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

func orderName(order []int) string {
	var names []string
	for _, i := range order {
		names = append(names, lineNames[i])
	}
	return strings.Join(names, ", ")
}
