// Package fsblob keeps blobs in a directory of this machine:
//
//	lock           held by the one process that uses the directory; says whether it was closed in order
//	tmp/…          what is being written
//	00/ … ff/      the blobs, each a file named by its digest in the directory of the digest's first byte
//
// What [Dir.Put] acknowledges survives a loss of power on a local file system that honours fsync (ext4, xfs, btrfs, zfs,
// APFS; a network file system may not). The order is: write a temporary file, fsync it, rename it to its place, fsync the
// directory of that place, acknowledge. All directories are made and synced by [Open], so no Put has to make one, and a
// Put costs two fsyncs.
//
// Two rules follow from what an fsync means.
//
//   - A failed one is final. The kernel has dropped what it could not write and takes it for clean, so a second fsync
//     would succeed and mean nothing: the file is removed, the error returned, and another Put writes everything anew.
//   - A file that is seen need not be durable: another Put may have renamed it and not synced the directory yet. So the
//     last two steps are made under a lock, and after a process that was killed Open syncs all directories. Whatever is
//     seen under the lock is durable then, and bytes that are there already cost no fsync at all.
//
// Bytes come in by one door that checks them: a new file is hashed while it is written (about 3 ms for 1 MB without SHA
// instructions in the processor, a fifth of it with them). Bytes that are there are compared with those that came, which
// is cheaper still; if they differ although the digest is right, the disk has changed them, and the good ones take their
// place.
package fsblob

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/server"
)

// Dir is [store.Blobs] in a directory. Make it with [Open].
type Dir struct {
	root   *os.Root
	lock   *os.File
	shards [256]shard
	synced bool // whatever is seen is durable

	// step is asked before each change of the file system; tests make it fail there. It is nil otherwise.
	step func(op, name string) error
}

// shard is one of the 256 directories. Outside of its lock every blob in it is durable; if that cannot be kept, it is
// broken, and takes no more.
type shard struct {
	sync.Mutex
	broken error
}

const tmpDir = "tmp"

// Open makes the directory if need be, mode 0700, and removes what a process that was killed has left half-written.
// Only one process, and one Dir in it, can have a directory open. (On Windows and some rare systems nothing enforces
// that, nor can directories be synced there.)
func Open(path string) (*Dir, error) {
	d, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("open blobs in %s: %w", path, err)
	}
	return d, nil
}

func open(path string) (_ *Dir, err error) {
	if err := makeDirs(path); err != nil {
		return nil, err
	}
	d := &Dir{}
	if d.root, err = os.OpenRoot(path); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			d.Close()
		}
	}()
	if d.lock, err = d.root.OpenFile("lock", os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, err
	}
	if err := lockFile(d.lock); err != nil {
		d.lock.Close()
		d.lock = nil
		return nil, fmt.Errorf("another process has it open: %w", err)
	}
	if err := d.prepare(); err != nil {
		return nil, err
	}
	return d, nil
}

// inUse stands in the file lock from Open to Close. It is not synced: if the power goes, what is seen afterwards is what
// the disk holds.
const inUse = "in use\n"

