package fsblob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/internal/need"
	"github.com/wxup/wxup/server"
)

func openDir(t testing.TB, path string) *Dir {
	t.Helper()
	d, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func TestBlobs(t *testing.T) {
	storetest.TestBlobs(t, func(t *testing.T) store.Blobs {
		d := openDir(t, filepath.Join(t.TempDir(), "new", "blobs"))
		t.Cleanup(func() { noTemp(t, d) })
		return d
	})
}

func TestFullDisk(t *testing.T) {
	dir, ballast := storetest.SmallDisk(t, 4<<20)
	d := openDir(t, dir)
	storetest.TestFull(t, d, ballast)
	noTemp(t, d)
}

// noTemp fails if a temporary file is left.
func noTemp(t testing.TB, d *Dir) {
	t.Helper()
	entries, err := fs.ReadDir(d.root.FS(), tmpDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Errorf("temporary file %s is left", e.Name())
	}
}

func put(d *Dir, data []byte) error {
	return d.Put(context.Background(), storetest.Sum(data), int64(len(data)), bytes.NewReader(data))
}

func TestOneProcess(t *testing.T) {
	need.That(t, runtime.GOOS != "windows", "a lock that keeps a second process out", "use Unix")
	path := t.TempDir()
	d := openDir(t, path)
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("a second Open = %v", err)
	}
	d.Close()
	openDir(t, path)
}

func TestPing(t *testing.T) {
	d := openDir(t, t.TempDir())
	if err := d.Ping(t.Context()); err != nil {
		t.Errorf("Ping = %v", err)
	}
	noTemp(t, d)
	if err := os.RemoveAll(filepath.Join(d.root.Name(), tmpDir)); err != nil {
		t.Fatal(err)
	}
	if err := d.Ping(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing can be written, and Ping = %v", err)
	}
	d.Close()
	if err := d.Ping(t.Context()); err == nil {
		t.Error("Ping after Close succeeds")
	}
}

