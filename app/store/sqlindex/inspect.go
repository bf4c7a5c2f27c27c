package sqlindex

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

// FlawKind says what is wrong with an index, by what helps.
type FlawKind string

const (
	FlawFile   FlawKind = "database" // the database cannot be read, or contradicts itself
	FlawRecord FlawKind = "record"   // a record holds what nobody has written
	FlawRow    FlawKind = "row"      // media whose bytes have no row
)

// Flaw is something that is wrong with an index itself, whatever the files are.
type Flaw struct {
	Kind  FlawKind
	Table string // "": the database as a whole
	Row   string // its key; "": the table as a whole
	Err   error  // in both languages; without any value that is secret
}

// inspected are the tables whose rows are looked at: besides those that are copied, those that
// follow from others.
var inspected = append(slices.Clone(tables),
	table{name: "blob", key: "sha256", columns: "sha256, size, state, since", types: "tntn"},
	table{name: "exchange_old", key: "at, id", columns: wholeList, types: "tnntttbtttnttttttttt" + "yt"})

// inspectAtOnce is how many rows are read in one go.
const inspectAtOnce = 200

// Inspect looks for what a failing disk or a strange hand has done to the database, and gives each
// flaw to found. It asks the database to check itself, thoroughly or quickly, then reads every
// record. A table that cannot be read does not keep it from the others; the error is that of a
// database that does not answer.
func (ix *Index) Inspect(ctx context.Context, quick bool, found func(Flaw)) error {
	ctx = unhurried(ctx)
	err := ix.db.selfCheck(ctx, quick, func(text string) { found(Flaw{Kind: FlawFile, Err: texts.Errorf("the database says: %s", text)}) })
	if err := toFlaw(ctx, err, "", found); err != nil {
		return err
	}
	for i := range inspected {
		t := &inspected[i]
		if err := toFlaw(ctx, ix.inspectTable(ctx, t, found), t.name, found); err != nil {
			return err
		}
	}
	if err := toFlaw(ctx, ix.inspectBodies(ctx, found), "exchange_body", found); err != nil {
		return err
	}
	return toFlaw(ctx, ix.inspectRows(ctx, found), "media", found)
}

// toFlaw takes an error of reading for a flaw, unless the database does not answer or nobody waits
// any more.
func toFlaw(ctx context.Context, err error, table string, found func(Flaw)) error {
	if err == nil || ctx.Err() != nil || errors.Is(err, server.ErrUnavailable) {
		return err
	}
	found(Flaw{Kind: FlawFile, Table: table, Err: texts.Errorf("it cannot be read: %w", err)})
	return nil
}

func (ix *Index) inspectTable(ctx context.Context, t *table, found func(Flaw)) error {
	names, been := t.columnList(), places{}
	for key := []any(nil); ; {
		if err := been.enter(key...); err != nil {
			return err
		}
		n := 0
		query, args := t.page(key, false, inspectAtOnce)
		err := ix.db.read(ctx, query, args, func(row scanner) error {
			values, into := make([]any, len(names)), make([]any, len(names))
			for i := range into {
				into[i] = &values[i]
			}
			if err := row.Scan(into...); err != nil {
				return err
			}
			n++
			key = nil
			for _, name := range list(t.key) {
				key = append(key, values[slices.Index(names, name)])
			}
			for i, name := range names {
				if err := flawIn(name, t.types[i], values[i]); err != nil {
					found(Flaw{Kind: FlawRecord, Table: t.name, Row: t.shown(key), Err: err})
				}
			}
			return nil
		})
		if err != nil || n < inspectAtOnce {
			return err
		}
	}
}

// shown is a key for an operator. Tokens and nonces are not.
func (t *table) shown(key []any) string {
	if t.sort == brief && t.name != "quota" {
		return ""
	}
	if t.sort == grows || t.name == "exchange_old" {
		key = key[1:] // the ID says it
	}
	return strings.TrimSuffix(fmt.Sprintln(key...), "\n")
}

