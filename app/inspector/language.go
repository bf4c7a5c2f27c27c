package inspector

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// lang is "en" or "zh".
type lang string

// t says an English text in the language. The arguments are put into it as fmt.Sprintf does.
func (l lang) t(s string, args ...any) string {
	if l == "zh" {
		if zh, ok := chinese[s]; ok {
			s = zh
		}
	}
	if len(args) > 0 {
		return fmt.Sprintf(s, args...)
	}
	return s
}

// langOf returns the language for a request: from ?lang=, else the cookie, else the browser.
func langOf(r *http.Request) lang {
	asked := []string{r.URL.Query().Get("lang")}
	if c, err := r.Cookie(langCookie); err == nil {
		asked = append(asked, c.Value)
	}
	asked = append(asked, strings.Split(r.Header.Get("Accept-Language"), ",")...)
	for _, s := range asked {
		s = strings.ToLower(strings.TrimSpace(s))
		switch {
		case strings.HasPrefix(s, "zh"):
			return "zh"
		case strings.HasPrefix(s, "en"):
			return "en"
		}
	}
	return "en"
}

// themeOf is light, dark, or "" for what the system has.
func themeOf(r *http.Request) string {
	if c, err := r.Cookie(themeCookie); err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return ""
}

const (
	langCookie  = "wxup_lang"
	themeCookie = "wxup_theme"
)

// chosen keeps a choice that came as ?lang= or ?theme= and sends the browser on to the page without
// it.
func chosen(w http.ResponseWriter, r *http.Request) bool {
	query := r.URL.Query()
	chose := false
	for name, to := range map[string]struct {
		cookie string
		values []string
	}{"lang": {langCookie, []string{"en", "zh"}}, "theme": {themeCookie, []string{"light", "dark"}}} {
		for _, v := range to.values {
			if query.Get(name) == v {
				http.SetCookie(w, &http.Cookie{
					Name: to.cookie, Value: v, Path: "/", MaxAge: int(365 * 24 * time.Hour / time.Second), SameSite: http.SameSiteLaxMode,
				})
				chose = true
			}
		}
		query.Del(name)
	}
	if !chose || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	u := *r.URL
	u.Scheme, u.Host, u.RawQuery = "", "", query.Encode()
	http.Redirect(w, r, here(u.String()), http.StatusSeeOther)
	return true
}

// here is [local] for an address that was just asked for, the login form's too.
func here(address string) string {
	if strings.HasPrefix(address, "//") {
		return "/"
	}
	return address
}
