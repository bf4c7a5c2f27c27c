//go:build !linux

package testservers

// extendedAttributes is not looked up here: the file systems of macOS have them.
func extendedAttributes(string) bool { return true }
