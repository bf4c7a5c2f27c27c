//go:build !race

package explain_test

// every is that of how many mistakes one is sent.
const every = 1
