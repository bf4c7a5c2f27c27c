package wxup

import (
	"errors"
	"testing"
	"time"

	"github.com/wxup/wxup/problem"
)

// TestErrorsInChinese checks what the errors say in both languages.
func TestErrorsInChinese(t *testing.T) {
	large := tooLarge(3<<20, 2<<20)
	large.Endpoint = "marketing"
	refused := &Error{Problem: BadSignature, Endpoint: "merchant", Status: 401, Code: "SIGN_ERROR", Message: "签名错误", RequestID: "ID"}
	for _, c := range []struct {
		err interface {
			error
			In(lang string) string
		}
		en, zh string
	}{
		{
			large,
			"marketing: " + TooLarge.Error() + ": it has 3145728 bytes; at most 2097152 bytes (2 MB) are taken",
			"marketing：" + TooLarge.Text("zh") + "：有 3145728 字节，上限为 2097152 字节（2 MB）",
		},
		{
			refused,
			"merchant: " + BadSignature.Error() + " (WeChat said: SIGN_ERROR 签名错误) [ID]",
			"merchant：" + BadSignature.Text("zh") + "（微信返回：SIGN_ERROR 签名错误） [ID]",
		},
		{&Error{Problem: "new", Endpoint: "e", Status: 502}, "e: new (HTTP 502)", "e：new（HTTP 502）"},
		{
			&VerifyError{Endpoint: "e", Err: errors.New("x"), RequestID: "ID"},
			"e: " + UnverifiedAnswer.Error() + ": x [ID]", "e：" + UnverifiedAnswer.Text("zh") + "：x [ID]",
		},
		{
			&RetryError{Err: &Error{Problem: problem.Internal, Endpoint: "e", Status: 500}, Tries: 2, Wait: 12 * time.Second, Ended: errors.New("x")},
			"e: " + Internal.Error() + " (HTTP 500) (tried 2 times; no time left to wait 12 s for the next)",
			"e：" + Internal.Text("zh") + "（HTTP 500）（已尝试 2 次；已没有时间再等待 12 秒）",
		},
	} {
		if c.err.Error() != c.en || c.err.In("zh") != c.zh {
			t.Errorf("got %q and %q, want %q and %q", c.err.Error(), c.err.In("zh"), c.en, c.zh)
		}
	}
}
