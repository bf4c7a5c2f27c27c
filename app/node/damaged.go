package node

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/app/upkeep"
)

// A pass over all files is made in pieces of about a minute, each by one of all nodes.
const (
	scrubPiece = time.Minute
	scrubRate  = 20 // files a second
	scrubMost  = 50 * scrubRate
	markTime   = 5 * time.Second // that a mark may take
)

// damage is what is known of kept files that are not what their digests say.
type damage struct {
	index *sqlindex.Index
	log   *slog.Logger
	known atomic.Pointer[map[string]bool] // by SHA-256
}

// learn reads the marks, which other nodes and fsck make and take away too.
func (d *damage) learn(ctx context.Context) error {
	list, err := d.index.Damaged(ctx)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, sha256 := range list {
		known[sha256] = true
	}
	d.known.Store(&known)
	return nil
}

// files is how many there are.
func (d *damage) files() int64 { return int64(len(*d.known.Load())) }

// tell says so in the log.
func (d *damage) tell(sha256, detail string) {
	d.log.Error("a kept file is damaged; wxup fsck --repair restores it from a copy or removes it", "sha256", sha256, "detail", detail)
}

// read is for a file that a read has found to be damaged: it is not served, and marked, once.
func (d *damage) read(sha256 string) {
	if (*d.known.Load())[sha256] {
		return
	}
	d.tell(sha256, "found when it was asked for")
	ctx, cancel := context.WithTimeout(context.Background(), markTime)
	defer cancel()
	err := d.index.MarkDamaged(ctx, sha256, time.Now())
	if err == nil {
		err = d.learn(ctx)
	}
	if err != nil {
		d.log.Error("a damaged file could not be marked", "sha256", sha256, "err", err)
	}
}

// scrub reads the next piece.
func (d *damage) scrub(ctx context.Context, blobs store.Blobs, every time.Duration) error {
	s := upkeep.Scrub{Every: every, Piece: scrubPiece - scrubPiece/10, Most: scrubMost, Rate: scrubRate, Found: d.tell}
	if err := s.Do(ctx, d.index, blobs, time.Now()); err != nil {
		return texts.Errorf("scrub: %w", err)
	}
	return d.learn(ctx)
}
