package main

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/term"
)

// progress shows how far a long command is: on a terminal one line that changes, else a line every ten seconds.
func (p *program) progress() (tell func(step string, done, of int64), end func()) {
	file, ok := p.stderr.(*os.File)
	terminal := ok && term.IsTerminal(int(file.Fd()))
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
			fmt.Fprintf(p.stderr, "\r\033[K%s", line)
		} else {
			fmt.Fprintln(p.stderr, line)
		}
	}
	return tell, func() {
		if terminal && shown {
			fmt.Fprint(p.stderr, "\r\033[K")
		}
	}
}
