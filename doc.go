// Package wxup uploads images to WeChat: to WeChat Pay (APIv3 and APIv2) and to Official Accounts.
//
//	client := &wxup.Client{Merchant: &wxup.Merchant{
//		MchID: "1900009191", SerialNo: "1DDE55AD…", PrivateKey: key, APIv3Key: "…32 characters…",
//	}}
//	res, err := client.Upload(ctx, wxup.MarketingImage, wxup.File("coupon.png"))
//	fmt.Println(res.URL)
//
// The endpoints are rows of one table; copy a row and change the copy for an endpoint that the
// table lacks. A row's family says what the [Client] needs: [PayV3] and [PayV2] a [Merchant],
// [FamilyAccount] an [Auth]:
//
//	client := &wxup.Client{Auth: &wxup.App{AppID: "wx…", Secret: "…", Stable: true}}
//	res, err := client.Upload(ctx, wxup.ArticleImage, wxup.Bytes("cover.jpg", data))
//
// [FromEnv] takes all of it from the environment. Package sign reads keys and certificates.
//
// A file that the endpoint would refuse is not sent; the error is the same as for the server's
// refusal: errors.Is(err, wxup.TooLarge).
//
// Uploads are retried, use WeChat's second host if the first fails, and keep to the endpoints'
// quotas. Many files go at once with [Client.UploadAll]; a [Ledger] uploads nothing twice, a
// [Fitter] makes pictures fit, a [TokenStore] shares tokens between processes. An upload allocates
// about 50 KB, whatever its size.
package wxup
