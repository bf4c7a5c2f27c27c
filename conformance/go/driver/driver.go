// Package driver is what the drivers of Go SDKs share: where the server is, the file of one call,
// and the line that the call prints. It never touches an SDK's transport: what a route needs is in
// the environment, which conformance/run sets, or in an option of the SDK, which the driver sets
// and says so.
package driver

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// What an SDK checked an answer with before it called the upload a success.
const (
	PublicKey   = "public-key"  // the WeChat Pay public key (微信支付公钥)
	Certificate = "certificate" // a platform certificate (平台证书)
	Nothing     = "none"        // the SDK does not verify, or the API does not sign
)

// Env is the value of a variable of wxup.env; a driver cannot go on without it.
func Env(name string) string {
	v := os.Getenv(name)
	if v == "" {
		Stop(fmt.Errorf("%s is not set", name))
	}
	return v
}

// Stop ends the driver. The calls it has not spoken of are then counted as failed.
func Stop(err error) {
	fmt.Fprintln(os.Stderr, "driver:", err)
	os.Exit(1)
}

// Base is the server's address on the route "base-url", and "" on the others, where an SDK keeps
// WeChat's own hosts.
func Base() string {
	if os.Getenv("CONFORMANCE_ROUTE") == "base-url" {
		return Env("WXUP_HTTP_URL")
	}
	return ""
}

// ToBase is for an SDK with no option for the host but one for the http.Client: it changes scheme
// and host, and nothing else, so that the path that was signed stays. Nil, which is the SDK's own
// transport, on the other routes.
func ToBase() http.RoundTripper {
	if Base() == "" {
		return nil
	}
	base, err := url.Parse(Base())
	if err != nil {
		Stop(err)
	}
	return toBase{base}
}

type toBase struct{ base *url.URL }

func (t toBase) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = t.base.Scheme, t.base.Host, t.base.Host
	return http.DefaultTransport.RoundTrip(r)
}

// SDK is one client's name, as in calls.txt.
type SDK string

// Needs says what the driver had to set on this route, in the SDK's own words.
func (s SDK) Needs(what string) { fmt.Printf("NEEDS %s %s %s\n", s, Env("CONFORMANCE_ROUTE"), what) }

// Upload sends the call's file, which the SDK must call a success after checking the answer with
// what verified says.
func (s SDK) Upload(api, verified string, send func(path string) (urlOrID string, err error)) {
	s.call(api, func(path string) (string, error) {
		urlOrID, err := send(path)
		if err == nil && urlOrID == "" {
			err = errors.New("the answer has neither a URL nor a media id")
		}
		return "OK " + urlOrID + " " + verified, err
	})
}

// Refused makes a mistake that the server must refuse; the SDK must report it.
func (s SDK) Refused(api string, send func(path string) (string, error)) {
	s.mustFail(api, "REFUSED", send)
}

// Rejected has the SDK check an answer with a key that did not sign it; it must not call the upload
// a success.
func (s SDK) Rejected(api string, send func(path string) (string, error)) {
	s.mustFail(api, "REJECTED", send)
}

func (s SDK) mustFail(api, verdict string, send func(path string) (string, error)) {
	s.call(api, func(path string) (string, error) {
		urlOrID, err := send(path)
		if err == nil {
			return "", fmt.Errorf("the SDK reports a success: %s", urlOrID)
		}
		return verdict + " " + oneLine(err), nil
	})
}

// call finds the call's file and prints the call's line. A call without a file is not one of this
// run.
func (s SDK) call(api string, do func(path string) (line string, err error)) {
	route := Env("CONFORMANCE_ROUTE")
	stem := fmt.Sprintf("%s-%s-%s.", s, route, strings.ReplaceAll(api, "/", "-"))
	found, err := filepath.Glob(filepath.Join(Env("CONFORMANCE_FILES"), stem+"*"))
	if err != nil {
		Stop(err)
	}
	if len(found) == 0 {
		return
	}
	line, err := do(found[0])
	if err != nil {
		line = "FAIL " + oneLine(err)
	}
	fmt.Println(s, route, api, line)
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// Read is the whole file.
func Read(path string) []byte {
	b, err := os.ReadFile(path)
	if err != nil {
		Stop(err)
	}
	return b
}
