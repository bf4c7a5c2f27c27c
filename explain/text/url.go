package text

import (
	"net/url"
	"slices"
	"strings"
)

// otherPaths are paths of APIs that are not uploads: they are left over from the page or the
// program that a client was copied from.
var otherPaths = []string{
	"/v3/certificates", "/v3/pay/transactions/jsapi", "/v3/pay/transactions/native", "/v3/pay/transactions/app", "/v3/pay/transactions/h5",
	"/v3/pay/partner/transactions/jsapi", "/v3/refund/domestic/refunds", "/v3/marketing/favor/coupon-stocks",
	"/v3/applyment4sub/applyment/", "/v3/applyment4sub/applyment", "/v3/ecommerce/applyments/", "/v3/transfer/batches",
	"/v3/profitsharing/orders", "/v3/profitsharing/receivers/add", "/v3/combine-transactions/jsapi", "/v3/fund-app/mch-transfer/transfer-bills", "/v3/merchant-service/complaints-v2",
	"/v3/marketing/busifavor/stocks", "/v3/marketing/favor/stocks", "/v3/payscore/serviceorder", "/v3/bill/tradebill", "/v3/merchant/fund/balance/BASIC", "/v3/smartguide/guides",
	"/v3/applyment4sub/applyment/applyment_id", "/v3/capital/capitallhh/banks/personal-banking", "/v3/apply4sub/sub_merchants", "/v3/pay/transactions/id", "/v3/new-tax-control-fapiao/card-template", "/pay/unifiedorder", "/secapi/pay/refund", "/cgi-bin/token",
}

// apiPrefixes begin the paths of WeChat Pay.
var apiPrefixes = []string{"/v3/", "/brand/"}

// nearPaths are paths that no API has, near to those of uploads.
var nearPaths = []string{"/v3/merchant/media/image-upload", "/v3/marketing/favor/media/upload", "/v3/marketing/image-upload", "/v3/merchant/media/upload/"}

// gatewayPrefixes are prefixes that gateways and base URLs add to a path or take away.
var gatewayPrefixes = []string{
	"/v3", "/api", "/proxy", "/wxpay", "/wechat", "/weixin", "/wx", "/pay", "/wechatpay", "/api-weixin", "/api-wechat", "/gateway", "/sandbox",
	"/hk", "/v3/global",
	"/index.php", "/public/index.php", "/public", "/index.php?s=", "/index.php?r=", "?s=", "/api/v1", "/api/v2", "/api/v3", "/v1", "/v2", "/web", "/app", "/server",
	"/service", "/mch", "/payment", "/wxapi", "/wechat-pay", "/weixinpay", "/tenpay", "/prod", "/test", "/dev", "/admin", "/prod-api", "/dev-api", "/stage-api",
	"/open", "/openapi", "/rest", "/backend", "/cloud", "/tcb", "/release", "/upstream", "/forward", "/http", "/https", "/api.mch.weixin.qq.com",
	"C:/Program Files/Git", "C:/msys64", "C:/Program Files (x86)/Git", "D:/Program Files/Git", "D:/Git", "C:/Git", "C:", "D:", "file://", ".", "..", "~", "@", "null", "undefined", "None",
}

// localHosts are where programs that are being developed send to.
var localHosts = []string{"localhost", "127.0.0.1", "0.0.0.0", "host.docker.internal", "nginx", "gateway"}

// localPorts are their usual ports.
var localPorts = []string{"", ":80", ":443", ":8080", ":8081", ":8000", ":3000", ":5000", ":8443", ":8888", ":9000", ":9090", ":7001", ":4000", ":1337"}

// ownPaths are paths of a program's own, which it signs in place of the API's.
var ownPaths = []string{
	"/upload", "/api/upload", "/file/upload", "/media/upload", "/image/upload", "/upload/image", "/index.php", "/index", "/notify", "/api", "/wx/upload", "/wechat/upload",
	"/api/wechat/upload", "/pay/upload", "/uploadFile", "/uploadImage", "/api/file/upload", "/common/upload", "/v3", "/v3/", "/v3/upload",
}

