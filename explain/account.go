package explain

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Account explains a refused call of the Official Account API.
func Account(req *Request, known *Known) Report {
	e := examine(req, known, usualAccount)
	if req.Method != "" && req.Method != "POST" {
		e.find("account.method", req.Method, req.Method)
	}
	if req.Chunked || strings.EqualFold(req.Header.Get("Transfer-Encoding"), "chunked") {
		e.find("account.chunked", "", "Transfer-Encoding: chunked")
	}
	if req.Scheme == "http" {
		e.find("account.no_tls", "", "http://"+req.Host)
	}
	e.host("account.host", notAccountHosts)
	e.token()
	e.form()
	e.content()
	if len(e.report.Findings) == 0 {
		e.check(checkToken...)
	}
	return e.finish()
}

var checkToken = []Words{
	{"does one place alone fetch the access_token for this appid? A second one that calls /cgi-bin/token ends the first one's",
		"该 appid 的 access_token 是否只由一处获取？另一处调用 /cgi-bin/token 会使先前的失效"},
	{"is the token of the same appid, and of the same environment, as the account that is meant?",
		"token 是否属于目标公众号（appid）以及同一环境？"},
	{"has the part a name (media), a filename with .jpg or .png, and all bytes of the picture?",
		"文件部分是否名为 media、filename 带 .jpg 或 .png、且包含图片的全部字节？"},
}

// tokenParameter are the query parameters that carry a token.
var tokenParameter = []string{"access_token", "cloudbase_access_token"}

// A tokenText is a text that may be meant to be a token, and what is wrong with its place or its spelling.
type tokenText struct{ text, cause, value string }

// TokenTexts lists the texts in a request that may be tokens, however they got there. Look up those that exist, and give
// them to [Account] as [Known.Tokens].
func TokenTexts(req *Request) []string {
	e := examine(req, nil, usualAccount)
	var list []string
	for _, t := range e.tokenTexts() {
		if t.text != "" && !slices.Contains(list, t.text) {
			list = append(list, t.text)
		}
	}
	return list
}

// query gives the values of a parameter of the query, not decoded.
func (e *evidence) query(name string) []string {
	var values []string
	_, query, _ := strings.Cut(e.Target, "?")
	for pair := range strings.SplitSeq(query, "&") {
		if key, value, ok := strings.Cut(pair, "="); ok && key == name {
			values = append(values, value)
		}
	}
	return values
}

// doubled reports whether a text is another one written twice.
func doubled(text string) bool {
	return len(text) >= 2*tokenLeast && text[:len(text)/2] == text[(len(text)+1)/2:]
}

// tokenTexts lists the places, the right one first.
func (e *evidence) tokenTexts() []tokenText {
	var list []tokenText
	add := func(text, cause, value string) {
		if text != "" && len(text) < 4096 && len(list) < 64 {
			list = append(list, tokenText{text, cause, value})
		}
	}
	spellings := func(text, cause, value string) {
		first := func(other string) string {
			if cause != "" {
				return cause
			}
			return other
		}
		if once, err := url.QueryUnescape(text); err == nil && once != text {
			add(once, first("account.token.encoded_twice"), value)
			if twice, err := url.QueryUnescape(once); err == nil && twice != once {
				add(twice, first("account.token.encoded_twice"), value)
			}
		}
		add(strings.TrimSpace(text), first("account.token.blanks"), value)
		add(strings.Join(strings.Fields(text), ""), first("account.token.blanks"), value)
		add(strings.ReplaceAll(text, " ", "+"), first("account.token.blanks"), value)
		add(strings.Trim(text, " \t\r\n"+invisible), first("account.token.blanks"), value)
		add(strings.Trim(text, " \t\r\n\"'"), first("account.token.quoted"), value)
		add(strings.TrimPrefix(strings.TrimSpace(text), "Bearer "), first("account.token.bearer"), value)
		add(strings.TrimPrefix(text, "access_token="), first("account.token.name_in_value"), value)
		if doubled(text) {
			add(text[:len(text)/2], first("account.token.doubled"), value)
		}
		for cut := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("?&/,;", r) }) {
			if cut != text {
				add(cut, first("account.token.tail"), value)
			}
		}
		var answer struct {
			Token string `json:"access_token"`
		}
		if json.Unmarshal([]byte(text), &answer) == nil {
			add(answer.Token, first("account.token.whole_answer"), value)
		}
	}
	for _, name := range tokenParameter {
		for i, raw := range e.query(name) {
			text, err := url.QueryUnescape(raw)
			if err != nil {
				continue
			}
			cause := ""
			if i > 0 {
				cause = "account.token.twice" // the first is the one that counts
			}
			add(text, cause, name)
			spellings(text, cause, name)
		}
	}
	_, query, _ := strings.Cut(e.Target, "?")
	for pair := range strings.SplitSeq(query, "&") {
		key, raw, _ := strings.Cut(pair, "=")
		text, err := url.QueryUnescape(raw)
		if err != nil || slices.Contains(tokenParameter, key) || key == "" {
			continue
		}
		if strings.Contains(strings.ToLower(key), "token") {
			add(text, "account.token.parameter", key)
		}
	}
	for _, name := range e.headerNames() {
		lower := strings.ToLower(name)
		if lower == "authorization" || strings.Contains(lower, "token") {
			text := strings.TrimPrefix(strings.TrimPrefix(e.Header[name][0], "Bearer "), "bearer ")
			add(strings.TrimSpace(text), "account.token.in_header", name)
		}
	}
	for _, f := range e.fields {
		if strings.Contains(strings.ToLower(f.name), "token") {
			add(f.value, "account.token.in_body", f.name)
			spellings(f.value, "account.token.in_body", f.name)
		}
	}
	if _, after, ok := strings.Cut(e.Target, "#"); ok {
		add(strings.TrimPrefix(after, "access_token="), "account.token.parameter", "#")
	}
	return list
}

