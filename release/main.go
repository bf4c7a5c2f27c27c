// Command release makes what users download, from the commit that is checked out:
//
//	go run . build -o DIR          the binaries of every platform, SHA256SUMS, an SBOM and an OCI
//	                               image layout
//	go run . build -only linux/amd64 -o DIR
//	go run . twice                 build twice, from different directories and caches: the bytes
//	                               must be the same
//	go run . proxy DIR             the modules as a Go module proxy serves them
//
// A binary is built by "go install" from that proxy, so that it is the very file that users get who
// run
//
//	CGO_ENABLED=0 go install -trimpath -ldflags='-s -w' github.com/wxup/wxup/app/cmd/wxup@VERSION
//
// with the same version of Go. The version is the tag of the commit, or else v0.0.0-dev with the
// commit's time and hash.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	out := flags.String("o", "../dist", "the `directory` that build writes to; it must be empty or not exist")
	only := flags.String("only", "", "the one `platform` to build, such as linux/amd64")
	if len(args) == 0 {
		return errors.New("usage: release build|twice|proxy")
	}
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	chosen := platforms
	if *only != "" {
		i := slices.IndexFunc(platforms, func(p platform) bool { return p.String() == *only })
		if i < 0 {
			return fmt.Errorf("-only %s: the platforms are %v", *only, platforms)
		}
		chosen = platforms[i : i+1]
	}
	tmp, err := os.MkdirTemp("", "wxup-release-")
	if err != nil {
		return err
	}
	defer removeAll(tmp)
	switch args[0] {
	case "build":
		return build(ctx, filepath.Join(tmp, "work"), *out, "", chosen)
	case "twice":
		return twice(ctx, tmp, chosen)
	case "proxy":
		if flags.NArg() != 1 {
			return errors.New("usage: release proxy DIR")
		}
		src, err := checkout(ctx, filepath.Join(tmp, "src"))
		if err != nil {
			return err
		}
		fmt.Println(src.version)
		return src.serve(flags.Arg(0))
	}
	return fmt.Errorf("there is no command %q; the commands are build, twice and proxy", args[0])
}

// build writes a release to out. It works in the directory work; cache is Go's build cache, "" the
// usual one.
func build(ctx context.Context, work, out, cache string, chosen []platform) error {
	if list, err := os.ReadDir(out); err == nil && len(list) > 0 {
		return fmt.Errorf("%s is not empty", out)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	src, err := checkout(ctx, filepath.Join(work, "src"))
	if err != nil {
		return err
	}
	proxy := filepath.Join(work, "proxy")
	if err := src.serve(proxy); err != nil {
		return err
	}
	var made []binary
	for _, p := range chosen {
		b, err := src.install(ctx, p, proxy, filepath.Join(work, "go"), cache, out)
		if err != nil {
			return err
		}
		made = append(made, b)
	}
	if err := writeSBOM(src, made, out); err != nil {
		return err
	}
	if err := writeImage(ctx, src, made, out); err != nil {
		return err
	}
	return writeSums(out)
}

// twice builds two times in places that have nothing in common, and compares what came out.
func twice(ctx context.Context, tmp string, chosen []platform) error {
	var sums [2][]byte
	for i, name := range []string{"a", "another/directory"} {
		dir := filepath.Join(tmp, name)
		if err := build(ctx, filepath.Join(dir, "work"), filepath.Join(dir, "out"), filepath.Join(dir, "cache"), chosen); err != nil {
			return err
		}
		var err error
		if sums[i], err = os.ReadFile(filepath.Join(dir, "out", sumsFile)); err != nil {
			return err
		}
	}
	if !bytes.Equal(sums[0], sums[1]) {
		return fmt.Errorf("the two builds differ:\n%s\n%s", sums[0], sums[1])
	}
	fmt.Printf("built twice, the same bytes:\n%s", sums[0])
	return nil
}
