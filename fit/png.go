package fit

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

const maxChunk = 4 << 20 // bytes of a chunk other than IDAT that are read

// pngKept lists the chunks that determine how the picture looks, animations included. All others
// are metadata.
var pngKept = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true,
	"cICP": true, "mDCV": true, "cLLI": true, "mDCv": true, "cLLi": true,
	"iCCP": true, "sRGB": true, "gAMA": true, "cHRM": true, "sBIT": true, "bKGD": true, "pHYs": true,
	"acTL": true, "fcTL": true, "fdAT": true,
}

func (h *head) png(r io.Reader, size int64) error {
	h.exact = true
	var (
		colour, depth, interlace byte
		transparent, srgb        bool
		gamma                    float64
		chroma                   *chromaticities
	)
	chunks := media.Chunks(r)
	var err error
	for {
		var c media.Chunk
		if c, err = chunks.Next(); err != nil {
			break
		}
		name := c.Name()
		if kind := pngMetadata(name); kind != "" {
			h.has(kind)
		}
		switch name {
		case "IHDR", "cICP", "sRGB", "gAMA", "cHRM", "eXIf", "iCCP", "tRNS", "acTL":
		default:
			continue
		}
		var b []byte
		if b, err = io.ReadAll(io.LimitReader(chunks, maxChunk)); err != nil {
			break
		}
		switch {
		case name == "IHDR" && len(b) >= 13 && depth == 0:
			h.width, h.height = int(int32(binary.BigEndian.Uint32(b))), int(int32(binary.BigEndian.Uint32(b[4:])))
			depth, colour, interlace = b[8], b[9], b[12]
		case name == "cICP" && len(b) >= 4:
			h.cicp(b)
		case name == "sRGB":
			srgb = true
		case name == "gAMA" && len(b) >= 4:
			gamma = float64(binary.BigEndian.Uint32(b)) / 100000
		case name == "cHRM" && len(b) >= 32:
			chroma = &chromaticities{}
			for i := range 8 {
				chroma[i/2][i%2] = float64(binary.BigEndian.Uint32(b[4*i:])) / 100000
			}
		case name == "eXIf":
			h.exifBlock(bytes.TrimPrefix(b, []byte(exifID)))
		case name == "iCCP":
			h.icc, h.lost = inflateProfile(b)
		case name == "tRNS":
			transparent = true
		case name == "acTL":
			h.animated = true
		}
	}
	_, damaged := errors.AsType[*media.StructureError](err) // the decoder judges a missing end
	switch {
	case err != io.EOF && !damaged, depth == 0:
		return err
	case err == io.EOF && chunks.Offset() < size:
		h.has(trailingKind)
	}
	if h.width < 1 || h.height < 1 {
		return cannot(wxup.NotImage, "png: its header says %d×%d pixels", uint32(h.width), uint32(h.height))
	}
	h.pngColours(srgb, gamma, chroma)
	h.pngMemory(colour, depth, transparent, interlace == 1)
	return nil
}

// pngMemory computes what image/png allocates.
func (h *head) pngMemory(colour, depth byte, transparent, interlaced bool) {
	h.alpha = transparent || colour == 4 || colour == 6
	h.grey = colour == 0 || colour == 4
	h.deep = depth == 16
	perPixel := int64(4)
	if colour == 3 || colour == 0 && !transparent {
		perPixel = 1
	}
	if h.deep {
		perPixel *= 2
	}
	h.decoded = h.pixels() * perPixel
	h.decoding = h.decoded + 32*int64(h.width) // two rows of at most 8 bytes a pixel
	if interlaced {                            // the last pass, half of the picture, and earlier passes as garbage
		h.decoding += h.decoded
	}
}

// cicp reads coding-independent code points (ITU-T H.273): primaries 1, transfer 1, matrix 1, full
// range 1.
func (h *head) cicp(b []byte) {
	chroma, name := chromaSRGB, "cICP"
	switch b[0] {
	case 1:
	case 12:
		chroma, name = chromaP3, "Display P3"
	case 9:
		chroma, name = chromaticities{{0.3127, 0.3290}, {0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}}, "BT.2020"
	default:
		h.hdr = true
		return
	}
	if b[1] != 13 && b[1] != 1 && b[1] != 6 && b[1] != 14 && b[1] != 15 { // sRGB, and the video curves, displayed alike
		h.hdr = true // PQ, HLG and others
		return
	}
	if p, ok := profileOf(name, chroma, sRGB().curve); ok {
		h.tagged = &p
	}
}

// pngColours makes a profile of gAMA and cHRM, where nothing better describes the colours.
func (h *head) pngColours(srgb bool, gamma float64, chroma *chromaticities) {
	if h.tagged != nil || h.hdr { // cICP takes precedence
		h.icc, h.lost = nil, ""
		return
	}
	if h.icc != nil || h.lost != "" || srgb || gamma == 0 && chroma == nil {
		return
	}
	light := sRGB().curve
	if gamma > 0.01 && gamma < 10 && (gamma < 0.43 || gamma > 0.48) { // 0.45455 stands for sRGB
		light = gammaCurve(1 / gamma)
	}
	if chroma == nil {
		chroma = &chromaSRGB
	}
	if p, ok := profileOf("PNG gAMA/cHRM", *chroma, light); ok {
		h.tagged = &p
	}
}

// inflateProfile reads an iCCP chunk: name, 00, compression method 00, and the deflated profile.
func inflateProfile(b []byte) (icc []byte, lost string) {
	end := bytes.IndexByte(b, 0)
	if end < 0 || end+2 > len(b) {
		return nil, "its chunk is cut"
	}
	z, err := zlib.NewReader(bytes.NewReader(b[end+2:]))
	if err != nil {
		return nil, "it does not inflate"
	}
	icc, err = io.ReadAll(io.LimitReader(z, iccMost+1))
	switch {
	case len(icc) > iccMost:
		return nil, "it inflates to more than 4 MB"
	case err != nil:
		return nil, "it does not inflate"
	}
	return icc, ""
}

func pngMetadata(name string) string {
	switch {
	case pngKept[name]:
		return ""
	case name == "eXIf":
		return "exif"
	case name == "tEXt" || name == "zTXt" || name == "iTXt":
		return "text"
	case name == "tIME":
		return "time"
	}
	return "application data"
}

// stripPNG copies a PNG without its metadata, except for the orientation, which it writes to an
// eXIf chunk.
func stripPNG(r io.Reader, w io.Writer, orientation int) error {
	if _, err := io.WriteString(w, media.PNGSignature); err != nil {
		return err
	}
	chunks := media.Chunks(r)
	for {
		c, err := chunks.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		name := c.Name()
		if !pngKept[name] {
			continue
		}
		if err := chunks.CopyTo(w); err != nil { // with its CRC: a wrong one stays wrong
			return err
		}
		if name == "IHDR" && orientation > 1 {
			if _, err := w.Write(pngChunk("eXIf", orientationEXIF(orientation))); err != nil {
				return err
			}
		}
	}
}

func pngChunk(name string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}
