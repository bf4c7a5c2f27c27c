package testservers

import "syscall"

// extendedAttributes reports whether files in dir can have some.
func extendedAttributes(dir string) bool {
	return syscall.Setxattr(dir, "user.wxup-test", []byte("x"), 0) == nil
}
