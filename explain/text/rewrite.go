package text

import (
	"fmt"
	"strings"
)

// style is a way to write meta: indexes of the order of its members, of the spacing and of the
// escaping.
type style struct{ order, spacing, escaping int }

// rewriter serializes meta in every style and says how the result differs from what was sent.
type rewriter struct {
	sent      string // without what surrounds the object
	orders    [][]Member
	style     style // of what was sent
	known     bool  // whether style is known
	escapings []int // those that write these members differently

	before, after string // what was sent around the object: a byte order mark, line ends
	around        []Flaw // what is wrong if that was not signed
}

func newRewriter(sent string, list []Member) *rewriter {
	w := &rewriter{orders: ordersOf(list)}
	w.before, w.sent, w.after = objectIn(sent)
	head, tail := strings.TrimSpace(strings.TrimPrefix(w.before, BOM)), strings.TrimSpace(w.after)
	switch {
	case head != "" || tail != "":
		if head != "" {
			w.around = append(w.around, Flaw{"json.head", Visible(head, 30) + " (0)"})
		}
		if tail != "" {
			w.around = append(w.around, Flaw{"json.tail", fmt.Sprintf("%s (%d)", Visible(tail, 30), strings.LastIndex(sent, tail))})
		}
	case strings.HasPrefix(sent, BOM):
		w.around = []Flaw{{"v3.meta.bom", ""}}
	case len(w.sent) < len(sent):
		w.around = []Flaw{{"v3.meta.ends", Visible(w.before, 8) + "…" + Visible(w.after, 8)}}
	}
	seen := map[string]bool{}
	for x := range escapings {
		if text := serialize(list, spacings[0], escapings[x]); !seen[text] {
			seen[text] = true
			w.escapings = append(w.escapings, x)
		}
	}
	for s := range spacings {
		for _, x := range w.escapings {
			if serialize(list, spacings[s], escapings[x]) == w.sent {
				w.style, w.known = style{0, s, x}, true
				return w
			}
		}
	}
	return w
}

// write writes meta in one style, and says what differs from what was sent.
func (w *rewriter) write(f style) (string, []Flaw) {
	text := serialize(w.orders[f.order], spacings[f.spacing], escapings[f.escaping])
	var causes []Flaw
	if f.order != 0 {
		causes = append(causes, Flaw{"v3.meta.key_order", keyOrder(w.orders[f.order])})
	}
	if !w.known || spacings[f.spacing] != spacings[w.style.spacing] {
		causes = append(causes, Flaw{"v3.meta.spacing", spacings[f.spacing].name})
	}
	was, is := escapesIn(w.sent), escapesIn(text)
	for _, x := range []struct {
		differ bool
		cause  string
	}{
		{was.slash != is.slash, "v3.meta.escape_slash"},
		{was.unicode != is.unicode, "v3.meta.escape_unicode"},
		{was.html != is.html, "v3.meta.escape_html"},
		{was.unicode && is.unicode && was.upper != is.upper, "v3.meta.escape_case"},
	} {
		if x.differ {
			causes = append(causes, Flaw{x.cause, escapings[f.escaping].name})
		}
	}
	if len(causes) == 0 && text != w.sent {
		causes = append(causes, Flaw{"v3.meta.escape_html", escapings[f.escaping].name})
	}
	return text, causes
}

func keyOrder(list []Member) string {
	var names []string
	for _, m := range list {
		names = append(names, m.Name)
	}
	return strings.Join(names, ", ")
}
