// Package devkeys makes the keys that WeChat would hand out, so that wxup can be WeChat from its first start with nothing
// bundled: every installation has keys of its own, and a key found in one place opens nothing in another.
//
//	now := time.Now()
//	ca, err := devkeys.NewCA(now)                     // once; keep ca.PEM and ca.KeyPEM, later LoadCA
//	leaf, err := ca.Server()                          // a TLS listener's, for every host in Hosts
//	leaves := &devkeys.Leaves{CA: ca}                 // the same for a listener that runs for years, or per host name
//	cert, key, err := ca.Merchant("1900009191")       // apiclient_cert.pem, apiclient_key.pem
//	cert, key, err = ca.Platform()                    // 平台证书: what GET /v3/certificates hands out
//	pub, key, err := devkeys.PlatformKey()            // 微信支付公钥: pub_key.pem
//	id := devkeys.NewPublicKeyID("1900009191", now)   // its id: PUB_KEY_ID_01…
//
// # What the CA can do
//
// People are asked to trust the CA's certificate (SSL_CERT_FILE and its kin), so the CA is bound: its name constraints let
// it vouch for WeChat's API hosts and for this machine (localhost, 127.0.0.0/8, ::1), and for nothing else. If its key is
// lost, the harm ends there.
//
// Merchant and platform certificates are not issued under the CA's own name. WeChat's pages tell the reader to check
// that the issuer is "Tenpay.com Root CA", and SDKs do, so the CA's key has a second self-signed certificate of that
// name, the trust chain ([CA.TrustChainPEM], WeChat's CertTrustChain.p7b). Its OU is the CA's own name: whoever looks
// sees that it is not Tencent's. It is made again, byte for byte, whenever the CA is loaded. [CA.Pool] holds both.
//
// The CA lives for 10 years. [CA.Renew] gives it 10 more under the same key, so that nothing it has issued and nobody who
// trusts it notices; server certificates live for 397 days, and [Leaves] makes new ones in time.
//
// # Time and cost
//
// [CA.Now] is the clock; all else that is random comes from crypto/rand. An RSA key takes 50 to 200 ms, all else well
// under a millisecond. All functions and methods may be used at the same time from several goroutines: make the
// merchant's and the platform's keys side by side.
//
// # Who need not care
//
// Users of the client: keys come from WeChat's merchant portal then, and package sign reads them.
package devkeys
