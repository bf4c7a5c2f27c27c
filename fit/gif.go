package fit

import (
	"encoding/binary"
	"image"

	"github.com/wxup/wxup"
)

// gif reads the screen (w 2, h 2, flags 1, background 1, aspect 1) and the blocks up to the second
// picture. (GIF89a, sections 18 to 27.)
func (h *head) gif(r *reader) error {
	b := make([]byte, 13)
	if err := r.take(b); err != nil {
		return err
	}
	h.exact = true
	h.width, h.height = int(binary.LittleEndian.Uint16(b[6:])), int(binary.LittleEndian.Uint16(b[8:]))
	if err := r.skip(gifTable(b[10])); err != nil {
		return err
	}
	for seen := false; ; {
		kind, err := r.ReadByte()
		if err != nil {
			if seen { // the end is missing, the picture is not
				return nil
			}
			return err
		}
		r.at++
		switch kind {
		case 0x21: // label 1 and blocks
			label, err := r.ReadByte()
			if err != nil {
				return err
			}
			r.at++
			switch label {
			case 0xFE:
				h.has("comment")
			case 0xF9: // 04 flags …
				if g, err := r.Peek(2); err == nil && g[1]&1 != 0 && !seen {
					h.alpha = true
				}
			case 0xFF: // 11 name …
				if g, err := r.Peek(9); err == nil && string(g[1:]) == "XMP Data" {
					h.has("xmp")
				}
			}
		case 0x2C: // left 2  top 2  w 2  h 2  flags 1, a table, code size 1, blocks
			if seen {
				h.animated = true
				return nil
			}
			seen = true
			d := make([]byte, 9)
			if err := r.take(d); err != nil {
				return err
			}
			u := func(i int) int { return int(binary.LittleEndian.Uint16(d[i:])) }
			h.frame = image.Rect(u(0), u(2), u(0)+u(4), u(2)+u(6))
			if !h.frame.In(image.Rect(0, 0, h.width, h.height)) || h.frame.Empty() {
				return cannot(wxup.NotImage, "gif: its first picture, %v, is not within its screen of %d×%d", h.frame, h.width, h.height)
			}
			if h.frame.Dx() < h.width || h.frame.Dy() < h.height {
				h.alpha = true
			}
			h.decoded = int64(h.frame.Dx()) * int64(h.frame.Dy())
			h.decoding = h.decoded
			if d[8]&0x40 != 0 { // interlaced: reordered into a second one
				h.decoding *= 2
			}
			if err := r.skip(gifTable(d[8]) + 1); err != nil {
				return err
			}
		case 0x3B:
			if !seen {
				return cannot(wxup.NotImage, "gif: it contains no picture")
			}
			return nil
		default:
			if seen {
				return nil
			}
			return cannot(wxup.NotImage, "gif: a block of the unknown kind %#02x", kind)
		}
		for { // blocks: length 1, data; a length of 0 ends them
			n, err := r.ReadByte()
			if err != nil {
				if seen {
					return nil
				}
				return err
			}
			r.at++
			if n == 0 {
				break
			}
			if err := r.skip(int64(n)); err != nil && !seen {
				return err
			}
		}
	}
}

// gifTable returns the size of the colour table that flags announce, in bytes.
func gifTable(flags byte) int64 {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}
