package wxup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/wxup/wxup/media"
)

// upload is one file on its way to one endpoint, and what reading it has told.
type upload struct {
	content
	ep     *Endpoint
	src    *Source
	origin string // the source's name
	index  int    // of UploadAll's item
	lanes  *lanes // of UploadAll; nil for an upload alone
	change fmt.Stringer

	name   string // as sent
	format media.Format
	sha256 string
	digest string // ep.Digest, in hex
}

// upload does one upload from beginning to end.
func (c *Client) upload(ctx context.Context, up *upload) (*Result, error) {
	up.origin = up.src.name()
	res, err := c.carry(ctx, up)
	var sent int64
	if err == nil && !res.Cached {
		sent = up.size
	}
	c.tell(up, Done, sent)
	if err != nil {
		return nil, named(up.ep.Name, err)
	}
	return res, nil
}

func (c *Client) carry(ctx context.Context, up *upload) (*Result, error) {
	if err := c.open(ctx, up); err != nil {
		return nil, err
	}
	defer up.close()
	if c.Ledger != nil && !(c.fits(up.ep) && up.size > maxDigested) {
		return c.once(ctx, up)
	}
	if err := c.prepare(ctx, up); err != nil {
		return nil, err
	}
	return c.deliver(ctx, up)
}

// Check does all of an upload that comes before sending, with the Client's Fitter: would the endpoint take the file, and
// what would be changed? The Result says what would be sent, and has no URL, MediaID and RequestID. The Ledger is not asked.
func (c *Client) Check(ctx context.Context, ep Endpoint, src Source) (*Result, error) {
	up := &upload{ep: &ep, src: &src, origin: src.name()}
	if err := c.open(ctx, up); err != nil {
		return nil, named(ep.Name, err)
	}
	defer up.close()
	if err := c.prepare(ctx, up); err != nil {
		return nil, named(ep.Name, err)
	}
	return up.facts(), nil
}

// Check is [Client.Check] of a Client without settings: would the endpoint take the file as it is?
func Check(ctx context.Context, ep Endpoint, src Source) (*Result, error) {
	return new(Client).Check(ctx, ep, src)
}

// maxUnfitted is how many bytes of a source that can be read only once are kept for a Fitter.
const maxUnfitted = 256 * MB

// maxDigested is the size of a file, in bytes, up to which the Ledger is asked about it before a Fitter is. A larger one is
// no picture that can be made to fit, and its digest is not waited for.
const maxDigested = 1 << 30

func (c *Client) open(ctx context.Context, up *upload) error {
	if err := up.ep.check(); err != nil {
		return err
	}
	most := up.ep.MaxSize()
	if c.fits(up.ep) {
		most = max(most, maxUnfitted)
	}
	content, err := up.src.open(ctx, most)
	if err != nil {
		return err
	}
	up.content = *content
	return nil
}

// fits reports whether the Fitter is asked about an endpoint's files.
func (c *Client) fits(ep *Endpoint) bool {
	return c.Fit != nil && slices.ContainsFunc(ep.Accepts, func(a Accept) bool { return a.Format.Class() == media.Picture })
}

// prepare makes the file fit, if there is something to do so, and reads it once: what the endpoint would refuse is refused.
func (c *Client) prepare(ctx context.Context, up *upload) error {
	var unfit error
	if c.fits(up.ep) && up.size > 0 {
		c.tell(up, Fitting, 0)
		if unfit = c.fit(ctx, up); ctx.Err() != nil {
			return ctx.Err()
		}
	}
	c.tell(up, Hashing, 0)
	err := up.read(ctx)
	switch {
	case unfit == nil:
		return err
	case err == nil: // it would be taken; but whoever wants all pictures without their metadata must not see one sent with it
		return fmt.Errorf("fit: %w", unfit)
	}
	if refused, ok := err.(*Error); ok {
		why := unfit.Error()
		if e, ok := errors.AsType[*Error](unfit); ok && e.Reason != "" {
			why = e.Reason
		}
		refused.Reason += "; it cannot be made to fit: " + why
		refused.cause = unfit
	}
	return err
}

// fit puts in the file's place what the Fitter makes of it.
func (c *Client) fit(ctx context.Context, up *upload) error {
	format, err := up.sniff()
	if err != nil {
		return err
	}
	if _, taken := up.ep.Max(format); taken && format.Class() != media.Picture {
		return nil
	}
	fitted, err := c.Fit.Fit(ctx, *up.ep, up.origin, io.NewSectionReader(up.at, up.off, up.size))
	switch {
	case err != nil:
		return err
	case fitted == nil:
		return nil
	case len(fitted.Bytes) == 0:
		return errors.New("the Fitter made an empty file")
	}
	up.replace(fitted.Bytes)
	if up.content.name = fitted.Name; fitted.Name == "" {
		up.content.name = strings.TrimSuffix(up.origin, path.Ext(up.origin))
	}
	up.change = fitted.Change
	c.observe(up, Event{Kind: EventFit, Change: fitted.Change})
	return nil
}
