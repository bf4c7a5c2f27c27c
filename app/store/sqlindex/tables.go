package sqlindex

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// table is what must be known of a table to go through it and to write its rows elsewhere.
type table struct {
	name    string
	key     string // the columns by which it is gone through: there is an index on them, and no two rows have the same
	columns string // all
	types   string // of the columns, a letter for each: t text, n number, b yes or no, y bytes
	sort    tableSort
	only    string // a condition for writing a row: what it refers to is there
	again   string // columns that change all the same: the first one is 0, and becomes larger whenever any does
	body    string // another table that has the last columns, and id; a row is written to both
	listed  string // then the columns of this one
}

type tableSort int

const (
	kept  tableSort = iota // an operator's: rows are added, changed and deleted
	grows                  // rows are added and deleted, never changed; the key begins with the time
	brief                  // rows are added and changed, and deleted when they are old
)

// made are tables that Copy leaves: their rows follow from others'.
var made = []string{"exchange_body", "exchange_old", "blob"}

// tables lists all others but schema_version, in an order in which each stands after those that it
// refers to.
var tables = []table{
	{name: "setting", key: "name", columns: "name, value", types: "tt"},
	{name: "merchant", key: "mchid", columns: "mchid, name, apiv2_key, apiv3_key, public_key_only, endpoints, disabled, ecommerce", types: "ttttbtbb"},
	{name: "merchant_certificate", key: "mchid, serial", columns: "mchid, serial, pem, state, not_before", types: "ttttn", only: `EXISTS (SELECT 1 FROM merchant WHERE mchid = $1)`},
	{name: "platform_key", key: "id", columns: "id, place, certificate, private_key", types: "tntt"},
	{name: "app", key: "appid", columns: "appid, name, secret, state, allow_ips", types: "ttttt"},
	{name: "component", key: "appid", columns: "appid, name, secret, ticket, allow_ips", types: "ttttt"},
	{name: "component_authorization", key: "component, authorizer", columns: "component, authorizer, permissions", types: "ttt"},
	{name: "media", key: "created, id", columns: mediaList + ", seen", types: "tttttntnntbnnn", sort: grows, again: "seen, expires"},
	{name: "takedown", key: "id", columns: "id, at, blocked", types: "tnb"},
	{name: "exchange", key: "at, id", columns: wholeList, types: "tnntttbtttnttttttttt" + "yt", sort: grows, body: "exchange_body", listed: listedList},
	{name: "token", key: "value", columns: "value, kind, subject, component, seq, issued, expires, retired", types: "ttttnnnn", sort: brief},
	{name: "quota", key: "name, start, ends", columns: "name, start, ends, calls", types: "tnnn", sort: brief},
	{name: "nonce", key: "account, value", columns: "account, value, exchange, expires", types: "tttn", sort: brief},
}

func (t *table) columnList() []string { return list(t.columns) }

func list(columns string) []string {
	names := strings.Split(columns, ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return names
}

// page is the query for the rows from after a key on; a nil key is before all. It takes those only
// that have changed, if changed is true.
func (t *table) page(after []any, changed bool, limit int) (string, []any) {
	query, args := `SELECT `+t.columns+` FROM `+t.name, append([]any(nil), after...)
	if t.body != "" {
		query += ` JOIN ` + t.body + ` USING (id)`
	}
	if after != nil {
		query += ` WHERE (` + t.key + `) > (` + arguments(t.key) + `)`
	}
	if changed {
		query += ` AND ` + list(t.again)[0] + ` > 0`
	}
	args = append(args, limit)
	return query + ` ORDER BY ` + t.key + ` LIMIT $` + strconv.Itoa(len(args)), args
}

// scan reads a row into values that can be written again, and its key.
func (t *table) scan(row scanner) (values, key []any, err error) {
	into := make([]any, len(t.types))
	for i, kind := range t.types {
		switch kind {
		case 'n':
			into[i] = new(int64)
		case 'b':
			into[i] = new(bool)
		case 'y':
			into[i] = new([]byte)
		default:
			into[i] = new(string)
		}
	}
	if err := row.Scan(into...); err != nil {
		return nil, nil, err
	}
	names := t.columnList()
	of := map[string]any{}
	for i := range into {
		var x any
		switch p := into[i].(type) {
		case *int64:
			x = *p
		case *bool:
			x = *p
		case *[]byte:
			x = *p
		case *string:
			x = *p
		}
		values, of[names[i]] = append(values, x), x
	}
	for _, name := range list(t.key) {
		key = append(key, of[name])
	}
	return values, key, nil
}

// put writes a row. What is there is made the same, or left when it cannot differ.
func (t *table) put(values []any) []statement {
	const once = ` ON CONFLICT (id) DO NOTHING`
	if t.body != "" {
		n := len(list(t.listed))
		return []statement{
			{`INSERT INTO ` + t.name + ` (` + t.listed + `) VALUES (` + arguments(t.listed) + `)` + once, values[:n]},
			{`INSERT INTO ` + t.body + ` (` + bodyList + `) VALUES (` + arguments(bodyList) + `)` + once, append([]any{values[0]}, values[n:]...)},
		}
	}
	text := `INSERT INTO ` + t.name + ` (` + t.columns + `) `
	if t.only == "" {
		text += `VALUES (` + arguments(t.columns) + `)`
	} else {
		text += `SELECT ` + arguments(t.columns) + ` WHERE ` + t.only
	}
	conflict, columns, newer := t.key, t.columnList(), ``
	if t.sort == grows {
		conflict, columns = `id`, list(t.again)
		newer = ` WHERE excluded.` + columns[0] + ` > ` + t.name + `.` + columns[0]
	}
	var set []string
	for _, name := range columns {
		if !slices.Contains(list(t.key), name) {
			set = append(set, name+` = excluded.`+name)
		}
	}
	row := statement{text + ` ON CONFLICT (` + conflict + `) DO UPDATE SET ` + strings.Join(set, ", ") + newer, values}
	if t.name == "media" {
		return []statement{row, stmt(keepLive, values[4], values[5], values[11])}
	}
	return []statement{row}
}

// keepLive is for bytes that media has which was copied or is from before there were rows.
const keepLive = `INSERT INTO blob (sha256, size, state, since) VALUES ($1, $2, 'live', $3)
	ON CONFLICT (sha256) DO UPDATE SET state = 'live' WHERE blob.state = 'doomed'`

// Table says how large a table is.
type Table struct {
	Name  string
	Rows  int64
	Bytes int64 // on disk, with its indexes
}

// Tables counts the rows of all tables. It takes a second for every few million exchanges.
func (ix *Index) Tables(ctx context.Context) ([]Table, error) {
	ctx = unhurried(ctx)
	var sizes []Table
	names := slices.Clone(made)
	for i := range tables {
		names = append(names, tables[i].name)
	}
	for _, name := range names {
		rows, err := value[int64](ctx, ix, "count "+name, `SELECT COUNT(*) FROM `+name)
		if err != nil {
			return nil, err
		}
		bytes, err := ix.db.tableBytes(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("measure %s: %w", name, err)
		}
		sizes = append(sizes, Table{name, rows, bytes})
	}
	return sizes, nil
}