// prepare makes the directories and clears up after a process that was killed.
func (d *Dir) prepare() error {
	state, err := io.ReadAll(d.lock)
	if err != nil {
		return err
	}
	names := []string{tmpDir}
	for i := range d.shards {
		names = append(names, shardName(i))
	}
	for _, name := range names {
		if err := d.root.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	if err := d.syncDir("."); err != nil {
		return err
	}
	if string(state) == inUse {
		for _, name := range names {
			if err := d.syncDir(name); err != nil {
				return err
			}
		}
	}
	if err := d.sweep(); err != nil {
		return err
	}
	if _, err = d.lock.WriteAt([]byte(inUse), 0); err != nil {
		return err
	}
	d.synced = true
	return nil
}

// makeDirs is os.MkdirAll, durable.
func makeDirs(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	var made []string
	for p := path; ; p = filepath.Dir(p) {
		if _, err := os.Stat(p); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		made = append(made, p)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	for _, p := range made {
		parent, err := os.Open(filepath.Dir(p))
		if err != nil {
			return err
		}
		if err := errors.Join(syncDir(parent), parent.Close()); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes temporary files. All of them are leftovers, since nobody else has the lock.
func (d *Dir) sweep() error {
	dir, err := d.root.Open(tmpDir)
	if err != nil {
		return err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := d.root.Remove(tmpDir + "/" + name); err != nil {
			return err
		}
	}
	return nil
}

var errClosed = errors.New("the directory is closed")

// Close waits for the Puts that are at their last steps, fails all others, and lets another process open the directory.
// Blobs that are open stay so.
func (d *Dir) Close() error {
	for i := range d.shards {
		s := &d.shards[i]
		s.Lock()
		if s.broken == nil {
			s.broken = errClosed
		} else {
			d.synced = false
		}
		s.Unlock()
	}
	var errs []error
	if d.lock != nil {
		if d.synced {
			errs = append(errs, d.lock.Truncate(0))
		}
		errs = append(errs, d.lock.Close())
	}
	return errors.Join(append(errs, d.root.Close())...)
}

// Ping reports whether the directory can be written.
func (d *Dir) Ping(ctx context.Context) error {
	name := tmpDir + "/" + rand.Text()
	f, err := d.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(inUse)
	return errors.Join(err, f.Close(), d.root.Remove(name))
}

// shardName is the name of one of the 256 directories.
func shardName(i int) string { return fmt.Sprintf("%02x", i) }

// place is where a blob lies.
func place(sum string) string { return sum[:2] + "/" + sum }

// Open implements [store.Blobs].
func (d *Dir) Open(ctx context.Context, sum string) (*store.Blob, error) {
	if !store.ValidDigest(sum) {
		return nil, server.ErrUnknown
	}
	f, err := d.root.Open(place(sum))
	if err != nil {
		return nil, unknown(err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	return &store.Blob{ReadSeekCloser: f, Info: store.Info{SHA256: sum, Size: info.Size(), Put: info.ModTime()}}, nil
}

// Stat implements [store.Blobs].
func (d *Dir) Stat(ctx context.Context, sum string) (store.Info, error) {
	if !store.ValidDigest(sum) {
		return store.Info{}, server.ErrUnknown
	}
	info, err := d.root.Lstat(place(sum))
	if err != nil {
		return store.Info{}, unknown(err)
	}
	return store.Info{SHA256: sum, Size: info.Size(), Put: info.ModTime()}, nil
}

func unknown(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return server.ErrUnknown
	}
	return err
}

// Delete implements [store.Blobs]. It is not synced: what comes back after a loss of power is found again.
func (d *Dir) Delete(ctx context.Context, sum string, before time.Time) error {
	info, err := d.Stat(ctx, sum)
	if errors.Is(err, server.ErrUnknown) || err == nil && !info.Put.Before(before) {
		return nil
	}
	s := d.shard(sum)
	s.Lock()
	defer s.Unlock()
	// Looked at again: it may have been put in the meantime.
	info, err = d.Stat(ctx, sum)
	if errors.Is(err, server.ErrUnknown) || err == nil && !info.Put.Before(before) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.remove(place(sum))
}

// List implements [store.Blobs].
func (d *Dir) List(ctx context.Context) iter.Seq2[store.Info, error] {
	return func(yield func(store.Info, error) bool) {
		for i := range d.shards {
			if !d.listShard(ctx, shardName(i), yield) {
				return
			}
		}
	}
}

func (d *Dir) listShard(ctx context.Context, name string, yield func(store.Info, error) bool) bool {
	dir, err := d.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) { // see OpenView
		return true
	}
	if err != nil {
		yield(store.Info{}, err)
		return false
	}
	defer dir.Close()
	for {
		if err := ctx.Err(); err != nil {
			yield(store.Info{}, err)
			return false
		}
		sums, err := dir.Readdirnames(1000)
		if err == io.EOF {
			return true
		}
		if err != nil {
			yield(store.Info{}, err)
			return false
		}
		for _, sum := range sums {
			info, err := d.Stat(ctx, sum)
			if errors.Is(err, server.ErrUnknown) { // gone again, or no blob
				continue
			}
			if !yield(info, err) || err != nil {
				return false
			}
		}
	}
}

var _ store.Blobs = (*Dir)(nil)
