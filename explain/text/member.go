package text

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
)

// FieldMax is the size in bytes up to which a part is taken for a text.
const FieldMax = 16 << 10

// Member is a name and a value of a JSON object, in the order in which they were sent.
type Member struct {
	Name   string
	Value  string // if IsText
	IsText bool
	Raw    string // the value as it was sent
}

// ParseMembers reads a JSON object; nil if text is not one, or is longer than [FieldMax]. Members
// with the same name are all returned.
func ParseMembers(text []byte) []Member {
	if len(text) > FieldMax {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte(BOM))))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	list := []Member{}
	for dec.More() {
		t, err := dec.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil
		}
		m := Member{Name: name}
		var raw json.RawMessage
		if dec.Decode(&raw) != nil {
			return nil
		}
		m.Raw = string(raw)
		m.IsText = raw[0] == '"' && json.Unmarshal(raw, &m.Value) == nil
		list = append(list, m)
	}
	if _, err := dec.Token(); err != nil {
		return nil
	}
	if _, err := dec.Token(); err != io.EOF { // something follows the object
		return nil
	}
	return list
}

// MemberText returns the value of a member that is a text. Of several with this name the last one
// counts.
func MemberText(list []Member, name string) string {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Name == name && list[i].IsText {
			return list[i].Value
		}
	}
	return ""
}

// Objects lists the JSON objects in text, which need not be JSON itself, as far as they look like
// meta.
func Objects(text []byte) (list []string) {
	for range 64 {
		i := bytes.IndexByte(text, '{')
		if i < 0 {
			break
		}
		text = text[i:]
		end := -1
		if len(text) > 1 && bytes.IndexByte([]byte("\" '\r\n\t"), text[1]) >= 0 { // an image has many braces
			end = objectEnd(text)
		}
		if end < 0 {
			text = text[1:]
			continue
		}
		list = append(list, string(text[:end]))
		text = text[end:]
	}
	return list
}

// objectIn returns the first JSON object in a text, and what stands around it; all of the text if
// it has none.
func objectIn(s string) (before, object, after string) {
	if i := strings.IndexByte(s, '{'); i >= 0 {
		if n := objectEnd([]byte(s[i:])); n > 0 && ParseMembers([]byte(s[i:i+n])) != nil {
			return s[:i], s[i : i+n], s[i+n:]
		}
	}
	return "", s, ""
}

// objectEnd returns where the JSON object that text starts with ends; -1 if it does not end.
func objectEnd(text []byte) int {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// ordersOf lists orders of the members, the one sent first.
func ordersOf(list []Member) [][]Member {
	orders := [][]Member{list}
	add := func(o []Member) {
		for _, have := range orders {
			if slices.Equal(have, o) {
				return
			}
		}
		orders = append(orders, o)
	}
	reversed := slices.Clone(list)
	slices.Reverse(reversed)
	add(reversed)
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b Member) int { return strings.Compare(a.Name, b.Name) })
	add(sorted)
	reversed = slices.Clone(sorted)
	slices.Reverse(reversed)
	add(reversed)
	if len(list) == 3 {
		for _, p := range Permutations(3) {
			add([]Member{list[p[0]], list[p[1]], list[p[2]]})
		}
	}
	return orders
}

// Permutations lists the orders of n numbers, except the ascending one.
func Permutations(n int) [][]int {
	var list [][]int
	var grow func(have []int)
	grow = func(have []int) {
		if len(have) == n {
			list = append(list, append([]int(nil), have...))
			return
		}
		for i := range n {
			taken := false
			for _, h := range have {
				taken = taken || h == i
			}
			if !taken {
				grow(append(have[:len(have):len(have)], i))
			}
		}
	}
	grow(nil)
	return list[1:] // the first is in order
}
