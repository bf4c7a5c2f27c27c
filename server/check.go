package server

import (
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/media"
)

// check judges the file: is it there, is it the one that was announced, does the row take it, is it what it says. The
// content decides the format, by a walk over its structure; nothing is ever decoded.
func (s *Server) check(c *call, f *upload) (*Media, error) {
	if f.file == nil {
		if f.err != nil {
			return nil, refuse(formProblem(c.ep, f.err, wxup.NoFile), "no file part was read: %s", printable(f.err.Error()))
		}
		return nil, refuse(wxup.NoFile, "the form has no part named %s", c.ep.FilePart)
	}
	for _, name := range f.twice {
		if name == f.file.Name {
			return nil, refuse(wxup.NoFile, "the form has two parts named %s", name)
		}
	}
	if f.err != nil {
		return nil, refuse(formProblem(c.ep, f.err, wxup.NoFile), "the form was not read to its end: %s", printable(f.err.Error()))
	}
	if f.file.size == 0 {
		return nil, refuse(wxup.EmptyFile, "the file part has no bytes")
	}
	name, err := c.family.agree(c, f)
	if err != nil {
		return nil, err
	}
	m := &Media{
		Account: c.rec.Account, Endpoint: c.ep.Name, SHA256: f.file.sha256, Size: f.file.size,
		Filename: name, Public: c.ep.Public, Created: c.rec.Time,
	}
	if c.ep.Expires > 0 {
		m.Expires = m.Created.Add(c.ep.Expires)
	}
	return m, s.judge(c, m, f)
}

// formProblem is how a form that cannot be read is said: too large if that is why, else as the family has words for.
func formProblem(ep *wxup.Endpoint, err error, otherwise wxup.Problem) wxup.Problem {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return wxup.TooLarge
	case ep.Family == wxup.PayV3:
		return otherwise
	case ep.Family == wxup.PayV2 && inPartHeader(err):
		return wxup.BadParameter
	}
	return wxup.BadForm
}

// inPartHeader reports whether a form failed at what a part says of itself: its name, its filename.
func inPartHeader(err error) bool {
	for _, cause := range []form.Cause{form.ErrControl, form.ErrParameter, form.ErrQuotes, form.ErrDuplicate, form.ErrFilenameStar, form.ErrNoDisposition} {
		if errors.Is(err, cause) {
			return true
		}
	}
	return false
}

// judge checks name, format, size and structure against the row.
func (s *Server) judge(c *call, m *Media, f *upload) error {
	named, known := media.BySuffix(m.Filename)
	if c.ep.NameField != "" || c.ep.Family != wxup.PayV3 {
		if _, takes := c.ep.Max(named); !known || !takes {
			return refuse(wxup.UnknownFormat, "the name %.128q does not end in one of: %s", m.Filename, c.ep.Formats())
		}
		if s.Strict && c.ep.Family == wxup.PayV3 && strings.HasSuffix(strings.ToLower(m.Filename), ".jpeg") {
			return refuse(wxup.UnknownFormat, "the documents name JPG, not JPEG")
		}
	}
	m.Format = media.Sniff(f.file.head)
	if known && m.Format.Fits(named) {
		m.Format = named // mp4, m4v and mov are one container
	}
	most, takes := c.ep.Max(m.Format)
	switch {
	case !takes:
		return refuse(wxup.NotImage, "the content is %s; taken are: %s", describe(m.Format), c.ep.Formats())
	case m.Size > most:
		return refuse(wxup.TooLarge, "%d bytes; at most %d are taken", m.Size, most)
	case f.file.data == nil:
		return refuse(formProblem(c.ep, errTooMuchForm, wxup.NoFile), "%v", errTooMuchForm)
	}
	if known && named != m.Format && m.Filename != "" {
		if s.Strict {
			return refuse(wxup.NotImage, "named as %s, but the content is %s", named, m.Format)
		}
		c.warn("named as %s, but the content is %s", named, m.Format)
	}
	if m.Format.Class() != media.Picture {
		return nil
	}
	info, err := media.WalkBytes(f.file.data)
	if err != nil {
		if errors.Is(err, media.TooBig) {
			return refuse(wxup.TooManyPixels, "%v", err)
		}
		return refuse(wxup.NotImage, "%v", err)
	}
	if info.Unended {
		if s.Strict {
			return refuse(wxup.NotImage, "the PNG's end marker is cut off")
		}
		c.warn("the PNG's end marker is cut off; all of its data is there")
	}
	m.Width, m.Height = info.Width, info.Height
	return nil
}

var errTooMuchForm = fmt.Errorf("the form around the file has more than %d bytes", formMost)

func describe(f media.Format) string {
	if f == media.Unknown {
		return "of no known format"
	}
	return string(f)
}

// sameDigest compares a digest as sent with the file's, in constant time. Upper case is let pass with a warning, unless
// lower says that it must not be.
func sameDigest(c *call, sent string, f *filePart, lower bool) error {
	have := hex.EncodeToString(f.sum.Sum(nil))
	if subtle.ConstantTimeCompare([]byte(sent), []byte(have)) == 1 {
		return nil
	}
	if subtle.ConstantTimeCompare([]byte(strings.ToLower(sent)), []byte(have)) == 1 {
		if lower || c.s.Strict {
			return refuse(wxup.BadDigest, "the digest must be in lower case")
		}
		c.warn("the digest is in upper case; the documents' examples are in lower case")
		return nil
	}
	return refuse(wxup.BadDigest, "%s says %.128q, the file that arrived (%d bytes) has %s", c.ep.DigestField, sent, f.size, have)
}

// nameMost is the most characters of a file's name, above what any document allows: the longest that file systems hold.
const nameMost = 255

// sameName compares the name in meta with that of the file part.
func sameName(c *call, inMeta string, f *filePart) error {
	if f.SameName(inMeta) || !f.HasFilename && !c.s.EnforceNames && !c.s.Strict {
		return nil
	}
	if c.s.EnforceNames || c.s.Strict {
		return refuse(wxup.NameMismatch, "meta says %.128q, the file part says %.128q", form.Base(inMeta), form.Base(f.Filename))
	}
	c.warn("meta names %.128q, the file part %.128q; the documents want them the same", inMeta, f.Filename)
	return nil
}
