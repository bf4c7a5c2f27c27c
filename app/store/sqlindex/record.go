package sqlindex

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/server"
)

// Record makes an exchange durable, with the nonce it spends and the media it kept. The bytes come
// first (bytes.go), then the nonce: when either cannot be had, nothing is written. Of media that is
// there already the first record stays: the file is the same one, and its URL was given out.
func (ix *Index) Record(ctx context.Context, e *server.Exchange) error {
	x := mapExchange(*e, escape)
	x.Account = key(e.Account)
	var list []statement
	var when []condition
	if x.Media != nil {
		list = append(list, ix.claimLive(x.Media))
		when = append(when, condition{isLive, []any{x.Media.SHA256}})
	}
	if e.Nonce != nil {
		spent := []any{key(e.Nonce.Account), key(e.Nonce.Value), x.ID}
		list = append(list, spend(spent, micros(x.Nonce.Expires), micros(x.Time), when))
		when = append(when, condition{isSpent, spent})
	}
	list = append(list, insert("exchange", listedList, listedArgs(x), when), insert("exchange_body", bodyList, bodyArgs(x), when))
	if x.Media != nil {
		row := toMediaRow(*x.Media)
		add := insert("media", mediaList, mediaArgs(row), append(when,
			condition{notSeenToday, []any{x.Media.ID, row.Created, row.Created}}, condition{notBlocked, []any{x.Media.ID}}))
		add.query += seenAgain
		list = append(list, add, stmt(revive, x.Media.ID, x.ID), stmt(doomBlocked, x.Media.SHA256, micros(x.Time), x.Media.ID))
	}
	for _, p := range x.Request.Parts {
		if p.Kept != "" {
			list = append(list, doomUnrecorded(p.SHA256, p.Size, micros(x.Time)))
		}
	}
	if err := checkTexts(list); err != nil {
		return doing("record exchange", err)
	}
	n, err := ix.db.change(ctx, list)
	if x.Media != nil && err == nil && n[0] == 0 {
		return doing("record exchange", ix.keepAgain(ctx, e.Media))
	}
	nonce := len(when) - 1 // its place in the list
	if e.Nonce == nil || len(n) <= nonce || n[nonce] > 0 {
		select {
		case ix.recorded <- struct{}{}:
		default: // it was told
		}
		return doing("record exchange", err)
	}
	if x.Media != nil && err == nil { // the bytes became live for nothing
		err = ix.Doom(ctx, x.Media.SHA256, x.Time)
	}
	return doing("record exchange", errors.Join(server.ErrSpent, err))
}

const (
	// listedList is what lists read of an exchange, bodyList what is read of one.
	listedList = `id, at, took, family, endpoint, account, proven, method, path, remote, status,
	problem, reason, cause, warnings, media, replay_of`
	bodyList  = `id, report, steps, request, answer, nonce`
	wholeList = listedList + `, report, steps, request, answer, nonce`
	mediaList = `id, url, account, endpoint, sha256, size, format, width, height, filename, public, created, expires`

	listedColumns = `SELECT ` + listedList + ` FROM exchange `
	wholeColumns  = `SELECT ` + wholeList + ` FROM exchange JOIN exchange_body USING (id) `
	oldColumns    = `SELECT ` + wholeList + ` FROM exchange_old `
	mediaColumns  = `SELECT ` + mediaList + ` FROM media `
)

// condition is a part of a WHERE; each %d in it is the number of an argument.
type condition struct {
	text string
	args []any
}

const isSpent = `EXISTS (SELECT 1 FROM nonce WHERE account = $%d AND value = $%d AND exchange = $%d)`

// insert adds a row if all conditions hold.
func insert(table, columns string, args []any, when []condition) statement {
	query := `INSERT INTO ` + table + ` (` + columns + `) `
	if len(when) == 0 {
		return statement{query + `VALUES (` + arguments(columns) + `)`, args}
	}
	var texts []string
	for _, c := range when {
		numbers := make([]any, len(c.args))
		for i := range numbers {
			numbers[i] = len(args) + 1 + i
		}
		texts = append(texts, fmt.Sprintf(c.text, numbers...))
		args = append(args[:len(args):len(args)], c.args...)
	}
	return statement{query + `SELECT ` + arguments(columns) + ` WHERE ` + strings.Join(texts, ` AND `), args}
}

