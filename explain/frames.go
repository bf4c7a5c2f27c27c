package explain

import (
	"bytes"
	"crypto/sha256"
	"fmt"
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

// mchid is the merchant that the request claims to come from.
func (e *evidence) mchid() string {
	if e.known.Merchant != nil {
		return e.known.Merchant.ID
	}
	return ""
}
