//go:build unix

package devkeys

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// TestTooOpen is the rule by itself, for both owners.
func TestTooOpen(t *testing.T) {
	for _, tt := range []struct {
		mode      fs.FileMode
		own, root bool // refused when it is ours, when it is root's
	}{
		{0o400, false, false},
		{0o600, false, false},
		{0o700, false, false},
		{0o440, true, false},
		{0o640, true, false},
		{0o620, true, true},
		{0o660, true, true},
		{0o650, true, true},
		{0o604, true, true},
		{0o601, true, true},
		{0o644, true, true},
		{0o666, true, true},
		{0o777, true, true},
	} {
		if got := tooOpen(tt.mode, false); got != tt.own {
			t.Errorf("mode %04o: refused %v, want %v", tt.mode, got, tt.own)
		}
		if got := tooOpen(tt.mode, true); got != tt.root {
			t.Errorf("mode %04o, root's: refused %v, want %v", tt.mode, got, tt.root)
		}
	}
}

// TestCheckKeyFile is the rule with real files: ours, and, if we are root, another user's too.
func TestCheckKeyFile(t *testing.T) {
	const nobody = 65534
	owners := []int{os.Geteuid()}
	if os.Geteuid() == 0 {
		owners = append(owners, nobody)
	}
	for _, owner := range owners {
		for _, mode := range []fs.FileMode{0o400, 0o600, 0o640, 0o644, 0o666} {
			path := filepath.Join(t.TempDir(), "it's a key.pem")
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if owner != os.Geteuid() {
				if err := os.Chown(path, owner, owner); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			ok := mode == 0o400 || mode == 0o600 || mode == 0o640 && owner == 0
			err := CheckKeyFile(path)
			if (err == nil) != ok {
				t.Errorf("mode %04o, owner %d: %v", mode, owner, err)
			}
			if err == nil {
				continue
			}
			mend := "chmod 600 '" + strings.ReplaceAll(path, "'", `'\''`) + "'"
			for _, want := range []string{mend, fmt.Sprintf("%04o", mode)} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("mode %04o: the error does not say %q: %v", mode, want, err)
				}
			}
			if err := os.Chmod(path, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := CheckKeyFile(path); err != nil {
				t.Errorf("mode %04o, mended: %v", mode, err)
			}
		}
	}
}

func TestCheckKeyFileKinds(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for name, mode := range map[string]fs.FileMode{"good": 0o600, "open": 0o644} {
		if err := os.WriteFile(at(name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(at(name), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(at("directory"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(at("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{"good", "open", "directory", "nothing"} {
		if err := os.Symlink(to, at("link to "+to)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"good":              "",
		"link to good":      "", // a Kubernetes secret
		"open":              "chmod 600",
		"link to open":      "chmod 600",
		"directory":         "not a regular file",
		"link to directory": "not a regular file",
		"fifo":              "not a regular file", // and opening it would hang
		"nothing":           "no such file",
		"link to nothing":   "no such file",
	} {
		err := CheckKeyFile(at(name))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if err := CheckKeyFile(at("nothing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
}

func TestWrite(t *testing.T) {
	for _, umask := range []int{0, 0o022, 0o077} {
		old := syscall.Umask(umask)
		defer syscall.Umask(old)
		for _, tt := range []struct {
			name  string
			write func(string, []byte) error
			mode  fs.FileMode
		}{
			{"private", WritePrivate, 0o600},
			{"public", WritePublic, 0o644},
		} {
			dir := t.TempDir()
			path := filepath.Join(dir, "file")
			// The second write replaces a file whose mode is wrong.
			for _, text := range []string{"first, the longer one", "second"} {
				if err := tt.write(path, []byte(text)); err != nil {
					t.Fatal(err)
				}
				got, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if string(got) != text {
					t.Errorf("%s: read %q, want %q", tt.name, got, text)
				}
				fi, err := os.Stat(path)
				if err != nil {
					t.Fatal(err)
				}
				if fi.Mode() != tt.mode {
					t.Errorf("%s with umask %04o: mode is %v, want %v", tt.name, umask, fi.Mode(), tt.mode)
				}
				if err := os.Chmod(path, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if left := names(t, dir); len(left) != 1 {
				t.Errorf("%s: the directory holds %q, want the file alone", tt.name, left)
			}
		}
	}
}

// TestWriteFails: a failure changes nothing and leaves nothing behind.
func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "taken"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "taken"), filepath.Join(dir, "missing", "file")} {
		err := WritePrivate(path, []byte("secret"))
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want an error that names it", path, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error tells the secret: %v", err)
		}
	}
	if left := names(t, dir); len(left) != 1 {
		t.Errorf("the directory holds %q, want what was there", left)
	}
}

// TestWriteReplacesLink: the link is replaced, not the file it leads to, which may be anyone's.
func TestWriteReplacesLink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, []byte("theirs"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if err := WritePrivate(link, []byte("secret")); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(target); string(got) != "theirs" {
		t.Errorf("the target holds %q", got)
	}
	if fi, err := os.Lstat(link); err != nil || !fi.Mode().IsRegular() {
		t.Errorf("the link is %v, %v, want a regular file", fi, err)
	}
}

// TestWriteIsWhole: who reads while others write sees one of the texts, whole.
func TestWriteIsWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	texts := [][]byte{bytes.Repeat([]byte("a"), 100_000), bytes.Repeat([]byte("b"), 50_000)}
	if err := WritePrivate(path, texts[0]); err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for _, text := range texts {
		writers.Go(func() {
			for range 20 {
				if err := WritePrivate(path, text); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	for {
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, texts[0]) && !bytes.Equal(got, texts[1]) {
			t.Fatalf("read %d bytes that nobody wrote", len(got))
		}
		select {
		case <-done:
			return
		default:
		}
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}
