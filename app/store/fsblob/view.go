package fsblob

import (
	"context"
	"io"
	"iter"
	"os"

	"github.com/wxup/wxup/app/store"
)

// View is [store.Blobs] for reading, of a directory that another process may have open.
type View struct{ dir Dir }

// ErrReadOnly is the error of a change that a View cannot make.
var ErrReadOnly = texts.Errorf("the directory is open for reading only")

// OpenView opens a directory that is there already. It may be a copy that has only the directories
// with blobs in them.
func OpenView(path string) (*View, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, texts.Errorf("open images in %s: %w", path, err)
	}
	for i := range 256 {
		if _, err := root.Stat(shardName(i)); err == nil {
			return &View{Dir{root: root}}, nil
		}
	}
	root.Close()
	return nil, texts.Errorf("open images in %s: none of the directories 00 to ff is there", path)
}

// Open implements [store.Blobs].
func (v *View) Open(ctx context.Context, sum string) (*store.Blob, error) {
	return v.dir.Open(ctx, sum)
}

// Stat implements [store.Blobs].
func (v *View) Stat(ctx context.Context, sum string) (store.Info, error) { return v.dir.Stat(ctx, sum) }

// List implements [store.Blobs].
func (v *View) List(ctx context.Context) iter.Seq2[store.Info, error] { return v.dir.List(ctx) }

// Put fails with [ErrReadOnly].
func (v *View) Put(context.Context, string, int64, io.ReadSeeker) error { return ErrReadOnly }

// Delete fails with [ErrReadOnly].
func (v *View) Delete(context.Context, string) error { return ErrReadOnly }

// Ping reports whether the directory can be read.
func (v *View) Ping(context.Context) error {
	_, err := v.dir.root.Stat(".")
	return err
}

// Close gives the directory back. Blobs that are open stay so.
func (v *View) Close() error { return v.dir.root.Close() }

var _ store.Blobs = (*View)(nil)
