package pick

import (
	"path"
	"runtime"
	"strings"
)

// A pattern has slashes between its segments. In a segment * stands for any part of a name, ? for a
// character, and [a-z] for one of these characters; the segment ** stands for any number of
// directories, none included. On Windows upper and lower case are the same, and a backslash is a
// slash too.

// ValidPattern reports whether a pattern is well formed. One that is not matches nothing.
func ValidPattern(pattern string) bool {
	for segment := range strings.SplitSeq(slashed(pattern, onWindows), "/") {
		if _, err := path.Match(segment, ""); err != nil {
			return false
		}
	}
	return pattern != ""
}

const onWindows = runtime.GOOS == "windows"

// hasPattern reports whether a name has characters of patterns. On Windows no file name has ? or *;
// elsewhere callers look for a file of that name first.
func hasPattern(name string) bool { return strings.ContainsAny(name, "*?[") }

// slashed returns a path with slashes. Elsewhere than on Windows a backslash is an ordinary
// character, or escapes the next one in a pattern.
func slashed(name string, windows bool) string {
	if windows {
		return strings.ReplaceAll(name, `\`, "/")
	}
	return name
}

// volume returns the length of the drive or share at the head of a path with slashes: C: or
// //server/share or //?/C:.
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

// matchesName matches one segment.
func matchesName(pattern, name string) bool {
	if onWindows {
		pattern, name = strings.ToLower(pattern), strings.ToLower(name)
	}
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}

// matchesPath matches an absolute path as rules do: a pattern that begins at the root must match
// the whole path, any other its end.
func matchesPath(pattern, name string) bool {
	pattern, name = slashed(pattern, onWindows), slashed(name, onWindows)
	segments := strings.Split(strings.Trim(name, "/"), "/")
	if !strings.HasPrefix(pattern, "/") && volume(pattern, onWindows) == 0 {
		pattern = "**/" + pattern
	}
	return matchesSegments(strings.Split(strings.Trim(pattern, "/"), "/"), segments)
}

// matchesSegments matches with ** for any number of segments. Only the last ** ever needs to give
// way, so the time is bounded by the product of the lengths.
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
