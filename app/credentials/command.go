package credentials

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

const commandTime = time.Minute

// output runs a command and returns what it prints, without the end of the last line. Nothing of
// that is in an error: it may be the secret.
func output(ctx context.Context, command []string) (string, error) {
	limit, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	cmd := exec.CommandContext(limit, command[0], command[1:]...)
	cmd.WaitDelay = time.Second
	cmd.Env = os.Environ()
	var out bytes.Buffer
	limited := &capped{w: &out, left: maxValue}
	cmd.Stdout = limited
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case limit.Err() != nil:
		return "", texts.Errorf("it printed nothing within %s", commandTime)
	case limited.left < 0: // it may have ended by the broken pipe
		return "", texts.Errorf("it printed more than %d bytes", maxValue)
	case err != nil:
		return "", texts.Errorf("%w; run it by hand to see why", err)
	}
	text := strings.TrimRight(out.String(), "\r\n")
	if text == "" {
		return "", texts.Errorf("it printed nothing")
	}
	return text, nil
}

var errTooMuch = errors.New("too much output")

// capped refuses more than left bytes.
type capped struct {
	w    io.Writer
	left int
}

func (c *capped) Write(p []byte) (int, error) {
	if c.left -= len(p); c.left < 0 {
		return 0, errTooMuch
	}
	return c.w.Write(p)
}
