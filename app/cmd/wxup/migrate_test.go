package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
)

// TestInterrupted: an interrupted command says how to continue.
func TestInterrupted(t *testing.T) {
	var text bytes.Buffer
	p := &program{stderr: &text, language: language{"en"}}
	why := errors.New("why")
	if err := interrupted(t.Context(), p, why); err != why || text.Len() > 0 {
		t.Errorf("not stopped: %v %s", err, &text)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := interrupted(ctx, p, ctx.Err()); !errors.Is(err, exit(exitStopped)) || !strings.Contains(text.String(), "run it again") {
		t.Errorf("stopped: %v %s", err, &text)
	}
}
