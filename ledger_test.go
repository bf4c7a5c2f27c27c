package wxup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/problem"
)

// kinds are the kinds of events.
func kinds(events []wxup.Event) string {
	var list []string
	for _, e := range events {
		list = append(list, string(e.Kind))
	}
	return strings.Join(list, " ")
}

// TestLedger: what is known is not sent again, and what differs is.
func TestLedger(t *testing.T) {
	s := newRealServer(t)
	p := newFaultProxy(t, s)
	ledger := &wxup.MemoryLedger{}
	var events []wxup.Event
	client := func() *wxup.Client {
		c := payClient(&wechat{Server: httptestServer(p.URL())})
		c.Auth, c.Ledger, c.Transport = &wxup.App{AppID: "wx1", Secret: appSecret}, ledger, &http.Transport{DisableKeepAlives: true}
		c.Observe = func(e wxup.Event) { events = append(events, e) }
		return c
	}
	upload := func(c *wxup.Client, ep *wxup.Endpoint, src wxup.Source, sent bool) *wxup.Result {
		t.Helper()
		events = nil
		before := p.count()
		res, err := c.Upload(t.Context(), ep, src)
		if err != nil {
			t.Fatal(err)
		}
		if now := p.count() > before; now != sent || res.Cached == sent || (kinds(events) == "recall") == sent {
			t.Errorf("sent %v, Cached %v, events %q; want sent %v", now, res.Cached, kinds(events), sent)
		}
		return res
	}
	first := upload(client(), wxup.MarketingImage, wxup.Bytes("a.png", pngFile), true)
	again := upload(client(), wxup.MarketingImage, wxup.Bytes("a.png", pngFile), false)
	again.Cached = false
	mustBe(t, "result", *again, *first)
	upload(client(), wxup.MarketingImage, wxup.Bytes("another name.png", pngFile), false)
	upload(client(), wxup.MarketingImage, wxup.Reader("", bytes.NewReader(pngFile), -1), false)
	upload(client(), wxup.MarketingImage, wxup.Bytes("a.jpg", jpgFile), true)
	upload(client(), wxup.MerchantImage, wxup.Bytes("a.png", pngFile), true)
	upload(client(), wxup.ArticleImage, wxup.Bytes("a.png", pngFile), true)
	upload(client(), wxup.ArticleImage, wxup.Bytes("a.png", pngFile), false)

	// The fields beside the file, those of the path too.
	src := func(meta, path string) wxup.Source {
		src := wxup.Bytes("a.png", pngFile)
		src.Meta, src.Path = map[string]string{"item_id": meta}, map[string]string{"sub_mchid": path}
		return src
	}
	upload(client(), wxup.SubmissionFile, src("1", "77"), true)
	upload(client(), wxup.SubmissionFile, src("1", "77"), false)
	upload(client(), wxup.SubmissionFile, src("2", "77"), true)
	upload(client(), wxup.SubmissionFile, src("1", "78"), true)

	// Again sends, and what it brings is remembered.
	c := client()
	c.IgnoreLedger = true
	upload(c, wxup.MarketingImage, wxup.Bytes("a.png", pngFile), true)
	upload(client(), wxup.MarketingImage, wxup.Bytes("a.png", pngFile), false)

	// Another server.
	c = client()
	p2 := newFaultProxy(t, s)
	c.BaseURL = p2.URL()
	if res, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("a.png", pngFile)); err != nil || res.Cached || p2.count() != 1 {
		t.Errorf("another server: %v, %v", res, err)
	}

	// A file that is refused is not remembered.
	for range 2 {
		before := p.count()
		src := wxup.Bytes("a.png", pngFile)
		src.Path = map[string]string{"sub_mchid": "77"}
		row := wxup.SubmissionFile
		row.Path = "/v3/upload-nowhere/{sub_mchid}"
		if _, err := client().Upload(t.Context(), row, src); !errors.Is(err, problem.NotFound) || p.count() != before+1 {
			t.Errorf("got %v", err)
		}
	}
}

