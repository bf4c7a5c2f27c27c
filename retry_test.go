package wxup_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/wire"
)

// script is a transport that answers each request with the next of its lines, and the last for
// ever:
//
//	200             accepted
//	503 7           HTTP 503, Retry-After: 7
//	-1              an errcode
//	lost            no answer
type script struct {
	lines []string
	began time.Time
	at    []time.Duration // of the requests, since began
	hosts []string
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
	}
	s.at, s.hosts = append(s.at, time.Since(s.began)), append(s.hosts, r.URL.Host)
	words := strings.Fields(s.lines[min(len(s.at), len(s.lines))-1])
	resp := &http.Response{StatusCode: 200, Header: http.Header{}, Request: r}
	body := ""
	switch words[0] {
	case "lost":
		return nil, fmt.Errorf("dial: %w", syscall.ECONNREFUSED)
	case "200":
		body = `{"url":"http://mmbiz.qpic.cn/x"}`
	default:
		if _, err := fmt.Sscanf(words[0], "%d", &resp.StatusCode); err != nil || resp.StatusCode < 200 || resp.StatusCode > 599 {
			resp.StatusCode, body = 200, `{"errcode":`+words[0]+`,"errmsg":"no"}`
		}
	}
	if len(words) > 1 {
		resp.Header.Set("Retry-After", strings.Join(words[1:], " "))
	}
	resp.Header.Set("Date", "Wed, 04 Mar 2026 05:06:07 GMT")
	resp.Body = io.NopCloser(strings.NewReader(body))
	return resp, nil
}

func (s *script) client(base string) *wxup.Client {
	s.began = time.Now()
	return &wxup.Client{BaseURL: base, Auth: wxup.Tokens{Source: fixedToken("57_tokenTOKENtoken")}, Transport: s}
}

// pauses are those between the requests.
func (s *script) pauses() []time.Duration {
	var list []time.Duration
	for i := range s.at[1:] {
		list = append(list, s.at[i+1]-s.at[i])
	}
	return list
}

const own = "http://127.0.0.1:8080"

// TestPauses: how long the pauses between the tries may be. Time is the bubble's.
func TestPauses(t *testing.T) {
	const ms, s = time.Millisecond, time.Second
	type between [2]time.Duration
	for name, test := range map[string]struct {
		retry wxup.Retry
		lines []string
		want  []between
	}{
		"a failing server":  {wxup.Retry{}, []string{"503"}, []between{{0, 500 * ms}, {0, s}, {0, 2 * s}, {0, 4 * s}}},
		"a failing network": {wxup.Retry{}, []string{"lost"}, []between{{0, 500 * ms}, {0, s}, {0, 2 * s}, {0, 4 * s}}},
		"up to a limit":     {wxup.Retry{Attempts: 8, Base: 8 * s}, []string{"-1"}, []between{{0, 8 * s}, {0, 16 * s}, {0, 30 * s}, {0, 30 * s}, {0, 30 * s}, {0, 30 * s}, {0, 30 * s}}},
		"of one's own":      {wxup.Retry{Attempts: 70, Base: 1, Max: 4}, []string{"500"}, append([]between{{0, 1}, {0, 2}}, repeat(between{0, 4}, 67)...)},
		"slow down":         {wxup.Retry{}, []string{"45011"}, []between{{2 * s, 4 * s}, {4 * s, 8 * s}, {8 * s, 16 * s}, {15 * s, 30 * s}}},
		"429":               {wxup.Retry{Attempts: 2}, []string{"429"}, []between{{2 * s, 4 * s}}},
		"Retry-After":       {wxup.Retry{Attempts: 3}, []string{"503 7", "429 100", "200"}, []between{{7 * s, 7500 * ms}, {100 * s, 104 * s}}},
		"Retry-After, date": {wxup.Retry{Attempts: 2}, []string{"503 Wed, 04 Mar 2026 05:07:07 GMT", "200"}, []between{{60 * s, 60500 * ms}}},
		"Retry-After, past": {wxup.Retry{Attempts: 2}, []string{"503 Wed, 04 Mar 2026 05:00:07 GMT", "200"}, []between{{0, 500 * ms}}},
		"Retry-After, 0":    {wxup.Retry{Attempts: 2}, []string{"503 0", "200"}, []between{{0, 500 * ms}}},
		"Retry-After, odd":  {wxup.Retry{Attempts: 2}, []string{"503 soon", "200"}, []between{{0, 500 * ms}}},
		"never again":       {wxup.Retry{Attempts: 1}, []string{"503"}, nil},
		"no need":           {wxup.Retry{}, []string{"200"}, nil},
		"final":             {wxup.Retry{}, []string{"45009"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var sum, most time.Duration
			for range 20 {
				synctest.Test(t, func(t *testing.T) {
					s := &script{lines: test.lines}
					c := s.client(own)
					c.Retry = test.retry
					c.Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("a.png", pngFile))
					got := s.pauses()
					if len(got) != len(test.want) {
						t.Fatalf("pauses %v, want %d", got, len(test.want))
					}
					for i, d := range got {
						if d < test.want[i][0] || d > test.want[i][1] {
							t.Errorf("pause %d is %v, want one between %v", i+1, d, test.want[i])
						}
						sum, most = sum+d-test.want[i][0], most+test.want[i][1]-test.want[i][0]
					}
				})
			}
			if most > time.Minute && (sum < most/4 || sum > most*3/4) {
				t.Errorf("the pauses sum up to %v of at most %v: they are not random", sum, most)
			}
		})
	}
}

