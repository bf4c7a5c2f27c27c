package intercept

import "time"

// The times and sizes of a connection, as on the server's other ports.
const (
	headerTime = 10 * time.Second // also for the TLS handshake, and for reaching another host
	idleTime   = 60 * time.Second
	writeTime  = 5 * time.Minute
	headerMost = 64 << 10

	tunnelsMost = 256             // open at once
	tunnelIdle  = 5 * time.Minute // without a byte either way
)
