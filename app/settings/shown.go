package settings

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/pflag"

	"github.com/wxup/wxup/app/pick"
	"github.com/wxup/wxup/internal/secret"
)

// Line is a value as it may be shown, and where it comes from.
type Line struct{ Name, Value, From string }

// Masked returns a credential's value as it may be shown.
func Masked(name, value string) string {
	if IsSecret(name) && value != "" {
		return secret.Hidden
	}
	return (*secret.Set)(nil).MaskConfig(value)
}

// FlagLines fills in the flags of another command and returns them. Flags that were typed for this
// command count there too; From is "" for a default.
func (s *Settings) FlagLines(typed, flags *pflag.FlagSet) (lines []Line, err error) {
	origins, err := s.Fill(flags)
	if err != nil {
		return nil, err
	}
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || f.Name == "config" {
			return
		}
		from, value := origins[f.Name], f.Value.String()
		if t := typed.Lookup(f.Name); t != nil && (t.Changed || f.Name == "profile") {
			from, value = cmp.Or(s.Origins[f.Name], from), t.Value.String()
		}
		lines = append(lines, Line{f.Name, (*secret.Set)(nil).MaskConfig(value), from})
	})
	return lines, nil
}

// CredentialLines returns the credentials of the chosen profile. Files are not opened, and commands
// are not run.
func (s *Settings) CredentialLines() (lines []Line) {
	for _, name := range CredentialNames {
		cr, ok := s.Profile.Credentials[name]
		if !ok {
			continue
		}
		l := Line{name, Masked(name, cr.Text), fmt.Sprintf("%s:%d, profiles.%s", s.File.Path, cr.Line, s.Profile.Name)}
		switch {
		case cr.File != "":
			l.Value = (*secret.Set)(nil).MaskConfig(cr.File)
			if name := filepath.Base(cr.File); (*secret.Set)(nil).MaskConfig(name) != name { // the secret itself
				l.Value = secret.Hidden
			}
		case cr.Env != "":
			l.Value, l.From = Masked(name, os.Getenv(cr.Env)), l.From+", $"+cr.Env
		case cr.Command != nil:
			l.Value, l.From = secret.Hidden, l.From+", command"
		}
		lines = append(lines, l)
	}
	return lines
}

// RuleText returns a rule in one line: licences/* → merchant openid=o1.
func RuleText(r pick.Rule) string {
	text := r.Match
	if r.To != nil {
		text += " → " + r.To.Name
	}
	for _, m := range []map[string]string{r.Meta, r.Path} {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			text += " " + k + "=" + m[k]
		}
	}
	return text
}
