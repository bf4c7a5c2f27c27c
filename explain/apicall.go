package explain

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/wire"
)

// apiCall is one of WeChat's calls that wxup answers: an upload, or what uploads need.
type apiCall struct {
	family  wxup.Family
	method  string
	path    string // {name} segments hold anything
	corp    bool   // of 企业微信 alone
	host    string
	queries []string // one of them is in the query of an upload; nil: none is needed
	ask     string   // a call for tokens: where its parameters are, query or json
	params  []string // those that it must have
}

// credentialCalls are the calls that are no uploads.
var credentialCalls = []apiCall{
	{family: wxup.PayV3, method: http.MethodGet, path: "/v3/certificates", host: wire.PayHost},
	{family: wxup.PayV3, method: http.MethodGet, path: "/v3/global/certificates", host: wire.PayHostHK},
	{family: wxup.PayV3, method: http.MethodGet, path: "/hk/v3/certificates", host: wire.PayHostHK},
	{family: wxup.FamilyAccount, method: http.MethodGet, path: wire.TokenPath, ask: "query", params: []string{"grant_type", "appid", "secret"}},
	{family: wxup.FamilyAccount, method: http.MethodPost, path: wire.StableTokenPath, ask: "json", params: []string{"grant_type", "appid", "secret"}},
	{family: wxup.FamilyAccount, method: http.MethodGet, path: wire.CorpTokenPath, host: wire.CorpHost, corp: true, ask: "query", params: []string{"corpid", "corpsecret"}},
	{family: wxup.FamilyAccount, method: http.MethodPost, path: "/cgi-bin/component/api_component_token", ask: "json",
		params: []string{"component_appid", "component_appsecret", "component_verify_ticket"}},
	{family: wxup.FamilyAccount, method: http.MethodPost, path: "/cgi-bin/component/api_query_auth", ask: "json", params: []string{"component_appid", "authorization_code"}},
	{family: wxup.FamilyAccount, method: http.MethodPost, path: "/cgi-bin/component/api_authorizer_token", ask: "json",
		params: []string{"component_appid", "authorizer_appid", "authorizer_refresh_token"}},
	{family: wxup.FamilyAccount, method: http.MethodPost, path: wire.QuotaPath},
	{family: wxup.FamilyAccount, method: http.MethodPost, path: "/cgi-bin/openapi/rid/get"},
}

// calls lists all of them.
var calls = sync.OnceValue(func() []apiCall {
	list := slices.Clone(credentialCalls)
	for _, ep := range wxup.Endpoints() {
		path, _ := ep.Route()
		_, query, hasQuery := strings.Cut(ep.Path, "?")
		i := slices.IndexFunc(list, func(c apiCall) bool { return c.path == path })
		if i < 0 {
			i = len(list)
			list = append(list, apiCall{family: ep.Family, method: http.MethodPost, path: path, corp: ep.Corp, host: ep.Host})
		}
		list[i].corp = list[i].corp && ep.Corp
		if hasQuery && !slices.Contains(list[i].queries, query) {
			list[i].queries = append(list[i].queries, query)
		}
	}
	return list
})

// callsByPath has the calls whose path is fixed, by that path in lower case, and the others.
var callsByPath = sync.OnceValue(func() (index struct {
	fixed map[string]*apiCall
	open  []*apiCall
}) {
	index.fixed = map[string]*apiCall{}
	for i := range calls() {
		c := &calls()[i]
		if strings.Contains(c.path, "{") {
			index.open = append(index.open, c)
		} else {
			index.fixed[strings.ToLower(c.path)] = c
		}
	}
	return index
})

// callWithPath finds the call with a path, and reports whether the case of its letters is right
// too.
func callWithPath(p string) (c *apiCall, exact bool) {
	index := callsByPath()
	if c := index.fixed[strings.ToLower(p)]; c != nil {
		return c, c.path == p
	}
	for _, c := range index.open {
		if fits, exact := pathFits(c.path, p); fits {
			return c, exact
		}
	}
	return nil, false
}

// pathFits reports whether a path is one with {name} segments, and with its case.
func pathFits(pattern, p string) (fits, exact bool) {
	if strings.Count(pattern, "/") != strings.Count(p, "/") {
		return false, false
	}
	want, have := strings.Split(pattern, "/"), strings.Split(p, "/")
	exact = true
	for i := range want {
		switch {
		case strings.HasPrefix(want[i], "{") && have[i] != "", want[i] == have[i]:
		case strings.EqualFold(want[i], have[i]):
			exact = false
		default:
			return false, false
		}
	}
	return true, exact
}

// takes reports whether the call is made with a method. The calls for tokens in the query take POST
// too.
func (c *apiCall) takes(method string) bool {
	return method == c.method || c.ask == "query" && method == http.MethodPost
}

// hosts lists the hosts that answer the call, the first one first.
func (c *apiCall) hosts() []string {
	var list []string
	switch {
	case c.corp:
		list = []string{wire.CorpHost}
	case c.family == wxup.FamilyAccount:
		list = append(list, wire.AccountHosts...)
		if strings.HasPrefix(c.path, "/cgi-bin/media/") {
			list = append(list, wire.CorpHost)
		}
	default:
		list = append(list, wire.PayHosts...)
	}
	if i := slices.Index(list, c.host); i > 0 {
		list[0], list[i] = list[i], list[0]
	}
	return list
}
