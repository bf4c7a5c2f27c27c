package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// item is one file to upload.
type item struct {
	name    string // as the caller names it
	ep      *wxup.Endpoint
	size    int64     // bytes, as far as it is known beforehand
	content io.Reader // standard input itself; nil is the file called name
	rule    *rule     // whose meta and path count; nil is none
	same    int       // the place of the item that this one repeats, else -1
	err     error     // why it is not uploaded at all
}

// itemsMost is how many files one run takes. A million paths need some 200 MB.
const itemsMost = 1_000_000

// lister makes items of the words of a command line.
type lister struct {
	to      *wxup.Endpoint // from the command line or the environment: it wins over rules
	other   *wxup.Endpoint // from the profile or the file: rules win over it
	conf    *configuration
	fits    bool // pictures of other formats are made to fit
	zero    bool // lists on standard input have NUL between names
	stdin   io.Reader
	name    string // --name: - is the file itself
	windows bool

	ctx     context.Context
	items   []item
	known   map[string]int // place of an item by what makes it the same
	asides  int            // files in directories that are of formats which are not taken
	nowhere string         // a file that nothing says the endpoint of
	tooMany bool
}

// list goes over the words. The error is one that nothing should be uploaded after; what is wrong with one file is in
// its item.
func (l *lister) list(ctx context.Context, args []string) error {
	l.ctx = ctx
	l.known = map[string]int{}
	for _, arg := range args {
		var err error
		if arg == "-" && l.name != "" {
			l.add(item{name: l.name, content: l.stdin, ep: l.to, size: -1}, "")
		} else if arg == "-" {
			err = l.names(untilStopped(ctx, l.stdin))
		} else {
			err = l.word(arg, true)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case ctx.Err() != nil:
		return exit(exitStopped)
	case l.tooMany:
		return fmt.Errorf("these are more than %d files; do it in several runs", itemsMost)
	case l.nowhere != "":
		return fmt.Errorf("say what %s is for with --to NAME; the names are: %s (or write rules into the configuration: wxup config --help)",
			l.nowhere, strings.Join(endpointNames(), " "))
	}
	return nil
}

// nameMost is the longest name in a list, in bytes.
const nameMost = 64 << 10

// names reads a list of files, one a line. A mark of UTF-8 at its head and Windows' line ends are taken off.
func (l *lister) names(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 4096), nameMost)
	if l.zero {
		lines.Split(func(data []byte, atEOF bool) (int, []byte, error) {
			if i := bytes.IndexByte(data, 0); i >= 0 {
				return i + 1, data[:i], nil
			}
			if atEOF && len(data) > 0 {
				return len(data), data, nil
			}
			return 0, nil, nil
		})
	}
	n := 0
	for lines.Scan() {
		n++
		name := lines.Text()
		if !l.zero {
			name = strings.TrimSuffix(name, "\r")
		}
		if n == 1 {
			name = strings.TrimPrefix(name, "\ufeff")
			if strings.ContainsRune(name, 0) || strings.HasPrefix(name, "\xff\xd8") || strings.HasPrefix(name, "\x89PNG") {
				return errors.New(`standard input is no list of names; if it is the file itself, say what it is called: wxup put - --name photo.jpg (names with NUL between them: --null)`)
			}
		}
		if name == "" {
			continue
		}
		if err := l.word(name, false); err != nil {
			return err
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("line %d of the list is longer than %d bytes; is it a list of names? (if it is the file itself: wxup put - --name photo.jpg)", n+1, nameMost)
	} else if err != nil {
		if l.ctx.Err() != nil {
			return exit(exitStopped)
		}
		return fmt.Errorf("read the list of files: %w", err)
	}
	return nil
}

// untilStopped is a reader that ends with the context, also while it waits for a terminal or a pipe.
func untilStopped(ctx context.Context, r io.Reader) io.Reader {
	pr, pw := io.Pipe()
	go func() {
		_, err := io.Copy(pw, r)
		pw.CloseWithError(err)
	}()
	context.AfterFunc(ctx, func() { pw.CloseWithError(exit(exitStopped)) })
	return pr
}

// word takes one word: a file, a directory, a pattern, each maybe with =ENDPOINT behind it.
func (l *lister) word(word string, patterns bool) error {
	name, ep, err := splitWord(word, exists)
	if err != nil {
		return err
	}
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		l.walk(name, ep)
	case err == nil:
		l.file(name, info, ep)
	case patterns && hasPattern(name):
		l.pattern(name, ep)
	default:
		l.add(item{name: name, ep: l.endpoint(name, ep), err: err}, "")
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
	if ep, ok := wxup.EndpointNamed(word[i+1:]); ok {
		return word[:i], ep, nil
	}
	if exists(word[:i]) {
		return "", nil, fmt.Errorf("%s: there is no endpoint %q%s; the names are: %s", word, word[i+1:], meant(word[i+1:], endpointNames()), strings.Join(endpointNames(), " "))
	}
	return word, nil, nil
}

