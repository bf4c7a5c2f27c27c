package main

import (
	"context"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/inspector"
	"github.com/wxup/wxup/app/intercept"
	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/upkeep"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/server"
)

// node is a running server: what is opened at its start, in that order, and closed at its end.
type node struct {
	program *program
	flags   serveFlags
	limit   server.Limit
	others  intercept.Policy
	log     *slog.Logger

	state   *state
	blobs   blobs
	apis    *server.Server
	look    *inspector.Inspector
	proxy   *intercept.Proxy
	handler switchable
	ports   listeners
	at      addresses
	begun   bool // the server is ready
}

// newNode opens what is kept and begins to serve. Bad flags and bad addresses are errors before any port opens. Where an
// index or a store of images on another machine cannot be reached now, only /livez and /readyz are served, and [node.run]
// goes on trying.
func (p *program) newNode(ctx context.Context, f serveFlags) (n *node, err error) {
	n = &node{program: p, flags: f}
	defer func() {
		if err != nil {
			n.close()
		}
	}()
	if err := n.readFlags(); err != nil {
		return n, err
	}
	if n.log, err = newLog(p.stderr, f.logFormat); err != nil {
		return n, err
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(2*f.budget + 96*wxup.MB) // a soft limit: the collector works harder near it
	}
	away := n.openStores(ctx)
	if away != nil && !unavailable(away) {
		return n, away
	}
	if err := n.ports.open("http", f.http); err != nil {
		return n, err
	}
	n.handler.Store(n.waiting(away))
	n.ports.serve("http", plainly(&n.handler, n.log))
	if away == nil {
		away = n.begin(ctx)
	}
	if away != nil && unavailable(away) {
		n.handler.Store(n.waiting(away))
		n.log.Error("not ready; trying again every second", "err", away)
		return n, nil
	}
	return n, away
}

// readFlags refuses what no server can be made with.
func (n *node) readFlags() (err error) {
	f := &n.flags
	for _, address := range []*string{&f.http, &f.https, &f.proxy, &f.sideCar} {
		if *address == "off" {
			*address = ""
		}
	}
	if n.limit, err = parseQuotas(f.quotas); err != nil {
		return err
	}
	if f.names != "warn" && f.names != "enforce" {
		return fmt.Errorf("--names is warn or enforce, not %q", f.names)
	}
	switch f.proxyOthers {
	case "refuse":
	case "tunnel":
		n.others = intercept.Tunnel
	default:
		return fmt.Errorf("--proxy-others is refuse or tunnel, not %q", f.proxyOthers)
	}
	if f.http == "" {
		return errors.New("--http cannot be off: it is where images, records and health checks are; give it a port of 127.0.0.1")
	}
	if f.collectEvery < 0 {
		return fmt.Errorf("--gc-every is a time such as 24h, or 0 for never, not %s", f.collectEvery)
	}
	if policy := f.collect.policy(); policy.Check() != nil {
		return policy.Check()
	}
	if f.collectEvery == 0 && f.collect != (collectFlags{}) {
		return errors.New("--keep-exchanges, --keep-newest, --keep-images and --keep-orphans say what --gc-every forgets: set that too, such as --gc-every 24h")
	}
	trial := server.NewMemory()
	_, err = server.New(server.Config{Index: trial, Keeper: trial, PublicURL: f.publicURL, Profile: wxup.Profile(f.answers), Budget: f.budget})
	return err
}

// openStores opens the index and the store of images, as far as they are not open yet.
func (n *node) openStores(ctx context.Context) (err error) {
	if n.state == nil {
		if n.state, err = n.program.openState(ctx); err != nil {
			return err
		}
		for _, w := range n.state.index.Warnings() {
			n.log.Warn(w)
		}
	}
	if n.blobs == nil {
		n.blobs, err = openBlobs(ctx, n.flags.blobs, n.state.dir)
	}
	return err
}

