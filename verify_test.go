package wxup_test

import (
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

// What is wrong with the proof of a 200: each is a VerifyError that carries the result.
func TestVerifyV3(t *testing.T) {
	const body = `{"media_url":"` + mediaURL + `"}`
	header := func(name, value string) func(http.Header) {
		return func(h http.Header) { h.Set(name, value) }
	}
	without := func(name string) func(http.Header) { return func(h http.Header) { h.Del(name) } }
	at := func(off time.Duration) func(http.Header) {
		return func(h http.Header) { signV3(h, platform().key, platform().serial(), body, clock.Add(off)) }
	}
	by := func(key *rsa.PrivateKey, serial string) func(http.Header) {
		return func(h http.Header) { signV3(h, key, serial, body, clock) }
	}
	for name, test := range map[string]struct {
		wreck func(http.Header)
		says  string // "" if it verifies
	}{
		"right":             {at(0), ""},
		"300 s old":         {at(-300 * time.Second), ""},
		"300 s ahead":       {at(300 * time.Second), ""},
		"301 s old":         {at(-301 * time.Second), "off"},
		"301 s ahead":       {at(301 * time.Second), "off"},
		"milliseconds":      {header("Wechatpay-Timestamp", "1772600767000"), "off"},
		"not a number":      {header("Wechatpay-Timestamp", "yesterday"), "not a number"},
		"no timestamp":      {without("Wechatpay-Timestamp"), "no Wechatpay-Timestamp"},
		"no nonce":          {without("Wechatpay-Nonce"), "no Wechatpay-Nonce"},
		"no signature":      {without("Wechatpay-Signature"), "no Wechatpay-Signature"},
		"no serial":         {without("Wechatpay-Serial"), "no Wechatpay-Serial"},
		"no type":           {without("Wechatpay-Signature-Type"), ""},
		"SM2":               {header("Wechatpay-Signature-Type", "WECHATPAY2-SM2-WITH-SM3"), "WECHATPAY2-SM2-WITH-SM3"},
		"another nonce":     {header("Wechatpay-Nonce", "x"), "does not belong"},
		"another key":       {by(newPlatform().key, platform().serial()), "does not belong"},
		"the merchant's":    {by(merchant().key, merchant().serial()), "not in Merchant.PlatformCertificates"},
		"unknown serial":    {by(newPlatform().key, newPlatform().serial()), "not in Merchant.PlatformCertificates"},
		"unknown id":        {by(platform().key, publicKeyID), "not in Merchant.PublicKeys"},
		"expired":           {by(oldPlatform().key, oldPlatform().serial()), "ended on"},
		"leading zeros":     {by(platform().key, "00"+platform().serial()), ""},
		"probe":             {header("Wechatpay-Signature", "WECHATPAY/SIGNTEST/"+base64.StdEncoding.EncodeToString(make([]byte, 241))), "signature"},
		"not base64":        {header("Wechatpay-Signature", "***"), "base64"},
		"short":             {header("Wechatpay-Signature", "AAAA"), "length"},
		"signed other body": {func(h http.Header) { signV3(h, platform().key, platform().serial(), body+" ", clock) }, "does not belong"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Request-ID", "R-0")
				signV3(w.Header(), platform().key, platform().serial(), body, clock)
				test.wreck(w.Header())
				fmt.Fprint(w, body)
			})
			c := payClient(s)
			c.Merchant.PlatformCertificates = append(c.Merchant.PlatformCertificates, oldPlatform().cert)
			err := uploadLogo(t, c)
			if test.says == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			v, ok := errors.AsType[*wxup.VerifyError](err)
			if !ok {
				t.Fatalf("got %v, want a VerifyError", err)
			}
			if !strings.Contains(err.Error(), test.says) || v.Result == nil || v.Result.URL != mediaURL || v.RequestID != "R-0" || v.Endpoint != "marketing" {
				t.Errorf("got %v, want %q in it", err, test.says)
			}
			mustBe(t, "problem", wxup.ProblemOf(err), wxup.UnverifiedAnswer)
			if n := len(s.requests("/")); n != 1 {
				t.Errorf("%d requests", n)
			}
			c.SkipVerify = true
			if err := uploadLogo(t, c); err != nil {
				t.Errorf("with SkipVerify: %v", err)
			}
		})
	}
}

// Answers that verify, or need not, and yet say neither yes nor no.
func TestBadAnswersV3(t *testing.T) {
	for body, says := range map[string]string{
		``: "not a JSON object", `null`: "no media_url", `[]`: "not a JSON object", `"x"`: "not a JSON object", `{}`: "no media_url",
		`{"media_url":5}`: "no media_url", `{"media_url":""}`: "no media_url", `{"media_url":["x"]}`: "no media_url", `{"media_url":"x"`: "not a JSON object",
	} {
		s := serve(t, answerV3(body))
		err := uploadLogo(t, payClient(s))
		e, ok := errors.AsType[*wxup.Error](err)
		if !ok || e.Problem != wxup.BadAnswer || e.Status != 200 || !strings.Contains(e.Reason, says) || e.RequestID == "" {
			t.Errorf("%s: got %v, want %s", body, err, says)
		}
		// Unsigned, it is not said to be WeChat's, and has no result.
		s = serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, body) })
		v, ok := errors.AsType[*wxup.VerifyError](uploadLogo(t, payClient(s)))
		if !ok || v.Result != nil {
			t.Errorf("%s unsigned: got %v", body, v)
		}
	}
}

// TestCausesIn: the causes that come from other packages are said in Chinese too.
func TestCausesIn(t *testing.T) {
	for _, err := range []error{
		&wxup.VerifyError{Endpoint: "marketing", Err: sign.ErrMismatch},
		wire.Proof{Timestamp: "x"}.Within(time.Now()),
		wire.Proof{Timestamp: "1"}.Within(time.Now()),
		func() error { _, err := wire.ReadProof(http.Header{}); return err }(),
		func() error {
			_, err := wxup.FromVariables(func(name string) string {
				return map[string]string{"WXUP_MCHID": "19", "WXUP_APIV3_KEY": "short"}[name]
			})
			return err
		}(),
		func() error {
			_, err := new(wxup.Client).Check(t.Context(), wxup.ArticleImage, wxup.Bytes("a.png", pngFile[:len(pngFile)/2]))
			return err
		}(),
	} {
		text := err.(interface{ In(string) string }).In("zh")
		if !regexp.MustCompile(`\p{Han}`).MatchString(text) || regexp.MustCompile(`(?:\b[a-z]{2,} ){3}[a-z]{2,}\b`).MatchString(text) {
			t.Errorf("%v is said as %q", err, text)
		}
	}
}
