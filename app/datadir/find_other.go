//go:build !unix

package datadir

import "io/fs"

// Where files have no Unix modes, neither owner nor device is checked.
func onlyOurs(fs.FileInfo) bool        { return true }
func sameDevice(_, _ fs.FileInfo) bool { return true }