func repeat[T any](v T, n int) []T {
	var list []T
	for range n {
		list = append(list, v)
	}
	return list
}

// TestNoTimeLeft: a pause that would outlive the context is not begun; both reasons are in the
// error.
func TestNoTimeLeft(t *testing.T) {
	for name, test := range map[string]struct {
		lines []string
		left  time.Duration // 0: no deadline
		tries int
		is    []error
		says  string
	}{
		"Retry-After is after it": {[]string{"503 20"}, 10 * time.Second, 1, []error{wxup.Unavailable, context.DeadlineExceeded}, "(tried once; no time left to wait 20 s for the next)"},
		"at the second try":       {[]string{"503 3", "429 20"}, 10 * time.Second, 2, []error{wxup.TooFrequent, context.DeadlineExceeded}, "(tried 2 times; no time left to wait "},
		"too long for nobody":     {[]string{"503 3600"}, 0, 1, []error{wxup.Unavailable}, "(tried once; the server asks to wait 1 h 0 min)"},
		"long, but there is time": {[]string{"503 3600", "200"}, 2 * time.Hour, 2, nil, ""},
		"the network":             {[]string{"lost", "503 20"}, 10 * time.Second, 2, []error{wxup.Unavailable, context.DeadlineExceeded}, "no time left"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{lines: test.lines}
				c := s.client(own)
				ctx := t.Context()
				if test.left > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.left)
					defer cancel()
				}
				_, err := c.Upload(ctx, wxup.ArticleImage, wxup.Bytes("a.png", pngFile))
				for _, is := range test.is {
					if !errors.Is(err, is) {
						t.Errorf("%v is not %v", err, is)
					}
				}
				if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
					t.Errorf("got %v, want %q", err, test.says)
				}
				if len(s.at) != test.tries {
					t.Errorf("%d tries, want %d", len(s.at), test.tries)
				}
				if since := time.Since(s.began) - s.at[len(s.at)-1]; since != 0 {
					t.Errorf("it went on waiting for %v", since)
				}
			})
		})
	}
}

// The context ends while the Client waits.
func TestCancelledPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{lines: []string{"503 60"}}
		c := s.client(own)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(7*time.Second, cancel)
		_, err := c.Upload(ctx, wxup.ArticleImage, wxup.Bytes("a.png", pngFile))
		gave, ok := errors.AsType[*wxup.RetryError](err)
		if !ok || gave.Tries != 1 || !errors.Is(err, context.Canceled) || !errors.Is(err, wxup.Unavailable) || time.Since(s.began) != 7*time.Second {
			t.Errorf("got %v after %v", err, time.Since(s.began))
		}
		mustBe(t, "error", err, "article: the service is not available (HTTP 503) (tried once; context canceled)")
	})
}

// TestHostTurns: the back-up host is tried without a pause, once; a host that has failed rests for
// a minute.
func TestHostTurns(t *testing.T) {
	const main, backup = wire.AccountHost, "api2.weixin.qq.com"
	synctest.Test(t, func(t *testing.T) {
		s := &script{lines: []string{"lost", "lost", "lost", "200"}}
		c := s.client("")
		var events []string
		c.Observe = func(e wxup.Event) { events = append(events, string(e.Kind)) }
		up := func() {
			t.Helper()
			if _, err := c.Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("a.png", pngFile)); err != nil {
				t.Fatal(err)
			}
		}
		up()
		mustBe(t, "hosts", s.hosts, []string{main, backup, main, backup})
		mustBe(t, "events", events, []string{"host", "retry", "host", "retry", "host", "retry"})
		if p := s.pauses(); p[0] != 0 || p[1] == 0 || p[2] == 0 {
			t.Errorf("pauses %v", p)
		}
		up() // goes where the last one got through
		time.Sleep(s.at[2] + 59*time.Second - time.Since(s.began))
		up()
		time.Sleep(time.Second)
		up() // and back
		mustBe(t, "hosts", s.hosts[4:], []string{backup, backup, main})
	})
}

