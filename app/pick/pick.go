package pick

import (
	"context"
	"os"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/internal/nearest"
)

// Files returns the files that words name, and how many files of directories it left out because of
// their formats. What is wrong with a single file is in its item; an error means that nothing
// should be uploaded.
func Files(ctx context.Context, words []string, o Options) (items []Item, skipped int, err error) {
	c := &collection{Options: o, ctx: ctx, known: map[string]int{}}
	for _, word := range words {
		switch {
		case word == "-" && o.Name != "":
			c.add(Item{Name: o.Name, Content: o.Stdin, Endpoint: o.To, Size: -1}, "")
		case word == "-":
			err = names(ctx, o.Stdin, o.Null, func(name string) error { return c.word(name, false) })
		default:
			err = c.word(word, true)
		}
		if err != nil {
			return nil, 0, err
		}
	}
	switch {
	case ctx.Err() != nil:
		return nil, 0, ctx.Err()
	case c.tooMany:
		return nil, 0, texts.Errorf("there are more than %d files; upload them in several runs", maxItems)
	case c.nowhere != "":
		return nil, 0, texts.Errorf("say what %s is for with --to NAME; the names are: %s (or write rules into the configuration: wxup config --help)",
			c.nowhere, strings.Join(EndpointNames(), " "))
	case o.Name != "" && len(c.items) > 1:
		return nil, 0, texts.Errorf("--name is for a single file; %d files were given", len(c.items))
	}
	return c.items, c.skipped, nil
}

// word adds the files of one word. Names in a list are not patterns.
func (c *collection) word(word string, patterns bool) error {
	name, ep, err := splitWord(word, exists)
	if err != nil {
		return err
	}
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		c.walk(name, ep)
	case err == nil:
		c.file(name, info, ep)
	case strings.HasPrefix(name, "http://"), strings.HasPrefix(name, "https://"):
		c.failed(name, ep, texts.Errorf("it is a URL; download the file and upload that"))
	case patterns && hasPattern(name):
		c.pattern(name, ep)
	default:
		c.failed(name, ep, err)
	}
	return nil
}

// splitWord takes =ENDPOINT off a word, unless there is a file of the whole name.
//
//	C:\photos\a=b.jpg=article   C:\photos\a=b.jpg   article
func splitWord(word string, exists func(string) bool) (string, *wxup.Endpoint, error) {
	i := strings.LastIndexByte(word, '=')
	if i < 1 || exists(word) {
		return word, nil, nil
	}
	if ep, ok := wxup.LookupEndpoint(word[i+1:]); ok {
		return word[:i], ep, nil
	}
	if exists(word[:i]) {
		return "", nil, texts.Errorf("%s: there is no endpoint %q%s; the names are: %s", word, word[i+1:],
			nearest.Hint(word[i+1:], EndpointNames()), strings.Join(EndpointNames(), " "))
	}
	return word, nil, nil
}

func exists(name string) bool { _, err := os.Lstat(name); return err == nil }

// Endpoint returns the endpoint of a name. The error says which names there are.
func Endpoint(name string) (*wxup.Endpoint, error) {
	if ep, ok := wxup.LookupEndpoint(name); ok {
		return ep, nil
	}
	return nil, texts.Errorf("there is no endpoint %q%s; the names are: %s", name, nearest.Hint(name, EndpointNames()), strings.Join(EndpointNames(), " "))
}

// EndpointNames returns the names of all endpoints.
func EndpointNames() (names []string) {
	for _, ep := range wxup.Endpoints() {
		names = append(names, ep.Name)
	}
	return names
}
