package wxup_test

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

// certServer answers uploads, and lists platform certificates; both signed with the last of its
// list.
type certServer struct {
	*wechat
	mu      sync.Mutex
	listed  []keyPair
	answers keyPair // signs uploads
	fail    bool
	at      time.Time
	held    chan struct{} // if set, listings wait for it
	asked   chan struct{}
}

func newCertServer(t *testing.T, listed ...keyPair) *certServer {
	s := &certServer{listed: listed, answers: listed[len(listed)-1], at: clock}
	s.wechat = serve(t, s.answer)
	return s
}

func (s *certServer) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *certServer) answer(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/certificates") && s.held != nil {
		s.asked <- struct{}{}
		<-s.held
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !strings.HasSuffix(r.URL.Path, "/certificates") {
		const body = `{"media_url":"` + mediaURL + `","media_id":"m"}`
		signV3(w.Header(), s.answers.key, s.answers.serial(), body, s.at)
		fmt.Fprint(w, body)
		return
	}
	if s.fail {
		http.Error(w, "no", http.StatusServiceUnavailable)
		return
	}
	body := certificateList(s.listed...)
	last := s.listed[len(s.listed)-1]
	signV3(w.Header(), last.key, last.serial(), body, s.at)
	fmt.Fprint(w, body)
}

// certificateList is the answer of GET /v3/certificates.
func certificateList(list ...keyPair) string {
	var answer wire.CertificateList
	for _, p := range list {
		text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.cert.Raw})
		secret, err := sign.Seal(apiV3Key, "14b16c03dc1b", "certificate", text)
		if err != nil {
			panic(err)
		}
		answer.Data = append(answer.Data, wire.CertificateItem{SerialNo: p.serial(), EffectiveTime: p.cert.NotBefore, ExpireTime: p.cert.NotAfter, EncryptCertificate: secret})
	}
	body, err := json.Marshal(answer)
	if err != nil {
		panic(err)
	}
	return string(body)
}

func (s *certServer) client() *wxup.Client {
	c := payClient(s.wechat)
	c.Merchant.PlatformCertificates, c.Merchant.APIv3Key = nil, apiV3Key
	return c
}

func (s *certServer) listings() int { return len(s.requests("/v3/certificates")) }

func uploadLogo(t *testing.T, c *wxup.Client) error {
	t.Helper()
	_, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("logo.png", pngFile))
	return err
}

func TestCertificatesAreFetchedOnceAndKept(t *testing.T) {
	s := newCertServer(t, platform(), newPlatform())
	c := s.client()
	for range 3 {
		if err := uploadLogo(t, c); err != nil {
			t.Fatal(err)
		}
	}
	mustBe(t, "listings", s.listings(), 1)
	r := s.requests("/v3/certificates")[0]
	mustBe(t, "request", r.method+" "+r.target, "GET /v3/certificates")
	proveV3(t, r, sign.SchemeRSA, "")
	mustBe(t, "the newest is asked for", s.requests("/v3/marketing")[0].header.Get("Wechatpay-Serial"), newPlatform().serial())

	list, err := c.Certificates(t.Context())
	if err != nil || len(list) != 2 || !list[0].Equal(platform().cert) {
		t.Errorf("Certificates: %d, %v", len(list), err)
	}
}

// The overseas host lists its certificates under a path of its own, and they are kept apart.
func TestOverseasCertificates(t *testing.T) {
	s := newCertServer(t, platform())
	c := s.client()
	for _, ep := range []*wxup.Endpoint{wxup.HKComplaintImage, wxup.MarketingImage, wxup.HKComplaintImage} {
		if _, err := c.Upload(t.Context(), ep, wxup.Bytes("a.png", pngFile)); err != nil {
			t.Fatal(err)
		}
	}
	mustBe(t, "listings", len(s.requests("/v3/global/certificates"))*10+s.listings(), 11)
}

