// Package pagecache makes the system forget what it holds of files in memory, so that the next who
// reads them reads the disk. After an fsync has failed the two may differ.
package pagecache

import (
	"errors"
	"io/fs"
	"os"
)

// DropFile forgets a file, if it is there. A file that SQLite has open must not be opened by others
// in the same process: closing it would release SQLite's locks.
func DropFile(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(Drop(f), f.Close())
}
