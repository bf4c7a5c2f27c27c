package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// readVersions takes each client's version from the file that pins it.
func readVersions(clients []client, conformance string) (map[string]string, error) {
	mod, err := os.ReadFile(filepath.Join(conformance, "go", "go.mod"))
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(conformance, "node", "package-lock.json"))
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct{ Version string }
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		return nil, err
	}
	versions := map[string]string{}
	for _, c := range clients {
		switch c.ecosystem {
		case "go":
			m := regexp.MustCompile(`(?m)^\s+` + regexp.QuoteMeta(c.pkg) + ` (\S+)$`).FindSubmatch(mod)
			if m == nil {
				return nil, fmt.Errorf("go.mod does not require %s", c.pkg)
			}
			versions[c.name] = string(m[1])
		case "npm":
			v := lock.Packages["node_modules/"+c.pkg].Version
			if v == "" {
				return nil, fmt.Errorf("package-lock.json has no %s", c.pkg)
			}
			versions[c.name] = v
		}
	}
	return versions, nil
}

// absent is a line of not-run.txt.
type absent struct {
	names string
	why   words
}

func readAbsent(path string) ([]absent, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var list []absent
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "|")
		if len(f) != 3 {
			return nil, fmt.Errorf("%s: cannot read the line %q", path, line)
		}
		list = append(list, absent{strings.TrimSpace(f[0]), words{strings.TrimSpace(f[1]), strings.TrimSpace(f[2])}})
	}
	return list, nil
}