func TestCertificatesAreRefreshedAfterTwelveHours(t *testing.T) {
	s := newCertServer(t, platform())
	c := s.client()
	var past time.Duration
	c.Now = func() time.Time { return clock.Add(past) }
	step := func(after time.Duration, want int) {
		t.Helper()
		past = after
		s.change(func() { s.at = clock.Add(after) })
		if err := uploadLogo(t, c); err != nil {
			t.Fatal(err)
		}
		if n := s.listings(); n != want {
			t.Errorf("after %v: %d listings, want %d", after, n, want)
		}
	}
	step(0, 1)
	step(12*time.Hour, 1)
	step(12*time.Hour+time.Second, 2)
	// A refresh that fails leaves the older list in use, and is tried again five minutes later.
	s.change(func() { s.fail = true })
	step(25*time.Hour, 3)
	step(25*time.Hour+time.Minute, 3)
	step(25*time.Hour+5*time.Minute, 4)
	s.change(func() { s.fail = false })
	step(25*time.Hour+10*time.Minute, 5)
	step(25*time.Hour+11*time.Minute, 5)
}

// A new certificate appears: the answer names it, the list is fetched again, once.
func TestUnknownSerialIsFetched(t *testing.T) {
	for name, configured := range map[string][]*x509.Certificate{"listed before": nil, "configured": {platform().cert}} {
		t.Run(name, func(t *testing.T) {
			s := newCertServer(t, platform())
			c := s.client()
			c.Merchant.PlatformCertificates = configured
			if err := uploadLogo(t, c); err != nil {
				t.Fatal(err)
			}
			before := s.listings()
			s.change(func() { s.listed, s.answers = []keyPair{platform(), newPlatform()}, newPlatform() })
			c.Now = func() time.Time { return clock.Add(time.Second) }
			for range 2 {
				if err := uploadLogo(t, c); err != nil {
					t.Fatal(err)
				}
			}
			mustBe(t, "listings", s.listings(), before+1)
		})
	}
}

// Many answers at once that name an unknown certificate lead to one call, and one that is never
// listed to an error.
func TestUnknownSerialSharedAndUnlisted(t *testing.T) {
	s := newCertServer(t, platform())
	c := s.client()
	c.Merchant.PlatformCertificates = []*x509.Certificate{platform().cert}
	s.answers = newPlatform()
	s.held, s.asked = make(chan struct{}), make(chan struct{}, 20)
	errs := make(chan error)
	for range 10 {
		go func() { errs <- uploadLogo(t, c) }()
	}
	<-s.asked
	close(s.held)
	for range 10 {
		v, ok := errors.AsType[*wxup.VerifyError](<-errs)
		if !ok || v.Result == nil || v.Result.URL != mediaURL || !strings.Contains(v.Error(), "nor listed") {
			t.Errorf("got %v", v)
		}
	}
	mustBe(t, "listings", s.listings(), 1)
}

// The list cannot be had when an answer names an unknown certificate: the upload is unverified, and
// the cause is found.
func TestUnknownSerialAndNoList(t *testing.T) {
	s := newCertServer(t, platform())
	c := s.client()
	c.Merchant.PlatformCertificates = []*x509.Certificate{platform().cert}
	s.answers, s.fail = newPlatform(), true
	err := uploadLogo(t, c)
	v, ok := errors.AsType[*wxup.VerifyError](err)
	if !ok || v.Endpoint != "marketing" || v.Result == nil || !errors.Is(err, wxup.Unavailable) || wxup.ProblemOf(err) != wxup.UnverifiedAnswer {
		t.Errorf("got %#v", err)
	}
	if e, ok := errors.AsType[*wxup.Error](err); ok {
		t.Errorf("%v passes for the upload's refusal", e)
	}
}

// A caller's giving up does not end the call for the others.
func TestCertificatesOutliveACaller(t *testing.T) {
	s := newCertServer(t, platform())
	s.held, s.asked = make(chan struct{}), make(chan struct{}, 20)
	c := s.client()
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error)
	go func() {
		_, err := c.Upload(ctx, wxup.MarketingImage, wxup.Bytes("logo.png", pngFile))
		first <- err
	}()
	<-s.asked
	second := make(chan error)
	go func() { second <- uploadLogo(t, c) }()
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(s.held)
	if err := <-second; err != nil {
		t.Error(err)
	}
}

