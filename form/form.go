// Package form writes and reads the body of an upload: multipart/form-data with a few text parts and one file.
//
// All three families of uploads use it. An APIv3 body, as the documents lay it out; every line ends with CR LF:
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
// [New] makes a [Body] of everything but the file. It knows the length before the file is read, never copies the file,
// and can be sent again after a failure:
//
//	body, err := form.New(
//		form.File{Part: "file", Filename: "filea.jpg", ContentType: "image/jpeg"},
//		form.Field{Name: "meta", Value: meta, ContentType: "application/json"})
//	req, err := http.NewRequest("POST", url, body.Reader(file))
//	req.ContentLength = body.Len(size)
//	req.Header.Set("Content-Type", body.ContentType())
//
// What it writes is the plainest form there is, because the real servers read no other: boundary not quoted, no
// Content-Length inside a part, no filename on a field, filename= and never filename*=.
//
// # Reading
//
// A [Reader] takes a body apart as it arrives, in one small buffer, and keeps each part's bytes as sent: an APIv3
// signature covers the raw bytes of meta. What clients send differs in many small ways, and most of them work with the
// real service; the Reader accepts them and notes as a [Warning] each one that the real service is known, or likely,
// not to understand. What cannot be read for certain is refused with an [Error] that says what to mend.
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
// Go's own mime/multipart serves most programs better. This package is for who must know exactly what was sent.
package form

import "strings"

// Base gives the last element of a path written with / or \: the name that a client which sends its whole local path
// ("C:\pics\a.jpg", "/tmp/a.jpg") meant. It is "" when nothing is left, or only "." or "..".
//
// The result is a label. It may still hold anything but / and \, and is not fit to be a path.
func Base(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if name == "." || name == ".." {
		return ""
	}
	return name
}
