package wxuptest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/server"
)

func upload(t testing.TB, client *wxup.Client, ep *wxup.Endpoint) (*wxup.Result, error) {
	return client.Upload(soon(t), ep, wxup.Bytes("photo.jpg", photo()))
}

// TestRefuse says every problem of every family once, in both profiles: the client gets WeChat's
// code and message to the letter, and the next upload is accepted.
func TestRefuse(t *testing.T) {
	for _, profile := range []problem.Profile{problem.Documented, problem.Observed} {
		srv := NewServerWith(t, server.Config{Profile: profile})
		client := srv.Client()
		for _, ep := range families {
			for _, r := range problem.Of(ep.Family).Rows {
				want := problem.Of(ep.Family).Refusal(r.Problem, profile)
				times := 1
				if r.Problem == wxup.BadToken || r.Problem == problem.MalformedToken || r.Problem == problem.TokenExpired {
					times = 2 // the client tries a new token by itself
				}
				srv.Refuse(ep, r.Problem, times)
				_, err := upload(t, client, ep)
				var got *wxup.Error
				if !errors.As(err, &got) || got.Code != want.Code || got.Status != want.Status {
					t.Errorf("%s, %s, %s: got %v, want %s %s", profile, ep.Name, r.Problem, err, want.Code, want.Message)
					continue
				}
				if message, _, _ := strings.Cut(got.Message, " rid: "); message != want.Message && r.Problem != wxup.AddressNotAllowed {
					t.Errorf("%s, %s, %s: %q, want %q", profile, ep.Name, r.Problem, got.Message, want.Message)
				}
				up := srv.Uploads()
				if e := up[len(up)-1]; e.Problem != r.Problem || e.ID != got.RequestID && got.RequestID != "" {
					t.Errorf("%s, %s: recorded as %s, %s; answered under %s", ep.Name, r.Problem, e.Problem, e.ID, got.RequestID)
				}
			}
			if _, err := upload(t, client, ep); err != nil {
				t.Errorf("%s, after all refusals: %v", ep.Name, err)
			}
		}
		if n := len(srv.Images()); n != len(families) {
			t.Errorf("%d files were kept, want %d", n, len(families))
		}
	}
}

// TestTokenIsRenewed: the refusal that every Official Account program must handle: 40001, a new
// token, once more.
func TestTokenIsRenewed(t *testing.T) {
	srv := NewServer(t)
	client := srv.Client()
	srv.Refuse(wxup.ArticleImage, wxup.BadToken, 1)
	if _, err := upload(t, client, wxup.ArticleImage); err != nil {
		t.Fatal(err)
	}
	up := srv.Uploads()
	if len(up) != 2 || up[0].Problem != wxup.BadToken || up[1].Problem != "" {
		t.Errorf("%d uploads", len(up))
	}
}

// TestRefuseTakesTurns: what was planned comes in order, each endpoint by itself, and only right
// uploads count.
func TestRefuseTakesTurns(t *testing.T) {
	srv := NewServer(t)
	client := srv.Client()
	srv.Refuse(wxup.MarketingImage, wxup.TooFrequent, 2)
	srv.Fail(wxup.MarketingImage, BadGateway, 1)
	srv.Refuse(wxup.MarketingImage, wxup.Internal, 1)
	srv.Refuse(wxup.MerchantImage, wxup.NotPermitted, 1)

	if _, body := rawV3(t, srv, srv.HTTPClient(), photo(), ""); !strings.Contains(body, "签名信息不匹配") {
		t.Errorf("an upload with a fault of its own got: %s", body)
	}
	if _, err := upload(t, client, wxup.ArticleImage); err != nil {
		t.Errorf("another endpoint: %v", err)
	}
	for i, want := range []wxup.Problem{wxup.TooFrequent, wxup.TooFrequent, wxup.Unavailable, wxup.Internal, ""} {
		if _, err := upload(t, client, wxup.MarketingImage); wxup.ProblemOf(err) != want {
			t.Errorf("upload %d: %v, want %q", i, err, want)
		}
	}
	if _, err := upload(t, client, wxup.MerchantImage); !errors.Is(err, wxup.NotPermitted) {
		t.Error(err)
	}
	if list := srv.plans.unmet("en"); len(list) != 0 {
		t.Errorf("unmet: %q", list)
	}
	srv.Fail(wxup.MerchantVideo, Cut, 3)
	if list := srv.plans.unmet("en"); len(list) != 1 || !strings.HasPrefix(list[0], "3 of the refusals and faults requested for video ") {
		t.Errorf("unmet: %q", list)
	}
	if list := srv.plans.unmet("zh"); len(list) != 1 || !strings.HasPrefix(list[0], "所要求的拒绝与故障有 3 次没有在 video 上发生") {
		t.Errorf("unmet: %q", list)
	}
}

