package term

import (
	"fmt"
	"io"
	"os"
	"time"

	xterm "golang.org/x/term"
)

// Is reports whether w is a terminal that can move its cursor.
func Is(w io.Writer) bool {
	f, ok := w.(interface{ Fd() uintptr })
	return ok && xterm.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// A Colour is a parameter of ECMA-48's SGR sequence.
type Colour int

// The colours in use.
const (
	Faint  Colour = 2
	Red    Colour = 31
	Yellow Colour = 33
)

// Painter colours texts for one writer, or leaves them alone.
type Painter bool

// PainterFor returns a Painter that is on if w is a terminal and NO_COLOR is not set
// (https://no-color.org).
func PainterFor(w io.Writer) Painter { return Painter(Is(w) && os.Getenv("NO_COLOR") == "") }

// Paint returns the text in a colour.
func (p Painter) Paint(c Colour, text string) string {
	if !p {
		return text
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", c, text)
}

// Steps returns functions that show how far a long command has come: on a terminal in one line that
// changes, elsewhere in a line every ten seconds. of is 0 if the whole is not known; end removes
// the line.
func Steps(w io.Writer) (tell func(step string, done, of int64), end func()) {
	terminal := Is(w)
	every := 10 * time.Second
	if terminal {
		every = 200 * time.Millisecond
	}
	last := time.Now()
	shown := false
	tell = func(step string, done, of int64) {
		if time.Since(last) < every {
			return
		}
		last, shown = time.Now(), true
		line := fmt.Sprintf("%s: %d", step, done)
		if of > 0 {
			line += fmt.Sprintf(" / %d", of)
		}
		if terminal {
			fmt.Fprintf(w, "\r\033[K%s", line)
		} else {
			fmt.Fprintln(w, line)
		}
	}
	return tell, func() {
		if terminal && shown {
			fmt.Fprint(w, "\r\033[K")
		}
	}
}
