//go:build unix

package testservers

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// session gives a command a session of its own: what ends this process with all of its group does
// not reach it.
func session(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

func stop(pid int) error   { return syscall.Kill(pid, syscall.SIGSTOP) }
func resume(pid int) error { return syscall.Kill(pid, syscall.SIGCONT) }

// childrenOf lists the children of a process.
func childrenOf(pid int) ([]int, error) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	if len(stats) == 0 { // not Linux
		out, err := exec.Command("pgrep", "-P", strconv.Itoa(pid)).Output()
		if err != nil {
			return nil, fmt.Errorf("find the children of process %d: %w", pid, err)
		}
		return numbers(strings.Fields(string(out))), nil
	}
	var children []int
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:])) // state, parent, …
		if len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			children = append(children, numbers([]string{filepath.Base(filepath.Dir(path))})...)
		}
	}
	return children, nil
}

func numbers(words []string) (list []int) {
	for _, w := range words {
		if n, err := strconv.Atoi(w); err == nil {
			list = append(list, n)
		}
	}
	return list
}

// unprivileged is the account for programs that refuse to run as root. It is nil if this process is
// not root's.
func unprivileged() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
			gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
			if err1 == nil && err2 == nil {
				return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
			}
		}
	}
	return nil, fmt.Errorf("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
}

// runUnprivileged makes a command run under that account, if there is need.
func runUnprivileged(cmd *exec.Cmd) error {
	who, err := unprivileged()
	if who != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who}
	}
	return err
}

// giveAway makes that account the owner of a directory, if there is need.
func giveAway(dir string) error {
	who, err := unprivileged()
	if who == nil {
		return err
	}
	return os.Chown(dir, int(who.Uid), int(who.Gid))
}
