package fsblob

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// minRoom is the room in bytes below which no upload is likely to find a place.
const minRoom = 1 << 20

const readOnly = 1 // ST_RDONLY

// hasRoom reports whether the file system of a directory takes files.
func hasRoom(dir *os.File) error {
	var fs syscall.Statfs_t
	if err := syscall.Fstatfs(int(dir.Fd()), &fs); err != nil {
		return fmt.Errorf("look at the disk: %w", err)
	}
	switch {
	case fs.Flags&readOnly != 0:
		return errors.New("the disk is mounted for reading alone")
	case fs.Bavail*uint64(fs.Bsize) < minRoom:
		return fmt.Errorf("the disk is full: %d bytes are left", fs.Bavail*uint64(fs.Bsize))
	case fs.Files > 0 && fs.Ffree == 0:
		return errors.New("the disk is full: it takes no more files")
	}
	return nil
}
