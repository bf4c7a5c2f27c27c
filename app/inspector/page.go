package inspector

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/wxup/wxup"
)

//go:embed templates
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// pages are the templates in one language, by page.
type pages map[string]*template.Template

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
		"bytes": bytesText,
		"took":  tookText,
		"iso":   func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) },
		"full":  func(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05.000 -07:00") },
		"day":   func(t time.Time) string { return t.Local().Format(time.DateOnly) },
		"family": func(f wxup.Family) string {
			return map[wxup.Family]string{wxup.PayV3: "Pay v3", wxup.PayV2: "Pay v2", wxup.Account: l.t("Official Account")}[f]
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

// tookText is a span for people: 0.4 ms, 12 ms, 1.2 s.
func tookText(ms float64) string {
	switch {
	case ms < 0.05:
		return "< 0.1 ms"
	case ms < 10:
		return strconv.FormatFloat(ms, 'f', 1, 64) + " ms"
	case ms < 1000:
		return strconv.FormatFloat(ms, 'f', 0, 64) + " ms"
	}
	return strconv.FormatFloat(ms/1000, 'f', 1, 64) + " s"
}

// frame is what every page has.
type frame struct {
	Lang      lang
	Theme     string
	PageTitle string
	Version   string
	Static    string // where the modules and the style are
	Nav       string // the part of the site: exchanges, connect, keys
	SignedIn  bool
	OtherLang string // links to the same page
	OtherLook string
}

func (in *Inspector) frame(r *http.Request, nav string) *frame {
	f := &frame{
		Lang: langOf(r), Theme: themeOf(r), Version: in.Version, Static: "/static/" + staticVersion, Nav: nav, SignedIn: in.sessions.admits(r),
	}
	f.OtherLang, f.OtherLook = withQuery(r, "lang", "zh"), withQuery(r, "theme", "dark")
	if f.Lang == "zh" {
		f.OtherLang = withQuery(r, "lang", "en")
	}
	if f.Theme == "dark" {
		f.OtherLook = withQuery(r, "theme", "light")
	}
	return f
}

// withQuery is the link to this page with one thing chosen. The secret of a link that signs in is not repeated.
func withQuery(r *http.Request, name, value string) string {
	query := r.URL.Query()
	query.Del("once")
	query.Set(name, value)
	u := url.URL{Path: r.URL.Path, RawQuery: query.Encode()}
	return u.String()
}

// title names the page in the browser's tab.
func (f *frame) title(s string) *frame {
	f.PageTitle = s
	return f
}

// render writes a page, whole or not at all.
func (in *Inspector) render(w http.ResponseWriter, r *http.Request, status int, name string, view any) {
	var b bytes.Buffer
	if err := (*in.pages[langOf(r)])[name].ExecuteTemplate(&b, "layout", view); err != nil {
		in.Log.ErrorContext(r.Context(), "render a page", "page", name, "err", err)
		http.Error(w, "the page could not be made; look into the server's log", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Vary", "Cookie, Accept-Language")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// staticVersion is in the path of all static files, so that they may be kept for ever and still change.
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

// static gives the modules, the style and the icon: they hold no data, and the login form needs them.
func (in *Inspector) static(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	data, err := staticFiles.ReadFile("static/" + name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	if r.PathValue("version") == staticVersion {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
}
