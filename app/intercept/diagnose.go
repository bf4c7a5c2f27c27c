package intercept

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/wxup/wxup/explain"
)

const (
	trustEN = `"wxup exec" sets what most programs go by; for the others see "wxup ca --help"`
	trustZH = `wxup exec 会设置多数程序所需的变量；其他程序参见 wxup ca --help`
)

// alerts are what a client says when it ends a TLS handshake (RFC 8446 §6), by the text that
// package tls has for them. Which one is said of a CA that is not trusted depends on the TLS
// library.
var alerts = map[string]struct {
	outcome Outcome
	why     explain.Words
}{
	"unknown certificate authority":  {Untrusted, words("the client does not trust the CA", "客户端不信任该 CA", true)},                                                        // OpenSSL: curl, PHP, Python, Ruby
	"unknown certificate":            {Untrusted, words("the client does not trust the CA", "客户端不信任该 CA", true)},                                                        // Java, browsers
	"bad certificate":                {Untrusted, words("the client does not accept the certificate; most often it does not trust the CA", "客户端不接受证书，多因不信任该 CA", true)}, // Go, GnuTLS
	"unsupported certificate":        {Untrusted, words("the client cannot use an ECDSA certificate, or one of a CA with name constraints", "客户端不支持 ECDSA 证书，或不支持带名称约束的 CA", false)},
	"expired certificate":            {Untrusted, words("to the client the certificate is out of date: compare the clocks, and look at: wxup ca show", "客户端认为证书不在有效期内：请核对两边时钟，并查看 wxup ca show", false)},
	"revoked certificate":            {Untrusted, words("the client could not learn whether the certificate is revoked, or pins another: switch its revocation check or its pinning off", "客户端无法确认证书吊销状态，或固定了其他证书：请关闭吊销检查或证书固定", false)},
	"access denied":                  {Untrusted, words("the client does not accept the certificate; it may pin WeChat's own: switch its pinning off", "客户端拒绝该证书，可能固定了微信的证书：请关闭证书固定", false)},
	"protocol version not supported": {TLSFailed, words("the client and wxup have no TLS version in common; wxup speaks 1.2 and 1.3", "客户端与 wxup 没有共同的 TLS 版本；wxup 支持 1.2 与 1.3", false)},
	"handshake failure":              {TLSFailed, words("the client and wxup have no cipher in common; wxup's certificates are ECDSA P-256", "客户端与 wxup 没有共同的加密套件；wxup 的证书为 ECDSA P-256", false)},
	"no application protocol":        {TLSFailed, words("the client wants another protocol than HTTP/1.1", "客户端要求 HTTP/1.1 以外的协议", false)},
}

var silentWords = explain.Words{
	EN: "the client closed the connection before its first request: programs do so that look at the certificate late and do not trust the CA (Node.js: NODE_EXTRA_CA_CERTS), or that connect ahead of need",
	ZH: "客户端在发出第一个请求前关闭了连接：较晚校验证书且不信任该 CA 的程序如此（Node.js：NODE_EXTRA_CA_CERTS），预先建立连接的程序也如此",
}

// words are an explanation, with the cure if it is one of trust.
func words(en, zh string, trust bool) explain.Words {
	if trust {
		return explain.Words{EN: en + ": " + trustEN, ZH: zh + "：" + trustZH}
	}
	return explain.Words{EN: en, ZH: zh}
}

// plainAlert names the alert at the end of what a client sent. OpenSSL 3.0, and so curl, PHP,
// Python and Ruby on many systems, says in clear that it does not trust the server, though by then
// TLS 1.3 is encrypted; to package tls that is a record like any that does not open ("bad record
// MAC").
func plainAlert(tail []byte) string {
	if len(tail) < alertSize {
		return ""
	}
	tail = tail[len(tail)-alertSize:]
	if tail[0] != 21 || tail[1] != 3 || tail[3] != 0 || tail[4] != 2 || tail[5] != 2 {
		return ""
	}
	return strings.TrimPrefix(tls.AlertError(tail[6]).Error(), "tls: ")
}

// diagnose tells why a handshake came to nothing.
func diagnose(v *visit, err error) (o Outcome, alert string, why explain.Words) {
	op, ok := errors.AsType[*net.OpError](err)
	switch {
	case ok && op.Op == "remote error":
		alert = strings.TrimPrefix(op.Err.Error(), "tls: ")
	case ok && op.Op == "local error":
		alert = plainAlert(v.tail)
	}
	if alert != "" { // the client's
		if a, ok := alerts[alert]; ok {
			return a.outcome, alert, a.why
		}
		return TLSFailed, alert, words("the client ended the TLS handshake, saying: "+printable(alert), "客户端结束了 TLS 握手，原因："+printable(alert), false)
	}
	re, notTLS := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return TLSFailed, "", words(fmt.Sprintf("the TLS handshake was not done within %s", headerTime), fmt.Sprintf("TLS 握手未在 %s 内完成", headerTime), false)
	case notTLS && looksLikeHTTP(re.RecordHeader):
		return TLSFailed, "", words("plain HTTP was sent where TLS is spoken: the address must begin with https://", "在应使用 TLS 之处发送了明文 HTTP：地址应以 https:// 开头", false)
	case notTLS:
		return TLSFailed, "", words("what was sent is not TLS", "收到的不是 TLS", false)
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE):
		if v.helloed {
			return Untrusted, "", words("the client hung up on seeing the certificate, without a word, as Node.js, Java's HttpClient and Windows programs do when they do not trust the CA", "客户端收到证书后直接断开；Node.js、Java 的 HttpClient 与 Windows 程序不信任该 CA 时如此", true)
		}
		return TLSFailed, "", words("the client hung up before it had begun TLS", "客户端在开始 TLS 之前断开了连接", false)
	case strings.Contains(err.Error(), "unsupported versions"):
		return TLSFailed, "", alerts["protocol version not supported"].why
	case strings.Contains(err.Error(), "no cipher suite"):
		return TLSFailed, "", alerts["handshake failure"].why
	case strings.Contains(err.Error(), "application protocol"):
		return TLSFailed, "", alerts["no application protocol"].why
	case strings.Contains(err.Error(), "the CA is valid from"):
		return TLSFailed, "", words("no certificate can be made: the CA is out of date; run: wxup ca renew", "无法签发证书：CA 不在有效期内；请运行 wxup ca renew", false)
	}
	return TLSFailed, "", words("the TLS handshake failed: "+printable(strings.TrimPrefix(err.Error(), "tls: ")), "TLS 握手失败："+printable(strings.TrimPrefix(err.Error(), "tls: ")), false)
}
