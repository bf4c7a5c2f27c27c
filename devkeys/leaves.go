package devkeys

import (
	"crypto/tls"
	"errors"
	"strings"
	"sync"
	"time"
)

// leavesMost is how many certificates a Leaves keeps. There are 15 names that SDKs have built in; the rest is for image
// hosts with numbers in their names.
const leavesMost = 256

// Leaves makes a CA's server certificates when they are asked for and keeps them, so that a listener that runs for years
// always shows one that is good: a certificate is made anew when two thirds of its life are over. It keeps 256 of them and
// drops what was longest not asked for. Use it where [tls.Config] has GetCertificate; what it returned is not to be changed.
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

// For is [CA.Server] with a memory: a certificate for these names, or for [Hosts] if none are given.
func (l *Leaves) For(names ...string) (*tls.Certificate, error) {
	if l.CA == nil {
		return nil, errors.New("devkeys: Leaves has no CA")
	}
	key := strings.Join(names, ",")
	now := l.CA.now()
	// Made under the lock, which costs well under a millisecond: nothing is made twice however many ask at once.
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
	if l.kept[key] == nil && len(l.kept) >= leavesMost {
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
