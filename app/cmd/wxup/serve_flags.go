package main

import (
	"cmp"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/lmittmann/tint"
	"github.com/spf13/pflag"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/intercept"
	"github.com/wxup/wxup/app/internal/self"
	"github.com/wxup/wxup/app/node"
	"github.com/wxup/wxup/app/term"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/server"
)

// serveFlags are the flags of a server, which exec shares in part.
type serveFlags struct {
	adminTokenFile              string
	http, https, admin          string
	sideCar, sideCarApp         string
	proxy, proxyOthers          string
	hosts                       []string
	proxyRemote                 bool
	blobs                       string
	publicURL, answers, names   string
	trustProxy                  []string
	quotas, logFormat           string
	strict, requireHTTPS        bool
	budget                      int64
	collect                     collectFlags
	collectEvery, scrubEvery    time.Duration
	verifyReads                 bool
	budgetWait, drain, stopWait time.Duration
	tlsCert, tlsKey, seed       string
	connections                 int
	imageAge                    time.Duration
}

// listening are the flags that say where the server listens and what it keeps.
func (f *serveFlags) listening(p *program, flags *pflag.FlagSet) {
	flags.StringVar(&f.http, "http", "127.0.0.1:8080", p.t("address for plain HTTP: the APIs and the images; port 0 picks a free port"))
	flags.StringVar(&f.https, "https", "127.0.0.1:8443", p.t("address for TLS, which asks for client certificates; off disables it"))
	flags.StringVar(&f.admin, "admin", "127.0.0.1:8082", p.t("address of the page, /api/v1, /metrics and profiles, for the operator only; off disables it"))
	adminTokenFlag(p, flags, &f.adminTokenFile)
	flags.StringSliceVar(&f.hosts, "hosts", nil, p.t("other names of this server, such as *.example.com: requests to unknown names are refused"))
	flags.StringVar(&f.seed, "seed", "", p.t("a YAML file with merchants, apps and keys to start with: see docs/seed.md"))
	flags.StringVar(&f.tlsCert, "tls-cert", "", p.t("a PEM file with a certificate of your own for the TLS address (default: by the local CA)"))
	flags.StringVar(&f.tlsKey, "tls-key", "", p.t("a PEM file with the private key of --tls-cert"))
	flags.StringVar(&f.sideCar, "sidecar", "", p.t("address for account calls without a token (开放接口服务); everyone who can reach it is trusted; off disables it"))
	flags.StringVar(&f.sideCarApp, "sidecar-app", "", p.t("the appid that the side-car speaks for (default: the first app)"))
	flags.StringVar(&f.proxy, "proxy", "127.0.0.1:8081", p.t("address of the proxy for programs that cannot be configured with another host (HTTPS_PROXY); off disables it"))
	flags.BoolVar(&f.proxyRemote, "proxy-remote", false, p.t("let other machines use the proxy"))
	blobsFlag(p, flags, &f.blobs)
	f.collect.add(p, flags)
	flags.DurationVar(&f.collectEvery, "gc-every", 24*time.Hour, p.t("how often to delete old data, as wxup gc does; 0 is never"))
	flags.DurationVar(&f.scrubEvery, "scrub-every", 30*24*time.Hour, p.t("how often to read all kept files and compare them with their digests, 20 a second; 0 is never"))
	flags.BoolVar(&f.verifyReads, "verify-reads", false, p.t("compare each kept file with its digest before its first byte goes out; a damaged one is answered with 500"))
	flags.StringVar(&f.publicURL, "public-url", "", p.t("what the URLs of images begin with (default: the HTTP address)"))
	flags.DurationVar(&f.imageAge, "image-age", time.Hour, p.t("how long browsers and caches may show an image without asking again, such as 1h; 0 is never"))
	flags.StringSliceVar(&f.trustProxy, "trust-proxy", nil, p.t("reverse proxies (addresses or networks) whose X-Forwarded-For tells who is calling"))
	flags.DurationVar(&f.drain, "drain", time.Second, p.t("how long /readyz says no, and everything else goes on, before a stop: what load balancers need to notice"))
	flags.DurationVar(&f.stopWait, "stop-wait", 30*time.Second, p.t("how long uploads in progress may take to finish at a stop"))
	flags.StringVar(&f.logFormat, "log", "auto", p.t("text, json, off, or auto: text on a terminal, otherwise json"))
}

