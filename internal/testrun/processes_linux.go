package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

const (
	prSetDeathSignal    = 1
	prSetChildSubreaper = 36
)

// process is a process that somebody else started.
type process struct {
	pid     int
	command string
}

// marked lists the processes whose environment has the setting mark, as NAME=VALUE.
func marked(mark string) []process {
	var found []process
	environments, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range environments {
		text, err := os.ReadFile(path)
		if err != nil { // it has ended, or is another user's
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if pid != os.Getpid() && bytes.Contains(append([]byte{0}, text...), []byte("\x00"+mark+"\x00")) {
			found = append(found, process{pid, commandLine(pid)})
		}
	}
	return found
}

// descendants lists the living processes below this one.
func descendants() []process {
	children := map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		_, after, _ := strings.Cut(string(text[bytes.LastIndexByte(text, ')')+1:]), " ")
		fields := strings.Fields(after) // state, parent, …
		if len(fields) < 2 || fields[0] == "Z" {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		parent, _ := strconv.Atoi(fields[1])
		children[parent] = append(children[parent], pid)
	}
	var found []process
	for next := children[os.Getpid()]; len(next) > 0; next = next[1:] {
		found = append(found, process{next[0], commandLine(next[0])})
		next = append(next, children[next[0]]...)
	}
	return found
}

func commandLine(pid int) string {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	return strings.TrimSpace(strings.ReplaceAll(string(text), "\x00", " "))
}

func (p process) kill()      { syscall.Kill(p.pid, syscall.SIGKILL) }
func (p process) terminate() { syscall.Kill(p.pid, syscall.SIGTERM) }

// group makes a command the leader of a process group, which dies with this process.
func group(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func endGroup(cmd *exec.Cmd, hard bool) {
	signal := syscall.SIGTERM
	if hard {
		signal = syscall.SIGKILL
	}
	syscall.Kill(-cmd.Process.Pid, signal)
}

// session gives a command a session of its own: signals of the terminal do not reach it.
func session(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// endWithParent makes this process receive SIGTERM when its parent, such as go run, has died.
func endWithParent() {
	syscall.RawSyscall(syscall.SYS_PRCTL, prSetDeathSignal, uintptr(syscall.SIGTERM), 0)
}

// runAndReap runs a program until it ends. Processes that it abandons become children of this one,
// and those that end are reaped at once, so that a test which waits for a process to vanish sees it
// vanish.
func runAndReap(path string, args []string, env []string, signals <-chan os.Signal) (int, error) {
	syscall.RawSyscall(syscall.SYS_PRCTL, prSetChildSubreaper, 1, 0)
	runtime.LockOSThread() // Pdeathsig fires when the thread ends that started the process
	p, err := os.StartProcess(path, args, &os.ProcAttr{
		Env: env, Files: []*os.File{os.Stdin, os.Stdout, os.Stderr}, Sys: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		return 0, err
	}
	go func() {
		for s := range signals {
			syscall.Kill(p.Pid, s.(syscall.Signal))
		}
	}()
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return 0, err
		case pid != p.Pid:
		case status.Signaled():
			return 128 + int(status.Signal()), nil
		default:
			return status.ExitStatus(), nil
		}
	}
}

// reap reaps the children that have ended.
func reap() {
	for {
		if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); err == syscall.EINTR {
			continue
		} else if pid <= 0 {
			return
		}
	}
}
