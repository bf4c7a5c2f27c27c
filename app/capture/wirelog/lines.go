package wirelog

import (
	"bytes"
	"iter"
)

// Max is how many bytes of HTTP a log may hold.
const Max = 64 << 20

// lines are the lines of a text, without their ends.
func lines(text []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(text) > 0 {
			line, rest, _ := bytes.Cut(text, []byte("\n"))
			text = rest
			if !yield(bytes.TrimSuffix(line, []byte("\r"))) {
				return
			}
		}
	}
}

// streams are connections whose bytes a log shows by turns. Each keeps the order of its own.
type streams struct {
	order []string
	of    map[string]*bytes.Buffer
}

func (s *streams) get(name string) *bytes.Buffer {
	if s.of == nil {
		s.of = map[string]*bytes.Buffer{}
	}
	if s.of[name] == nil {
		s.order = append(s.order, name)
		s.of[name] = &bytes.Buffer{}
	}
	return s.of[name]
}

func (s *streams) bytes() []byte {
	var all bytes.Buffer
	for _, name := range s.order {
		all.Write(s.of[name].Bytes())
	}
	return all.Bytes()
}
