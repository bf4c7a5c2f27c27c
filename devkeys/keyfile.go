package devkeys

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// CheckKeyFile refuses a private key file that others than its owner can reach, with the rule of PostgreSQL's
// ssl_key_file: a regular file of mode 0600 or less, or 0640 or less if it is root's (a key that root hands to a group).
// The error says how to mend it. A symbolic link is followed, and what it leads to is checked: that is how Kubernetes
// mounts secrets. Where files have no Unix modes, as on Windows, modes are not checked.
func CheckKeyFile(path string) error {
	fi, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("check private key file: %w", err)
	}
	if !fi.Mode().IsRegular() {
		return fmt.Errorf("private key file %s is not a regular file: give the path of a PEM file", path)
	}
	if mode := fi.Mode().Perm(); hasModes && tooOpen(mode, ownedByRoot(fi)) {
		return fmt.Errorf("private key file %s can be reached by its group or by others (mode %04o): run chmod 600 %s",
			path, mode, shellQuote(path))
	}
	return nil
}

// tooOpen reports whether group or others may do what they must not.
func tooOpen(mode fs.FileMode, root bool) bool {
	if root {
		return mode&0o037 != 0 // the group may read
	}
	return mode&0o077 != 0
}

func shellQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// WritePrivate writes a file that only its owner can read, mode 0600. It is there whole or not at all, and stays through a
// power cut once WritePrivate has returned: temporary file, fsync, rename, fsync of the directory. An existing file is
// replaced (a symbolic link too, not what it leads to), whatever its mode was; the directory must exist.
func WritePrivate(path string, data []byte) error { return write(path, data, 0o600) }

// WritePublic is [WritePrivate] for what everyone may read: mode 0644, whatever the umask.
func WritePublic(path string, data []byte) error { return write(path, data, 0o644) }

func write(path string, data []byte, mode fs.FileMode) error {
	dir := filepath.Dir(path)
	// CreateTemp makes it with mode 0600: at no time is a private file open to others.
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := errors.Join(fill(f, data, mode), f.Close()); err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := syncDir(dir); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func fill(f *os.File, data []byte, mode fs.FileMode) error {
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Chmod(mode); err != nil && hasModes {
		return err
	}
	return f.Sync()
}