// TestLedgerKey: what the key is made of.
func TestLedgerKey(t *testing.T) {
	var got wxup.LedgerKey
	keys := funcLedger{recall: func(key wxup.LedgerKey) (*wxup.Result, error) {
		got = key
		return &wxup.Result{URL: "x"}, nil
	}}
	fixed := fixedToken("x")
	sum := hexSum(pngFile)
	for name, test := range map[string]struct {
		client *wxup.Client
		ep     *wxup.Endpoint
		want   string // server, account, endpoint, fit
	}{
		"WeChat Pay":      {&wxup.Client{Merchant: &wxup.Merchant{MchID: "19"}}, wxup.MarketingImage, "https://api.mch.weixin.qq.com 19 marketing "},
		"an app":          {&wxup.Client{Auth: &wxup.App{AppID: "wx1"}}, wxup.ArticleImage, "https://api.weixin.qq.com wx1 article "},
		"a local server":  {&wxup.Client{BaseURL: "http://127.0.0.1:8080/", Auth: &wxup.App{AppID: "wx1"}}, wxup.ArticleImage, "http://127.0.0.1:8080 wx1 article "},
		"a token source":  {&wxup.Client{Auth: wxup.Tokens{Source: fixed, Owner: "wx2"}}, wxup.ArticleImage, "https://api.weixin.qq.com wx2 article "},
		"a side-car":      {&wxup.Client{Auth: wxup.SideCar{Owner: "wx2"}}, wxup.ArticleImage, "http://api.weixin.qq.com wx2 article "},
		"a merchant's is": {&wxup.Client{Merchant: &wxup.Merchant{MchID: "19"}, Auth: wxup.SideCar{Owner: "wx2"}}, wxup.SecapiMedia, "https://api.mch.weixin.qq.com 19 secapi "},
		"with a Fitter":   {&wxup.Client{Auth: &wxup.App{AppID: "wx1"}, Fit: &testFitter{}}, wxup.ArticleImage, "https://api.weixin.qq.com wx1 article test"},
	} {
		got = wxup.LedgerKey{}
		test.client.Ledger = keys
		if _, err := test.client.Upload(t.Context(), test.ep, wxup.Bytes("a.png", pngFile)); err != nil {
			t.Error(err)
		}
		mustBe(t, name, fmt.Sprint(got.Server, " ", got.Account, " ", got.Endpoint, " ", got.Fit), test.want)
		if got.SHA256 != sum || len(got.Fields) != 64 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// funcLedger is a Ledger made of functions.
type funcLedger struct {
	recall   func(wxup.LedgerKey) (*wxup.Result, error)
	remember func(context.Context, wxup.LedgerKey, *wxup.Result) error
}

func (l funcLedger) Recall(_ context.Context, key wxup.LedgerKey) (*wxup.Result, error) {
	return l.recall(key)
}

func (l funcLedger) Remember(ctx context.Context, key wxup.LedgerKey, res *wxup.Result) error {
	if l.remember == nil {
		return nil
	}
	return l.remember(ctx, key, res)
}

// TestLedgerExpiry: an id that ends soon is not recalled.
func TestLedgerExpiry(t *testing.T) {
	s := serve(t, answerV3(`{"fapiao_media_id":"m"}`))
	short := *wxup.FapiaoFile
	short.Expires = time.Minute
	for _, test := range []struct {
		ep     *wxup.Endpoint
		ends   time.Duration // from now; 0 is never
		cached bool
	}{
		{wxup.FapiaoFile, 72 * time.Hour, true}, {wxup.FapiaoFile, time.Hour, true}, {wxup.FapiaoFile, time.Hour - 1, false}, {wxup.FapiaoFile, -1, false},
		{wxup.FapiaoFile, 0, true}, {&short, 15 * time.Second, true}, {&short, 14 * time.Second, false},
	} {
		c := payClient(s)
		c.Ledger = funcLedger{recall: func(wxup.LedgerKey) (*wxup.Result, error) {
			res := &wxup.Result{MediaID: "known"}
			if test.ends != 0 {
				res.Expires = clock.Add(test.ends)
			}
			return res, nil
		}}
		res, err := c.Upload(t.Context(), test.ep, wxup.Bytes("a.pdf", pdfFile))
		if err != nil || res.Cached != test.cached || (res.MediaID == "known") != test.cached {
			t.Errorf("%s, ends in %v: %+v, %v", test.ep.Expires, test.ends, res, err)
		}
	}
}

var pdfFile = []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")

// TestLedgerFails: a ledger that is out of order, or does not know whose uploads it is about, loses
// nothing.
func TestLedgerFails(t *testing.T) {
	s := serve(t, accepted)
	for name, test := range map[string]struct {
		change func(*wxup.Client)
		events string
		says   string
	}{
		"recall": {func(c *wxup.Client) {
			c.Ledger = funcLedger{recall: func(wxup.LedgerKey) (*wxup.Result, error) { return nil, errors.New("disk I/O") }}
		}, "store", "going on without: ledger: disk I/O"},
		"remember": {func(c *wxup.Client) {
			c.Ledger = funcLedger{
				recall:   func(wxup.LedgerKey) (*wxup.Result, error) { return nil, nil },
				remember: func(context.Context, wxup.LedgerKey, *wxup.Result) error { return errors.New("disk full") },
			}
		}, "store", "going on without: ledger: disk full"},
		"whose": {func(c *wxup.Client) {
			c.Ledger = funcLedger{recall: func(wxup.LedgerKey) (*wxup.Result, error) { panic("asked") }}
			c.Auth = wxup.Tokens{Source: fixedToken("57_tokenTOKENtoken")}
		}, "store", "set Owner in Client.Auth"},
	} {
		c := payClient(s)
		test.change(c)
		var events []wxup.Event
		c.Observe = func(e wxup.Event) { events = append(events, e) }
		ep := wxup.MarketingImage
		if c.Auth != nil {
			c.BaseURL = serve(t, acceptedArticle).URL
			ep = wxup.ArticleImage
		}
		res, err := c.Upload(t.Context(), ep, wxup.Bytes("a.png", pngFile))
		if err != nil || res.Cached || kinds(events) != test.events || !strings.Contains(events[0].String(), test.says) {
			t.Errorf("%s: %v, %v, events %v", name, res, err, events)
		}
	}

	// The upload has happened when the time is up: it is remembered all the same.
	ctx, cancel := context.WithCancel(t.Context())
	c := payClient(s)
	remembered := false
	c.Ledger = funcLedger{
		recall: func(wxup.LedgerKey) (*wxup.Result, error) { return nil, nil },
		remember: func(ctx context.Context, _ wxup.LedgerKey, _ *wxup.Result) error {
			cancel()
			remembered = ctx.Err() == nil
			return ctx.Err()
		},
	}
	if _, err := c.Upload(ctx, wxup.MarketingImage, wxup.Bytes("a.png", pngFile)); err != nil || !remembered {
		t.Errorf("remembered %v, %v", remembered, err)
	}
}

// TestSharedUpload: the same file at the same time is sent once; trouble is not shared, a refusal
// is.
func TestSharedUpload(t *testing.T) {
	for name, test := range map[string]struct {
		lines  []string
		tries  int  // in all, of three uploads
		errors int  // of them
		cancel bool // the first one's context
	}{
		"accepted":              {[]string{"200"}, 1, 0, false},
		"refused":               {[]string{"40009"}, 1, 3, false},
		"trouble for the first": {[]string{"503", "200"}, 2, 1, false},
		"trouble for all":       {[]string{"503"}, 3, 3, false},
		"the first one leaves":  {[]string{"hang", "200"}, 2, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{lines: test.lines}
				c := s.client(own)
				c.Auth = wxup.Tokens{Source: fixedToken("57_tokenTOKENtoken"), Owner: "wx1"}
				c.Ledger, c.Retry = &wxup.MemoryLedger{}, once
				c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
					if s.lines[min(len(s.at), len(s.lines)-1)] == "hang" {
						s.at = append(s.at, 0)
						<-r.Context().Done()
						return nil, r.Context().Err()
					}
					time.Sleep(time.Second)
					return s.RoundTrip(r)
				})
				var mu sync.Mutex
				var wg sync.WaitGroup
				failed, cached := 0, 0
				for i := range 3 {
					ctx, cancel := context.WithCancel(t.Context())
					if i == 0 && test.cancel {
						time.AfterFunc(time.Minute, cancel)
					}
					wg.Go(func() {
						defer cancel()
						res, err := c.Upload(ctx, wxup.ArticleImage, wxup.Bytes(fmt.Sprint(i), pngFile))
						mu.Lock()
						defer mu.Unlock()
						if err != nil {
							failed++
						} else if res.Cached {
							cached++
						}
					})
					synctest.Wait()
				}
				wg.Wait()
				if len(s.at) != test.tries || failed != test.errors || failed < 3 && cached != 3-failed-1 {
					t.Errorf("%d tries, %d failed, %d cached", len(s.at), failed, cached)
				}
			})
		})
	}
}

