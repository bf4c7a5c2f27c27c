package upkeep

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/server"
)

// Fault is what is wrong with a kept file.
type Fault string

const (
	Missing Fault = "missing" // there is a record but there are no bytes
	Damaged Fault = "damaged" // the bytes are not the ones that were kept
)

// Finding is a record whose bytes are missing or damaged.
type Finding struct {
	Media    server.Media
	Fault    Fault
	Detail   string
	Repaired bool // from a good copy
	Cleared  bool // the damaged bytes were removed; the next upload of the same file stores it again
}

// Checks says what [Check] does.
type Checks struct {
	Quick bool // compare sizes only; otherwise every byte is read
	// Repair restores bytes from Copy if they are good there. Otherwise it removes damaged bytes,
	// because an upload of the same file need not replace bytes that are present. It also finds
	// bytes that no record has.
	Repair bool
	Copy   store.Blobs // may be nil
	Found  func(Finding)
	Progress
}

// Checked counts what [Check] did.
type Checked struct {
	Records int64 // of kept files
	Files   int64 // read
	Bytes   int64
	Faults  int64 // records with a fault
	Mended  int64 // faults repaired
	Orphans int64 // files that no record has; they are deleted by a later Collect
}

// Checkable is what [Check] needs of the index. *sqlindex.Index implements it.
type Checkable interface {
	Media
	Adopter
	Marks
	ClaimDamaged(ctx context.Context, row store.Row, now time.Time) (int64, error)
	Deleted(ctx context.Context, sha256 string, claim int64) error
	Restored(ctx context.Context, sha256 string, size int64) error
}

// Marks are the digests of the bytes that are known to be damaged. *sqlindex.Index keeps them.
type Marks interface {
	MarkDamaged(ctx context.Context, sha256 string, now time.Time) error
	UnmarkDamaged(ctx context.Context, sha256 string) error
	Damaged(context.Context) ([]string, error)
}

// damaged are the rows of bytes that are deleted although they are wanted.
type damaged struct{ Checkable }

func (d damaged) Claim(ctx context.Context, row store.Row, now time.Time) (int64, error) {
	return d.ClaimDamaged(ctx, row, now)
}

