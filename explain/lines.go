package explain

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A way is one way in which one dimension of the signed text may have been wrong.
type way struct {
	causes []named
	text   string                                // of the line, or the body
	write  func(dst []byte, l *[5]string) []byte // a frame: what is made of the five lines
}

// ways is a dimension being filled, without repeating a text.
type ways struct {
	list  []way
	seen  map[string]bool
	reach reach
	rest  func() // adds the ways that are too rare to be tried together with others
}

// newWays begins a dimension whose right text is known: it is no way to be wrong.
func newWays(right string) *ways { return &ways{seen: map[string]bool{right: true}} }

func (w *ways) add(text, cause, value string) { w.addAll(text, named{cause, value}) }

func (w *ways) addAll(text string, causes ...named) {
	if !w.seen[text] && len(causes) > 0 {
		w.seen[text] = true
		w.list = append(w.list, way{causes: causes, text: text})
	}
}

// The ways added before each of these calls are within that reach.
func (w *ways) topEnds()  { w.reach.top = len(w.list) }
func (w *ways) nearEnds() { w.reach.near = len(w.list) }
func (w *ways) wideEnds() { w.reach.wide = len(w.list) }

// far is what is added only when all else was tried.
func (w *ways) far(rest func()) { w.rest = rest }

// done gives the reach so far.
func (w *ways) done() reach {
	w.reach.all = len(w.list)
	w.reach.wide = max(w.reach.wide, w.reach.near)
	return w.reach
}

// fill adds the rare ways, once.
func (w *ways) fill() reach {
	if w.rest != nil {
		w.rest()
		w.rest = nil
	}
	return w.done()
}

// methods: the first line.
func methods(right string) *ways {
	w := newWays(right)
	w.add("POST", "v3.method.other", "POST")
	w.add(strings.ToLower(right), "v3.method.case", strings.ToLower(right))
	w.add("GET", "v3.method.other", "GET")
	w.topEnds()
	w.add("PUT", "v3.method.other", "PUT")
	w.nearEnds()
	if right != "" {
		w.add(right[:1]+strings.ToLower(right[1:]), "v3.method.case", right[:1]+strings.ToLower(right[1:]))
	}
	for _, m := range []string{"PATCH", "DELETE", "HEAD", "OPTIONS", "UPLOAD", "get", "put"} {
		w.add(m, "v3.method.other", m)
	}
	w.add("", "v3.method.empty", "")
	w.wideEnds()
	return w
}

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

// timestamps: the third line.
func (e *evidence) timestamps(right string) *ways {
	w := newWays(right)
	n, err := strconv.ParseInt(right, 10, 64)
	if err != nil || n < 0 || n > 1<<50 {
		w.add("", "v3.timestamp.empty", "")
		w.topEnds()
		e.elsewhere(w, "time", "v3.timestamp.elsewhere")
		if t, err := parseDate(right); err == nil {
			for d := int64(-8 * 3600); d <= 8*3600; d += 8 * 3600 {
				w.add(strconv.FormatInt(t.Unix()+d, 10), "v3.timestamp.form", "Unix")
			}
		}
		whole, _, _ := strings.Cut(right, ".")
		w.add(whole, "v3.timestamp.form", whole)
		w.nearEnds()
		return w
	}
	if n > 1<<40 { // the header has milliseconds
		for _, s := range []int64{n / 1000, (n + 500) / 1000} {
			w.add(strconv.FormatInt(s, 10), "v3.timestamp.unit", strconv.FormatInt(s, 10))
		}
		w.topEnds()
		w.add("", "v3.timestamp.empty", "")
		w.nearEnds()
		return w
	}
	w.add(strconv.FormatInt(n*1000, 10), "v3.timestamp.milliseconds", "")
	other := func(d int64) {
		w.add(strconv.FormatInt(n+d, 10), "v3.timestamp.other", fmt.Sprintf("%+d s", d))
	}
	other(1)
	other(-1)
	w.add("", "v3.timestamp.empty", "")
	w.topEnds()
	for d := int64(2); d <= 3; d++ {
		other(d)
		other(-d)
	}
	e.elsewhere(w, "time", "v3.timestamp.elsewhere")
	w.nearEnds()
	for d := int64(4); d <= 8; d++ {
		other(d)
		other(-d)
	}
	for _, zeros := range []string{"000000", "000000000"} {
		w.add(right+zeros, "v3.timestamp.milliseconds", "")
	}
	for _, tail := range []string{".0", ".00", ".000", ".000000"} {
		w.add(right+tail, "v3.timestamp.form", right+tail)
	}
	w.add(`"`+right+`"`, "v3.timestamp.form", `"`+right+`"`)
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("CST", 8*3600)} {
		for _, layout := range dateLayouts {
			text := time.Unix(n, 0).In(zone).Format(layout)
			w.add(text, "v3.timestamp.form", text)
		}
	}
	w.add("timestamp", "v3.timestamp.form", "timestamp")
	w.wideEnds()
	w.far(func() { farTimestamps(w, n) })
	return w
}