// URLs lists ways to get the path and query wrong.
func URLs(s *Source) *Dimension {
	right := s.Right[URLLine]
	d := newDimension(right)
	path, _, hasQuery := strings.Cut(right, "?")
	query := right[len(path):]
	if hasQuery {
		d.add(path, "v3.url.no_query", "")
	}
	hosts := append([]string{s.Host}, s.Hosts...)
	d.add("https://"+hosts[0]+right, "v3.url.absolute", "")
	d.add("https://"+hosts[1]+right, "v3.url.absolute", "")
	d.add(hosts[0]+right, "v3.url.host", "")
	d.add(strings.TrimPrefix(right, "/"), "v3.url.no_slash", "")
	plainPath, err := url.PathUnescape(path)
	if err != nil {
		plainPath = path
	}
	for _, p := range s.Siblings[:min(2, len(s.Siblings))] {
		if !strings.HasSuffix(strings.TrimRight(plainPath, "/"), p) {
			d.add(p+query, "v3.url.sibling", p)
		}
	}
	d.endTop()
	d.add("http://"+hosts[0]+right, "v3.url.absolute", "")
	d.add(hosts[1]+right, "v3.url.host", "")
	if strings.HasSuffix(path, "/") {
		d.add(strings.TrimRight(path, "/")+query, "v3.url.slash", "")
	} else {
		d.add(path+"/"+query, "v3.url.slash", "")
	}
	if plain, err := url.PathUnescape(right); err == nil {
		d.add(plain, "v3.url.decoded", "")
	}
	d.add(escapePath(right), "v3.url.encoded", "")
	for _, prefix := range apiPrefixes { // behind a gateway: the path without what the gateway adds
		if i := strings.Index(right, prefix); i > 0 {
			d.add(right[i:], "v3.url.prefix", right[:i])
		}
	}
	d.endNear()
	if plain, err := url.QueryUnescape(right); err == nil {
		d.add(plain, "v3.url.decoded", "")
	}
	d.add(url.QueryEscape(right), "v3.url.encoded", "")
	d.add(url.QueryEscape(path)+query, "v3.url.encoded", "")
	for _, host := range hosts {
		for _, scheme := range []string{"https://", "http://"} {
			for _, port := range []string{"", ":443"} {
				d.add(scheme+host+port+right, "v3.url.absolute", "")
				d.add(scheme+host+port+path, "v3.url.absolute", "")
			}
		}
		d.add(host+right, "v3.url.host", "")
		d.add(host+path, "v3.url.host", "")
		d.add("//"+host+right, "v3.url.host", "")
		d.add("/"+host+right, "v3.url.host", "")
		d.add("https://"+host, "v3.url.only_host", "")
		d.add("https://"+host+"/", "v3.url.only_host", "")
	}
	d.add("/v3/certificates", "v3.url.sibling", "/v3/certificates")
	d.endWide()
	d.rare = append([]func(){func() { rareURLs(d, s) }}, rareLines(d, s, URLLine, "v3.url.instead", "v3.url.form")...)
	return d
}