// mayUpload are the kinds of token that an upload takes, by parameter.
func mayUpload(kind, parameter string) bool {
	if parameter == "cloudbase_access_token" {
		return kind == "cloud"
	}
	return kind == "" || kind == "access" || kind == "stable" || kind == "authorizer"
}

// token says what is wrong with the access_token.
func (e *evidence) token() {
	texts := e.tokenTexts()
	u := e.unknown(e.Target)
	for _, t := range texts {
		u = cmp.Or(u, e.unknown(t.text))
		e.addSecret(t.text)
	}
	if u != "" {
		e.unjudged(Words{"the access_token", "access_token"}, u)
		return
	}
	slices.SortFunc(e.secrets, func(a, b string) int { return len(b) - len(a) })
	for _, t := range texts {
		for _, k := range e.known.Tokens {
			if k.Value == t.text {
				e.judgeToken(t, k)
				if !e.report.Verified {
					e.repeated()
				}
				return
			}
		}
	}
	e.repeated()
	e.unknownToken(texts)
	e.alike(texts)
	for _, f := range e.report.Findings {
		if strings.HasPrefix(f.Cause, "account.token.") {
			return
		}
	}
	e.ruledOut(note("the access_token was given out by nobody here, in no spelling that was tried", "此 access_token（含尝试过的各种写法）均非本服务签发"))
	e.check(checkToken...)
}

// repeated says that a parameter occurs more than once: the right token may be in another one than the first.
func (e *evidence) repeated() {
	for _, name := range tokenParameter {
		if n := len(e.query(name)); n > 1 {
			e.find("account.token.twice", name, strings.TrimPrefix(strings.Repeat("&"+name+"=…", min(n, 4)), "&"))
		}
	}
}

// unknownToken says what can be seen where nobody knows the token.
func (e *evidence) unknownToken(texts []tokenText) {
	for _, name := range tokenParameter {
		values := e.query(name)
		if len(values) == 0 {
			continue
		}
		text, err := url.QueryUnescape(values[0])
		if err != nil {
			text = values[0]
		}
		e.plainToken(text, name)
		return
	}
	for _, t := range texts { // it is plainly in another place
		if t.cause != "" && len(t.text) >= tokenLeast {
			e.find(t.cause, t.value, t.value+": "+cutWord(t.text))
			return
		}
	}
	e.find("account.token.missing", "", e.Target)
}

// tokenLeast is how many characters make a text one that can only be a token, or a part of one.
const tokenLeast = 16

