package store

import (
	"context"
	"fmt"
	"time"
)

// Lease is how long after the claim to delete bytes a DELETE of them may still arrive.
const Lease = 2 * time.Second

// Row is what an index says of bytes that are not wanted.
type Row struct {
	SHA256 string
	Size   int64
	State  string // doomed, or deleting
	Since  int64  // microseconds since 1970; what it was when the row was read
}

// Rows is the part of an index that says what may be deleted. *sqlindex.Index implements it.
type Rows interface {
	// Claim makes the row say that its bytes are being deleted, and returns the number of the
	// claim; 0 if they are wanted again, or the row is not as it was any more.
	Claim(ctx context.Context, row Row, now time.Time) (int64, error)
	// Deleted makes the row of a claim say that the bytes are gone.
	Deleted(ctx context.Context, sha256 string, claim int64) error
}

// Remove deletes bytes by their row, and reports whether it did. Its DELETE arrives within [Lease]
// of the claim or not at all. If it fails, or is too late to be sent, the row stays claimed: a
// later Remove takes it up again. (A process that is halted for longer just before it sends, and a
// network that delivers what is that old, could delete what was kept since. Nothing short of a
// store with conditions helps against that.)
func Remove(ctx context.Context, rows Rows, blobs Blobs, row Row) (bool, error) {
	begun := time.Now()
	claim, err := rows.Claim(ctx, row, begun)
	if err != nil || claim == 0 || time.Since(begun) > Lease/4 {
		return false, err
	}
	within, cancel := context.WithTimeout(ctx, Lease/2)
	defer cancel()
	if err := blobs.Delete(within, row.SHA256); err != nil {
		return false, fmt.Errorf("delete %s: %w", row.SHA256, err)
	}
	return true, rows.Deleted(ctx, row.SHA256, claim)
}
