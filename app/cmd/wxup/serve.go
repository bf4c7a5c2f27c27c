package main

import (
	"context"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/lmittmann/tint"
	"github.com/spf13/cobra"
	"golang.org/x/term"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/inspector"
	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/fsblob"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/server"
)

type serveFlags struct {
	http, https, sideCar, sideCarApp string
	publicURL, answers, names        string
	quotas, logFormat                string
	strict, requireHTTPS             bool
	budget                           int64
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
	flags := cmd.Flags()
	flags.StringVar(&f.http, "http", "127.0.0.1:8080", p.say("address for plain HTTP: the APIs and the images; port 0 picks one, empty is off", "HTTP 监听地址：接口与图片；端口 0 自动选择，空为关闭"))
	flags.StringVar(&f.https, "https", "127.0.0.1:8443", p.say("address for TLS, which asks for client certificates; empty is off", "TLS 监听地址（会请求客户端证书）；空为关闭"))
	flags.StringVar(&f.sideCar, "sidecar", "", p.say("address for account calls without a token (开放接口服务); whoever reaches it is trusted; empty is off", "免 token 的开放接口服务监听地址；能访问者即被信任；空为关闭"))
	flags.StringVar(&f.sideCarApp, "sidecar-app", "", p.say("the appid that the side-car speaks for (default: the first app)", "开放接口服务所代表的 appid（默认第一个）"))
	flags.StringVar(&f.publicURL, "public-url", "", p.say("what answered image URLs begin with (default: the HTTP address)", "返回的图片 URL 的前缀（默认 HTTP 地址）"))
	flags.StringVar(&f.answers, "answers", "documented", p.say("documented or observed: the answers where documents and the real service differ", "documented 或 observed：文档与真实服务不一致时采用哪种应答"))
	flags.StringVar(&f.names, "names", "warn", p.say("warn or enforce: a file part whose filename is not meta's", "warn 或 enforce：文件部分与 meta 的文件名不一致时"))
	flags.BoolVar(&f.strict, "strict", false, p.say("refuse what is otherwise accepted with a warning", "严格模式：拒绝原本仅告警的请求"))
	flags.BoolVar(&f.requireHTTPS, "require-https", false, p.say("refuse account calls over plain HTTP (43003), as the real service does", "拒绝经 HTTP 的公众号接口调用（43003），与真实服务一致"))
	flags.StringVar(&f.quotas, "quotas", "off", p.say("off, documented, or a number of calls a minute for each account and endpoint", "off、documented，或每账号每接口每分钟的次数"))
	flags.Int64Var(&f.budget, "budget", 64*wxup.MB, p.say("bytes of uploads in memory at once, over all requests", "同时在内存中的上传字节数上限"))
	flags.DurationVar(&f.budgetWait, "budget-wait", 5*time.Second, p.say("how long a request may wait for room in the budget", "等待内存配额的最长时间"))
	flags.DurationVar(&f.stopWait, "stop-wait", 30*time.Second, p.say("how long uploads under way may take to finish at a stop", "停止时等待未完成上传的最长时间"))
	flags.StringVar(&f.logFormat, "log", "auto", p.say("text, json, off, or auto: text on a terminal, else json", "日志格式 text、json、off 或 auto"))
	return cmd
}

