package phrase

import (
	"os"
	"strings"
)

// UserLanguage returns the language of WXUP_LANG, or else of the locale.
func UserLanguage() string {
	for _, name := range []string{"WXUP_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			if strings.HasPrefix(strings.ToLower(v), "zh") {
				return "zh"
			}
			return "en"
		}
	}
	return "en"
}
