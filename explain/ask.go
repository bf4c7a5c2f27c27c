package explain

import (
	"slices"
	"strings"
	"unicode"

	"github.com/wxup/wxup/explain/text"
)

// misspelt lists names under which people send a parameter.
var misspelt = map[string][]string{
	"appid":                    {"app_id", "wxappid", "appkey", "app_key", "clientid", "client_id", "corpid"},
	"secret":                   {"appsecret", "app_secret", "clientsecret", "client_secret", "secretkey", "corpsecret"},
	"grant_type":               {"granttype", "grant", "type"},
	"corpid":                   {"corp_id", "appid", "app_id"},
	"corpsecret":               {"corp_secret", "secret", "appsecret", "app_secret"},
	"component_appid":          {"appid", "app_id", "componentappid"},
	"component_appsecret":      {"secret", "appsecret", "component_secret", "componentappsecret"},
	"component_verify_ticket":  {"ticket", "componentverifyticket", "verify_ticket"},
	"authorization_code":       {"code", "auth_code", "authorizationcode"},
	"authorizer_appid":         {"appid", "auth_appid", "authorizerappid"},
	"authorizer_refresh_token": {"refresh_token", "refreshtoken", "authorizerrefreshtoken"},
}

// judgeAsk says what is wrong with the parameters of a call for a token.
func judgeAsk(f *facts, d *draft, c *apiCall, known *Known) {
	_, query := cutQuery(f.Target)
	inQuery, inForm, inJSON := pairsOf(query), pairsOf(string(f.Body)), membersOf(f.Body)
	here, there, wrongPlace := inQuery, append(inJSON, inForm...), "account.ask.in_body"
	if at := tokenCallFor(c, inQuery); at != "" {
		d.drop("account.host")
		d.find("account.ask.path", at, f.Method+" "+c.path)
		return
	}
	if odd := oddQuery(query, inQuery, c.params); c.ask == "query" && odd != "" {
		d.find("account.ask.written", odd, f.Method+" "+c.path)
		return
	}
	if _, ok := first(inQuery, c.idName()); c.ask == "query" && !ok && len(f.Body) == 0 && len(f.query("appid")) == 0 {
		if fact := credentialsIn(f); fact != "" {
			d.find("account.ask.in_header", "", fact)
			return
		}
	}
	if c.ask == "json" {
		here, there, wrongPlace = inJSON, inQuery, "account.ask.in_query"
		if inJSON == nil && len(f.Body) > 0 {
			if len(inForm) > 0 && hasAny(inForm, c.params) {
				d.find("account.ask.form", "", f.Header.Get("Content-Type"))
			} else if code := bodyCode(f.Body); code != "" {
				d.find("account.ask.encoded_body", code, f.Header.Get("Content-Type"))
				return
			} else {
				notJSON(f, d)
				return
			}
			here = inForm
		}
		if len(f.Body) == 0 && !hasAny(inQuery, c.params) {
			d.find("account.ask.no_body", "", f.Method+" "+c.path)
			return
		}
	}
	for _, p := range slices.Concat(here, there) {
		if (isSecretName(p.name) || len(p.value) > longestID) && !isAskPlaceholder(p.value) {
			d.secrets.add(p.value) // or a secret sent as an id
		}
	}
	if at := nestedIn(inJSON, c.params); at != "" && !hasAny(slices.Concat(here, there), c.params) {
		d.find("account.ask.nested", at, at+": {…}")
		return
	}
	moved := false
	for _, name := range c.params {
		value, ok := first(here, name)
		if !ok {
			if v, is := first(there, name); is {
				value, ok = v, true
				if !moved {
					d.find(wrongPlace, "", name+"=…")
				}
				moved = true
			}
		}
		if !ok {
			judgeMissing(d, name, slices.Concat(here, there), c)
			continue
		}
		if i := slices.IndexFunc(here, func(p parameter) bool { return p.name == name }); i >= 0 && here[i].typed {
			d.find("account.ask.type", name, name+"="+jsonType(value))
		} else if !judgeKind(d, name, value, slices.Concat(here, there)) {
			judgeParameter(d, name, value, here)
		}
	}
	if i := slices.IndexFunc(inJSON, func(p parameter) bool { return p.name == "force_refresh" && !p.isBool() }); i >= 0 && c.ask == "json" {
		d.find("account.ask.force_refresh", "", "force_refresh="+text.Visible(inJSON[i].value, 20))
	}
	if n := len(d.report.Findings); n == 0 || n == 1 && d.found("account.ask.secret_length") {
		judgeAccount(f, d, c, here, known)
	}
}

// judgeMissing says that a parameter is not there, or has another name.
func judgeMissing(d *draft, name string, all []parameter, c *apiCall) {
	for _, p := range all {
		bare := strings.ToLower(strings.NewReplacer("-", "_", " ", "", "amp;", "").Replace(p.name))
		if bare == name || slices.Contains(misspelt[name], bare) && !slices.Contains(c.params, p.name) {
			d.find("account.ask.name", name, p.name)
			return
		}
	}
	d.find("account.ask.missing", name, c.path)
}

