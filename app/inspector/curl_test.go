package inspector_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wxup/wxup/app/inspector/inspectortest"

	"github.com/wxup/wxup/internal/need"
)

// TestCurl: the command that is shown makes the same request: the server takes it for a replay of
// the first, or refuses it for the same cause.
func TestCurl(t *testing.T) {
	need.Program(t, "bash", need.Setup)
	need.Program(t, "curl", need.Setup)
	g := inspectortest.New(t)
	b := g.Operator()
	dir := t.TempDir()
	g.Must(os.WriteFile(filepath.Join(dir, "photo.jpg"), inspectortest.Photo(0), 0o600))
	g.Must(os.WriteFile(filepath.Join(dir, "FILE"), inspectortest.Photo(0), 0o600))
	for name, a := range map[string]inspectortest.Attempt{
		"accepted":     {},
		"a quote":      {Name: "it's.jpg"},
		"a blank":      {Name: `a b;c\d.jpg`},
		"Chinese":      {Name: "图片.jpg"},
		"refused":      {Signed: inspectortest.WholeBody},
		"a line break": {Meta: "{\r\n\t\"filename\": \"photo.jpg\", \"sha256\": \"" + inspectortest.Digest(inspectortest.Photo(0)) + "\"}"},
	} {
		if name == "a line break" {
			a.Signed = func(meta, _ string) string { return meta }
		}
		_, id := g.Send(a)
		var first exchange
		b.JSON("/api/v1/exchanges/"+id, &first)
		cmd := exec.Command("bash", "-c", first.Curl)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "NO_PROXY=*")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s\n%s", name, err, out, first.Curl)
			continue
		}
		var list exchangeList
		b.JSON("/api/v1/exchanges?limit=1", &list)
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
