//go:build race

package explain_test

// every is that of how many mistakes one is sent: the race detector makes each take ten times as
// long, and all of them take the same way.
const every = 4
