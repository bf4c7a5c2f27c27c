package media

import "bytes"

// SniffLen is how many of a file's first bytes [Sniff] uses. For pictures 16 are enough.
const SniffLen = 4096

// Sniff returns the format of the file that starts with head, Unknown if no row of the table fits.
// It reads at most SniffLen bytes.
//
// A signature is only a claim; [Walk] checks it.
func Sniff(head []byte) Format {
	head = head[:min(len(head), SniffLen)]
	for i := range table {
		if table[i].fits(head) {
			return table[i].format
		}
	}
	return Unknown
}

func (r *row) fits(head []byte) bool {
	return (r.fitsMagic(head) || r.fitsText(head)) && r.fitsInside(head)
}

func (r *row) fitsMagic(head []byte) bool {
	for _, m := range r.magic {
		if matches(head, m) {
			return true
		}
	}
	return false
}

// matches reports whether head starts with pattern, in which '?' matches any byte.
func matches(head []byte, pattern string) bool {
	if len(head) < len(pattern) {
		return false
	}
	for i := range len(pattern) {
		if pattern[i] != '?' && pattern[i] != head[i] {
			return false
		}
	}
	return true
}

func (r *row) fitsText(head []byte) bool {
	if len(r.text) == 0 {
		return false
	}
	head = bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF"))
	head = bytes.TrimLeft(head, " \t\r\n\f")
	for _, word := range r.text {
		if len(head) >= len(word) && equalFold(head[:len(word)], word) {
			return true
		}
	}
	return false
}

func (r *row) fitsInside(head []byte) bool {
	if r.lacks != "" && bytes.Contains(head, []byte(r.lacks)) {
		return false
	}
	for _, word := range r.inside {
		for at := range max(0, len(head)-len(word)+1) {
			if equalFold(head[at:at+len(word)], word) {
				return true
			}
		}
	}
	return len(r.inside) == 0
}

// equalFold reports whether b starts with word, ASCII letters in either case. bytes.EqualFold would
// also accept the Kelvin sign for a k.
func equalFold(b []byte, word string) bool {
	for i := range len(word) {
		if lower(b[i]) != lower(word[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
