package fit

import (
	"encoding/binary"
)

// EXIF (CIPA DC-008) is a TIFF structure: a byte order, the offset of a directory, and directories
// of 12-byte entries.
//
//	'II' or 'MM'  42 2  offset 4
//	entries 2   tag 2  type 2  count 4  value or offset 4 …   next directory 4
//
// Two things matter here: the orientation, and whether there is a location.
const (
	tagOrientation = 0x0112
	tagLocation    = 0x8825 // the offset of the GPS directory
	typeShort      = 3
	typeLong       = 4
)

// exif is what an EXIF block says.
type exif struct {
	orientation int // 1 to 8; 1 if there is no valid one
	location    bool
}

// readEXIF reads a block that starts with its byte order. It ignores what is invalid.
func readEXIF(b []byte) exif {
	found := exif{orientation: 1}
	if len(b) < 8 {
		return found
	}
	var order binary.ByteOrder
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return found
	}
	at := uint64(order.Uint32(b[4:]))
	if at+2 > uint64(len(b)) {
		return found
	}
	entries := b[at+2:]
	for range order.Uint16(b[at:]) {
		if len(entries) < 12 {
			break
		}
		tag, kind, count := order.Uint16(entries), order.Uint16(entries[2:]), order.Uint32(entries[4:])
		switch {
		case tag == tagLocation:
			found.location = true
		case tag == tagOrientation && count == 1:
			var v uint32
			switch kind {
			case typeShort:
				v = uint32(order.Uint16(entries[8:]))
			case typeLong: // some writers
				v = order.Uint32(entries[8:])
			}
			if v >= 1 && v <= 8 {
				found.orientation = int(v)
			}
		}
		entries = entries[12:]
	}
	return found
}

// orientationEXIF returns the shortest block with an orientation and nothing else.
func orientationEXIF(orientation int) []byte {
	return []byte{
		'M', 'M', 0, 42, 0, 0, 0, 8,
		0, 1,
		tagOrientation >> 8, tagOrientation & 0xFF, 0, typeShort, 0, 0, 0, 1, 0, byte(orientation), 0, 0,
		0, 0, 0, 0,
	}
}

// A turn maps the pixels of a stored picture to the upright one: (x, y) goes to index base + x*dx +
// y*dy, counted row by row.
type turn struct {
	w, h         int // of the upright picture
	base, dx, dy int
}

// turned returns the turn of an orientation, which names the sides where row 0 and column 0 of the
// stored picture are.
func turned(orientation, w, h int) turn {
	switch orientation {
	case 2: // row 0 is the top, column 0 the right side
		return turn{w, h, w - 1, -1, w}
	case 3: // bottom, right
		return turn{w, h, w*h - 1, -1, -w}
	case 4: // bottom, left
		return turn{w, h, (h - 1) * w, 1, -w}
	case 5: // left, top
		return turn{h, w, 0, h, 1}
	case 6: // right, top
		return turn{h, w, h - 1, h, -1}
	case 7: // right, bottom
		return turn{h, w, w*h - 1, -h, -1}
	case 8: // left, bottom
		return turn{h, w, (w - 1) * h, -h, 1}
	}
	return turn{w, h, 0, 1, w}
}