// Check looks for records whose bytes are missing or damaged. It reads every blob once, however
// many records share it, then looks up the blob of each record. Its memory grows with the number of
// faults, not with the number of files.
func Check(ctx context.Context, index Checkable, blobs store.Blobs, c Checks) (n Checked, err error) {
	faults := map[string]*verdict{} // by digest
	marked, err := index.Damaged(ctx)
	if err != nil {
		return n, err
	}
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
			if err := v.repair(ctx, index, blobs, m, c.Copy); err != nil {
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
	if !c.Quick {
		if err := mark(ctx, index, faults, marked); err != nil {
			return n, err
		}
	}
	if c.Repair {
		n.Orphans, err = Sweep(ctx, index, blobs, time.Now(), 0, true, c.Progress)
	}
	return n, err
}

// mark keeps the marks true: of what is damaged still, and of nothing else.
func mark(ctx context.Context, index Marks, faults map[string]*verdict, marked []string) error {
	for digest, v := range faults {
		if v.lasts() && !slices.Contains(marked, digest) {
			if err := index.MarkDamaged(ctx, digest, time.Now()); err != nil {
				return err
			}
		}
	}
	for _, digest := range marked {
		if v := faults[digest]; v == nil || !v.lasts() {
			if err := index.UnmarkDamaged(ctx, digest); err != nil {
				return err
			}
		}
	}
	return nil
}

// verdict says what is wrong with a blob.
type verdict struct {
	fault  Fault
	detail string
	put    time.Time // when the damaged bytes were put
	unsure bool      // reading failed on the way, so that the bytes may be good
	why    error     // of a failed reading

	tried, repaired, cleared bool
}

// lasts reports whether damaged bytes are still there.
func (v *verdict) lasts() bool { return v.fault == Damaged && !v.unsure && !v.repaired && !v.cleared }

// readAll reads every blob and notes those that do not match their digests.
func readAll(ctx context.Context, blobs store.Blobs, faults map[string]*verdict, p Progress, n *Checked) error {
	for info, err := range blobs.List(ctx) {
		if err != nil {
			return texts.Errorf("list the images: %w", err)
		}
		v, size, err := readOne(ctx, blobs, info.SHA256)
		if errors.Is(err, server.ErrNotFound) { // deleted meanwhile
			continue
		} else if err != nil {
			return err
		}
		if v != nil {
			faults[info.SHA256] = v
		}
		n.Bytes += size
		if n.Files++; n.Files%tellEvery == 0 {
			p.tell("images", n.Files, 0)
		}
	}
	return nil
}

// readOne reads a blob; nil means that it matches its digest.
func readOne(ctx context.Context, blobs store.Blobs, digest string) (*verdict, int64, error) {
	b, err := blobs.Open(ctx, digest)
	if err != nil {
		return nil, 0, texts.Errorf("open %s: %w", digest, err)
	}
	defer b.Close()
	size, err := b.Check()
	switch {
	case ctx.Err() != nil:
		return nil, size, ctx.Err()
	case errors.Is(err, store.ErrMismatch):
		return &verdict{fault: Damaged, detail: fmt.Sprintf("%d bytes with another digest", size), put: b.Put}, size, nil
	case err != nil:
		var disk *fs.PathError
		return &verdict{fault: Damaged, detail: "cannot be read: " + err.Error(), put: b.Put, unsure: !errors.As(err, &disk), why: err}, size, nil
	}
	return nil, size, nil
}

// look checks that the bytes of a record exist and have its size; nil means that they do.
func look(ctx context.Context, blobs store.Blobs, m server.Media) (*verdict, error) {
	info, err := blobs.Stat(ctx, m.SHA256)
	switch {
	case errors.Is(err, server.ErrNotFound):
		return &verdict{fault: Missing, detail: "there are no bytes"}, nil
	case err != nil:
		return nil, texts.Errorf("look at %s: %w", m.SHA256, err)
	case info.Size != m.Size:
		return &verdict{fault: Damaged, detail: fmt.Sprintf("%d bytes, not %d", info.Size, m.Size), put: info.Put}, nil
	}
	return nil, nil
}

// clear removes damaged bytes, but not what was put since they were found.
func (v *verdict) clear(ctx context.Context, index Checkable, blobs store.Blobs, m server.Media) error {
	info, err := blobs.Stat(ctx, m.SHA256)
	switch {
	case errors.Is(err, server.ErrNotFound):
		v.cleared = true
		return nil
	case err != nil || !info.Put.Equal(v.put):
		return err
	}
	v.cleared, err = store.Remove(ctx, damaged{index}, blobs, store.Row{SHA256: m.SHA256, Size: m.Size})
	return err
}

// repair restores the bytes from a copy, or removes damaged ones so that the next upload stores
// them.
func (v *verdict) repair(ctx context.Context, index Checkable, blobs store.Blobs, m server.Media, from store.Blobs) error {
	v.tried = true
	if v.fault == Damaged && !v.unsure {
		if err := v.clear(ctx, index, blobs, m); err != nil {
			return texts.Errorf("remove %s: %w", m.SHA256, err)
		}
		if !v.cleared {
			v.detail += "; not removed because it was put again meanwhile, or is being deleted: check again"
			return nil
		}
	}
	if from == nil {
		return nil
	}
	switch err := copyOne(ctx, from, blobs, m.SHA256, m.Size); {
	case err == nil:
		v.repaired = true
		return index.Restored(ctx, m.SHA256, m.Size)
	case errors.Is(err, server.ErrNotFound), errors.Is(err, store.ErrMismatch):
		v.detail += "; the copy does not have it either"
	default:
		return err
	}
	return nil
}
