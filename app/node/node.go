package node

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/inspector"
	"github.com/wxup/wxup/app/intercept"
	"github.com/wxup/wxup/app/metrics"
	"github.com/wxup/wxup/app/rawhttp"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/server"
)

// How often ended records are purged, the cloud token is renewed, a new admin token is looked for,
// stores that were away at the start are tried again, and the secrets are read that others have
// added to the index.
const (
	purgeEvery    = time.Minute
	tokenEvery    = 10 * time.Minute
	optimizeEvery = time.Hour
	tryEvery      = time.Second
	learnEvery    = 10 * time.Second
	envEvery      = 10 * time.Second
	recoverEvery  = 5 * time.Second
)

// New opens the ports and the data, and begins to serve. A bad configuration or a port that is
// taken is an error before anything is created. If an index or a store of images on another machine
// cannot be reached, the node serves only /livez, /readyz and refusals, and [Node.Run] keeps
// trying.
func New(ctx context.Context, c Config) (n *Node, err error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	n = &Node{config: c, metrics: metrics.New()}
	n.ports.most, n.ports.trusted = c.Connections, c.API.TrustedProxies
	n.ear.Tell = n.unread
	if c.TLSCert != "" {
		n.own = &ownCertificate{certFile: c.TLSCert, keyFile: c.TLSKey}
		if _, err := n.own.load(); err != nil {
			return nil, err
		}
	}
	defer func() {
		if err != nil {
			n.Close()
			n = nil
		}
	}()
	if err := n.openPorts(func(name string) bool { return !slices.Contains(c.Movable, name) }); err != nil {
		return n, err
	}
	away := n.openStores(ctx)
	if away != nil && !unavailable(away) {
		return n, away
	}
	if err := n.openHTTP(ctx); err != nil {
		return n, err
	}
	if err := n.openPorts(func(name string) bool { return name == "admin" }); err != nil {
		return n, err
	}
	n.wait(away)
	n.ports.serve("http", newHTTPServer(n.metrics.HTTP("http", &n.public), &n.ear, c.Log))
	n.ports.serve("admin", newHTTPServer(n.metrics.HTTP("admin", &n.admin), &n.ear, c.Log))
	if away == nil {
		away = n.begin(ctx)
	}
	if away != nil && unavailable(away) {
		n.wait(away)
		n.ports.release("https", "proxy", "sidecar") // nobody serves them yet; begin opens them again
		c.Log.Error("not ready; trying again every second", "err", away)
		return n, nil
	}
	return n, away
}

