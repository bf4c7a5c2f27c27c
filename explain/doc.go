// Package explain finds out why an upload was refused, and proves it.
//
// WeChat answers 签名错误 and nothing more. But an RSA PKCS#1 v1.5 signature can be opened with the public key, and what
// comes out is the hash of the text that the client really signed. So one operation with the public key tells a wrong key
// (nothing comes out) from a wrong text (a hash comes out), and from then on every guess at that text costs one hash:
// tens of thousands are tried in a few milliseconds. The MD5 and HMAC signatures of APIv2 cannot be opened, but the key
// is known, so the guesses are computed forwards.
//
//	report := explain.V3(&explain.Request{
//		Method: r.Method, Target: r.RequestURI, Host: r.Host, Header: r.Header, Received: now, Body: body,
//	}, &explain.Known{Merchant: merchant})
//	for _, f := range report.Findings {
//		fmt.Println(f.Text("en"), f.Fix("en"))
//	}
//
// The rule of the house: a cause is named only when it is proved. A candidate's hash is the one that was signed, a MAC
// computed with the mistake in it is the one that was sent, or the fact stands plainly in the request. What was tried
// without success is in [Report.RuledOut], and nothing there is shown as a finding.
//
// # The files
//
//	request.go   what is asked: Request, Known             report.go    what is answered: Report, Finding, Proof
//	v3.go        the way of a v3 explanation, top to bottom; then in the order in which it comes to them:
//	             authorization.go, serial.go, signature.go (how the signature was written), open.go (what it holds),
//	             search.go (which text it was made over) with lines.go, frames.go, bodies.go, meta.go, printed.go and,
//	             for large bodies, bulk.go and coded.go
//	v2.go        APIv2: certificate.go, v2sign.go, v2text.go
//	account.go   the Official Account API: tokens
//	host.go, form.go, file.go, digest.go, clock.go    what all of them share
//	observed.go  what an answer of the real service tells
//	causes*.go   every cause: title, what to change, and the line to change in five SDKs, in English and 中文
//
// The package is pure: no clock, no network, no files. It holds secrets only while it works; no report has a key or a
// whole token in it. Whoever only uploads or serves need not look here: package server calls it, and the answer to a
// failed upload stays what WeChat would say.
package explain
