// Command report prints the structure of the repository: for each package its lines, its longest
// file and its arrows back up. With a package's path as its argument it prints that package's files
// in their best order, and each arrow.
package main

import (
	"fmt"
	"os"

	"github.com/wxup/wxup/internal/house"
)

func main() {
	if err := report(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func report(only []string) error {
	lines, arrows := 0, 0
	for _, dir := range house.Modules(".") {
		packages, err := house.Measure(dir)
		if err != nil {
			return err
		}
		for _, p := range packages {
			lines, arrows = lines+p.Lines(), arrows+len(p.Arrows)
			if len(only) > 0 && only[0] != p.Path {
				continue
			}
			longest := p.Longest()
			fmt.Printf("%-32s %5d lines  %2d files  longest %-18s %3d  arrows back up %2d, with %2d references\n",
				p.Path, p.Lines(), len(p.Files), longest.Name, longest.Lines, len(p.Arrows), p.References())
			if len(only) > 0 {
				for _, f := range p.Files {
					fmt.Printf("  %4d %s\n", f.Lines, f.Name)
				}
				for _, a := range p.Arrows {
					fmt.Println("  ↑", a)
				}
			}
		}
	}
	fmt.Printf("%d lines, %d arrows back up\n", lines, arrows)
	return nil
}
