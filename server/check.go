package server

import (
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/problem"
)

// check judges the file: whether it is there, is the one that was announced, has a format that the
// row takes, and is what it claims to be. The content decides the format, by a walk over its
// structure; nothing is ever decoded.
func (s *Server) check(c *call, u *upload) (*Media, error) {
	if u.file == nil {
		if u.err != nil {
			return nil, refuse(formProblem(c.ep, u.err, problem.NoFile), "no file part was read: %s", printable(u.err.Error()))
		}
		return nil, refuse(problem.NoFile, "the form has no part named %s", c.ep.FilePart)
	}
	switch {
	case slices.Contains(u.twice, u.file.Name):
		return nil, refuse(problem.NoFile, "the form has two parts named %s", u.file.Name)
	case u.err != nil:
		return nil, refuse(formProblem(c.ep, u.err, problem.NoFile), "the form was not read to its end: %s", printable(u.err.Error()))
	case u.file.size == 0:
		return nil, refuse(problem.EmptyFile, "the file part has no bytes")
	}
	name, err := c.family.agree(c, u)
	if err != nil {
		return nil, err
	}
	m := &Media{
		Account: c.rec.Account, Endpoint: c.ep.Name, SHA256: u.file.sha256, Size: u.file.size,
		Filename: c.s.Secrets.Mask(name), Public: c.ep.Public(), Created: c.rec.Time,
	}
	if c.ep.Expires > 0 {
		m.Expires = m.Created.Add(c.ep.Expires)
	}
	return m, s.judge(c, m, u.file)
}

// formProblem is the problem of a form that cannot be read: too large if that is why, else what the
// family has words for.
func formProblem(ep *wxup.Endpoint, err error, otherwise problem.Problem) problem.Problem {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return problem.TooLarge
	case ep.Family == wxup.PayV3:
		return otherwise
	case ep.Family == wxup.PayV2 && inPartHeader(err):
		return problem.BadParameter
	}
	return problem.BadForm
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
func (s *Server) judge(c *call, m *Media, file *filePart) (err error) {
	named, known := media.BySuffix(m.Filename)
	if c.ep.NameField != "" || c.ep.Family != wxup.PayV3 {
		if _, takes := c.ep.Max(named); !known || !takes {
			return refuse(problem.UnknownFormat, "the name %.128q does not end in one of: %s", m.Filename, c.ep.Formats())
		}
		if s.Strict && c.ep.Family == wxup.PayV3 && strings.HasSuffix(strings.ToLower(m.Filename), ".jpeg") {
			return refuse(problem.UnknownFormat, "the documents name JPG, not JPEG")
		}
	}
	var unfit *wxup.Error
	if m.Format, err = c.ep.Judge(m.Filename, file.head, m.Size); errors.As(err, &unfit) {
		return refuse(unfit.Problem, "%s", unfit.Reason)
	} else if err != nil {
		return internal("judge the file", err)
	}
	if file.data == nil {
		return refuse(formProblem(c.ep, errTooMuchForm, problem.NoFile), "%v", errTooMuchForm)
	}
	if known && !m.Format.Fits(named) && m.Filename != "" {
		if s.Strict {
			return refuse(problem.NotImage, "named as %s, but the content is %s", named, m.Format)
		}
		c.warn("named as %s, but the content is %s", named, m.Format)
	}
	if m.Format.Class() != media.Picture {
		return nil
	}
	info, err := media.WalkBytes(file.data)
	switch {
	case errors.Is(err, media.NotPicture): // a row of the operator's own takes a format that is not walked
		return nil
	case errors.Is(err, media.TooBig):
		return refuse(problem.TooManyPixels, "%v", err)
	case err != nil:
		return refuse(problem.NotImage, "%v", err)
	}
	if info.Unended {
		if s.Strict {
			return refuse(problem.NotImage, "the PNG's end marker is cut off")
		}
		c.warn("the PNG's end marker is cut off; all of its data is there")
	}
	m.Width, m.Height = info.Width, info.Height
	return nil
}

var errTooMuchForm = fmt.Errorf("the form around the file has more than %d bytes", maxForm)

// requiredFields checks the text parts that the row requires beside the file.
func requiredFields(ep *wxup.Endpoint, u *upload) error {
	for _, f := range ep.Fields {
		if f.Required && u.field(f) == "" {
			return refuse(problem.BadParameter, "the form has no %s", strings.TrimPrefix(f.Part+"."+f.Name, "."))
		}
	}
	return nil
}

// sameDigest compares the digest that was sent with the file's, in constant time. Upper case passes
// with a warning, unless lower forbids it. A row without a digest agrees with every file.
func sameDigest(c *call, sent string, file *filePart, lower bool) error {
	if c.ep.DigestField == "" {
		return nil
	}
	have := hex.EncodeToString(file.sum.Sum(nil))
	if subtle.ConstantTimeCompare([]byte(sent), []byte(have)) == 1 {
		return nil
	}
	if subtle.ConstantTimeCompare([]byte(strings.ToLower(sent)), []byte(have)) == 1 {
		if lower || c.s.Strict {
			return refuse(problem.BadDigest, "the digest must be in lower case")
		}
		c.warn("the digest is in upper case; the documents' examples are in lower case")
		return nil
	}
	return refuse(problem.BadDigest, "%s says %.128q, the received file (%d bytes) has %s", c.ep.DigestField, sent, file.size, have)
}

// maxName is the limit of a file name in characters, above what any document allows: the longest
// that file systems hold.
const maxName = 255

// sameName compares the name in meta with the file part's.
func sameName(c *call, inMeta string, file *filePart) error {
	if file.SameName(inMeta) || !file.HasFilename && !c.s.EnforceNames && !c.s.Strict {
		return nil
	}
	if c.s.EnforceNames || c.s.Strict {
		return refuse(problem.NameMismatch, "meta says %.128q, the file part says %.128q", form.Base(inMeta), form.Base(file.Filename))
	}
	if c.s.GBK != nil {
		if b, ok := c.s.GBK(file.Filename); ok && string(b) == inMeta {
			c.warn("meta is in GBK, where the documents want UTF-8; it names %.128q", file.Filename)
			return nil
		}
	}
	c.warn("meta names %.128q, the file part %.128q; the documents want them the same", inMeta, file.Filename)
	return nil
}
