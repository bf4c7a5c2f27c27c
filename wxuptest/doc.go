// Package wxuptest is WeChat in your Go tests: a server for one test that takes uploads as WeChat
// does, checks everything that WeChat checks, and tells why it refused one.
//
//	func TestUploadsLogo(t *testing.T) {
//		srv := wxuptest.NewServer(t) // ends with the test; a few milliseconds
//		shop := NewShop(srv.Client())
//		if err := shop.SetLogo(t.Context(), "testdata/logo.png"); err != nil {
//			t.Fatal(err)
//		}
//		if img := srv.Images()[0]; img.Format != media.PNG || img.Endpoint != "marketing" {
//			t.Errorf("uploaded was %+v", img.Media)
//		}
//	}
//
// It runs in the test's own process, in memory, with a merchant (certificate, APIv3 and APIv2 key),
// a platform certificate and a WeChat Pay public key, an Official Account, and a third-party
// platform. Tests may run in parallel, each with servers of its own: no two share a credential.
//
// # Any SDK, unchanged
//
// SDKs have WeChat's hosts built in. [Server.HTTPClient] redirects these to the server, trusts its
// CA and shows the merchant's certificate. It refuses every other host, so that no test reaches the
// internet:
//
//	core.NewClient(ctx,
//		option.WithHTTPClient(srv.HTTPClient()),
//		option.WithMerchantCredential(srv.Merchant.MchID, srv.Merchant.SerialNo, srv.Merchant.PrivateKey),
//		option.WithWechatPayPublicKeyAuthCipher(srv.Merchant.MchID, srv.Merchant.SerialNo, srv.Merchant.PrivateKey,
//			srv.Platform.PublicKeyID, srv.Platform.PublicKey))
//
// wechatpay-go downloads certificates automatically with an HTTP client of its own, which does
// reach the internet. Give it the key, or option.WithWechatPayAuthCipher with
// srv.Platform.Certificate, or register a downloader whose client has this HTTP client.
// silenceper/wechat takes it as util.DefaultHTTPClient.
//
// For a separate program there are [Server.Files] and [Server.Env], and [Server.URL] for one that
// takes a base URL.
//
// # What went wrong
//
// When a test fails, its log has the reason for each refused upload: the mistake, the proof, the
// text that was signed beside the one that was expected, and what to change (in 中文 with
// WXUP_LANG=zh). [Why] returns the same text.
//
// # What was sent
//
// [Server.Uploads] lists the records of all uploads, accepted or not: headers, the parts of the
// form with their raw text (meta), digests. [Server.WaitFor] waits for one that a program makes on
// its own. [Server.Images] has the files' bytes.
//
//	e := srv.Uploads()[0]
//	e.Request.Part("meta").Text             // {"filename":"logo.png","sha256":"…"}
//	e.Request.Headers["Authorization"]
//
// # When WeChat refuses, fails, or says nothing
//
// [Server.Refuse] refuses the next uploads for any reason there is, in WeChat's words.
// [Server.Fail] cuts the connection, loses the answer, lets it hang, answers like a broken gateway,
// or signs with a key that is not WeChat's. Both come last: an upload with a mistake of its own
// gets the answer to that, and the fault waits for one that is right.
//
//	srv.Refuse(wxup.MarketingImage, wxup.TooFrequent, 2)
//	srv.Fail(wxup.MarketingImage, wxuptest.LostAnswer, 1)
//
// Everything else is refused for its natural cause: change the accounts ([Server.Accounts]) or the
// clock ([Server.SetTime], [Server.Advance]), or send something wrong.
//
// # Time
//
// In a testing/synctest bubble the server uses the bubble's time, and its network is in memory, so
// that [synctest.Wait] and timers work: a test of a caller that gives up after an hour, or pauses
// between five attempts, runs at once. Make the server inside the bubble; only its own Client and
// HTTPClient reach it there. A server made outside uses real sockets, and a bubble's time stops
// while a goroutine waits for one.
//
// # What it is not
//
// It keeps everything it has seen until the test ends: give each input of a fuzz target, or each
// thousand uploads of a benchmark, a server of its own. Its RSA keys are published with its source,
// and good only for tests; each process makes a new CA. For programs other than Go tests, the
// command wxup serve runs the same server.
package wxuptest
