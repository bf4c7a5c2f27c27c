package settings

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/wxup/wxup/app/internal/nearest"
	"github.com/wxup/wxup/app/internal/phrase"
	"github.com/wxup/wxup/app/pick"
)

// Known holds the flags of all commands by their names; true if the value is a path.
type Known map[string]bool

// parser reads a file into one configuration.
type parser struct {
	known Known
	file  *File
}

// flag reads the value of one flag. also are the other keys that could have been meant.
func (p *parser) flag(into map[string]Value, key string, at, value *yaml.Node, also ...string) error {
	path, ok := p.known[key]
	if !ok {
		for name := range p.known {
			also = append(also, name)
		}
		return wrong(at, texts.Errorf("there is no key %s%s (keys are names of flags: see wxup serve --help, wxup put --help)", key, nearest.Hint(key, also)))
	}
	text, err := p.flagText(value, path)
	if err != nil || value.Tag == "!!null" {
		return err
	}
	into[key] = Value{text, place(p.file.Path, at)}
	return nil
}

// flagText returns a value as one would type it: lists with commas, mappings as k=v,k=v.
func (p *parser) flagText(n *yaml.Node, path bool) (string, error) {
	switch n.Kind {
	case yaml.AliasNode:
		return p.flagText(n.Alias, path)
	case yaml.ScalarNode:
		if path {
			return p.file.resolve(n.Value), nil
		}
		return n.Value, nil
	case yaml.SequenceNode:
		var list []string
		for _, item := range n.Content {
			if item.Kind != yaml.ScalarNode {
				return "", wrong(item, texts.Errorf("a list in a list cannot be the value of a flag"))
			}
			list = append(list, item.Value)
		}
		return strings.Join(list, ","), nil
	}
	var list []string
	err := each(n, func(key string, _, value *yaml.Node) error {
		text, err := plain(key, value)
		list = append(list, key+"="+text)
		return err
	})
	return strings.Join(list, ","), err
}

func (p *parser) rules(n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode {
		return wrong(n, texts.Errorf("rules is a list: - match: …"))
	}
	for _, one := range n.Content {
		r, err := rule(one)
		if err != nil {
			return err
		}
		p.file.Rules = append(p.file.Rules, r)
	}
	return nil
}

func rule(n *yaml.Node) (r pick.Rule, err error) {
	err = each(n, func(key string, at, value *yaml.Node) (err error) {
		switch key {
		case "match":
			r.Match = value.Value
			if value.Kind != yaml.ScalarNode || !pick.ValidPattern(r.Match) {
				err = wrong(value, texts.Errorf("%q is not a pattern: * stands for a part of a name, ** for directories, [a-z] for a character", value.Value))
			}
		case "to":
			if r.To, err = pick.Endpoint(value.Value); err != nil {
				err = wrong(value, err)
			}
		case "meta":
			r.Meta, err = plainMap(value)
		case "path":
			r.Path, err = plainMap(value)
		default:
			err = wrong(at, texts.Errorf("a rule has match, to, meta and path, not %s%s", key, nearest.Hint(key, []string{"match", "to", "meta", "path"})))
		}
		return err
	})
	if err == nil && r.Match == "" {
		err = wrong(n, texts.Errorf("the rule lacks match: which files it is for"))
	}
	return r, err
}

func plainMap(n *yaml.Node) (map[string]string, error) {
	m := map[string]string{}
	return m, each(n, func(key string, _, value *yaml.Node) (err error) {
		m[key], err = plain(key, value)
		return err
	})
}

func plain(key string, value *yaml.Node) (string, error) {
	if value.Kind != yaml.ScalarNode {
		return "", wrong(value, texts.Errorf("%s takes a plain value", key))
	}
	return value.Value, nil
}

// each calls do for each key of a mapping, in order. A key that stands there twice is an error.
func each(n *yaml.Node, do func(key string, at, value *yaml.Node) error) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return wrong(n, texts.Errorf("this must be a mapping: key: value"))
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		at := n.Content[i]
		if line, ok := seen[at.Value]; ok {
			return wrong(at, texts.Errorf("%s is already set in line %d", at.Value, line))
		}
		seen[at.Value] = at.Line
		if err := do(at.Value, at, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func place(path string, n *yaml.Node) string { return path + ":" + strconv.Itoa(n.Line) }

func wrong(n *yaml.Node, err error) error { return phrase.Prefix(strconv.Itoa(n.Line)+": ", err) }
