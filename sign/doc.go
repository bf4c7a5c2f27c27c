// Package sign signs WeChat uploads and verifies the answers to them. Signing and verifying stand
// next to each other, so that client and server cannot drift apart:
//
//	v3.go        WeChat Pay APIv3: the five-line string to sign, the three-line answer, RSA-SHA256
//	auth.go      the Authorization header that carries the v3 signature
//	v2.go        WeChat Pay APIv2: sorted fields and the key, MD5 or HMAC-SHA256
//	sealed.go    AES-256-GCM under the APIv3 key, which encrypts platform certificates
//	keys.go      keys and certificates, from PEM and its near misses (pem.go, material.go)
//	apikey.go    what is wrong with an APIv3 key
//	serial.go    serial numbers and public key IDs
//
// The package is pure: no clock, no network, no files. A program that only uploads does not need
// it: package wxup calls it.
package sign