// begin wires the parts together and reads like a list of them. When it returns the server takes calls.
func (n *node) begin(ctx context.Context) error {
	f, st := n.flags, n.state

	// Who is who.
	os.Remove(envFile(st.dir)) // it is there when all is up
	if err := st.provision(ctx, time.Now()); err != nil {
		return fmt.Errorf("make keys and accounts in %s: %w", st.dir, err)
	}
	if moved, err := st.use(ctx); err != nil {
		return err
	} else if moved != "" {
		n.log.Warn("this index was migrated to another, and is in use again: what was uploaded there since is not known here", "moved_to", moved)
	}
	ca, err := st.currentCA(ctx, time.Now())
	if err != nil {
		return fmt.Errorf("load the CA: %w", err)
	}
	if err := st.writeTrust(ca); err != nil {
		return err
	}
	keeper, err := st.keeper(ctx, n.blobs)
	if err != nil {
		return err
	}
	operator, err := st.setting(ctx, settingAdminToken)
	if err != nil {
		return err
	}
	sideCar := f.sideCarApp
	if sideCar == "" {
		if sideCar, err = st.setting(ctx, settingApp); err != nil {
			return err
		}
	}

	// Where it can be reached.
	if err := errors.Join(n.ports.open("https", f.https), n.ports.open("proxy", f.proxy), n.ports.open("sidecar", f.sideCar)); err != nil {
		return err
	}
	n.at = addresses{http: n.ports.url("http"), https: n.ports.url("https"), proxy: n.ports.url("proxy"), sideCar: n.ports.url("sidecar")}
	if f.publicURL == "" {
		f.publicURL = n.at.http
	}

	// What it does.
	index, metrics := newMetered(st.index)
	n.apis, err = server.New(server.Config{
		Index: index, Keeper: keeper, GBK: encodeGBK,
		PublicURL: f.publicURL, Profile: wxup.Profile(f.answers), Strict: f.strict, EnforceNames: f.names == "enforce",
		RequireHTTPS: f.requireHTTPS, Limit: n.limit, MerchantCAs: ca.Pool(),
		Budget: f.budget, BudgetWait: f.budgetWait, KeepAlive: keepAlive, KeepRefused: true, OperatorToken: operator, Log: n.log,
	})
	if err != nil {
		return err
	}

	// What others need to know.
	if err := st.refreshCloudToken(ctx, n.apis); err != nil {
		return err
	}
	vars, err := st.variables(ctx, n.apis, n.at)
	if err != nil {
		return err
	}

	// It is up.
	n.proxy = &intercept.Proxy{Handler: n.apis, CA: ca, Others: n.others, AllowRemote: f.proxyRemote, Log: n.log}
	n.look, err = inspector.New(inspector.Config{
		Index: st.index, Keeper: keeper, AdminToken: operator, MerchantDir: st.merchantDir, Version: version(), Log: n.log,
		Visits:    func() []inspector.Visit { return visits(n.proxy) },
		Reaching:  reaching(st.dir, n.at.proxy, func(string) string { return "" }),
		HTTPSURL:  n.at.https,
		Variables: func(ctx context.Context) ([]inspector.Variable, error) { return st.shown(ctx, n.apis, n.at) },
	})
	if err != nil {
		return err
	}
	n.handler.Store(n.front(metrics))
	leaves := &devkeys.Leaves{CA: ca}
	n.ports.serve("https", overTLS(&n.handler, func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return leaves.For() }, n.log))
	n.ports.serve("sidecar", plainly(n.apis.SideCar(sideCar), n.log))
	n.ports.serve("proxy", n.proxy)
	if err := st.writeEnv(vars); err != nil {
		return fmt.Errorf("write wxup.env: %w", err)
	}
	n.begun = true
	return nil
}

// How often what has ended is forgotten, the cloud token is renewed, and stores that were away at the start are tried.
const (
	purgeEvery = time.Minute
	tokenEvery = 10 * time.Minute
	tryEvery   = time.Second
)

// run serves until the context ends or a listener fails, then lets the uploads under way finish. It tells up when the
// server is ready.
func (n *node) run(ctx context.Context, up func()) error {
	err := n.await(ctx)
	if err == nil && ctx.Err() == nil {
		up()
		err = n.keepHouse(ctx)
	}
	n.log.Info("stopping: uploads under way are finished")
	if n.begun {
		os.Remove(envFile(n.state.dir))
		n.apis.Stop()
		n.look.Close()
	}
	return errors.Join(err, n.ports.shutdown(n.flags.stopWait))
}