// Certificates and public keys side by side, as while a merchant moves from one to the other:
// either may sign.
func TestBothKinds(t *testing.T) {
	for _, id := range []string{publicKeyID, platform().serial(), strings.ToLower(platform().serial())} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			key := platform().key
			if id == publicKeyID {
				key = newPlatform().key
			}
			const body = `{"media_url":"` + mediaURL + `"}`
			signV3(w.Header(), key, id, body, clock)
			fmt.Fprint(w, body)
		})
		c := payClient(s)
		c.Merchant.PublicKeys = map[string]*rsa.PublicKey{publicKeyID: &newPlatform().key.PublicKey}
		if err := uploadLogo(t, c); err != nil {
			t.Error(err)
		}
		mustBe(t, "asked for", s.requests("/")[0].header.Get("Wechatpay-Serial"), publicKeyID)
	}
}

func TestListingGoesWrong(t *testing.T) {
	list := certificateList(platform())
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   error
		says   string
	}{
		"public key only": {func(w http.ResponseWriter, r *http.Request) {
			f := problem.V3.Refusal(problem.NoPlatformCertificate, problem.Documented)
			w.WriteHeader(f.Status)
			fmt.Fprintf(w, `{"code":%q,"message":%q}`, f.Code, f.Message)
		}, problem.NoPlatformCertificate, "RESOURCE_NOT_EXISTS"},
		"empty":     {answerV3(`{"data":[]}`), wxup.BadAnswer, "lists no"},
		"not JSON":  {answerV3(`<html>`), wxup.BadAnswer, "lists no"},
		"other key": {answerV3(strings.Replace(list, `"ciphertext":"`, `"ciphertext":"AAAA`, 1)), nil, "APIv3 key does not decrypt"},
		"no PEM": {func(w http.ResponseWriter, r *http.Request) {
			secret, _ := sign.Seal(apiV3Key, "14b16c03dc1b", "certificate", []byte("hello"))
			body, _ := json.Marshal(wire.CertificateList{Data: []wire.CertificateItem{{SerialNo: "1", EncryptCertificate: secret}}})
			answerV3(string(body))(w, r)
		}, nil, "not a PEM file"},
		"not signed": {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, list) }, wxup.UnverifiedAnswer, "no Wechatpay-Timestamp"},
		"signed by a stranger": {func(w http.ResponseWriter, r *http.Request) {
			signV3(w.Header(), newPlatform().key, platform().serial(), list, clock)
			fmt.Fprint(w, list)
		}, wxup.UnverifiedAnswer, "does not belong"},
		"none valid": {func(w http.ResponseWriter, r *http.Request) {

			body := certificateList(oldPlatform())
			signV3(w.Header(), oldPlatform().key, oldPlatform().serial(), body, clock)
			fmt.Fprint(w, body)
		}, wxup.UnverifiedAnswer, "ended on"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, test.answer)
			c := payClient(s)
			c.Merchant.PlatformCertificates, c.Merchant.APIv3Key = nil, apiV3Key
			err := uploadLogo(t, c)
			if err == nil || test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "certificates: ") {
				t.Errorf("got %v, want %v that says %q", err, test.want, test.says)
			}
			if _, ok := errors.AsType[*wxup.VerifyError](err); ok {
				t.Error("a VerifyError, though nothing was uploaded")
			}
			if n := len(s.requests("/v3/marketing")); n != 0 {
				t.Error("the upload was sent")
			}
		})
	}
	c := payClient(serve(t, accepted))
	c.Merchant.APIv3Key = "short"
	if _, err := c.Certificates(t.Context()); err == nil {
		t.Error("a short APIv3 key is taken")
	}
	c.Merchant.APIv3Key = ""
	if _, err := c.Certificates(t.Context()); err == nil || !strings.Contains(err.Error(), "APIv3Key") {
		t.Errorf("without a key: %v", err)
	}
}
