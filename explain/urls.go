package explain

import (
	"net/url"
	"slices"
	"strings"
)

// hosts are those of the real service that clients put into a text by mistake.
var hosts = []string{"api.mch.weixin.qq.com", "api2.mch.weixin.qq.com", "api.wechatpay.cn", "api2.wechatpay.cn", "apihk.mch.weixin.qq.com", "api.weixin.qq.com"}

// siblings are paths that are taken for each other, or were left from the page a program was copied from.
var siblings = []string{
	"/v3/marketing/favor/media/image-upload", "/v3/merchant/media/upload", "/v3/merchant/media/video_upload",
	"/v3/merchant-service/images/upload", "/v3/marketing/partner/product-coupon/media/upload-image",
	"/brand/marketing/product-coupon/media/upload-image", "/v3/ecommerce/account/cancel-applications/media",
	"/v3/global/merchant-service/images/upload", "/v3/global/merchant-storage/file/upload", "/v3/merchant/media/image-upload",
	"/v3/marketing/favor/media/upload", "/v3/marketing/image-upload", "/v3/new-tax-control-fapiao/fapiao-applications/upload-fapiao-file",
	"/v3/taxi-invoice/cards/upload-file", "/v3/marketing/shopping-receipt/shoppingreceipts",
	"/v3/certificates", "/v3/pay/transactions/jsapi", "/v3/pay/transactions/native", "/v3/pay/transactions/app", "/v3/pay/transactions/h5",
	"/v3/pay/partner/transactions/jsapi", "/v3/refund/domestic/refunds", "/v3/marketing/favor/coupon-stocks",
	"/v3/applyment4sub/applyment/", "/v3/applyment4sub/applyment", "/v3/ecommerce/applyments/", "/v3/transfer/batches",
	"/secapi/mch/uploadmedia", "/cgi-bin/media/uploadimg", "/v3/merchant/media/upload/",
}

// targets: the second line, path and query.
func (e *evidence) targets(right string) *ways {
	w := newWays(right)
	path, _, hasQuery := strings.Cut(right, "?")
	if hasQuery {
		w.add(path, "v3.url.no_query", "")
	}
	all := append([]string{e.Host}, hosts...)
	w.add("https://"+all[0]+right, "v3.url.absolute", "")
	w.add("https://"+all[1]+right, "v3.url.absolute", "")
	w.add(all[0]+right, "v3.url.host", "")
	w.add(strings.TrimPrefix(right, "/"), "v3.url.no_slash", "")
	for _, p := range siblings[:2] {
		if !strings.HasSuffix(strings.TrimRight(path, "/"), p) {
			w.add(p+right[len(path):], "v3.url.sibling", p)
		}
	}
	w.topEnds()
	w.add("http://"+all[0]+right, "v3.url.absolute", "")
	w.add(all[1]+right, "v3.url.host", "")
	if strings.HasSuffix(path, "/") {
		w.add(strings.TrimRight(path, "/")+right[len(path):], "v3.url.slash", "")
	} else {
		w.add(path+"/"+right[len(path):], "v3.url.slash", "")
	}
	if plain, err := url.PathUnescape(right); err == nil {
		w.add(plain, "v3.url.decoded", "")
	}
	w.add(escapePath(right), "v3.url.encoded", "")
	for _, mark := range []string{"/v3/", "/brand/"} { // behind a gateway: the path without what the gateway adds
		if i := strings.Index(right, mark); i > 0 {
			w.add(right[i:], "v3.url.prefix", right[:i])
		}
	}
	w.nearEnds()
	if plain, err := url.QueryUnescape(right); err == nil {
		w.add(plain, "v3.url.decoded", "")
	}
	w.add(url.QueryEscape(right), "v3.url.encoded", "")
	w.add(url.QueryEscape(path)+right[len(path):], "v3.url.encoded", "")
	for _, host := range all {
		for _, scheme := range []string{"https://", "http://"} {
			for _, port := range []string{"", ":443"} {
				w.add(scheme+host+port+right, "v3.url.absolute", "")
				w.add(scheme+host+port+path, "v3.url.absolute", "")
			}
		}
		w.add(host+right, "v3.url.host", "")
		w.add(host+path, "v3.url.host", "")
		w.add("//"+host+right, "v3.url.host", "")
		w.add("/"+host+right, "v3.url.host", "")
		w.add("https://"+host, "v3.url.only_host", "")
		w.add("https://"+host+"/", "v3.url.only_host", "")
	}
	w.wideEnds()
	w.far(func() { e.farTargets(w, right) })
	return w
}

