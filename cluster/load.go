package main

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/sign"
)

// ack is an upload that was acknowledged.
type ack struct {
	endpoint string
	url      string // a public image's
	id       string // its id, or the private id that was given
	sum      [sha256.Size]byte
}

func newAck(endpoint, urlOrID string, data []byte) ack {
	a := ack{endpoint: endpoint, id: urlOrID, sum: sha256.Sum256(data)}
	if u, err := url.Parse(urlOrID); err == nil && u.Host != "" {
		a.url, a.id = urlOrID, path.Base(path.Dir(u.Path)) // /mmbiz_jpg/<id>/0
	}
	return a
}

// load is the clients, and what was acknowledged to them.
type load struct {
	fleet *fleet
	seen  *observer
	vars  map[string]string

	mu     sync.Mutex
	acks   []ack
	by     map[string]int // acks by client
	failed map[string]int
	enough atomic.Bool // the clients end
}

// sender is one kind of client.
type sender struct {
	name   string
	weight int
	send   func(ctx context.Context, data []byte) (endpoint, urlOrID string, err error)
}

func (l *load) acknowledged(client string, a ack) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acks = append(l.acks, a)
	l.by[client]++
}

func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acks)
}

// some is one of the acknowledged public images.
func (l *load) some() (ack, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for range 10 {
		if len(l.acks) == 0 {
			break
		}
		if a := l.acks[rand.IntN(len(l.acks))]; a.url != "" {
			return a, true
		}
	}
	return ack{}, false
}

// work uploads, one picture after the other.
func (l *load) work(ctx context.Context, kinds []sender) {
	total := 0
	for _, k := range kinds {
		total += k.weight
	}
	for ctx.Err() == nil && !l.enough.Load() {
		pick, k := rand.IntN(total), 0
		for pick >= kinds[k].weight {
			pick -= kinds[k].weight
			k++
		}
		l.once(ctx, kinds[k])
	}
}

func (l *load) once(ctx context.Context, k sender) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	data := picture()
	endpoint, urlOrID, err := k.send(ctx, data)
	if err != nil {
		l.mu.Lock()
		l.failed[k.name]++
		l.mu.Unlock()
		time.Sleep(20 * time.Millisecond)
		return
	}
	l.acknowledged(k.name, newAck(endpoint, urlOrID, data))
}

// senders are the clients of the load. Each judges the answers that it gets by itself as well: the
// v3 ones verify their signatures.
func (l *load) senders() ([]sender, error) {
	kept := l.seen.through(l.transport(false))
	c, err := newClient(l.vars, "http://"+l.fleet.plain.address(), kept)
	if err != nil {
		return nil, err
	}
	secure, err := newClient(l.vars, "https://"+l.fleet.tls.address(), nil)
	if err != nil {
		return nil, err
	}
	secure.Transport = l.seen.through(l.secureTransport(secure.Merchant.Certificate, false))
	official, err := l.wechatpay(kept)
	if err != nil {
		return nil, err
	}
	return []sender{
		{"wxup, marketing", 22, uploadBy(c, wxup.MarketingImage)},
		{"wxup, secapi", 28, uploadBy(secure, wxup.SecapiMedia)},
		{"wxup, article", 34, uploadBy(c, wxup.ArticleImage)},
		{"wechatpay-go v0.2.21, marketing", 8, official},
		{"silenceper/wechat v2.1.12, article", 8, l.silenceper(kept)},
	}, nil
}

func uploadBy(c *wxup.Client, ep *wxup.Endpoint) func(context.Context, []byte) (string, string, error) {
	return func(ctx context.Context, data []byte) (string, string, error) {
		res, err := c.Upload(ctx, ep, wxup.Bytes("picture.jpg", data))
		if err != nil {
			return "", "", err
		}
		if res.URL != "" {
			return ep.Name, res.URL, nil
		}
		return ep.Name, res.MediaID, nil
	}
}

func (l *load) transport(lone bool) *http.Transport {
	return &http.Transport{MaxIdleConnsPerHost: 64, DisableKeepAlives: lone, DisableCompression: true}
}

// secureTransport shows the client certificate by itself: the observer in front of it hides it from
// the Client.
func (l *load) secureTransport(certificate tls.Certificate, lone bool) *http.Transport {
	rt := l.transport(lone)
	roots := x509.NewCertPool()
	ca, _ := os.ReadFile(l.vars["WXUP_CA_FILE"])
	roots.AppendCertsFromPEM(ca)
	rt.TLSClientConfig = &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{certificate}}
	return rt
}

// newClient is a Client with the credentials in a wxup.env.
func newClient(vars map[string]string, base string, rt http.RoundTripper) (*wxup.Client, error) {
	certificate, err := tls.LoadX509KeyPair(vars["WXUP_MCH_CERT_FILE"], vars["WXUP_MCH_KEY_FILE"])
	if err != nil {
		return nil, err
	}
	key, err := publicKey(vars)
	if err != nil {
		return nil, err
	}
	return &wxup.Client{
		BaseURL: base, Transport: rt,
		Merchant: &wxup.Merchant{
			MchID: vars["WXUP_MCHID"], Certificate: certificate, APIv2Key: vars["WXUP_APIV2_KEY"],
			PublicKeys: map[string]*rsa.PublicKey{vars["WXUP_PLATFORM_PUBKEY_ID"]: key},
		},
		Auth: &wxup.App{AppID: vars["WXUP_APPID"], Secret: vars["WXUP_APPSECRET"], Stable: true},
	}, nil
}

func publicKey(vars map[string]string) (*rsa.PublicKey, error) {
	text, err := os.ReadFile(vars["WXUP_PLATFORM_PUBKEY_FILE"])
	if err != nil {
		return nil, err
	}
	key, err := sign.ParsePublicKey(text)
	if err != nil {
		return nil, fmt.Errorf("the platform's public key: %w", err)
	}
	return key, nil
}

// probe sends an upload of each family every so often, whatever has become of the one before, each
// on a connection of its own and once only: it sees what each of them is answered.
func (l *load) probe(ctx context.Context, every time.Duration) error {
	c, err := newClient(l.vars, "http://"+l.fleet.plain.address(), l.seen.through(l.transport(true)))
	if err != nil {
		return err
	}
	secure, err := newClient(l.vars, "https://"+l.fleet.tls.address(), nil)
	if err != nil {
		return err
	}
	secure.Transport = l.seen.through(l.secureTransport(secure.Merchant.Certificate, true))
	c.Retry.Attempts, secure.Retry.Attempts = 1, 1
	kinds := []sender{
		{"probe, marketing", 1, uploadBy(c, wxup.MarketingImage)},
		{"probe, secapi", 1, uploadBy(secure, wxup.SecapiMedia)},
		{"probe, article", 1, uploadBy(c, wxup.ArticleImage)},
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	var under sync.WaitGroup
	defer under.Wait()
	for i := 0; !l.enough.Load(); i++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			under.Go(func() { l.once(ctx, kinds[i%len(kinds)]) })
		}
	}
	return nil
}
