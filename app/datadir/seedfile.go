package datadir

import (
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wxup/wxup/app/internal/phrase"
	"go.yaml.in/yaml/v3"
)

// maxSeed is the maximum size of a seed file in bytes.
const maxSeed = 1 << 20

// seedFile reads YAML by its nodes, so that every error has its line, and goes on after an error.
type seedFile struct {
	path string
	errs []error
}

// fail notes what is wrong with a node.
func (f *seedFile) fail(n *yaml.Node, err error) {
	f.errs = append(f.errs, texts.Errorf("%s:%d: %w", f.path, n.Line, err))
}

// open reads the file's document; nil if it is empty.
func (f *seedFile) open() (*yaml.Node, error) {
	file, err := os.Open(f.path)
	if err != nil {
		return nil, texts.Errorf("read the seed file: %w", err)
	}
	defer file.Close()
	var doc yaml.Node
	dec := yaml.NewDecoder(io.LimitReader(file, maxSeed))
	switch err := dec.Decode(&doc); {
	case err == io.EOF:
		return nil, nil
	case err != nil:
		return nil, texts.Errorf("%s: %s", f.path, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if dec.Decode(new(yaml.Node)) != io.EOF {
		return nil, texts.Errorf("%s: only one document is allowed; remove what follows ---", f.path)
	}
	return doc.Content[0], nil
}

// fields are the keys that a mapping may have, and what reads their values.
type fields map[string]func(value *yaml.Node)

// mapping reads a mapping. what names it in errors.
func (f *seedFile) mapping(n *yaml.Node, what phrase.Text, known fields) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		f.fail(n, texts.Errorf("%s must be a mapping with the keys %s", what, keysOf(known)))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, ok := known[key.Value]
		switch {
		case !ok:
			f.fail(key, texts.Errorf("unknown key %q; %s has the keys %s", key.Value, what, keysOf(known)))
		case seen[key.Value]:
			f.fail(key, texts.Errorf("the key %q is set twice", key.Value))
		default:
			read(value)
		}
		seen[key.Value] = true
	}
}

func keysOf(known fields) string {
	return strings.Join(slices.Sorted(maps.Keys(known)), ", ")
}

// list reads a list of anything.
func (f *seedFile) list(n *yaml.Node, each func(*yaml.Node)) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.SequenceNode {
		f.fail(n, texts.Errorf("a list is required here: - …"))
		return
	}
	for _, item := range n.Content {
		each(item)
	}
}

// text reads a plain value. Numbers keep their digits: leading zeros belong to an id.
func (f *seedFile) text(into *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
			f.fail(n, texts.Errorf("a plain value is required here"))
			return
		}
		*into = n.Value
	}
}

// checked reads a plain value that must pass a check.
func (f *seedFile) checked(into *string, check func(string) error) func(*yaml.Node) {
	return func(n *yaml.Node) {
		f.text(into)(n)
		if n.Kind == yaml.ScalarNode {
			if err := check(n.Value); err != nil {
				f.fail(n, err)
			}
		}
	}
}

// texts reads a list of plain values.
func (f *seedFile) texts(into *[]string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		f.list(n, func(item *yaml.Node) {
			var s string
			f.text(&s)(item)
			*into = append(*into, s)
		})
	}
}

// yes reads true or false.
func (f *seedFile) yes(into *bool) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if err := n.Decode(into); err != nil {
			f.fail(n, texts.Errorf("true or false is required here"))
		}
	}
}

// file reads the contents of a file, whose name is relative to the seed file.
func (f *seedFile) file(into *[]byte) func(*yaml.Node) {
	return func(n *yaml.Node) {
		var name string
		f.text(&name)(n)
		if name == "" {
			return
		}
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(f.path), name)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			f.fail(n, err)
		}
		*into = text
	}
}

func (f *seedFile) err() error { return errors.Join(f.errs...) }
