// Run starts the servers that tests need, runs a command that finds them in its environment, and stops them:
//
//	go run ./testservers/run go test ./...
package main

import (
	"fmt"
	"os"
	"os/exec"

	"github.com/wxup/wxup/app/testservers"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./testservers/run COMMAND [ARGUMENT…]")
		os.Exit(2)
	}
	if os.Getenv("WXUP_TEST_POSTGRES") == "" {
		s, err := testservers.StartPostgres()
		if err != nil { // what needs it will be skipped, or fail
			fmt.Fprintln(os.Stderr, "NO POSTGRESQL:", err)
		} else {
			defer s.End()
			os.Setenv("WXUP_TEST_POSTGRES", s.URL("postgres"))
		}
	}
	if os.Getenv("WXUP_TEST_S3") == "" {
		s, err := testservers.StartS3("")
		if err != nil {
			fmt.Fprintln(os.Stderr, "NO S3 SERVER:", err)
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
