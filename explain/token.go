package explain

import (
	"cmp"
	"crypto/subtle"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wxup/wxup/explain/text"
)

// mayUpload reports whether a token of a kind may be used for uploads in a parameter.
func mayUpload(kind, parameter string) bool {
	if parameter == "cloudbase_access_token" {
		return kind == "cloud"
	}
	return kind == "" || kind == "access" || kind == "stable" || kind == "authorizer" || kind == "corp"
}

// judgeTokens says what is wrong with the access_token.
func judgeTokens(f *facts, d *draft, known *Known) {
	texts := tokenTexts(f)
	u := f.unknown(f.Target)
	for _, t := range texts {
		u = cmp.Or(u, f.unknown(t.text))
		switch {
		case showable(t.text):
		case strings.ContainsAny(t.text, "{}[]()<>"): // the token is inside
			for run := range strings.FieldsFuncSeq(t.text, func(r rune) bool { return r >= 0x80 || !isTokenByte(byte(r)) }) {
				if len(run) >= minToken {
					d.secrets.add(run)
				}
			}
		default:
			d.secrets.add(t.text)
		}
	}
	if u != "" {
		d.unjudged(Words{"the access_token", "access_token"}, u)
		return
	}
	for _, t := range texts {
		for _, k := range known.Tokens {
			if k.Value == t.text {
				judgeToken(f, d, t, k, known.App)
				if !d.report.Verified {
					repeatedToken(f, d)
				}
				return
			}
		}
	}
	repeatedToken(f, d)
	unknownToken(f, d, texts)
	if likeKnownToken(d, texts, known.Tokens); d.report.Has("account.token.cut") {
		d.drop("account.token.short")
	}
	if d.found("account.token.") {
		return
	}
	if known.Issuer { // or nothing is known of what was issued
		d.atLeast("account.token.unknown", "", shownToken(d, texts))
		d.ruledOut("note.token_unknown")
	}
	d.check("note.check_one_cache")
	d.check("note.check_account")
}

// repeatedToken says that a parameter occurs more than once: the right token may not be in the
// first one.
func repeatedToken(f *facts, d *draft) {
	for _, name := range tokenParameters {
		if n := len(f.query(name)); n > 1 {
			d.find("account.token.twice", name, strings.TrimPrefix(strings.Repeat("&"+name+"=…", min(n, 4)), "&"))
		}
	}
}

// unknownToken says what can be seen of a token that is not known.
func unknownToken(f *facts, d *draft, texts []tokenText) {
	for _, name := range tokenParameters {
		values := f.query(name)
		if len(values) == 0 {
			continue
		}
		plain, err := url.QueryUnescape(values[0])
		if err != nil {
			plain = values[0]
		}
		judgeSpelling(d, plain, name)
		return
	}
	for _, t := range texts { // it is in another place
		if t.cause != "" && len(t.text) >= minToken {
			d.find(t.cause, cmp.Or(t.shown, t.value), t.value+": "+d.secrets.cutWord(t.text))
			return
		}
	}
	if fact := credentialsIn(f); fact != "" {
		d.find("account.token.credentials", "", fact)
		return
	}
	d.find("account.token.missing", "", f.Target)
}

// likeKnownToken looks for a known token that a text is the beginning of, continues, or has in
// another case.
func likeKnownToken(d *draft, texts []tokenText, tokens []Token) {
	for _, t := range texts {
		for _, k := range tokens {
			cause := ""
			switch {
			case len(unlabelled(t.text)) < minToken || len(unlabelled(k.Value)) < minToken:
			case strings.HasPrefix(k.Value, t.text):
				cause = "account.token.cut"
			case strings.HasPrefix(t.text, k.Value) && !d.found("account.token."): // what follows may be the other mistake
				cause = "account.token.tail"
			case strings.EqualFold(t.text, k.Value):
				cause = "account.token.case"
			case strings.HasSuffix(k.Value, t.text):
				cause = "account.token.start_lost"
			case alike(t.text, k.Value) && !d.report.Has("account.token.encoded_twice"):
				cause = "account.token.misspelled"
			}
			if cause != "" {
				d.drop("account.token.characters", "account.token.joined", "account.token.short")
				d.find(cause, "", t.value+"="+d.secrets.cutWord(t.text))
				return
			}
		}
	}
}

// alike reports whether a text is a token that was changed in a few places: of as many characters
// at most a tenth are others, or those that are not letters and digits were lost or replaced.
func alike(sent, token string) bool {
	if strings.Map(alphanumeric, sent) == strings.Map(alphanumeric, token) {
		return true
	}
	if len(sent) != len(token) {
		return oneOff(sent, token)
	}
	others := 0
	for i, c := range []byte(sent) {
		others += 1 - subtle.ConstantTimeByteEq(c, token[i])
	}
	return others <= len(token)/10
}

// oneOff reports whether a text is a token with one character more, or one less, anywhere. Each
// comparison takes as long whatever it finds.
func oneOff(sent, token string) bool {
	long, short := sent, token
	if len(long) < len(short) {
		long, short = short, long
	}
	if len(long) != len(short)+1 || len(short) < minToken {
		return false
	}
	same := 0
	for i := range len(long) {
		same |= subtle.ConstantTimeCompare([]byte(long[:i]+long[i+1:]), []byte(short))
	}
	return same == 1
}