// judgeParameter says what can be seen of a parameter's value.
func judgeParameter(d *draft, name, value string, all []parameter) {
	shown := name + "=" + d.secrets.visible(value, 40)
	if isSecretName(name) {
		shown = name + "=" + cutSecret(value)
	}
	switch {
	case value == "":
		d.find("account.ask.empty", name, name+"=")
	case text.IsNothing(value) || isAskPlaceholder(value):
		d.find("account.ask.placeholder", name, name+"="+d.secrets.visible(value, 40))
	case isSecretName(name) && maskedSecret(value):
		d.find("account.ask.secret_masked", name, shown)
	case strings.TrimSpace(value) != value || strings.ContainsFunc(value, unicode.IsSpace) || strings.ContainsAny(value, text.Invisible):
		d.find("account.ask.blanks", name, shown)
	case strings.Trim(value, "\"'") != value:
		d.find("account.ask.quoted", name, shown)
	case strings.Contains(value, "%") && name != "component_verify_ticket":
		d.find("account.ask.encoded", name, shown)
	case name == "grant_type":
		if value != "client_credential" {
			d.find("account.ask.grant_type", value, shown)
		}
	case len(value) >= shortestSecret && strings.HasSuffix(name, "id") && holdsID(all, secretOf(name)):
		d.find("account.ask.swapped", name, name+"="+cutSecret(value))
	case isAppSecret(value) && strings.HasSuffix(name, "appid"):
		d.find("account.ask.secret_as_id", name, name+"="+cutSecret(value))
	case name == "appid" && isCorpID(value):
		d.find("account.ask.corp", value, shown)
	case name == "corpid" && strings.HasPrefix(value, "wx") && !strings.HasPrefix(value, "ww"):
		d.find("account.ask.not_corp", value, shown)
	case name == "appid" && !strings.HasPrefix(value, "wx") && isAppID(strings.ToLower(value)):
		d.find("account.ask.id_case", strings.ToLower(value), shown)
	case name == "appid" && !strings.HasPrefix(value, "wx"):
		d.find("account.ask.not_appid", value, shown)
	case name == "secret" && isAppID(value) && !d.found("account.ask.swapped"):
		d.find("account.ask.id_as_secret", name, shown)
	case name == "secret" && len(value) == 43:
		d.find("account.ask.aes_key", name, shown)
	case name == "secret" && len(value) != 32 && !isAppID(value):
		d.find("account.ask.secret_length", lengthOf(value), shown)
	}
}

// judgeAccount compares appid and secret with those that are known.
func judgeAccount(f *facts, d *draft, c *apiCall, sent []parameter, known *Known) {
	id, _ := first(sent, c.idName())
	secret, _ := first(sent, secretOf(c.idName()))
	var app *App
	for i := range known.Apps {
		if known.Apps[i].ID == id {
			app = &known.Apps[i]
		}
	}
	switch {
	case c.idName() == "component_appid" && !slices.Contains(c.params, "component_appsecret"):
		if judgeComponent(f, d, known, id) {
			d.askState(f)
		}
	case app == nil && d.found("account.ask."):
	case app == nil:
		for _, a := range known.Apps {
			if strings.EqualFold(a.ID, id) {
				d.find("account.ask.id_case", a.ID, c.idName()+"="+id)
				return
			}
		}
		if near := nearID(id, known); near != "" {
			d.find("account.ask.id_near", near, c.idName()+"="+d.secrets.visible(id, 40))
			return
		}
		if known.Issuer || len(known.Apps) > 0 { // or nothing is known of the apps
			d.find("account.ask.unknown", id, c.idName()+"="+d.secrets.visible(id, 40))
		}
	case app.Component != (c.idName() == "component_appid"):
		d.find(map[bool]string{true: "account.ask.component", false: "account.ask.not_component"}[app.Component], id, c.idName()+"="+id)
	case !equalSecret(secret, app.Secret):
		d.askSecret(secretOf(c.idName()), id, secret, app.Secret, known)
	default:
		d.report.Verified = true
		d.askState(f)
	}
}

// askState names the state of the account that refuses a call whose parameters are right.
func (d *draft) askState(f *facts) {
	if cause := askStates[f.Problem]; cause != "" {
		d.find(cause, f.ProblemValue, f.Method+" "+pathOf(f.Target))
	}
}

func (c *apiCall) idName() string {
	for _, name := range c.params {
		if name == "corpid" || name == "component_appid" {
			return name
		}
	}
	return "appid"
}

// secretOf names the secret that belongs to an id.
func secretOf(idName string) string {
	switch idName {
	case "corpid":
		return "corpsecret"
	case "component_appid":
		return "component_appsecret"
	}
	return "secret"
}

// judgeQuestion says what is wrong with the JSON of a question about a rid or a quota.
func judgeQuestion(f *facts, d *draft) {
	if !d.report.Verified {
		return
	}
	name, sample := "rid", "rid"
	if strings.HasSuffix(pathOf(f.Target), "quota/get") {
		name, sample = "cgi_path", "cgi_path"
	}
	members := membersOf(f.Body)
	value, ok := first(members, name)
	switch {
	case len(f.Body) == 0:
		d.find("account.ask.no_body", "", f.Method+" "+pathOf(f.Target))
	case members == nil:
		notJSON(f, d)
	case !ok:
		d.find("account.ask.missing", name, sample)
	case name == "cgi_path" && strings.Contains(value, "?"), name == "cgi_path" && !strings.HasPrefix(value, "/"):
		d.find("account.ask.cgi_path", value, name+"="+d.secrets.visible(value, 80))
	default:
		d.askState(f)
	}
}

// jsonType shows the type of a JSON value other than a string.
func jsonType(value string) string {
	switch {
	case strings.HasPrefix(value, "["):
		return "[…]"
	case strings.HasPrefix(value, "{"):
		return "{…}"
	}
	return cutSecret(value)
}

// notJSON says why the body is not a JSON object.
func notJSON(f *facts, d *draft) {
	head := text.Visible(d.secrets.mask(jsonHead(f.Body)), 60)
	if !misspeltJSON(d, string(f.Body), head) {
		d.find("account.ask.json", "", head)
	}
}

// jsonHead is the beginning of a body that should be JSON, up to where values begin.
func jsonHead(body []byte) string {
	head := string(body[:min(len(body), 60)])
	if i := strings.IndexAny(head, ":="); i >= 0 {
		head = head[:i] + "…"
	}
	return head
}
