package media

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestChineseReasons: every reason in the source has its Chinese.
func TestChineseReasons(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`\.fail\([^"\n]*"([^"]+)"|const reason\w+ = "([^"]+)"`)
	used := map[string]bool{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range said.FindAllStringSubmatch(string(text), -1) {
			used[m[1]+m[2]] = true
			if chineseReasons[m[1]+m[2]] == "" {
				t.Errorf("%s: %q has no Chinese", name, m[1]+m[2])
			}
		}
	}
	for reason := range chineseReasons {
		if !used[reason] {
			t.Errorf("nothing says %q", reason)
		}
	}
	e := &StructureError{Format: JPEG, Kind: Damaged, Offset: 1090, Reason: "no scan"}
	if got, want := e.In("zh"), "jpeg：已损坏：没有扫描数据（第 1090 字节处）"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