// farTargets adds the rarer ones.
func (e *evidence) farTargets(w *ways, right string) {
	path, query, hasQuery := strings.Cut(right, "?")
	for _, p := range siblings {
		w.add(p, "v3.url.sibling", p)
		w.add(p+right[len(path):], "v3.url.sibling", p)
	}
	if e.ep.Path != "" {
		w.add(e.ep.Path, "v3.url.template", e.ep.Path)
		w.add(e.ep.Path+right[len(path):], "v3.url.template", e.ep.Path)
	}
	w.add("", "v3.url.empty", "")
	w.add("/", "v3.url.prefix", "/")
	for _, mark := range []string{"/v3/", "/brand/"} {
		w.add(strings.TrimPrefix(right, strings.TrimSuffix(mark, "/")), "v3.url.prefix", "-"+strings.TrimSuffix(mark, "/"))
	}
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i := 1; i < len(segments) && i < 4; i++ {
		w.add("/"+strings.Join(segments[i:], "/")+right[len(path):], "v3.url.prefix", "-/"+strings.Join(segments[:i], "/"))
	}
	w.add(segments[len(segments)-1], "v3.url.prefix", segments[len(segments)-1])
	for _, prefix := range []string{"/v3", "/api", "/proxy", "/wxpay", "/wechat", "/pay", "/wechatpay", "/sandbox", "/hk", "/v3/global"} {
		w.add(prefix+right, "v3.url.prefix", prefix)
	}
	w.add("/"+right, "v3.url.slash", "//")
	w.add(strings.ReplaceAll(right, "//", "/"), "v3.url.slash", "//")
	w.add(right+"?", "v3.url.query", "?")
	w.add(strings.ToLower(right), "v3.url.case", "")
	w.add(strings.ToUpper(right), "v3.url.case", "")
	w.add(upperEscapes(right), "v3.url.encoded", "")
	w.add(lowerEscapes(right), "v3.url.encoded", "")
	w.add(right+" HTTP/1.1", "v3.url.query", "HTTP/1.1")
	w.add(strings.ReplaceAll(right, "-", "_"), "v3.url.sibling", strings.ReplaceAll(path, "-", "_"))
	if hasQuery {
		queries(w, path, query)
	}
}

// queries adds the ways in which a query differs from itself.
func queries(w *ways, path, query string) {
	add := func(q string) { w.add(path+"?"+q, "v3.url.query", q) }
	pairs := strings.Split(query, "&")
	if len(pairs) > 6 {
		return
	}
	sorted := slices.Sorted(slices.Values(pairs))
	add(strings.Join(sorted, "&"))
	slices.Reverse(sorted)
	add(strings.Join(sorted, "&"))
	turned := slices.Clone(pairs)
	slices.Reverse(turned)
	add(strings.Join(turned, "&"))
	for i := range pairs {
		if rest := slices.Delete(slices.Clone(pairs), i, i+1); len(rest) > 0 {
			add(strings.Join(rest, "&"))
		}
	}
	if values, err := url.ParseQuery(query); err == nil {
		add(values.Encode())
		add(strings.ReplaceAll(values.Encode(), "+", "%20"))
	}
	w.add("?"+query, "v3.url.query", "?"+query)
	w.add(path+query, "v3.url.query", query)
	if plain, err := url.QueryUnescape(query); err == nil {
		w.add(path+"?"+plain, "v3.url.decoded", "")
	}
	w.add(path+"?"+url.QueryEscape(query), "v3.url.encoded", "")
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

func upperEscapes(s string) string { return mapEscapes(s, strings.ToUpper) }

func lowerEscapes(s string) string { return mapEscapes(s, strings.ToLower) }

func mapEscapes(s string, f func(string) string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			b.WriteString(f(s[i : i+3]))
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
