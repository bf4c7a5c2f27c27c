//go:build !unix

package devkeys

import "io/fs"

const hasModes = false

func ownedByRoot(fs.FileInfo) bool { return false }

// syncDir has nothing to do: a directory cannot be opened for fsync, and NTFS journals its names.
func syncDir(dir string) error { return nil }
