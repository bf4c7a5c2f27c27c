package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"github.com/wxup/wxup"
)

// configuration is the file of --config, read. Its keys are flags of any command, by their names, and two of its own:
//
//	to: article
//	profile: shop
//	profiles:
//	  shop:
//	    mchid: "1900009191"
//	    mch_key: {file: apiclient_key.pem}
//	    apiv3_key: {command: pass show wechat/apiv3}
//	    rate: 50/m
//	rules:
//	  - match: "licences/*"
//	    to: merchant
//
// Relative paths in it are relative to the file.
type configuration struct {
	path     string
	flags    map[string]setting
	profiles map[string]*profile
	rules    []rule
}

// setting is a value and where it stands: a file and line, a variable, or the command line.
type setting struct{ value, from string }

// rule says what files are for, by their names. The first that matches counts.
type rule struct {
	match      string
	to         *wxup.Endpoint // nil if the rule does not say
	meta, path map[string]string
}

const configMost = 1 << 20 // bytes

// defaultConfig is where the file is looked for if nobody says; "" if the system has no such place.
func defaultConfig() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "wxup", "config.yaml")
}

// homely is a path as people write it, with ~ for their home.
func homely(path string) string {
	home, err := os.UserHomeDir()
	if err != nil || home == "" {
		return path
	}
	if rest, ok := strings.CutPrefix(path, home+string(filepath.Separator)); ok {
		return filepath.Join("~", rest)
	}
	return path
}

// readConfig reads the file that was asked for, else the user's own if there is one. "off" is none.
func readConfig(asked string, root *cobra.Command) (*configuration, error) {
	path := asked
	if path == "" {
		path = defaultConfig()
	}
	if path == "" || path == "off" {
		return &configuration{}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		if asked == "" && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission)) {
			return &configuration{}, nil
		}
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, configMost+1))
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	if len(text) > configMost {
		return nil, fmt.Errorf("%s: larger than %d bytes; is it a configuration?", path, configMost)
	}
	c, err := parseConfig(path, text, root)
	if err != nil {
		return nil, fmt.Errorf("%s:%w", path, err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		if key := c.inlineSecret(); key != "" {
			return nil, fmt.Errorf("%s holds the secret %s, and others than its owner can read it (mode %04o): run chmod 600 %s, or take the secret out ({file: …}, {env: …}, {command: …})",
				path, key, mode, quoteValue(path))
		}
	}
	return c, nil
}

