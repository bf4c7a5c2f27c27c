package server

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/wire"
)

// upload is a form that was received.
type upload struct {
	raw    []byte            // the body as sent, up to the most that a form may have
	fields map[string]string // the text parts; of a repeated name the first counts
	twice  []string          // the repeated names
	cut    bool              // the form could not be read to the end of its last part
	size   int64             // of the form, its closing delimiter included, if it was read to its end
	meta   []byte            // raw; nil if there was none
	file   *filePart
	err    error // why the form could not be read to its end; the parts before are here all the same

	metaNamed bool // meta has a filename
	misread   bool // the real service does not see all of it

	records  []PartRecord
	parts    []explain.Part
	offsets  []int64 // of the parts' contents in the body
	warnings []form.Warning
}

// filePart is the file of a form.
type filePart struct {
	*form.Part
	data   []byte // a slice of upload.raw; nil if not all of it was kept
	head   []byte // the beginning, long enough to tell the format, however large the file is
	size   int64
	sum    hash.Hash
	sha256 string // of all bytes, hex
}

// Limits of the parts of a form other than the file, in bytes. Real clients send less than 1 KB in
// all of them.
const (
	maxField = 16 << 10
	maxForm  = 64 << 10 // everything but the file
	maxBody  = 32 << 20 // a larger body is not even read to find out what is wrong with it
)

// readUpload takes a form apart while it arrives, and hashes its file. The file is a slice of what
// b keeps. met is called with each text part before the next one is read. A form that cannot be
// read to its end is an upload with err set: the parts before may still prove who sent it.
func readUpload(ep *wxup.Endpoint, contentType string, b *body, met func(*upload) error) *upload {
	u := &upload{fields: map[string]string{}}
	r, err := form.NewReader(b, contentType, form.Limits{})
	if err != nil {
		u.err = err
		if ep.Family == wxup.FamilyAccount { // what it is instead may hold the token
			io.Copy(io.Discard, io.LimitReader(b, maxForm))
			u.raw = b.kept
		}
		return u
	}
	u.err = u.readParts(ep, r, met)
	if u.warnings, u.raw = r.Warnings(), b.kept; u.err == nil {
		u.size = r.Size()
	}
	for i := range u.parts {
		if u.parts[i].Content == nil {
			u.parts[i].Content = b.piece(u.offsets[i], u.parts[i].Size)
		}
	}
	if u.cut {
		u.parts[len(u.parts)-1].Size++ // it was to be longer
	}
	if f := u.file; f != nil {
		f.head = b.piece(f.Offset, min(f.size, media.SniffLen))
		if data := b.piece(f.Offset, f.size); int64(len(data)) == f.size {
			f.data = data
		}
	}
	return u
}

func (u *upload) readParts(ep *wxup.Endpoint, r *form.Reader, met func(*upload) error) error {
	var long error // the parts behind a text that is too long are read all the same
	for {
		p, err := r.Next()
		if err == io.EOF {
			return long
		}
		if err != nil {
			return err
		}
		rec := PartRecord{Name: p.Name, Filename: p.Filename, Header: string(p.Header)}
		switch {
		case isFilePart(ep, p) && u.file == nil:
			err = u.readFile(ep, p)
			rec.Size, rec.SHA256 = u.file.size, u.file.sha256
		case isFilePart(ep, p), p.HasFilename && p.Name != ep.MetaPart: // a second file, or one under another name
			if p.Name == ep.FilePart {
				u.twice = append(u.twice, p.Name)
			}
			rec.Size, err = p.WriteTo(io.Discard)
		default:
			var text []byte
			text, rec.Size, err = readText(p)
			rec.Text = string(text)
			u.addText(ep, p, text)
			switch {
			case errors.Is(err, form.ErrTextTooLong):
				long, err = cmp.Or(long, err), nil
			case err == nil:
				err = met(u)
			}
		}
		u.records = append(u.records, rec)
		var content []byte  // or nil: see readUpload
		if rec.Text != "" { // it may be behind a file that is too large to keep
			content = []byte(rec.Text)
		}
		u.cut = err != nil
		u.parts = append(u.parts, explain.Part{
			Name: p.Name, Filename: p.Filename, HasFilename: p.HasFilename, FilenameStar: p.FilenameStar,
			ContentType: p.ContentType, Header: slices.Clone(p.Header), Content: content, Size: rec.Size,
		})
		u.offsets = append(u.offsets, p.Offset)
		if err != nil {
			return err
		}
	}
}

// readText reads a text to its end, and returns none that is too long.
func readText(p *form.Part) (text []byte, size int64, err error) {
	kept := start{}
	size, err = p.WriteTo(&kept)
	switch {
	case err != nil:
		return nil, size, err
	case size > maxField:
		return nil, size, &form.Error{Cause: form.ErrTextTooLong, Part: p.Number, Detail: fmt.Sprintf("field %.64q, %d bytes", p.Name, size)}
	}
	return kept, size, nil
}

// start keeps the first bytes that are written to it.
type start []byte

func (s *start) Write(b []byte) (int, error) {
	*s = append(*s, b[:min(len(b), maxField-len(*s))]...)
	return len(b), nil
}

func isFilePart(ep *wxup.Endpoint, p *form.Part) bool {
	return p.Name == ep.FilePart || slices.Contains(ep.FileAliases, p.Name)
}

func (u *upload) addText(ep *wxup.Endpoint, p *form.Part, text []byte) {
	if p.Name == "" {
		return
	}
	if _, ok := u.fields[p.Name]; ok {
		u.twice = append(u.twice, p.Name)
		return
	}
	u.fields[p.Name] = string(text)
	if p.Name == ep.MetaPart {
		u.meta, u.metaNamed = text, p.HasFilename
	}
}

func (u *upload) readFile(ep *wxup.Endpoint, p *form.Part) error {
	sum := sha256.New()
	u.file = &filePart{Part: p, sum: sum}
	into := io.Writer(sum)
	if ep.Digest != "" && ep.Digest != media.SHA256 {
		u.file.sum, _ = media.NewDigest(ep.Digest)
		into = io.MultiWriter(sum, u.file.sum)
	}
	var err error
	u.file.size, err = p.WriteTo(into)
	u.file.sha256 = hex.EncodeToString(sum.Sum(nil))
	return err
}

// field returns the value of a field that was sent beside the file, or "".
func (u *upload) field(f wxup.Field) string {
	if f.Part == "" {
		return u.fields[f.Name]
	}
	object, err := wire.ParseObject([]byte(u.fields[f.Part]))
	if err != nil {
		return ""
	}
	value, _ := object.Text(f.Name)
	return value
}
