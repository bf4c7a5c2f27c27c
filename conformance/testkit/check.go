package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A result is what became of one call, or, with only client, route and needs, what a driver had to
// set.
type result struct {
	Client   string
	Route    string
	API      string `json:",omitempty"`
	Passed   bool   `json:",omitempty"`
	Verified string `json:",omitempty"` // what the SDK checked the answer with
	Status   int    `json:",omitempty"` // of a refusal
	Code     string `json:",omitempty"` // in that answer
	Cause    string `json:",omitempty"`
	Said     string `json:",omitempty"` // by the SDK, of an answer that it rejected or a call that it cannot make
	Needs    string `json:",omitempty"`
}

// check reads the drivers' lines and prints one line for each call, then the sum:
//
//	curl  proxy  marketing/form      OK    http://127.0.0.1:8080/mmbiz_jpg/…/0?wx_fmt=jpeg BYTES same, verified: certificate
//	curl  proxy  secapi/apiv3-key    OK    refused, 200 SIGNERROR, explained: v2.key.apiv3
//	curl  proxy  merchant/form       FAIL  400 {"code":"PARAM_ERROR",…}
//
// It reads lines of these forms; all other text comes from an SDK's own logging and goes to
// standard error:
//
//	<client> <route> <api/variant> OK <url or media_id> <what the SDK verified the answer with>
//	<client> <route> <api/variant> REFUSED <what the SDK said>
//	<client> <route> <api/variant> REJECTED <what the SDK said>
//	<client> <route> <api/variant> BROKEN <what the SDK said>
//	<client> <route> <api/variant> FAIL <reason>
//	NEEDS <client> <route> <what was set>
//	SKIP <client>: <why>
func check(clients []client, dir, resultsFile string, in io.Reader, out io.Writer) error {
	fetch, err := newFetcher()
	if err != nil {
		return err
	}
	t := table{out: out}
	open := map[[3]string]call{} // what no driver has spoken of yet
	var all []call
	for _, c := range clients {
		all = append(all, c.calls...)
	}
	for _, c := range all {
		open[c.key()] = c
		t.widths = [3]int{max(t.widths[0], len(c.client)), max(t.widths[1], len(c.route)), max(t.widths[2], len(c.api))}
	}
	skipped, needed := map[string]bool{}, map[result]bool{}

	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if rest, ok := strings.CutPrefix(line, "SKIP "); ok {
			client, _, _ := strings.Cut(rest, ":")
			skipped[client] = true
			fmt.Fprintln(out, line)
			continue
		}
		if rest, ok := strings.CutPrefix(line, "NEEDS "); ok {
			if f := strings.SplitN(rest, " ", 3); len(f) == 3 {
				need := result{Client: f[0], Route: f[1], Needs: f[2]}
				if !needed[need] {
					needed[need] = true
					t.results = append(t.results, need)
				}
			}
			continue
		}
		f := append(strings.SplitN(line, " ", 5), "", "", "", "", "")
		key, verdict, text := [3]string(f[:3]), f[3], f[4]
		if !slices.Contains([]string{"OK", "REFUSED", "REJECTED", "BROKEN", "FAIL"}, verdict) {
			fmt.Fprintln(os.Stderr, line)
			continue
		}
		c, known := open[key]
		switch {
		case !known:
			t.add(result{Client: key[0], Route: key[1], API: key[2]}, "not a call of calls.txt, or said twice: "+line)
		case verdict == "FAIL":
			t.add(c.result(), text)
		case strings.ToLower(verdict) != c.end:
			t.add(c.result(), fmt.Sprintf("want %s, got %s %s", c.end, strings.ToLower(verdict), text))
		default:
			r, said, err := fetch.judge(c, text, filepath.Join(dir, c.file()))
			if err != nil {
				t.add(r, text+" "+err.Error())
				break
			}
			r.Passed = true
			t.add(r, said)
		}
		delete(open, key)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	for _, c := range all {
		if _, missing := open[c.key()]; missing && !skipped[c.client] {
			t.add(c.result(), "the driver printed no line for this call")
		}
	}

	sum := fmt.Sprintf("%d passed, %d failed", t.passed, t.failed)
	if len(skipped) > 0 {
		sum += fmt.Sprintf(", %d clients skipped: %s", len(skipped), strings.Join(slices.Sorted(maps.Keys(skipped)), " "))
	}
	fmt.Fprintln(out, sum)
	text, err := json.Marshal(t.results)
	if err != nil {
		return err
	}
	if err := os.WriteFile(resultsFile, text, 0o644); err != nil {
		return err
	}
	switch {
	case t.failed > 0:
		return fmt.Errorf("%d calls failed", t.failed)
	case len(skipped) > 0 && os.Getenv("CI") == "true":
		return fmt.Errorf("under CI=true no client may be skipped")
	case t.passed == 0 && len(skipped) == 0:
		return fmt.Errorf("nothing was run")
	}
	return nil
}

func (c call) key() [3]string { return [3]string{c.client, c.route, c.api} }
func (c call) result() result { return result{Client: c.client, Route: c.route, API: c.api} }

// token is what an SDK that prints URLs tells of an account.
var token = regexp.MustCompile(`access_token=[^ "&]+`)

// noise is what differs from run to run in what an SDK says: IDs, and the token in a URL.
var noise = regexp.MustCompile(` rid: [0-9a-f-]+|\?access_token=[^ "&]+`)

// judge looks at what the server has of a call that the driver says ended as it must.
func (f *fetcher) judge(c call, text, path string) (r result, said string, err error) {
	r = c.result()
	switch c.end {
	case "ok":
		urlOrID, verified, _ := strings.Cut(text, " ")
		if verified == "" {
			return r, "", fmt.Errorf("the driver does not say what the SDK verified the answer with")
		}
		if err := f.same(urlOrID, path); err != nil {
			return r, "", fmt.Errorf("BYTES %w", err)
		}
		r.Verified = verified
		return r, urlOrID + " BYTES same, verified: " + verified, nil
	case "refused":
		x, err := f.refused(c, text)
		if err != nil {
			return r, "", err
		}
		x.Cause = cmp.Or(x.Cause, "none")
		r.Status, r.Code, r.Cause = x.Status, x.code(), x.Cause
		said = fmt.Sprintf("refused, %d %s, explained: %s; the SDK: %s", x.Status, r.Code, x.Cause, text)
		switch {
		case x.Cause != c.cause:
			return r, "", fmt.Errorf("want the cause %s, got: %s", c.cause, said)
		case r.Code == "" || !strings.Contains(text, r.Code):
			return r, "", fmt.Errorf("the SDK does not tell the code %q that was answered", r.Code)
		}
		return r, said, nil
	case "rejected": // the server took it, the SDK did not believe the answer
		if _, err := f.exchangeOf(c.file(), "accepted"); err != nil {
			return r, "", err
		}
		return r, "answer rejected by the SDK: " + text, nil
	}
	r.Said = noise.ReplaceAllString(text, "")
	return r, "the SDK cannot make this call: " + text, nil
}

// table prints aligned lines, counts them and remembers them.
type table struct {
	out            io.Writer
	widths         [3]int
	passed, failed int
	results        []result
}

func (t *table) add(r result, text string) {
	verdict := "OK"
	if r.Passed {
		t.passed++
	} else {
		t.failed++
		verdict = "FAIL"
	}
	t.results = append(t.results, r)
	text = token.ReplaceAllString(text, "access_token=…")
	w := t.widths
	fmt.Fprintf(t.out, "%-*s  %-*s  %-*s  %-4s  %s\n", w[0], r.Client, w[1], r.Route, w[2], r.API, verdict, text)
}
