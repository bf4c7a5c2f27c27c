package sqlindex

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/server"
)

// Record makes an exchange durable, with the nonce it spends and the media it kept. The nonce comes first: when it is
// another's, nothing is written. Of media that is there already the first record stays: the file is the same one, and its
// URL was given out.
func (ix *Index) Record(ctx context.Context, e *server.Exchange) error {
	x := mapExchange(*e, escape)
	x.Account = key(e.Account)
	rows := []statement{{insertExchange, exchangeArgs(x)}}
	if x.Media != nil {
		rows = append(rows, statement{insertMedia, mediaArgs(toMediaRow(*x.Media))})
	}
	if e.Nonce == nil {
		return doing("record exchange", ix.do(ctx, nil, rows...))
	}
	account, nonce := key(e.Nonce.Account), key(e.Nonce.Value)
	rows[0].query = insertExchangeIfSpent
	if x.Media != nil {
		rows[1].query = insertMediaIfSpent
	}
	for i := range rows {
		rows[i].args = append(rows[i].args, account, nonce, x.ID)
	}
	spend := stmt(`INSERT INTO nonce (account, value, exchange, expires) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, value) DO UPDATE SET exchange = excluded.exchange, expires = excluded.expires
		WHERE nonce.expires <= $5`,
		account, nonce, x.ID, micros(x.Nonce.Expires), micros(x.Time))
	return doing("record exchange", ix.do(ctx, server.ErrSpent, append([]statement{spend}, rows...)...))
}

const (
	exchangeList = `id, at, took, family, endpoint, account, proven, method, path, remote, status,
	problem, reason, cause, report, warnings, steps, request, answer, media, nonce, replay_of`
	mediaList = `id, url, account, endpoint, sha256, size, format, width, height, filename, public, created, expires`

	exchangeColumns = `SELECT ` + exchangeList + ` FROM exchange `
	mediaColumns    = `SELECT ` + mediaList + ` FROM media `
)

var (
	insertExchange        = `INSERT INTO exchange (` + exchangeList + `) VALUES (` + arguments(exchangeList) + `)`
	insertExchangeIfSpent = `INSERT INTO exchange (` + exchangeList + `) ` + ifSpent(exchangeList)
	insertMedia           = `INSERT INTO media (` + mediaList + `) VALUES (` + arguments(mediaList) + `)` + seenAgain
	insertMediaIfSpent    = `INSERT INTO media (` + mediaList + `) ` + ifSpent(mediaList) + seenAgain
)

// seenAgain notes, once a day at most, that media which is there already was uploaded again: then it is wanted still, and an
// id that ends begins anew.
const seenAgain = ` ON CONFLICT (id) DO UPDATE SET seen = excluded.created, expires = excluded.expires
	WHERE excluded.created - media.created >= 86400000000 AND excluded.created - media.seen >= 86400000000`

// arguments is $1, $2, … for a list of columns.
func arguments(columns string) string {
	list := make([]string, strings.Count(columns, ",")+1)
	for i := range list {
		list[i] = "$" + strconv.Itoa(i+1)
	}
	return strings.Join(list, ", ")
}

// ifSpent is a row, if the nonce that three more arguments name, by account and value, was spent by the exchange they name.
func ifSpent(columns string) string {
	n := strings.Count(columns, ",") + 1
	return fmt.Sprintf(`SELECT %s WHERE EXISTS (SELECT 1 FROM nonce WHERE account = $%d AND value = $%d AND exchange = $%d)`,
		arguments(columns), n+1, n+2, n+3)
}

func exchangeArgs(e server.Exchange) []any {
	var m *mediaRow
	if e.Media != nil {
		row := toMediaRow(*e.Media)
		m = &row
	}
	var n *nonceRow
	if e.Nonce != nil {
		n = &nonceRow{e.Nonce.Account, e.Nonce.Value, e.Nonce.Digest, micros(e.Nonce.Expires)}
	}
	return []any{e.ID, micros(e.Time), int64(e.Took), string(e.Family), e.Endpoint, e.Account, e.Proven, e.Method, e.Path,
		e.Remote, e.Status, string(e.Problem), e.Reason, e.Cause, asJSON(e.Report), asJSON(e.Warnings), asJSON(e.Steps), asJSON(e.Request), e.Answer,
		asJSON(m), asJSON(n), e.ReplayOf}
}

func scanExchange(row scanner) (server.Exchange, error) {
	var e server.Exchange
	var at, took int64
	var report, warnings, steps, request, medium, nonce string
	err := row.Scan(&e.ID, &at, &took, &e.Family, &e.Endpoint, &e.Account, &e.Proven, &e.Method, &e.Path, &e.Remote,
		&e.Status, &e.Problem, &e.Reason, &e.Cause, &report, &warnings, &steps, &request, &e.Answer, &medium, &nonce, &e.ReplayOf)
	if err != nil {
		return e, err
	}
	e.Time, e.Took = moment(at), time.Duration(took)
	var m *mediaRow
	var n *nonceRow
	for _, x := range []struct {
		text string
		into any
	}{{report, &e.Report}, {warnings, &e.Warnings}, {steps, &e.Steps}, {request, &e.Request}, {medium, &m}, {nonce, &n}} {
		if err := fromJSON(x.text, x.into); err != nil {
			return e, err
		}
	}
	if m != nil {
		x := m.media()
		e.Media = &x
	}
	if n != nil {
		e.Nonce = &server.Nonce{Account: n.Account, Value: n.Value, Digest: n.Digest, Expires: moment(n.Expires)}
	}
	return mapExchange(e, unescape), nil
}

// Exchange finds an exchange by its Request-ID or rid.
func (ix *Index) Exchange(ctx context.Context, id string) (*server.Exchange, error) {
	return one(ctx, ix, "look up exchange", scanExchange, exchangeColumns+`WHERE id = $1`, escape(id))
}

// SpentBy finds the exchange that spent a nonce. It may still be found after the nonce has expired, until [Index.Purge].
func (ix *Index) SpentBy(ctx context.Context, account, nonce string) (*server.Exchange, error) {
	return one(ctx, ix, "look up nonce", scanExchange,
		exchangeColumns+`WHERE id = (SELECT exchange FROM nonce WHERE account = $1 AND value = $2)`, key(account), key(nonce))
}

// nonceRow and mediaRow are how a nonce and a media stand in an exchange's record, and mediaRow in its table.
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

// mapExchange, mapMedia and mapAll apply escape or unescape to every text in it that a stranger may have sent. They change
// a copy.
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
