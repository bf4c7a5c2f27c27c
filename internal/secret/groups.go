package secret

// maxGroup is how many characters the groups have, at most, in which people write long texts.
const maxGroup = 16

// grouped appends where secrets are that are written in groups of as many characters each, in plain
// or in hex: ab12-cd34-ef56, 61 62 31 32.
func (s *Set) grouped(list []span, text []byte) []span {
	if s == nil {
		return list
	}
	for i := 1; i+1 < len(text); i++ {
		if !isSeparator(text[i]) || !isAlnum(text[i-1]) {
			continue
		}
		size := alnums(text[i+1:], maxGroup)
		if next := i + 1 + size; size == 0 || next >= len(text) || text[next] != text[i] {
			continue
		}
		from, to := i, i
		for from > 0 && i-from < size && isAlnum(text[from-1]) {
			from--
		}
		for n := size; n == size && to < len(text) && text[to] == text[i]; {
			n = alnums(text[to+1:], size)
			to += 1 + n
		}
		bare, at := make([]byte, 0, to-from), make([]int, 0, to-from)
		for j := from; j < to; j++ {
			if text[j] != text[i] {
				bare, at = append(bare, text[j]), append(at, j)
			}
		}
		for _, x := range s.find(nil, bare) {
			list = append(list, span{at[x.from], at[x.to-1] + 1})
		}
		i = to - 1
	}
	return list
}

// alnums returns how many letters and digits a text begins with, limit at most.
func alnums(text []byte, limit int) int {
	n := 0
	for n < min(len(text), limit) && isAlnum(text[n]) {
		n++
	}
	return n
}

func isSeparator(b byte) bool { return b == '-' || b == ' ' || b == ':' || b == '.' || b == ',' }
