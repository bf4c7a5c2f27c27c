package datadir

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Environment returns the environment of this process with the variables of a server, and those
// that make programs reach it.
func Environment(dir string, vars map[string]string) []string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		abs = dir
	}
	set := maps.Clone(vars)
	maps.Copy(set, Reaching(abs, vars["WXUP_PROXY_URL"], os.Getenv))
	env := slices.DeleteFunc(os.Environ(), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		_, ours := set[name]
		return ours || name == "ALL_PROXY" || name == "all_proxy"
	})
	for _, name := range slices.Sorted(maps.Keys(set)) {
		env = append(env, name+"="+set[name])
	}
	return env
}
