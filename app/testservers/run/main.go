// Run starts the servers that tests need, runs a command that finds them in its environment, and
// stops them:
//
//	go run ./testservers/run go test ./...
//	go run ./testservers/run -install       builds the S3 server, once for each user
package main

import (
	"fmt"
	"os"
	"os/exec"

	"github.com/wxup/wxup/app/testservers"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./testservers/run -install | COMMAND [ARGUMENT…]")
		os.Exit(2)
	}
	if os.Args[1] == "-install" {
		if err := testservers.InstallS3(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if os.Getenv("WXUP_TEST_POSTGRES") == "" {
		s, err := testservers.StartPostgres()
		if err != nil { // what needs it will be skipped, or fail
			fmt.Fprintln(os.Stderr, "without PostgreSQL:", err)
		} else {
			defer s.End()
			os.Setenv("WXUP_TEST_POSTGRES", s.URL("postgres"))
		}
	}
	if os.Getenv("WXUP_TEST_S3") == "" {
		s, err := testservers.StartS3("")
		if err != nil {
			fmt.Fprintln(os.Stderr, "without an S3 server:", err)
		} else {
			defer s.End()
			os.Setenv("WXUP_TEST_S3", s.Shared())
		}
	}
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if err != nil && cmd.ProcessState == nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if err != nil {
		os.Exit(1) // what cleans up runs by itself
	}
}
