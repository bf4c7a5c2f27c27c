//go:build !windows && (!unix || aix || (solaris && !illumos))

package tokenstore

import (
	"errors"
	"os"
)

func tryLock(*os.File) (bool, error) { return false, errors.ErrUnsupported }
