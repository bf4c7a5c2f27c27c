package explain

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/internal/need"
)

// What an explanation may cost, in signatures of RSA-2048 by the standard library.
const (
	mostOfTable   = 12 // for 99 of 100 mistakes of the table, with a file of 2 MB
	mostOfHostile = 28
)

// hostile are requests that are made to cost much.
var hostile = map[string]func() (*Request, *Known){
	"8,000 pairs in the header": func() (*Request, *Known) {
		return large(func(c *client) {
			c.header = func(_ *client, signature string) string {
				return "WECHATPAY2-SHA256-RSA2048 " + strings.Repeat(`mchid="1900009191",`, 8000) + `signature="` + signature + `"`
			}
		})
	},
	"a path of encoded blanks": func() (*Request, *Known) {
		return &Request{Method: "POST", Target: "/" + strings.Repeat("%20/", 120), Header: http.Header{}}, theWorld().known
	},
	"1 MB of nonce": func() (*Request, *Known) {
		return large(func(c *client) { c.nonce = strings.Repeat("Aa", 1<<19); emptyBody(c) })
	},
	"long capitals": func() (*Request, *Known) {
		return large(func(c *client) { c.nonce = strings.Repeat("A", 1<<16); c.encode = garbage })
	},
	"meta of 16 Chinese members": func() (*Request, *Known) {
		return large(func(c *client) {
			c.meta = chineseMeta()
			setLine(3, func(*client, string) string { return "made twice" })(c)
		})
	},
	"meta of 2 MB": func() (*Request, *Known) {
		return large(func(c *client) {
			c.meta = nodeJSON()
			setLine(3, func(*client, string) string { return "made twice" })(c)
		})
	},
	"meta of 2 MB, signed with nobody's key": func() (*Request, *Known) {
		return large(func(c *client) { c.meta = nodeJSON(); c.encode = garbage })
	},
	"5,000 parts": func() (*Request, *Known) {
		req, known := large(setLine(3, func(*client, string) string { return "made twice" }))
		req.Body, req.Parts = manyParts(), nil
		req.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		return req, known
	},
	"5,000 parts, APIv2": func() (*Request, *Known) {
		c := newV2()
		c.key = "a key that nobody knows"
		req := c.request()
		req.Body, req.Parts = manyParts(), nil
		req.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		return req, c.known
	},
}

// explainHostile explains a hostile request within a budget.
func explainHostile(name string, req *Request, known *Known, work *text.Budget) Report {
	switch {
	case strings.HasSuffix(name, "APIv2"):
		return explainV2(req, known, work)
	case req.Body == nil:
		return Call(req, known)
	}
	return explainV3(req, known, work)
}

func chineseMeta() string {
	var members []string
	for i := range 16 {
		members = append(members, fmt.Sprintf(`"名%d":"图片 %d 张/é"`, i, i))
	}
	return "{" + strings.Join(members, ",") + "}"
}

func nodeJSON() string {
	return `{"type":"Buffer","data":[` + strings.Repeat("255,216,17,", (2<<20)/11) + `1]}`
}

func manyParts() []byte {
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "--b\r\nContent-Disposition: form-data; name=\"field%d\"\r\n\r\nvalue %d\r\n", i, i)
	}
	return []byte(b.String() + "--b--\r\n")
}

// BenchmarkExplain prints the processor time of explanations, over the table of mistakes and over
// hostile requests, in signatures timed in the same run, and fails if they cost too much.
func BenchmarkExplain(b *testing.B) {
	need.That(b, used() > 0, "processor time", "Linux or macOS")
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256(nil)
	unit := cost(5, 40, func() {
		if _, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:]); err != nil {
			b.Fatal(err)
		}
	})
	in := func(d time.Duration) float64 { return float64(d) / float64(unit) }
	worst := 0.0
	for name, make := range hostile {
		req, known := make()
		took := in(cost(2, 1, func() { explainHostile(name, req, known, budgetOf(known)) }))
		b.Logf("%-40s %6.1f signatures", name, took)
		worst = max(worst, took)
		if took > mostOfHostile {
			b.Errorf("%s: %.1f signatures, more than %d", name, took, mostOfHostile)
		}
	}
	b.ReportMetric(worst, "hostile-max")
	var table []float64
	for _, m := range v3Mistakes {
		req, known := large(m.make)
		table = append(table, in(cost(1, 1, func() { V3(req, known) })))
	}
	slices.Sort(table)
	p99 := table[(len(table)-1)*99/100]
	b.ReportMetric(table[len(table)/2], "table-p50")
	b.ReportMetric(p99, "table-p99")
	b.ReportMetric(table[len(table)-1], "table-max")
	if p99 > mostOfTable {
		b.Errorf("99 of 100 mistakes of the table cost up to %.1f signatures, more than %d", p99, mostOfTable)
	}
}

// cost returns the processor time of a call: the least of some tries of several calls each.
func cost(tries, calls int, call func()) time.Duration {
	least := time.Duration(1 << 62)
	for range tries {
		begun := used()
		for range calls {
			call()
		}
		least = min(least, (used()-begun)/time.Duration(calls))
	}
	return least
}
