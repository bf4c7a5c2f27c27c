// Testkit makes the files that a conformance run sends, judges what the drivers print, and writes
// the matrix.
//
//	testkit clients CALLS                          prints name, ecosystem and package of each
//	                                               client, one a line
//	testkit routes CALLS CLIENT                    prints the routes of a client's calls, one a line
//	testkit make CALLS DIR CLIENT...               writes one file for each call of the named
//	                                               clients into DIR
//	testkit check CALLS DIR RESULTS CLIENT...      reads the drivers' lines, fetches what each says
//	                                               it uploaded, compares the bytes, asks why the
//	                                               refused were refused, and writes RESULTS for docs
//	testkit docs CALLS RESULTS CONFORMANCE DOCS    writes compatibility.md and
//	                                               compatibility.zh-CN.md into DOCS; the versions
//	                                               are those of CONFORMANCE/go/go.mod and
//	                                               node/package-lock.json
//
// CALLS is ../calls.txt. The standard library is all it needs, so that it builds where no module
// can be downloaded.
package main

import (
	"fmt"
	"os"
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
	if len(args) < 2 {
		return fmt.Errorf("usage: testkit clients|routes|make|check|docs CALLS …")
	}
	clients, err := readCalls(args[1])
	if err != nil {
		return err
	}
	switch rest := args[2:]; {
	case args[0] == "clients" && len(rest) == 0:
		for _, c := range clients {
			fmt.Println(c.name, c.ecosystem, c.pkg)
		}
		return nil
	case args[0] == "routes" && len(rest) == 1:
		for _, c := range named(clients, rest) {
			for _, route := range c.routes() {
				fmt.Println(route)
			}
		}
		return nil
	case args[0] == "make" && len(rest) > 1:
		return makeFiles(named(clients, rest[1:]), rest[0])
	case args[0] == "check" && len(rest) > 2:
		return check(named(clients, rest[2:]), rest[0], rest[1], os.Stdin, os.Stdout)
	case args[0] == "docs" && len(rest) == 3:
		return writeDocs(clients, rest[0], rest[1], rest[2])
	}
	return fmt.Errorf("no such command, or not its arguments: %q", args)
}

// named is the clients of these names, with their calls on the routes of this run:
// CONFORMANCE_ROUTES, or all.
func named(clients []client, names []string) []client {
	only := strings.Fields(os.Getenv("CONFORMANCE_ROUTES"))
	clients = slices.DeleteFunc(slices.Clone(clients), func(c client) bool { return !slices.Contains(names, c.name) })
	for i := range clients {
		clients[i].calls = slices.DeleteFunc(slices.Clone(clients[i].calls), func(c call) bool {
			return len(only) > 0 && !slices.Contains(only, c.route)
		})
	}
	return clients
}
