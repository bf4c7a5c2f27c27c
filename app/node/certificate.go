package node

import (
	"crypto/tls"
	"os"
	"sync"
	"time"

	"github.com/wxup/wxup/devkeys"
)

// certificates choose the certificate of the TLS listener: the operator's own for the names that
// are in it and for clients that name none, otherwise one by the local CA.
type certificates struct {
	local *devkeys.Leaves
	own   *ownCertificate // nil: there is none
}

func (c *certificates) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if c.own != nil {
		cert, err := c.own.load()
		if err != nil {
			return nil, err
		}
		if hello.ServerName == "" || hello.SupportsCertificate(cert) == nil {
			return cert, nil
		}
	}
	return c.local.For()
}

// ownCertificate is read again when its file changes, so that a renewed one needs no restart.
type ownCertificate struct {
	certFile, keyFile string

	mu       sync.Mutex
	cert     *tls.Certificate
	modified time.Time
}

// load returns the certificate. While the files of a new one do not match yet, it is the old one.
func (c *ownCertificate) load() (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	info, err := os.Stat(c.certFile)
	if err == nil && info.ModTime().Equal(c.modified) {
		return c.cert, nil
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	switch {
	case err == nil:
		c.cert, c.modified = &pair, info.ModTime()
	case c.cert == nil:
		return nil, texts.Errorf("--tls-cert and --tls-key: %w", err)
	}
	return c.cert, nil
}
