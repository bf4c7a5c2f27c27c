//go:build !unix

package devkeys

import "io/fs"

const hasModes = false

func ownedByRoot(fs.FileInfo) bool { return false }

// syncDir does nothing: a directory cannot be opened for fsync, and NTFS journals names.
func syncDir(dir string) error { return nil }
