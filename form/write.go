package form

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Field is a text part: meta, or one value of an APIv2 form.
type Field struct {
	Name        string // meta, mch_id
	Value       string // sent byte for byte
	ContentType string // application/json for meta; "" leaves the header out
}

// A File is the part that holds the file, whose bytes come later.
type File struct {
	Part        string // the part's name: file on APIv3, media on APIv2 and the account API
	Filename    string // see SafeName; the account API wants an extension in it
	ContentType string // image/jpeg; "" leaves the header out
}

// A Body is a form without its file. It is immutable: it can be sent many times, concurrently too.
type Body struct {
	boundary string
	prefix   []byte // the fields, and the headers of the file's part
	suffix   []byte // the closing delimiter
}

// New returns a form with the fields in their order, then the file, as documented.
//
// Names, file name and types must need no escaping in a header. WeChat compares the file name with
// meta.filename and documents neither escape for a quote (%22 as browsers write it, \" as Go does),
// so New escapes nothing and refuses with ErrUnsafe: quotes, backslashes, control characters, a
// literal %22, invalid UTF-8, an empty name. SafeName turns any name into one that New accepts; use
// its result in meta, too.
func New(file File, fields ...Field) (*Body, error) {
	var random [16]byte
	rand.Read(random[:]) // never fails
	return layOut("wxup"+hex.EncodeToString(random[:]), file, fields)
}

func layOut(boundary string, file File, fields []Field) (*Body, error) {
	var b bytes.Buffer
	b.Grow(1 << 10) // usually enough
	for _, f := range fields {
		if err := checkHeader("field name", f.Name, f.ContentType); err != nil {
			return nil, err
		}
		b.WriteString("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + f.Name + "\"\r\n")
		if f.ContentType != "" {
			b.WriteString("Content-Type: " + f.ContentType + "\r\n")
		}
		b.WriteString("\r\n" + f.Value + "\r\n")
	}
	if err := checkHeader("part name", file.Part, file.ContentType); err != nil {
		return nil, err
	}
	if err := checkHeader("file name", file.Filename, ""); err != nil {
		return nil, err
	}
	b.WriteString("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + file.Part + "\"; filename=\"" + file.Filename + "\"\r\n")
	if file.ContentType != "" {
		b.WriteString("Content-Type: " + file.ContentType + "\r\n")
	}
	b.WriteString("\r\n")
	return &Body{boundary, b.Bytes(), []byte("\r\n--" + boundary + "--\r\n")}, nil
}

// checkHeader refuses a name that would need escaping between quotes, and a type that would break a
// header line.
func checkHeader(what, name, contentType string) error {
	switch {
	case name == "":
		return errorf(ErrUnsafe, "%s is empty", what)
	case !utf8.ValidString(name), strings.ContainsAny(name, `"\`), strings.Contains(name, "%22"), strings.ContainsFunc(name, unicode.IsControl):
		return errorf(ErrUnsafe, "%s %s", what, quote(name))
	case !utf8.ValidString(contentType), strings.ContainsFunc(contentType, unicode.IsControl):
		return errorf(ErrUnsafe, "content type %s", quote(contentType))
	}
	return nil
}

// ContentType returns the request's Content-Type. The boundary has 36 letters and digits and no
// quotes, which the real service does not understand there.
func (b *Body) ContentType() string {
	return "multipart/form-data; boundary=" + b.boundary
}

// Len returns the length in bytes of the whole body with a file of fileSize bytes: the request's
// Content-Length, without which the account API answers 412. For an unknown size, below zero, it is
// -1.
func (b *Body) Len(fileSize int64) int64 {
	if fileSize < 0 {
		return -1
	}
	return int64(len(b.prefix)) + fileSize + int64(len(b.suffix))
}

// Reader streams the body with file in its place. Each call returns an independent reader: to send
// again, call it again with the file from its start. It passes on an error of file, and the form
// then lacks its end.
//
// It fills the buffer that it reads into, so that the file's last bytes and the form's end are one
// write to the network.
func (b *Body) Reader(file io.Reader) io.Reader {
	return &filling{[]io.Reader{bytes.NewReader(b.prefix), file, bytes.NewReader(b.suffix)}}
}

// filling is an io.MultiReader that fills the buffer from as many readers as it takes.
type filling struct{ readers []io.Reader }

func (f *filling) Read(p []byte) (n int, err error) {
	for len(f.readers) > 0 && n < len(p) {
		m, err := f.readers[0].Read(p[n:])
		n += m
		switch {
		case err == io.EOF:
			f.readers = f.readers[1:]
		case err != nil:
			return n, err
		case m == 0:
			return n, nil
		}
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// SafeName turns any path or name into a file name that New accepts and every server reads alike:
// its Base, with ' for a quote and _ for control characters, invalid UTF-8 and characters above
// U+FFFF (the documents ask for UTF-8 of at most three bytes: no emoji). It keeps the extension and
// the length. Of an empty name it makes "file".
func SafeName(name string) string {
	name = strings.ReplaceAll(Base(name), "%22", "'")
	name = strings.Map(func(c rune) rune {
		switch {
		case c == '"':
			return '\''
		case unicode.IsControl(c), c == utf8.RuneError, c > 0xFFFF:
			return '_'
		}
		return c
	}, name)
	if name == "" {
		return "file"
	}
	return name
}
