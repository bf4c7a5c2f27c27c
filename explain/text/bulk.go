package text

import (
	"bytes"
	"hash"
	"io"
)

// A Bulk is a body that may be large: the whole form, or the file. It is kept in pieces, so that
// nothing is copied. The lines before it differ from try to try, so each try hashes all of it; only
// what follows it is free, since the state of the hash at its end is cloned for each ending.
type Bulk struct {
	Flaws  []Flaw
	Pieces [][]byte
	Places []int // after how many pieces the signed text may have ended, in ascending order
	Coding *Coding
}

func newBulk(cause, value string, pieces ...[]byte) *Bulk {
	return &Bulk{Flaws: []Flaw{{cause, value}}, Pieces: pieces, Places: []int{len(pieces)}}
}

// FileBulk returns content as a Bulk.
func FileBulk(cause, value string, content []byte) *Bulk { return newBulk(cause, value, content) }

// Size returns how many bytes are hashed, at most.
func (b *Bulk) Size() int {
	n := 0
	for _, p := range b.Pieces {
		n += len(p)
	}
	if b.Coding != nil {
		n = len(b.Coding.before) + b.Coding.max(n) + len(b.Coding.after)
	}
	return n
}

// As returns the bulk in a coding.
func (b *Bulk) As(c *Coding, cause, value string) *Bulk {
	if b == nil {
		return nil
	}
	return &Bulk{[]Flaw{{cause, value}}, b.Pieces, b.Places, c}
}

// begin writes what precedes the pieces to w, and returns the writer for the pieces.
func (b *Bulk) begin(w io.Writer) io.WriteCloser {
	if b.Coding == nil {
		return plain{w}
	}
	io.WriteString(w, b.Coding.before)
	return b.Coding.open(w)
}

// after is what follows the pieces.
func (b *Bulk) after() string {
	if b.Coding == nil {
		return ""
	}
	return b.Coding.after
}

// WriteTo writes all of the bulk.
func (b *Bulk) WriteTo(w io.Writer) (int64, error) {
	out := &counter{Writer: w}
	body := b.begin(out)
	for _, p := range b.Pieces {
		body.Write(p)
	}
	body.Close()
	io.WriteString(out, b.after())
	return int64(out.n), nil
}

// Head returns the beginning of the bulk, up to max bytes.
func (b *Bulk) Head(max int) []byte {
	var text bytes.Buffer
	w := b.begin(&text)
	for _, p := range b.Pieces {
		if text.Len() >= max {
			break
		}
		w.Write(p[:min(len(p), max)])
	}
	w.Close()
	return text.Bytes()[:min(text.Len(), max)]
}

// An Ending is what may follow the body, and what is wrong with it.
type Ending struct {
	Text  string
	Flaws []Flaw
}

// A Match is the text that was found to be signed.
type Match struct {
	Ending *Ending
	Head   []byte // its beginning
	Len    int    // of the whole
}

// Find hashes before and the bulk, and asks is about the sum of each place and ending. It returns
// nil if none is what was signed. headMax limits Match.Head in bytes. h must be new, and must be a
// [hash.Cloner].
func (b *Bulk) Find(h hash.Hash, before []byte, endings []Ending, headMax int, budget *Budget, is func(sum []byte) bool) *Match {
	cloner, ok := h.(hash.Cloner)
	if !ok {
		return nil
	}
	out := &counter{Writer: h}
	out.Write(before)
	body := b.begin(out)
	defer func() { budget.Spend(out.n) }()
	next := 0
	for _, place := range b.Places {
		for ; next < place; next++ {
			body.Write(b.Pieces[next])
		}
		last := place == b.Places[len(b.Places)-1]
		if last {
			body.Close()
		}
		for i, x := range endings {
			if !last && len(x.Text) > 1 {
				continue // that is a line end of the form itself
			}
			tail := b.after() + x.Text
			if !budget.Affords(out.n + CallCost + len(tail)) {
				return nil
			}
			end, err := cloner.Clone()
			if err != nil {
				return nil
			}
			io.WriteString(end, tail)
			budget.Spend(len(tail))
			if is(end.Sum(nil)) {
				found := &Bulk{Pieces: b.Pieces[:place], Coding: b.Coding}
				head := bytes.Join([][]byte{before, found.Head(headMax), []byte(tail)}, nil)
				return &Match{&endings[i], head[:min(len(head), headMax)], out.n + len(tail)}
			}
		}
	}
	return nil
}

// counter counts the bytes written.
type counter struct {
	io.Writer
	n int
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.n += n
	return n, err
}
