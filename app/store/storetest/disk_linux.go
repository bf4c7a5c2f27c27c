package storetest

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/wxup/wxup/internal/need"
)

// SmallDisk is a directory on a disk of its own that holds that many bytes, a quarter of them taken
// by the file ballast. Only root can have one; for others the test is skipped.
func SmallDisk(t *testing.T, size int) (dir, ballast string) {
	t.Helper()
	at := t.TempDir()
	if err := syscall.Mount("wxup-test", at, "tmpfs", 0, "size="+strconv.Itoa(size)); err != nil {
		need.That(t, false, "a small disk of its own ("+err.Error()+")", "run as root")
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(at, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	ballast = filepath.Join(at, "ballast")
	if err := os.WriteFile(ballast, make([]byte, size/4), 0o600); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(at, "dir")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir, ballast
}
