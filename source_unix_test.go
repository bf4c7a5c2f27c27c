//go:build unix

package wxup_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/internal/need"
)

// A path may be a pipe, as the shell's <(…) gives it.
func TestNamedPipe(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo.png")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		need.That(t, false, "named pipes", "use Unix")
	}
	go os.WriteFile(fifo, pngFile, 0o600)
	res, err := payClient(serve(t, accepted)).Upload(t.Context(), wxup.MarketingImage, wxup.File(fifo))
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "digest", res.SHA256, hexSum(pngFile))
}
