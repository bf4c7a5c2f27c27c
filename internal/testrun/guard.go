package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// startGuard starts a process that cleans up after this one if it is killed: the processes that the
// run has started, and its temporary directory.
func startGuard(executable, temp string, patience time.Duration) (end func(), err error) {
	cmd := exec.Command(executable, "-patience", patience.String(), "-guard", temp)
	session(cmd)
	stdin, err := cmd.StdinPipe() // ends with this process
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the guard: %w", err)
	}
	return sync.OnceFunc(func() { stdin.Close(); cmd.Wait() }), nil
}

// guard waits for the end of the run and removes what the run has not.
func guard(temp string, patience time.Duration) {
	io.Copy(io.Discard, os.Stdin)
	if _, err := os.Stat(temp); err == nil {
		endAll(temp, patience)
		os.RemoveAll(temp)
	}
}

// endAll ends every process of a run. Those that stop servers ignore SIGTERM and get the time to do
// so.
func endAll(temp string, patience time.Duration) {
	list := func() []process { return marked(markName + "=" + temp) }
	for _, p := range list() {
		p.terminate()
	}
	for _, p := range wait(patience, list) {
		p.kill()
	}
}
