package wxup

import (
	"context"
	"fmt"
	"io"
)

// Fitter makes pictures fit what an endpoint takes: package fit has one. It must be safe for
// concurrent use, and bound its memory itself.
type Fitter interface {
	// Fit returns what to send instead of content; nil if the endpoint takes it as it is. It is
	// asked about pictures, and what else an endpoint for pictures does not take.
	Fit(ctx context.Context, ep *Endpoint, name string, content *io.SectionReader) (*FitResult, error)
	// Settings tells apart Fitters that would answer differently: it is a part of the LedgerKey.
	Settings() string
}

// FitResult is what a [Fitter] has made.
type FitResult struct {
	Name   string // "" is the source's, with the suffix of the new format
	Bytes  []byte
	Change fmt.Stringer // what was done: "jpeg q82, 4032×3024 → 2600×1950, 6.1 MB → 1.9 MB"
}