// parseConfig reads a configuration. Its errors begin with the line.
func parseConfig(path string, text []byte, root *cobra.Command) (*configuration, error) {
	c := &configuration{path: path, flags: map[string]setting{}, profiles: map[string]*profile{}}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	switch err := dec.Decode(&doc); {
	case err == io.EOF:
		return c, nil
	case err != nil:
		return nil, fmt.Errorf(" %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if dec.Decode(new(yaml.Node)) != io.EOF {
		return nil, errors.New(" a second document begins (---); a configuration is one")
	}
	return c, each(doc.Content[0], func(key string, at, value *yaml.Node) error {
		switch key {
		case "profiles":
			return each(value, func(name string, at, value *yaml.Node) error {
				pr, err := parseProfile(c, name, value, root)
				c.profiles[name] = pr
				return err
			})
		case "rules":
			return c.parseRules(value)
		}
		return c.flag(c.flags, key, at, value, root, "profiles", "rules")
	})
}

// flag reads one flag's value. The keys also are what else could have been meant.
func (c *configuration) flag(into map[string]setting, key string, at, value *yaml.Node, root *cobra.Command, also ...string) error {
	f := findFlag(root, key)
	if f == nil {
		return wrong(at, "there is no flag --%s%s; see wxup serve --help, wxup put --help", key, meant(key, append(flagNames(root), also...)))
	}
	text, err := flagText(value, isPath(f), c)
	if err != nil || value.Tag == "!!null" {
		return err
	}
	into[key] = setting{text, fmt.Sprintf("%s:%d", c.path, at.Line)}
	return nil
}

// flagText is a value as it would be typed: lists with commas, mappings as k=v,k=v.
func flagText(n *yaml.Node, path bool, c *configuration) (string, error) {
	switch n.Kind {
	case yaml.AliasNode:
		return flagText(n.Alias, path, c)
	case yaml.ScalarNode:
		if path {
			return c.resolve(n.Value), nil
		}
		return n.Value, nil
	case yaml.SequenceNode:
		var list []string
		for _, item := range n.Content {
			if item.Kind != yaml.ScalarNode {
				return "", wrong(item, "a list in a list is no value for a flag")
			}
			list = append(list, item.Value)
		}
		return strings.Join(list, ","), nil
	}
	var list []string
	err := each(n, func(key string, _, value *yaml.Node) error {
		if value.Kind != yaml.ScalarNode {
			return wrong(value, "%s wants a plain value", key)
		}
		list = append(list, key+"="+value.Value)
		return nil
	})
	return strings.Join(list, ","), err
}

// resolve makes a path of the file one that holds everywhere.
func (c *configuration) resolve(path string) string {
	if rest, ok := strings.CutPrefix(filepath.ToSlash(path), "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	if path == "" || path == "off" || path == "-" || filepath.IsAbs(path) || strings.Contains(path, "://") {
		return path
	}
	return filepath.Join(filepath.Dir(c.path), path)
}

func (c *configuration) parseRules(n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode {
		return wrong(n, "rules is a list: - match: …")
	}
	for _, one := range n.Content {
		var r rule
		err := each(one, func(key string, at, value *yaml.Node) (err error) {
			switch key {
			case "match":
				r.match = value.Value
				if value.Kind != yaml.ScalarNode || badPattern(r.match) {
					return wrong(value, "%q is no pattern: * stands for a part of a name, ** for directories, [a-z] for a character", value.Value)
				}
			case "to":
				ep, ok := wxup.EndpointNamed(value.Value)
				if !ok {
					return wrong(value, "there is no endpoint %q%s", value.Value, meant(value.Value, endpointNames()))
				}
				r.to = ep
			case "meta":
				r.meta, err = plainMap(value)
			case "path":
				r.path, err = plainMap(value)
			default:
				return wrong(at, "a rule has match, to, meta and path, not %s%s", key, meant(key, []string{"match", "to", "meta", "path"}))
			}
			return err
		})
		if err != nil {
			return err
		}
		if r.match == "" {
			return wrong(one, "the rule lacks match: which files it is for")
		}
		c.rules = append(c.rules, r)
	}
	return nil
}

// ruleFor is the first rule that matches a path, which is absolute; nil if none does.
func (c *configuration) ruleFor(path string) *rule {
	for i := range c.rules {
		if matchesPath(c.rules[i].match, path) {
			return &c.rules[i]
		}
	}
	return nil
}

func plainMap(n *yaml.Node) (map[string]string, error) {
	m := map[string]string{}
	return m, each(n, func(key string, _, value *yaml.Node) error {
		if value.Kind != yaml.ScalarNode {
			return wrong(value, "%s wants a plain value", key)
		}
		m[key] = value.Value
		return nil
	})
}

// each goes over a mapping in its order. A key that stands there twice is an error.
func each(n *yaml.Node, do func(key string, at, value *yaml.Node) error) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return wrong(n, "a mapping is wanted here: key: value")
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		at := n.Content[i]
		if line, ok := seen[at.Value]; ok {
			return wrong(at, "%s is there already, in line %d", at.Value, line)
		}
		seen[at.Value] = at.Line
		if err := do(at.Value, at, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func wrong(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%d: %w", n.Line, fmt.Errorf(format, args...))
}

// findFlag finds a flag of a command or of one below it.
func findFlag(cmd *cobra.Command, name string) *pflag.Flag {
	if f := cmd.Flags().Lookup(name); f != nil {
		return f
	}
	if f := cmd.PersistentFlags().Lookup(name); f != nil {
		return f
	}
	for _, c := range cmd.Commands() {
		if f := findFlag(c, name); f != nil {
			return f
		}
	}
	return nil
}

func flagNames(cmd *cobra.Command) (names []string) {
	add := func(f *pflag.Flag) { names = append(names, f.Name) }
	cmd.Flags().VisitAll(add)
	cmd.PersistentFlags().VisitAll(add)
	for _, c := range cmd.Commands() {
		names = append(names, flagNames(c)...)
	}
	return names
}

// isPath reports whether a flag's value is a path: those are marked for the shell's completion.
func isPath(f *pflag.Flag) bool {
	_, file := f.Annotations[cobra.BashCompFilenameExt]
	_, dir := f.Annotations[cobra.BashCompSubdirsInDir]
	return file || dir
}

// meant proposes the name that is nearest to a wrong one.
func meant(wrong string, names []string) string {
	best, least := "", max(2, len(wrong)/3)+1
	for _, name := range names {
		if d := distance(strings.ToLower(wrong), name); d < least {
			best, least = name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", best)
}

// distance is how many letters differ between two words, two that changed places counting once.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range y {
			d := last[j]
			if x[i] != y[j] {
				d++
			}
			row[j+1] = min(d, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(y)]
}
