package fsblob

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// TestSyncsForReal: each sync of a Put reaches the kernel, for the very file that it is about. Just
// before the sync the file's descriptor becomes that of a pipe, for which the kernel answers
// EINVAL; so the Put must fail with that.
func TestSyncsForReal(t *testing.T) {
	for _, op := range []string{"sync", "syncdir"} {
		t.Run(op, func(t *testing.T) {
			d := openDir(t, t.TempDir())
			swapped := false
			d.step = func(step, name string) error {
				if step == op && !swapped {
					swapped = true
					becomePipe(t, filepath.Join(d.root.Name(), name))
				}
				return nil
			}
			if err := put(d, []byte("one image")); !errors.Is(err, syscall.EINVAL) {
				t.Errorf("Put = %v, want the error of fsync", err)
			}
			if !swapped {
				t.Error("nothing was synced")
			}
		})
	}
}

// becomePipe puts a pipe in the place of this process's descriptor of a file.
func becomePipe(t *testing.T, file string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	file, err = filepath.EvalSymlinks(file)
	if err != nil {
		t.Fatal(err)
	}
	links, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		if target, _ := os.Readlink(link); target == file {
			fd, _ := strconv.Atoi(filepath.Base(link))
			if err := syscall.Dup3(int(w.Fd()), fd, syscall.O_CLOEXEC); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatalf("%s is not open", file)
}