func TestSweep(t *testing.T) {
	path := t.TempDir()
	d := openDir(t, path)
	data := []byte("kept")
	if err := put(d, data); err != nil {
		t.Fatal(err)
	}
	if err := d.root.WriteFile(tmpDir+"/half", []byte("ha"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.Close()
	d = openDir(t, path)
	noTemp(t, d)
	if _, err := d.Stat(t.Context(), storetest.Sum(data)); err != nil {
		t.Error(err)
	}
}

// TestKilled: what a killed process has renamed but not synced is synced before it is trusted.
func TestKilled(t *testing.T) {
	path := t.TempDir()
	openDir(t, path) // and it is not closed, as if killed
	failAt := 0
	synced := func() int {
		d, err := os.OpenRoot(path)
		if err != nil {
			t.Fatal(err)
		}
		lock, err := d.OpenFile("lock", os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		next := &Dir{root: d, lock: lock, step: func(op, name string) error {
			if op == "syncdir" {
				if n++; n == failAt {
					return errors.New("input/output error")
				}
			}
			return nil
		}}
		if err := next.prepare(); (err != nil) != (failAt > 0) {
			t.Fatal(err)
		}
		next.Close()
		return n
	}
	failAt = 100 // and what was not synced then is synced by the next one
	synced()
	failAt = 0
	if n := synced(); n != 258 { // d was not closed
		t.Errorf("%d directories were synced after a process that was killed, want 258", n)
	}
	if n := synced(); n != 1 {
		t.Errorf("%d directories were synced after one that was not, want 1", n)
	}
}

func TestModes(t *testing.T) {
	need.That(t, runtime.GOOS != "windows", "file modes", "use Unix")
	path := filepath.Join(t.TempDir(), "blobs")
	if err := put(openDir(t, path), []byte("x")); err != nil {
		t.Fatal(err)
	}
	filepath.WalkDir(path, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			t.Fatal(err)
		}
		info, _ := e.Info()
		want := fs.FileMode(0o600)
		if e.IsDir() {
			want = fs.ModeDir | 0o700
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %s, want %s", p, info.Mode(), want)
		}
		return nil
	})
}

// TestStrangeFiles: what others have put into the directory is neither listed nor opened.
func TestStrangeFiles(t *testing.T) {
	d := openDir(t, t.TempDir())
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	sum := storetest.Sum([]byte("secret"))
	if err := d.root.WriteFile(sum[:2]+"/readme", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(d.root.Name(), place(sum))); err != nil {
		need.That(t, false, "symbolic links", "use Unix")
	}
	if f, err := d.Open(t.Context(), sum); err == nil {
		f.Close()
		t.Error("a link out of the directory was followed")
	}
	for info := range d.List(t.Context()) {
		if info.SHA256 != sum {
			t.Errorf("List gives %q", info.SHA256)
		}
	}
}

// TestBitRot: bytes that the disk has changed are replaced when the good ones are put again.
func TestBitRot(t *testing.T) {
	d := openDir(t, t.TempDir())
	data := storetest.Bytes(1, 100_000)
	sum := storetest.Sum(data)
	for _, rot := range []func(b []byte) []byte{
		func(b []byte) []byte { b[70_000] ^= 4; return b },
		func(b []byte) []byte { return b[:50_000] },
		func(b []byte) []byte { return append(b, 0) },
		func(b []byte) []byte { return nil },
	} {
		if err := put(d, data); err != nil {
			t.Fatal(err)
		}
		if err := d.root.WriteFile(place(sum), rot(bytes.Clone(data)), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := put(d, data); err != nil {
			t.Fatal(err)
		}
		if got, err := d.root.ReadFile(place(sum)); err != nil || !bytes.Equal(got, data) {
			t.Errorf("after a new Put: %d bytes, equal %t, %v", len(got), bytes.Equal(got, data), err)
		}
	}
	noTemp(t, d)
}

// TestOrder pins the order in which a Put changes the file system. Each step that is missing here
// loses acknowledged uploads when the power goes.
func TestOrder(t *testing.T) {
	d := openDir(t, t.TempDir())
	data := []byte("one image")
	var steps []string
	d.step = func(op, name string) error {
		steps = append(steps, op)
		return nil
	}
	for _, want := range []string{"create write sync close rename syncdir", ""} {
		steps = nil
		if err := put(d, data); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(steps, " "); got != want {
			t.Errorf("Put did %q, want %q", got, want)
		}
	}
}

// TestFaults fails the n-th step of a Put for every n, and the one after it as well: the Put must
// fail, leave nothing behind, and the next one must do everything anew.
func TestFaults(t *testing.T) {
	errDisk := errors.New("input/output error")
	tried := 0
	for _, length := range []int{1, 2, 100} { // that many steps fail in a row
		for n := 1; ; n++ {
			d := openDir(t, t.TempDir())
			other, data := []byte("another image"), []byte("one image")
			if err := put(d, other); err != nil {
				t.Fatal(err)
			}
			var steps []string
			d.step = func(op, name string) error {
				steps = append(steps, op)
				if len(steps) >= n && len(steps) < n+length {
					return fmt.Errorf("%s: %w", op, errDisk)
				}
				return nil
			}
			err := put(d, data)
			if len(steps) < n {
				if err != nil {
					t.Errorf("no fault, and Put = %v", err)
				}
				break
			}
			tried++
			if !errors.Is(err, errDisk) {
				t.Errorf("step %d (%s) failed, and Put = %v", n, steps[n-1], err)
			}
			sum := storetest.Sum(data)
			d.step = nil
			_, err = d.Stat(t.Context(), sum)
			if seen := err == nil; seen && length < 2 {
				t.Errorf("step %d (%s) failed, and the blob is seen", n, steps[n-1])
			} else if seen { // it could not be removed: then its directory must take no more
				if err := put(d, data); !errors.Is(err, errDisk) {
					t.Errorf("steps from %d (%s) failed, the blob is seen, and the next Put = %v", n, steps[n-1], err)
				}
				continue
			}
			steps = nil
			d.step = func(op, name string) error { steps = append(steps, op); return nil }
			if err := put(d, data); err != nil {
				t.Errorf("step %d failed, and the next Put as well: %v", n, err)
			}
			if got, want := strings.Join(steps, " "), "create write sync close rename syncdir"; got != want {
				t.Errorf("step %d failed, and the next Put did %q, want %q", n, got, want)
			}
			if length == 1 {
				noTemp(t, d)
			}
			if _, err := d.Stat(t.Context(), storetest.Sum(other)); err != nil {
				t.Errorf("step %d failed, and an older blob is gone: %v", n, err)
			}
		}
	}
	t.Logf("%d faults", tried)
}

// TestFaultOfAnother: while the directory of a blob that is seen already is being synced, a second
// Put of it must not be acknowledged; and when that sync fails, it must write its own.
func TestFaultOfAnother(t *testing.T) {
	d := openDir(t, t.TempDir())
	data := []byte("one image")
	second := make(chan error, 1)
	syncs := 0
	d.step = func(op, name string) error {
		if op != "syncdir" {
			return nil
		}
		if syncs++; syncs > 1 {
			return nil
		}
		if _, err := d.Stat(t.Context(), storetest.Sum(data)); err != nil {
			t.Errorf("not renamed before the directory is synced: %v", err)
		}
		go func() { second <- put(d, data) }()
		select {
		case err := <-second:
			t.Errorf("the second Put returned %v before the first knew", err)
			second <- err
		case <-time.After(50 * time.Millisecond):
		}
		return errors.New("input/output error")
	}
	if err := put(d, data); err == nil {
		t.Error("the first Put was acknowledged")
	}
	if err := <-second; err != nil {
		t.Error(err)
	}
	if _, err := d.Stat(t.Context(), storetest.Sum(data)); err != nil {
		t.Errorf("the second Put was acknowledged, and: %v", err)
	}
	if syncs != 2 {
		t.Errorf("%d directory syncs, want 2", syncs)
	}
	noTemp(t, d)
}

// TestUnreadable: an error of the content is not taken for one of the disk, and leaves nothing.
func TestUnreadable(t *testing.T) {
	d := openDir(t, t.TempDir())
	data := storetest.Bytes(1, 100_000)
	errClient := errors.New("connection reset")
	for range 2 { // not there, there
		err := d.Put(t.Context(), storetest.Sum(data), int64(len(data)), &breaking{bytes.NewReader(data), errClient})
		if !errors.Is(err, errClient) {
			t.Errorf("Put = %v", err)
		}
		noTemp(t, d)
		if err := put(d, data); err != nil {
			t.Fatal(err)
		}
	}
}

// breaking is content that cannot be read to its end.
type breaking struct {
	r   *bytes.Reader
	err error
}

func (b *breaking) Seek(offset int64, whence int) (int64, error) { return b.r.Seek(offset, whence) }

func (b *breaking) Read(p []byte) (int, error) {
	if b.r.Len() < 50_000 {
		return 0, b.err
	}
	return b.r.Read(p)
}

func TestOpenErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil {
		t.Error("Open of a file succeeds")
	}
	if _, err := Open(filepath.Join(path, "below")); err == nil {
		t.Error("Open below a file succeeds")
	}
}

func TestOpenStaysAfterClose(t *testing.T) {
	d := openDir(t, t.TempDir())
	if err := put(d, []byte("x")); err != nil {
		t.Fatal(err)
	}
	f, err := d.Open(t.Context(), storetest.Sum([]byte("x")))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d.Close()
	if got, err := io.ReadAll(f); err != nil || string(got) != "x" {
		t.Errorf("read %q, %v", got, err)
	}
	if err := put(d, []byte("y")); err == nil {
		t.Error("Put after Close succeeds")
	}
	if _, err := d.Stat(t.Context(), storetest.Sum([]byte("x"))); err == nil || errors.Is(err, server.ErrNotFound) {
		t.Errorf("Stat after Close = %v", err)
	}
}

// BenchmarkPut stores 200 KB of new bytes each time. "again" puts the same ones.
func BenchmarkPut(b *testing.B) {
	d := openDir(b, b.TempDir())
	data := storetest.Bytes(1, 200_000)
	b.Run("new", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			copy(data, time.Now().String())
			if err := put(d, data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("again", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if err := put(d, data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("new by 64", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.SetParallelism(32) // × GOMAXPROCS
		b.RunParallel(func(pb *testing.PB) {
			data := bytes.Clone(data)
			for pb.Next() {
				copy(data, time.Now().String())
				if err := put(d, data); err != nil {
					b.Error(err)
				}
			}
		})
	})
	b.Run("sha256 alone", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			storetest.Sum(data)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	path := b.TempDir()
	openDir(b, path).Close()
	for b.Loop() {
		d, err := Open(path)
		if err != nil {
			b.Fatal(err)
		}
		d.Close()
	}
}
