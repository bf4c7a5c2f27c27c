//go:build unix

package gate

import (
	"math"
	"syscall"
)

// files is how many connections a listener may have by the system's limit of open files: an eighth
// of it, as there are several listeners, and files to open besides.
func files() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > math.MaxInt32 {
		return math.MaxInt32
	}
	return int(limit.Cur) / 8
}
