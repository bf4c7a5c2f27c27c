//go:build !linux

package pagecache

import (
	"errors"
	"os"
)

// Drop forgets what is held of an open file, which only Linux can be told to.
func Drop(*os.File) error { return errors.ErrUnsupported }
