package pick

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Patterns are expanded here because cmd.exe and PowerShell do not expand them, few shells know **,
// and a quoted pattern can match more files than fit on a command line. As in a shell, a name that
// begins with a dot is matched only by a pattern that begins with one, and ** does not follow
// symbolic links, so that it ends.

// glob calls found for each file that matches a pattern, in the order of their names, and failed
// for each directory that cannot be read.
func glob(ctx context.Context, pattern string, found func(name string, info fs.FileInfo), failed func(dir string, err error)) {
	root, rest := splitPattern(pattern, onWindows)
	if len(rest) == 0 {
		return
	}
	g := &globber{ctx: ctx, found: found, failed: failed}
	for i, segment := range rest {
		g.deep = g.deep || segment == "**"
		if segment == "**" && i == len(rest)-1 {
			rest = append(rest, "*")
		}
	}
	g.below(root, rest)
}

// splitPattern divides a pattern into the directory to begin in and the segments below it.
//
//	photos/2026/*.jpg   photos/2026  *.jpg
//	C:\photos\**\*.png  C:/photos    **  *.png
func splitPattern(pattern string, windows bool) (root string, rest []string) {
	pattern = slashed(pattern, windows)
	if n := volume(pattern, windows); n > 0 {
		root, pattern = pattern[:n], pattern[n:]
	}
	if strings.HasPrefix(pattern, "/") {
		root += "/"
	}
	for segment := range strings.SplitSeq(pattern, "/") {
		switch {
		case segment == "":
		case len(rest) == 0 && !hasPattern(segment):
			root = joined(root, segment)
		default:
			rest = append(rest, segment)
		}
	}
	return root, rest
}

type globber struct {
	ctx    context.Context
	found  func(name string, info fs.FileInfo)
	failed func(dir string, err error)
	deep   bool // the pattern has **, which matches files and no directories
}

// below matches the segments rest in a directory.
func (g *globber) below(dir string, rest []string) {
	segment := rest[0]
	if segment == "**" {
		g.below(dir, rest[1:])
	} else if !hasPattern(segment) {
		g.enter(joined(dir, segment), rest, false)
		return
	}
	list, err := os.ReadDir(filepath.FromSlash(orDot(dir)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		g.failed(filepath.FromSlash(dir), err)
	}
	for _, d := range list {
		if g.ctx.Err() != nil {
			return
		}
		name := joined(dir, d.Name())
		switch {
		case segment == "**":
			if d.IsDir() && !hidden(d.Name()) {
				g.below(name, rest)
			}
		case matchesName(segment, d.Name()) && (!hidden(d.Name()) || hidden(segment)):
			g.enter(name, rest, true)
		}
	}
}

// enter takes a name that the first segment of rest matches. An error counts if the name was
// listed.
func (g *globber) enter(name string, rest []string, listed bool) {
	info, err := os.Stat(filepath.FromSlash(name))
	switch {
	case err != nil:
		if listed && len(rest) == 1 {
			g.failed(filepath.FromSlash(name), err)
		}
	case len(rest) > 1 && info.IsDir():
		g.below(name, rest[1:])
	case len(rest) == 1 && !(g.deep && info.IsDir()):
		g.found(filepath.FromSlash(name), info)
	}
}

func joined(dir, name string) string {
	if dir == "" || strings.HasSuffix(dir, "/") || len(dir) == 2 && dir[1] == ':' {
		return dir + name
	}
	return dir + "/" + name
}

func orDot(dir string) string {
	switch {
	case dir == "":
		return "."
	case len(dir) == 2 && dir[1] == ':':
		return dir + "."
	}
	return dir
}

func hidden(name string) bool { return strings.HasPrefix(name, ".") }
