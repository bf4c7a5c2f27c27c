package text

import (
	"bytes"
	"encoding/base64"
	"io"
)

// A Coding is a way to turn bytes into text. It works while the bytes are hashed, so the text is
// never all in memory.
type Coding struct {
	before, after string
	open          func(w io.Writer) io.WriteCloser // the text of what is written to the result is written to w
	max           func(n int) int                  // the length of the text of n bytes, at most
}

// Base64 is standard base64.
var Base64 = &Coding{
	open: func(w io.Writer) io.WriteCloser { return base64.NewEncoder(base64.StdEncoding, w) },
	max:  base64.StdEncoding.EncodedLen,
}

// BufferJSON is JSON.stringify of a Node.js Buffer: {"type":"Buffer","data":[255,216,…]}.
var BufferJSON = &Coding{
	before: `{"type":"Buffer","data":[`,
	after:  `]}`,
	open:   func(w io.Writer) io.WriteCloser { return &numbers{w: w} },
	max:    func(n int) int { return 4 * n },
}

// String returns the text of a small body.
func (c *Coding) String(body []byte) string {
	var b bytes.Buffer
	b.WriteString(c.before)
	w := c.open(&b)
	w.Write(body)
	w.Close()
	b.WriteString(c.after)
	return b.String()
}

// numbers writes bytes as decimal numbers separated by commas.
type numbers struct {
	w     io.Writer
	begun bool
	buf   [8 << 10]byte
}

// decimals holds a comma and the digits of each byte; the last element is their number.
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

// plain writes bytes unchanged.
type plain struct{ io.Writer }

func (plain) Close() error { return nil }
