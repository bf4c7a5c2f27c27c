package devkeys

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// CheckKeyFile refuses a private key file that users other than its owner can access. The rule is
// that of PostgreSQL's ssl_key_file: a regular file of mode 0600 or stricter, or 0640 or stricter
// if root owns it (a key that root shares with a group). The error says how to fix it. Symbolic
// links are followed, as Kubernetes mounts secrets through them. On systems without Unix modes,
// such as Windows, modes are not checked.
func CheckKeyFile(path string) error {
	fi, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("check private key file: %w", err)
	}
	if !fi.Mode().IsRegular() {
		return fmt.Errorf("private key file %s is not a regular file: give the path of a PEM file", path)
	}
	if mode := fi.Mode().Perm(); hasModes && tooOpen(mode, ownedByRoot(fi)) {
		return fmt.Errorf("private key file %s is accessible to its group or to others (mode %04o): run chmod 600 %s",
			path, mode, shellQuote(path))
	}
	return nil
}

// tooOpen reports whether a mode gives group or others access that they must not have.
func tooOpen(mode fs.FileMode, root bool) bool {
	if root {
		return mode&0o037 != 0 // the group may read
	}
	return mode&0o077 != 0
}

func shellQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// WritePrivate writes a file of mode 0600 atomically and durably: temporary file, fsync, rename,
// fsync of the directory. It replaces an existing file whatever its mode, and a symbolic link
// rather than its target. The directory must exist.
func WritePrivate(path string, data []byte) error { return write(path, data, 0o600) }

// WritePublic is [WritePrivate] with mode 0644, whatever the umask.
func WritePublic(path string, data []byte) error { return write(path, data, 0o644) }

func write(path string, data []byte, mode fs.FileMode) error {
	dir := filepath.Dir(path)
	// CreateTemp uses mode 0600, so a private file is never accessible to others.
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