// farTimestamps adds whole ranges: so many that they are not looked at for repetitions.
func farTimestamps(w *ways, n int64) {
	add := func(text, cause, value string) {
		w.list = append(w.list, way{causes: []named{{cause, value}}, text: text})
	}
	other := func(d int64) {
		sign := "+"
		if d < 0 {
			sign = ""
		}
		add(strconv.FormatInt(n+d, 10), "v3.timestamp.other", sign+strconv.FormatInt(d, 10)+" s")
	}
	for d := int64(9); d <= 300; d++ {
		other(d)
		other(-d)
	}
	other(8 * 3600)
	other(-8 * 3600)
	// The milliseconds are lost in the header: all of them, and half a second more for those who round.
	milliseconds := []named{{"v3.timestamp.milliseconds", ""}}
	for d := int64(-500); d < 2000; d++ {
		w.list = append(w.list, way{causes: milliseconds, text: strconv.FormatInt(n*1000+d, 10)})
	}
	for d := range 1000 {
		text := strconv.FormatInt(n, 10) + "." + strconv.Itoa(1000 + d)[1:]
		add(text, "v3.timestamp.form", text)
	}
}

func parseDate(s string) (t time.Time, err error) {
	for _, layout := range dateLayouts {
		if t, err = time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return t, err
}

// nonces: the fourth line.
func (e *evidence) nonces(right string) *ways {
	w := newWays(right)
	w.add(strings.ToLower(right), "v3.nonce.case", "")
	w.add(strings.ToUpper(right), "v3.nonce.case", "")
	w.add("", "v3.nonce.empty", "")
	w.topEnds()
	bare := strings.ReplaceAll(right, "-", "")
	w.add(bare, "v3.nonce.form", bare)
	if len(bare) == 32 && hexText.MatchString(bare) {
		id := bare[:8] + "-" + bare[8:12] + "-" + bare[12:16] + "-" + bare[16:20] + "-" + bare[20:]
		for _, s := range []string{id, strings.ToLower(id), strings.ToUpper(id)} {
			w.add(s, "v3.nonce.form", s)
		}
	}
	e.elsewhere(w, "nonce", "v3.nonce.elsewhere")
	w.nearEnds()
	for _, n := range []int{32, 30, 24, 20, 16, 10, 8} {
		if len(right) > n {
			w.add(right[:n], "v3.nonce.cut", strconv.Itoa(n))
		}
	}
	for _, form := range []string{`"` + right + `"`, "'" + right + "'", "nonce_str", "nonce", strings.TrimRight(right, "="), url.QueryEscape(right), strings.ReplaceAll(right, " ", "+")} {
		w.add(form, "v3.nonce.form", form)
	}
	if plain, err := url.QueryUnescape(right); err == nil {
		w.add(plain, "v3.nonce.form", plain)
	}
	w.wideEnds()
	return w
}

// elsewhere adds values that other headers and fields of the request give under a like name.
func (e *evidence) elsewhere(w *ways, name, cause string) {
	for key, values := range e.Header {
		if strings.Contains(strings.ToLower(key), name) && len(values) > 0 && len(values[0]) <= 64 {
			w.add(values[0], cause, key)
		}
	}
	for _, f := range e.fields {
		if strings.Contains(strings.ToLower(f.name), name) && len(f.value) <= 64 {
			w.add(f.value, cause, f.name)
		}
	}
}
