package explain

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// Cause is one reason why an upload is refused. {} in a text stands for [Finding.Value].
type Cause struct {
	ID    string
	Title Words  // what is wrong
	Fix   Words  // what to change
	lines string // the line of code to change, or to write: the name of an SDK; "" if none is at fault
}

// SDK holds one line of code for each of [Languages].
type SDK map[string]string

// Languages are the keys of an [SDK].
var Languages = []string{"go", "java", "php", "node", "python", "csharp"}

// Causes lists all causes that a report can name, family by family.
func Causes() []Cause { return catalog().causes }

// isCause reports whether there is a cause with an id.
func isCause(id string) bool {
	_, ok := catalog().byID[id]
	return ok
}

// causeOf returns the cause with an id. The id of another version's report yields a Cause whose
// title is the id.
func causeOf(id string) Cause {
	if i, ok := catalog().byID[id]; ok {
		return catalog().causes[i]
	}
	return Cause{ID: id, Title: Words{id, id}}
}

// fillNote returns the note with an id, with {1}, {2} and so on replaced by values. A value of type
// Words differs by language.
func fillNote(id string, values ...any) Words {
	w, ok := catalog().notes[id]
	if !ok {
		panic("explain: no note " + id)
	}
	var en, zh []string
	for i, v := range values {
		words, ok := v.(Words)
		if !ok {
			words = Words{fmt.Sprint(v), fmt.Sprint(v)}
		}
		place := fmt.Sprintf("{%d}", i+1)
		en, zh = append(en, place, words.EN), append(zh, place, words.ZH)
	}
	return Words{strings.NewReplacer(en...).Replace(w.EN), strings.NewReplacer(zh...).Replace(w.ZH)}
}

//go:embed causes/*.txt
var causeFiles embed.FS

var catalog = sync.OnceValue(func() *texts {
	t, err := parseTexts(causeFiles)
	if err != nil {
		panic("explain: " + err.Error())
	}
	return t
})

// texts is what the files in causes hold.
type texts struct {
	causes []Cause
	byID   map[string]int
	notes  map[string]Words
	sdks   map[string]SDK // by name, such as digest, or digest.v2 for that of a family
}

// A block of those files starts with a line that names it. Fields follow, one a line, indented by a
// tab; lines indented by two continue a field. Lines that start with # are comments.
//
//	v3.serial.cut fix:serial sdk:key       a cause, what to change, and the line of code: blocks of
//	                                       those names
//		en serial_no is truncated; …       its title; fix.en and fix.zh in place of fix: if no other
//		                                   cause shares them
//		zh serial_no 被截断，…
//	fix serial                             fields en and zh
//	sdk key                                one field for each of Languages
//	sdk key.v2                             the same for one family: v2 or account
//	sdk option from:upload                 as the block upload, except for the fields here
//	note.budget                            a note: fields en and zh
type block struct {
	at     string // file and line
	name   string
	links  map[string]string // fix, sdk, from
	fields map[string]string
}

var (
	blockLine = regexp.MustCompile(`^((?:fix |sdk )?[a-z0-9_.-]+)((?: (?:fix|sdk|from):[a-z0-9.-]+)*)$`)
	fieldLine = regexp.MustCompile(`^\t([a-z.]+) (\S.*)$`)
	moreLine  = regexp.MustCompile(`^\t\t(\S.*)$`)
)

func parseTexts(files fs.FS) (*texts, error) {
	blocks, err := parseBlocks(files)
	if err != nil {
		return nil, err
	}
	byName := map[string]*block{}
	for _, b := range blocks {
		if byName[b.name] != nil {
			return nil, fmt.Errorf("%s: %s is also at %s", b.at, b.name, byName[b.name].at)
		}
		byName[b.name] = b
	}
	t := &texts{byID: map[string]int{}, notes: map[string]Words{}, sdks: map[string]SDK{}}
	for _, b := range blocks {
		if name, ok := strings.CutPrefix(b.name, "sdk "); ok {
			if t.sdks[name], err = b.sdk(byName); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", b.at, b.name, err)
			}
		}
	}
	for _, b := range blocks {
		switch {
		case strings.HasPrefix(b.name, "sdk "):
		case strings.HasPrefix(b.name, "fix "):
			_, err = b.words("")
		case strings.HasPrefix(b.name, "note."):
			t.notes[b.name], err = b.words("")
		default:
			var c Cause
			c, err = b.cause(byName, t.sdks)
			t.byID[c.ID] = len(t.causes)
			t.causes = append(t.causes, c)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", b.at, b.name, err)
		}
	}
	return t, nil
}

