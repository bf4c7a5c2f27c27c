// Package devkeys generates the keys and certificates that WeChat would issue. Nothing is bundled:
// every installation generates its own, and a key found in one is useless in another.
//
//	now := time.Now()
//	ca, err := devkeys.NewCA(now)                    // once; keep PEM and KeyPEM for LoadCA
//	leaf, err := ca.Server()                         // for a TLS listener and every host in Hosts
//	leaves := &devkeys.Leaves{CA: ca}                // renewed in time, or one per host name
//	cert, key, err := ca.Merchant("1900009191")      // apiclient_cert.pem, apiclient_key.pem
//	cert, key, err = ca.Platform()                   // 平台证书: what GET /v3/certificates hands out
//	pub, key, err := devkeys.PlatformKey()           // 微信支付公钥: pub_key.pem
//	id := devkeys.NewPublicKeyID("1900009191", now)  // its id: PUB_KEY_ID_01…
//
// # What the CA can sign
//
// People are asked to trust the CA's certificate (SSL_CERT_FILE and the like), so its name
// constraints permit WeChat's API hosts and this machine (localhost, 127.0.0.0/8, ::1) and nothing
// else. A leaked key does no harm beyond that.
//
// Merchant and platform certificates are not issued under the CA's own name. WeChat's pages tell
// the reader to check that the issuer is "Tenpay.com Root CA", and SDKs do, so the CA's key has a
// second self-signed certificate of that name, the trust chain ([CA.TrustChainPEM], WeChat's
// CertTrustChain.p7b). Its OU is the CA's own name, which shows that it is not Tencent's. Loading
// the CA generates it again, byte for byte. [CA.Pool] holds both.
//
// The CA is valid for 10 years. [CA.Renew] adds 10 under the same key, so that everything issued
// stays trusted. Server certificates are valid for 397 days; [Leaves] replaces them in time.
//
// # Time and cost
//
// [CA.Now] is the clock; randomness comes from crypto/rand. Generating an RSA key takes 50 to 200
// ms, everything else well under a millisecond. All functions and methods are safe for concurrent
// use: generate the merchant's and the platform's keys in parallel.
//
// Clients do not need this package: their keys come from WeChat's merchant portal, and package sign
// reads them.
package devkeys
