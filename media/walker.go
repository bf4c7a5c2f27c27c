package media

// Info is what a walk finds out about a picture.
type Info struct {
	Format        Format
	Width, Height int // in pixels; a JPEG may leave its height open, then it is 0
	Scans         int // JPEG: SOS segments
	Segments      int // JPEG: segments; PNG: chunks

	// Unended marks a PNG that is complete except for its closing IEND chunk, which holds no data.
	// Viewers show it like any other; it does not conform to the standard.
	Unended bool
}

// A walker is one walk in progress.
type walker struct {
	Info
	input
}

// size notes the size of the picture and refuses an invalid or an excessive one.
func (w *walker) size(width, height int64) error {
	if width <= 0 || height <= 0 {
		return w.fail(Header, reasonSize)
	}
	w.Width, w.Height = int(width), int(height)
	if width > MaxPixels/height {
		return w.fail(TooBig, "too many pixels to decode")
	}
	return nil
}

// segment counts one and refuses too many.
func (w *walker) segment() error {
	if w.Segments++; w.Segments > MaxSegments {
		return w.fail(TooBig, "too many segments")
	}
	return nil
}

const reasonSize = "no width or no height"
