package explain

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// answer is what the real service says to a request: of the text that it has built, all but the
// body, and 8 bytes of that.
func answer(method, url, timestamp, nonce, body string) []byte {
	head := method + "\n" + url + "\n" + timestamp + "\n" + nonce + "\n"
	text := map[string]any{"code": "SIGN_ERROR", "message": "错误的签名，验签失败", "detail": map[string]any{
		"detail": map[string]string{"issue": "sign not match"}, "field": "signature", "location": "authorization",
		"sign_information": map[string]any{"method": method, "url": url, "sign_message_length": len(head) + len(body) + 1, "truncated_sign_message": head + body[:min(8, len(body))] + "\n"},
	}}
	return must(json.Marshal(text))
}

func TestObserved(t *testing.T) {
	const real = `{"code":"SIGN_ERROR","detail":{"detail":{"issue":"sign not match"},"field":"signature","location":"authorization","sign_information":{"method":"POST","sign_message_length":89,"truncated_sign_message":"POST\n/v3/marketing/favor/media/image-upload\n1600233831\n01f12c9fd9c92f936ed33a3a4ea817e3\n\n","url":"/v3/marketing/favor/media/image-upload"}},"message":"错误的签名，验签失败"}`
	c := newClient()
	right := func(body string) []byte { return answer("POST", c.target, c.timestamp, c.nonce, body) }
	for _, x := range []struct {
		name   string
		answer []byte
		change func(c *client)
		want   string
	}{
		{"no meta, answer alone", []byte(real), nil, "observed.no_meta"},
		{"no meta, quoted boundary", right(""), func(c *client) { c.contentType = `multipart/form-data; boundary="` + c.boundary + `"` }, "observed.no_meta form.quoted_boundary"},
		{"no meta, a filename on it", right(""), func(c *client) {
			c.metaHead = strings.Replace(c.metaHead, `"meta"`, `"meta"; filename="meta.json"`, 1)
		}, "observed.no_meta form.meta_filename"},
		{"no meta, LF", right(""), func(c *client) { c.eol = "\n" }, "observed.no_meta form.bare_lf"},
		{"a longer meta", right(c.meta + "xx"), func(*client) {}, "observed.meta_length"},
		{"another meta", right(`{"sha256":"…"}`), func(*client) {}, "observed.other_meta"},
		{"the same text", right(c.meta), func(*client) {}, "observed.same_text"},
		{"another URL", answer("POST", c.target+"?a=1", c.timestamp, c.nonce, c.meta), func(*client) {}, "observed.url"},
		{"another request", answer("POST", c.target, "1600000000", "abc", c.meta), func(*client) {}, "observed.timestamp observed.nonce"},
		{"a body, nothing to compare", right(c.meta), nil, "observed.body"},
		{"a line too many", []byte(`{"code":"SIGN_ERROR","message":"签名源串格式错误"}`), nil, "observed.extra_line"},
		{"clock", []byte(`{"code":"SIGN_ERROR","message":"Http头Authorization中的timestamp与发起请求的时间不得超过5分钟"}`), nil, "observed.clock"},
		{"serial", []byte(`{"code":"SIGN_ERROR","message":"商户证书序列号有误。请使用签名私钥匹配的证书序列号"}`), nil, "observed.serial"},
		{"headers", []byte(`{"code":"INVALID_REQUEST","message":"Http头缺少Accept或User-Agent"}`), func(c *client) { delete(c.headers, "Accept") }, "observed.headers v3.header.accept"},
		{"file required", []byte(`{"code":"PARAM_ERROR","message":"输入源“/body/file”映射到字段“图片文件”必填性规则校验失败，此字段为必填项"}`), func(c *client) {
			c.fileHead = strings.Replace(c.fileHead, `"file"`, `"image"`, 1)
		}, "observed.file_required form.part_name"},
		{"meta required", []byte(`{"code":"PARAM_ERROR","message":"…","detail":{"field":"/body/meta","location":"body","value":""}}`), nil, "observed.meta_required"},
		{"no picture", []byte(`{"code":"PARAM_ERROR","message":"文件二进制内容不是图片,请检查后重新提交"}`), withFile([]byte("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAE=")), "observed.not_picture file.data_url"},
		{"nginx", []byte("<html>\n<head><title>400 The SSL certificate error</title></head>"), nil, "observed.bad_certificate"},
		{"nginx, 501", []byte("<html>\n<head><title>501 Not Implemented</title></head>"), nil, "observed.front_end"},
		{"APIv2's gateway", []byte("<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[频率限制]]></return_msg></xml>"), nil, "observed.frequent"},
		{"APIv2, not permitted", []byte("<xml><return_code>FAIL</return_code><return_msg>暂无图片上传权限,请检查后重试</return_msg></xml>"), nil, "observed.permission"},
		{"40006", []byte(`{"errcode":40006,"errmsg":"invalid meida size hint: [KiBfOA0483e297]"}`), nil, "observed.size"},
		{"something else", []byte("no JSON at all"), nil, ""},
		{"an answer that is odd", []byte(`{"detail":{"sign_information":{"sign_message_length":7,"truncated_sign_message":"a\nb"}}}`), nil, ""},
	} {
		var req *Request
		if x.change != nil {
			c := newClient()
			x.change(c)
			req = c.request()
		}
		var got []string
		for _, f := range Observed(x.answer, req) {
			got = append(got, f.Cause)
			checkFinding(t, f)
		}
		if fmt.Sprint(got) != fmt.Sprint(strings.Fields(x.want)) {
			t.Errorf("%s: %v, want %s", x.name, got, x.want)
		}
	}
}

// TestObservedFamilies: of a request of another family nothing of APIv3 is said.
func TestObservedFamilies(t *testing.T) {
	v2, account := newV2().request(), newAccount().request()
	for name, req := range map[string]*Request{"v2": v2, "account": account} {
		for _, f := range Observed([]byte(`{"errcode":40001,"errmsg":"invalid credential"}`), req) {
			if strings.HasPrefix(f.Cause, "v3.") {
				t.Errorf("%s: %v", name, f)
			}
		}
	}
	for answer, want := range map[string]string{
		`{"code":"SIGN_ERROR","message":"Authorization不合法"}`:                                               "[observed.mchid]",
		`{"code":"PARAM_ERROR","message":"图片Content-Type非法","detail":{"field":"/body/file"}}`:              "[form.part_type]",
		`{"code":"PARAM_ERROR","message":"文件二进制内容不是图片","detail":{"field":"/body/file"}}`:                   "[observed.not_picture]",
		`{"code":"PARAM_ERROR","message":"请求内容不是JSON格式","detail":{"field":"/body/meta"}}`:                  "[]",
		`{"code":"PARAM_ERROR","message":"输入源“/body/meta”映射到字段必填性规则校验失败","detail":{"field":"/body/meta"}}`: "[observed.meta_required]",
	} {
		if got := fmt.Sprint(Observed([]byte(answer), nil)); got != want {
			t.Errorf("%s: %s, want %s", answer, got, want)
		}
	}
}
