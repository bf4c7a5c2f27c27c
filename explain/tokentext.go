package explain

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/wire"
)

// tokenParameters are the query parameters that carry a token.
var tokenParameters = []string{"access_token", "cloudbase_access_token"}

// A tokenText is a text that may be meant as a token. cause is what is wrong with its place or
// spelling; value is the parameter, header or field that it is in.
// shown is the value of a finding with that cause; "": value.
type tokenText struct{ text, cause, value, shown string }

// TokenTexts lists the texts in a request that may be meant as tokens, wherever they are. Those
// that exist are to be given to [Account] as [Known.Tokens].
func TokenTexts(req *Request) []string {
	var list []string
	for _, t := range tokenTexts(readFacts(req, usualAccount)) {
		if t.text != "" && !slices.Contains(list, t.text) {
			list = append(list, t.text)
		}
	}
	return list
}

// doubled reports whether s is a token written twice.
func doubled(s string) bool {
	return len(s) >= 2*minToken && s[:len(s)/2] == s[(len(s)+1)/2:]
}

const (
	minToken      = 16 // characters that make a text one that can only be a token, or a part of one
	maxToken      = 4096
	maxTokenTexts = 64
)

// tokenTexts lists those texts, the one in the right place first.
func tokenTexts(f *facts) (list []tokenText) {
	add := func(s, cause, value string) {
		if s != "" && len(s) < maxToken && len(list) < maxTokenTexts {
			list = append(list, tokenText{text: s, cause: cause, value: value})
		}
	}
	spellings := func(s, cause, value string) {
		for _, t := range tokenSpellings(s) {
			if t.text != "" && len(t.text) < maxToken && len(list) < maxTokenTexts {
				list = append(list, tokenText{t.text, cmp.Or(cause, t.cause), value, t.shown})
			}
		}
	}
	for _, name := range tokenParameters {
		for i, raw := range f.query(name) {
			plain, err := url.QueryUnescape(raw)
			if err != nil {
				continue
			}
			cause := ""
			if i > 0 {
				cause = "account.token.twice" // the first is the one that counts
			}
			add(plain, cause, name)
			spellings(plain, cause, name)
		}
	}
	_, query, _ := strings.Cut(f.Target, "?")
	for pair := range strings.SplitSeq(query, "&") {
		key, raw, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(raw)
		if err != nil || slices.Contains(tokenParameters, key) || key == "" {
			continue
		}
		if strings.Contains(strings.ToLower(key), "token") {
			add(plain, "account.token.parameter", key)
		}
	}
	if len(list) == 0 { // the token is in the query, but not as a parameter's value
		if plain, err := url.QueryUnescape(query); err == nil && !strings.Contains(strings.ToLower(plain), "secret") {
			if run, around := text.OnlyRun(plain, minRun, isTokenByte); run != "" {
				list = append(list, tokenText{run, "account.token.parameter", "?", "?" + text.Visible(around, 60)})
			}
		}
	}
	for _, h := range f.headers() {
		lower := strings.ToLower(h.Name)
		switch {
		case lower == "cookie":
			for pair := range strings.SplitSeq(h.Value, ";") {
				if name, value, ok := strings.Cut(strings.TrimSpace(pair), "="); ok && strings.Contains(strings.ToLower(name), "token") {
					add(value, "account.token.in_header", h.Name)
				}
			}
		case strings.Contains(lower, "authorization") || strings.Contains(lower, "token"):
			value := strings.TrimSpace(h.Value)
			if m := scheme.FindString(value); m != "" {
				value = strings.TrimSpace(value[len(m):])
			}
			add(value, "account.token.in_header", h.Name)
			if raw, err := base64.StdEncoding.DecodeString(value); err == nil {
				name, password, _ := strings.Cut(string(raw), ":")
				if isAppID(name) || isCorpID(name) { // with a secret
					list = list[:len(list)-1]
					continue
				}
				add(cmp.Or(password, name), "account.token.in_header", h.Name)
			}
		}
	}
	for _, x := range slices.Concat(f.fields, bodyPairs(f)) {
		if strings.Contains(strings.ToLower(x.Name), "token") {
			add(x.Value, "account.token.in_body", x.Name)
			spellings(x.Value, "account.token.in_body", x.Name)
		}
	}
	if _, after, ok := strings.Cut(f.Target, "#"); ok {
		add(strings.TrimPrefix(after, "access_token="), "account.token.parameter", "#")
	}
	return list
}