// await tries until the server has begun.
func (n *node) await(ctx context.Context) error {
	for !n.begun {
		select {
		case <-ctx.Done():
			return nil
		case err := <-n.ports.failed:
			return err
		case <-time.After(tryEvery):
		}
		err := n.openStores(ctx)
		if err == nil {
			err = n.begin(ctx)
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && !unavailable(err):
			return err
		case err != nil:
			n.handler.Store(n.waiting(err))
		}
	}
	return nil
}

func (n *node) keepHouse(ctx context.Context) error {
	var beside sync.WaitGroup
	defer beside.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if n.flags.collectEvery > 0 { // it may take hours
		beside.Go(func() { n.collectEvery(ctx, n.flags.collectEvery) })
	}
	purge, token := time.NewTicker(purgeEvery), time.NewTicker(tokenEvery)
	defer purge.Stop()
	defer token.Stop()
	for {
		var err error
		select {
		case <-purge.C:
			err = n.state.index.Purge(ctx, time.Now())
		case <-token.C:
			err = n.state.refreshCloudToken(ctx, n.apis)
		case err := <-n.ports.failed:
			return err
		case <-ctx.Done():
			return nil
		}
		if err != nil && ctx.Err() == nil {
			n.log.Error("housekeeping", "err", err)
		}
	}
}

func (n *node) collectEvery(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if err := n.collect(ctx); err != nil && ctx.Err() == nil {
			n.log.Error("housekeeping", "err", err)
		}
	}
}

// collect forgets what is old.
func (n *node) collect(ctx context.Context) error {
	got, err := upkeep.Collect(ctx, n.state.index, n.blobs, n.flags.collect.policy())
	if err != nil {
		return fmt.Errorf("gc: %w", err)
	}
	n.log.Info("gc", "exchanges", got.Exchanges, "media", got.Media, "files", got.Files, "bytes", got.Bytes)
	return nil
}

// close gives back what newNode opened, the last first.
func (n *node) close() {
	n.ports.close()
	if n.look != nil {
		n.look.Close()
	}
	if n.blobs != nil {
		n.blobs.Close()
	}
	if n.state != nil {
		n.state.index.Close()
	}
}

// front puts everything behind one address: the inspector's pages, what load balancers ask (/livez: the process runs;
// /readyz: it can take uploads), /metrics, and the APIs.
func (n *node) front(metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	n.look.Mount(mux)
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", n.readyz)
	mux.Handle("/", n.apis)
	return mux
}

// switchable is a handler that can be changed while it serves.
type switchable struct{ now atomic.Pointer[http.Handler] }

func (s *switchable) Store(h http.Handler) { s.now.Store(&h) }

func (s *switchable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	(*s.now.Load()).ServeHTTP(w, r)
}

// readyz asks the index and the images, side by side, and names what is down.
func (n *node) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	var asked sync.WaitGroup
	var index, images error
	asked.Go(func() { index = n.state.index.Ping(ctx) })
	asked.Go(func() { images = n.blobs.Ping(ctx) })
	asked.Wait()
	var down []string
	if index != nil {
		down = append(down, "index: "+index.Error())
	}
	if images != nil {
		down = append(down, "blobs: "+images.Error())
	}
	if down != nil {
		http.Error(w, "not ready: "+strings.Join(down, "; "), http.StatusServiceUnavailable)
		return
	}
	io.WriteString(w, "ok\n")
}

// visits is what the proxy has seen, for the page.
func visits(p *intercept.Proxy) (list []inspector.Visit) {
	for _, s := range p.Seen() {
		list = append(list, inspector.Visit{
			Time: s.Time, Count: s.Count, Remote: s.Remote, Host: s.Host, UserAgent: s.UserAgent,
			Reached: s.Outcome == intercept.Answered || s.Outcome == intercept.Tunnelled, Reason: s.Reason,
		})
	}
	return list
}

// keeper is the store of images under the URL secret of this index.
func (s *state) keeper(ctx context.Context, blobs store.Blobs) (*store.Store, error) {
	text, err := s.setting(ctx, settingURLSecret)
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
func (s *state) refreshCloudToken(ctx context.Context, srv *server.Server) error {
	appid, err := s.setting(ctx, settingApp)
	if err != nil {
		return err
	}
	token, err := srv.CloudToken(ctx, appid)
	if err != nil {
		return err
	}
	return devkeys.WritePrivate(filepath.Join(s.dir, "cloudbase_access_token"), []byte(token))
}
