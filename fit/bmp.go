package fit

import (
	"encoding/binary"

	"github.com/wxup/wxup"
)

// bmp reads the two headers (see package media, which has checked the dimensions and the pixels)
// and refuses what x/image does not decode.
func (h *head) bmp(r *reader) error {
	b, err := r.Peek(14 + 40) // a file with the shortest header may be smaller
	if len(b) < 14+12 {
		return err
	}
	h.exact = true
	le := binary.LittleEndian
	if header := le.Uint32(b[14:]); len(b) < 14+40 || header != 40 && header != 108 && header != 124 {
		h.cannot = cannot(wxup.NotImage, "bmp: its header is of an old or rare kind (%d bytes); save it as PNG", header)
		return nil
	}
	bits, compression := le.Uint16(b[28:]), le.Uint32(b[30:])
	switch {
	case compression == 1 || compression == 2:
		h.cannot = cannot(wxup.NotImage, "bmp: it is run-length encoded, which cannot be read here; save it as PNG")
	case bits == 16 || bits == 64:
		h.cannot = cannot(wxup.NotImage, "bmp: it has %d bits a pixel, which cannot be read here; save it as PNG", bits)
	}
	perPixel := int64(4)
	if bits <= 8 {
		perPixel = 1
	}
	h.alpha = bits == 32 && le.Uint32(b[14:]) > 40
	h.decoded = h.pixels() * perPixel
	h.decoding = h.decoded + 8*int64(h.width)
	return nil
}
