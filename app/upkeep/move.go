package upkeep

import (
	"context"
	"time"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/sqlindex"
)

// Move copies an installation elsewhere: first its images, then the index, then the images of
// records that arrived meanwhile. Afterwards no record is there without its bytes. Copying again
// copies only what is new.
type Move struct {
	From *datadir.Dir

	Blobs   store.Blobs     // From's images; nil: they are not copied
	ToBlobs store.Blobs     // may be nil in a dry run: the store does not exist yet
	Index   bool            // the index is copied
	ToIndex *sqlindex.Index // may be nil in a dry run
	Workers int             // images copied at once
	DryRun  bool            // nothing is copied, but counted
	Leave   bool            // afterwards the old index is marked as moved

	Progress
}

// Moved says what [Move.Once] has done, as far as it came.
type Moved struct {
	Images  *Copied          // nil: no images were to be copied
	Rows    int64            // of the index
	Indexed bool             // the index was copied
	Tables  []sqlindex.Table // in a dry run
	Late    Copied           // images of records that arrived meanwhile
}

// underWay is longer than any upload takes: a record has the time at which its request began.
const underWay = time.Hour

// Once copies what is not there yet.
func (m *Move) Once(ctx context.Context) (done Moved, err error) {
	begun := time.Now()
	if m.Blobs != nil {
		n, err := CopyImages(ctx, m.Blobs, m.ToBlobs, m.Workers, m.DryRun, m.Progress)
		if done.Images = &n; err != nil {
			return done, err
		}
	}
	if !m.Index {
		return done, nil
	}
	if m.DryRun {
		done.Tables, err = m.From.Index.Tables(ctx)
		return done, err
	}
	if err := m.From.MayReplace(ctx, m.ToIndex); err != nil {
		return done, err
	}
	if m.Leave { // the mark of an earlier run must not get into the copy
		if _, err := m.From.Reclaim(ctx); err != nil {
			return done, err
		}
	}
	if done.Rows, err = m.copyIndex(ctx); err != nil {
		return done, texts.Errorf("copy the index: %w", err)
	}
	done.Indexed = true
	if m.Blobs != nil {
		done.Late, err = CopyRecorded(ctx, m.ToIndex, begun.Add(-underWay), m.Blobs, m.ToBlobs, m.Workers, m.Progress)
		if err != nil {
			return done, err
		}
	}
	if m.Leave {
		err = m.From.MarkMoved(ctx, m.ToIndex.Where())
	}
	return done, err
}

func (m *Move) copyIndex(ctx context.Context) (rows int64, err error) {
	tables := map[string]int64{}
	err = sqlindex.Copy(ctx, m.From.Index, m.ToIndex, func(table string, n int64) {
		tables[table] = n
		m.tell(table, n, 0)
	})
	for _, n := range tables {
		rows += n
	}
	return rows, err
}