func exists(name string) bool { _, err := os.Lstat(name); return err == nil }

func (l *lister) pattern(pattern string, ep *wxup.Endpoint) {
	if badPattern(pattern) {
		l.add(item{name: pattern, ep: l.endpoint(pattern, ep), err: errors.New("there is no such file, and it is no pattern")}, "")
		return
	}
	before := len(l.items)
	any := false
	glob(l.ctx, pattern, func(name string, info fs.FileInfo) {
		any = true
		switch {
		case info.IsDir():
			l.walk(name, ep)
		case !info.Mode().IsRegular(): // a pipe would be waited for
			l.asides++
		default:
			l.file(name, info, ep)
		}
	}, func(dir string, err error) { l.add(item{name: dir, ep: l.endpoint(dir, ep), err: err}, "") })
	if !any && len(l.items) == before {
		l.add(item{name: pattern, ep: l.endpoint(pattern, ep), err: errors.New("no file matches")}, "")
	}
}

// walk takes the files below a directory that are of formats which their endpoints take. Hidden ones are left out. Links
// to files count; those to directories are not followed, as they may lead in a circle, or to what is nobody's to upload.
func (l *lister) walk(dir string, ep *wxup.Endpoint) {
	if l.tooMany || l.ctx.Err() != nil {
		return
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		l.add(item{name: dir, ep: l.endpoint(dir, ep), err: err}, "")
	}
	for _, d := range list {
		name := filepath.Join(dir, d.Name())
		if hidden(d.Name()) {
			continue
		}
		if d.IsDir() {
			l.walk(name, ep)
			continue
		}
		info, err := os.Stat(name) // of what a link leads to
		switch {
		case err == nil && info.IsDir():
		case err == nil && !info.Mode().IsRegular(), !l.takes(name, ep):
			l.asides++
		case err != nil:
			l.add(item{name: name, ep: l.endpoint(name, ep), err: err}, "")
		default:
			l.file(name, info, ep)
		}
	}
}

// takes reports whether a file in a directory is meant: its suffix is of a format that its endpoint takes. One that
// nothing says the endpoint of counts if it is of any format at all, so that this is noticed.
func (l *lister) takes(name string, ep *wxup.Endpoint) bool {
	format, ok := media.BySuffix(filepath.Ext(name))
	if !ok {
		return false
	}
	if ep = l.endpoint(name, ep); ep == nil {
		return format.Class() == media.Picture
	}
	for _, a := range ep.Accepts {
		if a.Format == format || format.Fits(a.Format) {
			return true
		}
	}
	return l.fits && fittable(format) && takesPictures(ep)
}

func takesPictures(ep *wxup.Endpoint) bool {
	return slices.ContainsFunc(ep.Accepts, func(a wxup.Accept) bool { return a.Format.Class() == media.Picture })
}

// endpoint decides what a file is for: what stands behind its name, else --to, else a rule, else what the configuration
// says for all.
func (l *lister) endpoint(name string, ep *wxup.Endpoint) *wxup.Endpoint {
	if ep == nil {
		ep = l.to
	}
	if ep == nil {
		if r := l.ruleOf(name); r != nil {
			ep = r.to
		}
	}
	if ep == nil {
		ep = l.other
	}
	return ep
}

func (l *lister) ruleOf(name string) *rule {
	if len(l.conf.rules) == 0 {
		return nil
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return nil
	}
	return l.conf.ruleFor(abs)
}

func (l *lister) file(name string, info fs.FileInfo, ep *wxup.Endpoint) {
	it := item{name: name, ep: l.endpoint(name, ep), size: info.Size()}
	if r := l.ruleOf(name); r != nil && (r.to == nil || r.to == it.ep) {
		it.rule = r
	}
	key := ""
	if abs, err := filepath.Abs(name); err == nil && it.ep != nil {
		if l.windows {
			abs = strings.ToLower(abs)
		}
		key = abs + "\x00" + it.ep.Name
	}
	l.add(it, key)
}

// add notes an item. One with the key of another repeats that one.
func (l *lister) add(it item, key string) {
	if len(l.items) >= itemsMost || l.ctx.Err() != nil {
		l.tooMany = len(l.items) >= itemsMost
		return
	}
	it.same = -1
	if it.ep == nil {
		it.ep = l.other
	}
	if it.ep == nil && l.nowhere == "" {
		l.nowhere = it.name
	}
	if key != "" {
		if first, ok := l.known[key]; ok {
			it.same = first
		} else {
			l.known[key] = len(l.items)
		}
	}
	l.items = append(l.items, it)
}

func newLister(conf *configuration, stdin io.Reader) *lister {
	return &lister{conf: conf, stdin: stdin, windows: runtime.GOOS == "windows"}
}
