package datadir

import (
	"os"
	"path/filepath"

	"github.com/wxup/wxup/app/internal/shellword"
)

// Name is the name of a data directory that was not named otherwise.
const Name = "wxup-data"

// Is reports whether a directory is a data directory.
func Is(dir string) bool {
	_, ca := os.Stat(CAFile(dir))
	_, platform := os.Stat(filepath.Dir(platformKeyFile(dir)))
	return ca == nil && platform == nil
}

// Find looks for the data directory that a command run in dir means: wxup-data in dir or in a
// directory above it, as far as home or the edge of the file system. It counts only if this user
// owns it and nobody else can write to it. If there is none, it is wxup-data in dir.
func Find(dir, home string) (string, error) {
	nearest := filepath.Join(dir, Name)
	if info, err := os.Lstat(nearest); err == nil && info.IsDir() {
		if !onlyOurs(info) {
			return "", texts.Errorf("others can write to %s, or own it; run chmod 700 %s, or name the data directory with --data",
				nearest, shellword.Quote(nearest))
		}
		return nearest, nil
	}
	start, err := os.Stat(dir)
	if err != nil {
		return nearest, nil
	}
	for at := dir; at != home && at != filepath.Dir(at); {
		at = filepath.Dir(at)
		here, err := os.Stat(at)
		if err != nil || !sameDevice(start, here) {
			break
		}
		found := filepath.Join(at, Name)
		if info, err := os.Lstat(found); err == nil && info.IsDir() && onlyOurs(info) && Is(found) {
			return found, nil
		}
	}
	return nearest, nil
}
