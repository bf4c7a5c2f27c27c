package text

import (
	"bytes"
	"slices"
	"strings"
	"sync"
)

// SmallBulk is the size in bytes up to which the whole form is combined with other mistakes as
// small texts are.
const SmallBulk = 8 << 10

// Bulks lists the large bodies, the likeliest first: those tried before the rarer small texts, and
// the others. Each is made when it is first called, and is nil if the request lacks what it is made
// of.
func Bulks(s *Source) (likely, rare []func() *Bulk) {
	f := &s.Form
	file := func() *Bulk {
		if p := f.file(); p != nil && p.Whole {
			return newBulk("v3.body.file", "", p.Content)
		}
		return nil
	}
	likely = []func() *Bulk{
		f.Whole,
		func() *Bulk { return f.hollow("\r\n") },
		func() *Bulk { return f.hollow("\n") },
		file,
		func() *Bulk { return f.rebuilt("v3.body.multipart_lf", f.Boundary, "\n", false) },
	}
	buffers := []func() *Bulk{
		func() *Bulk { return f.Whole().As(BufferJSON, "v3.body.buffer_json", "multipart") },
		func() *Bulk { return file().As(BufferJSON, "v3.body.buffer_json", "file") },
	}
	node := isNode(s.Agent)
	if node { // for any other language it is not worth three or four passes
		likely = slices.Insert(likely, 1, granted(buffers[0], s.Budget))
		rare = buffers[1:]
	}
	rare = append(rare,
		func() *Bulk { return file().As(Base64, "v3.body.file_base64", "") },
		func() *Bulk { return f.rebuilt("v3.body.multipart_lf", f.Boundary, "\n", true) })
	if p := f.file(); p != nil && p.Whole {
		meta := []byte(s.Right[BodyLine])
		for _, between := range []string{"", "\n", "\r\n"} {
			rare = append(rare,
				func() *Bulk { return newBulk("v3.body.meta_and_file", "meta + file", meta, []byte(between), p.Content) },
				func() *Bulk { return newBulk("v3.body.meta_and_file", "file + meta", p.Content, []byte(between), meta) })
		}
	}
	for _, other := range []string{strings.TrimLeft(f.Boundary, "-"), "--" + f.Boundary, "boundary", "----" + f.Boundary, strings.TrimPrefix(f.Boundary, "--")} {
		if other != f.Boundary {
			rare = append(rare, func() *Bulk { return f.rebuilt("v3.body.multipart_boundary", other, "\r\n", false) })
		}
	}
	rare = append(rare, f.reversed,
		func() *Bulk { return f.misread(s.Budget, "UTF-8 (U+FFFD)", ReplaceInvalid) },
		func() *Bulk {
			return f.misread(s.Budget, "UTF-8 (U+FFFD)", func(b []byte) []byte { return bytes.ToValidUTF8(b, []byte("\uFFFD")) })
		},
		func() *Bulk {
			return f.misread(s.Budget, "Latin-1", func(b []byte) []byte { return []byte(UTF8Twice(string(b))) })
		},
	)
	if !node {
		rare = append(rare, buffers...)
	}
	return onceEach(likely), onceEach(rare)
}

func onceEach(list []func() *Bulk) []func() *Bulk {
	for i, make := range list {
		list[i] = sync.OnceValue(make)
	}
	return list
}

// isNode reports whether a User-Agent is that of a Node.js client: wechatpay-axios-plugin/0.9.4 …,
// axios/1.7.7, node-fetch, undici.
func isNode(agent string) bool {
	return containsFold(agent, "axios") || containsFold(agent, "node") || containsFold(agent, "undici")
}

// granted makes a bulk that the request itself points at. One pass over it is on top of the budget;
// a small one gets as many passes as it is combined with other mistakes.
func granted(make func() *Bulk, budget *Budget) func() *Bulk {
	return func() *Bulk {
		b := make()
		if b == nil {
			return nil
		}
		passes := 1
		if b.Size() <= SmallBulk {
			passes = 300
		}
		budget.grant(passes, b.Size())
		return b
	}
}
