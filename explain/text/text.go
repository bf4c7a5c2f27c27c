// Package text lists the texts that a client may have signed instead of the right one.
//
// A text can be wrong in several dimensions: each line of the string to sign (待签名串), what
// stands between the lines, the body. A [Dimension] holds the known ways to get one of them wrong,
// the likeliest first. [Alone], [Near], [Far], [Pairs] and [Triples] combine dimensions; package
// explain hashes each combination and compares.
//
// Each file lists the ways of one dimension: method.go, url.go, time.go, nonce.go, body.go (with
// meta.go, style.go, printed.go and transform.go), frames.go. Bodies that may be large, such as the
// whole form, are a [Bulk].
//
// Only package explain needs this package.
package text

import (
	"hash/maphash"
	"slices"
)

// Flaw is one thing that is wrong: the id of a cause and the value that its title takes.
type Flaw struct{ Cause, Value string }

// NewFlaw returns a Flaw.
func NewFlaw(cause, value string) Flaw { return Flaw{cause, value} }

// A Way is one way to get one dimension of the text wrong.
type Way struct {
	Flaws []Flaw
	Text  string // the line or the body
	Frame Frame  // in the dimension of frames: writes the text from its lines
}

// Lines are the five lines of the string to sign: method, URL, timestamp, nonce_str and body.
type Lines [5]string

// The indexes of [Lines]. FrameIndex is the dimension of what stands between them.
const (
	MethodLine = iota
	URLLine
	TimeLine
	NonceLine
	BodyLine
	FrameIndex
	Dimensions // how many there are
)

// lineNames are the names of the lines in the documentation.
var lineNames = Lines{"method", "URL", "timestamp", "nonce_str", "body"}

// Dimension lists the ways to get one part of the text wrong, without repeating a text. Ways that
// are too rare to be combined with others are not kept: [Dimension.Rare] gives them to try, one
// after the other.
type Dimension struct {
	Ways  []Way
	Reach Reach

	seen   map[uint64]struct{} // hashes of the texts
	long   bool                // longer than maxRewritten
	rare   []func()            // each adds some of the rare ways
	rarest []func()            // … of those that are many and hardly ever right
	try    func(text []byte, f Frame) bool
	buf    []byte
}

// seed is that of the hashes of texts that were seen.
var seed = maphash.MakeSeed()

// Reach says how many of a dimension's ways are tried, and in which combinations.
type Reach struct {
	All  int // alone; of APIv2
	Wide int // together with a near way of another dimension
	Near int // together with a wide way of another dimension
	Top  int // together with top ways of two other dimensions
}

// newDimension returns an empty dimension. right is the right text, which is not a way to be wrong.
func newDimension(right string) *Dimension {
	return &Dimension{seen: map[uint64]struct{}{maphash.String(seed, right): {}}, long: len(right) > maxRewritten}
}

// maxRewritten is the size in bytes up to which a line is rewritten in every way. Real lines have
// some hundred bytes. Of a longer one only the likeliest mistakes are looked for.
const maxRewritten = 4 << 10

func (d *Dimension) add(text, cause, value string) {
	d.buf = append(d.buf[:0], text...)
	if d.wants(d.buf) {
		d.keep(text, Flaw{cause, value})
	}
}

// addShown adds texts that are shown themselves.
func addShown(d *Dimension, texts []string, cause string) {
	for _, text := range texts {
		d.buf = append(d.buf[:0], text...)
		if d.wants(d.buf) {
			d.keep(text, Flaw{cause, Visible(text, 60)})
		}
	}
}

func (d *Dimension) addAll(text string, flaws ...Flaw) {
	d.buf = append(d.buf[:0], text...)
	if len(flaws) > 0 && d.wants(d.buf) {
		d.keep(text, flaws...)
	}
}

// keep adds a text that is wanted.
func (d *Dimension) keep(text string, flaws ...Flaw) {
	d.Ways = append(d.Ways, Way{Flaws: flaws, Text: text})
}

// wants reports whether a text is to be added: one that is new, or, of the rare ones, the one that
// was signed. Texts that take long to describe are shown to it first.
func (d *Dimension) wants(text []byte) bool {
	if d.try != nil {
		return d.try(text, nil)
	}
	id := maphash.Bytes(seed, text)
	_, seen := d.seen[id]
	d.seen[id] = struct{}{}
	return !seen
}

func (d *Dimension) addFrame(cause, value string, f Frame) { d.addFrames(f, Flaw{cause, value}) }

func (d *Dimension) addFrames(f Frame, flaws ...Flaw) {
	if d.try == nil || d.try(nil, f) {
		d.Ways = append(d.Ways, Way{Flaws: flaws, Frame: f})
	}
}

// endTop, endNear and endWide say that the ways added so far are within that reach.
func (d *Dimension) endTop() { d.Reach.Top = len(d.Ways) }

func (d *Dimension) endNear() { d.Reach.Near = len(d.Ways); d.endWide() }

func (d *Dimension) endWide() { d.Reach.Wide = len(d.Ways) }

// Rare gives the rare ways to try, each as the text of its line or as a frame, until try reports
// that it is the one, or stop that no more can be tried. It returns the way that was found, or nil.
func (d *Dimension) Rare(try func(text []byte, f Frame) bool, stop func() bool) *Way {
	return d.first(d.rare, try, stop)
}

// Rarest gives the rarest ways to try, as Rare does.
func (d *Dimension) Rarest(try func(text []byte, f Frame) bool, stop func() bool) *Way {
	return d.first(d.rarest, try, stop)
}

func (d *Dimension) first(ways []func(), try func(text []byte, f Frame) bool, stop func() bool) *Way {
	if d.long {
		return nil
	}
	n := len(d.Ways)
	d.try = func(text []byte, f Frame) bool { return len(d.Ways) == n && try(text, f) }
	defer func() { d.try, d.Ways = nil, d.Ways[:n] }()
	for _, add := range ways {
		if stop() {
			return nil
		}
		if add(); len(d.Ways) > n {
			return &slices.Clone(d.Ways[n:])[0]
		}
	}
	return nil
}

// Frame writes the text to sign from its five lines, appending to dst.
type Frame func(dst []byte, l *Lines) []byte
