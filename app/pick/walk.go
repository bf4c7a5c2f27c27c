package pick

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/wxup/wxup"
)

// walk adds the files below a directory that are of formats which their endpoints accept. It leaves
// out hidden files. It follows links to files, but not those to directories: they may form a
// circle, or lead to what nobody meant to upload.
func (c *collection) walk(dir string, ep *wxup.Endpoint) {
	if c.full() || c.Skip != nil && c.Skip(dir) {
		return
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		c.failed(dir, ep, err)
	}
	for _, d := range list {
		name := filepath.Join(dir, d.Name())
		if hidden(d.Name()) {
			continue
		}
		if d.IsDir() {
			c.walk(name, ep)
			continue
		}
		info, err := os.Stat(name) // of the target, if it is a link
		switch {
		case err == nil && info.IsDir():
		case err == nil && !info.Mode().IsRegular(), !c.takes(name, ep):
			c.skipped++
		case err != nil:
			c.failed(name, ep, err)
		default:
			c.file(name, info, ep)
		}
	}
}

// pattern adds the files that match a pattern.
func (c *collection) pattern(pattern string, ep *wxup.Endpoint) {
	if !ValidPattern(pattern) {
		c.failed(pattern, ep, texts.Errorf("there is no such file, and it is not a pattern"))
		return
	}
	before, any := len(c.items), false
	glob(c.ctx, pattern, func(name string, info fs.FileInfo) {
		any = true
		switch {
		case info.IsDir():
			c.walk(name, ep)
		case !info.Mode().IsRegular(): // reading a pipe would wait
			c.skipped++
		default:
			c.file(name, info, ep)
		}
	}, func(dir string, err error) { c.failed(dir, ep, err) })
	if !any && len(c.items) == before {
		c.failed(pattern, ep, texts.Errorf("no file matches"))
	}
}
