package inspector_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCurl: the command that is shown makes the same request: the server takes it for a replay of the first, or refuses it
// for the same cause.
func TestCurl(t *testing.T) {
	for _, program := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("SKIPPED: the command for curl is not run, because there is no %s", program)
		}
	}
	g := newRig(t)
	b := g.operator()
	dir := t.TempDir()
	g.must(os.WriteFile(filepath.Join(dir, "photo.jpg"), photo(0), 0o600))
	g.must(os.WriteFile(filepath.Join(dir, "FILE"), photo(0), 0o600))
	for name, a := range map[string]attempt{
		"accepted":     {},
		"a quote":      {name: "it's.jpg"},
		"a blank":      {name: `a b;c\d.jpg`},
		"Chinese":      {name: "图片.jpg"},
		"refused":      {signed: wholeBody},
		"a line break": {meta: "{\r\n\t\"filename\": \"photo.jpg\", \"sha256\": \"" + digest(photo(0)) + "\"}"},
	} {
		if name == "a line break" {
			a.signed = func(meta, _ string) string { return meta }
		}
		_, id := g.send(a)
		var first exchange
		b.json("/api/v1/exchanges/"+id, &first)
		cmd := exec.Command("bash", "-c", first.Curl)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "NO_PROXY=*")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s\n%s", name, err, out, first.Curl)
			continue
		}
		var list exchangeList
		b.json("/api/v1/exchanges?limit=1", &list)
		again := list.Exchanges[0]
		switch {
		case again.ID == id:
			t.Errorf("%s: the command has sent nothing: %s", name, first.Curl)
		case first.Outcome == "refused" && (again.Problem != first.Problem || again.Account != first.Account):
			t.Errorf("%s: refused for %s, at first for %s", name, again.Problem, first.Problem)
		case first.Outcome != "refused" && again.ReplayOf != id:
			t.Errorf("%s: not taken for the same request: %s %s\n%s", name, again.Outcome, again.Problem, first.Curl)
		}
		if strings.Contains(first.Curl, "-X") {
			t.Errorf("%s: %s", name, first.Curl)
		}
	}
}
