// Package wxup uploads images to WeChat: to WeChat Pay (APIv3 and APIv2) and to Official Accounts, whichever API the
// image is for.
//
//	client := &wxup.Client{Merchant: merchant}
//	res, err := client.Upload(ctx, wxup.MarketingImage, wxup.File("coupon.png"))
//	fmt.Println(res.URL)
//
// WeChat has three ways to take an upload, its families. The endpoints of a family differ by data only (path, part names,
// limits, …), and each is a row of one table: [MarketingImage], [SecapiMedia], [ArticleImage] and the others of
// [Endpoints]. A row of your own can be uploaded to as well: copy one that is like it, and change what differs.
//
// # WeChat Pay APIv3
//
// The request is signed with the merchant's key, the answer with WeChat's, and the Client verifies it. There are two kinds
// of key of WeChat's, and the merchant portal says which a merchant has. The WeChat Pay public key (微信支付公钥):
//
//	key, err := sign.ParsePrivateKey(text)       // apiclient_key.pem
//	public, err := sign.ParsePublicKey(text)     // pub_key.pem
//	client := &wxup.Client{Merchant: &wxup.Merchant{
//		MchID: "1900009191", SerialNo: "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C", PrivateKey: key,
//		PublicKeys: map[string]*rsa.PublicKey{"PUB_KEY_ID_…": public},
//	}}
//
// or platform certificates (平台证书), for which the APIv3 key is enough: the Client fetches them, keeps them, and follows
// when WeChat changes them:
//
//	client := &wxup.Client{Merchant: &wxup.Merchant{
//		MchID: "1900009191", SerialNo: "1DDE…", PrivateKey: key, APIv3Key: "…32 characters…",
//	}}
//
// While a merchant moves from one to the other answers come signed with either: give both.
//
// # WeChat Pay APIv2
//
// POST /secapi/mch/uploadmedia wants the merchant's certificate in the TLS handshake, and a form signed with the APIv2 key:
//
//	cert, err := tls.LoadX509KeyPair("apiclient_cert.pem", "apiclient_key.pem")
//	client := &wxup.Client{Merchant: &wxup.Merchant{MchID: "1900009191", APIv2Key: "…", Certificate: cert}}
//	res, err := client.Upload(ctx, wxup.SecapiMedia, wxup.File("licence.jpg"))
//	fmt.Println(res.MediaID)
//
// # Official Accounts
//
// The request carries an access_token. The Client fetches and renews it:
//
//	client := &wxup.Client{App: &wxup.App{AppID: "wx…", Secret: "…", Stable: true}}
//	res, err := client.Upload(ctx, wxup.ArticleImage, wxup.Bytes("cover.jpg", data))
//
// or asks who keeps it: a [TokenSource] gives the account's own token, or the one that it has granted a third party. In
// WeChat's cloud a container has a token of another kind (Client.CloudTokens), or needs none (Client.SideCar).
//
// # When it fails
//
// A file that the endpoint would refuse is refused before it is sent, and a refusal by the server is read as the same
// error, in whichever way the family says it:
//
//	switch {
//	case errors.Is(err, wxup.TooLarge): …
//	case wxup.ProblemOf(err).Temporary(): …   // try again later
//	}
//
// An [*Error] has WeChat's own code and message; [Problem.Hint] says what to do. [Client.Upload] lists the other kinds.
//
// # When it is for real
//
// Upload tries again what may pass (Client.Retry), on WeChat's second host if the first does not answer, and keeps to the
// endpoints' quotas (Client.Rate), within the time that the context has. Many files go at once:
//
//	for o := range client.UploadAll(ctx, items) {
//		fmt.Println(o.Source.Name, o.Result, o.Err)
//	}
//
// A [Ledger] remembers what was uploaded, so that nothing is uploaded twice; a [Fitter] makes pictures fit; a [TokenStore]
// shares an account's tokens between processes. Client.Observe is told what the Client decides, Client.Progress how far
// each file has come.
//
// # What it costs
//
// The file is read twice, in small pieces, and never held in memory: an upload allocates about 50 KB, whatever its size.
// One Client serves a whole program, from as many goroutines as you like.
//
// # Who need not care
//
// The wire formats are exported, in both directions, for package server and others that answer as WeChat does: Marshal…,
// Unmarshal…, [Family.Refusal] and their kin. Who only uploads needs [Client], [Source], the endpoints and the problems.
package wxup