// credentialsIn shows where a request has the id and the secret of an app; "" if it has not both.
func credentialsIn(f *facts) string {
	if len(f.query("appid")) > 0 && len(f.query("secret")) > 0 {
		return "?appid=…&secret=…"
	}
	both := func(list []text.Field) bool {
		id, secret := false, false
		for _, x := range list {
			name := plainName(x.Name)
			id = id || strings.HasSuffix(name, "appid") || isAppID(x.Value) || isCorpID(x.Value)
			secret = secret || strings.HasSuffix(name, "secret")
		}
		return id && secret
	}
	for _, h := range f.headers() {
		basic, ok := strings.CutPrefix(h.Value, "Basic ")
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(basic))
		if name, _, _ := strings.Cut(string(raw), ":"); ok && err == nil && (isAppID(name) || isCorpID(name)) {
			return h.Name + ": Basic …"
		}
	}
	switch {
	case both(f.headers()):
		return "appid: …, secret: …"
	case both(f.fields), both(bodyPairs(f)):
		return "appid=…, secret=…"
	}
	return ""
}

// bodyPairs lists the members of a body that is a small JSON object, or the pairs of one that is
// URL-encoded.
func bodyPairs(f *facts) (list []text.Field) {
	if len(f.parts) > 0 || len(f.Body) == 0 || len(f.Body) > 4<<20 {
		return nil
	}
	if members := text.ParseMembers(f.Body); members != nil {
		for _, m := range members {
			list = append(list, text.Field{Name: m.Name, Value: m.Value})
		}
		return list
	}
	if len(f.Body) > 64<<10 || !strings.Contains(f.Header.Get("Content-Type"), "urlencoded") {
		return nil
	}
	values, _ := url.ParseQuery(string(f.Body))
	for name, v := range values {
		list = append(list, text.Field{Name: name, Value: v[0]})
	}
	slices.SortFunc(list, func(a, b text.Field) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// scheme matches the word that stands before a token in an Authorization header.
var scheme = regexp.MustCompile(`(?i)^(bearer|token|basic|jwt|oauth|access_token)\b[ :=]*`)

// minRun is how many characters of a token make a run that can only be one.
const minRun = 32

// isTokenByte reports whether a token may contain c, apart from what may be around one.
func isTokenByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_'
}

// quotes are what is put around texts.
const quotes = `"'` + "`“”‘’«»「」＂＇"

// tokenName matches the parameter's name before a token.
var tokenName = regexp.MustCompile(`^[?&]?access_token\s*[=:]\s*`)

// tokenURL matches a URL with a token in its query, up to the token.
var tokenURL = regexp.MustCompile(`^https?://[^?#]*\?(?:.*&)?access_token=`)

// serialized matches a text as PHP's serialize writes it.
var serialized = regexp.MustCompile(`^s:\d+:"([^"]*)";?$`)

// tokenWays are the changes that are made to tokens by mistake, and how each is taken back.
var tokenWays = []struct {
	cause, shown string
	undo         func(s string) []string
}{
	{"account.token.url", "", func(s string) []string {
		at := tokenURL.FindString(s)
		if at == "" {
			return nil
		}
		token, _, _ := strings.Cut(s[len(at):], "&")
		return []string{token}
	}},
	{"account.token.name_in_value", "", func(s string) []string { return []string{tokenName.ReplaceAllString(s, "")} }},
	{"account.token.encoded_twice", "", func(s string) []string {
		once, err := url.QueryUnescape(s)
		if err != nil || once == s {
			return nil
		}
		twice, _ := url.QueryUnescape(once)
		return []string{once, twice}
	}},
	{"account.token.equals", "", func(s string) []string { return []string{strings.TrimLeft(s, "=")} }},
	{"account.token.wrapped", `s:…:"…";`, func(s string) []string {
		if m := serialized.FindStringSubmatch(s); m != nil {
			return []string{m[1]}
		}
		return nil
	}},
	{"account.token.escaped", "+/ → -_", func(s string) []string { // a plus sign in a query is a blank
		if !strings.ContainsAny(s, "+/") {
			return nil
		}
		return []string{strings.NewReplacer(" ", "-", "+", "-", "/", "_").Replace(s)}
	}},
	{"account.token.blanks", "", func(s string) []string {
		return []string{strings.TrimSpace(s), strings.Join(strings.Fields(s), ""), strings.ReplaceAll(s, " ", "+"),
			strings.Trim(s, " \t\r\n\x00"+text.Invisible), strings.Map(func(r rune) rune {
				if strings.ContainsRune(text.Invisible, r) {
					return -1
				}
				return r
			}, s)}
	}},
	{"account.token.quoted", "", func(s string) []string { return []string{strings.Trim(s, " \t\r\n"+quotes)} }},
	{"account.token.bearer", "", func(s string) []string {
		return []string{strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s), scheme.FindString(strings.TrimSpace(s))))}
	}},
	{"account.token.base64", "", func(s string) []string {
		bare := strings.TrimRight(strings.TrimSpace(s), "=")
		raw, err := base64.RawStdEncoding.DecodeString(bare)
		if err != nil {
			raw, err = base64.RawURLEncoding.DecodeString(bare)
		}
		if err != nil || len(raw) < minToken || !text.Printable(raw) {
			return nil
		}
		if twice, err := base64.StdEncoding.DecodeString(string(raw)); err == nil && text.Printable(twice) {
			return []string{string(raw), string(twice)}
		}
		return []string{string(raw)}
	}},
	{"account.token.escaped", "hex", func(s string) []string {
		raw, err := hex.DecodeString(s)
		if err != nil || !text.Printable(raw) {
			return nil
		}
		return []string{string(raw)}
	}},
	{"account.token.escaped", "HTML", func(s string) []string {
		plain := html.UnescapeString(s)
		if plain == s {
			return nil
		}
		return []string{plain, strings.Trim(plain, quotes)}
	}},
	{"account.token.escaped", "\\", func(s string) []string {
		var plain string
		if json.Unmarshal([]byte(`"`+s+`"`), &plain) == nil {
			return []string{plain}
		}
		return []string{strings.ReplaceAll(s, `\`, "")}
	}},
	{"account.token.escaped", "– → -", func(s string) []string {
		return []string{strings.NewReplacer("–", "-", "—", "-", "−", "-", "‐", "-", "‑", "-", "＿", "_").Replace(s)}
	}},
	{"account.token.escaped", "+/ → -_", func(s string) []string { return []string{strings.NewReplacer("+", "-", "/", "_").Replace(s)} }},
	{"account.token.escaped", "Ａ → A", func(s string) []string { return []string{text.FoldWidth(s)} }},
	{"account.token.reversed", "", func(s string) []string {
		b := []byte(s)
		slices.Reverse(b)
		return []string{string(b)}
	}},
	{"account.token.doubled", "", func(s string) []string {
		if !doubled(s) {
			return nil
		}
		return []string{s[:len(s)/2]}
	}},
}

// tokenSpellings lists what s may be meant to spell, each with what is wrong with s if that is so.
func tokenSpellings(s string) (list []tokenText) {
	seen := map[string]bool{s: true, "": true}
	add := func(meant, cause, shown string) {
		if !seen[meant] {
			seen[meant] = true
			list = append(list, tokenText{text: meant, cause: cause, shown: shown})
		}
	}
	for _, w := range tokenWays {
		for _, meant := range w.undo(s) {
			add(meant, w.cause, w.shown)
		}
	}
	if answer, ok := wire.UnmarshalToken([]byte(s)); ok {
		add(answer.AccessToken, "account.token.whole_answer", "")
	}
	if run, around := text.OnlyRun(s, minRun, isTokenByte); strings.ContainsAny(around, "{[(<}])>") {
		cause := "account.token.wrapped"
		if strings.Contains(around, "access_token") && strings.HasPrefix(around, "{") {
			cause = "account.token.whole_answer"
		}
		add(run, cause, text.Visible(around, 60))
	}
	for cut := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune("?&/,;|:#", r) }) {
		if cut != s {
			add(cut, "account.token.tail", "")
		}
	}
	if strings.HasSuffix(s, "...") || strings.HasSuffix(s, "…") || strings.HasSuffix(s, "*") {
		add(strings.TrimRight(s, ".…*"), "account.token.shortened", "")
	}
	add(strings.TrimRight(s, "."), "account.token.tail", "")
	return list
}
