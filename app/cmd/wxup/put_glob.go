package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
)

// Patterns are expanded here too, and not by the shell alone: Windows' shells do not, a quoted pattern is too long for no
// command line, and ** is known to few.
//
//	*      any part of a name        [a-z]  one of these characters
//	?      one character             **     any number of directories, none included
//
// As in a shell, a name that begins with a dot is matched by a pattern that begins with one only, and ** does not follow
// symbolic links, so that it ends.

// hasPattern reports whether a name is a pattern. On Windows ? and * are in no file's name; elsewhere a file that has
// them is looked for first.
func hasPattern(name string) bool { return strings.ContainsAny(name, "*?[") }

// badPattern reports whether a pattern can match nothing because of its form.
func badPattern(pattern string) bool {
	for segment := range strings.SplitSeq(slashed(pattern, runtime.GOOS == "windows"), "/") {
		if _, err := path.Match(segment, ""); err != nil {
			return true
		}
	}
	return pattern == ""
}

// slashed is a path with slashes. Elsewhere than on Windows a backslash is a character like others, or takes the meaning
// off the next one in a pattern.
func slashed(name string, windows bool) string {
	if windows {
		return strings.ReplaceAll(name, `\`, "/")
	}
	return name
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

// volume is how long the drive or share at the head of a path with slashes is: C: or //server/share or //?/C:.
func volume(name string, windows bool) int {
	switch {
	case !windows:
		return 0
	case strings.HasPrefix(name, "//?/"), strings.HasPrefix(name, "//./"):
		return 4 + max(strings.IndexByte(name[4:], '/'), 0)
	case strings.HasPrefix(name, "//"):
		server := strings.IndexByte(name[2:], '/')
		if server < 0 {
			return len(name)
		}
		share := strings.IndexByte(name[3+server:], '/')
		if share < 0 {
			return len(name)
		}
		return 3 + server + share
	case len(name) > 1 && name[1] == ':':
		return 2
	}
	return 0
}

func joined(dir, name string) string {
	if dir == "" || strings.HasSuffix(dir, "/") || len(dir) == 2 && dir[1] == ':' {
		return dir + name
	}
	return dir + "/" + name
}

// glob calls found for each file that matches a pattern, in the order of their names, and failed for each directory that
// cannot be read.
func glob(ctx context.Context, pattern string, found func(name string, info fs.FileInfo), failed func(dir string, err error)) {
	root, rest := splitPattern(pattern, runtime.GOOS == "windows")
	deep := false
	for i, segment := range rest {
		deep = deep || segment == "**"
		if segment == "**" && i == len(rest)-1 {
			rest = append(rest, "*")
		}
	}
	var below func(dir string, rest []string)
	below = func(dir string, rest []string) {
		segment := rest[0]
		if segment == "**" {
			below(dir, rest[1:])
		} else if !hasPattern(segment) {
			name := joined(dir, segment)
			info, err := os.Stat(filepath.FromSlash(name))
			switch {
			case err != nil:
			case len(rest) > 1 && info.IsDir():
				below(name, rest[1:])
			case len(rest) == 1 && !(deep && info.IsDir()):
				found(filepath.FromSlash(name), info)
			}
			return
		}
		list, err := os.ReadDir(filepath.FromSlash(orDot(dir)))
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				failed(filepath.FromSlash(dir), err)
			}
			return
		}
		for _, d := range list {
			if ctx.Err() != nil {
				return
			}
			name := joined(dir, d.Name())
			if segment == "**" {
				if d.IsDir() && !hidden(d.Name()) {
					below(name, rest)
				}
				continue
			}
			if !matchesName(segment, d.Name()) || hidden(d.Name()) && !strings.HasPrefix(segment, ".") {
				continue
			}
			info, err := os.Stat(filepath.FromSlash(name))
			switch {
			case err != nil && len(rest) == 1:
				failed(filepath.FromSlash(name), err)
			case err != nil:
			case len(rest) > 1 && info.IsDir():
				below(name, rest[1:])
			case len(rest) == 1 && !(deep && info.IsDir()):
				found(filepath.FromSlash(name), info)
			}
		}
	}
	if len(rest) > 0 {
		below(root, rest)
	}
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

// matchesName matches one segment; on Windows A and a are the same.
func matchesName(pattern, name string) bool {
	if runtime.GOOS == "windows" {
		pattern, name = strings.ToLower(pattern), strings.ToLower(name)
	}
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}

// matchesPath is for rules: a pattern without a slash matches a file's name, one that begins at the root the whole path,
// any other the end of the path.
func matchesPath(pattern, name string) bool {
	windows := runtime.GOOS == "windows"
	pattern, name = slashed(pattern, windows), slashed(name, windows)
	segments := strings.Split(strings.Trim(name, "/"), "/")
	if !strings.HasPrefix(pattern, "/") && volume(pattern, windows) == 0 {
		pattern = "**/" + pattern
	}
	return matchesSegments(strings.Split(strings.Trim(pattern, "/"), "/"), segments)
}

// matchesSegments matches with ** for any number of segments. Only the last ** ever needs to give way, so the time is
// bounded by the product of the lengths.
func matchesSegments(pattern, name []string) bool {
	p, n, star, from := 0, 0, -1, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == "**":
			star, from = p, n
			p++
		case p < len(pattern) && matchesName(pattern[p], name[n]):
			p, n = p+1, n+1
		case star >= 0:
			from++
			p, n = star+1, from
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == "**" {
		p++
	}
	return p == len(pattern)
}