// states are those of bytes, certificates and apps.
var states = []string{
	"live", "doomed", deleting, gone,
	string(server.Valid), string(server.Revoked), string(server.Replaced),
	string(server.Frozen), string(server.Limited), string(server.Forbidden), string(server.Unauthorized),
}

// flawIn says what is wrong with a value, or nil.
func flawIn(column string, kind byte, value any) error {
	text, isText := value.(string)
	number, isNumber := value.(int64)
	_, isBool := value.(bool)
	_, isBytes := value.([]byte)
	fits := map[byte]bool{'t': isText, 'n': isNumber, 'b': isBool || number>>1 == 0 && isNumber, 'y': isBytes || value == nil}[kind]
	if !fits {
		return texts.Errorf("%s has a value of another type", column)
	}
	switch column {
	case "endpoints", "allow_ips", "permissions", "warnings", "media", "report", "steps", "request", "nonce":
		if !json.Valid([]byte(text)) {
			return texts.Errorf("%s is not JSON", column)
		}
	case "sha256":
		if !store.ValidDigest(text) {
			return texts.Errorf("%s is not a SHA-256 in hex", column)
		}
	case "size", "width", "height":
		if number < 0 {
			return texts.Errorf("%s is negative", column)
		}
	case "state":
		if !slices.Contains(states, text) {
			return texts.Errorf("%s is unknown", column)
		}
	case "pem", "certificate":
		if _, err := sign.ParseCertificate([]byte(text)); err != nil && text != "" {
			return texts.Errorf("%s is not a certificate in PEM", column)
		}
	case "private_key":
		if _, err := sign.ParsePrivateKey([]byte(text)); err != nil {
			return texts.Errorf("%s is not a private key in PEM", column)
		}
	}
	return nil
}

// inspectBodies finds exchanges of which only the part that lists show is left.
func (ix *Index) inspectBodies(ctx context.Context, found func(Flaw)) error {
	return ix.inspectIDs(ctx, `SELECT id FROM exchange
		WHERE id > $1 AND (SELECT 1 FROM exchange_body AS b WHERE b.id = exchange.id) IS NULL ORDER BY id LIMIT $2`, func(id string) {
		found(Flaw{Kind: FlawRecord, Table: "exchange", Row: id, Err: texts.Errorf("its report, request and answer are missing")})
	})
}

// inspectRows finds media whose bytes have no row, unless rows are still being made.
func (ix *Index) inspectRows(ctx context.Context, found func(Flaw)) error {
	if _, err := ix.Setting(ctx, upgrading); !errors.Is(err, server.ErrNotFound) {
		return err
	}
	return ix.inspectIDs(ctx, `SELECT id FROM media
		WHERE id > $1 AND (SELECT 1 FROM blob WHERE blob.sha256 = media.sha256) IS NULL ORDER BY id LIMIT $2`, func(id string) {
		found(Flaw{Kind: FlawRow, Table: "media", Row: id, Err: texts.Errorf("no row says that its bytes are kept")})
	})
}

// inspectIDs gives the IDs that a query finds after one, a page at a time.
func (ix *Index) inspectIDs(ctx context.Context, query string, each func(id string)) error {
	been := places{}
	for last := ""; ; {
		if err := been.enter(last); err != nil {
			return err
		}
		ids, err := all(ctx, ix, func(row scanner) (id string, err error) { return id, row.Scan(&id) }, query, last, inspectAtOnce)
		if err != nil {
			return err
		}
		for _, id := range ids {
			each(unescape(id))
			last = id
		}
		if len(ids) < inspectAtOnce {
			return nil
		}
	}
}

// places are where pages began. A table whose order is broken may lead back to one, for ever.
type places map[string]bool

func (p places) enter(key ...any) error {
	place := fmt.Sprintln(key...)
	if p[place] {
		return texts.Errorf("its order is broken")
	}
	p[place] = true
	return nil
}
