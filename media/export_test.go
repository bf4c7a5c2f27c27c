package media

// WalkSteps walks a file in memory and returns how often the walk asked for a piece of it.
func WalkSteps(file []byte) int {
	w := counted{whole: whole{file}}
	walk(&w)
	return w.steps
}

// counted counts the calls of a window.
type counted struct {
	whole
	steps int
}

func (c *counted) Peek(n int) ([]byte, error) { c.steps++; return c.whole.Peek(n) }
func (c *counted) Discard(n int) (int, error) { c.steps++; return c.whole.Discard(n) }
func (c *counted) Buffered() int              { c.steps++; return c.whole.Buffered() }
