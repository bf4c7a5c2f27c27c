package wxup

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/media"
)

// defaultNameMax is how many characters a file name may have where the row does not say.
const defaultNameMax = 128

// check says what a row of a user's own lacks.
func (ep *Endpoint) check() error {
	switch {
	case ep.Family != PayV3 && ep.Family != PayV2 && ep.Family != Account:
		return fmt.Errorf("the endpoint's Family is %q", ep.Family)
	case !strings.HasPrefix(ep.Path, "/"):
		return fmt.Errorf("the endpoint's Path %q does not begin with /", ep.Path)
	case ep.FilePart == "" || ep.Answer == "" || len(ep.Accepts) == 0:
		return errors.New("the endpoint needs FilePart, Answer and Accepts")
	case ep.Family == PayV3 && ep.MetaPart == "", ep.Family != Account && (ep.DigestField == "" || ep.Digest == ""):
		return errors.New("the endpoint needs MetaPart, DigestField and Digest")
	}
	return nil
}

// read goes over the file once: format, structure and digests.
func (up *upload) read(ctx context.Context) error {
	switch {
	case up.size == 0:
		return refuse(EmptyFile, "")
	case up.size > up.ep.MaxSize():
		return tooLarge(up.size, up.ep.MaxSize())
	}
	var err error
	if up.format, err = up.sniff(); err != nil {
		return err
	}
	if err := up.judge(); err != nil {
		return err
	}
	sum := sha256.New()
	digest, sums := hash.Hash(sum), io.Writer(sum)
	if up.ep.Digest != "" && up.ep.Digest != media.SHA256 {
		var known bool
		if digest, known = media.NewDigest(up.ep.Digest); !known {
			return fmt.Errorf("the endpoint's Digest is %q", up.ep.Digest)
		}
		sums = io.MultiWriter(sum, digest)
	}
	damage, err := up.walk(ctx, sums)
	switch {
	case err != nil:
		return fmt.Errorf("read the file: %w", err)
	case errors.Is(damage, media.NotPicture): // a row of a user's own takes what is never walked
	case errors.Is(damage, media.TooBig):
		return refuse(TooManyPixels, "%v", damage)
	case damage != nil:
		return refuse(NotImage, "%v", damage)
	}
	up.sha256, up.digest = hex.EncodeToString(sum.Sum(nil)), hex.EncodeToString(digest.Sum(nil))
	return nil
}

// walk gives the content to sums, and tells what is wrong with it if it is a picture. What does not hold together may be
// given in part.
func (up *upload) walk(ctx context.Context, sums io.Writer) (damage, err error) {
	picture := up.format.Class() == media.Picture
	holds := func() bool { return damage == nil || errors.Is(damage, media.NotPicture) }
	if up.whole != nil {
		err = up.whole.look(func(b []byte) {
			if picture {
				_, damage = media.WalkBytes(b)
			}
			if holds() {
				sums.Write(b)
			}
		})
		return damage, cmp.Or(err, ctx.Err())
	}
	file := &tally{r: io.TeeReader(&contextReader{ctx, up.reader()}, sums), want: up.size}
	if picture {
		_, damage = media.Walk(file)
	}
	if holds() {
		io.Copy(io.Discard, file)
	}
	return damage, file.err
}

