package text

import "fmt"

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
	meta := s.meta()
	name, digest := MemberText(meta, s.NameField), MemberText(meta, s.DigestField)
	for _, key := range s.Secrets {
		for _, sorted := range []string{
			s.NameField + "=" + name + "&" + s.DigestField + "=" + digest, "meta=" + s.Right[BodyLine], "mchid=" + s.MchID + "&nonce_str=" + s.Right[NonceLine] + "&timestamp=" + s.Right[TimeLine],
			"mch_id=" + s.MchID + "&media_hash=" + digest + "&sign_type=HMAC-SHA256", "mch_id=" + s.MchID + "&media_hash=" + digest,
		} {
			add("v3.frame.v2", "", func(dst []byte, _ *Lines) []byte { return append(dst, sorted+"&key="+key...) })
		}
	}
}
