// Package explain finds out why an upload was refused, and proves it.
//
// WeChat answers 签名错误 and nothing more. But an RSA PKCS#1 v1.5 signature can be opened with the
// public key, which yields the hash of the text that the client really signed. One operation with
// the public key thus tells a wrong key (nothing comes out) from a wrong text (a hash comes out),
// and then every guess at that text costs one hash: tens of thousands are tried in a few
// milliseconds. The MD5 and HMAC signs of APIv2 cannot be opened, but their key is known, so the
// guesses are computed forwards.
//
//	report := explain.V3(&explain.Request{
//		Method: r.Method, Target: r.RequestURI, Host: r.Host, Header: r.Header,
//		Received: now, Body: body,
//	}, &explain.Known{Merchant: merchant})
//	for _, f := range report.Findings {
//		fmt.Println(f.Text("en"), f.Fix("en"))
//	}
//
// A cause is [Proved] if a text verifies, a key opens the signature, a digest matches, or the
// request literally says so; what may be the cause is [Likely]. What was tried without success is
// in [Report.RuledOut].
//
// # The files, from the top down
//
//	v3.go, v2.go, account.go, observed.go   one explanation each, from its request to its report
//	authorization.go, serial.go, sender.go  APIv3: the header, whose keys, who sent it
//	search.go, searchbulk.go, trying.go     APIv3: which text was signed
//	signature.go, notrsa.go                 APIv3: why none could be found
//	v2sign.go, v2fields.go, v2key.go, …     APIv2: how the sign was computed
//	token.go, tokentext.go                  tokens
//	host.go, clock.go, certificate.go,      what the families share
//	form.go, metapart.go, digest.go, file.go
//	draft.go, facts.go, secrets.go          a report while it is written, a request read once, and
//	                                        what is masked
//	report.go, request.go                   the answer and the question
//	cause.go, causes/*.txt                  every cause: title, what to change, a line of code in
//	                                        six languages
//
// Package text lists the texts that may have been signed; package seal reads what a signature
// holds.
//
// The package is pure: no clock, no network, no files. It holds secrets only while it works; no
// report contains a key or a whole token. Programs that only upload or serve do not need it:
// package server calls it, and the answer to a failed upload stays what WeChat would say.
package explain
