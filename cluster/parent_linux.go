package main

import "syscall"

// dieWithParent has the system kill a node when this program is gone, however it went.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
