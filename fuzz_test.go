package wxup_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/wire"
)

// What is read as a v2 answer is, written again, read as the same.
func FuzzUnmarshalV2(f *testing.F) {
	for _, s := range []string{
		"<xml>\n<return_code><![CDATA[SUCCESS]]></return_code>\n<media_id><![CDATA[a]]]]><![CDATA[>b]]></media_id>\n</xml>",
		"<xml><return_code>FAIL</return_code><return_msg>a &lt; b</return_msg></xml>",
		`<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e "v">]><xml><a>&e;</a></xml>`,
		"<xml><a/><a/></xml>", "<a><b><c/></b></a>", "<xml></xml><xml></xml>", "", "<xml>", "<n:xml><n:a b='c'>\r\n</n:a></n:xml>",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		fields, err := wire.UnmarshalV2(body)
		if err != nil {
			return
		}
		var list []wire.Field
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			list = append(list, wire.Field{Name: name, Value: fields[name]})
		}
		again, err := wire.UnmarshalV2(wire.MarshalV2(list))
		if err != nil || !maps.Equal(again, fields) {
			t.Errorf("%q is read as %q, and that written again as %q (%v)", body, fields, again, err)
		}
	})
}

// What is written as a v2 answer is read as the same, if it is text that XML can hold.
func FuzzMarshalV2(f *testing.F) {
	f.Add("m/1", "OK")
	f.Add("]]>", "]]]]><![CDATA[>")
	f.Add("<a>&amp;", "图片\n\t")
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, r := range a + " " + b {
			if r == utf8.RuneError || r == '\r' || r < 0x20 && r != '\t' && r != '\n' || r >= 0xD800 && r <= 0xDFFF || r == 0xFFFE || r == 0xFFFF {
				return
			}
		}
		fields, err := wire.UnmarshalV2(wire.MarshalV2([]wire.Field{{Name: "a", Value: a}, {Name: "b", Value: b}}))
		if err != nil || len(fields) != 2 || fields["a"] != a || fields["b"] != b {
			t.Errorf("%q %q are read as %q (%v)", a, b, fields, err)
		}
	})
}

func FuzzUnmarshalAccount(f *testing.F) {
	for _, s := range []string{
		`{"url":"http://mmbiz.qpic.cn/x/0?wx_fmt=png","errcode":0,"errmsg":"ok"}`, `{"errcode":40005,"errmsg":"invalid file type hint: [x] rid: 1-2-3"}`,
		`{"errcode":"1"}`, `[]`, `null`, ``, `{"errcode":1e3}`, `{"errcode":-1}`, `{"url":7}`, `{"errcode":99999999999999999999}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := wire.UnmarshalAccount(body)
		if err != nil {
			return
		}
		text, err := wire.MarshalAccount(a.ErrCode, a.ErrMsg)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := wire.UnmarshalAccount(text); err != nil || again.ErrCode != a.ErrCode || again.ErrMsg != a.ErrMsg {
			t.Errorf("%q is read as %+v, and that written again as %+v (%v)", body, a, again, err)
		}
	})
}

func FuzzUnmarshalV3(f *testing.F) {
	for _, s := range []string{
		`{"media_url":"https://qpic.cn/xxx"}`, `{"image_url":"x","more":[1]}`, `{"receipt":{"receipt_id":"1","state":"WAIT_REVIEW"}}`,
		`{"receipt":null}`, `{"receipt":"x"}`, `null`, ``, `{"media_url":null}`, `{"media_url":"a","media_url":""}`, strings.Repeat(`{"receipt":`, 100),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, ep := range []*wxup.Endpoint{wxup.MarketingImage, wxup.ReceiptImage, wxup.CouponImage} {
			value, err := wire.UnmarshalV3(ep.Answer(), body)
			if (err == nil) != (value != "") {
				t.Fatalf("%q: %q, %v", body, value, err)
			}
			if err != nil {
				if len(err.Error()) > 100 {
					t.Errorf("a long error: %v", err)
				}
				continue
			}
			if !json.Valid(body) {
				t.Errorf("%q is no JSON, and is read as %q", body, value)
			}
			text, err := wire.MarshalV3(wire.Member{Name: ep.Answer(), Value: value})
			if err != nil {
				t.Fatal(err)
			}
			if again, err := wire.UnmarshalV3(ep.Answer(), text); err != nil || again != value {
				t.Errorf("%q, written as %s, is read as %q (%v)", value, text, again, err)
			}
		}
	})
}

// Whatever a file is called, the name that is sent is one that can be sent, and meta says the same.
func FuzzSentName(f *testing.F) {
	for _, s := range []string{"a.png", "", ".", "/", `a"b`, "😀.PNG", "a\x00", "\xff", strings.Repeat("长", 200) + ".png", "x." + strings.Repeat("y", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		res, err := new(wxup.Client).Check(t.Context(), wxup.MarketingImage, wxup.Bytes(name, pngFile))
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		n := utf8.RuneCountInString(res.Name)
		bad := func(r rune) bool { return r < 0x20 || r == 0x7f || r > 0xFFFF || r == '"' || r == '\\' || r == '/' }
		if n < len(".png") || n > 128 || !utf8.ValidString(res.Name) || strings.ContainsFunc(res.Name, bad) {
			t.Errorf("%q is sent as %q", name, res.Name)
		}
		quoted, err := json.Marshal(fmt.Sprint(res.Name))
		if err != nil || strings.Contains(string(quoted), `\ufffd`) {
			t.Errorf("%q is sent as %s", name, quoted)
		}
	})
}