// TestEvents: each as it is shown.
func TestEvents(t *testing.T) {
	refused := &wxup.Error{Problem: wxup.Internal, Status: 503, Code: "SYSTEM_ERROR", Message: "系统繁忙"}
	for _, test := range []struct {
		event  wxup.Event
		en, zh string
	}{
		{wxup.Event{Kind: wxup.EventRetry, Try: 2, Of: 5, Wait: 800 * time.Millisecond, Err: refused}, "try 2 of 5 in 0.8 s: HTTP 503 SYSTEM_ERROR", "第 2/5 次尝试，0.8 秒后：HTTP 503 SYSTEM_ERROR"},
		{wxup.Event{Kind: wxup.EventRetry, Try: 2, Of: 5, Err: syscall.ECONNRESET}, "try 2 of 5: connection reset by peer", "第 2/5 次尝试：connection reset by peer"},
		{wxup.Event{Kind: wxup.EventHost, Host: "a", Other: "b", Err: syscall.ECONNRESET}, "a does not answer, trying b", "a 没有响应，改用 b"},
		{wxup.Event{Kind: wxup.EventHost, Host: "a", Other: "b", Err: refused}, "a answers HTTP 503 SYSTEM_ERROR, trying b", "a 返回 HTTP 503 SYSTEM_ERROR，改用 b"},
		{wxup.Event{Kind: wxup.EventToken, Err: &wxup.Error{Status: 200, Code: "40001"}}, "a new access_token: HTTP 200 40001", "换用新的 access_token：HTTP 200 40001"},
		{wxup.Event{Kind: wxup.EventPace, Endpoint: "marketing", Wait: 61 * time.Second, Quota: wxup.MarketingImage.Quota}, "waiting 61 s: marketing takes 100 calls in 1 min", "等待 61 秒：marketing 限 100 次/1 分钟"},
		{wxup.Event{Kind: wxup.EventPace, Endpoint: "article", Wait: 26 * time.Hour, Quota: wxup.ArticleImage.Quota}, "waiting 26 h 0 min: article takes 1000 calls in 1 day", "等待 26 小时 0 分钟：article 限 1000 次/1 天"},
		{wxup.Event{Kind: wxup.EventPace, Endpoint: "x", Wait: 10 * time.Minute, Quota: wxup.Quota{Calls: 3, Per: 90 * time.Second}}, "waiting 10 min: x takes 3 calls in 90 s", "等待 10 分钟：x 限 3 次/90 秒"},
		{wxup.Event{Kind: wxup.EventRecall}, "uploaded before, nothing is sent", "已经上传过，不再发送"},
		{wxup.Event{Kind: wxup.EventFit, Change: &url.URL{Path: "q82"}}, "fitted: q82", "已调整：q82"},
		{wxup.Event{Kind: wxup.EventStore, Err: errors.New("ledger: disk full")}, "going on without: ledger: disk full", "忽略并继续：ledger: disk full"},
		{wxup.Event{Kind: wxup.EventConcurrency, Concurrency: 4, Host: "a"}, "4 at once to a", "同时上传 4 个到 a"},
	} {
		mustBe(t, "en", test.event, test.en)
		mustBe(t, "zh", test.event.Text("zh-CN"), test.zh)
	}
}

// TestClockSkew: a refusal of the timestamp tells by how much the clock is off, with the tries that
// it took.
func TestClockSkew(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", clock.Add(-11*time.Minute).Format(http.TimeFormat))
		w.WriteHeader(401)
		io.WriteString(w, `{"code":"SIGN_ERROR","message":"Http头Authorization中的timestamp与发起请求的时间不得超过5分钟"}`)
	})
	c := payClient(s)
	c.Retry = wxup.Retry{}
	if err := uploadLogo(t, c); !errors.Is(err, problem.Expired) || !strings.Contains(err.Error(), "this machine's clock is 11m0s ahead of the server's") {
		t.Errorf("got %v", err)
	}
	if n := len(s.requests("/")); n != 1 {
		t.Errorf("%d tries", n)
	}
}

// Each try of a v3 upload is signed anew.
func TestSignedAnew(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503) })
	c := payClient(s)
	c.Retry = quickly
	uploadLogo(t, c)
	seen := map[string]bool{}
	for _, r := range s.requests("/") {
		seen[r.header.Get("Authorization")] = true
	}
	if len(seen) != 5 {
		t.Errorf("%d different signatures in %d requests", len(seen), len(s.requests("/")))
	}
}
