package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/media"
)

// receive is the way of one upload, top to bottom. It gives what was kept, or a refusal. Cheap checks come first, and
// nothing that only the account's owner should learn is said before the claim is proved.
func (s *Server) receive(c *call) (_ *Media, err error) {
	var f *upload
	defer func() {
		c.explain(f, err)
		c.keepRefused(f, err)
		if f != nil {
			s.budget.give(f.reserved)
		}
	}()
	if s.stopped.Load() {
		return nil, refuse(wxup.Unavailable, "the server is stopping")
	}
	if err := c.step("admit", c.family.admit(c)); err != nil {
		return nil, err
	}
	f, err = s.read(c)
	if c.step("read", err) != nil {
		return nil, err
	}
	if err := c.step("prove", c.family.prove(c, f)); err != nil {
		return nil, err
	}
	c.rec.Proven = true
	if err := c.step("replay", s.replayed(c.ctx, c.rec.Nonce, c.rec.Time)); err != nil {
		return nil, err
	}
	if err := c.step("rate", s.rate(c)); err != nil {
		return nil, err
	}
	m, err := s.check(c, f)
	if c.step("check", err) != nil {
		return nil, err
	}
	if s.Veto != nil {
		if err := c.step("veto", c.veto()); err != nil {
			return nil, err
		}
	}
	if err := c.step("keep", s.keep(c, m, f)); err != nil {
		return nil, err
	}
	return m, nil
}

func (s *Server) keep(c *call, m *Media, f *upload) error {
	if err := s.Keeper.Keep(c.r.Context(), m, bytes.NewReader(f.file.data)); err != nil { // it has a time of its own
		return internal("keep the file", err)
	}
	if m.Public {
		m.URL = c.publicURL(m)
	}
	return nil
}

// keepRefused keeps a refused file for the operator. That it cannot be kept changes nothing.
func (c *call) keepRefused(f *upload, err error) {
	var r refusal
	if !c.s.KeepRefused || !errors.As(err, &r) || r.Temporary() || !isLoopback(c.rec.Remote) || f == nil || f.file == nil || len(f.file.data) == 0 {
		return
	}
	m := &Media{
		Account: "refused", Endpoint: c.ep.Name, SHA256: f.file.sha256, Size: f.file.size, Format: media.Sniff(f.file.head), Created: c.rec.Time,
	}
	if err := c.s.Keeper.Keep(c.ctx, m, bytes.NewReader(f.file.data)); err != nil {
		return
	}
	for i := range c.rec.Request.Parts {
		if p := &c.rec.Request.Parts[i]; p.SHA256 == m.SHA256 {
			p.Kept, p.Format = m.ID, m.Format
		}
	}
}

// upload is a form that has arrived.
type upload struct {
	raw      []byte            // the body as it came, up to what was reserved for it
	fields   map[string]string // the text parts; of one that came twice the first counts
	twice    []string          // the names of those
	meta     []byte            // raw; nil if there was none
	file     *filePart
	err      error // why the form could not be read to its end; what came before is here all the same
	reserved int64 // bytes of the budget
	parts    []explain.Part
	warnings []form.Warning
}

// filePart is the file of a form.
type filePart struct {
	*form.Part
	data   []byte // a piece of upload.raw; nil if it is not all in there
	head   []byte // as much of its beginning as tells its format, however large it is
	size   int64
	sum    hash.Hash
	sha256 string // of all bytes, hex
}

// Limits of a form's parts that are not the file. The forms of real clients use less than 1 KB of it all.
const (
	fieldMost = 16 * wxup.KB
	formMost  = 64 * wxup.KB // of all that is not the file
	bodyMost  = 32 * wxup.MB // above it a body is not even read to find out what is wrong
)

// slowest is the rate below which a body is given up, in bytes a second, after a start of readGrace.
const (
	slowest   = 32 * wxup.KB
	readGrace = 15 * time.Second
)

// read takes the form apart while it arrives, and hashes the file. The bytes are kept once, in memory that was reserved in
// the budget before a byte of the body was read: the file is a piece of it. An error here ends the request; a form that cannot be read does not: it is noted in the
// upload, since the caller may still prove who it is by what did arrive.
func (s *Server) read(c *call) (*upload, error) {
	f := &upload{fields: map[string]string{}}
	most := c.ep.MaxSize()
	if c.r.ContentLength > bodyMost {
		return nil, refuse(wxup.TooLarge, "the body has %d bytes, the file may have %d", c.r.ContentLength, most)
	}
	reserve := most + formMost
	if n := c.r.ContentLength; n >= 0 && n < reserve {
		reserve = n
	}
	left := time.Until(c.until)
	ctx, cancel := context.WithTimeout(c.r.Context(), s.BudgetWait)
	defer cancel()
	if !s.budget.take(ctx, reserve) {
		return nil, refuse(wxup.TooFrequent, "no room for %d more bytes of uploads within %s", reserve, s.BudgetWait)
	}
	f.reserved = reserve
	c.bodyRead = true
	http.NewResponseController(c.w).SetReadDeadline(time.Now().Add(readGrace + time.Duration(most/slowest)*time.Second))
	body := &recorder{from: http.MaxBytesReader(c.w, c.r.Body, bodyMost), kept: make([]byte, 0, reserve)}
	f.err = f.readParts(c, body)
	c.answerIn(left) // the caller's time does not count
	f.raw = body.kept
	if f.err != nil {
		c.warn("the form cannot be read: %s", printable(f.err.Error()))
	}
	return f, nil
}