// serve wires the parts together and reads like a list of them.
func (p *program) serve(ctx context.Context, f serveFlags) error {
	limit, err := parseQuotas(f.quotas)
	if err != nil {
		return err
	}
	if f.names != "warn" && f.names != "enforce" {
		return fmt.Errorf("--names is warn or enforce, not %q", f.names)
	}
	log, err := newLog(p.stderr, f.logFormat)
	if err != nil {
		return err
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(2*f.budget + 96*wxup.MB) // a soft limit: the collector works harder near it
	}
	st, err := openState(ctx, p.data)
	if err != nil {
		return err
	}
	defer st.index.Close()
	blobs, err := fsblob.Open(filepath.Join(st.dir, "blobs"))
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("another wxup serve runs in %s; stop it, or choose another directory with --data", st.dir)
	} else if err != nil {
		return fmt.Errorf("open the images in %s: %w", st.dir, err)
	}
	defer blobs.Close()
	os.Remove(envFile(st.dir)) // it is there when all is up
	if err := st.provision(ctx, time.Now()); err != nil {
		return fmt.Errorf("make keys and accounts in %s: %w", st.dir, err)
	}
	ca, err := st.ca(ctx)
	if err != nil {
		return fmt.Errorf("load the CA: %w", err)
	}
	if err := st.writeBundle(ca); err != nil {
		return err
	}
	keeper, err := st.keeper(ctx, blobs)
	if err != nil {
		return err
	}
	operator, err := st.setting(ctx, settingAdminToken)
	if err != nil {
		return err
	}

	var ls listeners
	defer ls.close()
	if err := errors.Join(ls.open("http", f.http), ls.open("https", f.https), ls.open("sidecar", f.sideCar)); err != nil {
		return err
	}
	at := addresses{http: ls.url("http"), https: ls.url("https")}
	if f.publicURL == "" {
		f.publicURL = at.http
	}
	index, metrics := newMetered(st.index)
	srv, err := server.New(server.Config{
		Index: index, Keeper: keeper, GBK: encodeGBK,
		PublicURL: f.publicURL, Profile: wxup.Profile(f.answers), Strict: f.strict, EnforceNames: f.names == "enforce",
		RequireHTTPS: f.requireHTTPS, Limit: limit, MerchantCAs: ca.Pool(),
		Budget: f.budget, BudgetWait: f.budgetWait, KeepAlive: keepAlive, KeepRefused: true, OperatorToken: operator, Log: log,
	})
	if err != nil {
		return err
	}
	if f.sideCarApp == "" {
		if f.sideCarApp, err = st.setting(ctx, settingApp); err != nil {
			return err
		}
	}
	leaf, err := ca.Server()
	if err != nil {
		return fmt.Errorf("make the server's certificate: %w", err)
	}

	look, err := inspector.New(inspector.Config{
		Index: st.index, Keeper: keeper, AdminToken: operator, MerchantDir: st.merchantDir, Version: version(), Log: log,
		Variables: func(ctx context.Context) ([]inspector.Variable, error) { return st.shown(ctx, srv, at) },
	})
	if err != nil {
		return err
	}
	handler := front(srv, look, st.index, metrics)
	failed := make(chan error, 3)
	for name, h := range map[string]http.Handler{"http": handler, "https": handler, "sidecar": srv.SideCar(f.sideCarApp)} {
		ls.serve(name, h, leaf, log, failed)
	}
	if err := st.refreshCloudToken(ctx, srv); err != nil {
		return err
	}
	vars, err := st.variables(ctx, srv, at)
	if err != nil {
		return err
	}
	if err := st.writeEnv(vars); err != nil {
		return fmt.Errorf("write wxup.env: %w", err)
	}
	defer os.Remove(envFile(st.dir))
	p.banner(st, at, &ls, log, look)

	tick := time.NewTicker(10 * time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := errors.Join(st.refreshCloudToken(ctx, srv), st.index.Purge(ctx, time.Now())); err != nil {
				log.Error("housekeeping", "err", err)
			}
			continue
		case err = <-failed:
		case <-ctx.Done():
			log.Info("stopping: uploads under way are finished")
		}
		srv.Stop()
		look.Close()
		return errors.Join(err, ls.shutdown(f.stopWait))
	}
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

// keeper is the store of images under the URL secret of this data directory.
func (st *state) keeper(ctx context.Context, blobs store.Blobs) (*store.Store, error) {
	text, err := st.setting(ctx, settingURLSecret)
	if err != nil {
		return nil, err
	}
	secret, err := hex.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("the setting %s: %w", settingURLSecret, err)
	}
	return store.New(blobs, secret)
}

// refreshCloudToken writes a fresh cloudbase_access_token where a cloud container would find its own: good for 30
// minutes, written every 10.
func (st *state) refreshCloudToken(ctx context.Context, srv *server.Server) error {
	appid, err := st.setting(ctx, settingApp)
	if err != nil {
		return err
	}
	token, err := srv.CloudToken(ctx, appid)
	if err != nil {
		return err
	}
	return devkeys.WritePrivate(filepath.Join(st.dir, "cloudbase_access_token"), []byte(token))
}

