// Package child runs a command on this terminal in place of the program itself, as exec does:
// signals go to the command, and its status is the program's.
package child

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/term"
)

// The statuses of a command that could not be run, as shells have them.
const (
	notExecutable = 126
	notFound      = 127
	Signaled      = 128 // and the signal's number
)

// Signals keeps the signals that would end this process before it has cleaned up. Those for CMD
// come on the channel. SIGPIPE is dropped: without this, writing to a standard output or error that
// nobody reads ends the process.
func Signals() (signals chan os.Signal, stop func()) {
	signals, dropped := make(chan os.Signal, 8), make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	signal.Notify(dropped, syscall.SIGPIPE) // not Ignore, which CMD would inherit
	return signals, func() {
		signal.Stop(signals)
		signal.Stop(dropped)
	}
}

// Run runs a command on this terminal, passes signals on to it, and returns its status and whether
// it could be started; why not, it says on say. If this process is killed, the command gets SIGTERM
// on Linux; elsewhere it goes on without a server.
func Run(args, env []string, signals <-chan os.Signal, say io.Writer) (status int, ran bool, err error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, os.Stdin, os.Stdout, os.Stderr
	endWithParent(cmd)
	runtime.LockOSThread() // Linux takes the end of the thread that started cmd for the end of the parent
	defer runtime.UnlockOSThread()
	switch err := cmd.Start(); {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		fmt.Fprintf(say, "wxup: %v\n", err)
		return notFound, false, nil
	case err != nil:
		fmt.Fprintf(say, "wxup: %v\n", err)
		return notExecutable, false, nil
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	terminal := term.IsTerminal(int(os.Stdin.Fd()))
	for {
		select {
		case s := <-signals:
			if !terminal || s != os.Interrupt && s != syscall.SIGQUIT { // a terminal has sent these to both
				cmd.Process.Signal(s)
			}
		case err := <-ended:
			var failed *exec.ExitError
			if err != nil && !errors.As(err, &failed) {
				return 0, true, err
			}
			if ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
				return Signaled + int(ws.Signal()), true, nil
			}
			return cmd.ProcessState.ExitCode(), true, nil
		}
	}
}
