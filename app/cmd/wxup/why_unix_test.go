//go:build unix

package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestWhyPipe: a pipe that nothing writes to is named, and an interrupt ends the waiting.
func TestWhyPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "request.http")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var out bytes.Buffer
	if status := run(ctx, []string{"why", pipe}, &out, &out); status != exitStopped {
		t.Errorf("status %d", status)
	}
	if !strings.Contains(out.String(), "is a pipe") {
		t.Errorf("said %q", out.String())
	}
}