// front puts everything behind one address: the inspector's pages, what load balancers ask (/livez: the process runs;
// /readyz: it can take uploads), /metrics, and the APIs.
func front(apis http.Handler, look *inspector.Inspector, index interface{ Ping(context.Context) error }, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	look.Mount(mux)
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := index.Ping(ctx); err != nil {
			http.Error(w, "not ready: index: "+err.Error(), http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, "ok\n")
	})
	mux.Handle("/", apis)
	return mux
}

// The times of a connection. The body of an upload has a deadline of its own, made from the size it may have.
const (
	headerTime = 10 * time.Second
	idleTime   = 60 * time.Second
	keepAlive  = 55 * time.Second // told to callers; a little less than idleTime
	writeTime  = 5 * time.Minute
	headerMost = 64 * wxup.KB
)

// listeners are the open ports, by name.
type listeners struct {
	list    map[string]net.Listener
	servers []*http.Server
	running sync.WaitGroup
}

func (ls *listeners) open(name, addr string) error {
	if addr == "" {
		return nil
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("--%s %s: %w; choose another address, or port 0 for any free one", name, addr, err)
	}
	if ls.list == nil {
		ls.list = map[string]net.Listener{}
	}
	ls.list[name] = l
	return nil
}

func (ls *listeners) url(name string) string {
	l := ls.list[name]
	if l == nil {
		return ""
	}
	scheme := "http"
	if name == "https" {
		scheme = "https"
	}
	host, port, _ := net.SplitHostPort(l.Addr().String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

func (ls *listeners) serve(name string, h http.Handler, leaf tls.Certificate, log *slog.Logger, failed chan<- error) {
	l := ls.list[name]
	if l == nil {
		return
	}
	hs := &http.Server{
		Handler: h, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, WriteTimeout: writeTime, MaxHeaderBytes: headerMost,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	if name == "https" {
		l = tls.NewListener(l, &tls.Config{
			Certificates: []tls.Certificate{leaf}, MinVersion: tls.VersionTLS12,
			ClientAuth: tls.RequestClientCert, // checked by the handler, which has a documented answer for each fault
			NextProtos: []string{"http/1.1"},  // some SDKs look header names up in the case that HTTP/2 does not keep
		})
	}
	ls.servers = append(ls.servers, hs)
	ls.running.Go(func() {
		if err := hs.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("%s listener: %w", name, err)
		}
	})
}

// shutdown stops taking connections and waits for the requests under way.
func (ls *listeners) shutdown(wait time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	var stopped sync.WaitGroup
	errs := make([]error, len(ls.servers))
	for i, hs := range ls.servers {
		stopped.Go(func() { errs[i] = hs.Shutdown(ctx) })
	}
	stopped.Wait()
	ls.running.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("some uploads did not finish within %s: %w", wait, err)
	}
	return nil
}

func (ls *listeners) close() {
	for _, l := range ls.list {
		l.Close()
	}
	for _, hs := range ls.servers {
		hs.Close()
	}
}

func (p *program) banner(st *state, at addresses, ls *listeners, log *slog.Logger, look *inspector.Inspector) {
	attrs := []any{"version", version(), "data", st.dir}
	for _, x := range []struct{ name, url string }{{"http", at.http}, {"https", at.https}, {"sidecar", ls.url("sidecar")}} {
		if x.url != "" {
			attrs = append(attrs, x.name, x.url)
		}
	}
	log.Info("ready", attrs...)
	lines := []string{
		p.say("wxup is ready. Try:", "wxup 已就绪。试试："),
		"",
		"  wxup put photo.jpg --to marketing",
		"",
		p.say("Every upload, and why one was refused (this link opens once): ", "查看每次上传及被拒原因（此链接只能打开一次）：") + look.OnceLink(at.http),
		p.say("What other programs need: ", "其他程序所需的变量：") + envFile(st.dir),
	}
	if f, ok := p.stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprintln(p.stderr, strings.Join(lines, "\n"))
	}
}
