package fit

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/wxup/wxup"
)

// The markers of a JPEG (ITU-T T.81, table B.1) that matter here.
const (
	jpegSOF0  = 0xC0
	jpegDHT   = 0xC4
	jpegJPG   = 0xC8
	jpegDAC   = 0xCC
	jpegRST0  = 0xD0
	jpegSOI   = 0xD8
	jpegEOI   = 0xD9
	jpegSOS   = 0xDA
	jpegAPP0  = 0xE0
	jpegAPP1  = 0xE1
	jpegAPP2  = 0xE2
	jpegAPP13 = 0xED
	jpegAPP14 = 0xEE
	jpegAPP15 = 0xEF
	jpegCOM   = 0xFE
)

const (
	exifID = "Exif\x00\x00"
	xmpID  = "http://ns.adobe.com/xap/1.0/\x00"
	xmpID2 = "http://ns.adobe.com/xmp/extension/\x00"
	iccID  = "ICC_PROFILE\x00" // then this part's number, and how many parts there are
	jfifID = "JFIF\x00"
)

// segments goes over a JPEG. Each is called with each segment, up to and with EOI; data is good until it returns. The
// entropy-coded data come in pieces with the marker 0.
func (r *reader) segments(each func(marker byte, data []byte) error) error {
	var b [2]byte
	if err := r.take(b[:]); err != nil {
		return err
	}
	data := make([]byte, 1<<16)
	coded := false
	for {
		if coded {
			if err := r.coded(each); err != nil {
				return err
			}
			coded = false
		}
		m, err := r.marker()
		if err != nil {
			return err
		}
		switch {
		case m == jpegEOI:
			return each(m, nil)
		case m == 1 || m >= jpegRST0 && m <= jpegSOI: // stand alone
			continue
		}
		if err := r.take(b[:]); err != nil {
			return err
		}
		n := int(binary.BigEndian.Uint16(b[:])) - 2
		if n < 0 {
			return cannot(wxup.NotImage, "jpeg: a segment shorter than its own length")
		}
		if err := r.take(data[:n]); err != nil {
			return err
		}
		if err := each(m, data[:n]); err != nil {
			return err
		}
		coded = m == jpegSOS
	}
}

// marker finds the next marker. Stray bytes in front of it are passed, as decoders do.
func (r *reader) marker() (byte, error) {
	var last byte
	for {
		c, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		r.at++
		if last == 0xFF && c != 0xFF && c != 0 {
			return c, nil
		}
		last = c
	}
}

// coded passes entropy-coded data: everything up to a marker that is neither a stuffed FF nor a restart.
func (r *reader) coded(each func(byte, []byte) error) error {
	for {
		b, err := r.Peek(2)
		if err != nil {
			return err
		}
		if b[0] == 0xFF && b[1] != 0 && b[1]&^7 != jpegRST0 {
			return nil
		}
		b, _ = r.Peek(r.Buffered())
		n := 0
		for n < len(b) {
			next := bytes.IndexByte(b[n:], 0xFF)
			if next < 0 {
				n = len(b)
				break
			}
			n += next
			if n+1 == len(b) || b[n+1] != 0 && b[n+1]&^7 != jpegRST0 {
				break
			}
			n += 2
		}
		if err := each(0, b[:n]); err != nil {
			return err
		}
		if err := r.skip(int64(n)); err != nil {
			return err
		}
	}
}

func (h *head) jpeg(r *reader) error {
	var frame []byte
	var progressive, rgb bool
	icc := parts{}
	err := r.segments(func(m byte, data []byte) error {
		switch {
		case m == jpegSOS:
			h.scans++
		case m >= jpegSOF0 && m <= 0xCF && m != jpegDHT && m != jpegJPG && m != jpegDAC:
			if frame == nil {
				frame, progressive = bytes.Clone(data), m == 0xC2
				switch {
				case m > 0xC8:
					h.cannot = cannot(wxup.NotImage, "jpeg: it is arithmetic coded, which few programs read; save it as an ordinary JPEG")
				case m > 0xC2:
					h.cannot = cannot(wxup.NotImage, "jpeg: it is lossless or hierarchical, which few programs read; save it as an ordinary JPEG")
				}
			}
		case m == jpegAPP1 && bytes.HasPrefix(data, []byte(exifID)):
			h.exifBlock(data[len(exifID):])
		case m == jpegAPP2 && bytes.HasPrefix(data, []byte(iccID)):
			icc.add(data[len(iccID):])
		case m == jpegAPP14 && len(data) >= 12 && bytes.HasPrefix(data, []byte("Adobe")):
			rgb = data[11] == 0
		}
		if kind := jpegMetadata(m, data); kind != "" {
			h.has(kind)
		}
		return nil
	})
	if err != nil && frame == nil {
		return err
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return cannot(wxup.NotImage, "jpeg: the file is cut off; get it again")
	}
	if err != nil {
		return err
	}
	if r.at < r.size {
		h.has(trailingKind)
	}
	h.icc, h.lost = icc.whole()
	return h.jpegFrame(frame, progressive, rgb)
}

