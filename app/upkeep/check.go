package upkeep

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/server"
)

// Media lists the records of kept files. *sqlindex.Index does.
type Media interface {
	AllMedia(context.Context, sqlindex.MediaFilter) iter.Seq2[server.Media, error]
	HasMedia(ctx context.Context, sha256 string) (bool, error)
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
	Files   int64 // bytes that were looked at, each once however many records share it
	Bytes   int64
	Faults  int64 // records
	Mended  int64 // of these
}

// Check looks at the bytes of every record, whether they are there and right.
func Check(ctx context.Context, index Media, blobs store.Blobs, c Checks) (n Checked, err error) {
	looked := map[string]*verdict{} // by digest
	for m, err := range index.AllMedia(ctx, sqlindex.MediaFilter{}) {
		if err != nil {
			return n, err
		}
		n.Records++
		v := looked[m.SHA256]
		if v == nil {
			v = &verdict{}
			looked[m.SHA256] = v
			if v.fault, v.detail, err = examine(ctx, blobs, m, c.Quick, &n); err != nil {
				return n, err
			}
			if v.fault != "" && c.Repair {
				if err := v.repair(ctx, blobs, m, c.Copy); err != nil {
					return n, err
				}
			}
		}
		if v.fault != "" {
			n.Faults++
			if v.repaired {
				n.Mended++
			}
			if c.Found != nil {
				c.Found(Finding{m, v.fault, v.detail, v.repaired, v.cleared})
			}
		}
		if n.Records%tellEvery == 0 {
			c.tell("check", n.Records, 0)
		}
	}
	c.tell("check", n.Records, n.Records)
	return n, nil
}

// verdict is what was found of some bytes.
type verdict struct {
	fault             Fault
	detail            string
	repaired, cleared bool
}

// examine looks at the bytes of a record. An error is that of looking, not of what was seen.
func examine(ctx context.Context, blobs store.Blobs, m server.Media, quick bool, n *Checked) (Fault, string, error) {
	if quick {
		info, err := blobs.Stat(ctx, m.SHA256)
		switch {
		case errors.Is(err, server.ErrUnknown):
			return Missing, "there are no bytes", nil
		case err != nil:
			return "", "", fmt.Errorf("look at %s: %w", m.SHA256, err)
		case info.Size != m.Size:
			return Damaged, fmt.Sprintf("%d bytes, not %d", info.Size, m.Size), nil
		}
		n.Files++
		return "", "", nil
	}
	b, err := blobs.Open(ctx, m.SHA256)
	if errors.Is(err, server.ErrUnknown) {
		return Missing, "there are no bytes", nil
	} else if err != nil {
		return "", "", fmt.Errorf("open %s: %w", m.SHA256, err)
	}
	defer b.Close()
	sum := sha256.New()
	size, err := io.Copy(sum, b)
	n.Files++
	n.Bytes += size
	switch {
	case ctx.Err() != nil:
		return "", "", ctx.Err()
	case err != nil:
		return Damaged, "cannot be read: " + err.Error(), nil
	case hex.EncodeToString(sum.Sum(nil)) != m.SHA256:
		return Damaged, fmt.Sprintf("%d bytes with another digest", size), nil
	}
	return "", "", nil
}

// repair brings the bytes from a copy, or clears the way for the next upload to bring them.
func (v *verdict) repair(ctx context.Context, blobs store.Blobs, m server.Media, from store.Blobs) error {
	if v.fault == Damaged {
		info, err := blobs.Stat(ctx, m.SHA256)
		if err == nil {
			err = blobs.Delete(ctx, m.SHA256, info.Put.Add(1)) // unless it was put again since we looked
		}
		if err != nil && !errors.Is(err, server.ErrUnknown) {
			return fmt.Errorf("remove %s: %w", m.SHA256, err)
		}
		v.cleared = true
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
