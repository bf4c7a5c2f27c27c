package sqlindex

import "sync"

// parsed remembers what texts in PEM parse to, so that an upload does not parse the same
// certificate again. The text is the key: when the row changes, so does what is found.
type parsed[T any] struct {
	parse func(pem []byte) (T, error)

	mu   sync.Mutex
	seen map[string]T
}

// parsedMost bounds what is remembered; when it is reached everything is forgotten.
const parsedMost = 10_000

func (p *parsed[T]) get(pem string) (T, error) {
	p.mu.Lock()
	x, ok := p.seen[pem]
	p.mu.Unlock()
	if ok {
		return x, nil
	}
	x, err := p.parse([]byte(pem))
	if err != nil {
		return x, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen == nil || len(p.seen) >= parsedMost {
		p.seen = map[string]T{}
	}
	p.seen[pem] = x
	return x, nil
}
