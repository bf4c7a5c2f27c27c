package text

import (
	"bytes"
	"crypto/sha256"
	"fmt"
)

// Frames lists ways to get wrong what stands between the lines, and what is done to the whole text.
func Frames(s *Source) *Dimension {
	d := newDimension("")
	add := d.addFrame
	add("v3.frame.no_last_lf", "", joined("\n", ""))
	add("v3.frame.crlf", "CR LF", joined("\r\n", "\r\n"))
	add("v3.frame.order", "timestamp ↔ nonce_str", lined(0, 1, 3, 2, 4))
	add("v3.frame.extra_lf", "", joined("\n", "\n\n"))
	add("v3.frame.no_body_line", "", lined(0, 1, 2, 3))
	add("v3.frame.literal", `\n`, joined(`\n`, `\n`))
	d.endTop()
	add("v3.frame.literal", `\n`, joined(`\n`, ``))
	add("v3.frame.crlf", "CR LF", joined("\r\n", ""))
	add("v3.frame.crlf", "CR LF", joined("\n", "\r\n"))
	add("v3.frame.extra_line", "mchid", inserted(5, s.MchID))
	add("v3.frame.extra_line", "mchid", inserted(2, s.MchID))
	add("v3.frame.extra_line", "mchid=…", inserted(5, "mchid="+s.MchID))
	add("v3.frame.missing_line", "nonce_str", lined(0, 1, 2, 4))
	add("v3.frame.missing_line", "timestamp", lined(0, 1, 3, 4))
	add("v3.frame.order", "method ↔ URL", lined(1, 0, 2, 3, 4))
	d.endNear()
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
	add("v3.frame.only_body", "", func(dst []byte, l *Lines) []byte { return append(dst, l[BodyLine]...) })
	add("v3.frame.only_body", "", func(dst []byte, l *Lines) []byte { return append(dst, l[BodyLine]+"\n"...) })
	add("v3.frame.nothing", "", func(dst []byte, _ *Lines) []byte { return dst })
	add("v3.frame.case", "", then(bytes.ToLower))
	add("v3.frame.case", "", then(bytes.ToUpper))
	for i := range 5 {
		for _, ends := range [][2]string{{"", " "}, {" ", ""}} {
			add("v3.frame.blanks", lineNames[i], func(dst []byte, l *Lines) []byte {
				padded := *l
				padded[i] = ends[0] + l[i] + ends[1]
				return RightFrame(dst, &padded)
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
		{"", ""}, {"mchid", s.MchID}, {"mchid=…", "mchid=" + s.MchID}, {"serial_no", s.Serial}, {"serial_no=…", "serial_no=" + s.Serial},
		{"Host", s.Host}, {"WECHATPAY2-SHA256-RSA2048", "WECHATPAY2-SHA256-RSA2048"}, {"HTTP/1.1", "HTTP/1.1"},
		{"application/json", "application/json"}, {"Content-Type", s.ContentType},
	} {
		for i := range 6 {
			if x.name == "" && i == 5 {
				continue // that is an extra LF at the end
			}
			cause := "v3.frame.extra_line"
			if x.name == "" {
				cause = "v3.frame.extra_lf"
			}
			add(cause, x.name, inserted(i, x.text))
		}
	}
	d.endWide()
	d.rare = []func(){
		func() { combinedFrames(d) }, func() { convertedFrames(d) }, func() { paddedFrames(d) }, func() { documentedFrames(d) },
		func() { templateFrames(d) }, func() { foreignFrames(d, s) }, func() { otherFrames(d) }, func() { oddFrames(d, s) },
	}
	return d
}
