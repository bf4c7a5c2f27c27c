// Package wirelog gives back the HTTP that a log or a dump shows: what programs print when they are
// told to say what they send, and what network tools save.
//
//	curl -v, PHP's CURLOPT_VERBOSE, Guzzle's debug     heads, without the body of the request
//	curl --trace, --trace-ascii                        every byte; every byte but those that are not
//	                                                   ASCII
//	Apache HttpClient's wire log (Java)                every byte
//	HttpURLConnection's FINEST log (Java)              heads
//	Netty's and Reactor Netty's wiretap (Java)         every byte
//	OkHttp's HttpLoggingInterceptor                    text
//	http.client's debuglevel (Python: requests, …)     every byte of the request
//	Wireshark's Follow Stream: hex, C arrays, YAML     every byte; tshark's and hexdump's dumps too
//	Burp Suite's items, Fiddler's .saz                 every byte
//
// What a log leaves out is left out here: a head announces a body that is not there.
//
// # The files
//
//	wirelog.go  HTTP, the table of formats    lines.go    lines and streams
//	hexrows.go  rows of hexadecimal digits    curl.go     curl and what is built on it
//	java.go     Java                          okhttp.go   OkHttp
//	python.go   Python                        stream.go   Wireshark, Netty
//	burp.go     Burp Suite                    saz.go      Fiddler
package wirelog

import (
	"bytes"
	"regexp"
)

// sniffed is how much of a log tells what it is.
const sniffed = 256 << 10

// A format is one way in which a tool shows HTTP.
type format struct {
	name   string
	hint   string         // is in every such text: looking for it is quick
	sign   *regexp.Regexp // what tells it from others, within the first [sniffed] bytes
	read   func(text []byte) []byte
	weaker bool // a command that stands beside it says more
}

// formats go from those that are told for certain to those that are told by a line.
var formats = []format{
	{name: "Fiddler", hint: "PK", sign: regexp.MustCompile(`^PK\x03\x04`), read: saz},
	{name: "Burp Suite", hint: "<items", sign: regexp.MustCompile(`^(?:<\?xml[^>]*>\s*)?(?:<!DOCTYPE items[\s\S]*?\]>\s*)?<items\b[^>]*>`), read: burp},
	{name: "curl --trace", hint: "=> Send header", sign: regexp.MustCompile(`(?m)^` + traceStamp + `=> Send header, \d+ bytes`), read: curlTrace},
	{name: "a Java wire log", hint: ">> \"", sign: regexp.MustCompile(`(?m)>> "[A-Z]+ \S+ HTTP/\d(?:\.\d)?(?:\[\\r\])?(?:\[\\n\])?"`), read: apacheWire},
	{name: "Netty", hint: "|00000000|", sign: regexp.MustCompile(`(?m)\|00000000\| (?:[0-9a-f]{2} ){8}`), read: netty},
	{name: "http.client", hint: "send: ", sign: regexp.MustCompile(`(?m)^send: b?['"][A-Z]+ `), read: httpClient},
	{name: "OkHttp", hint: "--> ", sign: regexp.MustCompile(`(?m)(?:^|[^-])--> (?:GET|POST|PUT|DELETE|PATCH|HEAD) https?://`), read: okHTTP},
	{name: "HttpURLConnection", hint: "pairs: {", sign: regexp.MustCompile(`pairs: \{[A-Z]+ \S+ HTTP/\d\.\d: null\}`), read: urlConnection},
	{name: "Wireshark, C arrays", hint: "peer", sign: regexp.MustCompile(`(?m)^.*\bpeer[01]_\d+\s*\[[^\]]*\]\s*=\s*\{`), read: cArrays},
	{name: "Wireshark, YAML", hint: "!!binary", sign: regexp.MustCompile(`(?m)^\s*data: !!binary \|`), read: yaml},
	{name: "tshark", hint: "Follow: ", sign: regexp.MustCompile(`(?m)^Follow: \w+,raw\s*$`), read: tsharkRaw},
	{name: "a hexadecimal dump", hint: "0000", sign: regexp.MustCompile(`^(?:[^\n]*\n){0,12}\s*0{4,8}:?[ \t]+(?:[0-9a-fA-F]{2} ?){4}`), read: hexDump},
	{name: "curl -v", hint: "> ", sign: regexp.MustCompile(`(?m)^> [A-Z]+ \S+ HTTP/\d`), read: curlVerbose, weaker: true},
}

// HTTP is the raw HTTP, requests and answers in their order, that text shows, and the name of what
// has shown it. found is false if text is no log that is known here. strong tells that nothing that
// stands beside it in the text, such as the command that was run, says more.
func HTTP(text []byte) (raw []byte, name string, strong, found bool) {
	start := text[:min(len(text), sniffed)]
	for _, f := range formats {
		if !bytes.Contains(start, []byte(f.hint)) || !f.sign.Match(start) {
			continue
		}
		if raw := f.read(text); isHTTP(raw) {
			return raw, f.name, !f.weaker, true
		}
	}
	return nil, "", false, false
}

var firstLine = regexp.MustCompile(`^(?:[A-Z]{3,10} \S+ HTTP/\d|HTTP/\d|\x16\x03)`)

// isHTTP reports whether what was read is HTTP, or the TLS that hides it.
func isHTTP(raw []byte) bool {
	return firstLine.Match(bytes.TrimLeft(raw[:min(len(raw), 4096)], "\r\n"))
}
