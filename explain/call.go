package explain

import (
	"net/http"
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/wire"
)

// Call explains a refused request that is no upload: a call for certificates or tokens, a question
// about quotas, or one with a method, path or host that no API has.
func Call(req *Request, known *Known) Report {
	if req.Problem == problem.WrongHost {
		d := &draft{unknown: req.Unknown}
		host := d.secrets.visible(hostName(req.Host), 80)
		path, _ := cutQuery(req.Target)
		c, _ := callWithPath(path)
		if right := misspeltHost(host, c); right != "" {
			d.find("call.host_misspelt", host+" → "+right, "Host: "+host)
		} else if c != nil && slices.ContainsFunc(domains, func(domain string) bool { return strings.HasSuffix(host, domain) }) {
			d.find("call.host_unknown", host+" → "+c.hosts()[0], "Host: "+host)
		} else {
			d.find("call.not_here", host, "Host: "+host)
		}
		return d.finish(budgetOf(nil))
	}
	path, _ := cutQuery(req.Target)
	c, exact := callWithPath(path)
	if !exact {
		c = nil
	}
	if c != nil && c.family == wxup.PayV3 && c.method == http.MethodGet && req.Method == http.MethodGet {
		r := V3(req, known)
		if cause := askStates[req.Problem]; len(r.Findings) == 0 && cause != "" {
			d := &draft{report: r}
			d.find(cause, req.ProblemValue, "GET "+path)
			return d.finish(&text.Budget{Calls: r.Work})
		}
		return r
	}
	f := readCall(req)
	k := settle(known, "", nil)
	d := &draft{ep: f.ep, unknown: req.Unknown, secrets: secretsOf(f, k)}
	work := budgetOf(known)
	switch {
	case req.Method == "PRI":
		d.find("http.http2", "", "PRI * HTTP/2.0")
	case c != nil && c.family == wxup.FamilyAccount && c.ask == "" && req.Method == http.MethodPost && paySignature(f, d):
	case strings.HasPrefix(path, "/mmbiz_"):
		d.find("call.image", "", req.Method+" "+path)
	case c == nil || !c.takes(req.Method) || c.queries != nil || c.ask == "" && c.family != wxup.FamilyAccount:
		judgeAddress(f, d)
	default:
		if !c.corp {
			judgeHost(d, "account.host", req.Host, notAccountHosts)
		}
		if req.Scheme == "http" {
			d.find("account.no_tls", "", "http://"+req.Host)
		}
		if multipart := strings.HasPrefix(f.Header.Get("Content-Type"), "multipart/"); multipart && c.ask == "json" && formOf(f, c.params) {
			d.find("account.ask.form", "", strings.SplitN(f.Header.Get("Content-Type"), ";", 2)[0])
		} else if c.ask != "" && multipart {
			d.find("call.path.ask", c.path, req.Method+" "+path+", "+strings.SplitN(f.Header.Get("Content-Type"), ";", 2)[0])
		} else if c.ask != "" {
			judgeAsk(f, d, c, k)
		} else {
			judgeTokens(f, d, forQuestions(k))
			judgeQuestion(f, d)
		}
	}
	return d.finish(work)
}

// formOf reports whether the body is a form without a file that has some of the parameters.
func formOf(f *facts, params []string) bool {
	form := &facts{Request: f.Request, ep: f.ep}
	form.readForm(f.Body, f.Header.Get("Content-Type"))
	return !slices.ContainsFunc(form.parts, func(p Part) bool { return p.HasFilename }) &&
		slices.ContainsFunc(form.parts, func(p Part) bool { return slices.Contains(params, p.Name) })
}

// domains are WeChat's.
var domains = []string{".weixin.qq.com", ".wechatpay.cn", ".tenpay.com"}

// misspeltHost returns the host that another one is a misspelling of, or "". The call is the one
// that the path names, or nil.
func misspeltHost(host string, c *apiCall) string {
	hosts := slices.Concat(wire.PayHosts, wire.AccountHosts, []string{wire.CorpHost})
	if c != nil {
		hosts = append(c.hosts(), hosts...)
	}
	if slices.ContainsFunc(domains, func(domain string) bool { return strings.HasSuffix(host, domain) }) {
		return ""
	}
	for least := 1; least <= 3; least++ { // "api.mch.weixin.com" lacks three characters
		for _, right := range hosts {
			if distance(host, right, 4) == least {
				return right
			}
		}
	}
	return ""
}

// RightHost returns the host that answers a call of WeChat's, if the request names another one of
// WeChat's; else "".
func RightHost(req *Request) string {
	host := hostName(req.Host)
	if !wire.IsWeChat(host) && !slices.Contains(wire.OtherHosts, host) {
		return ""
	}
	path, _ := cutQuery(req.Target)
	if c, _ := callWithPath(path); c != nil && !slices.Contains(c.hosts(), host) {
		return c.hosts()[0]
	}
	return ""
}

// Meant reports whether a request seems to be meant for one of WeChat's APIs: by its path, or else
// by its credentials.
func Meant(req *Request) bool {
	_, meant := Aim(req)
	return meant
}

// Aim is [FamilyOf] and [Meant].
func Aim(req *Request) (family wxup.Family, meant bool) {
	if near := nearestPath(req.Target); near != nil {
		return near.call.family, true
	}
	path, _ := cutQuery(req.Target)
	meant = req.Method == "PRI" || slices.ContainsFunc(apiRoots, func(root string) bool { return strings.HasPrefix(path, root) }) ||
		otherAPI(path) != "" || hasCredentials(req)
	return guessFamily(req), meant
}

// FamilyOf tells which family's API a request was meant for.
func FamilyOf(req *Request) wxup.Family {
	family, _ := Aim(req)
	return family
}

// AppTexts lists the texts in a request that may be meant as ids of accounts. Those that exist are
// to be given to [Call] as [Known.Apps].
func AppTexts(req *Request) []string {
	_, query := cutQuery(req.Target)
	var list []string
	for _, p := range slices.Concat(pairsOf(query), membersOf(req.Body), pairsOf(string(req.Body))) {
		id := strings.Trim(p.value, " \t\r\n\"'")
		lower := strings.ToLower(p.name)
		if !strings.Contains(lower, "appid") && !strings.Contains(lower, "corpid") && !strings.Contains(lower, "app_id") || id == "" || len(id) > 64 {
			continue
		}
		for _, id := range []string{id, strings.ToLower(id)} {
			if len(list) < maxAppTexts && !slices.Contains(list, id) {
				list = append(list, id)
			}
		}
	}
	return list
}

// maxAppTexts is how many texts are looked up at most.
const maxAppTexts = 8

// The reasons for a report that says nothing but why.
const (
	Busy      = "busy"      // others were being explained
	Panicked  = "panic"     // a bug
	Vetoed    = "vetoed"    // the request was right
	Temporary = "temporary" // the receiver's fault, or too many calls
	Gone      = "gone"      // no time was left
)

// Unexplained is the report of a request that was not explained.
func Unexplained(why string) Report {
	ids := map[string]string{
		Busy: "note.unexplained_busy", Panicked: "note.unexplained_panic", Vetoed: "note.unexplained_vetoed",
		Temporary: "note.unexplained_temporary", Gone: "note.unexplained_gone",
	}
	return Report{Unexplained: fillNote(ids[why])}
}
