// Package settings reads the configuration, a YAML file, and decides where each flag's value comes
// from. The keys of the file are flags of any command, by their names, and two of its own:
//
//	to: article
//	profile: shop
//	profiles:
//	  shop:
//	    mchid: "1900009191"
//	    mch_key: {file: apiclient_key.pem}
//	    apiv3_key: {command: pass show wechat/apiv3}
//	    rate: 50/m
//	rules:
//	  - match: "licences/*"
//	    to: merchant
//
// Paths in it are relative to the file. A flag that is typed wins over its variable in the
// environment, that over the profile, and that over the rest of the file.
package settings

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wxup/wxup/app/pick"
)

// File is a configuration. The zero File is an empty one.
type File struct {
	Path     string // "" if there is no file
	Flags    map[string]Value
	Profiles map[string]*Profile
	Rules    []pick.Rule
}

// Value is a flag's value and where it stands: a file with its line, $VARIABLE, or --flag.
type Value struct{ Text, From string }

// Profile is a merchant or an app, or both: credentials, and values for flags while it is chosen.
type Profile struct {
	Name        string
	Credentials map[string]Credential // by their names, see CredentialNames
	Flags       map[string]Value
}

// Credential is where one value of a profile comes from. One of Text, File, Env and Command is set.
type Credential struct {
	Text, File, Env string
	Command         []string
	Line            int // of the file
}

// ProfileNames returns the names of the profiles in order.
func (f *File) ProfileNames() []string { return slices.Sorted(maps.Keys(f.Profiles)) }

// inlineSecret returns the key of a secret that stands in the file itself, or "".
func (f *File) inlineSecret() string {
	for _, profile := range f.ProfileNames() {
		for _, name := range CredentialNames {
			if IsSecret(name) && f.Profiles[profile].Credentials[name].Text != "" {
				return "profiles." + profile + "." + name
			}
		}
	}
	return ""
}

// resolve returns a path of the file as one that holds in every directory.
func (f *File) resolve(path string) string {
	if rest, ok := strings.CutPrefix(filepath.ToSlash(path), "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	if path == "" || path == "off" || path == "-" || filepath.IsAbs(path) || strings.Contains(path, "://") {
		return path
	}
	return filepath.Join(filepath.Dir(f.Path), path)
}