// alike looks among the known tokens for one that a text is the beginning of, goes on behind, or has in another case.
func (e *evidence) alike(texts []tokenText) {
	for _, t := range texts {
		for _, k := range e.known.Tokens {
			cause := ""
			switch {
			case len(unlabelled(t.text)) < tokenLeast || len(unlabelled(k.Value)) < tokenLeast:
			case strings.HasPrefix(k.Value, t.text):
				cause = "account.token.cut"
			case strings.HasPrefix(t.text, k.Value):
				cause = "account.token.tail"
			case strings.EqualFold(t.text, k.Value):
				cause = "account.token.case"
			}
			if cause != "" {
				e.find(cause, "", t.value+"="+cutWord(t.text))
				return
			}
		}
	}
}

// unlabelled is a token without the word that some begin with: refreshtoken@@@….
func unlabelled(text string) string {
	if _, rest, ok := strings.Cut(text, "@@@"); ok {
		return rest
	}
	return text
}

// plainToken says what can be seen of a token that nobody knows.
func (e *evidence) plainToken(text, parameter string) {
	fact := parameter + "=" + cutWord(text)
	lower := strings.ToLower(text)
	switch {
	case text == "":
		e.find("account.token.empty", "", parameter+"=")
	case noSignature[lower] || lower == "access_token" || lower == "accesstoken" || lower == "token" || strings.HasPrefix(text, "${") || strings.HasPrefix(text, "{{") || strings.HasPrefix(text, "<") || strings.HasPrefix(text, "Promise"):
		e.find("account.token.placeholder", visible(text, 40), parameter+"="+visible(text, 40))
	case strings.HasPrefix(text, "{"):
		e.find("account.token.whole_answer", "", fact)
	case strings.Contains(text, "%"):
		e.find("account.token.encoded_twice", "", fact)
	case strings.TrimSpace(text) != text || strings.ContainsAny(text, " \r\n\t"+invisible):
		e.find("account.token.blanks", "", fact)
	case strings.Trim(text, `"'`) != text:
		e.find("account.token.quoted", "", fact)
	case strings.HasPrefix(text, "Bearer"):
		e.find("account.token.bearer", "", fact)
	case strings.ContainsAny(text, "?&/,;"):
		e.find("account.token.tail", "", fact)
	case strings.HasPrefix(text, "wx") && len(text) == 18 && hexText.MatchString(text[2:]):
		e.find("account.token.appid", text, parameter+"="+text)
	case len(text) == 32 && hexText.MatchString(text):
		e.find("account.token.secret", "", fact)
	case strings.HasPrefix(text, "ticket@@@"), strings.HasPrefix(text, "refreshtoken@@@"), strings.HasPrefix(text, "queryauthcode@@@"), strings.HasPrefix(text, "preauthcode@@@"):
		kind, _, _ := strings.Cut(text, "@@@")
		e.find("account.token.kind", kind, fact)
	case doubled(text):
		e.find("account.token.doubled", "", fact)
	}
}

// judgeToken says what is wrong with a token that exists.
func (e *evidence) judgeToken(t tokenText, k Token) {
	fact := t.value + "=" + cutWord(t.text)
	if t.cause != "" {
		e.find(t.cause, t.value, fact)
	}
	switch {
	case !mayUpload(k.Kind, t.value) && k.Kind == "cloud":
		e.find("account.token.cloud", "", fact)
	case !mayUpload(k.Kind, t.value):
		e.find("account.token.kind", k.Kind, fact)
	case e.known.App != "" && k.App != "" && k.App != e.known.App:
		e.find("account.token.other_app", k.App, fact)
	}
	now := e.Received
	switch {
	case now.IsZero():
	case !k.Retired.IsZero() && !now.Before(k.Retired):
		e.find("account.token.replaced", ago(now.Sub(k.Retired)), fact+", "+k.Retired.UTC().Format(time.RFC3339))
	case !k.Expires.IsZero() && !now.Before(k.Expires):
		e.find("account.token.expired", ago(now.Sub(k.Expires)), fact+", "+k.Expires.UTC().Format(time.RFC3339))
	}
	if len(e.report.Findings) == 0 {
		e.report.Verified = true
		e.ruledOut(note("the access_token is alive and may upload", "access_token 有效，且可用于上传"))
	}
}

func ago(d time.Duration) string {
	if d >= 2*time.Minute {
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	}
	return d.Round(time.Second).String()
}