// TestSignedOrNot: as from the real service, a refusal carries a signature if WeChat knew by then
// who asks.
func TestSignedOrNot(t *testing.T) {
	srv := NewServer(t)
	for problem, signed := range map[wxup.Problem]bool{wxup.TooFrequent: true, wxup.NotImage: true, wxup.BadSignature: false, problem.UnknownSerial: false} {
		srv.Refuse(wxup.MarketingImage, problem, 1)
		resp, body := rawV3(t, srv, srv.HTTPClient(), photo(), "\n")
		if resp.StatusCode == 200 || (resp.Header.Get("Wechatpay-Signature") != "") != signed {
			t.Errorf("%s: %d, signature %q: %s", problem, resp.StatusCode, resp.Header.Get("Wechatpay-Signature"), body)
		}
	}
}

// TestFail brings every fault about in every family: what a client sees, and whether the file is
// kept.
func TestFail(t *testing.T) {
	noGoroutines(t)
	for _, ep := range families {
		for _, fault := range []Fault{Cut, LostAnswer, HalfAnswer, BadGateway, BadProof} {
			if fault == BadProof && ep.Family == wxup.FamilyAccount {
				continue
			}
			t.Run(ep.Name+"/"+string(fault), func(t *testing.T) {
				srv := NewServer(t)
				client := srv.Client()
				tr := client.Transport.(*http.Transport)
				tr.DisableKeepAlives = true // a client may send again what a kept connection has lost
				srv.Fail(ep, fault, 1)
				res, err := upload(t, client, ep)
				if err == nil {
					t.Fatalf("accepted: %+v", res)
				}
				var refused *wxup.Error
				var unproved *wxup.VerifyError
				switch fault {
				case BadGateway:
					if !errors.As(err, &refused) || refused.Status != 502 || refused.Problem != wxup.Unavailable || refused.Message != "502 Bad Gateway" {
						t.Error(err)
					}
				case BadProof:
					if !errors.As(err, &unproved) || !errors.Is(err, wxup.UnverifiedAnswer) || unproved.Result == nil || srv.Image(unproved.Result.URL+unproved.Result.MediaID) == nil {
						t.Error(err)
					}
				default:
					if errors.As(err, &refused) || !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !strings.Contains(err.Error(), "EOF") && !strings.Contains(err.Error(), "reset") {
						t.Error(err)
					}
				}
				if got := len(srv.Images()) == 1; got != fault.keeps() {
					t.Errorf("kept: %v, want %v", got, fault.keeps())
				}
				e := srv.Uploads()[0]
				if (e.Problem == "") != fault.keeps() || !fault.keeps() && !strings.Contains(e.Reason, string(fault)) {
					t.Errorf("recorded: %q, %s", e.Problem, e.Reason)
				}
				if _, err := upload(t, client, ep); err != nil {
					t.Errorf("the next one: %v", err)
				}
			})
		}
	}
}

