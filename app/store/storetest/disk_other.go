//go:build !linux

package storetest

import "testing"

// SmallDisk is a disk that is soon full; here nobody can have one.
func SmallDisk(t *testing.T, size int) (dir, ballast string) {
	t.Helper()
	t.Skip("NOT TESTED: a small disk can only be had on Linux")
	return "", ""
}
