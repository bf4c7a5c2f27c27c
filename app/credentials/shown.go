package credentials

import (
	"os"

	"github.com/wxup/wxup/app/settings"
)

// Lines returns the source's credentials as they may be shown: secrets are masked, also where the
// variable of a file holds one.
func (s *Source) Lines(lang string) (lines []settings.Line) {
	for _, name := range settings.CredentialNames {
		variable := settings.Variable(name)
		for _, v := range []string{variable, variable + "_FILE"} {
			value, from := s.Values[v], s.Name.In(lang)
			if value == "" {
				continue
			}
			if s.Kind == Environment {
				from = "$" + v
			}
			if _, err := os.Stat(value); v == variable || err != nil && !LooksLikePath(value) {
				value = settings.Masked(name, value)
			}
			lines = append(lines, settings.Line{Name: name, Value: value, From: from})
		}
	}
	return lines
}