// parseBlocks reads the blocks of all files, sorted by file name.
func parseBlocks(files fs.FS) ([]*block, error) {
	names, err := fs.Glob(files, "causes/*.txt")
	if err != nil {
		return nil, err
	}
	var blocks []*block
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		var b *block
		field := ""
		for n, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
			at := fmt.Sprintf("%s:%d", name, n+1)
			if m := blockLine.FindStringSubmatch(line); m != nil {
				b, field = &block{at, m[1], map[string]string{}, map[string]string{}}, ""
				for _, link := range strings.Fields(m[2]) {
					kind, to, _ := strings.Cut(link, ":")
					b.links[kind] = to
				}
				blocks = append(blocks, b)
			} else if m := moreLine.FindStringSubmatch(line); m != nil && field != "" {
				b.fields[field] = joinLines(b.fields[field], m[1])
			} else if m := fieldLine.FindStringSubmatch(line); m != nil && b != nil && b.fields[m[1]] == "" {
				field = m[1]
				b.fields[field] = m[2]
			} else if line != "" && line[0] != '#' {
				return nil, fmt.Errorf("%s: cannot read %q", at, line)
			}
		}
	}
	return blocks, nil
}

// words returns the fields prefix+en and prefix+zh.
func (b *block) words(prefix string) (Words, error) {
	w := Words{b.fields[prefix+"en"], b.fields[prefix+"zh"]}
	if w.EN == "" || w.ZH == "" {
		return w, fmt.Errorf("%sen or %szh is missing", prefix, prefix)
	}
	return w, nil
}

func (b *block) sdk(byName map[string]*block) (SDK, error) {
	code := SDK{}
	if from := byName["sdk "+b.links["from"]]; from != nil {
		maps.Copy(code, from.fields)
	}
	maps.Copy(code, b.fields)
	if got := slices.Sorted(maps.Keys(code)); !slices.Equal(got, slices.Sorted(slices.Values(Languages))) {
		return nil, fmt.Errorf("has lines for %v, want %v", got, Languages)
	}
	return code, nil
}

func (b *block) cause(byName map[string]*block, sdks map[string]SDK) (c Cause, err error) {
	c.ID = b.name
	if c.Title, err = b.words(""); err != nil {
		return c, err
	}
	if shared := b.links["fix"]; shared == "" {
		c.Fix, err = b.words("fix.")
	} else if from := byName["fix "+shared]; from != nil {
		c.Fix, err = from.words("")
	} else {
		err = fmt.Errorf("there is no block fix %s", shared)
	}
	if err != nil {
		return c, err
	}
	if sdk := b.links["sdk"]; sdk != "" {
		if c.lines = sdk; sdks[sdk] == nil {
			return c, fmt.Errorf("there is no block sdk %s", sdk)
		}
	}
	return c, nil
}

// linesFor returns the name of the lines of code that fit an endpoint in place of a cause's own; ""
// if those fit, and "none" if none do.
func (t *texts) linesFor(cause string, ep *wxup.Endpoint) string {
	name := causeOf(cause).lines
	if ep == nil || name == "" {
		return ""
	}
	takesPictures := slices.ContainsFunc(ep.Accepts, func(a wxup.Accept) bool { return a.Format.Class() == media.Picture })
	if name == "convert" && len(ep.Accepts) > 0 && !takesPictures {
		return "none" // the lines convert pictures
	}
	family := map[wxup.Family]string{wxup.PayV2: ".v2", wxup.FamilyAccount: ".account"}[ep.Family]
	if t.sdks[name+family] != nil && family != "" {
		return name + family
	}
	return ""
}
