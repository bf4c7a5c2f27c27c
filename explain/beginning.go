package explain

import (
	"bytes"
	"hash"
	"io"

	"github.com/wxup/wxup/explain/text"
)

// steps returns the distances of the places at which a digest may have ended, since buffers have
// round sizes.
func steps(size int) (binary, decimal int) {
	if size > 256<<10 {
		return 4096, 10_000
	}
	return 512, 1000
}

// beginnings is the result of looking for a digest among those of the file's beginnings.
type beginnings struct {
	at    int       // the digest is that of this many bytes; 0: of no beginning that was tried
	tried int       // beginnings
	end   hash.Hash // its state after the last byte
}

// findBeginning hashes content, and compares with want where a digest may have ended.
func findBeginning(h hash.Hash, content, want []byte, work *text.Budget) *beginnings {
	found := &beginnings{end: h}
	near := max(0, len(content)-4) // one byte less, or a line end
	binary, decimal := steps(len(content))
	for n, round := 0, decimal; n < len(content); {
		next := min((n/binary+1)*binary, round, len(content))
		if n >= near {
			next = n + 1
		} else if next > near && near > n {
			next = near
		}
		h.Write(content[n:next])
		if n = next; n == round {
			round += decimal
		}
		if n == len(content) {
			break
		}
		found.tried++
		work.Calls++
		if sum, ok := sumWith(h, ""); ok && found.at == 0 && bytes.Equal(sum, want) {
			found.at = n
		}
	}
	return found
}

// sumWith returns the sum of h with tail appended, without changing h.
func sumWith(h hash.Hash, tail string) (sum []byte, ok bool) {
	if tail == "" {
		return h.Sum(nil), true
	}
	end, ok := cloned(h)
	if !ok {
		return nil, false
	}
	io.WriteString(end, tail)
	return end.Sum(nil), true
}

// cloned returns a copy of h in its state.
func cloned(h hash.Hash) (hash.Hash, bool) {
	cloner, ok := h.(hash.Cloner)
	if !ok {
		return nil, false
	}
	end, err := cloner.Clone()
	return end, err == nil
}
