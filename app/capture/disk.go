package capture

import (
	"io"
	"os"
)

// ReadFile reads a file that a curl line names, for [Read]. A pipe or a device is refused: it may
// never end.
func ReadFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNoFile
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, Max+1))
	if len(content) > Max {
		return nil, errTooLarge
	}
	return content, err
}

var errNoFile = texts.Errorf("it is a directory, a pipe or a device, and only files are read")
