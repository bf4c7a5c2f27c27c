package upkeep

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"time"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/server"
)

// Media lists the records of kept files. *sqlindex.Index does.
type Media interface {
	AllMedia(context.Context, sqlindex.MediaFilter) iter.Seq2[server.Media, error]
}

var _ Media = (*sqlindex.Index)(nil)

// Fault is what is wrong with a kept file.
type Fault string

const (
	Missing Fault = "missing" // there is a record, and no bytes
	Damaged Fault = "damaged" // the bytes are not those that were kept
)

// Finding is a record whose bytes are not there, or not right.
type Finding struct {
	Media    server.Media
	Fault    Fault
	Detail   string
	Repaired bool // by a copy that was right
	Cleared  bool // the damaged bytes were removed, so that the same upload can bring them again
}

// Checks says what [Check] does.
type Checks struct {
	Quick bool // look at the sizes alone; otherwise every byte is read
	// Repair brings the bytes of a fault from Copy, if they are right there; else it removes damaged ones: the same upload
	// brings them again then, which it would not while others stand in their place.
	Repair bool
	Copy   store.Blobs // may be nil
	Found  func(Finding)
	Progress
}

// Checked counts.
type Checked struct {
	Records int64 // of kept files
	Files   int64 // that were read
	Bytes   int64
	Faults  int64 // records
	Mended  int64 // of these
}

// Check looks whether the bytes of every record are there and right: it reads all bytes, each once however many records share
// them, then asks for those of each record. What it remembers grows with what is wrong, not with what there is.
func Check(ctx context.Context, index Media, blobs store.Blobs, c Checks) (n Checked, err error) {
	faults := map[string]*verdict{} // by digest
	if !c.Quick {
		if err := readAll(ctx, blobs, faults, c.Progress, &n); err != nil {
			return n, err
		}
	}
	for m, err := range index.AllMedia(ctx, sqlindex.MediaFilter{}) {
		if err != nil {
			return n, err
		}
		if n.Records++; n.Records%tellEvery == 0 {
			c.tell("records", n.Records, 0)
		}
		v := faults[m.SHA256]
		if v == nil {
			if v, err = look(ctx, blobs, m); err != nil {
				return n, err
			} else if v == nil {
				continue
			}
			faults[m.SHA256] = v
		}
		if c.Repair && !v.tried {
			if err := v.repair(ctx, blobs, m, c.Copy); err != nil {
				return n, err
			}
		}
		n.Faults++
		if v.repaired {
			n.Mended++
		}
		if c.Found != nil {
			c.Found(Finding{m, v.fault, v.detail, v.repaired, v.cleared})
		}
	}
	return n, nil
}

// verdict is what is wrong with some bytes.
type verdict struct {
	fault  Fault
	detail string
	put    time.Time // when the bytes that are damaged were
	unsure bool      // it is the way to the bytes that failed: they may be right

	tried, repaired, cleared bool
}

// readAll reads every blob, and notes those that are not what their digests say.
func readAll(ctx context.Context, blobs store.Blobs, faults map[string]*verdict, p Progress, n *Checked) error {
	for info, err := range blobs.List(ctx) {
		if err != nil {
			return fmt.Errorf("list the images: %w", err)
		}
		b, err := blobs.Open(ctx, info.SHA256)
		if errors.Is(err, server.ErrUnknown) { // deleted since it was listed
			continue
		} else if err != nil {
			return fmt.Errorf("open %s: %w", info.SHA256, err)
		}
		sum := sha256.New()
		size, err := io.Copy(sum, b)
		b.Close()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		switch {
		case err != nil:
			var disk *fs.PathError
			faults[info.SHA256] = &verdict{fault: Damaged, detail: "cannot be read: " + err.Error(), put: b.Put, unsure: !errors.As(err, &disk)}
		case hex.EncodeToString(sum.Sum(nil)) != info.SHA256:
			faults[info.SHA256] = &verdict{fault: Damaged, detail: fmt.Sprintf("%d bytes with another digest", size), put: b.Put}
		}
		n.Bytes += size
		if n.Files++; n.Files%tellEvery == 0 {
			p.tell("images", n.Files, 0)
		}
	}
	return nil
}

// look asks for the bytes of a record; nil if they are there.
func look(ctx context.Context, blobs store.Blobs, m server.Media) (*verdict, error) {
	info, err := blobs.Stat(ctx, m.SHA256)
	switch {
	case errors.Is(err, server.ErrUnknown):
		return &verdict{fault: Missing, detail: "there are no bytes"}, nil
	case err != nil:
		return nil, fmt.Errorf("look at %s: %w", m.SHA256, err)
	case info.Size != m.Size:
		return &verdict{fault: Damaged, detail: fmt.Sprintf("%d bytes, not %d", info.Size, m.Size), put: info.Put}, nil
	}
	return nil, nil
}

// clear removes damaged bytes, but not what was put since they were found, nor what a store does not remove yet because
// an upload of the same may be under way.
func (v *verdict) clear(ctx context.Context, blobs store.Blobs, sum string) error {
	info, err := blobs.Stat(ctx, sum)
	if err == nil && info.Put.Equal(v.put) {
		if err := blobs.Delete(ctx, sum, time.Now()); err != nil {
			return err
		}
		_, err = blobs.Stat(ctx, sum)
	}
	if v.cleared = errors.Is(err, server.ErrUnknown); v.cleared {
		return nil
	}
	return err
}

// repair brings the bytes from a copy, or clears the way for the next upload to bring them.
func (v *verdict) repair(ctx context.Context, blobs store.Blobs, m server.Media, from store.Blobs) error {
	v.tried = true
	if v.fault == Damaged && !v.unsure {
		if err := v.clear(ctx, blobs, m.SHA256); err != nil {
			return fmt.Errorf("remove %s: %w", m.SHA256, err)
		}
		if !v.cleared {
			v.detail += "; not removed, for it was put a short while ago: see again in a quarter of an hour"
			return nil
		}
	}
	if from == nil {
		return nil
	}
	switch err := copyOne(ctx, from, blobs, m.SHA256, m.Size); {
	case err == nil:
		v.repaired = true
	case errors.Is(err, server.ErrUnknown), errors.Is(err, store.ErrMismatch):
		v.detail += "; the copy does not have it either"
	default:
		return err
	}
	return nil
}
