package pick

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

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/internal/phrase/phrasetest"
	"github.com/wxup/wxup/internal/need"
	"github.com/wxup/wxup/media"
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
		if got := RuleFor([]Rule{{Match: x.pattern}}, x.path) != nil; got != x.want {
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

// listed returns what words mean: name=endpoint, with ! before what cannot be uploaded and @ after
// what repeats another.
func listed(t *testing.T, o Options, words ...string) (list string, skipped int) {
	t.Helper()
	items, skipped, err := Files(t.Context(), words, o)
	if err != nil {
		return err.Error(), 0
	}
	var all []string
	for _, it := range items {
		s := filepath.ToSlash(it.Name)
		if it.Endpoint.Name != "marketing" {
			s += "=" + it.Endpoint.Name
		}
		if it.Err != nil {
			s = "!" + s
		}
		if it.Same >= 0 {
			s += fmt.Sprint("@", it.Same)
		}
		all = append(all, s)
	}
	return strings.Join(all, " "), skipped
}

func endpoint(t *testing.T, name string) *wxup.Endpoint {
	t.Helper()
	ep, err := Endpoint(name)
	if err != nil {
		t.Fatal(err)
	}
	return ep
}

func TestFilesOfACommandLine(t *testing.T) {
	tree(t, "a.jpg", "b.PNG", "c.txt", ".hidden.jpg", "d/1.jpg", "d/2.bmp", "d/e/3.jpeg", "d/e/.x/4.jpg", "d/.y.jpg", "d/film.mp4", "d/notes.txt",
		"d/e/anim.gif", "odd[1].jpg", "odd1.jpg", "empty/")
	os.Symlink("..", "d/up")
	os.Symlink("1.jpg", "d/link.jpg")
	os.Symlink("nowhere", "d/dangling.jpg")
	marketing := Options{To: endpoint(t, "marketing")}
	for _, x := range []struct{ args, want string }{
		{"a.jpg", "a.jpg"},
		{"https://example.com/a.jpg a.jpg", "!https://example.com/a.jpg a.jpg"},
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
		need.That(t, runtime.GOOS != "windows", "names with * and symbolic links", "use Unix")
		if got, _ := listed(t, marketing, strings.Fields(x.args)...); got != x.want {
			t.Errorf("%s:\n got %s\nwant %s", x.args, got, x.want)
		}
	}
	if got, skipped := listed(t, Options{To: marketing.To, Fits: []media.Format{media.GIF}}, "d/e"); got != "d/e/3.jpeg d/e/anim.gif" || skipped != 0 {
		t.Errorf("with --fit: %s, %d skipped", got, skipped)
	}
	without := Options{To: marketing.To, Skip: func(dir string) bool { return filepath.Base(dir) == "e" }}
	if got, _ := listed(t, without, "d"); got != "d/1.jpg d/2.bmp !d/dangling.jpg d/link.jpg" {
		t.Errorf("without d/e: %s", got)
	}
	if _, skipped := listed(t, marketing, "d"); skipped != 3 {
		t.Errorf("%d files are skipped, want film.mp4, notes.txt and anim.gif", skipped)
	}
}

// TestOddFilesOfAPattern: a pipe is not waited for, and a control character in a name changes no
// suffix.
func TestOddFilesOfAPattern(t *testing.T) {
	need.That(t, runtime.GOOS != "windows", "names with line ends, and mkfifo", "use Unix")
	tree(t, "d/1.jpg", "d/2\n.jpg", "d/3\t/4.jpg")
	if out, err := exec.Command("mkfifo", "d/pipe.jpg").CombinedOutput(); err != nil {
		t.Fatalf("mkfifo: %v: %s", err, out)
	}
	for word, want := range map[string]string{
		"d":        "d/1.jpg d/2\n.jpg d/3\t/4.jpg",
		"d/*.jpg":  "d/1.jpg d/2\n.jpg",
		"d/**/*.*": "d/1.jpg d/2\n.jpg d/3\t/4.jpg",
	} {
		if got, skipped := listed(t, Options{To: endpoint(t, "marketing")}, word); got != want || skipped != 1 {
			t.Errorf("%s: got %q and %d skipped, want %q and the pipe", word, got, skipped, want)
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
		{"a.jpg\x00b c.jpg\x00", false, "standard input is not a list of names"},
		{"\x89PNG\r\n\x1a\n", false, "standard input is not a list of names"},
		{strings.Repeat("x", 70000), false, "line 1 of the list is longer than 65536 bytes"},
	} {
		got, _ := listed(t, Options{To: endpoint(t, "marketing"), Null: x.zero, Stdin: strings.NewReader(x.in)}, "-")
		if got != x.want && (len(x.want) < 20 || !strings.HasPrefix(got, x.want)) {
			t.Errorf("%.40q:\n got %s\nwant %s", x.in, got, x.want)
		}
	}
	if got, _ := listed(t, Options{To: endpoint(t, "marketing"), Stdin: strings.NewReader("…"), Name: "p.jpg"}, "-"); got != "p.jpg" {
		t.Errorf("with --name: %s", got)
	}
}

// A list that nobody writes does not keep Ctrl-C from ending the program.
func TestStoppedList(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	defer w.Close()
	cancel()
	if _, _, err := Files(ctx, []string{"-"}, Options{To: endpoint(t, "marketing"), Stdin: r}); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want that of the context", err)
	}
}

func TestEndpointOfAFile(t *testing.T) {
	tree(t, "licences/a.jpg", "b.jpg", "note.txt")
	rules := []Rule{
		{Match: "licences/*", To: endpoint(t, "merchant"), Meta: map[string]string{"k": "rule"}},
		{Match: "b.jpg", Meta: map[string]string{"k": "b"}},
	}
	article := endpoint(t, "article")
	for _, x := range []struct {
		o    Options
		args string
		want string
	}{
		{Options{}, "licences/a.jpg", "licences/a.jpg=merchant"},
		{Options{Default: article}, "licences b.jpg", "licences/a.jpg=merchant b.jpg=article"},
		{Options{To: article}, "licences b.jpg=secapi", "licences/a.jpg=article b.jpg=secapi"},
		{Options{}, "licences b.jpg", "say what b.jpg is for with --to NAME"},
	} {
		x.o.Rules = rules
		if got, _ := listed(t, x.o, strings.Fields(x.args)...); got != x.want && !strings.HasPrefix(got, x.want+";") {
			t.Errorf("%s: %s; want %s", x.args, got, x.want)
		}
	}
	items, _, err := Files(t.Context(), []string{"licences", "b.jpg"}, Options{To: article, Rules: rules})
	if err != nil {
		t.Fatal(err)
	}
	f := Fields{Meta: map[string]string{"more": "typed"}}
	if src := items[0].Source(f); len(src.Meta) != 1 {
		t.Errorf("the meta of a rule for another endpoint is sent: %v", src.Meta)
	}
	if src := items[1].Source(f); fmt.Sprint(src.Meta) != "map[k:b more:typed]" {
		t.Errorf("meta is %v", src.Meta)
	}
}

func TestChinese(t *testing.T) { phrasetest.Complete(t, texts) }
