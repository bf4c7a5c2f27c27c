package media

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

// A JPEG (ITU-T T.81 annex B) is a string of markers, two bytes each. Most open a segment that
// starts with its length; SOS is followed by the entropy-coded data, in which FF is stuffed with
// 00, up to the next marker.
//
//	FF D8   FF E0 len …   FF DB len …   FF C0 len frame   FF C4 len …   FF DA len scan  data…  FF D9

// Marker is the second byte of a marker.
type Marker byte

// The markers that matter here (table B.1).
const (
	TEM   Marker = 0x01
	SOF0  Marker = 0xC0 // to CF, except for DHT, JPG and DAC: the frame header
	SOF2  Marker = 0xC2 // progressive
	DHT   Marker = 0xC4
	JPG   Marker = 0xC8
	DAC   Marker = 0xCC
	RST0  Marker = 0xD0 // to D7
	SOI   Marker = 0xD8
	EOI   Marker = 0xD9
	SOS   Marker = 0xDA
	DNL   Marker = 0xDC
	DHP   Marker = 0xDE
	APP0  Marker = 0xE0
	APP1  Marker = 0xE1
	APP2  Marker = 0xE2
	APP13 Marker = 0xED
	APP14 Marker = 0xEE
	APP15 Marker = 0xEF
	COM   Marker = 0xFE
)

// IsFrame reports whether m opens a frame header, of any of the thirteen kinds.
func (m Marker) IsFrame() bool { return m >= SOF0 && m <= 0xCF && m != DHT && m != JPG && m != DAC }

// SegmentReader reads a JPEG segment by segment. Until the frame header it accepts nothing but what
// the standard allows; after it, it passes over stray bytes, as all decoders do. It sets no limit
// on the number of segments.
type SegmentReader struct {
	in     *input
	left   int  // bytes of the current segment
	framed bool // the frame header was seen
	coded  bool // the last segment was SOS, or its entropy-coded data
}

// Segments reads the JPEG in r.
func Segments(r io.Reader) *SegmentReader {
	return &SegmentReader{in: &input{in: bufio.NewReaderSize(r, 1<<16), format: JPEG}}
}

// Offset is how many bytes of the file have been read.
func (s *SegmentReader) Offset() int64 { return s.in.offset }

// Data returns the data of the current segment without its length. It is valid until Next is
// called.
func (s *SegmentReader) Data() []byte { return s.in.peek(s.left) }

// Next goes to the next segment and returns its marker and the size of its data in bytes. The
// entropy-coded data after SOS come in pieces with the marker 0, restarts included. EOI, which has
// no data, is the last; what follows it (the second picture of an MPO, a video, junk) is not read.
// An error is a [*StructureError], or that of the reader, wrapped.
func (s *SegmentReader) Next() (m Marker, size int, err error) {
	if s.in.offset == 0 {
		s.in.skip(2) // SOI
	}
	if !s.in.skip(int64(s.left)) {
		return 0, 0, s.in.fail(damage(s.framed), "a segment extends beyond the end of the file")
	}
	s.left = 0
	if m, err = s.marker(); err != nil || m == EOI || m == 0 {
		return m, s.left, err
	}
	b := s.in.peek(2)
	if len(b) < 2 {
		return 0, 0, s.in.fail(damage(s.framed), "cut inside a segment")
	}
	n := int(binary.BigEndian.Uint16(b))
	if n < 2 {
		return 0, 0, s.in.fail(damage(s.framed), "a segment shorter than its own length")
	}
	s.in.skip(2)
	s.left, s.coded = n-2, m == SOS
	s.framed = s.framed || m.IsFrame()
	return m, s.left, nil
}

// marker consumes the next marker that opens a segment. After the frame header it skips everything
// else. After SOS it stops before the next piece of entropy-coded data, and returns 0: all bytes
// but FF, FF 00 (a stuffed FF) and the restarts.
func (s *SegmentReader) marker() (Marker, error) {
	in, lenient := s.in, s.framed
	for {
		if b := in.peek(2); len(b) < 2 {
			in.skip(int64(len(b)))
			return 0, in.fail(damage(lenient), "no end marker")
		}
		b := in.window()
		at := 0
		for at < len(b)-1 {
			if b[at] != 0xFF {
				if !lenient {
					return 0, in.fail(Header, reasonStray)
				}
				next := bytes.IndexByte(b[at:], 0xFF)
				if next < 0 {
					next = len(b) - at
				}
				at += next
				continue
			}
			switch m := Marker(b[at+1]); {
			case m == 0xFF: // fill (B.1.1.2): any number of FF may precede a marker
				at++
			case m == TEM, lenient && (m == 0 || m >= RST0 && m < SOI):
				at += 2
			case m == 0 || m >= RST0 && m < SOI:
				return 0, in.fail(Header, reasonStray)
			case m == SOI || m < SOF0:
				return 0, in.fail(damage(lenient), "a marker that is not allowed here")
			case s.coded && at > 0:
				s.left = at
				return 0, nil
			default:
				in.skip(int64(at + 2))
				return m, nil
			}
		}
		if s.coded && at > 0 {
			s.left = at
			return 0, nil
		}
		in.skip(int64(at))
	}
}

const reasonStray = "stray bytes before the frame"
