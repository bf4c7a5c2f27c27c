package fsblob

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/wxup/wxup/app/store"
)

// Put implements [store.Blobs].
func (d *Dir) Put(ctx context.Context, sum string, size int64, content io.ReadSeeker) error {
	if !store.ValidDigest(sum) {
		return fmt.Errorf("%.80q is no SHA-256", sum)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if n, err := content.Seek(0, io.SeekEnd); err != nil {
		return err
	} else if n != size {
		return fmt.Errorf("%w: %d bytes, not %d", store.ErrMismatch, n, size)
	}
	if there, err := d.holds(sum, content); err != nil {
		return err
	} else if there {
		if err := d.whole(sum); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		// It was not durable, or was deleted just now.
	}
	tmp, err := d.write(sum, content)
	if err != nil {
		return err
	}
	if err := d.publish(tmp, sum, content); err != nil {
		d.remove(tmp) // it may be gone already
		return err
	}
	return nil
}

// write makes a temporary file of content, on disk before it returns.
func (d *Dir) write(sum string, content io.ReadSeeker) (_ string, err error) {
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	name := tmpDir + "/" + rand.Text()
	var f *os.File
	err = d.do("create", name, func() (err error) {
		f, err = d.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		return err
	})
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			f.Close()
			d.remove(name)
		}
	}()
	digest := sha256.New()
	if _, err := io.Copy(io.MultiWriter(&steps{d, f}, digest), content); err != nil {
		return "", err
	}
	if got := hex.EncodeToString(digest.Sum(nil)); got != sum {
		return "", fmt.Errorf("%w: %s, not %s", store.ErrMismatch, got, sum)
	}
	if err := d.do("sync", name, f.Sync); err != nil {
		return "", err
	}
	return name, d.do("close", name, f.Close)
}

// publish gives a temporary file its place, durably.
func (d *Dir) publish(tmp, sum string, content io.ReadSeeker) error {
	s := d.shard(sum)
	s.Lock()
	defer s.Unlock()
	if s.broken != nil {
		return s.broken
	}
	if there, err := d.holds(sum, content); err != nil {
		return err
	} else if there { // another Put was faster
		return d.remove(tmp)
	}
	// What is there under this name, if anything, is not what it should be.
	if err := d.do("rename", place(sum), func() error { return d.root.Rename(tmp, place(sum)) }); err != nil {
		return err
	}
	if err := d.syncDir(sum[:2]); err != nil {
		if err := d.remove(place(sum)); err != nil {
			s.broken = fmt.Errorf("%s is seen but may not survive a loss of power, and cannot be removed: %w", sum, err)
		}
		return err
	}
	return nil
}

// whole waits until another Put of what is seen is over: whatever is seen under the lock is
// durable.
func (d *Dir) whole(sum string) error {
	s := d.shard(sum)
	s.Lock()
	defer s.Unlock()
	if s.broken != nil {
		return s.broken
	}
	_, err := d.root.Lstat(place(sum))
	return err
}

// holds reports whether exactly these bytes lie in the place of the digest. It fails only if
// content cannot be read: a file that cannot be is as good as none.
func (d *Dir) holds(sum string, content io.ReadSeeker) (bool, error) {
	f, err := d.root.Open(place(sum))
	if err != nil {
		return false, nil
	}
	defer f.Close()
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return false, err
	}
	c := comparer{f: f, buf: make([]byte, 32<<10)}
	if _, err := io.Copy(&c, content); errors.Is(err, errDiffers) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	n, err := f.Read(c.buf)
	return n == 0 && err == io.EOF, nil
}

// comparer is a writer that fails when it is not written what the file holds.
type comparer struct {
	f   *os.File
	buf []byte
}

var errDiffers = errors.New("differs")

func (c *comparer) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n, err := io.ReadFull(c.f, c.buf[:min(len(rest), len(c.buf))])
		if err != nil || !bytes.Equal(rest[:n], c.buf[:n]) {
			return 0, errDiffers
		}
		rest = rest[n:]
	}
	return len(p), nil
}

// steps is a file of which each write is a step.
type steps struct {
	d *Dir
	f *os.File
}

func (s *steps) Write(p []byte) (n int, err error) {
	err = s.d.do("write", s.f.Name(), func() (err error) { n, err = s.f.Write(p); return err })
	return n, err
}
