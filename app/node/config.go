package node

import (
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/gate"
	"github.com/wxup/wxup/app/intercept"
	"github.com/wxup/wxup/app/internal/gbk"
	"github.com/wxup/wxup/app/upkeep"
	"github.com/wxup/wxup/internal/secret"
	"github.com/wxup/wxup/server"
)

// Config says what a node serves and where. Data and HTTP are required.
type Config struct {
	Data  string // the data directory, created if necessary
	Index string // accounts and records: a file or postgres://…; "" is index.db in Data
	Blobs string // images: a directory or s3://…; "" is blobs in Data

	Seed *datadir.Seed // accounts and keys to start with; nil: none

	// Addresses to listen on, such as 127.0.0.1:8080. Port 0 picks a free one; "" leaves a listener
	// off.
	HTTP    string // APIs, images, /livez and /readyz
	HTTPS   string // the same over TLS; asks for client certificates
	Admin   string // the operator's: inspector, /api/v1, /metrics, /readyz with reasons, profiles
	Proxy   string // for programs that cannot be configured with another host (HTTPS_PROXY)
	SideCar string // account calls without a token (开放接口服务); trusts everyone who can reach it

	// Movable names those of the listeners (http, https, admin, proxy, sidecar) that use any free
	// port if theirs is taken. The port of URLs that were answered before does not move.
	Movable []string

	// TLSCert and TLSKey are PEM files with a certificate of the operator's for HTTPS. Clients that
	// ask for another name, such as WeChat's, get one by the local CA. They are read again when
	// they change.
	TLSCert, TLSKey string

	// AdminTokenFile is a file with the token that opens Admin, written at the first start if it
	// does not exist. Without one the token is in the index and in wxup.env, and Admin must be an
	// address of this machine alone.
	AdminTokenFile string

	SideCarApp  string // the appid that the side-car speaks for; "" is the default app
	ProxyRemote bool   // lets other machines use the proxy
	ProxyOthers intercept.Policy

	// API says how calls are answered. The node fills in what it provides itself: Index, Keeper,
	// GBK, FromGBK, MerchantCAs, KeepAlive, KeepRefused, Proved and Log, and PublicURL if that is
	// empty.
	API server.Config

	Connections int // how many each listener keeps open at most; 0 is 1,024

	Collect      upkeep.Policy // what is forgotten
	CollectEvery time.Duration // how often; 0: never
	ScrubEvery   time.Duration // how often all kept files are read and compared with their digests; 0: never
	VerifyReads  bool          // compares each file with its digest before its first byte goes out
	// Drain is how long a node that was told to stop says so at /readyz and goes on, so that load
	// balancers notice; 0: it stops at once.
	Drain    time.Duration
	StopWait time.Duration // how long uploads in progress may take to finish at a stop; 0 is 30 s

	Version string       // shown by the inspector
	Log     *slog.Logger // nil: slog.Default()
}

// check completes the configuration and refuses one with which no server can be made.
func (c *Config) check() error {
	switch {
	case c.Data == "":
		return texts.Errorf("the data directory is not named; use --data")
	case c.HTTP == "":
		return texts.Errorf("--http cannot be off: images and health checks are served there; use a port of 127.0.0.1")
	case c.CollectEvery < 0:
		return texts.Errorf("--gc-every must be a time such as 24h, or 0 for never, not %s", c.CollectEvery)
	case c.ScrubEvery < 0:
		return texts.Errorf("--scrub-every must be a time such as 720h, or 0 for never, not %s", c.ScrubEvery)
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return texts.Errorf("--tls-cert and --tls-key go together: set both or neither")
	}
	if c.TLSCert != "" && c.HTTPS == "" {
		return texts.Errorf("--tls-cert needs the TLS listener; use --https")
	}
	if c.Admin != "" && c.AdminTokenFile == "" && reachable(c.Admin) {
		return texts.Errorf("--admin %s can be reached from other machines; give it a token of your own with --admin-token-file, or use an address of 127.0.0.1", c.Admin)
	}
	if c.AdminTokenFile != "" {
		if _, err := datadir.ReadAdminToken(c.AdminTokenFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := c.Collect.Check(); err != nil {
		return err
	}
	switch {
	case c.Connections == 0:
		c.Connections = 1024
	case c.Connections < 8:
		return texts.Errorf("--connections must be 8 or more, not %d", c.Connections)
	}
	if c.StopWait == 0 {
		c.StopWait = 30 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.API.Secrets == nil {
		c.API.Secrets = secret.New()
	}
	c.API.GBK, c.API.FromGBK = gbk.Encode, gbk.Decode
	c.API.KeepAlive, c.API.KeepRefused, c.API.Log = keepAlive, true, c.Log
	c.API.Proved = func(r *http.Request) { gate.Proved(r.Context()) }
	trial := c.API
	memory := server.NewMemory()
	trial.Index, trial.Keeper = memory, memory
	_, err := server.New(trial)
	return err
}
