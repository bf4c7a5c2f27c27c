package server

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"slices"
	"time"
)

// body is the body of an upload. It keeps what is read through it, up to limit bytes, in memory
// that it borrows as the bytes arrive.
type body struct {
	from    io.Reader
	control *http.ResponseController
	loan    *loan
	ctx     context.Context // of the request
	wait    time.Duration   // how long it may still wait for memory, in all
	limit   int64

	kept []byte
	got  int64  // bytes that came
	err  error  // no memory: the end
	gone bool   // the connection broke
	rest []byte // the beginning of what came when the form was read
}

// The first freeStep bytes are not borrowed: they mostly tell who sends the body. After that it
// borrows twice as much each time, with formWindow bytes for the reader of the form.
const (
	freeStep   = 4 << 10
	formWindow = 16 << 10
)

// drainTime is how long the rest of a body is waited for that is not needed.
const drainTime = 5 * time.Second

var (
	errNoRoom = errors.New("no room in the budget of uploads in memory (--budget)")
	errTaken  = errors.New("the body came too slowly, and its memory was needed for another upload")
)

// waiting does something that waits for memory.
func (b *body) waiting(do func(context.Context) bool) error {
	began := time.Now()
	ctx, cancel := context.WithTimeout(b.ctx, b.wait)
	defer cancel()
	granted := do(ctx)
	b.wait -= time.Since(began)
	if !granted {
		b.err = errNoRoom
	}
	return b.err
}

// prove notes whose body it is.
func (b *body) prove(account string) error {
	return b.waiting(func(ctx context.Context) bool { return b.loan.prove(ctx, account) })
}

func (b *body) Read(p []byte) (n int, err error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err = b.receive(p, math.MaxInt64)
	if b.err != nil || b.grow(n) != nil {
		return 0, b.err
	}
	room := min(n, cap(b.kept)-len(b.kept))
	b.kept = append(b.kept, p[:room]...)
	return n, err
}

// receive reads what comes, until a Unix time in ns at most.
func (b *body) receive(p []byte, until int64) (n int, err error) {
	b.control.SetReadDeadline(time.Unix(0, min(until, b.loan.until.Load())))
	if !b.loan.lost.Load() { // if it is lost from now on, the read ends at once
		n, err = b.from.Read(p)
		b.got += int64(n)
		b.loan.arrived(n)
		b.gone = broke(err)
	}
	if b.loan.lost.Load() {
		b.err = errTaken
		return 0, b.err
	}
	return n, err
}

// end reads a body of size bytes, or a chunked one if size is negative, to its end, and returns why
// it has none. It keeps nothing but the first bytes.
func (b *body) end(size int64) (err error) {
	if size >= 0 && b.got >= size {
		return nil
	}
	until := time.Now().Add(drainTime).UnixNano()
	step := int64(freeStep)
	if size >= 0 {
		step = min(step, size-b.got)
	}
	rest := make([]byte, step)
	for err == nil && b.err == nil && (size < 0 || b.got < size) {
		var n int
		n, err = b.receive(rest, until)
		b.rest = append(b.rest, rest[:min(n, maxAfter-len(b.rest))]...)
	}
	if b.err != nil {
		return b.err
	}
	return err
}

// maxAfter is how much of what follows a form is looked at.
const maxAfter = 32

// tail returns the beginning of what came behind a form of size bytes.
func (b *body) tail(size int64) []byte {
	kept := b.kept[min(int64(len(b.kept)), size):]
	return slices.Concat(kept[:min(len(kept), maxAfter)], b.rest)
}

// grow makes room for n bytes more, up to the limit.
func (b *body) grow(n int) error {
	had, need := int64(cap(b.kept)), min(int64(len(b.kept)+n), b.limit)
	if need <= had {
		return nil
	}
	size := min(max(2*had, need, freeStep), b.limit)
	if size > freeStep {
		more := size + formWindow - b.loan.held
		if err := b.waiting(func(ctx context.Context) bool { return b.loan.take(ctx, more) }); err != nil {
			return err
		}
	}
	kept := make([]byte, len(b.kept), size)
	copy(kept, b.kept)
	b.kept = kept
	return nil
}

// broke reports whether a connection ended in a way that leaves nobody to answer.
func broke(err error) bool {
	var failed *net.OpError
	return errors.As(err, &failed) && !failed.Timeout()
}

// piece returns what was kept of the size bytes at an offset. The next Read may move it.
func (b *body) piece(from, size int64) []byte {
	from = min(from, int64(len(b.kept)))
	end := min(from+size, int64(len(b.kept)))
	return b.kept[from:end:end]
}