// begin wires the parts together and reads like a list of them. When it returns the server takes
// calls.
func (n *Node) begin(ctx context.Context) error {
	c, dir := n.config, n.dir

	// Keys and accounts.
	dir.RemoveEnv() // present only while the server is ready
	if err := dir.Provision(ctx, time.Now()); err != nil {
		return texts.Errorf("make keys and accounts in %s: %w", dir.Path, err)
	}
	if c.Seed != nil {
		if err := dir.Apply(ctx, c.Seed); err != nil {
			return err
		}
	}
	if moved, err := dir.Reclaim(ctx); err != nil {
		return err
	} else if moved != "" {
		c.Log.Warn("this index was migrated to another one and is in use again; it lacks what was uploaded there since", "moved_to", moved)
	}
	ca, err := dir.CurrentCA(ctx, time.Now())
	if err != nil {
		return texts.Errorf("load the CA: %w", err)
	}
	if err := dir.WriteTrust(ca); err != nil {
		return err
	}
	issuers, err := dir.MerchantIssuers(ctx, ca)
	if err != nil {
		return err
	}
	keeper, err := dir.Store(ctx, n.metrics.Blobs(n.blobs))
	if err != nil {
		return err
	}
	n.damage = &damage{index: dir.Index, log: c.Log}
	if err := n.damage.learn(ctx); err != nil {
		return err
	}
	keeper.Verify, keeper.Damaged = c.VerifyReads, n.damage.read
	if err := dir.MakeAdminToken(); err != nil {
		return err
	}
	if c.SideCarApp == "" {
		if c.SideCarApp, err = dir.Setting(ctx, datadir.DefaultApp); err != nil {
			return err
		}
	}

	// Addresses.
	if err := n.openPorts(func(string) bool { return true }); err != nil {
		return err
	}
	n.at = datadir.Addresses{
		HTTP: n.ports.url("http"), HTTPS: n.ports.url("https"), Admin: n.ports.url("admin"), Proxy: n.ports.url("proxy"), SideCar: n.ports.url("sidecar"),
	}

	// The APIs.
	if err := n.learnSecrets(ctx); err != nil {
		return err
	}
	api := c.API
	api.Index, api.Keeper, api.MerchantCAs = n.metrics.Index(dir.Index), unlessFailed{keeper, dir.Index}, issuers
	if api.PublicURL == "" {
		api.PublicURL = n.at.HTTP
	}
	n.down = &takedowns{index: dir.Index}
	if err := n.down.learn(ctx); err != nil {
		return err
	}
	api.TakenDown = n.down.has
	if n.apis, err = server.New(api); err != nil {
		return err
	}
	if err := n.renewCloudToken(ctx); err != nil {
		return err
	}
	env, err := n.readEnv(ctx)
	if err != nil {
		return err
	}

	n.heard.Store(n.apis)

	// The proxy and the pages.
	n.proxy = &intercept.Proxy{
		Handler: n.apis, CA: ca, Ear: &n.ear, Others: c.ProxyOthers, AllowRemote: c.ProxyRemote, Mask: c.API.Secrets.Mask, Log: c.Log,
	}
	n.pages, err = inspector.New(inspector.Config{
		Index: dir.Index, Keeper: keeper, ImageAge: api.ImageAge, TookDown: n.down.learn, AdminToken: dir.AdminToken, MerchantDir: dir.MerchantDir, Version: c.Version, Log: c.Log, Secrets: c.API.Secrets,
		Visits:   func() []inspector.Visit { return visits(n.proxy.Seen()) },
		Reaching: datadir.Reaching(dir.Path, n.at.Proxy, func(string) string { return "" }),
		HTTPSURL: n.at.HTTPS, LinkFromAnywhere: n.LinkFromAnywhere(), OtherMode: string(datadir.ModeIn(env.second)),
		Variables: n.variables, Caller: func(r *http.Request) string { return n.apis.Caller(r).Addr },
	})
	if err != nil {
		return err
	}

	if err := sayKept(ctx, &c, dir.Index); err != nil {
		return err
	}

	// Open for business. From here on nothing asks the index: what fails for a moment is not tried
	// twice.
	n.metrics.Budget(n.apis.Memory)
	n.metrics.Damaged(n.damage.files)
	n.ready = &readiness{mask: c.API.Secrets.Mask, damaged: n.damage.files, parts: []part{
		{"index", dir.Index, datadir.Shared(c.Index)}, {"blobs", n.blobs, datadir.Shared(c.Blobs)},
	}}
	n.public.Store(publicDoor(n.apis, n.ready, n.at.Admin))
	n.admin.Store(adminDoor(n.apis, n.pages, n.metrics.Handler(), n.ready))
	n.ports.serve("https", newTLSServer(n.metrics.HTTP("https", &n.public), (&certificates{&devkeys.Leaves{CA: ca}, n.own}).get, &n.ear, c.Log))
	n.ports.serve("sidecar", newHTTPServer(n.metrics.HTTP("sidecar", n.apis.SideCar(c.SideCarApp)), &n.ear, c.Log))
	n.ports.serve("proxy", n.proxy)
	if err := n.putEnv(env); err != nil {
		return err
	}
	n.ready.opened.Store(true)
	n.begun = true
	return nil
}

// env is what wxup.env and its twin hold, and the admin token in them.
type env struct {
	token         string
	first, second []datadir.Variable
}

func (n *Node) readEnv(ctx context.Context) (e env, err error) {
	if e.token, err = n.dir.AdminToken(ctx); err != nil {
		return e, err
	}
	if e.first, err = n.dir.Variables(ctx, n.apis, n.at, datadir.DefaultMerchant); err != nil {
		return e, err
	}
	e.second, err = n.dir.SecondVariables(ctx, n.apis, n.at)
	return e, err
}

func (n *Node) putEnv(e env) error {
	if err := n.dir.WriteEnv(e.first, e.second); err != nil {
		return texts.Errorf("write wxup.env: %w", err)
	}
	n.written = e.token
	return nil
}

// renewEnv writes wxup.env anew if the admin token in it is not the one in use: another node may
// have got a new one.
func (n *Node) renewEnv(ctx context.Context) error {
	now, err := n.dir.AdminToken(ctx)
	if err != nil || now == n.written {
		return err
	}
	e, err := n.readEnv(ctx)
	if err != nil {
		return err
	}
	return n.putEnv(e)
}

