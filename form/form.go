// Package form writes and reads the body of an upload: multipart/form-data with a few text parts
// and one file.
//
// All three families of uploads use it. An APIv3 body, as the documents lay it out; every line ends
// with CR LF:
//
//	Content-Type: multipart/form-data; boundary=wxup5b1f…
//
//	--wxup5b1f…
//	Content-Disposition: form-data; name="meta"
//	Content-Type: application/json
//
//	{"filename":"filea.jpg","sha256":"…"}
//	--wxup5b1f…
//	Content-Disposition: form-data; name="file"; filename="filea.jpg"
//	Content-Type: image/jpeg
//
//	<the file's bytes>
//	--wxup5b1f…--
//
// # Writing
//
// [New] makes a [Body] of everything but the file. A Body knows its length before the file is read,
// never copies the file, and can be sent again after a failure:
//
//	body, err := form.New(
//		form.File{Part: "file", Filename: "filea.jpg", ContentType: "image/jpeg"},
//		form.Field{Name: "meta", Value: meta, ContentType: "application/json"})
//	req, err := http.NewRequest("POST", url, body.Reader(file))
//	req.ContentLength = body.Len(size)
//	req.Header.Set("Content-Type", body.ContentType())
//
// It writes the plainest form possible, because the real servers read no other: boundary not
// quoted, no Content-Length inside a part, no filename on a field, filename= and never filename*=.
//
// # Reading
//
// A [Reader] parses a body as it arrives, in one small buffer, and returns each part's bytes as
// sent: an APIv3 signature covers the raw bytes of meta. Clients differ in many small ways, most of
// which work with the real service; the Reader accepts them and records as a [Warning] each one
// that the real service is known, or likely, not to understand. It refuses what is ambiguous with
// an [Error] that says what to fix.
//
//	r, err := form.NewReader(req.Body, req.Header.Get("Content-Type"), form.Limits{})
//	for {
//		part, err := r.Next()
//		if err == io.EOF {
//			break // the closing delimiter was there: the form is whole
//		}
//		…
//	}
//
// Most programs are better served by mime/multipart. This package is for programs that must know
// exactly what was sent.
package form

import "strings"

// Base returns the last element of a path written with / or \, for clients that send a whole local
// path ("C:\pics\a.jpg", "/tmp/a.jpg"). It returns "" if nothing is left, or only "." or "..".
//
// The result is a label. It may hold anything but / and \; do not use it as a path.
func Base(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if name == "." || name == ".." {
		return ""
	}
	return name
}
