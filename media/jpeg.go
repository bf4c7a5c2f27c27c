package media

import "encoding/binary"

// walkJPEG reads the segments up to EOI.
func (w *walker) walkJPEG() error {
	s := SegmentReader{in: &w.input}
	var frames int
	var hierarchical bool // a DHP segment announced several frames
	for {
		m, size, err := s.Next()
		if err != nil {
			return err
		}
		if m == EOI {
			break
		}
		if m == 0 {
			continue
		}
		if err := w.segment(); err != nil {
			return err
		}
		switch {
		case m == SOS:
			if frames == 0 {
				return w.fail(Header, "a scan before the frame")
			}
			err = w.jpegScan(size)
		case m == DHP:
			hierarchical = true
		case m == DNL && frames > 0 && w.Height == 0:
			err = w.jpegLines(size)
		case m.IsFrame():
			if frames++; frames > 1 && !hierarchical {
				return w.fail(Damaged, "a second frame")
			}
			err = w.jpegFrame(m, size)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case frames == 0:
		return w.fail(Header, "no frame")
	case w.Scans == 0:
		return w.fail(Damaged, "no scan")
	}
	return nil
}

// jpegFrame reads a frame header (B.2.2), any of the thirteen: baseline, progressive, lossless,
// arithmetic …
//
//	P 1  Y 2  X 2  Nf 1, and for each of Nf components:  C 1  H,V 1  Tq 1
//
// A height of 0 leaves the height to a DNL segment (B.2.5). Some decoders work without one and
// count the lines, so Walk does not require it.
func (w *walker) jpegFrame(m Marker, size int) error {
	b := w.peek(min(size, 6+3*4))
	if len(b) < 6 {
		return w.fail(Header, "a frame header too short")
	}
	precision, components := b[0], int(b[5])
	height, width := int64(binary.BigEndian.Uint16(b[1:])), int64(binary.BigEndian.Uint16(b[3:]))

	lossless := m&3 == 3 // SOF3, 7, 11, 15 (table B.1)
	switch {
	case lossless && (precision < 2 || precision > 16), !lossless && precision != 8 && precision != 12:
		return w.fail(Header, "an invalid sample precision")
	case components < 1 || components > 4:
		return w.fail(Header, "an invalid number of components")
	case size != 6+3*components || len(b) < size:
		return w.fail(Header, "a frame header of the wrong length")
	}
	for c := range components {
		h, v := b[6+3*c+1]>>4, b[6+3*c+1]&15
		if h < 1 || h > 4 || v < 1 || v > 4 {
			return w.fail(Header, "an invalid sampling factor")
		}
	}
	if height == 0 && width > 0 {
		w.Width = int(width)
		return nil
	}
	if int(width) < w.Width { // the frames of a hierarchical picture grow; one may be smaller than DHP said
		return nil
	}
	return w.size(width, height)
}

// jpegScan checks a scan header (B.2.3) and counts it.
func (w *walker) jpegScan(size int) error {
	b := w.peek(1)
	if len(b) < 1 || b[0] < 1 || b[0] > 4 || size != 4+2*int(b[0]) {
		return w.fail(Damaged, "a scan header of the wrong length")
	}
	if w.Scans++; w.Scans > MaxScans {
		return w.fail(TooBig, "too many scans")
	}
	return nil
}

// jpegLines reads the height that the frame left open (B.2.5).
func (w *walker) jpegLines(size int) error {
	b := w.peek(2)
	if size != 2 || len(b) < 2 {
		return w.fail(Header, "a DNL segment of the wrong length")
	}
	return w.size(int64(w.Width), int64(binary.BigEndian.Uint16(b)))
}
