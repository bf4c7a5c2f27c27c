package node

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/inspector"
	"github.com/wxup/wxup/app/intercept"
	"github.com/wxup/wxup/app/metrics"
	"github.com/wxup/wxup/app/rawhttp"
	"github.com/wxup/wxup/server"
)

// Node is a running server: what it has opened, in that order, to be closed in reverse. Make it
// with [New].
type Node struct {
	config  Config
	metrics *metrics.Metrics

	ports   listeners
	public  switchable // the handlers of the two doors
	admin   switchable
	own     *ownCertificate // nil: HTTPS has the local CA's certificates only
	dir     *datadir.Dir
	blobs   datadir.Blobs
	apis    *server.Server
	pages   *inspector.Inspector
	proxy   *intercept.Proxy
	at      datadir.Addresses
	ready   *readiness
	down    *takedowns
	damage  *damage
	written string // the admin token in wxup.env
	begun   bool   // the server has begun to take calls

	ear   rawhttp.Ear                   // hears what no handler does
	heard atomic.Pointer[server.Server] // records it, once it can
}

// unavailable reports whether waiting may help: the index or the images are on another machine that
// does not answer.
func unavailable(err error) bool { return errors.Is(err, server.ErrUnavailable) }

// openPorts opens those ports that are wanted and not open yet.
func (n *Node) openPorts(wanted func(name string) bool) error {
	c := &n.config
	for _, x := range []struct{ name, addr string }{
		{"http", c.HTTP}, {"https", c.HTTPS}, {"admin", c.Admin}, {"proxy", c.Proxy}, {"sidecar", c.SideCar},
	} {
		if !wanted(x.name) {
			continue
		}
		if !slices.Contains(c.Movable, x.name) {
			if err := n.ports.open(x.name, x.addr); err != nil {
				return err
			}
			continue
		}
		moved, err := n.ports.openAny(x.name, x.addr)
		if err != nil {
			return err
		}
		if moved {
			c.Log.Warn("the default port is taken; using a free one", "listener", x.name, "taken", x.addr, "url", n.ports.url(x.name))
		}
	}
	return nil
}

// openHTTP opens the HTTP port unless it is open already. Once URLs were answered, it is their
// port.
func (n *Node) openHTTP(ctx context.Context) error {
	c := &n.config
	if n.ports.url("http") == "" && n.dir != nil && c.API.PublicURL == "" {
		kept, err := n.dir.AnsweredAddress(ctx, c.HTTP)
		if err != nil {
			return err
		}
		if kept != "" {
			if err := n.ports.open("http", kept); err != nil {
				return texts.Errorf("the URLs of the images in %s begin with http://%s: %w", n.dir.Path, kept, err)
			}
		}
	}
	return n.openPorts(func(name string) bool { return name == "http" })
}

// openStores opens the index and the store of images unless they are open already.
func (n *Node) openStores(ctx context.Context) (err error) {
	if n.dir == nil {
		if n.dir, err = datadir.Open(ctx, n.config.Data, n.config.Index); err != nil {
			return err
		}
		n.dir.AdminTokenFile = n.config.AdminTokenFile
		n.metrics.Pool(n.dir.Index.Pool)
		for _, w := range n.dir.Index.Warnings() {
			n.config.Log.Warn(w)
		}
	}
	if n.blobs == nil {
		n.blobs, err = datadir.OpenBlobs(ctx, n.config.Blobs, n.dir.Path)
	}
	return err
}

// wait has the doors say that the server cannot begin.
func (n *Node) wait(why error) {
	down := "index" // as readyz names them
	if n.dir != nil && n.blobs == nil {
		down = "blobs"
	}
	public, admin := waiting(n.config.API, down, why)
	n.public.Store(public)
	n.admin.Store(admin)
}

// Addresses returns the URLs of the listeners, once the server is ready.
func (n *Node) Addresses() datadir.Addresses { return n.at }

// Dir returns the open data directory.
func (n *Node) Dir() *datadir.Dir { return n.dir }

// LinkFromAnywhere reports whether [Node.OnceLink] can be opened on other machines: they can reach
// the admin address.
func (n *Node) LinkFromAnywhere() bool { return n.config.Admin != "" && reachable(n.config.Admin) }

// OnceLink returns a link that opens the inspector in a browser once, on this machine or, with
// [Node.LinkFromAnywhere], on any. It is "" if the admin address is off.
func (n *Node) OnceLink() string {
	if n.at.Admin == "" {
		return ""
	}
	return n.pages.OnceLink(n.at.Admin)
}

// Seen lists what the proxy has seen of its clients, the newest first.
func (n *Node) Seen() []intercept.Seen { return n.proxy.Seen() }
