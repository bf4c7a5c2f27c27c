package media

import "bytes"

// SniffLen is how many of a file's first bytes [Sniff] makes use of. Fewer are enough for pictures; a small file is
// passed whole.
const SniffLen = 4096

// Sniff tells the format of the file that starts with head. It looks at nothing but these bytes and trusts no name.
// What no row of the table describes is Unknown.
//
// A signature only says what a file wants to be. Whether it is one, [Walk] says.
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

// matches reports whether head starts with the pattern, in which '?' stands for any byte.
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
	for _, word := range r.inside {
		for at := range max(0, len(head)-len(word)+1) {
			if equalFold(head[at:at+len(word)], word) {
				return true
			}
		}
	}
	return len(r.inside) == 0
}

// equalFold compares as many bytes as word has, ASCII letters in either case. bytes.EqualFold also takes the Kelvin sign
// for a k, and a signature is no place for that.
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
