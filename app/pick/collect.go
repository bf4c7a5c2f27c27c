package pick

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// maxItems is how many files one run takes. The paths of a million files need about 200 MB.
const maxItems = 1_000_000

// collection gathers items and decides which endpoint each is for.
type collection struct {
	Options
	ctx     context.Context
	items   []Item
	known   map[string]int // index of an item by what makes it the same
	skipped int            // files of other formats
	nowhere string         // a file without an endpoint
	tooMany bool
}

func (c *collection) full() bool { return c.tooMany || c.ctx.Err() != nil }

// endpoint returns what a file is for: what its word says, or else To, a rule, Default.
func (c *collection) endpoint(name string, ep *wxup.Endpoint) *wxup.Endpoint {
	if ep == nil {
		ep = c.To
	}
	if ep == nil {
		if r := c.rule(name); r != nil {
			ep = r.To
		}
	}
	if ep == nil {
		ep = c.Default
	}
	return ep
}

// rule returns the first rule that matches a file, or nil.
func (c *collection) rule(name string) *Rule {
	if len(c.Rules) == 0 {
		return nil
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return nil
	}
	return RuleFor(c.Rules, abs)
}

// takes reports whether to take a file of a directory: whether its suffix is of a format that its
// endpoint accepts. A picture without an endpoint is taken too, so that it is noticed.
func (c *collection) takes(name string, ep *wxup.Endpoint) bool {
	format, ok := media.BySuffix(filepath.Ext(name))
	if !ok {
		return false
	}
	if ep = c.endpoint(name, ep); ep == nil {
		return format.Class() == media.Picture
	}
	accepted := func(a wxup.Accept) bool { return a.Format == format || format.Fits(a.Format) }
	return slices.ContainsFunc(ep.Accepts, accepted) || Fittable(name, ep, c.Fits)
}

// file adds a file.
func (c *collection) file(name string, info fs.FileInfo, ep *wxup.Endpoint) {
	it := Item{Name: name, Endpoint: c.endpoint(name, ep), Size: info.Size()}
	if r := c.rule(name); r != nil && (r.To == nil || r.To == it.Endpoint) {
		it.Rule = r
	}
	key := ""
	if abs, err := filepath.Abs(name); err == nil && it.Endpoint != nil {
		if onWindows {
			abs = strings.ToLower(abs)
		}
		key = abs + "\x00" + it.Endpoint.Name
	}
	c.add(it, key)
}

// failed adds a file that cannot be uploaded.
func (c *collection) failed(name string, ep *wxup.Endpoint, err error) {
	c.add(Item{Name: name, Endpoint: c.endpoint(name, ep), Err: err}, "")
}

// add adds an item. One with the key of an earlier item repeats that one.
func (c *collection) add(it Item, key string) {
	if len(c.items) >= maxItems {
		c.tooMany = true
	}
	if c.full() {
		return
	}
	it.Same = -1
	if it.Endpoint == nil {
		it.Endpoint = c.Default
	}
	if it.Endpoint == nil && c.nowhere == "" {
		c.nowhere = it.Name
	}
	if key != "" {
		if first, ok := c.known[key]; ok {
			it.Same = first
		} else {
			c.known[key] = len(c.items)
		}
	}
	c.items = append(c.items, it)
}

// Fittable reports whether a file, going by its suffix, is of one of the formats and could be made
// fit for an endpoint.
func Fittable(name string, ep *wxup.Endpoint, formats []media.Format) bool {
	format, ok := media.BySuffix(filepath.Ext(name))
	return ok && slices.Contains(formats, format) &&
		slices.ContainsFunc(ep.Accepts, func(a wxup.Accept) bool { return a.Format.Class() == media.Picture })
}
