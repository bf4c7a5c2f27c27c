package explain

import (
	"bytes"
	"encoding/base64"
	"io"
)

// A coding is a way in which the bytes of a bulk were turned into a text before they were signed. It is done while they
// are hashed: the text is never all in memory.
type coding struct {
	before, after string
	open          func(w io.Writer) io.WriteCloser // writes to w what becomes of the bytes
	most          func(n int) int                  // what n bytes become at most
}

var base64Coding = &coding{
	open: func(w io.Writer) io.WriteCloser { return base64.NewEncoder(base64.StdEncoding, w) },
	most: base64.StdEncoding.EncodedLen,
}

// bufferCoding is what JSON.stringify makes of a Buffer of Node's: {"type":"Buffer","data":[255,216,…]}.
var bufferCoding = &coding{
	before: `{"type":"Buffer","data":[`,
	after:  `]}`,
	open:   func(w io.Writer) io.WriteCloser { return &numbers{w: w} },
	most:   func(n int) int { return 4 * n },
}

// whole is what becomes of a small body.
func (c *coding) whole(body []byte) string {
	var b bytes.Buffer
	b.WriteString(c.before)
	w := c.open(&b)
	w.Write(body)
	w.Close()
	b.WriteString(c.after)
	return b.String()
}

// numbers writes bytes as decimal numbers with commas between them.
type numbers struct {
	w     io.Writer
	begun bool
	buf   [8 << 10]byte
}

// decimals holds a comma and the digits of each byte, with its length at the end.
var decimals = func() (table [256][5]byte) {
	for i := range table {
		text := []byte{','}
		if i >= 100 {
			text = append(text, byte('0'+i/100))
		}
		if i >= 10 {
			text = append(text, byte('0'+i/10%10))
		}
		text = append(text, byte('0'+i%10))
		copy(table[i][:], text)
		table[i][4] = byte(len(text))
	}
	return table
}()

func (x *numbers) Write(p []byte) (int, error) {
	from, n := 0, 0
	if !x.begun && len(p) > 0 {
		x.begun, from = true, 1 // no comma before the first
	}
	for i, c := range p {
		d := &decimals[c]
		copy(x.buf[n:n+4], d[:4])
		n += int(d[4])
		if n > len(x.buf)-4 || i == len(p)-1 {
			if _, err := x.w.Write(x.buf[from:n]); err != nil {
				return i, err
			}
			from, n = 0, 0
		}
	}
	return len(p), nil
}

func (x *numbers) Close() error { return nil }

// plain writes bytes as they are.
type plain struct{ io.Writer }

func (plain) Close() error { return nil }

// counted counts what is written.
type counted struct {
	io.Writer
	n int
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.n += n
	return n, err
}