// jpegFrame reads the frame header, and reckons up what image/jpeg allocates for it.
//
//	P 1  Y 2  X 2  Nf 1, and for each of Nf components:  C 1  H,V 1  Tq 1
func (h *head) jpegFrame(b []byte, progressive, rgb bool) error {
	if len(b) < 6 || len(b) != 6+3*int(b[5]) {
		return cannot(wxup.NotImage, "jpeg: it has no readable frame header")
	}
	if b[0] != 8 {
		h.cannot = cannot(wxup.NotImage, "jpeg: it has %d bits a sample, which hardly any program reads; save it with 8", b[0])
	}
	h.height, h.width = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	components := int(b[5])
	h.grey, h.cmyk = components == 1, components == 4
	hMax, vMax := 1, 1
	for c := range components {
		hMax, vMax = max(hMax, int(b[7+3*c]>>4)), max(vMax, int(b[7+3*c]&15))
	}
	if components == 1 {
		hMax, vMax = 1, 1
	}
	columns, rows := int64(h.width+8*hMax-1)/int64(8*hMax), int64(h.height+8*vMax-1)/int64(8*vMax)
	var samples int64
	for c := range components {
		cols, lines := int64(b[7+3*c]>>4), int64(b[7+3*c]&15)
		if components == 1 {
			cols, lines = 1, 1
		}
		samples += columns * rows * 64 * cols * lines
	}
	h.decoded, h.decoding = samples, samples
	if progressive {
		h.decoding += 4 * samples // 32 bits a coefficient
	}
	if components == 4 || components == 3 && (rgb || b[6] == 'R' && b[9] == 'G' && b[12] == 'B') {
		h.decoded = 4 * h.pixels() // RGB and CMYK are put together at the end
		h.decoding += h.decoded
	}
	return nil
}

const trailingKind = "bytes behind the picture"

// jpegMetadata says what kind of metadata a segment is; "" for one that the picture needs. JFIF stays, and so do the
// profile and Adobe's mark, which tells how the colours are coded.
func jpegMetadata(m byte, data []byte) string {
	switch {
	case m == jpegCOM:
		return "comment"
	case m == jpegAPP0:
		if bytes.HasPrefix(data, []byte(jfifID)) && len(data) <= 14 {
			return ""
		}
		return "thumbnail"
	case m == jpegAPP1 && bytes.HasPrefix(data, []byte(exifID)):
		return "exif"
	case m == jpegAPP1 && (bytes.HasPrefix(data, []byte(xmpID)) || bytes.HasPrefix(data, []byte(xmpID2))):
		return "xmp"
	case m == jpegAPP2 && bytes.HasPrefix(data, []byte(iccID)):
		return ""
	case m == jpegAPP2 && bytes.HasPrefix(data, []byte("MPF\x00")):
		return "second pictures"
	case m == jpegAPP13:
		return "iptc"
	case m == jpegAPP14 && bytes.HasPrefix(data, []byte("Adobe")):
		return ""
	case m >= jpegAPP0 && m <= jpegAPP15:
		return "application data"
	}
	return ""
}

// stripJPEG copies a JPEG without its metadata. How it is turned stays, in an EXIF block that says nothing else. What lies
// behind the picture goes too: second pictures with EXIF of their own, and the film of a live photo.
func stripJPEG(r *reader, w io.Writer, orientation int) error {
	if _, err := w.Write([]byte{0xFF, jpegSOI}); err != nil {
		return err
	}
	turned := orientation <= 1
	turn := func() error {
		if turned {
			return nil
		}
		turned = true
		return jpegSegment(w, jpegAPP1, []byte(exifID+string(orientationEXIF(orientation))))
	}
	return r.segments(func(m byte, data []byte) error {
		switch {
		case m == 0:
			_, err := w.Write(data)
			return err
		case m == jpegEOI:
			_, err := w.Write([]byte{0xFF, jpegEOI})
			return err
		case m == jpegAPP0 && bytes.HasPrefix(data, []byte(jfifID)) && len(data) > 14: // a thumbnail in JFIF
			data = append(data[:12], 0, 0)
		case jpegMetadata(m, data) != "":
			return nil
		}
		if m != jpegAPP0 { // which comes first, and EXIF behind it
			if err := turn(); err != nil {
				return err
			}
		}
		return jpegSegment(w, m, data)
	})
}

func jpegSegment(w io.Writer, m byte, data []byte) error {
	b := []byte{0xFF, m, 0, 0}
	binary.BigEndian.PutUint16(b[2:], uint16(len(data)+2))
	if _, err := w.Write(b); err != nil {
		return err
	}
	_, err := w.Write(data)
	return err
}

// parts puts a profile together that is spread over several APP2 segments (ICC.1, annex B.4).
type parts struct {
	count byte
	have  map[byte][]byte
	bytes int
}

func (p *parts) add(b []byte) {
	if len(b) < 2 || p.bytes+len(b) > iccMost {
		return
	}
	if p.have == nil {
		p.have, p.count = map[byte][]byte{}, b[1]
	}
	if _, again := p.have[b[0]]; !again {
		p.have[b[0]] = bytes.Clone(b[2:])
		p.bytes += len(b)
	}
}

func (p *parts) whole() (icc []byte, lost string) {
	if p.have == nil {
		return nil, ""
	}
	for i := 1; i <= int(p.count); i++ {
		part, ok := p.have[byte(i)]
		if !ok {
			return nil, fmt.Sprintf("part %d of %d is missing", i, p.count)
		}
		icc = append(icc, part...)
	}
	return icc, ""
}

// profileSegments is a profile as a JPEG holds it, to go behind SOI.
func profileSegments(icc []byte) []byte {
	const most = 65533 - len(iccID) - 2
	count := (len(icc) + most - 1) / most
	var w bytes.Buffer
	for i := range count {
		part := icc[i*most : min((i+1)*most, len(icc))]
		jpegSegment(&w, jpegAPP2, append([]byte(iccID+string([]byte{byte(i + 1), byte(count)})), part...))
	}
	return w.Bytes()
}
