package store

import (
	"context"
	"fmt"
	"os"

	"github.com/wxup/wxup/app/internal/pagecache"
)

// Reread reads bytes from where they are kept, past the page cache if that is a local disk, and
// returns an error if they are not there whole.
func Reread(ctx context.Context, blobs Blobs, digest string) error {
	b, err := blobs.Open(ctx, digest)
	if err != nil {
		return fmt.Errorf("open %s: %w", digest, err)
	}
	defer b.Close()
	if f, ok := b.ReadSeekCloser.(*os.File); ok {
		if err := pagecache.Drop(f); err != nil {
			return fmt.Errorf("read %s from the disk: %w", digest, err)
		}
	}
	if _, err := b.Check(); err != nil {
		return fmt.Errorf("read %s: %w", digest, err)
	}
	return nil
}
