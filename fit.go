package wxup

import (
	"context"
	"fmt"
	"io"
)

// Fitter makes pictures fit what an endpoint takes: package fit has one. It must be safe for concurrent use, and bound
// the memory that it takes by itself.
type Fitter interface {
	// Fit gives what to send instead of content; nil when the row takes it as it is. It is asked about every file for a
	// row that takes pictures, unless that is of a format which the row takes and which is no picture. name is the
	// source's own.
	Fit(ctx context.Context, ep Endpoint, name string, content *io.SectionReader) (*Fitted, error)
	// Settings tells apart two Fitters that would answer differently: it is a part of the ledger's key.
	Settings() string
}

// Fitted is what a [Fitter] has made.
type Fitted struct {
	Name   string // "" keeps the source's, with the suffix of the new format
	Bytes  []byte
	Change fmt.Stringer // what was done: "jpeg q82, 4032×3024 → 2600×1950, 6.1 MB → 1.9 MB"
}