// testFitter makes of anything, up to 8 of them at once, the picture that it has.
type testFitter struct {
	name   string
	result []byte
	err    error
	asked  []string
}

func (f *testFitter) Settings() string { return "test" }

func (f *testFitter) Fit(_ context.Context, ep *wxup.Endpoint, name string, content *io.SectionReader) (*wxup.FitResult, error) {
	b, err := io.ReadAll(content)
	if err != nil {
		return nil, err
	}
	f.asked = append(f.asked, fmt.Sprintf("%s %s %d", ep.Name, name, len(b)))
	if f.err != nil || f.result == nil {
		return nil, f.err
	}
	return &wxup.FitResult{Name: f.name, Bytes: f.result, Change: change("smaller")}, nil
}

type change string

func (c change) String() string { return string(c) }

// TestFit: what the Fitter makes is what is sent, checked, and remembered under the source's
// digest.
func TestFit(t *testing.T) {
	big := pngOfSize(3 << 20)
	s := newRealServer(t)
	p := newFaultProxy(t, s)
	fitter := &testFitter{result: jpgFile}
	ledger := &wxup.MemoryLedger{}
	c := payClient(&wechat{Server: httptestServer(p.URL())})
	c.Fit, c.Ledger, c.Transport = fitter, ledger, &http.Transport{DisableKeepAlives: true}
	var events []wxup.Event
	c.Observe = func(e wxup.Event) { events = append(events, e) }
	var phases []wxup.Phase
	c.Progress = func(p wxup.Progress) {
		if len(phases) == 0 || phases[len(phases)-1] != p.Phase {
			phases = append(phases, p.Phase)
		}
	}
	res, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("big.png", big))
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "result", fmt.Sprint(res.Name, " ", res.Format, " ", res.Size, " ", res.SHA256, " ", res.Change), fmt.Sprint("big.jpg jpeg ", len(jpgFile), " ", hexSum(jpgFile), " smaller"))
	mustBe(t, "events", fmt.Sprint(kinds(events), " ", events[0]), "fit fitted: smaller")
	mustBe(t, "asked", fitter.asked, []string{fmt.Sprintf("marketing big.png %d", len(big))})
	mustBe(t, "phases", phases, []wxup.Phase{wxup.Hashing, wxup.Fitting, wxup.Hashing, wxup.Sending, wxup.Done})
	again, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("big.png", big))
	if err != nil || !again.Cached || fmt.Sprint(again.Change) != "smaller" || len(fitter.asked) != 1 || p.count() != 1 {
		t.Errorf("again: %+v, %v", again, err)
	}
	c.Ledger = nil

	fitter.name = "its own.png" // the suffix is mended
	if res, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Reader("big.png", struct{ io.Reader }{bytes.NewReader(big)}, -1)); err != nil || res.Name != "its own.png" {
		t.Errorf("got %+v, %v", res, err)
	}
	fitter.result = nil // it is fine as it is
	if res, err := c.Check(t.Context(), wxup.MarketingImage, wxup.Bytes("a.png", pngFile)); err != nil || res.SHA256 != hexSum(pngFile) || res.Change != nil {
		t.Errorf("got %+v, %v", res, err)
	}
	if _, err := c.Check(t.Context(), wxup.MarketingImage, wxup.Bytes("a.png", big)); !errors.Is(err, wxup.TooLarge) {
		t.Errorf("got %v", err)
	}
	fitter.result = big // it has not done its work
	if _, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("a.png", big)); !errors.Is(err, wxup.TooLarge) {
		t.Errorf("got %v", err)
	}
	fitter.result = []byte{}
	if _, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("a.png", pngFile)); err == nil || !strings.Contains(err.Error(), "an empty file") {
		t.Errorf("got %v", err)
	}

	// An error of the Fitter: nothing is sent that was not looked at. Both reasons are told.
	fitter.err = errors.New("no AVIF")
	before := p.count()
	if _, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("a.png", pngFile)); !errors.Is(err, fitter.err) || wxup.ProblemOf(err) != "" {
		t.Errorf("got %v", err)
	}
	_, err = c.Check(t.Context(), wxup.MarketingImage, wxup.Bytes("a.png", big))
	if !errors.Is(err, fitter.err) || !errors.Is(err, wxup.TooLarge) || strings.Count(err.Error(), "marketing: ") != 1 {
		t.Errorf("got %v", err)
	}
	if p.count() != before {
		t.Error("something was sent")
	}

	// Rows without pictures, and files of other kinds in rows with both, are not for the Fitter.
	fitter.asked = nil
	c.Check(t.Context(), wxup.MerchantVideo, wxup.Bytes("a.mp4", mp4File))
	c.Check(t.Context(), wxup.TaxiFile, wxup.Bytes("a.pdf", pdfFile))
	c.Check(t.Context(), wxup.TaxiFile, wxup.Bytes("", nil))
	if len(fitter.asked) != 0 {
		t.Errorf("asked about %v", fitter.asked)
	}
	c.Check(t.Context(), wxup.TaxiFile, wxup.Bytes("a.gif", gifFile))
	mustBe(t, "asked", fitter.asked, []string{fmt.Sprint("taxi a.gif ", len(gifFile))})
	if f, _ := media.BySuffix("x.gif"); f != media.GIF {
		t.Error("GIF is not a picture")
	}
}