// answering are the flags that say how the server answers.
func (f *serveFlags) answering(p *program, flags *pflag.FlagSet) {
	flags.StringVar(&f.proxyOthers, "proxy-others", "refuse", p.t("refuse or tunnel: what the proxy does with hosts that are not WeChat's"))
	flags.StringVar(&f.answers, "answers", "documented", p.t("documented or observed: which answers to give where the documents and the real service differ"))
	flags.StringVar(&f.names, "names", "warn", p.t("warn or enforce: what to do with a file part whose filename differs from meta's"))
	flags.BoolVar(&f.strict, "strict", false, p.t("refuse what is otherwise accepted with a warning"))
	flags.BoolVar(&f.requireHTTPS, "require-https", false, p.t("refuse account calls over plain HTTP (43003), as the real service does"))
	flags.StringVar(&f.quotas, "quotas", "off", p.t("off, documented, or the number of calls per minute for each account and endpoint"))
	flags.Int64Var(&f.budget, "budget", 64<<20, p.t("bytes of uploads in memory at once, over all requests"))
	flags.IntVar(&f.connections, "connections", 1024, p.t("connections that each address keeps open at most; when it is reached, the slowest and those without proof are closed"))
	flags.DurationVar(&f.budgetWait, "budget-wait", 5*time.Second, p.t("how long a request may wait for memory"))
}

// config returns the node's configuration.
func (f *serveFlags) config(p *program) (c node.Config, err error) {
	for _, address := range []*string{&f.http, &f.https, &f.admin, &f.proxy, &f.sideCar} {
		if *address == "off" {
			*address = ""
		}
	}
	c = node.Config{
		Data: p.data, Index: p.index, Blobs: f.blobs, HTTP: f.http, HTTPS: f.https, Admin: f.admin, Proxy: f.proxy, SideCar: f.sideCar,
		TLSCert: f.tlsCert, TLSKey: f.tlsKey, AdminTokenFile: f.adminTokenFile, SideCarApp: f.sideCarApp, ProxyRemote: f.proxyRemote,
		API: server.Config{
			Secrets:   p.secrets,
			PublicURL: f.publicURL, ImageAge: cmp.Or(f.imageAge, -1), Hosts: f.hosts, Profile: problem.Profile(f.answers), Strict: f.strict, EnforceNames: f.names == "enforce",
			RequireHTTPS: f.requireHTTPS, Budget: f.budget, BudgetWait: f.budgetWait,
		},
		Collect: f.collect.policy(p), CollectEvery: f.collectEvery, ScrubEvery: f.scrubEvery, VerifyReads: f.verifyReads, Drain: f.drain, StopWait: f.stopWait, Connections: f.connections, Version: self.Version(),
	}
	for _, name := range []string{"http", "https", "admin", "proxy"} {
		if p.settings.Origins[name] == "" {
			c.Movable = append(c.Movable, name)
		}
	}
	if f.seed != "" {
		if c.Seed, err = datadir.ReadSeed(f.seed); err != nil {
			return c, err
		}
	}
	switch f.proxyOthers {
	case "refuse":
	case "tunnel":
		c.ProxyOthers = intercept.Tunnel
	default:
		return c, texts.Errorf("--proxy-others must be refuse or tunnel, not %q", f.proxyOthers)
	}
	if f.names != "warn" && f.names != "enforce" {
		return c, texts.Errorf("--names must be warn or enforce, not %q", f.names)
	}
	kept := slices.ContainsFunc([]string{"keep-exchanges", "keep-newest", "keep-images", "keep-orphans"}, func(name string) bool {
		return p.settings.Origins[name] != ""
	})
	if f.collectEvery == 0 && kept {
		return c, texts.Errorf("--keep-exchanges, --keep-newest, --keep-images and --keep-orphans need --gc-every, such as --gc-every 24h")
	}
	if c.API.TrustedProxies, err = parseNetworks("trust-proxy", f.trustProxy); err != nil {
		return c, err
	}
	if c.API.Limit, err = parseQuotas(f.quotas); err != nil {
		return c, err
	}
	if c.Log, err = newLog(p.stderr, f.logFormat); err != nil {
		return c, err
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(2*f.budget + 128<<20) // a soft limit: the collector works harder near it
	}
	return c, nil
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
		return server.Limit{}, texts.Errorf("--quotas must be off, documented, or a number of calls per minute, not %q", s)
	}
	return server.Limit{PerMinute: n}, nil
}

func newLog(w io.Writer, format string) (*slog.Logger, error) {
	terminal := term.Is(w)
	switch {
	case format == "off":
		return slog.New(slog.DiscardHandler), nil
	case format == "text" || format == "auto" && terminal:
		return slog.New(tint.NewTextHandler(w, &tint.Options{TimeFormat: time.TimeOnly, NoColor: !terminal || os.Getenv("NO_COLOR") != ""})), nil
	case format == "json" || format == "auto":
		return slog.New(slog.NewJSONHandler(w, nil)), nil
	}
	return nil, texts.Errorf("--log must be text, json, off or auto, not %q", format)
}
