//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package fsblob

import "os"

func lockFile(*os.File) error { return nil }

// syncDir does nothing: Windows cannot sync a directory, and NTFS logs its changes.
func syncDir(*os.File) error { return nil }
