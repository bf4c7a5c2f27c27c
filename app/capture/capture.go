// Package capture reads a request that somebody saved, so that package explain can tell offline why
// WeChat refused it.
//
//	saved, err := capture.Read(text, capture.ReadFile)
//	for i := range saved {
//		s := &saved[i]
//		if s.Endpoint != nil && s.Endpoint.Family == wxup.PayV3 {
//			report := explain.V3(&s.Request, known)
//			…
//		}
//	}
//
// # What it reads
//
//	raw HTTP  POST /v3/merchant/media/upload HTTP/1.1 …    what a proxy or tcpdump shows; the answer
//	                                                       may follow
//	HAR 1.2   {"log":{"entries":[ …                        browsers, Charles, Fiddler, mitmproxy
//	curl      curl 'https://api.mch.weixin.qq.com/… -F …    from a document, a terminal or a
//	                                                        browser; sh, cmd.exe, PowerShell
//	Postman   {"info":{"schema":"https://schema.getpostman.com/…    an exported collection
//	logs      curl -v and --trace, Guzzle, OkHttp, Python, Java, Wireshark, Burp Suite, Fiddler: see
//	          package wirelog
//
// The content decides which format it is. One file may hold several requests.
//
// # What saving does to a request
//
// A request is bytes, and most ways to save one make text of it. A terminal eats the CR of every
// line, a browser leaves the file's bytes out of a form, an editor adds a line end, a proxy decodes
// the chunks. None of this was the client's mistake, and an explanation must not name it as one. So
// what can be undone for certain is undone, what cannot is left open (a [explain.Part] whose Size
// is not that of its Content), and either is said in the Notes of the [Saved].
//
// # The files
//
//	capture.go    Read                          sniff.go      which format; what to do about any
//	                                                          other
//	saved.go      Saved                         notes.go      every note, in English and 中文
//	message.go    the lines of HTTP             raw.go        raw HTTP: requests and answers
//	body.go       where a body ends             chunked.go    chunks
//	lineends.go   lost CRs                      lost.go       lost files
//	answer.go     answers                       endpoint.go   which upload it is
//	postman.go    a Postman collection
//	har.go        a HAR                         harentry.go   an entry of it
//	harbody.go    its body                      hartext.go    bytes as text
//	curl.go       from a command to requests    options.go    the options of curl
//	command.go    one curl command              headers.go    -H and what curl adds
//	data.go       -d and its kin                formarg.go    -F
//	fields.go     a form from its fields        target.go     URLs
//	disk.go       files on this machine         prefix.go     what stands before every line
//	masked.go     unreadable values             pasted.go     typographic characters
//	certificate.go --cert                       transcript.go several commands, and what they
//	                                            printed
//	shell.go      the words of a sh line        cmd.go        the words of a cmd.exe line
//	powershell.go the words of a PowerShell line
//	lexer.go      reading words                 shellquote.go quotes and variables
//
// Read uses no clock and no network, and opens only the files that a curl line names, by calling
// the function that it is given. Its input and its output are bounded. A program that has the
// request itself, such as a server, does not need this package.
package capture

import (
	"bytes"
	"regexp"
	"slices"

	"github.com/wxup/wxup/app/capture/wirelog"
)

// Read reads the uploads in text; if there is none, all the requests. It tells the format by its
// content.
//
// open gives the content of a file that a curl line names; [ReadFile] does. It is the caller's to
// say which files may be read. If it is nil, a line that needs a file is an error. If it answers
// fs.ErrNotExist for the file of an upload, the rest of the request is still read, and that part's
// Size is -1.
//
// The error says what to do. Neither it nor a note holds a query, a header's value or a body.
func Read(text []byte, open func(name string) ([]byte, error)) ([]Saved, error) {
	if len(text) > Max {
		return nil, texts.Errorf("this is larger than %d MB; save the one upload that failed, by itself", Max>>20)
	}
	r := &reader{open: open, fileLeft: Max, unpackLeft: unpackMost}
	text, err := r.toUTF8(text)
	if err != nil {
		return nil, err
	}
	list, err := r.read(text)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(list, isUpload) {
		list = slices.DeleteFunc(list, func(s Saved) bool { return !isUpload(s) })
	}
	for i := range list {
		list[i].findMasked()
		list[i].Notes = append(list[i].Notes, r.notes...)
	}
	return list, nil
}

func (r *reader) read(text []byte) ([]Saved, error) {
	raw, tool, strong, logged := wirelog.HTTP(text)
	if logged && (strong || nativeError.Match(text[:min(len(text), 4096)])) {
		return r.readLog(raw, tool)
	}
	if plain, ok := unprefixed(text); ok && r.unprefixed < 3 {
		if r.unprefixed++; r.unprefixed == 1 {
			r.notes = append(r.notes, noteUnprefixed)
		}
		return r.read(plain)
	}
	if err := sniffOther(text); err != nil {
		return nil, err
	}
	start := skipComments(text)
	switch {
	case isPostman(start):
		return r.readPostman(start)
	case beginsJSON(start):
		return r.readHAR(start)
	case beginsRequest(start):
		return r.readRaw(r.plainRequest(r.undoLatin1(start)))
	}
	// Most of what is here is text; a copy of it is made once.
	if script := string(text); nextCurl(script) < len(script) {
		script = r.plainCommand(script[nextCurl(script):])
		return r.readCurl(script)
	}
	if logged {
		return r.readLog(raw, tool)
	}
	if i := findRequest(text); i >= 0 {
		r.notes = append(r.notes, noteSkipped(i))
		return r.readRaw(text[i:])
	}
	return nil, unreadable(start)
}

// nativeError begins a line of what PowerShell 5 makes of what curl.exe prints.
var nativeError = regexp.MustCompile(`(?m)^curl(?:\.exe)? : `)

// beginsJSON tells an object or an array from the [time] of a log.
func beginsJSON(text []byte) bool {
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return false
	}
	rest := bytes.TrimLeft(text[1:], " \t\r\n")
	return len(rest) == 0 || bytes.IndexByte([]byte(`"{}[]`), rest[0]) >= 0
}

// readLog reads the HTTP that a tool has shown in its own way.
func (r *reader) readLog(raw []byte, tool string) ([]Saved, error) {
	if err := sniffOther(raw); err != nil {
		return nil, err
	}
	r.notes = append(r.notes, noteLog(tool))
	list, err := r.readRaw(raw)
	for i := range list {
		if q := &list[i].Request; tool == "OkHttp" && q.Header.Get("User-Agent") == "" {
			q.Unshown = append(q.Unshown, "User-Agent") // an application interceptor comes before it
		}
	}
	return list, err
}
