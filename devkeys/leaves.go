package devkeys

import (
	"crypto/tls"
	"errors"
	"strings"
	"sync"
	"time"
)

// maxLeaves is how many certificates a Leaves keeps. SDKs have 15 host names built in; image hosts
// with numbers in their names add more.
const maxLeaves = 256

// Leaves issues a CA's server certificates on demand and caches 256 of them, the most recently
// used. It replaces a certificate after two thirds of its validity, so that a listener that runs
// for years always has a valid one. Use it for GetCertificate of a [tls.Config]; do not modify what
// it returns.
type Leaves struct {
	CA *CA

	mu   sync.Mutex
	kept map[string]*leaf
	uses uint64
}

type leaf struct {
	cert  *tls.Certificate
	renew time.Time // from here on
	used  uint64    // the number of the last use
}

// For is [CA.Server] with a cache: it returns a certificate for names, or for [Hosts] if there are
// none.
func (l *Leaves) For(names ...string) (*tls.Certificate, error) {
	if l.CA == nil {
		return nil, errors.New("devkeys: Leaves has no CA")
	}
	key := strings.Join(names, ",")
	now := l.CA.now()
	// Issuing under the lock takes well under a millisecond, and concurrent calls never issue
	// twice.
	l.mu.Lock()
	defer l.mu.Unlock()
	l.uses++
	if k := l.kept[key]; k != nil && now.Before(k.renew) {
		k.used = l.uses
		return k.cert, nil
	}
	cert, err := l.CA.Server(names...)
	if err != nil {
		return nil, err
	}
	if l.kept == nil {
		l.kept = map[string]*leaf{}
	}
	if l.kept[key] == nil && len(l.kept) >= maxLeaves {
		var oldest string
		for name, k := range l.kept {
			if oldest == "" || k.used < l.kept[oldest].used {
				oldest = name
			}
		}
		delete(l.kept, oldest)
	}
	life := cert.Leaf.NotAfter.Sub(cert.Leaf.NotBefore)
	l.kept[key] = &leaf{cert: &cert, renew: cert.Leaf.NotBefore.Add(life * 2 / 3), used: l.uses}
	return &cert, nil
}
