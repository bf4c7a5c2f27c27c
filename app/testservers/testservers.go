// Package testservers gives tests the real servers that wxup works with, so that nothing has to be
// imitated: PostgreSQL from the system's packages, and versitygw, an S3 server, which make setup
// builds from the Go module proxy.
//
//	dsn := testservers.Postgres(t) // an empty database
//
// A test process starts a server at the first call and stops it when the process ends, however it
// ends. When the tests of many packages run, one server for all of them saves the starts:
//
//	go run ./testservers/run go test ./...
//
// does that, and so does an environment that names servers which run already:
//
//	WXUP_TEST_POSTGRES    postgres://user:password@host:port/, who may make databases
//	WXUP_TEST_S3          http://access-key:secret-key@host:port?region=us-east-1, which may make
//	                      buckets
//
// A test whose server cannot be started is skipped and says why; with WXUP_REQUIRE_ALL=1, as in CI,
// it fails. With -short it is always skipped.
package testservers

import (
	"fmt"
	"net"
	"os/exec"
	"sync"
	"testing"

	"github.com/wxup/wxup/internal/need"
)

// missing skips a test whose server cannot be started.
func missing(t testing.TB, server string, err error) {
	t.Helper()
	t.Log(err)
	need.That(t, false, server, need.Setup)
}

// whenDone runs a shell command when this process has ended, even if it was killed, or when end is
// called. The command sees args as $1, $2, ….
func whenDone(command string, args ...string) (end func(), err error) {
	// The shell waits until its standard input ends: the other end of the pipe is this process's
	// alone.
	shell := exec.Command("/bin/sh", append([]string{"-c", `trap "" INT TERM HUP; cat >/dev/null; ` + command, "sh"}, args...)...)
	session(shell)
	stdin, err := shell.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := shell.Start(); err != nil {
		return nil, fmt.Errorf("start what cleans up: %w", err)
	}
	keep.Store(stdin, nil)
	return sync.OnceFunc(func() {
		keep.Delete(stdin)
		stdin.Close()
		shell.Wait()
	}), nil
}

// keep holds the pipes of whenDone: the garbage collector would close one that nobody holds, and
// end the server.
var keep sync.Map

// freePort is one that nobody listens on just now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
