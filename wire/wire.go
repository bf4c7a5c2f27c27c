// Package wire is the formats of WeChat's upload APIs, byte for byte and in both directions: the
// meta part, answers, refusals, proofs of answers, platform certificates and tokens. Package wxup
// reads what package server writes.
//
// A program that uploads needs none of it.
package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// Field is a text with a name: a member of meta, an element of an APIv2 answer.
type Field struct{ Name, Value string }

// words is an error in two languages.
type words struct{ en, zh string }

func (w *words) Error() string { return w.en }

// In returns the text in a language.
func (w *words) In(lang string) string {
	if lang == "zh" {
		return w.zh
	}
	return w.en
}

// Member is a member of a JSON object that is written in a certain order.
type Member struct {
	Name  string
	Value any
}

// Marshal is [json.Marshal] without the escapes for HTML, which WeChat does not send.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// object writes a JSON object. A dot in a member's name steps into an object, which has the place
// of its first member.
func object(members []Member) ([]byte, error) {
	if !slices.ContainsFunc(members, func(m Member) bool { return strings.Contains(m.Name, ".") }) {
		return flat(members)
	}
	var list []Member
	for i, m := range members {
		outer, _, dotted := strings.Cut(m.Name, ".")
		switch {
		case !dotted:
			list = append(list, m)
			continue
		case len(within(members[:i], outer)) > 0:
			continue
		}
		text, err := object(within(members[i:], outer))
		if err != nil {
			return nil, err
		}
		list = append(list, Member{outer, json.RawMessage(text)})
	}
	return flat(list)
}

// within lists the members inside an outer object, by their names there.
func within(members []Member, outer string) []Member {
	var list []Member
	for _, m := range members {
		if name, ok := strings.CutPrefix(m.Name, outer+"."); ok {
			list = append(list, Member{name, m.Value})
		}
	}
	return list
}

// flat writes a JSON object whose members have these very names.
func flat(members []Member) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	next := byte('{')
	for _, m := range members {
		b.WriteByte(next)
		if isPlain(m.Name) {
			b.WriteByte('"')
			b.WriteString(m.Name)
			b.WriteByte('"')
		} else {
			if err := enc.Encode(m.Name); err != nil {
				return nil, err
			}
			b.Truncate(b.Len() - 1) // the line's end
		}
		b.WriteByte(':')
		if err := enc.Encode(m.Value); err != nil {
			return nil, err
		}
		b.Truncate(b.Len() - 1)
		next = ','
	}
	if next == '{' {
		b.WriteByte(next)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// isPlain reports whether a JSON string holds the text as it is.
func isPlain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' })
}

// Object is an answer's JSON object.
type Object map[string]any

var errNotJSON = errors.New("the answer is not a JSON object")

// ParseObject reads an answer, whatever its Content-Type claims.
func ParseObject(body []byte) (Object, error) {
	var o Object
	if err := json.Unmarshal(body, &o); err != nil {
		return nil, errNotJSON
	}
	return o, nil
}

// Text returns the text at path, whose dots step into objects, or else under one of the other names
// in the same place. A text that is missing or empty is an error.
func (o Object) Text(path string, others ...string) (string, error) {
	in, last := o, path
	for {
		name, rest, nested := strings.Cut(last, ".")
		if !nested {
			break
		}
		inner, _ := in[name].(map[string]any)
		in, last = inner, rest
	}
	if value, _ := in[last].(string); value != "" {
		return value, nil
	}
	for _, name := range others {
		if value, _ := in[name].(string); value != "" {
			return value, nil
		}
	}
	return "", errors.New("the answer has no " + path)
}