// spend takes a nonce for the exchange that the third of its values names, unless another one has
// it and its time is not over.
func spend(values []any, expires, now int64, when []condition) statement {
	s := insert("nonce", "account, value, exchange, expires", append(values[:3:3], expires), when)
	s.args = append(s.args[:len(s.args):len(s.args)], now)
	s.query += fmt.Sprintf(` ON CONFLICT (account, value) DO UPDATE SET exchange = excluded.exchange, expires = excluded.expires
		WHERE nonce.expires <= $%d`, len(s.args))
	return s
}

// seenAgain notes, once a day at most, that media which is there already was uploaded again: then
// it is wanted still, and an id that ends begins anew. On other occasions its row is not touched,
// so that uploads of the same image do not wait for each other.
const (
	notSeenToday = `NOT EXISTS (SELECT 1 FROM media WHERE id = $%d AND (created > $%d - 86400000000 OR seen > $%d - 86400000000))`
	seenAgain    = ` ON CONFLICT (id) DO UPDATE SET seen = excluded.created, expires = excluded.expires
	WHERE excluded.created - media.created >= 86400000000 AND excluded.created - media.seen >= 86400000000`
)

func listedArgs(e server.Exchange) []any {
	var m *mediaRow
	if e.Media != nil {
		row := toMediaRow(*e.Media)
		m = &row
	}
	return []any{e.ID, micros(e.Time), int64(e.Took), string(e.Family), e.Endpoint, e.Account, e.Proven, e.Method, e.Path,
		e.Remote, e.Status, string(e.Problem), e.Reason, e.Cause, asJSON(e.Warnings), asJSON(m), e.ReplayOf}
}

func bodyArgs(e server.Exchange) []any {
	var n *nonceRow
	if e.Nonce != nil {
		n = &nonceRow{e.Nonce.Account, e.Nonce.Value, e.Nonce.Digest, micros(e.Nonce.Expires)}
	}
	return []any{e.ID, asJSON(e.Report), asJSON(e.Steps), asJSON(e.Request), e.Answer, asJSON(n)}
}

// exchangeRow is an exchange as it is read. Its body is empty if it was not.
type exchangeRow struct {
	server.Exchange
	at, took                      int64
	warnings, media               string
	report, steps, request, nonce string
}

func (r *exchangeRow) listed() []any {
	return []any{&r.ID, &r.at, &r.took, &r.Family, &r.Endpoint, &r.Account, &r.Proven, &r.Method, &r.Path, &r.Remote,
		&r.Status, &r.Problem, &r.Reason, &r.Cause, &r.warnings, &r.media, &r.ReplayOf}
}

// scanListed reads what lists show: neither report nor steps, request, answer and nonce.
func scanListed(row scanner) (server.Exchange, error) {
	r := exchangeRow{report: "null", steps: "null", request: "{}", nonce: "null"}
	if err := row.Scan(r.listed()...); err != nil {
		return r.Exchange, err
	}
	return r.exchange()
}

func scanExchange(row scanner) (server.Exchange, error) {
	var r exchangeRow
	if err := row.Scan(append(r.listed(), &r.report, &r.steps, &r.request, &r.Answer, &r.nonce)...); err != nil {
		return r.Exchange, err
	}
	return r.exchange()
}

func (r *exchangeRow) exchange() (server.Exchange, error) {
	e := &r.Exchange
	e.Time, e.Took = moment(r.at), time.Duration(r.took)
	var m *mediaRow
	var n *nonceRow
	for _, x := range []struct {
		text string
		into any
	}{{r.report, &e.Report}, {r.warnings, &e.Warnings}, {r.steps, &e.Steps}, {r.request, &e.Request}, {r.media, &m}, {r.nonce, &n}} {
		if err := fromJSON(x.text, x.into); err != nil {
			return *e, err
		}
	}
	if m != nil {
		x := m.media()
		e.Media = &x
	}
	if n != nil {
		e.Nonce = &server.Nonce{Account: n.Account, Value: n.Value, Digest: n.Digest, Expires: moment(n.Expires)}
	}
	return mapExchange(*e, unescape), nil
}

// Exchange finds an exchange by its Request-ID or rid.
func (ix *Index) Exchange(ctx context.Context, id string) (*server.Exchange, error) {
	return one(ctx, ix, "look up exchange", scanExchange,
		wholeColumns+`WHERE id = $1 UNION ALL `+oldColumns+`WHERE id = $1`, escape(id))
}

