// Package fsblob keeps blobs in a directory of this machine:
//
//	lock           held by the one process that uses the directory; says whether it was closed in
//	               order
//	tmp/…          what is being written
//	00/ … ff/      the blobs, each a file named by its digest in the directory of the digest's first
//	               byte
//
// What [Dir.Put] acknowledges survives a loss of power on a local file system that honours fsync
// (ext4, xfs, btrfs, zfs, APFS; a network file system may not). The order is: write a temporary
// file, fsync it, rename it to its place, fsync the directory of that place, acknowledge. All
// directories are made and synced by [Open], so no Put has to make one, and a Put costs two fsyncs.
//
// Two rules follow from what an fsync means.
//
//   - A failed one is final. The kernel has dropped what it could not write and takes it for clean,
//     so a second fsync would succeed and mean nothing: the file is removed, the error returned,
//     and another Put writes everything anew.
//   - A file that is seen need not be durable: another Put may have renamed it and not synced the
//     directory yet. So the last two steps are made under a lock, and after a process that was
//     killed Open syncs all directories. Whatever is seen under the lock is durable then, and bytes
//     that are there already cost no fsync at all.
//
// Bytes come in by one door that checks them: a new file is hashed while it is written (about 3 ms
// for 1 MB without SHA instructions in the processor, a fifth of it with them). Bytes that are
// there are compared with those that came, which is cheaper still; if they differ although the
// digest is right, the disk has changed them, and the good ones take their place.
package fsblob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/wxup/wxup/app/store"
)

// Dir is [store.Blobs] in a directory. Make it with [Open].
type Dir struct {
	root   *os.Root
	lock   *os.File
	shards [256]shard
	synced bool // whatever is seen is durable

	// step is asked before each change of the file system; tests make it fail there. It is nil
	// otherwise.
	step func(op, name string) error
}

// shard is one of the 256 directories. Outside of its lock every blob in it is durable; if that
// cannot be kept, it is broken, and takes no more.
type shard struct {
	sync.Mutex
	broken error
}

const tmpDir = "tmp"

// Open makes the directory if need be, mode 0700, and removes what a process that was killed has
// left half-written. Only one process, and one Dir in it, can have a directory open. (On Windows
// and some rare systems nothing enforces that, nor can directories be synced there.)
func Open(path string) (*Dir, error) {
	d, err := open(path)
	if err != nil {
		return nil, texts.Errorf("open images in %s: %w", path, err)
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
		return nil, texts.Errorf("another process has it open: %w", err)
	}
	if err := d.prepare(); err != nil {
		return nil, err
	}
	return d, nil
}

// inUse stands in the file lock from Open to Close. It is not synced: if the power goes, what is
// seen afterwards is what the disk holds.
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

// Close waits for the Puts that are at their last steps, fails all others, and lets another process
// open the directory. Blobs that are open stay so.
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

// Ping reports whether the directory is there and has room. It writes nothing.
func (d *Dir) Ping(context.Context) error {
	f, err := d.root.Open(tmpDir)
	if err != nil {
		return err
	}
	defer f.Close()
	return hasRoom(f)
}

// shardName is the name of one of the 256 directories.
func shardName(i int) string { return fmt.Sprintf("%02x", i) }

// place is where a blob lies.
func place(sum string) string { return sum[:2] + "/" + sum }

var _ store.Blobs = (*Dir)(nil)

func (d *Dir) shard(sum string) *shard {
	i, _ := strconv.ParseUint(sum[:2], 16, 8)
	return &d.shards[i]
}

func (d *Dir) syncDir(name string) error {
	dir, err := d.root.Open(name)
	if err != nil {
		return err
	}
	err = d.do("syncdir", name, func() error { return syncDir(dir) })
	return errors.Join(err, dir.Close())
}

func (d *Dir) remove(name string) error {
	return d.do("remove", name, func() error { return d.root.Remove(name) })
}

// do makes a step that changes the file system.
func (d *Dir) do(op, name string, f func() error) error {
	if d.step != nil {
		if err := d.step(op, name); err != nil {
			return err
		}
	}
	return f()
}
