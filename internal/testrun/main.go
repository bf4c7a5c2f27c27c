// Testrun runs the tests of all modules of the checkout, for make test and make fast:
//
//	go run ./internal/testrun [-fast] [MODULE…]
//
// It prints failures in full as they happen, a line for each package and, last, a table of modules
// with the reasons of the skipped tests. It needs Go alone; with a C compiler it uses the race
// detector. A package fails also if its tests leave a process or a file in the temporary directory
// behind.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

func main() {
	runtime.LockOSThread()
	fast := flag.Bool("fast", false, "the inner loop: -short, without the race detector and vet, results from the cache")
	dir := flag.String("dir", "", "the checkout (default: the one around the working directory)")
	list := flag.Bool("list", false, "write docs/tests.md to standard output")
	patience := flag.Duration("patience", 30*time.Second, "how long processes may take to end after their tests")
	hang := flag.Duration("timeout", 20*time.Minute, "what a package takes if it hangs")
	inside := flag.Bool("wrap", false, "run a test binary: for go test -exec")
	guarded := flag.String("guard", "", "clean up this directory when standard input ends")
	flag.Parse()
	switch {
	case *inside:
		os.Exit(wrap(flag.Args(), *patience))
	case *guarded != "":
		guard(*guarded, *patience)
		return
	}
	root := *dir
	if root == "" {
		root = checkout()
	}
	if *list {
		if err := writeList(os.Stdout, root); err != nil {
			fmt.Fprintln(os.Stderr, "testrun:", err)
			os.Exit(1)
		}
		return
	}
	endWithParent()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ok, err := run(ctx, options{root: root, only: flag.Args(), fast: *fast, patience: *patience, hang: *hang, out: os.Stdout})
	if err != nil {
		fmt.Fprintln(os.Stderr, "testrun:", err)
	}
	if !ok || err != nil {
		os.Exit(1)
	}
}

// checkout is the directory with go.work around the working directory.
func checkout() string {
	wd, err := os.Getwd()
	if err != nil {
		return "."
	}
	for dir := wd; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return wd
		}
	}
}
