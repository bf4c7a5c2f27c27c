package main

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

const maxAnswer = 16 << 20 // bytes read of one fetched file; the largest one sent is far below

// A fetcher asks the server what it has: an uploaded file by its public URL, or by its private
// media id as the operator, and the record of an exchange.
type fetcher struct {
	client     *http.Client
	admin      *url.URL // WXUP_ADMIN_URL
	adminToken string
	hosts      map[string]bool // besides loopback addresses, the only hosts it talks to
	seen       map[string]bool // refused exchanges that were there before, or that are found to be a call's
}

func newFetcher() (*fetcher, error) {
	f := &fetcher{adminToken: os.Getenv("WXUP_ADMIN_TOKEN"), hosts: map[string]bool{}, seen: map[string]bool{}}
	for _, name := range []string{"WXUP_HTTP_URL", "WXUP_HTTPS_URL", "WXUP_ADMIN_URL"} {
		u, err := url.Parse(os.Getenv(name))
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("%s is not a URL: %q", name, os.Getenv(name))
		}
		if name == "WXUP_ADMIN_URL" {
			f.admin = u
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
	before, err := f.exchanges(url.Values{"outcome": {"refused"}, "limit": {"200"}})
	for _, x := range before {
		f.seen[x.ID] = true
	}
	return f, err
}

// same fetches what a driver printed after OK and compares it with the file that was sent.
func (f *fetcher) same(printed, path string) error {
	sent, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	got, err := f.file(printed)
	if err != nil {
		return err
	}
	if want := sha256.Sum256(sent); sha256.Sum256(got) != want {
		return fmt.Errorf("differ: sent %d bytes, sha256 %x, fetched %d bytes, sha256 %x", len(sent), want, len(got), sha256.Sum256(got))
	}
	return nil
}

func (f *fetcher) file(printed string) ([]byte, error) {
	if printed == "" {
		return nil, fmt.Errorf("cannot be fetched: neither a URL nor a media id")
	}
	u, err := url.Parse(printed)
	if private := err != nil || u.Scheme != "http" && u.Scheme != "https"; private {
		return f.get(f.admin.JoinPath("api/v1/media", url.PathEscape(printed)), true)
	}
	return f.get(u, false)
}

// An exchange is what is looked at of a record of GET /api/v1/exchanges.
type exchange struct {
	ID, Endpoint   string
	Status         int
	Problem, Cause string
	Answer         string // only of one that is asked for by its ID
}

var answerCode = regexp.MustCompile(`"(?:code|errcode)":\s*"?(\w+)|<err_code>(?:<!\[CDATA\[)?(\w+)`)

// code is the code in the answer: SIGN_ERROR, 40001.
func (x exchange) code() string {
	m := answerCode.FindStringSubmatch(x.Answer)
	if m == nil {
		return ""
	}
	return m[1] + m[2]
}

// exchangeOf finds the newest record of the call that sent this file.
func (f *fetcher) exchangeOf(file, outcome string) (exchange, error) {
	stem, _, _ := strings.Cut(file, ".")
	list, err := f.exchanges(url.Values{"q": {stem}, "outcome": {outcome}, "limit": {"1"}})
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("the server has no %s exchange with this file", outcome)
	}
	if err != nil {
		return exchange{}, err
	}
	return list[0], nil
}

// An account answer names its record in the message, a Pay answer in a header that some SDKs show.
var recordID = regexp.MustCompile(`(?:rid: |Request-I[Dd]=\[)([0-9A-Za-z-]+)`)

// refused finds the record of a refused call: by the ID in what the SDK said; or by its file; or,
// since a server that refuses for what is in the head reads no file, the first of its endpoint that
// no call was found to have made. The drivers run one after another.
func (f *fetcher) refused(c call, said string) (x exchange, err error) {
	id := ""
	if m := recordID.FindStringSubmatch(said); m != nil {
		id = m[1]
	} else if x, err = f.exchangeOf(c.file(), "refused"); err == nil {
		id = x.ID
	} else if id, err = f.unseen(c); err != nil {
		return x, err
	}
	b, err := f.get(f.admin.JoinPath("api/v1/exchanges", id), true)
	if err != nil {
		return x, err
	}
	err = json.Unmarshal(b, &x)
	f.seen[x.ID] = true
	return x, err
}

func (f *fetcher) unseen(c call) (id string, err error) {
	endpoint, _, _ := strings.Cut(c.api, "/")
	list, err := f.exchanges(url.Values{"endpoint": {endpoint}, "outcome": {"refused"}, "limit": {"200"}})
	if err != nil {
		return "", err
	}
	for _, x := range slices.Backward(list) { // the newest comes first
		if !f.seen[x.ID] {
			return x.ID, nil
		}
	}
	return "", fmt.Errorf("the server has refused nothing of %s", endpoint)
}

func (f *fetcher) exchanges(query url.Values) ([]exchange, error) {
	u := f.admin.JoinPath("api/v1/exchanges")
	u.RawQuery = query.Encode()
	b, err := f.get(u, true)
	if err != nil {
		return nil, err
	}
	var list struct{ Exchanges []exchange }
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, fmt.Errorf("GET %s: %w", u.Path, err)
	}
	return list.Exchanges, nil
}

func (f *fetcher) get(u *url.URL, asOperator bool) ([]byte, error) {
	if ip := net.ParseIP(u.Hostname()); !f.hosts[u.Hostname()] && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("cannot be fetched: %s is not the server under test", u.Host)
	}
	req, err := http.NewRequest(http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	if asOperator {
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
