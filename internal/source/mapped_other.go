//go:build !unix

package source

import "os"

// mapFile maps nothing here: the file is read.
func mapFile(*os.File, int64) (memory, func() error) { return nil, nil }
