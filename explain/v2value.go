package explain

import (
	"slices"
	"strings"

	"github.com/wxup/wxup/explain/text"
)

// changedValues lists ways in which the values of fields that the API does not define were signed
// otherwise than they were sent: all values changed, or those alone. The values of its own fields
// are digits and hex, which have ways of their own.
func changedValues(right []text.Field, defined []string, known *Known) (list []fieldWay) {
	own := func(x text.Field) bool { return slices.Contains(defined, x.Name) }
	if !slices.ContainsFunc(right, func(x text.Field) bool { return !own(x) }) {
		return nil
	}
	seen := map[string]bool{}
	add := func(t text.Transform, all bool) {
		fields := slices.Clone(right)
		var names []string
		for i, x := range fields {
			if own(x) && !all {
				continue
			}
			if fields[i].Value = t.Apply(x.Value); fields[i].Value != x.Value {
				names = append(names, x.Name)
			}
		}
		if !slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(defined, n) }) {
			return
		}
		var id strings.Builder
		for _, x := range fields {
			id.WriteString(x.Value + "\n")
		}
		if !seen[id.String()] {
			seen[id.String()] = true
			list = append(list, fieldWay{[]text.Flaw{changeFlaw(t, strings.Join(names, ", "))}, func() []text.Field { return fields }, nil})
		}
	}
	once := text.Transform{Kind: text.Decoded, Name: "UTF-8 → ISO-8859-1 → UTF-8", Apply: func(s string) string {
		if plain := text.UTF8Once(s); text.UTF8Twice(plain) == s {
			return plain
		}
		return s
	}}
	transforms := slices.Concat([]text.Transform{once}, valueTransforms, text.Transforms, text.RareTransforms)
	if known.GBK != nil {
		transforms = append(transforms, text.Transform{Kind: text.Latin1, Name: "GBK", Apply: func(s string) string {
			b, ok := known.GBK(s)
			if !ok {
				return s
			}
			return string(b)
		}})
	}
	if known.FromGBK != nil {
		transforms = append(transforms, text.Transform{Kind: text.Decoded, Name: "GBK", Apply: func(s string) string { return known.FromGBK([]byte(s)) }})
	}
	for _, t := range transforms {
		add(t, false)
		add(t, true)
	}
	return list
}
