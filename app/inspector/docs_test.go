package inspector

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestDocs: docs/api.md lists the calls, all of them.
func TestDocs(t *testing.T) {
	source, err := os.ReadFile("routes.go")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	calls := regexp.MustCompile(`"((?:GET|POST) /api/v1/[^"]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(calls) < 10 {
		t.Fatalf("%d calls found in the source", len(calls))
	}
	for _, call := range calls {
		if !strings.Contains(string(doc), "`"+call[1]+"`") {
			t.Errorf("docs/api.md does not list %s", call[1])
		}
	}
}
