package fit

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"github.com/wxup/wxup"
)

// A PNG (W3C PNG, third edition) is a signature and chunks: length 4, name 4, data, CRC-32 4.
const (
	pngSignature = "\x89PNG\r\n\x1a\n"
	pngEnd       = "\x00\x00\x00\x00IEND\xAE\x42\x60\x82"
	chunkMost    = 4 << 20 // bytes of a chunk other than IDAT that are read
)

// pngKept lists the chunks that say how the picture looks, an animation's included. All others are metadata.
var pngKept = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true,
	"cICP": true, "mDCV": true, "cLLI": true, "mDCv": true, "cLLi": true,
	"iCCP": true, "sRGB": true, "gAMA": true, "cHRM": true, "sBIT": true, "bKGD": true, "pHYs": true,
	"acTL": true, "fcTL": true, "fdAT": true,
}

// chunks goes over a PNG behind its signature. Each gets a chunk's name and length, and may read as much of its data as
// it likes. After IEND it ends.
func (r *reader) chunks(each func(name string, length int64, data io.Reader) error) error {
	var b [8]byte
	for {
		if err := r.take(b[:]); err != nil {
			return err
		}
		name, length := string(b[4:]), int64(binary.BigEndian.Uint32(b[:]))
		end := r.at + length + 4
		if err := each(name, length, io.LimitReader(readerOnly{r}, length)); err != nil {
			return err
		}
		if err := r.skip(end - r.at); err != nil {
			return err
		}
		if name == "IEND" {
			return nil
		}
	}
}

// readerOnly counts what is read.
type readerOnly struct{ r *reader }

func (o readerOnly) Read(p []byte) (int, error) {
	n, err := o.r.Read(p)
	o.r.at += int64(n)
	return n, err
}

func (h *head) png(r *reader) error {
	if err := r.skip(int64(len(pngSignature))); err != nil {
		return err
	}
	h.exact = true
	var (
		colour, depth, interlace byte
		transparent, srgb        bool
		gamma                    float64
		chroma                   *chromaticities
	)
	err := r.chunks(func(name string, length int64, data io.Reader) error {
		small := func() ([]byte, error) { return io.ReadAll(io.LimitReader(data, chunkMost)) }
		switch name {
		case "IHDR", "cICP", "sRGB", "gAMA", "cHRM", "eXIf", "iCCP", "tRNS", "acTL":
			b, err := small()
			if err != nil || int64(len(b)) < length && length <= chunkMost {
				return errors.Join(err, io.ErrUnexpectedEOF)
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
		if kind := pngMetadata(name); kind != "" {
			h.has(kind)
		}
		return nil
	})
	if depth == 0 {
		return errors.Join(err, io.ErrUnexpectedEOF)
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) { // a lost end is the decoder's to judge
		return err
	}
	if err == nil && r.at < r.size {
		h.has(trailingKind)
	}
	if h.width < 1 || h.height < 1 {
		return cannot(wxup.NotImage, "png: its header says %d×%d pixels", uint32(h.width), uint32(h.height))
	}
	h.pngColours(srgb, gamma, chroma)
	h.pngMemory(colour, depth, transparent, interlace == 1)
	return nil
}

// pngMemory reckons up what image/png allocates.
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
	h.decoding = h.decoded + 32*int64(h.width) // two rows as they come, of 8 bytes a pixel at most
	if interlaced {                            // the last pass, half of the picture, and the passes before it as garbage
		h.decoding += h.decoded
	}
}

// cicp reads coding-independent code points (ITU-T H.273): primaries 1, transfer 1, matrix 1, full range 1.
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
	if b[1] != 13 && b[1] != 1 && b[1] != 6 && b[1] != 14 && b[1] != 15 { // sRGB, and the video curves, shown as such
		h.hdr = true // PQ, HLG and others
		return
	}
	if p, ok := profileOf(name, chroma, sRGB().curve); ok {
		h.tagged = &p
	}
}

// pngColours makes a profile of gAMA and cHRM, where nothing better says what the colours are.
func (h *head) pngColours(srgb bool, gamma float64, chroma *chromaticities) {
	if h.tagged != nil || h.hdr { // cICP stands above all
		h.icc, h.lost = nil, ""
		return
	}
	if h.icc != nil || h.lost != "" || srgb || gamma == 0 && chroma == nil {
		return
	}
	light := sRGB().curve
	if gamma > 0.01 && gamma < 10 && (gamma < 0.43 || gamma > 0.48) { // 0.45455 is how sRGB is written here
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

// stripPNG copies a PNG without its metadata. How it is turned stays, in an eXIf chunk that says nothing else.
func stripPNG(r *reader, w io.Writer, orientation int) error {
	if err := r.skip(int64(len(pngSignature))); err != nil {
		return err
	}
	if _, err := io.WriteString(w, pngSignature); err != nil {
		return err
	}
	return r.chunks(func(name string, length int64, data io.Reader) error {
		if !pngKept[name] {
			return nil
		}
		head := binary.BigEndian.AppendUint32(nil, uint32(length))
		head = append(head, name...)
		if _, err := w.Write(head); err != nil {
			return err
		}
		if _, err := io.CopyN(w, data, length); err != nil {
			return err
		}
		// The sum is the file's own: a wrong one, which decoders refuse, is not made right here.
		crc, err := r.Peek(4)
		if err != nil {
			return err
		}
		if _, err := w.Write(crc); err != nil {
			return err
		}
		if name == "IHDR" && orientation > 1 {
			_, err = w.Write(pngChunk("eXIf", orientationEXIF(orientation)))
		}
		return err
	})
}

func pngChunk(name string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// profileChunk is a profile as a PNG holds it, to go behind IHDR.
func profileChunk(icc []byte) []byte {
	var b bytes.Buffer
	b.WriteString("profile\x00\x00")
	z := zlib.NewWriter(&b)
	z.Write(icc)
	z.Close()
	return pngChunk("iCCP", b.Bytes())
}
