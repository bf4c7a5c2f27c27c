package child

import (
	"os/exec"
	"syscall"
)

// endWithParent makes the kernel send SIGTERM to a command when the thread that starts it ends.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
}
