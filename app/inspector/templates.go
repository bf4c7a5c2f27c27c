package inspector

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/term"
)

//go:embed templates
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

func parsePages() map[lang]*pages {
	sets := map[lang]*pages{}
	for _, l := range []lang{"en", "zh"} {
		set := pages{}
		shared := template.Must(template.New("").Funcs(functions(l)).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html"))
		for _, name := range []string{"list", "exchange", "keys", "connect", "login", "welcome", "error"} {
			set[name] = template.Must(template.Must(shared.Clone()).ParseFS(templateFiles, "templates/"+name+".html"))
		}
		sets[l] = &set
	}
	return sets
}

// functions are what the templates can call.
func functions(l lang) template.FuncMap {
	return template.FuncMap{
		"t":     l.t,
		"plain": plain,
		"runs":  func(s any) []run { return runs(textOf(s)) },
		"bytes": term.Bytes,
		"took":  took,
		"iso":   func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) },
		"full":  func(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05.000 -07:00") },
		"day":   func(t time.Time) string { return t.Local().Format(time.DateOnly) },
		"family": func(f wxup.Family) string {
			return map[wxup.Family]string{wxup.PayV3: "Pay v3", wxup.PayV2: "Pay v2", wxup.FamilyAccount: l.t("Official Account")}[f]
		},
		"status":  http.StatusText,
		"join":    strings.Join,
		"state":   l.state,
		"outcome": l.outcome,
		"last":    path.Base,
		"capital": capital, "sentence": l.sentence,
		"row": func(s any, query string) rowView { return l.row(s, query) },
	}
}

func textOf(s any) string {
	switch s := s.(type) {
	case text:
		return string(s)
	case *text:
		return string(*s)
	case string:
		return s
	}
	return ""
}

// took shows a duration that is given in milliseconds.
func took(ms float64) string { return term.Took(time.Duration(ms * float64(time.Millisecond))) }

// staticVersion is in the path of all static files, so that they may be kept for ever and still
// change.
var staticVersion = func() string {
	sum := sha256.New()
	fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			data, _ := staticFiles.ReadFile(name) // embedded: it is there
			sum.Write([]byte(name))
			sum.Write(data)
		}
		return nil
	})
	return hex.EncodeToString(sum.Sum(nil)[:6])
}()
