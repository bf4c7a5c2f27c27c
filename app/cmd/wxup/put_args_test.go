package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"

	"github.com/wxup/wxup"
)

func TestSplitPattern(t *testing.T) {
	for _, x := range []struct {
		pattern string
		windows bool
		root    string
		rest    string
	}{
		{"*.jpg", false, "", "*.jpg"},
		{"photos/2026/*.jpg", false, "photos/2026", "*.jpg"},
		{"/photos/**/a?.png", false, "/photos", "** a?.png"},
		{"/*/x", false, "/", "* x"},
		{"../a//b/[ab].jpg", false, "../a/b", "[ab].jpg"},
		{`a\b/*.jpg`, false, `a\b`, "*.jpg"},
		{`C:\photos\*.jpg`, true, "C:/photos", "*.jpg"},
		{`C:\*.jpg`, true, "C:/", "*.jpg"},
		{`C:*.jpg`, true, "C:", "*.jpg"},
		{`C:photos\**\*.png`, true, "C:photos", "** *.png"},
		{`photos\sub dir\*.jpg`, true, "photos/sub dir", "*.jpg"},
		{`\\nas\share\2026\*.jpg`, true, "//nas/share/2026", "*.jpg"},
		{`\\?\C:\photos\*.jpg`, true, "//?/C:/photos", "*.jpg"},
		{`d:/x/**`, true, "d:/x", "**"},
	} {
		root, rest := splitPattern(x.pattern, x.windows)
		if root != x.root || strings.Join(rest, " ") != x.rest {
			t.Errorf("%s: %q, %q; want %q, %q", x.pattern, root, rest, x.root, x.rest)
		}
	}
}

func TestSplitWord(t *testing.T) {
	files := []string{"a.jpg", `C:\photos\a=b.jpg`, "x=article", "x", "con=marketing.png"}
	there := func(name string) bool { return slices.Contains(files, name) }
	for _, x := range []struct{ word, name, ep, err string }{
		{"a.jpg", "a.jpg", "", ""},
		{"a.jpg=article", "a.jpg", "article", ""},
		{`C:\photos\a=b.jpg`, `C:\photos\a=b.jpg`, "", ""},
		{`C:\photos\a=b.jpg=secapi`, `C:\photos\a=b.jpg`, "secapi", ""},
		{"x=article", "x=article", "", ""}, // there is such a file
		{"x=article=merchant", "x=article", "merchant", ""},
		{"con=marketing.png", "con=marketing.png", "", ""},
		{"*.jpg=marketing", "*.jpg", "marketing", ""},
		{"gone=y.jpg", "gone=y.jpg", "", ""},
		{"=article", "=article", "", ""},
		{"a.jpg=artcle", "", "", `no endpoint "artcle"; did you mean article?`},
	} {
		name, ep, err := splitWord(x.word, there)
		if x.err != "" {
			if err == nil || !strings.Contains(err.Error(), x.err) {
				t.Errorf("%s: %v", x.word, err)
			}
			continue
		}
		got := ""
		if ep != nil {
			got = ep.Name
		}
		if name != x.name || got != x.ep || err != nil {
			t.Errorf("%s: %q, %q, %v", x.word, name, got, err)
		}
	}
}

func TestMatchesPath(t *testing.T) {
	for _, x := range []struct {
		pattern, path string
		want          bool
	}{
		{"*.jpg", "/home/me/a.jpg", true},
		{"*.jpg", "/home/me/a.png", false},
		{"licences/*", "/home/me/licences/a.jpg", true},
		{"licences/*", "/home/me/licences/x/a.jpg", false},
		{"licences/**", "/home/me/licences/x/a.jpg", true},
		{"/home/*/a.jpg", "/home/me/a.jpg", true},
		{"/me/a.jpg", "/home/me/a.jpg", false},
		{"**/me/**/a.jpg", "/home/me/x/y/a.jpg", true},
		{"me/**/x/**/a.jpg", "/home/me/1/x/2/x/3/a.jpg", true},
		{"me/**/x/**/b.jpg", "/home/me/1/x/2/x/3/a.jpg", false},
		{"营业执照*.png", "/d/营业执照1.png", true},
		{"[!a]*.jpg", "/b.jpg", false}, // path.Match writes [^a]
		{"[^a]*.jpg", "/b.jpg", true},
	} {
		if got := matchesPath(x.pattern, x.path); got != x.want {
			t.Errorf("%s on %s: %v", x.pattern, x.path, got)
		}
	}
	// A pattern that would take forever with naive backtracking.
	if matchesPath(strings.Repeat("**/a/", 40)+"b", "/"+strings.Repeat("a/", 400)+"c") {
		t.Error("matched")
	}
}

