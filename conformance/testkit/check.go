package main

import (
	"bufio"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const maxAnswer = 16 << 20 // bytes read of one fetched file; the largest one sent is far below

// check reads the drivers' lines and prints one line for each call, then the sum:
//
//	curl  marketing/form  OK    http://127.0.0.1:8080/mmbiz_jpg/…/0?wx_fmt=jpeg BYTES same
//	curl  merchant/form   FAIL  400 {"code":"PARAM_ERROR",…}
//
// It reads lines of two forms; all other text comes from an SDK's own logging and goes to standard error:
//
//	<client> <api/variant> OK <url or media_id> | <client> <api/variant> FAIL <reason>
//	SKIP <client>: <why>
func check(calls []call, dir string, in io.Reader, out io.Writer) error {
	fetch, err := newFetcher()
	if err != nil {
		return err
	}
	t := table{out: out}
	open := map[[2]string]call{} // what no driver has spoken of yet
	for _, c := range calls {
		open[[2]string{c.client, c.api}] = c
		t.clientWidth, t.apiWidth = max(t.clientWidth, len(c.client)), max(t.apiWidth, len(c.api))
	}
	skipped := map[string]bool{}

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
		client, api, verdict, text := cut4(line)
		if verdict != "OK" && verdict != "FAIL" {
			fmt.Fprintln(os.Stderr, line)
			continue
		}
		c, known := open[[2]string{client, api}]
		switch {
		case !known:
			t.fail(client, api, "not a call of calls.txt, or said twice: "+line)
			continue
		case verdict == "FAIL":
			t.fail(client, api, text)
		default:
			if err := fetch.same(text, filepath.Join(dir, c.file())); err != nil {
				t.fail(client, api, text+" BYTES "+err.Error())
			} else {
				t.pass(client, api, text+" BYTES same")
			}
		}
		delete(open, [2]string{client, api})
	}
	if err := lines.Err(); err != nil {
		return err
	}
	for _, c := range calls {
		if _, missing := open[[2]string{c.client, c.api}]; missing && !skipped[c.client] {
			t.fail(c.client, c.api, "the driver printed no line for this call")
		}
	}

	sum := fmt.Sprintf("%d passed, %d failed", t.passed, t.failed)
	if len(skipped) > 0 {
		sum += fmt.Sprintf(", %d clients skipped", len(skipped))
	}
	fmt.Fprintln(out, sum)
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

// table prints aligned lines and counts them.
type table struct {
	out                   io.Writer
	clientWidth, apiWidth int
	passed, failed        int
}

func (t *table) pass(client, api, text string) { t.passed++; t.line(client, api, "OK", text) }
func (t *table) fail(client, api, text string) { t.failed++; t.line(client, api, "FAIL", text) }

func (t *table) line(client, api, verdict, text string) {
	fmt.Fprintf(t.out, "%-*s  %-*s  %-4s  %s\n", t.clientWidth, client, t.apiWidth, api, verdict, text)
}

func cut4(line string) (client, api, verdict, text string) {
	client, line, _ = strings.Cut(line, " ")
	api, line, _ = strings.Cut(line, " ")
	verdict, text, _ = strings.Cut(line, " ")
	return client, api, verdict, text
}

// A fetcher reads uploaded files back: by their public URL, or by their private media id as the operator.
type fetcher struct {
	client     *http.Client
	base       *url.URL // WXUP_HTTP_URL
	adminToken string
	hosts      map[string]bool // besides loopback addresses, the only hosts it talks to
}

func newFetcher() (*fetcher, error) {
	f := &fetcher{adminToken: os.Getenv("WXUP_ADMIN_TOKEN"), hosts: map[string]bool{}}
	for _, name := range []string{"WXUP_HTTP_URL", "WXUP_HTTPS_URL"} {
		u, err := url.Parse(os.Getenv(name))
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("%s is not a URL: %q", name, os.Getenv(name))
		}
		if name == "WXUP_HTTP_URL" {
			f.base = u
		}
		f.hosts[u.Hostname()] = true
	}
	ca, err := os.ReadFile(os.Getenv("WXUP_CA_FILE"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		return nil, fmt.Errorf("no certificate in WXUP_CA_FILE")
	}
	f.client = &http.Client{
		Timeout:   20 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}, // no proxy: it is next door
	}
	return f, nil
}

// same fetches what a driver printed after OK and compares it with the file that was sent.
func (f *fetcher) same(printed, path string) error {
	sent, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	got, err := f.fetch(strings.TrimSpace(printed))
	if err != nil {
		return err
	}
	if want := sha256.Sum256(sent); sha256.Sum256(got) != want {
		return fmt.Errorf("differ: sent %d bytes, sha256 %x, fetched %d bytes, sha256 %x", len(sent), want, len(got), sha256.Sum256(got))
	}
	return nil
}

func (f *fetcher) fetch(printed string) ([]byte, error) {
	if printed == "" {
		return nil, fmt.Errorf("cannot be fetched: neither a URL nor a media id")
	}
	u, err := url.Parse(printed)
	private := err != nil || u.Scheme != "http" && u.Scheme != "https"
	if private {
		u = f.base.JoinPath("api/v1/media", url.PathEscape(printed))
	}
	if ip := net.ParseIP(u.Hostname()); !f.hosts[u.Hostname()] && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("cannot be fetched: %s is not the server under test", u.Host)
	}
	req, err := http.NewRequest(http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	if private {
		req.Header.Set("Authorization", "Bearer "+f.adminToken)
	}
	resp, err := f.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("cannot be fetched: GET %s: %s", u.Path, resp.Status)
	}
	return b, nil
}