// Run serves until the context ends or a listener fails, then lets the uploads in progress finish.
// It calls up once the server is ready.
func (n *Node) Run(ctx context.Context, up func()) error {
	err := n.await(ctx)
	if err == nil && ctx.Err() == nil {
		up()
		err = keepHouse(ctx, n.config.Log, n.ports.failed,
			chore{every: purgeEvery, do: func(ctx context.Context) error { return n.dir.Index.Purge(ctx, time.Now()) }},
			chore{every: tokenEvery, do: n.renewCloudToken},
			chore{every: learnEvery, do: n.learnSecrets},
			chore{every: envEvery, do: n.renewEnv},
			chore{every: recoverEvery, do: func(ctx context.Context) error { return recoverIndex(ctx, n.config.Log, n.dir.Index, n.blobs) }},
			chore{every: takedownsEvery, do: n.down.learn},
			chore{every: learnEvery, do: n.damage.learn},
			chore{every: min(n.config.ScrubEvery, scrubPiece), do: func(ctx context.Context) error { return n.damage.scrub(ctx, n.blobs, n.config.ScrubEvery) }},
			chore{every: optimizeEvery, do: n.dir.Index.Optimize},
			chore{every: purgeEvery, do: func(ctx context.Context) error { return upgrade(ctx, n.dir.Index, n.config.Log) }, atStart: true},
			chore{every: min(n.config.CollectEvery, lookEvery), do: func(ctx context.Context) error { return collect(ctx, &n.config, n.dir.Index, n.blobs) }})
	}
	n.config.Log.Info("stopping; finishing the uploads in progress")
	if n.begun {
		n.dir.RemoveEnv()
		n.ready.leaving.Store(true)
		if err == nil && n.config.Drain > 0 {
			select {
			case <-time.After(n.config.Drain):
			case err = <-n.ports.failed:
			}
		}
		n.apis.Stop()
		n.pages.Close()
	}
	return errors.Join(err, n.ports.shutdown(n.config.StopWait))
}

// await tries until the server has begun.
func (n *Node) await(ctx context.Context) error {
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
			n.wait(err)
		}
	}
	return nil
}

// renewCloudToken writes a new cloudbase_access_token, which is valid for 30 minutes.
func (n *Node) renewCloudToken(ctx context.Context) error {
	appid, err := n.dir.Setting(ctx, datadir.DefaultApp)
	if err != nil {
		return err
	}
	token, err := n.apis.CloudToken(ctx, appid)
	if err != nil {
		return err
	}
	return n.dir.WriteCloudToken(token)
}

// learnSecrets makes known what no record may show.
func (n *Node) learnSecrets(ctx context.Context) error {
	list, err := n.dir.Index.Secrets(ctx)
	n.config.API.Secrets.Add(list...)
	return err
}

// unread records a request that no handler has seen.
func (n *Node) unread(r rawhttp.Refusal) {
	if s := n.heard.Load(); s != nil {
		s.RecordUnread(context.Background(), server.Unread{
			Unread: explain.Unread{Sent: r.Sent, TLSPort: r.TLSPort, TLS: r.TLS, Status: r.Status, Served: r.Served, Port: r.Port, Alert: r.Alert},
			Remote: r.Remote, Host: r.Host, Said: r.Said,
		})
	}
}

// Close releases what [New] opened, in reverse order. It does not wait for uploads: see [Node.Run].
func (n *Node) Close() {
	n.ports.close()
	if n.pages != nil {
		n.pages.Close()
	}
	if n.blobs != nil {
		n.blobs.Close()
	}
	if n.dir != nil {
		n.dir.Close()
	}
}

// variables are those of wxup.env, for the inspector.
func (n *Node) variables(ctx context.Context) ([]inspector.Variable, error) {
	vars, err := n.dir.Variables(ctx, n.apis, n.at, datadir.DefaultMerchant)
	var list []inspector.Variable
	for _, v := range vars {
		list = append(list, inspector.Variable{Name: v.Name, Value: v.Value})
	}
	return list, err
}

// visits are the proxy's clients, for the inspector.
func visits(seen []intercept.Seen) (list []inspector.Visit) {
	for _, s := range seen {
		list = append(list, inspector.Visit{
			Time: s.Time, Count: s.Count, Remote: s.Remote, Host: s.Host, UserAgent: s.UserAgent,
			Reached: s.Outcome == intercept.Answered || s.Outcome == intercept.Tunnelled, Reason: s.Reason,
		})
	}
	return list
}
