package house

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// maxColumns is how long a line of a comment may be. Samples, which a tab or more blanks begin, and
// what examples print may be longer.
const maxColumns = 100

// TestColumns: comments have lines of at most maxColumns.
func TestColumns(t *testing.T) {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules"):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, n := range tooLong(string(text)) {
			t.Errorf("%s:%d: the comment has more than %d columns", path, n, maxColumns)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// tooLong returns the numbers of the lines of comments that are too long.
func tooLong(text string) (lines []int) {
	output := false
	for i, line := range strings.Split(text, "\n") {
		rest, ok := strings.CutPrefix(strings.TrimLeft(line, "\t"), "// ")
		output = ok && (output || strings.HasPrefix(rest, "Output:"))
		if ok && !output && !strings.HasPrefix(rest, " ") && utf8.RuneCountInString(line) > maxColumns {
			lines = append(lines, i+1)
		}
	}
	return lines
}

// TestTooLong: a line of prose counts, a sample and an example's output do not.
func TestTooLong(t *testing.T) {
	long := strings.Repeat("long ", 20)
	text := "// " + long + "\n\t// " + long + "\n//\t" + long + "\n//   " + long + "\n// short\nx()\n// Output:\n// " + long
	if got := tooLong(text); len(got) != 2 || got[0] != 1 || got[1] != 2 {
		t.Errorf("the lines %v are too long, want 1 and 2", got)
	}
}
