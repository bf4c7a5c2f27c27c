package sqlindex

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/server"
)

// Cursor is a place in a list that runs from new to old: what follows the row of this time and ID.
// The zero Cursor is the list's beginning. It stays right while rows are added.
type Cursor struct {
	Time time.Time
	ID   string
}

// String gives the cursor as text for a URL: 1767225600000000.0b5f…; "" for the zero one.
func (c Cursor) String() string {
	if c == (Cursor{}) {
		return ""
	}
	return strconv.FormatInt(micros(c.Time), 10) + "." + c.ID
}

// ParseCursor reads what [Cursor.String] wrote.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	at, id, ok := strings.Cut(s, ".")
	n, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil {
		return Cursor{}, fmt.Errorf("%.40q is not a place in a list", s)
	}
	return Cursor{moment(n), id}, nil
}

// ExchangeFilter says which exchanges to list; a zero field takes all. One field alone is found by
// an index. Of several the first does that, as they stand here, and each row is looked at for the
// others.
type ExchangeFilter struct {
	Account  string
	Cause    string // what was proved
	Problem  wxup.Problem
	Endpoint string
	Warned   bool // accepted, with a warning
	Refused  bool
	Family   wxup.Family
	Accepted bool
	Whole    bool   // with what only one page shows: report, steps, request, answer, nonce
	After    Cursor // the last one of the page before
	Limit    int    // 0: 50; at most 1000
}

// NoEndpoint in [ExchangeFilter.Endpoint] takes the calls that belong to no endpoint.
const NoEndpoint = "-"

// ListExchanges lists exchanges, the newest first.
func (ix *Index) ListExchanges(ctx context.Context, f ExchangeFilter) ([]server.Exchange, error) {
	query, args := f.query()
	scan := scanListed
	if f.Whole {
		scan = scanExchange
	}
	list, err := all(ctx, ix, scan, query, args...)
	return list, doing("list exchanges", err)
}

func (f ExchangeFilter) query() (string, []any) {
	p := newPage("at", f.After)
	p.equal("account", key(f.Account))
	p.equal("cause", f.Cause)
	p.equal("problem", string(f.Problem))
	if f.Endpoint == NoEndpoint {
		p.is("endpoint", "")
	} else {
		p.equal("endpoint", f.Endpoint)
	}
	p.equal("family", string(f.Family))
	// The conditions of the partial indexes.
	if f.Cause != "" {
		p.where = append(p.where, `cause <> ''`)
	}
	switch {
	case f.Warned:
		p.where = append(p.where, `problem = ''`, `warnings NOT IN ('null', '[]')`)
	case f.Refused || f.Problem != "":
		p.where = append(p.where, `problem <> ''`)
	case f.Accepted:
		p.where = append(p.where, `problem = ''`)
	}
	if f.Whole {
		return p.query(wholeColumns, f.Limit)
	}
	return p.query(listedColumns, f.Limit)
}

// MediaFilter says which media to list; a zero field takes all.
type MediaFilter struct {
	Account  string
	Endpoint string
	After    Cursor // the last one of the page before: its Created and ID
	Limit    int    // 0: 50; at most 1000
}

// ListMedia lists media, the newest first.
func (ix *Index) ListMedia(ctx context.Context, f MediaFilter) ([]server.Media, error) {
	query, args := f.query()
	list, err := all(ctx, ix, scanMedia, query, args...)
	return list, doing("list media", err)
}

func (f MediaFilter) query() (string, []any) {
	p := newPage("created", f.After)
	p.equal("account", escape(f.Account))
	p.equal("endpoint", f.Endpoint)
	return p.query(mediaColumns, f.Limit)
}

// AllExchanges goes through all exchanges that the filter takes, from new to old. It reads page by
// page, of f.Limit at a time, so that it holds nothing up and may take as long as it likes. What is
// recorded meanwhile may be left out.
func (ix *Index) AllExchanges(ctx context.Context, f ExchangeFilter) iter.Seq2[server.Exchange, error] {
	return pages(atOnce(f.Limit), func(after Cursor, limit int) ([]server.Exchange, error) {
		if after != (Cursor{}) {
			f.After = after
		}
		f.Limit = limit
		return ix.ListExchanges(ctx, f)
	}, func(e server.Exchange) Cursor { return Cursor{e.Time, e.ID} })
}

// AllMedia is [Index.AllExchanges] for media.
func (ix *Index) AllMedia(ctx context.Context, f MediaFilter) iter.Seq2[server.Media, error] {
	return pages(atOnce(f.Limit), func(after Cursor, limit int) ([]server.Media, error) {
		if after != (Cursor{}) {
			f.After = after
		}
		f.Limit = limit
		return ix.ListMedia(ctx, f)
	}, func(m server.Media) Cursor { return Cursor{m.Created, m.ID} })
}

func atOnce(limit int) int {
	if limit <= 0 {
		return 200
	}
	return min(limit, 1000)
}

func pages[T any](limit int, list func(after Cursor, limit int) ([]T, error), place func(T) Cursor) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for after := (Cursor{}); ; {
			page, err := list(after, limit)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, x := range page {
				if !yield(x, nil) {
					return
				}
				after = place(x)
			}
			if len(page) < limit {
				return
			}
		}
	}
}

// MediaByID finds a media by its ID.
func (ix *Index) MediaByID(ctx context.Context, id string) (*server.Media, error) {
	return one(ctx, ix, "look up media", scanMedia, mediaColumns+`WHERE id = $1`, escape(id))
}

// HasMedia reports whether any media has this digest: whether a blob is still wanted.
func (ix *Index) HasMedia(ctx context.Context, sha256 string) (bool, error) {
	return value[bool](ctx, ix, "look up media by digest", `SELECT EXISTS (SELECT 1 FROM media WHERE sha256 = $1)`, escape(sha256))
}

// page builds the text of a query for one page of a list. There are few texts, so that each is
// prepared once.
type page struct {
	time  string // the column
	lead  string // a column in front of it in the index that finds the page; "": none
	where []string
	args  []any
}

func newPage(time string, after Cursor) *page {
	p := &page{time: time}
	at, id := int64(1<<63-1), ""
	if after != (Cursor{}) {
		at, id = micros(after.Time), escape(after.ID)
	}
	p.args = append(p.args, at, id)
	return p
}

// equal wants a value in a column. The first column leads: it is compared in a form that only its
// own index gives in order, since PostgreSQL, which plans a prepared text for any value, could
// otherwise go through all rows for one that is rare. The others are compared in a form that no
// index helps with, which SQLite would take instead.
func (p *page) equal(column, value string) {
	if value == "" {
		return
	}
	p.is(column, value)
}

func (p *page) is(column, value string) {
	p.args = append(p.args, value)
	if p.lead == "" {
		p.lead = column
		return
	}
	p.where = append(p.where, fmt.Sprintf(`%s || '' = $%d`, column, len(p.args)))
}

func (p *page) query(columns string, limit int) (string, []any) {
	if limit <= 0 {
		limit = 50
	}
	p.args = append(p.args, min(limit, 1000))
	from, order := `(`+p.time+`, id) < ($1, $2)`, p.time+` DESC, id DESC`
	if p.lead != "" { // the same as lead = $3 AND (time, id) < ($1, $2)
		from = `(` + p.lead + `, ` + p.time + `, id) < ($3, $1, $2) AND ` + p.lead + ` >= $3`
		order = p.lead + ` DESC, ` + order
	}
	return fmt.Sprintf(`%sWHERE %s ORDER BY %s LIMIT $%d`,
		columns, strings.Join(append([]string{from}, p.where...), ` AND `), order, len(p.args)), p.args
}