// TestHang: no answer, for as long as it takes; the caller's end and the server's both end it.
func TestHang(t *testing.T) {
	noGoroutines(t)
	for _, ep := range families {
		srv := NewServer(t)
		srv.Fail(ep, Hang, 2)
		for _, end := range []string{"caller", "server"} {
			ctx, giveUp := context.WithCancel(soon(t))
			defer giveUp()
			failed := make(chan error, 1)
			client := srv.Client()
			client.Transport.(*http.Transport).DisableKeepAlives = true
			n := len(srv.Exchanges())
			go func() {
				_, err := client.Upload(ctx, ep, wxup.Bytes("photo.jpg", photo()))
				failed <- err
			}()
			e, err := srv.WaitAfter(soon(t), n, func(e *server.Exchange) bool { return e.Endpoint == ep.Name })
			if err != nil || e.Problem != wxup.Unavailable {
				t.Fatalf("%v, %s", err, e.Problem)
			}
			select {
			case err := <-failed:
				t.Fatalf("%s: it did not hang: %v", ep.Name, err)
			default:
			}
			if end == "caller" {
				giveUp()
			} else {
				srv.Close()
			}
			if err := <-failed; err == nil || end == "caller" && !errors.Is(err, context.Canceled) {
				t.Errorf("%s, ended by the %s: %v", ep.Name, end, err)
			}
		}
	}
}

// TestChunkedUnderFault: faults hold for a body that was sent in pieces, too.
func TestChunkedUnderFault(t *testing.T) {
	srv := NewServer(t)
	resp, err := srv.HTTPClient().Get("https://api.weixin.qq.com/cgi-bin/token?grant_type=client_credential&appid=" + srv.App.AppID + "&secret=" + srv.App.Secret)
	_, answer := mustRead(t, resp, err)
	var token struct {
		Value string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(answer), &token); err != nil {
		t.Fatal(answer)
	}
	srv.Fail(wxup.ArticleImage, HalfAnswer, 1)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, _ := form.CreateFormFile("media", "cover.jpg")
	part.Write(photo())
	form.Close()
	resp, err = srv.HTTPClient().Post("http://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token="+token.Value, form.FormDataContentType(), io.MultiReader(&body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(got) == 0 || int64(len(got)) >= resp.ContentLength {
		t.Errorf("%v; %d of %d bytes", err, len(got), resp.ContentLength)
	}
}

// failing is a testing.TB that notes what it is told.
type failing struct {
	testing.TB
	failed  bool
	fatal   string
	log     []string
	cleanup []func()
}

type stopped struct{}

func (f *failing) Helper()          {}
func (f *failing) Failed() bool     { return f.failed }
func (f *failing) Log(a ...any)     { f.log = append(f.log, strings.TrimSpace(sprint(a...))) }
func (f *failing) Cleanup(g func()) { f.cleanup = append(f.cleanup, g) }
func (f *failing) Fatal(a ...any)   { f.fatal = sprint(a...); panic(stopped{}) }
func (f *failing) Fatalf(format string, a ...any) {
	f.fatal = sprintf(format, a...)
	panic(stopped{})
}

// fatalOf is what a call ends the test with.
func fatalOf(f *failing, call func()) (fatal string) {
	f.fatal = ""
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(stopped); !ok {
				panic(r)
			}
			fatal = f.fatal
		}
	}()
	call()
	return ""
}

func (f *failing) end() {
	for i := len(f.cleanup) - 1; i >= 0; i-- {
		f.cleanup[i]()
	}
	f.cleanup = nil
}