func alphanumeric(r rune) rune {
	if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
		return r
	}
	return -1
}

// unlabelled returns a token without the word that some begin with: refreshtoken@@@….
func unlabelled(token string) string {
	if _, rest, ok := strings.Cut(token, "@@@"); ok {
		return rest
	}
	return token
}

// showable reports whether a text in place of a token is no secret, whatever it is.
func showable(s string) bool {
	return isFilePath(s) || text.IsNothing(s) || pythonNone(s) || appid.MatchString(s) && len(s) == 18 || strings.HasPrefix(s, "{") && errCodeText.MatchString(s)
}

// pythonNone reports whether s is what Python prints of the bytes of a text that stands for no
// value.
func pythonNone(s string) bool {
	inner, ok := strings.CutPrefix(s, "b'")
	return ok && text.IsNothing(strings.TrimSuffix(inner, "'"))
}

// shownToken shows where the first text that is meant as a token is, and its beginning.
func shownToken(d *draft, texts []tokenText) string {
	if len(texts) == 0 {
		return ""
	}
	return texts[0].value + "=" + d.secrets.cutWord(texts[0].text)
}

var (
	appid = regexp.MustCompile(`^wx[0-9a-f]{16}`)
	uuid  = regexp.MustCompile(`^(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

// looks are what a text in place of a token can be seen to be, in the order in which they are
// looked for. Each returns the finding's value.
var looks = []struct {
	cause string
	is    func(s string) (value string, ok bool)
}{
	{"account.token.empty", func(s string) (string, bool) { return "", s == "" }},
	{"account.token.placeholder", func(s string) (string, bool) {
		run, _ := text.OnlyRun(s, minRun, isTokenByte)
		lower := strings.ToLower(s)
		return text.Visible(s, 40), (run == "" || !strings.ContainsAny(run, "0123456789")) &&
			(text.IsNothing(s) || pythonNone(s) || lower == "access_token" || lower == "accesstoken" || lower == "token")
	}},
	{"account.token.equals", func(s string) (string, bool) { return "", strings.HasPrefix(s, "=") }},
	{"account.token.error_answer", func(s string) (string, bool) {
		return errCode(s), strings.HasPrefix(s, "{") && errCodeText.MatchString(s)
	}},
	{"account.token.whole_answer", func(s string) (string, bool) {
		return "", strings.HasPrefix(s, "{") && strings.Contains(s, "access_token")
	}},
	{"account.token.url", func(s string) (string, bool) { return "", tokenURL.MatchString(s) }},
	{"account.token.file_path", func(s string) (string, bool) {
		return text.Visible(s, 60), isFilePath(s)
	}},
	{"account.token.address", func(s string) (string, bool) {
		return "", strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
	}},
	{"account.token.joined", func(s string) (string, bool) { sep := joinedTokens(s); return sep, sep != "" }},
	{"account.token.encoded_twice", func(s string) (string, bool) {
		plain, err := url.QueryUnescape(s)
		return "", err == nil && plain != s && strings.Contains(s, "%")
	}},
	{"account.token.bearer", func(s string) (string, bool) {
		m := scheme.FindString(s)
		return "", len(m) > 0 && strings.ContainsAny(m, " :") && !strings.HasPrefix(strings.ToLower(m), "access_token")
	}},
	{"account.token.name_in_value", func(s string) (string, bool) { return "", tokenName.MatchString(s) }},
	{"account.token.quoted", func(s string) (string, bool) { return "", strings.Trim(s, quotes) != s }},
	{"account.token.blanks", func(s string) (string, bool) {
		return "", strings.TrimSpace(s) != s || strings.ContainsAny(s, " \r\n\t"+text.Invisible)
	}},
	{"account.token.escaped", func(s string) (string, bool) {
		return "HTML", strings.Contains(s, "&#") || html.UnescapeString(s) != s && !strings.Contains(s, "&amp;")
	}},
	{"account.token.escaped", func(s string) (string, bool) { return `\`, strings.Contains(s, `\`) }},
	{"account.token.placeholder", func(s string) (string, bool) { return text.Visible(s, 60), javaObject.MatchString(s) }},
	{"account.token.wrapped", func(s string) (string, bool) {
		run, around := text.OnlyRun(s, minToken, isTokenByte)
		return text.Visible(around, 60), run != "" && strings.ContainsAny(around, "{}[]()<>")
	}},
	{"account.token.shortened", func(s string) (string, bool) {
		return "", strings.Contains(s, "***") || strings.Contains(s, "…") || strings.Contains(s, "...")
	}},
	{"account.token.appid", func(s string) (string, bool) {
		m := appid.FindString(s)
		return m, m != "" && (len(s) == 18 || !isTokenByte(s[18]))
	}},
	{"account.token.tail", func(s string) (string, bool) { return "", strings.ContainsAny(s, "?&/,;#|") }},
	{"account.token.secret", func(s string) (string, bool) { return "", len(s) == 32 && text.IsHex(s) }},
	{"account.token.kind", func(s string) (string, bool) {
		kind, _, ok := strings.Cut(s, "@@@")
		return kind, ok && slices.Contains([]string{"ticket", "refreshtoken", "queryauthcode", "preauthcode"}, kind)
	}},
	{"account.token.foreign", func(s string) (string, bool) {
		return "JSON Web Token", strings.HasPrefix(s, "eyJ") && strings.Count(s, ".") == 2
	}},
	{"account.token.foreign", func(s string) (string, bool) { return "UUID", uuid.MatchString(s) }},
	{"account.token.doubled", func(s string) (string, bool) { return "", doubled(s) }},
	{"account.token.characters", func(s string) (string, bool) {
		for _, r := range s {
			if !(r < 0x80 && isTokenByte(byte(r)) || strings.ContainsRune("@.!~=+", r)) {
				return fmt.Sprintf("%s (%U)", text.Visible(string(r), 4), r), true
			}
		}
		return "", false
	}},
	{"account.token.short", func(s string) (string, bool) { return strconv.Itoa(len(s)), len(s) < shortToken }},
}

// shortToken is fewer characters than WeChat's access_tokens have: some 130 today, and more than 64
// since there are any.
const shortToken = 60

// javaObject matches what Java prints of an object without a text of its own.
var javaObject = regexp.MustCompile(`^(\w+\.)+[A-Z][\w$]*@[0-9a-f]{5,8}$`)

// judgeSpelling says what can be seen of the text sent in a token's parameter.
func judgeSpelling(d *draft, sent, parameter string) {
	for _, l := range looks {
		value, ok := l.is(sent)
		if !ok {
			continue
		}
		fact := parameter + "=" + d.secrets.cutWord(sent)
		if showable(sent) {
			fact = parameter + "=" + d.secrets.visible(sent, 60)
		}
		d.find(l.cause, value, fact)
		return
	}
}

// errCode returns the errcode of a JSON answer, or "?".
func errCode(answer string) string {
	if m := errCodeText.FindStringSubmatch(answer); m != nil {
		return m[1]
	}
	return "?"
}

var errCodeText = regexp.MustCompile(`"errcode"\s*:\s*"?(-?\d+)`)

// joinedTokens returns what separates two texts as long as tokens, or "".
func joinedTokens(sent string) string {
	for _, sep := range []string{",", ";", "|", " "} {
		if a, b, ok := strings.Cut(sent, sep); ok && len(a) >= minToken && len(b) >= minToken {
			return sep
		}
	}
	return ""
}

// judgeToken says what is wrong with a token that exists.
func judgeToken(f *facts, d *draft, t tokenText, k Token, app string) {
	fact, now := t.value+"="+d.secrets.cutWord(t.text), f.Received
	if t.cause != "" {
		d.find(t.cause, cmp.Or(t.shown, t.value), fact)
	}
	usable := true
	switch corp := k.Kind == "corp"; {
	case corp && !f.ep.Corp && atCorpUpload(f) && len(f.query("type")) > 0:
		d.find("account.type.corp", text.Visible(f.query("type")[0], 40), pathOf(f.Target))
	case corp && !f.ep.Corp:
		d.find("account.token.corp", "", fact)
	case !corp && f.ep.Corp && mayUpload(k.Kind, "access_token"):
		d.find("account.token.not_corp", pathOf(f.Target), fact)
	case mayUpload(k.Kind, t.value):
		if app != "" && k.App != "" && k.App != app {
			d.find("account.token.other_app", k.App, fact)
		}
	case k.Kind == "cloud" && !slices.Contains(tokenParameters, t.value):
		d.drop(t.cause)
		d.find("account.token.cloud_place", t.value, fact)
	case k.Kind == "cloud":
		d.find("account.token.cloud", "", fact)
	case mayUpload(k.Kind, "access_token"):
		d.find("account.token.parameter", t.value, fact)
	default:
		usable = false
		d.find("account.token.kind", k.Kind, fact)
	}
	switch {
	case now.IsZero(), !usable: // when it ends does not matter
	case !k.Retired.IsZero() && !now.Before(k.Retired):
		d.find("account.token.replaced", ago(now.Sub(k.Retired)), fact+", "+k.Retired.UTC().Format(time.RFC3339))
	case !k.Expires.IsZero() && !now.Before(k.Expires):
		d.find("account.token.expired", ago(now.Sub(k.Expires)), fact+", "+k.Expires.UTC().Format(time.RFC3339))
	}
	if len(d.report.Findings) == 0 {
		d.verified("note.token_right")
	}
}

// pathOf returns a target without the parameters of its query that may be secret.
func pathOf(target string) string {
	path, query, _ := strings.Cut(target, "?")
	for pair := range strings.SplitSeq(query, "&") {
		if strings.HasPrefix(pair, "type=") {
			return path + "?" + pair
		}
	}
	return path
}

func ago(d time.Duration) string {
	if d >= 2*time.Minute {
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	}
	return d.Round(time.Second).String()
}
