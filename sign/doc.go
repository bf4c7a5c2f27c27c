// Package sign proves who sent a WeChat upload and who answered it. Each proof is written once, with the making and the
// checking next to each other, so that client and server cannot drift apart:
//
//	v3.go      WeChat Pay APIv3: the five-line string to sign, the three-line answer, RSA-SHA256
//	auth.go    the Authorization header that carries the v3 signature
//	v2.go      WeChat Pay APIv2: sorted fields and the key, MD5 or HMAC-SHA256
//	secret.go  AES-256-GCM, the way platform certificates travel
//	keys.go    keys and certificates out of PEM, serial numbers in one spelling
//
// The package is pure: no clock, no network, no files. Those who only upload need not look here; package wxup calls it.
package sign
