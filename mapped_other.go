//go:build !unix

package wxup

import "os"

func (c *content) mapFile(*os.File) {}
