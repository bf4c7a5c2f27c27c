package explain

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/wire"
)

// maxPath is the length in bytes of the longest path that is compared with those of the calls.
const maxPath = 512

// endBlanks are blanks, quotes and invisible characters, percent-encoded in lower case.
var endBlanks = []string{
	"%20", "%09", "%0a", "%0d", "%22", "%27", "%60", "%2c", "%c2%a0", "%e2%80%8b", "%e2%80%8c", "%e2%80%8d", "%ef%bb%bf",
}

// trimBlanks takes blanks, quotes and invisible characters off both ends of a path, also encoded
// ones, and slashes.
func trimBlanks(p string) string {
	for {
		bare := strings.Trim(p, "/ \t\r\n\"'`,。；;"+text.Invisible)
		for _, x := range endBlanks {
			if len(bare) >= len(x) && strings.EqualFold(bare[:len(x)], x) {
				bare = bare[len(x):]
			}
			if n := len(bare) - len(x); n >= 0 && strings.EqualFold(bare[n:], x) {
				bare = bare[:n]
			}
		}
		if bare == p {
			return p
		}
		p = bare
	}
}

// otherVersion begins the paths of other versions of WeChat Pay's API.
var otherVersion = regexp.MustCompile(`^/[vV]\d/`)

// A step undoes one mistake in a path.
type step struct {
	cause string
	undo  func(string) []string
}

