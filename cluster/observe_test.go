package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/wxup/wxup"
)

// TestReadAnswer: what is in wxup's tables is told from what is not.
func TestReadAnswer(t *testing.T) {
	const v3, v2, account = "/v3/marketing/favor/media/image-upload", "/secapi/mch/uploadmedia", "/cgi-bin/media/uploadimg"
	for _, test := range []struct {
		path    string
		status  int
		body    string
		problem wxup.Problem
		ok      bool
	}{
		{v3, 200, `{"media_url":"https://example.com/a"}`, "", true},
		{v3, 500, `{"code":"SYSTEM_ERROR","message":"系统繁忙，请稍后重试"}`, wxup.Internal, true},
		{v3, 502, `{"code":"SYSTEM_ERROR","message":"系统繁忙，请稍后重试"}`, "", false},
		{v3, 500, `{"code":"SYSTEM_ERROR","message":"panic"}`, "", false},
		{v3, 503, "not ready", "", false},
		{v2, 200, `<xml><return_code>SUCCESS</return_code><result_code>SUCCESS</result_code></xml>`, "", true},
		{v2, 200, `<xml><return_code>SUCCESS</return_code><result_code>FAIL</result_code><err_code>SYSTEMERROR</err_code><err_code_des>上传图片失败,请稍后重试</err_code_des></xml>`, wxup.Internal, true},
		{v2, 200, `<xml><return_code>FAIL</return_code></xml>`, "", false},
		{account, 200, `{"url":"http://example.com/a","errcode":0,"errmsg":"ok"}`, "", true},
		{account, 200, `{"errcode":-1,"errmsg":"system error rid: 1-2-3"}`, wxup.Internal, true},
		{account, 200, `{"errcode":-2,"errmsg":"system error"}`, "", false},
		{account, 502, "", "", false},
	} {
		_, _, problem, ok := readAnswer(test.path, test.status, []byte(test.body))
		if ok != test.ok || problem != test.problem {
			t.Errorf("%d %s: %q, %t; want %q, %t", test.status, test.body, problem, ok, test.problem, test.ok)
		}
	}
}

// TestJudge: each kind of wrong answer is a violation, and what faults excuse is none.
func TestJudge(t *testing.T) {
	const busy = `{"code":"SYSTEM_ERROR","message":"系统繁忙，请稍后重试"}`
	now := time.Now()
	for _, test := range []struct {
		name       string
		status     int
		body       string
		took       time.Duration
		fault      bool
		violations int
	}{
		{"good", 200, `{"media_url":"x"}`, time.Second, false, 0},
		{"late", 200, `{"media_url":"x"}`, promised.answer + 1, true, 1},
		{"refused in a fault", 500, busy, time.Second, true, 0},
		{"refused without a fault", 500, busy, time.Second, false, 1},
		{"a good signature refused", 401, `{"code":"SIGN_ERROR","message":"Http头Authorization中的nonce_str已被其他请求使用"}`, 1, true, 1},
		{"in no table", 503, "not ready", 1, true, 1},
	} {
		times := &timetable{}
		if test.fault {
			times.begin("a fault")
		}
		o := newObserver(&fleet{limits: promised}, times)
		req, err := http.NewRequest(http.MethodPost, "http://host/v3/marketing/favor/media/image-upload", nil)
		if err != nil {
			t.Fatal(err)
		}
		o.judge(req, test.status, []byte(test.body), nil, now, now.Add(test.took), nil)
		if o.broken != test.violations {
			t.Errorf("%s: %d violations, want %d: %q", test.name, o.broken, test.violations, o.violations)
		}
	}
}