// SpentBy finds the exchange that spent a nonce. It may still be found after the nonce has expired,
// until [Index.Purge].
func (ix *Index) SpentBy(ctx context.Context, account, nonce string) (*server.Exchange, error) {
	const spent = `WHERE id = (SELECT exchange FROM nonce WHERE account = $1 AND value = $2)`
	return one(ctx, ix, "look up nonce", scanExchange,
		wholeColumns+spent+` UNION ALL `+oldColumns+spent, key(account), key(nonce))
}

// nonceRow and mediaRow are how a nonce and a media stand in an exchange's record, and mediaRow in
// its table.
type nonceRow struct {
	Account string `json:"account"`
	Value   string `json:"value"`
	Digest  string `json:"digest"`
	Expires int64  `json:"expires"`
}

type mediaRow struct {
	ID       string       `json:"id"`
	URL      string       `json:"url"`
	Account  string       `json:"account"`
	Endpoint string       `json:"endpoint"`
	SHA256   string       `json:"sha256"`
	Size     int64        `json:"size"`
	Format   media.Format `json:"format"`
	Width    int          `json:"width"`
	Height   int          `json:"height"`
	Filename string       `json:"filename"`
	Public   bool         `json:"public"`
	Created  int64        `json:"created"`
	Expires  int64        `json:"expires"`
}

func toMediaRow(m server.Media) mediaRow {
	return mediaRow{m.ID, m.URL, m.Account, m.Endpoint, m.SHA256, m.Size, m.Format, m.Width, m.Height, m.Filename, m.Public,
		micros(m.Created), micros(m.Expires)}
}

func (r mediaRow) media() server.Media {
	return server.Media{ID: r.ID, URL: r.URL, Account: r.Account, Endpoint: r.Endpoint, SHA256: r.SHA256, Size: r.Size,
		Format: r.Format, Width: r.Width, Height: r.Height, Filename: r.Filename, Public: r.Public,
		Created: moment(r.Created), Expires: moment(r.Expires)}
}

func mediaArgs(r mediaRow) []any {
	return []any{r.ID, r.URL, r.Account, r.Endpoint, r.SHA256, r.Size, string(r.Format), r.Width, r.Height, r.Filename,
		r.Public, r.Created, r.Expires}
}

func scanMedia(row scanner) (server.Media, error) {
	var r mediaRow
	err := row.Scan(&r.ID, &r.URL, &r.Account, &r.Endpoint, &r.SHA256, &r.Size, &r.Format, &r.Width, &r.Height, &r.Filename,
		&r.Public, &r.Created, &r.Expires)
	return mapMedia(r.media(), unescape), err
}

// mapExchange, mapMedia and mapAll apply escape or unescape to every text in it that a stranger may
// have sent. They change a copy.
func mapExchange(e server.Exchange, f func(string) string) server.Exchange {
	for _, s := range []*string{&e.ID, &e.Endpoint, &e.Account, &e.Method, &e.Path, &e.Remote, &e.Reason, &e.ReplayOf} {
		*s = f(*s)
	}
	e.Warnings = mapAll(e.Warnings, f)
	e.Steps = slices.Clone(e.Steps)
	for i := range e.Steps {
		e.Steps[i].Err = f(e.Steps[i].Err)
	}
	r := &e.Request
	for _, s := range []*string{&r.Proto, &r.Host, &r.TLS} {
		*s = f(*s)
	}
	if r.Headers != nil {
		headers := make(map[string][]string, len(r.Headers))
		for name, values := range r.Headers {
			headers[f(name)] = mapAll(values, f)
		}
		r.Headers = headers
	}
	r.Parts = slices.Clone(r.Parts)
	for i := range r.Parts {
		p := &r.Parts[i]
		for _, s := range []*string{&p.Name, &p.Filename, &p.Header, &p.Text} {
			*s = f(*s)
		}
	}
	if e.Media != nil {
		m := mapMedia(*e.Media, f)
		e.Media = &m
	}
	if e.Nonce != nil {
		n := *e.Nonce
		n.Account, n.Value, n.Digest = f(n.Account), f(n.Value), f(n.Digest)
		e.Nonce = &n
	}
	return e
}

func mapMedia(m server.Media, f func(string) string) server.Media {
	for _, s := range []*string{&m.ID, &m.URL, &m.Account, &m.Endpoint, &m.Filename} {
		*s = f(*s)
	}
	return m
}

func mapAll(list []string, f func(string) string) []string {
	list = slices.Clone(list)
	for i := range list {
		list[i] = f(list[i])
	}
	return list
}
