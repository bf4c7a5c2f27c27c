package settings

import (
	"os"
	"strings"

	"github.com/spf13/pflag"
)

// Settings are the flags of one command with their values settled.
type Settings struct {
	File    *File
	Profile *Profile          // the chosen one; nil is none
	Origins map[string]string // where the value of a flag comes from; a flag with its default is not in it
}

// Settle reads the file that the flag config or WXUP_CONFIG names, and gives each flag that was not
// typed its value: from the environment, or else the chosen profile, or the file.
func Settle(flags *pflag.FlagSet, known Known) (*Settings, error) {
	file, err := Read(Asked(flags), known)
	if err != nil {
		return nil, err
	}
	s := &Settings{File: file}
	if err := s.choose(flags); err != nil {
		return nil, err
	}
	s.Origins, err = s.Fill(flags)
	return s, err
}

// Asked returns the file that the flag config or WXUP_CONFIG names, or "".
func Asked(flags *pflag.FlagSet) string {
	if f := flags.Lookup("config"); f != nil && f.Changed {
		return f.Value.String()
	}
	return os.Getenv("WXUP_CONFIG")
}

// Typed reports whether a flag was set on the command line or in the environment, and not in the
// file.
func (s *Settings) Typed(flag string) bool {
	return strings.HasPrefix(s.Origins[flag], "--") || strings.HasPrefix(s.Origins[flag], "$")
}

// Fill sets the flags that were not typed, and returns where their values come from.
func (s *Settings) Fill(flags *pflag.FlagSet) (origins map[string]string, err error) {
	origins = map[string]string{}
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || err != nil {
			return
		}
		if f.Changed {
			origins[f.Name] = "--" + f.Name
			return
		}
		v, ok := s.value(f.Name)
		if !ok || f.Name == "config" {
			return
		}
		if e := f.Value.Set(v.Text); e != nil {
			err = texts.Errorf("%s: %q is not a value for --%s: %w", v.From, v.Text, f.Name, e)
		}
		origins[f.Name] = v.From
	})
	return origins, err
}

// value returns what the environment says for a flag, or else the profile, or the file.
func (s *Settings) value(flag string) (Value, bool) {
	variable := Variable(flag)
	if text := os.Getenv(variable); text != "" {
		return Value{text, "$" + variable}, true
	}
	if s.Profile != nil {
		if v, ok := s.Profile.Flags[flag]; ok {
			return v, true
		}
	}
	v, ok := s.File.Flags[flag]
	return v, ok
}

// choose finds the profile that a flag, the environment or the file names.
func (s *Settings) choose(flags *pflag.FlagSet) error {
	v, _ := s.value("profile")
	if f := flags.Lookup("profile"); f != nil && f.Changed {
		v = Value{f.Value.String(), "--profile"}
	}
	if v.Text == "" {
		return nil
	}
	pr, ok := s.File.Profiles[v.Text]
	switch {
	case ok:
		s.Profile = pr
		return nil
	case s.File.Path == "":
		return texts.Errorf("%s: there is no profile %q, and no configuration that could have one: write %s, or name a file with --config", v.From, v.Text, DefaultPath())
	case len(s.File.Profiles) == 0:
		return texts.Errorf("%s: there is no profile %q; %s has none", v.From, v.Text, s.File.Path)
	}
	return texts.Errorf("%s: there is no profile %q; %s has: %s", v.From, v.Text, s.File.Path, strings.Join(s.File.ProfileNames(), " "))
}