// recorder keeps what is read through it, as far as it has room.
type recorder struct {
	from io.Reader
	kept []byte
}

func (r *recorder) Read(b []byte) (int, error) {
	n, err := r.from.Read(b)
	room := min(n, cap(r.kept)-len(r.kept))
	r.kept = append(r.kept, b[:room]...)
	return n, err
}

// piece is what was kept of size bytes from an offset on.
func (r *recorder) piece(from, size int64) []byte {
	from = min(from, int64(len(r.kept)))
	end := min(from+size, int64(len(r.kept)))
	return r.kept[from:end:end]
}

func (f *upload) readParts(c *call, body *recorder) error {
	r, err := form.NewReader(body, c.r.Header.Get("Content-Type"), form.Limits{})
	if err != nil {
		return err
	}
	defer func() {
		f.warnings = r.Warnings()
		for _, w := range f.warnings {
			c.warn("form: %s", w)
		}
	}()
	for {
		p, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		rec := PartRecord{Name: p.Name, Filename: p.Filename, Header: string(p.Header)}
		switch {
		case isFilePart(c.ep, p) && f.file == nil:
			err = f.readFile(c.ep, p, body)
			rec.Size, rec.SHA256 = f.file.size, f.file.sha256
		case isFilePart(c.ep, p), p.HasFilename && p.Name != c.ep.MetaPart: // a second file, or one under another name
			if p.Name == c.ep.FilePart {
				f.twice = append(f.twice, p.Name)
			}
			rec.Size, err = p.WriteTo(io.Discard)
		default:
			var text []byte
			text, err = p.Text(fieldMost)
			rec.Size, rec.Text = int64(len(text)), string(text)
			f.addText(c, p, text)
		}
		c.rec.Request.Parts = append(c.rec.Request.Parts, rec)
		f.parts = append(f.parts, explainPart(p, body.piece(p.Offset, rec.Size), rec.Size))
		if err != nil {
			return err
		}
	}
}

func isFilePart(ep *wxup.Endpoint, p *form.Part) bool {
	if p.Name == ep.FilePart {
		return true
	}
	for _, alias := range ep.FileAliases {
		if p.Name == alias {
			return true
		}
	}
	return false
}

func (f *upload) addText(c *call, p *form.Part, text []byte) {
	if p.Name == "" {
		return
	}
	if _, ok := f.fields[p.Name]; ok {
		f.twice = append(f.twice, p.Name)
		return
	}
	f.fields[p.Name] = string(text)
	if p.Name == c.ep.MetaPart && c.ep.MetaPart != "" {
		f.meta = text
		if p.HasFilename {
			c.warn("the meta part has a filename; the real service then reads an empty meta")
		}
	}
}

func (f *upload) readFile(ep *wxup.Endpoint, p *form.Part, body *recorder) error {
	sum := sha256.New()
	f.file = &filePart{Part: p, sum: sum}
	into := io.Writer(sum)
	if ep.Digest != "" && ep.Digest != "sha256" {
		f.file.sum, _ = media.NewDigest(ep.Digest)
		into = io.MultiWriter(sum, f.file.sum)
	}
	var err error
	f.file.size, err = p.WriteTo(into)
	f.file.sha256 = hex.EncodeToString(sum.Sum(nil))
	f.file.head = body.piece(p.Offset, min(f.file.size, media.SniffLen))
	if data := body.piece(p.Offset, f.file.size); int64(len(data)) == f.file.size {
		f.file.data = data
	}
	return err
}

// replay is the error of an exact replay: the exchange whose answer it gets again.
type replay struct{ *Exchange }

func (replay) Error() string { return "this exact request was answered before" }

// replayed looks whether a nonce was spent already: by this very request, which then gets its first answer again, or by
// another, which is refused. One that is past its time is free, as it is for Record, whether or not the Index has
// forgotten it.
func (s *Server) replayed(ctx context.Context, n *Nonce, now time.Time) error {
	if n == nil {
		return nil
	}
	first, err := s.Index.SpentBy(ctx, n.Account, n.Value)
	switch {
	case errors.Is(err, ErrUnknown):
		return nil
	case err != nil:
		return internal("look up the nonce", err)
	case first.Nonce != nil && !now.Before(first.Nonce.Expires):
		return nil
	case first.Nonce != nil && first.Nonce.Digest == n.Digest:
		return replay{first}
	}
	return refuse(wxup.Replayed, "the nonce was spent by %s", first.ID)
}

// rate counts the call against the account's quotas.
func (s *Server) rate(c *call) error {
	quotas := []wxup.Quota{{Calls: s.Limit.PerMinute, Per: time.Minute}}
	if s.Limit.Documented {
		quotas = append(quotas, c.ep.Quota)
	}
	for _, q := range quotas {
		problem := wxup.TooFrequent
		if q.Per > time.Hour && c.ep.Family == wxup.Account {
			problem = wxup.DailyQuotaExceeded
		}
		if err := s.take(c.ctx, c.ep.Name+"/"+c.rec.Account, q, problem); err != nil {
			return err
		}
	}
	return nil
}

// take counts one call under a name, and refuses it when the quota of the present window is used up.
func (s *Server) take(ctx context.Context, name string, q wxup.Quota, problem wxup.Problem) error {
	if q.Calls <= 0 {
		return nil
	}
	ok, err := s.Index.Take(ctx, name, s.Now().Truncate(q.Per), q.Per, q.Calls)
	if err != nil {
		return internal("count the call", err)
	}
	if !ok {
		return refuse(problem, "%d calls were made in this span of %s", q.Calls, q.Per)
	}
	return nil
}