func rareURLs(d *Dimension, s *Source) {
	right := s.Right[URLLine]
	path, query, hasQuery := strings.Cut(right, "?")
	behind := right[len(path):]
	for _, p := range slices.Concat(s.Siblings, otherPaths) {
		d.add(p, "v3.url.sibling", p)
		d.add(p+behind, "v3.url.sibling", p)
	}
	if s.Path != "" {
		d.add(s.Path, "v3.url.template", s.Path)
		d.add(s.Path+behind, "v3.url.template", s.Path)
	}
	d.add("", "v3.url.empty", "")
	d.add("/", "v3.url.instead", "/")
	for _, prefix := range apiPrefixes {
		bare := strings.TrimSuffix(prefix, "/")
		d.add(strings.TrimPrefix(right, bare), "v3.url.prefix", "-"+bare)
		if hasQuery && strings.HasPrefix(path, prefix) {
			d.addAll(strings.TrimPrefix(path, bare), Flaw{"v3.url.prefix", "-" + bare}, Flaw{"v3.url.no_query", ""})
		}
	}
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	last := segments[len(segments)-1]
	d.add(last, "v3.url.last_segment", last)
	d.add("/"+last, "v3.url.last_segment", "/"+last)
	for i := 1; i < len(segments) && i < 4; i++ {
		d.add("/"+strings.Join(segments[i:], "/")+behind, "v3.url.prefix", "-/"+strings.Join(segments[:i], "/"))
	}
	for _, host := range localHosts {
		for _, port := range localPorts {
			d.add("http://"+host+port+right, "v3.url.absolute", "http://"+host+port)
			d.add("https://"+host+port+right, "v3.url.absolute", "https://"+host+port)
			d.add(host+port+right, "v3.url.host", host+port)
		}
	}
	for _, own := range ownPaths {
		d.add(own, "v3.url.instead", own)
	}
	if p := s.Form.file(); p != nil {
		for _, folder := range []string{"", "/", "./", "/tmp/", "/home/www/upload/", "/uploads/", "/upload/", "/images/"} {
			d.add(folder+p.Filename, "v3.url.instead", folder+p.Filename)
		}
	}
	for _, prefix := range gatewayPrefixes {
		d.add(prefix+right, "v3.url.prefix", prefix)
	}
	for i := range strings.Count(path, "/") {
		d.add(doubleSlash(right, i), "v3.url.slash", "//")
	}
	d.add(strings.ReplaceAll(right, "//", "/"), "v3.url.slash", "//")
	d.add(right+"?", "v3.url.query", "?")
	d.add(right+"#", "v3.url.query", "#")
	for _, n := range Nothings {
		d.add(right+n, "v3.url.nothing", "…"+n)
		d.add(path+"?"+n, "v3.url.nothing", "…?"+n)
	}
	d.add(strings.ToLower(right), "v3.url.case", "")
	d.add(strings.ToUpper(right), "v3.url.case", "")
	d.add(mapEscapes(right, strings.ToUpper), "v3.url.encoded", "")
	d.add(mapEscapes(right, strings.ToLower), "v3.url.encoded", "")
	d.add(right+" HTTP/1.1", "v3.url.query", "HTTP/1.1")
	d.add(strings.ReplaceAll(path, "-", "_")+behind, "v3.url.misspelled", strings.ReplaceAll(path, "-", "_")+" → "+path)
	if hasQuery {
		queries(d, path, query)
	}
	for _, whole := range []string{"https://" + s.Host + right, "https://" + s.Hosts[0] + right, "http://" + s.Host + right} {
		d.add(url.QueryEscape(whole), "v3.url.absolute", "")
		d.add(strings.ReplaceAll(whole, "/", `\/`), "v3.url.absolute", "")
		d.add(strings.ToUpper(strings.TrimSuffix(whole, right))+right, "v3.url.absolute", "")
		d.add(whole+"/", "v3.url.absolute", "")
		d.add(whole+"?", "v3.url.absolute", "")
	}
	for _, before := range []string{"POST ", "POST:", "path: ", "url: ", "GET "} {
		d.add(before+right, "v3.url.form", before+"…")
	}
	oddPaths(d, s, path, behind)
	for _, base := range s.Bases {
		d.add(base+right, "v3.url.absolute", "")
	}
	for _, host := range []string{s.Host, s.Hosts[0]} {
		d.add("https:/"+host+right, "v3.url.absolute", "")
	}
	if !hasQuery && !s.NoMeta { // meta as the query, which is not sent
		var pairs, escaped []string
		for _, m := range s.meta() {
			pairs, escaped = append(pairs, m.Name+"="+m.Value), append(escaped, m.Name+"="+url.QueryEscape(m.Value))
		}
		body := s.Right[BodyLine]
		for _, q := range []string{"meta=" + url.QueryEscape(body), "meta=" + body, strings.Join(pairs, "&"), strings.Join(escaped, "&"), body, url.QueryEscape(body)} {
			d.add(right+"?"+q, "v3.url.query", Visible("?"+q, 60))
		}
	}
	misspelledPaths(d, path, behind)
}

// oddPaths adds the path with what routers, caches and printed objects put around it, and relative
// ones.
func oddPaths(d *Dimension, s *Source, path, behind string) {
	right := path + behind
	now := s.Right[TimeLine]
	for _, query := range []string{"_t=1", "_t=" + now, "t=" + now, "_=" + now, "ts=" + now, "v=1", "timestamp=" + now, "_t=" + now + "000", "t=" + now + "000", "_=" + now + "000", "mchid=" + s.MchID} {
		d.add(path+"?"+query, "v3.url.query", "?"+query)
	}
	for _, tail := range []string{"#/", "#", "/#", "/*", "/**", ".json", ".do", ".php", "/index", "?wsdl", ";"} {
		d.add(right+tail, "v3.url.form", "…"+tail)
	}
	if p := s.Form.file(); p != nil {
		for _, sep := range []string{"/", "?", "?filename=", "?file="} {
			d.add(path+sep+p.Filename, "v3.url.form", "…"+sep+p.Filename)
		}
	}
	for _, form := range []string{"URI{path=□}", "Uri{path=□}", "URI(path=□)", "Url { path: \"□\" }", "Path(□)", "PosixPath('□')", "PureURL(□)", "URL(□)", "url(□)", "#<URI::Generic □>", "Optional(\"□\")", "URI(\"□\")", "HttpUrl(□)"} {
		d.add(strings.ReplaceAll(form, "□", right), "v3.url.form", strings.ReplaceAll(form, "□", "…"))
	}
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i := 1; i < len(segments); i++ {
		rest := strings.Join(segments[i:], "/") + behind
		for _, start := range []string{"../", "./", "../../", ""} {
			d.add(start+rest, "v3.url.form", start+rest)
		}
	}
}

