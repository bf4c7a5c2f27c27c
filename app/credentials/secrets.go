package credentials

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/wxup/wxup/app/settings"
)

// secrets returns what nobody else may see of the values, whatever files hold it.
func (v Values) secrets() (list []string) {
	for _, name := range settings.CredentialNames {
		if !settings.IsSecret(name) {
			continue
		}
		list = append(list, v.Get(name))
		if name == "mch_p12" {
			continue // it is sealed with a password that everybody knows
		}
		if text, _, err := v.Text(name); err == nil {
			list = append(list, string(text))
		}
	}
	return list
}

// InEnviron returns the values in an environment, as os.Environ returns it, whose variables are
// named like secrets: WXUP_APIV3_KEY, AWS_SECRET_ACCESS_KEY, PGPASSWORD. The names of files are
// none.
func InEnviron(environ []string) (list []string) {
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		for _, end := range []string{"KEY", "SECRET", "TOKEN", "PASSWORD", "PASSWD"} {
			if !strings.HasSuffix(strings.ToUpper(name), end) {
				continue
			}
			if _, err := os.Stat(value); err != nil && filepath.Ext(value) == "" {
				list = append(list, value)
			}
		}
	}
	return list
}
