package fit

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

const (
	xmpID  = "http://ns.adobe.com/xap/1.0/\x00"
	xmpID2 = "http://ns.adobe.com/xmp/extension/\x00"
	iccID  = "ICC_PROFILE\x00" // followed by the part's number and the number of parts
	jfifID = "JFIF\x00"
)

func (h *head) jpeg(r io.Reader, size int64) error {
	var frame []byte
	var progressive, rgb bool
	icc := parts{}
	segments := media.Segments(r)
	for {
		m, _, err := segments.Next()
		if err != nil {
			return err
		}
		data := segments.Data()
		switch {
		case m == media.SOS:
			h.scans++
		case m.IsFrame() && frame == nil:
			frame, progressive = bytes.Clone(data), m == media.SOF2
			switch {
			case m > media.JPG:
				h.cannot = cannot(wxup.NotImage, "jpeg: it is arithmetic coded, which few programs support; save it as an ordinary JPEG")
			case m > media.SOF2:
				h.cannot = cannot(wxup.NotImage, "jpeg: it is lossless or hierarchical, which few programs support; save it as an ordinary JPEG")
			}
		case m == media.APP1 && bytes.HasPrefix(data, []byte(exifID)):
			h.exifBlock(data[len(exifID):])
		case m == media.APP2 && bytes.HasPrefix(data, []byte(iccID)):
			icc.add(data[len(iccID):])
		case m == media.APP14 && len(data) >= 12 && bytes.HasPrefix(data, []byte("Adobe")):
			rgb = data[11] == 0
		}
		if kind := jpegMetadata(m, data); kind != "" {
			h.has(kind)
		}
		if m == media.EOI {
			break
		}
	}
	if segments.Offset() < size {
		h.has(trailingKind)
	}
	h.icc, h.lost = icc.whole()
	return h.jpegFrame(frame, progressive, rgb)
}

// jpegFrame reads the frame header and computes what image/jpeg allocates for it.
//
//	P 1  Y 2  X 2  Nf 1, and for each of Nf components:  C 1  H,V 1  Tq 1
func (h *head) jpegFrame(b []byte, progressive, rgb bool) error {
	if len(b) < 6 || len(b) != 6+3*int(b[5]) {
		return cannot(wxup.NotImage, "jpeg: it has no readable frame header")
	}
	if b[0] != 8 {
		h.cannot = cannot(wxup.NotImage, "jpeg: it has %d bits a sample, which few programs support; save it with 8", b[0])
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
		h.decoded = 4 * h.pixels() // RGB and CMYK are interleaved at the end
		h.decoding += h.decoded
	}
	return nil
}

// jpegMetadata returns the kind of metadata in a segment, "" for one that the picture needs: JFIF,
// the profile, and Adobe's segment, which says how the colours are coded.
func jpegMetadata(m media.Marker, data []byte) string {
	switch {
	case m == media.COM:
		return "comment"
	case m == media.APP0:
		if bytes.HasPrefix(data, []byte(jfifID)) && len(data) <= 14 {
			return ""
		}
		return "thumbnail"
	case m == media.APP1 && bytes.HasPrefix(data, []byte(exifID)):
		return "exif"
	case m == media.APP1 && (bytes.HasPrefix(data, []byte(xmpID)) || bytes.HasPrefix(data, []byte(xmpID2))):
		return "xmp"
	case m == media.APP2 && bytes.HasPrefix(data, []byte(iccID)):
		return ""
	case m == media.APP2 && bytes.HasPrefix(data, []byte("MPF\x00")):
		return "second pictures"
	case m == media.APP13:
		return "iptc"
	case m == media.APP14 && bytes.HasPrefix(data, []byte("Adobe")):
		return ""
	case m >= media.APP0 && m <= media.APP15:
		return "application data"
	}
	return ""
}

// stripJPEG copies a JPEG without its metadata, except for the orientation. It also drops what
// follows the picture: second pictures with their own EXIF, and the video of a live photo.
func stripJPEG(r io.Reader, w io.Writer, orientation int) error {
	if _, err := w.Write([]byte{0xFF, byte(media.SOI)}); err != nil {
		return err
	}
	turned := orientation <= 1
	segments := media.Segments(r)
	for {
		m, _, err := segments.Next()
		if err != nil {
			return err
		}
		data := segments.Data()
		switch {
		case m == 0:
			if _, err := w.Write(data); err != nil {
				return err
			}
			continue
		case m == media.EOI:
			_, err := w.Write([]byte{0xFF, byte(media.EOI)})
			return err
		case m == media.APP0 && bytes.HasPrefix(data, []byte(jfifID)) && len(data) > 14: // a thumbnail in JFIF
			data = append(bytes.Clone(data[:12]), 0, 0)
		case jpegMetadata(m, data) != "":
			continue
		}
		if m != media.APP0 && !turned { // APP0 comes first, EXIF after it
			turned = true
			if err := jpegSegment(w, media.APP1, []byte(exifID+string(orientationEXIF(orientation)))); err != nil {
				return err
			}
		}
		if err := jpegSegment(w, m, data); err != nil {
			return err
		}
	}
}

func jpegSegment(w io.Writer, m media.Marker, data []byte) error {
	b := []byte{0xFF, byte(m), 0, 0}
	binary.BigEndian.PutUint16(b[2:], uint16(len(data)+2))
	if _, err := w.Write(b); err != nil {
		return err
	}
	_, err := w.Write(data)
	return err
}

// parts joins a profile from several APP2 segments (ICC.1, annex B.4).
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
