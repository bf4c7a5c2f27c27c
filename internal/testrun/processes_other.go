//go:build !linux

package main

import (
	"os"
	"os/exec"
)

// Processes that tests leave behind are found on Linux only.

type process struct {
	pid     int
	command string
}

func (p process) kill()      {}
func (p process) terminate() {}

func marked(string) []process      { return nil }
func descendants() []process       { return nil }
func group(*exec.Cmd)              {}
func session(*exec.Cmd)            {}
func endWithParent()               {}
func reap()                        {}
func endGroup(c *exec.Cmd, _ bool) { c.Process.Kill() }

func runAndReap(path string, args []string, env []string, signals <-chan os.Signal) (int, error) {
	cmd := exec.Command(path, args[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	go func() {
		for s := range signals {
			cmd.Process.Signal(s)
		}
	}()
	cmd.Wait()
	return cmd.ProcessState.ExitCode(), nil
}
