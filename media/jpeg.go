package media

import (
	"bytes"
	"encoding/binary"
)

// A JPEG (ITU-T T.81 annex B) is a string of markers, two bytes each. Most open a segment that starts with its length;
// behind SOS comes the entropy-coded data, in which FF is stuffed with 00, up to the next marker.
//
//	FF D8   FF E0 len …   FF DB len …   FF C0 len frame   FF C4 len …   FF DA len scan  data…  FF D9
const (
	markerTEM  = 0x01
	markerSOF0 = 0xC0 // to CF, but for the three that follow
	markerDHT  = 0xC4
	markerJPG  = 0xC8
	markerDAC  = 0xCC
	markerRST0 = 0xD0 // to D7
	markerSOI  = 0xD8
	markerEOI  = 0xD9
	markerSOS  = 0xDA
	markerDNL  = 0xDC
	markerDHP  = 0xDE
)

// walkJPEG goes from marker to marker until EOI. What follows EOI (a second picture of an MPO, a video, junk) is none of
// its business. Until the frame is read it takes nothing but what the standard allows: a fault there leaves the picture
// without a size. Behind the frame it passes over stray bytes, as all decoders do.
func (w *walker) walkJPEG() error {
	w.skip(2) // SOI
	var frames int
	var hierarchical bool // a DHP segment announced several frames
	for {
		m, err := w.marker(frames > 0)
		if err != nil {
			return err
		}
		if m == markerEOI {
			break
		}
		length, err := w.jpegSegment(frames > 0)
		if err != nil {
			return err
		}
		switch {
		case m == markerSOS:
			if frames == 0 {
				return w.fail(Header, "a scan before the frame")
			}
			err = w.jpegScan(length)
		case m == markerDHP:
			hierarchical = true
		case m == markerDNL && frames > 0 && w.Height == 0:
			err = w.jpegLines(length)
		case isSOF(m):
			if frames++; frames > 1 && !hierarchical {
				return w.fail(Damaged, "a second frame")
			}
			err = w.jpegFrame(m, length)
		}
		if err != nil {
			return err
		}
		if !w.skip(int64(length)) {
			return w.fail(damage(frames > 0), "a segment ends behind the file")
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

// damage is the kind of a fault before and after the header is read.
func damage(headerRead bool) Kind {
	if headerRead {
		return Damaged
	}
	return Header
}

// marker consumes the next marker that is not alone in the middle of data. A lenient call looks for it in whatever
// comes, which is just how entropy-coded data is passed: everything but FF, FF 00 (a stuffed FF) and the restarts.
func (w *walker) marker(lenient bool) (byte, error) {
	for {
		if b := w.peek(2); len(b) < 2 {
			w.skip(int64(len(b)))
			return 0, w.fail(damage(lenient), "no end marker")
		}
		b := w.window()
		at := 0
		for at < len(b)-1 {
			if b[at] != 0xFF {
				if !lenient {
					return 0, w.fail(Header, reasonStray)
				}
				next := bytes.IndexByte(b[at:], 0xFF)
				if next < 0 {
					next = len(b) - at
				}
				at += next
				continue
			}
			switch m := b[at+1]; {
			case m == 0xFF: // fill (B.1.1.2): any number of FF may precede a marker
				at++
			case m == markerTEM, lenient && (m == 0 || m >= markerRST0 && m < markerSOI):
				at += 2
			case m == 0 || m >= markerRST0 && m < markerSOI:
				return 0, w.fail(Header, reasonStray)
			case m == markerSOI || m < markerSOF0:
				return 0, w.fail(damage(lenient), "a marker that has no place here")
			default:
				w.skip(int64(at + 2))
				return m, nil
			}
		}
		w.skip(int64(at))
	}
}

// jpegSegment consumes a segment's length and returns how many bytes follow it.
func (w *walker) jpegSegment(headerRead bool) (int, error) {
	b := w.peek(2)
	if len(b) < 2 {
		return 0, w.fail(damage(headerRead), "cut inside a segment")
	}
	n := int(binary.BigEndian.Uint16(b))
	if n < 2 {
		return 0, w.fail(damage(headerRead), "a segment shorter than its own length")
	}
	w.skip(2)
	return n - 2, w.segment()
}

func isSOF(m byte) bool {
	return m >= markerSOF0 && m <= 0xCF && m != markerDHT && m != markerJPG && m != markerDAC
}

// jpegFrame reads a frame header (B.2.2), any of the thirteen: baseline, progressive, lossless, arithmetic …
//
//	P 1  Y 2  X 2  Nf 1, and for each of Nf components:  C 1  H,V 1  Tq 1
//
// A height of 0 leaves the height to a DNL segment (B.2.5). Some decoders do without one and count the lines, so Walk does
// not insist.
func (w *walker) jpegFrame(m byte, length int) error {
	b := w.peek(min(length, 6+3*4))
	if len(b) < 6 {
		return w.fail(Header, "a frame header too short")
	}
	precision, components := b[0], int(b[5])
	height, width := int64(binary.BigEndian.Uint16(b[1:])), int64(binary.BigEndian.Uint16(b[3:]))

	lossless := m&3 == 3 // SOF3, 7, 11, 15 (table B.1)
	switch {
	case lossless && (precision < 2 || precision > 16), !lossless && precision != 8 && precision != 12:
		return w.fail(Header, "no such sample precision")
	case components < 1 || components > 4:
		return w.fail(Header, "no such number of components")
	case length != 6+3*components || len(b) < length:
		return w.fail(Header, "a frame header of the wrong length")
	}
	for c := range components {
		h, v := b[6+3*c+1]>>4, b[6+3*c+1]&15
		if h < 1 || h > 4 || v < 1 || v > 4 {
			return w.fail(Header, "no such sampling factor")
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
func (w *walker) jpegScan(length int) error {
	b := w.peek(1)
	if len(b) < 1 || b[0] < 1 || b[0] > 4 || length != 4+2*int(b[0]) {
		return w.fail(Damaged, "a scan header of the wrong length")
	}
	if w.Scans++; w.Scans > MaxScans {
		return w.fail(TooBig, "too many scans")
	}
	return nil
}

// jpegLines reads the height that the frame left open (B.2.5).
func (w *walker) jpegLines(length int) error {
	b := w.peek(2)
	if length != 2 || len(b) < 2 {
		return w.fail(Header, "a DNL segment of the wrong length")
	}
	return w.size(int64(w.Width), int64(binary.BigEndian.Uint16(b)))
}

const reasonStray = "stray bytes before the frame"