// huge is a file that nobody has time to read.
type huge struct{ read int64 }

func (h *huge) Read(p []byte) (int, error) { return len(p), nil }

func (h *huge) ReadAt(p []byte, _ int64) (int, error) {
	h.read += int64(len(p))
	return len(p), nil
}

func (h *huge) Seek(off int64, whence int) (int64, error) {
	if whence == io.SeekEnd {
		return 1 << 40, nil
	}
	return off, nil
}

// TestHugeFile: what is far too large for a picture is not digested for the Ledger before the
// Fitter refuses it.
func TestHugeFile(t *testing.T) {
	h := &huge{}
	c := payClient(serve(t, accepted))
	c.Ledger, c.Fit = &wxup.MemoryLedger{}, refusing{&wxup.Error{Endpoint: "marketing", Problem: wxup.NotImage, Reason: "nothing is known of it"}}
	_, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Reader("a.png", h, -1))
	if !errors.Is(err, wxup.TooLarge) || h.read > 1<<20 {
		t.Errorf("%d bytes were read: %v", h.read, err)
	}
	if err == nil || !strings.HasSuffix(err.Error(), "; it cannot be made to fit: nothing is known of it") {
		t.Errorf("it is refused with %v", err)
	}
}

type refusing struct{ err error }

func (refusing) Settings() string { return "" }

func (r refusing) Fit(context.Context, *wxup.Endpoint, string, *io.SectionReader) (*wxup.FitResult, error) {
	return nil, r.err
}