// misspelledPaths adds the path with a segment left out, doubled or spelled as programs and people
// spell it, and with another version.
func misspelledPaths(d *Dimension, path, behind string) {
	add := func(p string) { d.add(p+behind, "v3.url.misspelled", p+" → "+path) }
	for _, x := range [][2]string{{"/v3/", "/v2/"}, {"/v3/", "/v1/"}, {"/v3/", "/V3/"}, {"/v3/", "/v3.0/"}, {"/v3/", "/v4/"}, {"/v3/", "/3/"}, {"favor", "favour"}, {"favor", "favors"}, {"favor", "favorites"}, {"-", ""}, {"-", "/"}, {"_", "-"}, {"_", ""},
		{"marketing", "market"}, {"media", "medias"}, {"image-upload", "imageUpload"}, {"image-upload", "upload-image"}, {"image-upload", "images-upload"}, {"image-upload", "file-upload"}, {"image-upload", "video-upload"},
		{"image", "img"}, {"upload", "uploads"}, {"upload", "uploadimg"}, {"merchant", "merchants"}, {"/media", ""}} {
		add(strings.Replace(path, x[0], x[1], 1))
		add(strings.ReplaceAll(path, x[0], x[1]))
	}
	for _, p := range nearPaths {
		add(p)
	}
	segments := strings.Split(path, "/")
	for i := 1; i < len(segments); i++ {
		add(strings.Join(slices.Delete(slices.Clone(segments), i, i+1), "/"))
		add(strings.Join(slices.Insert(slices.Clone(segments), i, segments[i]), "/"))
		add(strings.Join(segments[:i], "/"))
		if i+1 < len(segments) {
			swapped := slices.Clone(segments)
			swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
			add(strings.Join(swapped, "/"))
		}
	}
}

// queries adds ways to get the query wrong.
func queries(d *Dimension, path, query string) {
	add := func(q string) { d.add(path+"?"+q, "v3.url.query", q) }
	pairs := strings.Split(query, "&")
	if len(pairs) > 6 {
		return
	}
	sorted := slices.Sorted(slices.Values(pairs))
	add(strings.Join(sorted, "&"))
	slices.Reverse(sorted)
	add(strings.Join(sorted, "&"))
	reversed := slices.Clone(pairs)
	slices.Reverse(reversed)
	add(strings.Join(reversed, "&"))
	for i := range pairs {
		if rest := slices.Delete(slices.Clone(pairs), i, i+1); len(rest) > 0 {
			add(strings.Join(rest, "&"))
		}
	}
	if values, err := url.ParseQuery(query); err == nil {
		add(values.Encode())
		add(strings.ReplaceAll(values.Encode(), "+", "%20"))
	}
	add(query + "?" + query)
	add(query + "&" + query)
	d.add("?"+query, "v3.url.query", "?"+query)
	d.add(path+query, "v3.url.query", query)
	if plain, err := url.QueryUnescape(query); err == nil {
		d.add(path+"?"+plain, "v3.url.decoded", "")
	}
	d.add(path+"?"+url.QueryEscape(query), "v3.url.encoded", "")
	add(strings.ReplaceAll(query, "+", "%20"))
	add(strings.ReplaceAll(query, "%20", "+"))
	add(strings.ReplaceAll(query, "&", "&amp;"))
}

func escapePath(s string) string {
	path, query, ok := strings.Cut(s, "?")
	path = (&url.URL{Path: path}).EscapedPath()
	if ok {
		path += "?" + query
	}
	return path
}

// doubleSlash doubles the i-th slash of s.
func doubleSlash(s string, i int) string {
	at := -1
	for range i + 1 {
		at += 1 + strings.IndexByte(s[at+1:], '/')
	}
	return s[:at] + "/" + s[at:]
}