var pathSteps = []step{
	{"call.path.misspelled", func(p string) []string {
		if m := otherVersion.FindStringIndex(p); m != nil && !strings.HasPrefix(p, "/v3/") {
			return []string{"/v3/" + p[m[1]:]}
		}
		return nil
	}},
	{"call.path.absolute", func(p string) []string { return oneOf(withoutHost(p), p) }},
	{"call.path.query", func(p string) []string {
		at := strings.IndexAny(p, "?&;=")
		if i := strings.Index(strings.ToLower(p), "%3f"); i >= 0 && (at < 0 || i < at) {
			at = i
		}
		if at < 0 {
			return nil
		}
		return []string{p[:at]}
	}},
	{"call.path.encoded", func(p string) []string {
		plain, err := url.PathUnescape(p)
		if err != nil {
			return nil
		}
		return oneOf(plain, p)
	}},
	{"call.path.blanks", func(p string) []string {
		bare := trimBlanks(p)
		if bare == strings.Trim(p, "/") {
			return nil
		}
		return []string{"/" + bare}
	}},
	{"call.path.slashes", func(p string) []string {
		single := strings.ReplaceAll(p, `\`, "/")
		for strings.Contains(single, "//") {
			single = strings.ReplaceAll(single, "//", "/")
		}
		return oneOf(single, p)
	}},
	{"call.path.trailing", func(p string) []string { return oneOf(strings.TrimRight(p, "/"), p) }},
	{"call.path.dots", func(p string) []string {
		if !strings.Contains(p, "/.") {
			return nil
		}
		return oneOf(path.Clean(p), p)
	}},
	{"call.path.no_version", func(p string) []string {
		return []string{"/v3" + p, "/cgi-bin" + p, "/brand" + p, "/secapi" + p}
	}},
	{"call.path.prefix", func(p string) (list []string) {
		rest := strings.TrimPrefix(p, "/")
		for range 4 {
			_, after, ok := strings.Cut(rest, "/")
			if !ok || after == "" {
				break
			}
			list = append(list, "/"+after)
			rest = after
		}
		return list
	}},
}

// oneOf lists s if it differs from p.
func oneOf(s, p string) []string {
	if s == p {
		return nil
	}
	return []string{s}
}

// withoutHost takes a scheme and a host off the beginning of a path.
func withoutHost(p string) string {
	rest := strings.TrimLeft(p, "/")
	scheme := false
	for _, s := range []string{"https:", "http:"} {
		if after, ok := strings.CutPrefix(strings.ToLower(rest), s); ok {
			rest, scheme = rest[len(rest)-len(after):], true
			rest = strings.TrimLeft(rest, "/")
		}
	}
	host, after, ok := strings.Cut(rest, "/")
	name, _, _ := strings.Cut(strings.ToLower(host), ":")
	if !ok || !(scheme || wire.IsWeChat(name) || slices.Contains(wire.OtherHosts, name)) {
		return p
	}
	return "/" + after
}

// nearPath is how a path differs from that of a call.
type nearPath struct {
	call   *apiCall
	causes []string
}

const (
	maxSteps  = 3   // mistakes of a path that are undone together
	maxStates = 500 // paths that are looked up
)

// nearestPath finds the call that a path was meant for. It is nil if none is near.
func nearestPath(target string) *nearPath {
	p := target
	if i := strings.IndexByte(p, '?'); i >= 0 {
		p = p[:i]
	}
	if len(p) > maxPath {
		return nil
	}
	type state struct {
		path   string
		causes []string
	}
	seen := map[string]bool{p: true}
	level := []state{{p, nil}}
	hasRoot := slices.ContainsFunc(apiRoots, func(root string) bool { return strings.HasPrefix(p, root) })
	for depth := range maxSteps + 1 {
		var next []state
		for _, s := range level {
			if c, exact := callWithPath(s.path); exact {
				return &nearPath{c, anotherBeginning(s.causes)}
			} else if c != nil {
				return &nearPath{c, append(slices.Clip(anotherBeginning(s.causes)), "call.path.case")}
			}
			if depth == maxSteps || len(seen) > maxStates {
				continue
			}
			for _, st := range pathSteps {
				if st.cause == "call.path.no_version" && hasRoot {
					continue
				}
				for _, x := range st.undo(s.path) {
					if !seen[x] {
						seen[x] = true
						next = append(next, state{x, append(slices.Clip(s.causes), st.cause)})
					}
				}
			}
		}
		level = next
	}
	lower := strings.ToLower(p)
	if plain, err := url.PathUnescape(lower); err == nil {
		lower = plain
	}
	if slices.Contains(realOthers, lower) {
		return nil
	}
	var best *apiCall
	least := max(2, len(p)/6) + 1
	for i := range calls() {
		c := &calls()[i]
		if n := distance(lower, c.path, least); n < least {
			best, least = c, n
		}
	}
	if best == nil || least > 2 {
		if c := namesLike(lower); c != nil {
			return &nearPath{c, []string{"call.path.misspelled"}}
		}
		if c := sameWords(lower); c != nil && !strings.HasPrefix(lower, c.path+"/") {
			return &nearPath{c, []string{"call.path.misspelled"}}
		}
	}
	if best != nil && (least <= 2 || otherAPI(p) == "") {
		return &nearPath{best, []string{"call.path.misspelled"}}
	}
	for i := range calls() {
		c := &calls()[i]
		if strings.HasPrefix(c.path, strings.TrimRight(lower, "/")) && strings.Count(lower, "/") > 2 {
			return &nearPath{c, []string{"call.path.cut"}}
		}
		if strings.HasPrefix(lower, c.path+"/") || strings.HasPrefix(lower, c.path) && strings.Count(c.path, "/") > 2 {
			return &nearPath{c, []string{"call.path.tail"}}
		}
	}
	if base := path.Base(lower); len(base) > 6 && (otherAPI(p) == "" || strings.HasPrefix(base, "upload")) {
		for i := range calls() {
			c := &calls()[i]
			if path.Base(c.path) == base {
				return &nearPath{c, []string{"call.path.misspelled"}}
			}
		}
	}
	return nil
}

// anotherBeginning puts one cause in place of two that would contradict each other: a path that
// begins with something else than it should neither lacks its beginning nor has one too many.
func anotherBeginning(causes []string) []string {
	if slices.Contains(causes, "call.path.prefix") && slices.Contains(causes, "call.path.no_version") {
		causes = slices.DeleteFunc(slices.Clone(causes), func(c string) bool { return c == "call.path.prefix" || c == "call.path.no_version" })
		return append(causes, "call.path.misspelled")
	}
	return causes
}

// distance is the number of characters to add, take away, change or swap to get from a to b; limit
// if it is not less.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, above, row := rows[0], rows[1], rows[2]
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least >= limit {
			return limit
		}
		rows = [3][]int{above, row, before}
	}
	return min(rows[1][len(b)], limit)
}

// apiRoots begin the paths of WeChat's APIs.
var apiRoots = []string{"/v3/", "/brand/", "/cgi-bin/", "/secapi/", "/mmbiz_"}

// otherAPIs begin the paths of WeChat's APIs that are neither uploads nor give out what uploads
// need.
var otherAPIs = []string{
	"/v3/pay/", "/v3/refund/", "/v3/combine-transactions/", "/v3/transfer/", "/v3/fund-app/", "/v3/bill/", "/v3/billdownload/",
	"/v3/applyment4sub/", "/v3/apply4sub/", "/v3/applyments/", "/v3/ecommerce/", "/v3/profitsharing/", "/v3/payscore/", "/v3/marketing/",
	"/v3/merchant-service/", "/v3/smartguide/", "/v3/capital/", "/v3/parking/", "/v3/vehicle/", "/v3/businesscircle/", "/v3/new-tax-control-fapiao/",
	"/v3/global/", "/v3/mch-manage/", "/v3/mch-operation-manage/", "/v3/partner-transfer/", "/v3/goldplan/", "/v3/papay/", "/v3/offlineface/",
	"/v3/merchant/fund/", "/v3/brand/", "/v3/security/", "/v3/statements/", "/v3/datav3/", "/brand/marketing/", "/brand/card-member/",
	"/pay/", "/secapi/", "/mmpaymkttransfers/", "/mmpaysptrans/", "/risk/", "/payitil/", "/mchrisk/", "/tools/shorturl", "/hk/",
	"/cgi-bin/user/", "/cgi-bin/menu/", "/cgi-bin/message/", "/cgi-bin/template/", "/cgi-bin/draft/", "/cgi-bin/freepublish/",
	"/cgi-bin/material/", "/cgi-bin/media/", "/cgi-bin/qrcode/", "/cgi-bin/ticket/", "/cgi-bin/tags/", "/cgi-bin/groups/", "/cgi-bin/customservice/",
	"/cgi-bin/comment/", "/cgi-bin/component/", "/cgi-bin/wxopen/", "/cgi-bin/wxaapp/", "/cgi-bin/express/", "/cgi-bin/shorturl",
	"/cgi-bin/get_api_domain_ip", "/cgi-bin/getcallbackip", "/cgi-bin/callback/", "/cgi-bin/clear_quota", "/cgi-bin/openapi/",
	"/cgi-bin/department/", "/cgi-bin/agent/", "/cgi-bin/externalcontact/", "/cgi-bin/appchat/", "/cgi-bin/get_jsapi_ticket", "/cgi-bin/service/",
	"/cgi-bin/miniapppay/", "/cgi-bin/webhook/", "/cgi-bin/kf/", "/cgi-bin/oa/",
	"/sns/", "/wxa/", "/card/", "/shop/", "/channels/", "/product/", "/datacube/", "/semantic/", "/customservice/", "/merchant/", "/xpay/", "/tcb/",
	"/scan/", "/shakearound/", "/poi/", "/intp/", "/union/", "/cv/",
}

// otherAPI returns the beginning that a path shares with another API of WeChat's, or "".
func otherAPI(p string) string {
	for _, prefix := range otherAPIs {
		if strings.HasPrefix(p, prefix) {
			return prefix
		}
	}
	return ""
}

// valueStart finds the first value of a query.
var valueStart = regexp.MustCompile(`(?i)=|%3d`)

// judgeAddress says what is wrong with the method, the path and the query of a request that no call
// takes.
func judgeAddress(f *facts, d *draft) {
	p, query, _ := strings.Cut(f.Target, "?")
	near := nearestPath(f.Target)
	p = longRun.ReplaceAllString(d.secrets.mask(p), "***")
	if at := valueStart.FindStringIndex(p); at != nil { // a query that was joined in a wrong way may hold a token
		p = p[:at[1]] + "…"
	}
	switch {
	case near == nil && otherAPI(p) != "":
		d.find("call.path.other_api", p, f.Method+" "+p)
		return
	case near == nil:
		d.find("call.path.unknown", p, f.Method+" "+p)
		d.check("note.check_path")
		return
	}
	c := near.call
	fact := p + " → " + c.path
	for _, cause := range near.causes {
		d.find(cause, c.path, fact)
	}
	switch {
	case c.takes(f.Method):
	case c.takes(strings.ToUpper(f.Method)):
		d.find("call.method_case", c.method, f.Method+" "+p)
	default:
		d.find("call.method", c.method, f.Method+" "+p+" → "+c.method+" "+c.path)
	}
	if host := hostName(f.Host); wire.IsWeChat(host) && !slices.Contains(c.hosts(), host) {
		d.find("call.host", c.hosts()[0], "Host: "+host+" → "+c.hosts()[0])
	}
	if !f.NoToken && c.ask == "" && c.family == wxup.FamilyAccount && len(c.queries) == 0 && !c.takes(f.Method) && len(tokenTexts(f)) == 0 {
		d.find("account.token.missing", "", f.Method+" "+p)
	}
	if i := slices.IndexFunc(c.queries, func(q string) bool { return strings.Contains(query, "?"+q) }); i >= 0 {
		d.find("call.query_mark", "?"+c.queries[i], "?…?"+c.queries[i])
	} else if len(c.queries) > 0 && !slices.ContainsFunc(c.queries, func(q string) bool { return hasPairs(query, q) }) {
		d.find("call.query", strings.Join(c.queries, ", "), strings.TrimPrefix(firstPair(query, "type"), "?"))
	}
}

// hasPairs reports whether a query has all pairs of another one.
func hasPairs(query, fixed string) bool {
	have, _ := url.ParseQuery(query)
	want, _ := url.ParseQuery(fixed)
	for name := range want {
		if have.Get(name) != want.Get(name) {
			return false
		}
	}
	return true
}

// firstPair returns the first pair of a query with a name, or the name alone.
func firstPair(query, name string) string {
	for pair := range strings.SplitSeq(query, "&") {
		if key, _, _ := strings.Cut(pair, "="); strings.EqualFold(key, name) {
			return pair
		}
	}
	return "?" + name + "="
}
