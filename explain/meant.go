package explain

import (
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/wire"
)

// readCall reads a request that has no form.
func readCall(req *Request) *facts {
	return &facts{Request: req, ep: &wxup.Endpoint{Family: wxup.FamilyAccount}}
}

func cutQuery(target string) (path, query string) {
	path, query, _ = strings.Cut(target, "?")
	return path, query
}

// hasCredentials reports whether a request carries what only WeChat's APIs ask for.
func hasCredentials(req *Request) bool {
	_, query := cutQuery(req.Target)
	return strings.HasPrefix(strings.ToUpper(strings.TrimSpace(req.Header.Get("Authorization"))), "WECHATPAY") ||
		strings.Contains(query, "access_token=") || req.Header.Get(wire.SerialHeader) != ""
}

// guessFamily tells a family by the path's beginning, the host or the credentials.
func guessFamily(req *Request) wxup.Family {
	path, query := cutQuery(req.Target)
	host := hostName(req.Host)
	for _, begin := range []struct {
		prefix string
		family wxup.Family
	}{
		{"/v3/", wxup.PayV3}, {"/brand/", wxup.PayV3}, {"/hk/", wxup.PayV3},
		{"/secapi/", wxup.PayV2}, {"/pay/", wxup.PayV2}, {"/mmpaymkttransfers/", wxup.PayV2},
		{"/cgi-bin/", wxup.FamilyAccount}, {"/sns/", wxup.FamilyAccount}, {"/wxa/", wxup.FamilyAccount},
	} {
		if strings.HasPrefix(path, begin.prefix) {
			return begin.family
		}
	}
	switch {
	case strings.Contains(query, "access_token="), host == wire.CorpHost, slices.Contains(wire.AccountHosts, host):
		return wxup.FamilyAccount
	}
	return wxup.PayV3
}
