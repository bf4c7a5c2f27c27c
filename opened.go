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
	"github.com/wxup/wxup/internal/source"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/wire"
)

// opened is the file of an upload: opened, made to fit, checked and digested.
type opened struct {
	facts
	source   *Source
	origin   string // the source's name
	index    int    // of UploadAll's item
	fitter   Fitter // nil: the file is sent as it is
	report   func(Event)
	progress func(Progress)

	file    *source.File
	head    []byte // its first bytes, in buffer
	buffer  *[media.SniffLen]byte
	content string // its name before it is made one that can be sent
}

// maxUnfitted is how many bytes of a source that can be read only once are kept for a Fitter.
const maxUnfitted = 256 * mb

// maxDigested is the size of a file, in bytes, up to which the Ledger is asked about it before a
// Fitter is. A larger one is not a picture that can be made to fit, and its digest is not waited
// for.
const maxDigested = 1 << 30

// heads are buffers for the first bytes of a file.
var heads = sync.Pool{New: func() any { return new([media.SniffLen]byte) }}

// open opens the source.
func (o *opened) open(ctx context.Context) (err error) {
	limit := o.ep.MaxSize()
	if o.fitter != nil {
		limit = max(limit, maxUnfitted)
	}
	if o.file, err = o.source.open(ctx, limit); err != nil {
		return err
	}
	o.content, o.size = o.origin, o.file.Size
	if err = o.readHead(); err != nil {
		o.close()
	}
	return err
}

func (o *opened) readHead() (err error) {
	if o.buffer == nil {
		o.buffer = heads.Get().(*[media.SniffLen]byte)
	}
	if o.head, err = o.file.Head(o.buffer[:]); err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	return nil
}

func (o *opened) close() {
	heads.Put(o.buffer)
	o.file.Close()
}

// observe reports a decision about the file.
func (o *opened) observe(e Event) {
	e.Endpoint, e.Name, e.Index = o.ep.Name, o.origin, o.index
	o.report(e)
}

// tell reports how far the upload has come.
func (o *opened) tell(phase Phase, sent int64) {
	if o.progress != nil {
		o.progress(Progress{o.ep.Name, o.origin, o.index, phase, sent, o.size})
	}
}

// fitAndCheck makes the file fit, and checks the result.
func (o *opened) fitAndCheck(ctx context.Context) error {
	var unfit error
	if o.size > 0 {
		o.tell(Fitting, 0)
		if unfit = o.fit(ctx); ctx.Err() != nil {
			return ctx.Err()
		}
	}
	err := o.check(ctx)
	switch {
	case unfit == nil:
		return err
	case err == nil: // the endpoint takes it; but a caller that wants all metadata stripped must not see a file sent with it
		return fmt.Errorf("fit: %w", unfit)
	}
	if refused, ok := err.(*Error); ok {
		why := both{unfit.Error(), errorIn(unfit, "zh")}
		if e, ok := errors.AsType[*Error](unfit); ok && e.Reason != "" {
			why = both{e.Reason, cmp.Or(e.chinese, e.Reason)}
		}
		refused.chinese = cmp.Or(refused.chinese, refused.Reason) + "；无法调整到符合要求：" + why.zh
		refused.Reason += "; it cannot be made to fit: " + why.en
		refused.cause = unfit
	}
	return err
}

// fit replaces the file with what the Fitter makes of it.
func (o *opened) fit(ctx context.Context) error {
	format := media.Sniff(o.head)
	if _, taken := o.ep.Max(format); taken && format.Class() != media.Picture {
		return nil
	}
	fitted, err := o.fitter.Fit(ctx, o.ep, o.origin, o.file.Section())
	switch {
	case err != nil:
		return err
	case fitted == nil:
		return nil
	case len(fitted.Bytes) == 0:
		return errors.New("the Fitter made an empty file")
	}
	o.file.Replace(fitted.Bytes)
	o.content = cmp.Or(fitted.Name, strings.TrimSuffix(o.origin, path.Ext(o.origin)))
	o.size, o.sha256, o.change = o.file.Size, "", fitted.Change
	o.observe(Event{Kind: EventFit, Change: fitted.Change})
	return o.readHead()
}

// takesPictures reports whether a Fitter is asked about an endpoint's files.
func takesPictures(ep *Endpoint) bool {
	return slices.ContainsFunc(ep.Accepts, func(a Accept) bool { return a.Format.Class() == media.Picture })
}

// check reads the file once: what the endpoint would refuse is refused, the rest is digested.
func (o *opened) check(ctx context.Context) (err error) {
	o.tell(Hashing, 0)
	if limit := o.ep.MaxSize(); o.size > limit {
		return tooLarge(o.size, limit)
	}
	if o.format, err = o.ep.Judge(o.content, o.head, o.size); err != nil {
		return err
	}
	o.name = sentName(o.ep, o.content, o.format)
	var sum, digest hash.Hash
	var sums []io.Writer
	if o.sha256 == "" {
		sum = sha256.New()
		sums = append(sums, sum)
	}
	if o.ep.Digest != "" && o.ep.Digest != media.SHA256 {
		digest, _ = media.NewDigest(o.ep.Digest)
		sums = append(sums, digest)
	}
	damage, err := o.walk(ctx, io.MultiWriter(sums...))
	switch {
	case err != nil:
		return fmt.Errorf("read the file: %w", err)
	case errors.Is(damage, media.NotPicture): // a row of a user's own takes what cannot be walked
	case errors.Is(damage, media.TooBig):
		return refuse(TooManyPixels, "%v", damage)
	case damage != nil:
		return refuse(NotImage, "%v", damage)
	}
	if sum != nil {
		o.sha256 = hex.EncodeToString(sum.Sum(nil))
	}
	o.digest = o.sha256
	if digest != nil {
		o.digest = hex.EncodeToString(digest.Sum(nil))
	}
	return nil
}

// walk writes the file to sums, and says what is wrong with it if it is a picture. A damaged one
// may be written in part.
func (o *opened) walk(ctx context.Context, sums io.Writer) (damage, err error) {
	picture := o.format.Class() == media.Picture
	holds := func() bool { return damage == nil || errors.Is(damage, media.NotPicture) }
	held, err := o.file.Look(func(b []byte) {
		if picture {
			_, damage = media.WalkBytes(b)
		}
		if holds() {
			sums.Write(b)
		}
	})
	if held {
		return damage, cmp.Or(err, ctx.Err())
	}
	file := &source.Counted{R: io.TeeReader(source.WithContext(ctx, o.file.Section()), sums), Want: o.size}
	if picture {
		_, damage = media.Walk(file)
	}
	if holds() {
		io.Copy(io.Discard, file)
	}
	return damage, file.Err
}

// sentName makes a name that the endpoint takes: see Source.Name.
func sentName(ep *Endpoint, name string, format media.Format) string {
	name = form.SafeName(cmp.Or(name, "file"))
	suffixed, known := media.BySuffix(name)
	if _, taken := ep.Max(suffixed); !known || !taken {
		name += "." + format.Suffix()
	}
	if over := utf8.RuneCountInString(name) - cmp.Or(ep.NameMax, wire.NameMax); over > 0 {
		suffix := path.Ext(name)
		stem := []rune(strings.TrimSuffix(name, suffix))
		name = string(stem[:max(len(stem)-over, 0)]) + suffix
	}
	return name
}
