// Testkit makes the files that a conformance run sends and judges what the drivers print.
//
//	testkit make CALLS DIR CLIENT...     writes one file for each call of the named clients into DIR
//	testkit check CALLS DIR CLIENT...    reads the drivers' lines, fetches what each says it uploaded, compares the bytes
//
// CALLS is ../calls.txt. The standard library is all it needs, so that it builds where no module can be downloaded.
package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "testkit:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("usage: testkit make|check CALLS DIR CLIENT...")
	}
	calls, err := readCalls(args[1], args[3:])
	if err != nil {
		return err
	}
	switch dir := args[2]; args[0] {
	case "make":
		return makeFiles(calls, dir)
	case "check":
		return check(calls, dir, os.Stdin, os.Stdout)
	}
	return fmt.Errorf("no such command: %s", args[0])
}

// A call is one line of calls.txt: one upload by one client.
type call struct {
	client string
	api    string // api/variant
	kind   string // extension of the file sent, without the dot
}

// file is the name of the call's own file.
func (c call) file() string {
	return c.client + "-" + strings.ReplaceAll(c.api, "/", "-") + "." + c.kind
}

func readCalls(path string, clients []string) ([]call, error) {
	f, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var calls []call
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		if len(fields) != 3 {
			return nil, fmt.Errorf("%s: want three fields: %q", path, lines.Text())
		}
		if slices.Contains(clients, fields[0]) {
			calls = append(calls, call{client: fields[0], api: fields[1], kind: fields[2]})
		}
	}
	return calls, lines.Err()
}