// TestMisuse: what makes no sense ends the test with a word about it.
func TestMisuse(t *testing.T) {
	f := &failing{TB: t}
	srv := NewServer(f)
	defer f.end()
	other := *wxup.MarketingImage
	other.Name = "mine"
	for _, c := range []struct {
		want string
		call func()
	}{
		{"payv3 has no words for bad_token", func() { srv.Refuse(wxup.MarketingImage, wxup.BadToken, 1) }},
		{"times is 0", func() { srv.Refuse(wxup.MarketingImage, wxup.TooFrequent, 0) }},
		{"times is -1", func() { srv.Fail(wxup.MarketingImage, Cut, -1) }},
		{`no endpoint "mine"`, func() { srv.Refuse(&other, wxup.TooFrequent, 1) }},
		{`no fault "Explode"`, func() { srv.Fail(wxup.MarketingImage, "Explode", 1) }},
		{"article has no BadProof", func() { srv.Fail(wxup.ArticleImage, BadProof, 1) }},
		{"leave Config.Index nil", func() { NewServerWith(f, server.Config{Index: server.NewMemory()}) }},
		{`unknown answer profile "loud"`, func() { NewServerWith(f, server.Config{Profile: "loud"}) }},
	} {
		if got := fatalOf(f, c.call); !strings.Contains(got, c.want) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestReport: a test that fails is told why uploads were refused, once, at its end; one that passes
// is told nothing.
func TestReport(t *testing.T) {
	t.Setenv("WXUP_LANG", "en")
	for _, fails := range []bool{true, false} {
		f := &failing{TB: t}
		srv := NewServer(f)
		rawV3(t, srv, srv.HTTPClient(), photo(), "")
		srv.Refuse(wxup.MarketingImage, wxup.TooFrequent, 2)
		if _, err := upload(t, srv.Client(), wxup.MarketingImage); err == nil {
			t.Fatal("accepted")
		}
		f.failed = fails
		srv.Close()
		f.end()
		if !fails {
			if len(f.log) != 0 {
				t.Errorf("a test that passed was told: %q", f.log)
			}
			continue
		}
		if len(f.log) != 2 {
			t.Fatalf("told were %d things, want 2: %q", len(f.log), f.log)
		}
		e := srv.Uploads()[0]
		for _, want := range []string{"wxuptest: POST /v3/marketing/favor/media/image-upload", e.ID, "refused, HTTP 403", "[" + e.Cause + "]", "signed, ", "expected, ", "→ "} {
			if !strings.Contains(f.log[0], want) {
				t.Errorf("%q is not in: %s", want, f.log[0])
			}
		}
		if !strings.Contains(f.log[1], "1 of the refusals and faults") {
			t.Error(f.log[1])
		}
		for _, secret := range []string{srv.Merchant.APIv2Key, srv.Merchant.APIv3Key, srv.App.Secret} {
			if strings.Contains(strings.Join(f.log, ""), secret) {
				t.Error("a secret was told")
			}
		}
	}

	t.Setenv("WXUP_LANG", "zh_CN")
	f := &failing{TB: t, failed: true}
	srv := NewServer(f)
	for range maxReport + 5 {
		rawV3(t, srv, srv.HTTPClient(), photo(), "")
	}
	f.end()
	if len(f.log) != maxReport+1 || !strings.Contains(f.log[0], "被拒，HTTP 403：签名与请求不符") || !strings.Contains(f.log[0], "应当签名") || f.log[maxReport] != "wxuptest: 另有 5 次被拒" {
		t.Errorf("%d: %s\n%s", len(f.log), f.log[0], f.log[len(f.log)-1])
	}
}

// TestClock: the server's clock, and that of its clients, can be set.
func TestClock(t *testing.T) {
	srv := NewServer(t)
	if off := time.Since(srv.Now()).Abs(); off > time.Minute {
		t.Errorf("the clock is %s off before anyone has set it", off)
	}
	a := srv.Now()
	srv.Advance(time.Hour)
	if b := srv.Now(); b.Sub(a) < time.Hour {
		t.Errorf("it was advanced by an hour, and moved by %s", b.Sub(a))
	}
	at := time.Date(2031, 5, 4, 3, 2, 1, 0, time.UTC)
	srv.SetTime(at)
	for _, ep := range families {
		if _, err := upload(t, srv.Client(), ep); err != nil {
			t.Error(err)
		}
	}
	for _, e := range srv.Uploads() {
		if !e.Time.Equal(at) {
			t.Errorf("%s at %s", e.Endpoint, e.Time)
		}
	}
	srv.Advance(-time.Minute)
	if got := srv.Now(); !got.Equal(at.Add(-time.Minute)) {
		t.Errorf("it stands at %s", got)
	}
	resp, body := rawV3(t, srv, srv.HTTPClient(), photo(), "\n") // which goes by time.Now
	if resp.StatusCode != 401 || !strings.Contains(body, "timestamp") || resp.Header.Get("Date") != srv.Now().UTC().Format(http.TimeFormat) {
		t.Errorf("%d %s, Date: %s", resp.StatusCode, body, resp.Header.Get("Date"))
	}
	srv.SetTime(time.Now().AddDate(11, 0, 0))
	if _, err := upload(t, srv.Client(), wxup.MarketingImage); !errors.Is(err, problem.CertificateExpired) {
		t.Errorf("when the certificate has ended: %v", err)
	}
}