// tree makes files, with their own names in them; those that end in / are directories.
func tree(t *testing.T, names ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, name := range names {
		os.MkdirAll(filepath.Dir(filepath.FromSlash(name)), 0o755)
		if strings.HasSuffix(name, "/") {
			continue
		}
		if err := os.WriteFile(filepath.FromSlash(name), []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// listed lists what a command line means: name=endpoint, with ! for what cannot be uploaded and @ for what repeats another.
func listed(t *testing.T, l *lister, args ...string) string {
	t.Helper()
	if l.conf == nil {
		l.conf = &configuration{}
	}
	if err := l.list(t.Context(), args); err != nil {
		return err.Error()
	}
	var list []string
	for _, it := range l.items {
		s := filepath.ToSlash(it.name)
		if it.ep != &wxup.MarketingImage {
			s += "=" + it.ep.Name
		}
		if it.err != nil {
			s = "!" + s
		}
		if it.same >= 0 {
			s += fmt.Sprint("@", it.same)
		}
		list = append(list, s)
	}
	return strings.Join(list, " ")
}

func TestFilesOfACommandLine(t *testing.T) {
	tree(t, "a.jpg", "b.PNG", "c.txt", ".hidden.jpg", "d/1.jpg", "d/2.bmp", "d/e/3.jpeg", "d/e/.x/4.jpg", "d/.y.jpg", "d/film.mp4", "d/notes.txt",
		"d/e/anim.gif", "odd[1].jpg", "odd1.jpg", "empty/")
	os.Symlink("..", "d/up")
	os.Symlink("1.jpg", "d/link.jpg")
	os.Symlink("nowhere", "d/dangling.jpg")
	for _, x := range []struct{ args, want string }{
		{"a.jpg", "a.jpg"},
		{"a.jpg ./a.jpg a.jpg=article", "a.jpg ./a.jpg@0 a.jpg=article"},
		{"a.jpg a.jpg a.jpg", "a.jpg a.jpg@0 a.jpg@0"},
		{"missing.jpg a.jpg", "!missing.jpg a.jpg"},
		{"c.txt", "c.txt"}, // named: it is for the check to say no
		{"d", "d/1.jpg d/2.bmp !d/dangling.jpg d/e/3.jpeg d/link.jpg"},
		{"d=article", "d/1.jpg=article !d/dangling.jpg=article d/e/3.jpeg=article d/link.jpg=article"},
		{"d=video", "d/film.mp4=video"},
		{"empty", ""},
		{"*.jpg", "a.jpg odd1.jpg odd[1].jpg"},
		{"*.JPG", "!*.JPG"},
		{"?.*", "a.jpg b.PNG c.txt"},
		{".h*", ".hidden.jpg"},
		{"odd[1].jpg", "odd[1].jpg"}, // there is one of that name
		{"odd[12].jpg", "odd1.jpg"},
		{"odd[", "!odd["},
		{"d/**/*.jp*g", "d/1.jpg !d/dangling.jpg d/link.jpg d/e/3.jpeg"},
		{"**/e/*", "d/e/3.jpeg d/e/anim.gif"},
		{"d/e/**", "d/e/3.jpeg d/e/anim.gif"},
		{"*/e", "d/e/3.jpeg"},
		{"d/up/a.jpg", "d/up/a.jpg"},
		{"no*.jpg", "!no*.jpg"},
	} {
		if runtime.GOOS == "windows" {
			t.Skip("SKIPPED on Windows: names with * and symbolic links")
		}
		if got := listed(t, &lister{to: &wxup.MarketingImage}, strings.Fields(x.args)...); got != x.want {
			t.Errorf("%s:\n got %s\nwant %s", x.args, got, x.want)
		}
	}
	l := &lister{to: &wxup.MarketingImage, fits: true}
	if got := listed(t, l, "d/e"); got != "d/e/3.jpeg d/e/anim.gif" || l.asides != 0 {
		t.Errorf("with --fit: %s, %d aside", got, l.asides)
	}
	l = &lister{to: &wxup.MarketingImage}
	if listed(t, l, "d"); l.asides != 3 {
		t.Errorf("%d files are aside, want film.mp4, notes.txt and anim.gif", l.asides)
	}
}

// TestOddFilesOfAPattern: a pipe is not waited for, and a control character in a name changes no suffix.
func TestOddFilesOfAPattern(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED on Windows: names with line ends, and mkfifo")
	}
	tree(t, "d/1.jpg", "d/2\n.jpg", "d/3\t/4.jpg")
	if out, err := exec.Command("mkfifo", "d/pipe.jpg").CombinedOutput(); err != nil {
		t.Fatalf("mkfifo: %v: %s", err, out)
	}
	for word, want := range map[string]string{
		"d":        "d/1.jpg d/2\n.jpg d/3\t/4.jpg",
		"d/*.jpg":  "d/1.jpg d/2\n.jpg",
		"d/**/*.*": "d/1.jpg d/2\n.jpg d/3\t/4.jpg",
	} {
		l := &lister{to: &wxup.MarketingImage}
		if got := listed(t, l, word); got != want || l.asides != 1 {
			t.Errorf("%s: got %q and %d aside, want %q and the pipe", word, got, l.asides, want)
		}
	}
}

func TestFilesOfAList(t *testing.T) {
	tree(t, "a.jpg", "b c.jpg", "d/1.jpg", "x=y.jpg")
	for _, x := range []struct {
		in   string
		zero bool
		want string
	}{
		{"a.jpg\nb c.jpg\n", false, "a.jpg b c.jpg"},
		{"\ufeffa.jpg\r\n\r\nb c.jpg\r\nd=article", false, "a.jpg b c.jpg d/1.jpg=article"},
		{"a.jpg\x00b c.jpg\x00", true, "a.jpg b c.jpg"},
		{"a.jpg\x00b c.jpg", true, "a.jpg b c.jpg"},
		{"*.jpg\n", false, "!*.jpg"}, // names, not patterns
		{"x=y.jpg\ngone\n", false, "x=y.jpg !gone"},
		{"", false, ""},
		{"a.jpg\x00b c.jpg\x00", false, "standard input is no list of names"},
		{"\x89PNG\r\n\x1a\n", false, "standard input is no list of names"},
		{strings.Repeat("x", 70000), false, "line 1 of the list is longer than 65536 bytes"},
	} {
		got := listed(t, &lister{to: &wxup.MarketingImage, zero: x.zero, stdin: strings.NewReader(x.in)}, "-")
		if got != x.want && (len(x.want) < 20 || !strings.HasPrefix(got, x.want)) {
			t.Errorf("%.40q:\n got %s\nwant %s", x.in, got, x.want)
		}
	}
	if got := listed(t, &lister{to: &wxup.MarketingImage, stdin: strings.NewReader("…"), name: "p.jpg"}, "-"); got != "p.jpg" {
		t.Errorf("with --name: %s", got)
	}
}

// A list that nobody writes does not keep Ctrl-C from ending the program.
func TestStoppedList(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	defer w.Close()
	cancel()
	l := &lister{to: &wxup.MarketingImage, conf: &configuration{}, stdin: r}
	var status exit
	if err := l.list(ctx, []string{"-"}); !errors.As(err, &status) || status != exitStopped {
		t.Errorf("%v", err)
	}
}

func TestEndpointOfAFile(t *testing.T) {
	tree(t, "licences/a.jpg", "b.jpg", "note.txt")
	conf := &configuration{rules: []rule{
		{match: "licences/*", to: &wxup.MerchantImage, meta: map[string]string{"k": "rule"}},
		{match: "b.jpg", meta: map[string]string{"k": "b"}},
	}}
	for _, x := range []struct {
		l    lister
		args string
		want string
	}{
		{lister{}, "licences/a.jpg", "licences/a.jpg=merchant"},
		{lister{other: &wxup.ArticleImage}, "licences b.jpg", "licences/a.jpg=merchant b.jpg=article"},
		{lister{to: &wxup.ArticleImage}, "licences b.jpg=secapi", "licences/a.jpg=article b.jpg=secapi"},
		{lister{}, "licences b.jpg", "say what b.jpg is for with --to NAME"},
	} {
		x.l.conf = conf
		if got := listed(t, &x.l, strings.Fields(x.args)...); got != x.want && !strings.HasPrefix(got, x.want+";") {
			t.Errorf("%s: %s; want %s", x.args, got, x.want)
		}
	}
	l := &lister{conf: conf, to: &wxup.ArticleImage}
	listed(t, l, "licences", "b.jpg")
	f := fileFlags{meta: map[string]string{"more": "typed"}}
	if src := f.source(&l.items[0]); len(src.Meta) != 1 {
		t.Errorf("the meta of a rule for another endpoint is sent: %v", src.Meta)
	}
	if src := f.source(&l.items[1]); fmt.Sprint(src.Meta) != "map[k:b more:typed]" {
		t.Errorf("meta is %v", src.Meta)
	}
}

func TestParseRate(t *testing.T) {
	for _, x := range []struct{ text, want string }{
		{"", "{false {0 0s} map[]}"},
		{"off", "{true {0 0s} map[]}"},
		{"100/m", "{false {100 1m0s} map[]}"},
		{"20/s", "{false {20 1s} map[]}"},
		{"1000/day", "{false {1000 24h0m0s} map[]}"},
		{"5/10s", "{false {5 10s} map[]}"},
		{"article=1000/d, 50/m", "{false {50 1m0s} map[article:{1000 24h0m0s}]}"},
		{"100", "--rate is a number of calls"}, {"0/m", "--rate is"}, {"x/m", "--rate is"}, {"5/", "--rate is"}, {"5/-1s", "--rate is"},
		{"1/s,2/s", "names two rates"}, {"articel=1/s", `no endpoint "articel"; did you mean article?`},
	} {
		rate, err := parseRate(x.text)
		got := fmt.Sprint(rate)
		if err != nil {
			got = err.Error()
		}
		if got != x.want && (err == nil || !strings.Contains(got, x.want)) {
			t.Errorf("%s: %s", x.text, got)
		}
	}
}

func TestParseColour(t *testing.T) {
	for _, x := range []struct{ text, want string }{
		{"white", "{65535}"}, {"Black", "{0}"}, {"#ff8000", "{255 128 0 255}"}, {"#f80", "{255 136 0 255}"},
		{"red", "not"}, {"ff8000", "not"}, {"#ff80", "not"}, {"#gggggg", "not"}, {"#-f8000", "not"},
	} {
		c, err := parseColour(x.text)
		got := fmt.Sprint(c)
		if err != nil {
			got = err.Error()
		}
		if got != x.want && (x.want != "not" || err == nil) {
			t.Errorf("%s: %s", x.text, got)
		}
	}
}

// A name must not do anything to the terminal, and must stay in its line.
func TestPrintable(t *testing.T) {
	for name, want := range map[string]string{
		"图 片.jpg": "图 片.jpg", "a\nb": `"a\nb"`, "\x1b[31mx": `"\x1b[31mx"`, "\xff.jpg": `"\xff.jpg"`, "a\u2028b": `"a\u2028b"`,
	} {
		if got := printable(name); got != want {
			t.Errorf("%q: %s", name, got)
		}
	}
}

func TestTable(t *testing.T) {
	got := table([][]string{{"接口", "上传"}, {"article", "3"}, {"x", "12345"}})
	if got != "接口       上传\narticle       3\nx         12345\n" {
		t.Errorf("\n%s", got)
	}
	for n := 6; n < 24; n++ {
		got := column("图片/很长的文件名.jpg", n)
		if runewidth.StringWidth(got) != n || n < 21 && !strings.HasPrefix(got, "…") || !strings.HasSuffix(strings.TrimRight(got, " "), ".jpg") {
			t.Errorf("%d columns: %q", n, got)
		}
	}
	if got := column("a.jpg", 8); got != "a.jpg   " {
		t.Errorf("%q", got)
	}
}
