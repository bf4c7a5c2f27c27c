//go:build !linux

package storetest

import (
	"testing"

	"github.com/wxup/wxup/internal/need"
)

// SmallDisk is a disk that is soon full; here nobody can have one.
func SmallDisk(t *testing.T, size int) (dir, ballast string) {
	t.Helper()
	need.That(t, false, "a small disk of its own", "use Linux")
	return "", ""
}
