//go:build !unix

package testservers

import (
	"errors"
	"os/exec"
)

var errNoSignals = errors.New("this system cannot stop a process")

func session(*exec.Cmd)               {}
func stop(int) error                  { return errNoSignals }
func resume(int) error                { return errNoSignals }
func childrenOf(int) ([]int, error)   { return nil, errNoSignals }
func runUnprivileged(*exec.Cmd) error { return nil }
func giveAway(string) error           { return nil }
