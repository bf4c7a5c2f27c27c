// Package capture reads a request that somebody saved, so that package explain can tell offline why WeChat refused it.
//
//	saved, err := capture.Read(text, os.ReadFile)
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
//	raw HTTP  POST /v3/merchant/media/upload HTTP/1.1 …    what a proxy or tcpdump shows; the answer may follow
//	HAR 1.2   {"log":{"entries":[ …                        browsers, Charles, Fiddler, mitmproxy
//	curl      curl 'https://api.mch.weixin.qq.com/… -F …    from a document, a terminal or a browser; sh and cmd.exe
//
// The format is told by the content. One file may hold several requests.
//
// # What saving does to a request
//
// A request is bytes, and most ways to save one make text of it. A terminal eats the CR of every line, a browser leaves
// the file's bytes out of a form, an editor adds a line end, a proxy decodes the chunks. None of this was the client's
// mistake, and an explanation must not name it as one. So what can be undone for certain is undone, what cannot is left
// open (a [explain.Part] whose Size is not that of its Content), and either is said in the Notes of the [Saved].
//
// # The files
//
//	capture.go    Saved, Read                   sniff.go      which format; what to do about any other
//	message.go    the lines of HTTP             raw.go        raw HTTP: requests and answers
//	body.go       where a body ends             chunked.go    chunks
//	lineends.go   CR that was lost              lost.go       files that were lost
//	answer.go     answers                       endpoint.go   which upload it is
//	har.go        the entries of a HAR          harbody.go    headers and bodies of an entry
//	hartext.go    bytes, written as text
//	curl.go       from a command to requests    options.go    the options of curl
//	data.go       -d and its kin                formarg.go    -F
//	headers.go    -H and what curl adds         target.go     URLs
//	fields.go     a form from its fields        certificate.go --cert
//	shell.go      the words of a sh line        cmd.go        … of a cmd.exe line
//	shellquote.go quotes and variables          transcript.go several commands, and what they printed
//	notes.go      every note, in English and 中文
//
// Read is pure: no clock, no network, and no file but those that a curl line names, through the caller's open. It bounds
// what it takes and what it makes of it. Whoever has the request itself, as a server does, need not look here.
package capture

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
)

// Saved is one request that somebody saved, with what came back if that was saved too. Its slices may share memory with
// the text that was read.
type Saved struct {
	// Request is what was sent. Received is the Date of the answer, or else a HAR's startedDateTime, or else zero. Body is
	// nil where only Parts are known: a curl line does not tell its boundary, and files get lost. Only a curl line tells what
	// is shown in the TLS handshake; from any other, an APIv2 upload over TLS has the Scheme "", not known.
	Request explain.Request

	Endpoint *wxup.Endpoint // the row of its path; nil if it is no upload of WeChat's

	Status int         // of the answer; 0 if that is not known
	Header http.Header // of the answer: Date, Request-ID …; nil if there is none
	Answer []byte      // its body, unpacked; nil if there is none

	Notes []explain.Words // what could not be read for certain
}

// What Read takes.
const (
	Max         = 64 << 20 // bytes of text, and again of all the files that curl lines name
	entriesMost = 10_000   // of a HAR, uploads or not
	savedMost   = 1000     // requests, in any format
	linesMost   = 1000     // header lines of one message
	unpackMost  = 16 << 20 // bytes of answers, when unpacked, all together
)

// Read reads the uploads in text; if there is none, all the requests. It tells the format by its content.
//
// open gives the content of a file that a curl line names; os.ReadFile does. It is the caller's to say which files may be
// read. If it is nil, a line that needs a file is an error. If it answers fs.ErrNotExist for the file of an upload, the
// rest of the request is still read, and that part's Size is -1.
//
// The error says what to do. Neither it nor a note holds a query, a header's value or a body.
func Read(text []byte, open func(name string) ([]byte, error)) ([]Saved, error) {
	if len(text) > Max {
		return nil, fmt.Errorf("this is larger than %d MB; save the one upload that failed, by itself", Max>>20)
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
		list[i].Notes = append(list[i].Notes, r.notes...)
	}
	return list, nil
}

func isUpload(s Saved) bool { return s.Endpoint != nil }

// A reader is one call of Read.
type reader struct {
	open       func(string) ([]byte, error)
	fileLeft   int64           // bytes of files that may still be read
	unpackLeft int64           // bytes that answers may still unpack to
	notes      []explain.Words // about the text as a whole
}

func (r *reader) read(text []byte) ([]Saved, error) {
	if err := sniffOther(text); err != nil {
		return nil, err
	}
	start := skipComments(text)
	switch {
	case bytes.HasPrefix(start, []byte("{")), bytes.HasPrefix(start, []byte("[")):
		return r.readHAR(start)
	case beginsRequest(start):
		return r.readRaw(start)
	}
	// Most of what is here is text; a copy of it is made once.
	if script := string(text); nextCurl(script) < len(script) {
		return r.readCurl(script[nextCurl(script):])
	}
	if i := findRequest(text); i >= 0 {
		r.notes = append(r.notes, noteSkipped(i))
		return r.readRaw(text[i:])
	}
	return nil, unreadable(start)
}
