//go:build unix

package main

import "syscall"

// niced gives the attackers' process a lesser part of the processors: in life it is on other
// machines.
func niced() {
	if now, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0); err == nil {
		syscall.Setpriority(syscall.PRIO_PROCESS, 0, 20-now+10) // the system call returns 20 less the niceness
	}
}
