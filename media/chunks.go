package media

import (
	"bufio"
	"encoding/binary"
	"io"
)

// A PNG (W3C PNG, third edition) is a signature and a string of chunks. IHDR comes first, IEND
// last.
//
//	89 'PNG' 0D 0A 1A 0A   length 4  name 4  data…  CRC-32 4   length 4 …

// PNGEnd is the whole IEND chunk, which has no data.
const PNGEnd = "\x00\x00\x00\x00IEND\xAE\x42\x60\x82"

// Chunk is the start of a chunk: 8 bytes of which the last 4 are its name.
type Chunk [8]byte

// Name returns the name: IHDR, IDAT.
func (c Chunk) Name() string { return string(c[4:]) }

// Size returns the size of the data in bytes.
func (c Chunk) Size() int64 { return int64(binary.BigEndian.Uint32(c[:])) }

// ChunkReader reads a PNG chunk by chunk. As an io.Reader it returns the data of the current chunk,
// up to io.EOF. It checks neither CRCs nor names nor order, and sets no limit on the number of
// chunks.
type ChunkReader struct {
	in      *input
	current Chunk
	left    int64 // of the current chunk's data
	started bool
	open    bool // a chunk was begun, and its CRC is still to come
}

// Chunks reads the PNG in r.
func Chunks(r io.Reader) *ChunkReader {
	return &ChunkReader{in: &input{in: bufio.NewReaderSize(r, 1<<16), format: PNG}}
}

// Offset is how many bytes of the file have been read.
func (c *ChunkReader) Offset() int64 { return c.in.offset }

// Next goes to the next chunk. After IEND it returns io.EOF, and does not read what follows. Other
// errors are a [*StructureError], or that of the reader, wrapped.
func (c *ChunkReader) Next() (Chunk, error) {
	if !c.started {
		c.started = true
		c.in.skip(int64(len(PNGSignature)))
	}
	if c.open && !c.in.skip(c.left+4) {
		return Chunk{}, c.in.fail(Damaged, reasonCut)
	}
	c.open, c.left = false, 0
	if c.current.Name() == "IEND" {
		return Chunk{}, io.EOF
	}
	b := c.in.peek(len(c.current))
	if len(b) < len(c.current) {
		return Chunk{}, c.in.fail(Damaged, "no IEND")
	}
	c.current = Chunk(b)
	c.left = c.current.Size()
	if c.left > 1<<31-1 {
		return Chunk{}, c.in.fail(Damaged, "a chunk longer than the standard allows")
	}
	c.in.skip(int64(len(b)))
	c.open = true
	return c.current, nil
}

// Read reads data of the current chunk.
func (c *ChunkReader) Read(p []byte) (int, error) {
	b := c.window()
	switch {
	case len(b) == 0 && c.left > 0:
		return 0, c.in.fail(Damaged, reasonCut)
	case len(b) == 0:
		return 0, io.EOF
	}
	n := copy(p, b)
	c.use(n)
	return n, nil
}

// CopyTo writes the current chunk as it is, from its length to its CRC, to w.
func (c *ChunkReader) CopyTo(w io.Writer) error {
	if _, err := w.Write(c.current[:]); err != nil {
		return err
	}
	if _, err := io.Copy(w, c); err != nil {
		return err
	}
	crc := c.in.peek(4)
	if len(crc) < 4 {
		return c.in.fail(Damaged, reasonCut)
	}
	_, err := w.Write(crc)
	return err
}

// window returns what is available of the data: at least one byte, none at the end of the data or
// of the file.
func (c *ChunkReader) window() []byte {
	if c.left == 0 {
		return nil
	}
	b := c.in.window()
	return b[:min(int64(len(b)), c.left)]
}

// use consumes n bytes of the window.
func (c *ChunkReader) use(n int) {
	c.in.skip(int64(n))
	c.left -= int64(n)
}

const reasonCut = "a chunk extends beyond the end of the file"
