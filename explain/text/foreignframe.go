package text

import (
	"fmt"
	"slices"
	"strings"
)

// templateFrames adds templates whose placeholders were not filled in, all of them or all but the
// first lines. The body alone is a matter of its own dimension.
func templateFrames(d *Dimension) {
	names := [][5]string{
		{"method", "url", "timestamp", "nonce", "body"}, {"method", "path", "timestamp", "nonce", "meta"},
		{"method", "url", "timestamp", "nonce_str", "body"}, {"method", "path", "timestamp", "nonceStr", "meta"},
		{"httpMethod", "canonicalUrl", "timestamp", "nonce", "body"}, {"method", "uri", "timestamp", "nonceStr", "body"},
	}
	for _, sign := range [][2]string{{"${", "}"}, {"$", ""}, {"{", "}"}, {"{{", "}}"}, {"#{", "}"}, {"{$", "}"}, {"%", "%"}, {"@", ""}, {"<", ">"}} {
		for _, list := range names {
			for from := range BodyLine {
				filled := list
				for i := range filled {
					filled[i] = sign[0] + filled[i] + sign[1]
				}
				d.addFrame("v3.frame.template", filled[from], filledFrom(from, filled))
			}
		}
	}
	for _, verb := range []string{"%s", "%v", "{}", "?", "%d"} {
		for from := range BodyLine {
			d.addFrame("v3.frame.template", verb, filledFrom(from, [5]string{verb, verb, verb, verb, verb}))
		}
		d.addFrame("v3.frame.template", verb, filledFrom(0, [5]string{verb, verb, "%d", verb, verb}))
	}
	numbered := [5]string{"{0}", "{1}", "{2}", "{3}", "{4}"}
	d.addFrame("v3.frame.template", "{0}", filledFrom(0, numbered))
}

// filledFrom writes the lines before from as they are, and a template for the others.
func filledFrom(from int, template [5]string) Frame {
	return func(dst []byte, l *Lines) []byte {
		lines := *l
		copy(lines[from:], template[from:])
		return RightFrame(dst, &lines)
	}
}

// foreignFrames adds texts that other protocols sign.
func foreignFrames(d *Dimension, s *Source) {
	add := d.addFrame
	for _, pairs := range []string{`mchid="%[1]s",nonce_str="%[2]s",timestamp="%[3]s"`, `mchid="%[1]s",nonce_str="%[2]s",timestamp="%[3]s",serial_no="%[4]s"`,
		`mchid="%[1]s",serial_no="%[4]s",nonce_str="%[2]s",timestamp="%[3]s"`} {
		for _, start := range []string{"", "WECHATPAY2-SHA256-RSA2048 ", "Authorization: WECHATPAY2-SHA256-RSA2048 "} {
			for _, end := range []string{"", ","} {
				add("v3.frame.header", "", func(dst []byte, l *Lines) []byte {
					return fmt.Appendf(append(dst, start...), pairs+end, s.MchID, l[NonceLine], l[TimeLine], s.Serial)
				})
			}
		}
	}
	add("v3.frame.v2", "", func(dst []byte, l *Lines) []byte {
		return append(dst, "body="+l[4]+"&method="+l[0]+"&nonce_str="+l[3]+"&timestamp="+l[2]+"&url="+l[1]...)
	})
	addPairs(d, s)
	addPaySign(d, s)
	digest := MemberText(s.meta(), s.DigestField)
	for i := range 6 {
		add("v3.frame.extra_line", s.DigestField, inserted(i, digest))
	}
	for _, secret := range s.Secrets {
		key := secret.Value
		for i := range 6 {
			add("v3.frame.extra_line", "key", inserted(i, key))
		}
		for _, end := range []string{key, "&key=" + key, "key=" + key, "key=" + key + "\n", "&key=" + key + "\n"} {
			add("v3.frame.extra_line", "key", func(dst []byte, l *Lines) []byte { return append(RightFrame(dst, l), end...) })
		}
	}
}

// addPairs adds the sorted name=value pairs that APIv2 signs, of every choice of what the request
// has, with each key behind them and without.
func addPairs(d *Dimension, s *Source) {
	meta := s.meta()
	name, digest := MemberText(meta, s.NameField), MemberText(meta, s.DigestField)
	pairs := []Field{
		{s.NameField, name}, {"mchid", s.MchID}, {"nonce_str", s.Right[NonceLine]}, {"serial_no", s.Serial}, {s.DigestField, digest}, {"timestamp", s.Right[TimeLine]},
	}
	slices.SortFunc(pairs, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	lists := [][]Field{
		{{"mch_id", s.MchID}, {"media_hash", digest}, {"sign_type", "HMAC-SHA256"}}, {{"mch_id", s.MchID}, {"media_hash", digest}}, {{"mch_id", s.MchID}, {"nonce_str", s.Right[NonceLine]}, {"timestamp", s.Right[TimeLine]}},
		{{"meta", s.Right[BodyLine]}}, {{"body", s.Right[BodyLine]}},
		{{"method", s.Right[MethodLine]}, {"url", s.Right[URLLine]}, {"timestamp", s.Right[TimeLine]}, {"nonce_str", s.Right[NonceLine]}, {"body", s.Right[BodyLine]}},
	}
	for choice := 1; choice < 1<<len(pairs); choice++ {
		var list []Field
		for i, p := range pairs {
			if choice>>i&1 == 1 && p.Name != "" {
				list = append(list, p)
			}
		}
		lists = append(lists, list)
	}
	for _, list := range lists {
		var texts []string
		for _, p := range list {
			texts = append(texts, p.Name+"="+p.Value)
		}
		sorted := strings.Join(texts, "&")
		for _, key := range append([]Field{{}}, s.Secrets...) {
			end := ""
			if key.Value != "" {
				end = "&key=" + key.Value
			}
			d.addFrame("v3.frame.v2", "", func(dst []byte, _ *Lines) []byte { return append(dst, sorted+end...) })
		}
	}
}

// addPaySign adds the text that a page signs to open the payment: appId, timeStamp, nonceStr and
// package.
func addPaySign(d *Dimension, s *Source) {
	for _, first := range append([]string{s.MchID, ""}, s.Apps...) {
		for _, last := range []string{s.Right[BodyLine], "prepay_id=", ""} {
			for _, end := range []string{"\n", ""} {
				d.addFrame("v3.frame.pay_sign", "", func(dst []byte, l *Lines) []byte {
					return append(dst, first+"\n"+l[TimeLine]+"\n"+l[NonceLine]+"\n"+last+end...)
				})
			}
		}
	}
}
