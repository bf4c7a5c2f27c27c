package explain

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"

	"github.com/wxup/wxup/explain/text"
)

// equalSecret compares secrets in a time that does not tell where they differ.
func equalSecret(a, b string) bool {
	return b != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

// askSecret says how a secret differs from the right one, or whose it is.
func (d *draft) askSecret(name, id, sent, right string, known *Known) {
	d.secrets.add(right)
	fact := name + "=" + cutSecret(sent)
	how, owner := changedSecret(sent, right), known.ownerOf(sent)
	if how != "" || owner != "" || isNumber(sent) { // which says more than its length
		d.drop("account.ask.secret_length")
	}
	switch {
	case strings.EqualFold(sent, right):
		d.find("account.ask.secret_case", id, fact)
	case how != "":
		d.find("account.ask.secret_changed", how, fact)
	case owner != "":
		d.find("account.ask.secret_other", owner, fact)
	case isNumber(sent):
		d.find("account.ask.secret_number", name, fact)
	case d.found("account.ask.secret_length"):
	case strings.HasPrefix(right, sent) && len(sent) >= minToken || strings.HasPrefix(sent, right):
		d.find("account.ask.secret_cut", lengthOf(sent), fact)
	default:
		d.find("account.ask.secret_wrong", id, fact)
	}
}

// isNumber reports whether a secret is a short number, as an agentid is.
func isNumber(s string) bool { return len(s) <= 10 && digits(s) }

// ownerOf names what a secret is, if it is another one that is known; "" if not.
func (k *Known) ownerOf(secret string) string {
	for _, m := range append([]*Merchant{k.Merchant}, k.Others...) {
		switch {
		case m == nil:
		case equalSecret(secret, m.APIv3Key):
			return m.ID + ", APIv3"
		case equalSecret(secret, m.APIv2Key):
			return m.ID + ", APIv2"
		}
	}
	for _, s := range k.Secrets {
		if equalSecret(secret, s.Value) {
			return s.Of
		}
	}
	for _, a := range k.Apps {
		if equalSecret(secret, a.Secret) {
			return a.ID
		}
	}
	return ""
}

// changedSecret tells what was done to the right secret, or "".
func changedSecret(sent, right string) string {
	if right == "" {
		return ""
	}
	b := []byte(right)
	slices.Reverse(b)
	sum, sha := md5.Sum([]byte(right)), sha256.Sum256([]byte(right))
	for _, x := range []struct{ how, secret string }{
		{"MD5", hex.EncodeToString(sum[:])}, {"SHA-256", hex.EncodeToString(sha[:])}, {"←", string(b)}, {"× 2", right + right}, {"hex", hex.EncodeToString([]byte(right))},
		{"base64", base64.StdEncoding.EncodeToString([]byte(right))}, {"base64", base64.RawURLEncoding.EncodeToString([]byte(right))}, {"Ａ", text.Widen(right)},
	} {
		if equalSecret(sent, x.secret) || equalSecret(strings.ToLower(sent), x.secret) && x.how != "base64" {
			return x.how
		}
	}
	return ""
}

// maskedSecret reports whether a secret is what a page or a log shows of it.
func maskedSecret(s string) bool {
	return len(s) > 6 && (strings.Contains(s, "***") || strings.Contains(s, "…") || strings.Contains(s, "..."))
}

// kindBefore is the word that WeChat's texts of these parameters begin with, before @@@.
var kindBefore = map[string]string{
	"component_verify_ticket": "ticket", "authorization_code": "queryauthcode", "authorizer_refresh_token": "refreshtoken",
}

// judgeKind says which other kind of text a parameter holds: one with another word before its @@@,
// or one with @@@ where an id belongs. It reports whether it said anything.
func judgeKind(d *draft, name, value string, all []parameter) bool {
	kind, _, ok := strings.Cut(value, "@@@")
	refresh, _ := first(all, "authorizer_refresh_token")
	shown := name + "=" + cutSecret(value)
	switch {
	case name == "authorizer_refresh_token" && strings.HasPrefix(value, "wx"): // said of the appid
		appid, _ := first(all, "authorizer_appid")
		if !strings.Contains(appid, "@@@") {
			d.find("account.ask.other_kind", name+": appid", name+"="+value)
		}
	case !ok || !slices.Contains([]string{"ticket", "refreshtoken", "queryauthcode", "preauthcode"}, kind):
		return false
	case name == "authorizer_appid" && strings.HasPrefix(refresh, "wx"):
		d.find("account.ask.exchanged", "authorizer_appid, authorizer_refresh_token", shown)
	case strings.HasSuffix(name, "appid"), kindBefore[name] != "" && kindBefore[name] != kind:
		d.find("account.ask.other_kind", name+": "+kind, shown)
	default:
		return false
	}
	return true
}

// tokenCallFor returns the address of the call for tokens whose parameters these are, if it is
// another one than c; else "".
func tokenCallFor(c *apiCall, sent []parameter) string {
	appid, _ := first(sent, "appid")
	secret, hasSecret := first(sent, "secret")
	corpid, _ := first(sent, "corpid")
	corpsecret, hasCorpsecret := first(sent, "corpsecret")
	switch {
	case c.corp && isAppID(appid) && hasSecret && secret != "" && corpid == "":
		return "https://api.weixin.qq.com/cgi-bin/token"
	case c.ask == "query" && !c.corp && isCorpID(corpid) && hasCorpsecret && corpsecret != "" && appid == "":
		return "https://qyapi.weixin.qq.com/cgi-bin/gettoken"
	}
	return ""
}

// oddQuery tells how a query is written that has all the names of a call's parameters, and not as
// name=value pairs joined by &; "" if it has them as it should, or not all of them.
func oddQuery(query string, sent []parameter, params []string) string {
	plain, err := url.PathUnescape(query)
	if err != nil || len(query) > maxToken || !slices.ContainsFunc(params, func(n string) bool { _, ok := first(sent, n); return !ok }) ||
		slices.ContainsFunc(params, func(n string) bool { return !strings.Contains(plain, n) }) {
		return ""
	}
	switch {
	case strings.HasPrefix(query, "?"):
		return "??"
	case strings.HasPrefix(plain, "{"):
		return "{…}"
	case strings.Contains(plain, "amp;"): // which is said of the names
		return ""
	case !strings.Contains(query, "=") && strings.Contains(plain, "="):
		return "%3D"
	}
	for _, sep := range []string{";", ",", ":", "|"} {
		if strings.Contains(plain, sep) {
			return sep
		}
	}
	return ""
}

// nearID returns the id of an account that another id is nearly: cut, doubled, in full width, or
// with a character or two that are others; "" if there is none.
func nearID(id string, known *Known) string {
	for _, s := range known.Secrets {
		of := s.Of
		if len(id) >= len(of)-2 && len(of) > 8 && (strings.HasPrefix(of, id) || strings.HasSuffix(of, id)) || id == of+of || text.FoldWidth(id) == of || distance(id, of, 3) <= 2 {
			return of
		}
	}
	return ""
}

// nestedIn returns the member of a JSON object that holds the parameters, or "".
func nestedIn(members []parameter, params []string) string {
	for _, m := range members {
		if strings.HasPrefix(m.value, "{") && hasAny(membersOf([]byte(m.value)), params) {
			return m.name
		}
	}
	return ""
}

// bodyCode names the encoding of a body that should be JSON in UTF-8, or "".
func bodyCode(body []byte) string {
	switch {
	case len(body) > 2 && body[0] == 0x1F && body[1] == 0x8B:
		return "gzip"
	case len(body) > 3 && (body[0] == 0xFF && body[1] == 0xFE || body[0] == 0xFE && body[1] == 0xFF || body[0] == '{' && body[1] == 0 || body[0] == 0 && body[1] == '{'):
		return "UTF-16"
	}
	if plain, err := base64.StdEncoding.DecodeString(string(body)); err == nil && membersOf(plain) != nil {
		return "base64"
	}
	return ""
}
