// Package pick turns the words of a command line into the files to upload, each with the endpoint
// that it is for.
//
// A word is a file, a directory, or a pattern, each maybe with =ENDPOINT after it; "-" is standard
// input, which holds a list of files, or the file itself. Rules say what a file is for by its path.
//
//	photo.jpg   photos/   "licences/**/*.png=merchant"   -
package pick

import (
	"io"
	"maps"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// Item is a file to upload.
type Item struct {
	Name     string // as the caller names it
	Endpoint *wxup.Endpoint
	Size     int64     // bytes, as far as it is known; -1 if not
	Content  io.Reader // standard input itself; nil is the file called Name
	Rule     *Rule     // whose Meta and Path count; nil is none
	Same     int       // index of the item that this one repeats, or -1
	Err      error     // why it cannot be uploaded
}

// Rule says what files are for, by their paths. The first rule that matches counts.
type Rule struct {
	Match      string         // a pattern: without a slash for names, with one at its head for whole paths, else for their ends
	To         *wxup.Endpoint // nil if the rule does not say
	Meta, Path map[string]string
}

// RuleFor returns the first rule that matches an absolute path, or nil.
func RuleFor(rules []Rule, path string) *Rule {
	for i := range rules {
		if matchesPath(rules[i].Match, path) {
			return &rules[i]
		}
	}
	return nil
}

// Options say how to read the words.
type Options struct {
	To      *wxup.Endpoint // of all files but those with =ENDPOINT; it wins over rules
	Default *wxup.Endpoint // of files that no rule matches
	Rules   []Rule
	Fits    []media.Format        // formats of pictures that are made to fit: directories give these too
	Skip    func(dir string) bool // directories that are left out; nil leaves out none
	Null    bool                  // lists on standard input have NUL between names
	Stdin   io.Reader
	Name    string // the name of a single file; with it, - is the file itself
}

// Fields are what is sent with files beside their content.
type Fields struct {
	Name       string // instead of the file's own
	Meta, Path map[string]string
}

// Source returns an item for a Client, with fields that win over those of the item's rule.
func (it *Item) Source(f Fields) wxup.Source {
	src := wxup.File(it.Name)
	if it.Content != nil {
		src = wxup.Reader(it.Name, it.Content, -1)
	}
	if f.Name != "" {
		src.Name = f.Name
	}
	src.Meta, src.Path = f.Meta, f.Path
	if it.Rule != nil {
		src.Meta, src.Path = over(it.Rule.Meta, f.Meta), over(it.Rule.Path, f.Path)
	}
	return src
}

// over returns one map laid over another.
func over(under, upper map[string]string) map[string]string {
	m := map[string]string{}
	maps.Copy(m, under)
	maps.Copy(m, upper)
	return m
}
