package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/lmittmann/tint"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/server"
)

type serveFlags struct {
	http, https, sideCar, sideCarApp string
	proxy, proxyOthers               string
	proxyRemote                      bool
	blobs                            string
	publicURL, answers, names        string
	quotas, logFormat                string
	strict, requireHTTPS             bool
	budget                           int64
	collect                          collectFlags
	collectEvery                     time.Duration
	budgetWait, stopWait             time.Duration
}

func (p *program) serveCommand() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: p.say("run the server", "运行服务端"),
		Long: p.say(`Runs WeChat's upload APIs on this machine. The first start makes keys and accounts; wxup.env in the data directory holds
all that a client needs, once every listener is up.`, `在本机运行微信的上传接口。首次启动会生成密钥和账号；所有监听就绪后，数据目录中的 wxup.env 给出客户端所需的一切。`),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.serve(cmd.Context(), f) },
	}
	f.listening(p, cmd.Flags())
	f.answering(p, cmd.Flags())
	return cmd
}

// listening are the flags of where the server is and what it keeps.
func (f *serveFlags) listening(p *program, flags *pflag.FlagSet) {
	flags.StringVar(&f.http, "http", "127.0.0.1:8080", p.say("address for plain HTTP: the APIs and the images; port 0 picks one", "HTTP 监听地址：接口与图片；端口 0 自动选择"))
	flags.StringVar(&f.https, "https", "127.0.0.1:8443", p.say("address for TLS, which asks for client certificates; off is none", "TLS 监听地址（会请求客户端证书）；off 为关闭"))
	flags.StringVar(&f.sideCar, "sidecar", "", p.say("address for account calls without a token (开放接口服务); whoever reaches it is trusted; off is none", "免 token 的开放接口服务监听地址；能访问者即被信任；off 为关闭"))
	flags.StringVar(&f.sideCarApp, "sidecar-app", "", p.say("the appid that the side-car speaks for (default: the first app)", "开放接口服务所代表的 appid（默认第一个）"))
	flags.StringVar(&f.proxy, "proxy", "127.0.0.1:8081", p.say("address of the proxy for programs that cannot be told another host (HTTPS_PROXY); off is none", "代理监听地址，供无法修改域名的程序使用（HTTPS_PROXY）；off 为关闭"))
	flags.BoolVar(&f.proxyRemote, "proxy-remote", false, p.say("let other machines use the proxy", "允许其他机器使用代理"))
	p.blobsFlag(flags, &f.blobs)
	f.collect.add(p, flags)
	flags.DurationVar(&f.collectEvery, "gc-every", 0, p.say("how often to forget what is old, as wxup gc does; 0 is never", "多久清理一次旧数据（同 wxup gc）；0 为从不"))
	flags.StringVar(&f.publicURL, "public-url", "", p.say("what answered image URLs begin with (default: the HTTP address)", "返回的图片 URL 的前缀（默认 HTTP 地址）"))
	flags.DurationVar(&f.stopWait, "stop-wait", 30*time.Second, p.say("how long uploads under way may take to finish at a stop", "停止时等待未完成上传的最长时间"))
	flags.StringVar(&f.logFormat, "log", "auto", p.say("text, json, off, or auto: text on a terminal, else json", "日志格式 text、json、off 或 auto"))
}

// answering are the flags of how the server answers.
func (f *serveFlags) answering(p *program, flags *pflag.FlagSet) {
	flags.StringVar(&f.proxyOthers, "proxy-others", "refuse", p.say("refuse or tunnel: what the proxy does with hosts that are not WeChat's", "refuse 或 tunnel：代理如何处理非微信的域名"))
	flags.StringVar(&f.answers, "answers", "documented", p.say("documented or observed: the answers where documents and the real service differ", "documented 或 observed：文档与真实服务不一致时采用哪种应答"))
	flags.StringVar(&f.names, "names", "warn", p.say("warn or enforce: a file part whose filename is not meta's", "warn 或 enforce：文件部分与 meta 的文件名不一致时"))
	flags.BoolVar(&f.strict, "strict", false, p.say("refuse what is otherwise accepted with a warning", "严格模式：拒绝原本仅告警的请求"))
	flags.BoolVar(&f.requireHTTPS, "require-https", false, p.say("refuse account calls over plain HTTP (43003), as the real service does", "拒绝经 HTTP 的公众号接口调用（43003），与真实服务一致"))
	flags.StringVar(&f.quotas, "quotas", "off", p.say("off, documented, or a number of calls a minute for each account and endpoint", "off、documented，或每账号每接口每分钟的次数"))
	flags.Int64Var(&f.budget, "budget", 64*wxup.MB, p.say("bytes of uploads in memory at once, over all requests", "同时在内存中的上传字节数上限"))
	flags.DurationVar(&f.budgetWait, "budget-wait", 5*time.Second, p.say("how long a request may wait for room in the budget", "等待内存配额的最长时间"))
}

// serve runs the server until the context ends.
func (p *program) serve(ctx context.Context, f serveFlags) error {
	n, err := p.newNode(ctx, f)
	if err != nil {
		return err
	}
	defer n.close()
	return n.run(ctx, func() { p.banner(n) })
}

// encodeGBK is for recognizing texts that were signed in GBK.
func encodeGBK(s string) ([]byte, bool) {
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(s))
	return b, err == nil
}

func parseQuotas(s string) (server.Limit, error) {
	switch s {
	case "off", "":
		return server.Limit{}, nil
	case "documented":
		return server.Limit{Documented: true}, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return server.Limit{}, fmt.Errorf("--quotas is off, documented, or a number of calls a minute, not %q", s)
	}
	return server.Limit{PerMinute: n}, nil
}

func newLog(w io.Writer, format string) (*slog.Logger, error) {
	file, ok := w.(*os.File)
	terminal := ok && term.IsTerminal(int(file.Fd()))
	switch {
	case format == "off":
		return slog.New(slog.DiscardHandler), nil
	case format == "text" || format == "auto" && terminal:
		return slog.New(tint.NewTextHandler(w, &tint.Options{TimeFormat: time.TimeOnly, NoColor: !terminal || os.Getenv("NO_COLOR") != ""})), nil
	case format == "json" || format == "auto":
		return slog.New(slog.NewJSONHandler(w, nil)), nil
	}
	return nil, fmt.Errorf("--log is text, json, off or auto, not %q", format)
}

func (p *program) banner(n *node) {
	attrs := []any{"version", version(), "data", n.state.dir}
	for _, x := range []struct{ name, url string }{{"http", n.at.http}, {"https", n.at.https}, {"proxy", n.at.proxy}, {"sidecar", n.at.sideCar}} {
		if x.url != "" {
			attrs = append(attrs, x.name, x.url)
		}
	}
	n.log.Info("ready", attrs...)
	lines := []string{
		p.say("wxup is ready. Try:", "wxup 已就绪。试试："),
		"",
		"  wxup put photo.jpg --to marketing",
		"",
		p.say("Every upload, and why one was refused (this link opens once): ", "查看每次上传及被拒原因（此链接只能打开一次）：") + n.look.OnceLink(n.at.http),
		p.say("Any other program, unchanged: wxup exec -- CMD", "任何其他程序，无需改动：wxup exec -- CMD"),
		p.say("What other programs need: ", "其他程序所需的变量：") + envFile(n.state.dir),
	}
	if f, ok := p.stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprintln(p.stderr, strings.Join(lines, "\n"))
	}
}
