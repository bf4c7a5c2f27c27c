package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/wxup/wxup"
)

const (
	askTime   = 10 * time.Second // for each question
	skewLimit = 5 * time.Minute  // WeChat Pay refuses a timestamp that is further off
	skewSmall = 30 * time.Second
)

// network looks over the way to the other end, and what it says about who asks.
func (d *doctor) network(ctx context.Context) {
	d.surroundings()
	rt, err := trusting(d.get)
	if d.server == "" || err != nil {
		rt = nil
	}
	if err != nil && !d.unread("CA", "ca", err) {
		d.fail("CA", failed, err.Error(), err.Error(), "WXUP_CA_FILE must name the PEM file of a CA", "WXUP_CA_FILE 应为 CA 的 PEM 文件")
	}
	if d.rt = rt; rt == nil {
		d.rt = http.DefaultTransport.(*http.Transport).Clone()
	}
	hosts := []string{}
	if d.merchant != nil {
		hosts = append(hosts, wxup.PayHost)
	}
	if d.app != nil || d.merchant == nil {
		hosts = append(hosts, wxup.AccountHost)
	}
	reached := map[string]bool{}
	for _, host := range hosts {
		reached[host] = d.host(ctx, host)
		if d.server != "" {
			for _, other := range hosts {
				reached[other] = reached[host]
			}
			break
		}
	}
	if d.merchant != nil && reached[wxup.PayHost] {
		d.signature(ctx)
	}
	if d.app != nil && reached[wxup.AccountHost] {
		d.token(ctx)
	}
}

// surroundings tells which variables of the environment lead requests elsewhere or change what is trusted.
func (d *doctor) surroundings() {
	var led []string
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"} {
		if v := os.Getenv(name); v != "" {
			led = append(led, name+"="+withoutUser(v))
		}
	}
	if led == nil {
		d.pass("environment", "no proxy, no CA of its own", "没有代理，也没有自定义 CA")
		return
	}
	d.pass("environment", strings.Join(led, " "), strings.Join(led, " "))
}

// withoutUser hides who a proxy's address logs in as, also in one without a scheme and in one that is no URL.
func withoutUser(address string) string {
	at := strings.LastIndex(address, "@")
	if at < 0 {
		return address
	}
	scheme, _, ok := strings.Cut(address, "://")
	if !ok {
		return "***" + address[at:]
	}
	return scheme + "://***" + address[at:]
}

// base is where a host of WeChat's is asked.
func (d *doctor) base(host string) string {
	if d.server != "" {
		return strings.TrimSuffix(d.server, "/")
	}
	return "https://" + host
}

// host asks a host for nothing in particular: whatever it answers, it can be reached, and tells the time.
func (d *doctor) host(ctx context.Context, host string) bool {
	base := d.base(host)
	name := strings.TrimPrefix(strings.TrimPrefix(base, "https://"), "http://")
	began := time.Now()
	resp, err := d.ask(ctx, base+"/")
	if err != nil {
		en, zh, doEN, doZH := unreachable(err)
		d.fail("host", failed, name+": "+en, name+"："+zh, doEN, doZH)
		return false
	}
	took := time.Since(began)
	text := fmt.Sprintf("%s answers, %d ms", name, took.Milliseconds())
	textZH := fmt.Sprintf("%s 有应答，%d 毫秒", name, took.Milliseconds())
	if issuer := issuerOf(resp.TLS); strings.HasPrefix(issuer, "wxup local CA") {
		text, textZH = text+"; it is wxup, not WeChat", textZH+"；这是 wxup，而不是微信"
	} else if issuer != "" {
		text, textZH = text+", TLS by "+issuer, textZH+"，TLS 证书由 "+issuer+" 签发"
	}
	d.pass("host", text, textZH)
	d.clock(resp.Header.Get("Date"), began, took)
	return true
}

func issuerOf(state *tls.ConnectionState) string {
	if state == nil || len(state.PeerCertificates) == 0 {
		return ""
	}
	return state.PeerCertificates[0].Issuer.CommonName
}

func (d *doctor) clock(date string, began time.Time, took time.Duration) {
	server, err := http.ParseTime(date)
	if err != nil {
		d.pass("clock", "the server does not tell the time", "服务端未返回时间", skipped)
		return
	}
	skew := began.Add(took / 2).Sub(server.Add(500 * time.Millisecond)) // Date has no fractions
	text, textZH := fmt.Sprintf("within %s of the server's", max(skew.Abs().Round(time.Second), time.Second)), fmt.Sprintf("与服务端相差不到 %s", max(skew.Abs().Round(time.Second), time.Second))
	if skew.Abs() <= skewSmall {
		d.pass("clock", text, textZH)
		return
	}
	state := warned
	if skew.Abs() > skewLimit-skewSmall {
		state = failed
	}
	side, sideZH := "ahead of", "快"
	if skew < 0 {
		side, sideZH = "behind", "慢"
	}
	d.fail("clock", state, fmt.Sprintf("%s %s the server's; 5 minutes are allowed", skew.Abs().Round(time.Second), side), fmt.Sprintf("比服务端%s %s；最多允许 5 分钟", sideZH, skew.Abs().Round(time.Second)),
		"set it right, and keep it so: timedatectl set-ntp true", "请校准并保持同步：timedatectl set-ntp true")
}

