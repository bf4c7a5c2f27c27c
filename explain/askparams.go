package explain

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// parameter is a parameter of a call for a token.
type parameter struct {
	name, value string
	typed       bool // a JSON value other than a string
}

// isBool reports whether the value is true or false in JSON, or null, which is as good as none.
func (p parameter) isBool() bool {
	return p.value == "null" || p.typed && (p.value == "true" || p.value == "false")
}

func pairsOf(query string) (list []parameter) {
	for pair := range strings.SplitSeq(query, "&") {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || len(list) >= maxTokenTexts {
			continue
		}
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if plain, err := url.QueryUnescape(value); err == nil {
			value = plain
		}
		list = append(list, parameter{name: name, value: value})
	}
	return list
}

// membersOf lists the members of a JSON object; nil if body is none.
func membersOf(body []byte) []parameter {
	var object map[string]any
	if json.Unmarshal(body, &object) != nil || object == nil {
		return nil
	}
	list := []parameter{}
	for name, value := range object {
		switch v := value.(type) {
		case string:
			list = append(list, parameter{name: name, value: v})
		case nil:
			list = append(list, parameter{name: name, value: "null"})
		default:
			printed, _ := json.Marshal(v)
			list = append(list, parameter{name, string(printed), true})
		}
	}
	slices.SortFunc(list, func(a, b parameter) int { return strings.Compare(a.name, b.name) })
	return list
}

func first(list []parameter, name string) (string, bool) {
	for _, p := range list {
		if p.name == name {
			return p.value, true
		}
	}
	return "", false
}

// holdsID reports whether the value of a parameter is an appid or a corpid.
func holdsID(list []parameter, name string) bool {
	s, _ := first(list, name)
	return isAppID(s) || isCorpID(s)
}

func hasAny(list []parameter, names []string) bool {
	return slices.ContainsFunc(list, func(p parameter) bool { return slices.Contains(names, p.name) })
}