// sniff is the format of the content, by its first bytes.
func (c *content) sniff() (media.Format, error) {
	head := heads.Get().(*[media.SniffLen]byte)
	defer heads.Put(head)
	first := head[:min(c.size, media.SniffLen)]
	n, err := c.at.ReadAt(first, c.off)
	switch {
	case n == len(first):
		return media.Sniff(first), nil
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	return media.Unknown, fmt.Errorf("read the file: %w", err)
}

var heads = sync.Pool{New: func() any { return new([media.SniffLen]byte) }}

// facts is a Result with what is known of the file.
func (up *upload) facts() *Result {
	return &Result{Endpoint: up.ep.Name, Name: up.name, Format: up.format, Size: up.size, SHA256: up.sha256, Fitted: up.change}
}

// result is the Result of an upload that was answered with value.
func (c *Client) result(up *upload, value, requestID string) *Result {
	res := up.facts()
	res.RequestID = requestID
	if up.ep.Public {
		res.URL = value
	} else {
		res.MediaID = value
	}
	if up.ep.Expires > 0 {
		res.Expires = c.now().Add(up.ep.Expires)
	}
	return res
}

// judge looks at the file's format, and with that at its name and size.
func (up *upload) judge() error {
	most, taken := up.ep.Max(up.format)
	if !taken { // what shares its container with a format that is taken, as mp4, m4v and mov do, is believed to be that
		suffixed, _ := media.BySuffix(up.content.name)
		for _, a := range up.ep.Accepts {
			if up.format.Fits(a.Format) && (!taken || a.Format == suffixed) {
				most, taken, up.format = a.Max, true, a.Format
			}
		}
	}
	switch {
	case !taken && up.format == media.Unknown:
		return refuse(NotImage, "its format is not known; %s takes %s", up.ep.Name, up.ep.Formats())
	case !taken:
		return refuse(NotImage, "it is %s by its content; %s takes %s", up.format, up.ep.Name, up.ep.Formats())
	case up.size > most:
		return tooLarge(up.size, most)
	}
	up.name = sentName(up.ep, up.content.name, up.format)
	return nil
}

// sentName makes of a name one that the endpoint takes: see Source.Name.
func sentName(ep *Endpoint, name string, format media.Format) string {
	if name == "" {
		name = "file"
	}
	name = form.SafeName(name)
	suffixed, known := media.BySuffix(name)
	if _, taken := ep.Max(suffixed); !known || !taken {
		name += "." + format.Suffix()
	}
	most := ep.NameMax
	if most == 0 {
		most = defaultNameMax
	}
	if over := utf8.RuneCountInString(name) - most; over > 0 {
		suffix := path.Ext(name)
		stem := []rune(strings.TrimSuffix(name, suffix))
		name = string(stem[:max(len(stem)-over, 0)]) + suffix
	}
	return name
}

// field is a member of meta, or a form field.
type field struct{ name, value string }

// extra lists what is sent beside the file's name and digest: the row's fields in their order, then what else the caller
// gives, sorted.
func (up *upload) extra() ([]field, error) {
	var list []field
	given := func(name string) (string, bool) { value, ok := up.src.Meta[name]; return value, ok }
	for _, f := range up.ep.Fields {
		value, ok := given(f.Name)
		if !ok {
			value = f.Value
		}
		switch {
		case value != "":
			list = append(list, field{f.Name, value})
		case f.Required:
			return nil, refuse(BadMeta, "%s needs a value for %s (Source.Meta)", up.ep.Name, f.Name)
		}
	}
	var rest []field
	for name, value := range up.src.Meta {
		switch {
		case name == up.ep.NameField || name == up.ep.DigestField:
			return nil, refuse(BadMeta, "%s is not for Source.Meta, it is made from the file", name)
		case !slices.ContainsFunc(up.ep.Fields, func(f MetaField) bool { return f.Name == name }):
			rest = append(rest, field{name, value})
		}
	}
	slices.SortFunc(rest, func(a, b field) int { return strings.Compare(a.name, b.name) })
	return append(list, rest...), nil
}

// refuse is a refusal that needs no server. The endpoint's name is put in later.
func refuse(p Problem, format string, args ...any) *Error {
	return &Error{Problem: p, Reason: fmt.Sprintf(format, args...)}
}

// tooLarge is the refusal of a file of size bytes, or of more than limit if that is not known.
func tooLarge(size, limit int64) *Error {
	if size < 0 {
		return refuse(TooLarge, "it has more than %s", bytesText(limit))
	}
	return refuse(TooLarge, "it has %d bytes; at most %s are taken", size, bytesText(limit))
}

func bytesText(n int64) string {
	switch {
	case n >= MB && n%MB == 0:
		return fmt.Sprintf("%d bytes (%d MB)", n, n/MB)
	case n >= KB && n%KB == 0:
		return fmt.Sprintf("%d bytes (%d KB)", n, n/KB)
	}
	return fmt.Sprintf("%d bytes", n)
}

// tally counts what is read, and keeps the error, which a parser in front of it may hide.
type tally struct {
	r       io.Reader
	n, want int64
	err     error
}

func (t *tally) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	t.n += int64(n)
	switch {
	case err == io.EOF && t.n < t.want:
		t.err = fmt.Errorf("it ended after %d of %d bytes: %w", t.n, t.want, io.ErrUnexpectedEOF)
		err = t.err
	case err != nil && err != io.EOF:
		t.err = err
	}
	return n, err
}