// unreachable says in words why a request did not come through.
func unreachable(err error) (en, zh, doEN, doZH string) {
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var timeout net.Error
	text := err.Error()
	switch {
	case errors.Is(err, errAddress):
		return text, "不是 https://host:port 形式的地址", "give --server a URL such as https://127.0.0.1:8443, or wechat", "--server 应为 https://127.0.0.1:8443 之类的地址，或 wechat"
	case errors.As(err, &dns):
		return "its name is not known here", "无法解析域名", "look at the resolver (/etc/resolv.conf) and at what the network lets through", "检查 DNS 设置（/etc/resolv.conf）与网络策略"
	case errors.As(err, &unknown):
		return "its certificate is by an unknown CA", "证书由未知 CA 签发", "for wxup, set WXUP_CA_FILE (see wxup env) or run wxup ca install; for WeChat, something stands between and reads along, or the system's roots are old (package ca-certificates)",
			"若是 wxup：设置 WXUP_CA_FILE（见 wxup env）或运行 wxup ca install；若是微信：中间有设备在解密流量，或系统根证书过旧（ca-certificates）"
	case errors.As(err, &name), errors.As(err, &invalid):
		return "its certificate does not fit: " + text, "证书不符：" + text, "is the clock right, and the address?", "时钟和地址是否正确？"
	case strings.Contains(text, "does not look like a TLS handshake"), strings.Contains(text, "HTTP response to HTTPS client"):
		return "what answers there does not speak TLS", "应答方使用的不是 TLS", "is the port right? An address of plain HTTP begins with http://", "端口是否正确？明文 HTTP 的地址以 http:// 开头"
	case strings.Contains(text, "connection refused"):
		return "nothing listens there", "没有服务在监听", "is wxup serve running, and the address right? Is a proxy set that is gone (HTTPS_PROXY)?", "wxup serve 在运行吗？地址对吗？HTTPS_PROXY 指向的代理还在吗？"
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return "no answer within 10 seconds", "10 秒内没有应答", "a firewall drops it, or it needs a proxy (HTTPS_PROXY)", "可能被防火墙丢弃，或需要代理（HTTPS_PROXY）"
	}
	return text, text, "look at the network", "请检查网络"
}

var errAddress = errors.New("it is no address of the form https://host:port")

// ask sends a GET and gives the head of what is answered.
func (d *doctor) ask(ctx context.Context, address string) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil || req.URL.Host == "" || req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return nil, errAddress
	}
	req.Header.Set("User-Agent", "wxup/"+version())
	resp, err := d.rt.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	return resp, resp.Body.Close()
}

// signature asks for the platform certificates: the answer tells whether WeChat knows the merchant, the certificate and the
// key, and whether its own answers can be verified.
func (d *doctor) signature(ctx context.Context) {
	m := d.merchant
	switch {
	case m.PrivateKey == nil || m.SerialNo == "":
		d.pass("signature", "not tried: no key or no serial number", "未尝试：缺少私钥或序列号", skipped)
		return
	case m.APIv3Key == "":
		d.pass("signature", "not tried: that needs WXUP_APIV3_KEY", "未尝试：需要 WXUP_APIV3_KEY", skipped)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	certificates, err := d.client().Certificates(ctx)
	switch {
	case errors.Is(err, wxup.NoPlatformCertificate):
		d.pass("signature", "accepted; this merchant verifies answers with the public key", "签名通过；该商户使用微信支付公钥验证应答")
	case err != nil:
		problem := wxup.ProblemOf(err)
		d.fail("signature", failed, err.Error(), err.Error(), problem.Hint("en"), problem.Hint("zh"))
	default:
		d.pass("signature", "accepted; "+strconv.Itoa(len(certificates))+" platform certificates listed and decrypted", "签名通过；已取得并解密 "+strconv.Itoa(len(certificates))+" 张平台证书")
	}
}

// token asks for the stable access_token: a question that ends no other program's token.
func (d *doctor) token(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	_, err := d.client().AccessToken(ctx)
	switch problem := wxup.ProblemOf(err); {
	case err == nil:
		d.pass("token", "given", "已取得")
	case problem != "":
		d.fail("token", failed, err.Error(), err.Error(), problem.Hint("en"), problem.Hint("zh"))
	default:
		en, zh, doEN, doZH := unreachable(err)
		d.fail("token", failed, en, zh, doEN, doZH)
	}
}

// client asks once, as whom the credentials are.
func (d *doctor) client() *wxup.Client {
	return &wxup.Client{
		Merchant: d.merchant, App: d.app, BaseURL: d.server, Transport: d.rt, UserAgent: "wxup/" + version(), Retry: wxup.Retry{Attempts: 1},
	}
}
