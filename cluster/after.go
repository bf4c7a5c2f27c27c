package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
)

// audit is what is looked at when all is over.
type audit struct {
	fetched     int64 // files, from all nodes together
	lost        int64 // acknowledged, and not there byte for byte
	unrecorded  int   // acknowledged, and not in the index
	exchanges   int   // accepted uploads in the index
	nonces      int   // that were spent by accepted v3 uploads
	doubleSpent int
	replays     int // exact replays that got the first answer again
	planted     int // of two faults that were planted when all was looked at, those that these checks have found
}

// fetchAll fetches every acknowledged file from every node.
func (a *audit) fetchAll(ctx context.Context, l *load) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true}}
	type errand struct {
		n *node
		a ack
	}
	errands := make(chan errand)
	var workers sync.WaitGroup
	for range 12 {
		workers.Go(func() {
			for e := range errands {
				atomic.AddInt64(&a.fetched, 1)
				if !a.has(ctx, client, l, e.n, e.a) {
					atomic.AddInt64(&a.lost, 1)
					l.seen.violation("LOST: %s does not give %s %s", e.n, e.a.endpoint, e.a.id)
				}
			}
		})
	}
	for _, x := range l.acks {
		for _, n := range l.fleet.nodes {
			errands <- errand{n, x}
		}
	}
	close(errands)
	workers.Wait()
}

// has reports whether a node gives an acknowledged file, byte for byte.
func (a *audit) has(ctx context.Context, client *http.Client, l *load, n *node, x ack) bool {
	url, token := "http://"+n.admin+"/api/v1/media/"+x.id, l.vars["WXUP_ADMIN_TOKEN"]
	if x.url != "" {
		url, token = strings.Replace(x.url, l.fleet.plain.address(), n.http, 1), ""
	}
	status, sum, err := fetchBy(ctx, client, url, token)
	return err == nil && status == http.StatusOK && sum == x.sum
}

const (
	spending   = ` FROM exchange JOIN exchange_body USING (id) WHERE problem = '' AND nonce <> 'null'`
	spentTwice = `SELECT count(*) FROM (SELECT 1` + spending + `
	GROUP BY nonce::json->>'account', nonce::json->>'value' HAVING count(*) > 1) twice`
)

// plant loses a file and spends a nonce twice, to see that it would have been seen.
func (a *audit) plant(ctx context.Context, b *backends, l *load) error {
	x := l.acks[0]
	sum := hex.EncodeToString(x.sum[:])
	if err := os.Remove(filepath.Join(b.s3.Dir, bucket, sum[:2], sum)); err != nil {
		return fmt.Errorf("plant a loss: %w", err)
	}
	if !a.has(ctx, lone, l, l.fleet.nodes[0], x) {
		a.planted++
	}
	_, err := b.db.ExecContext(ctx, `CREATE TEMP TABLE spent AS SELECT id`+spending+` LIMIT 1;
		CREATE TEMP TABLE planted AS SELECT * FROM exchange JOIN spent USING (id);
		CREATE TEMP TABLE planted_body AS SELECT * FROM exchange_body JOIN spent USING (id);
		UPDATE planted SET id = 'planted'; INSERT INTO exchange SELECT * FROM planted;
		UPDATE planted_body SET id = 'planted'; INSERT INTO exchange_body SELECT * FROM planted_body`)
	if err != nil {
		return fmt.Errorf("plant a nonce: %w", err)
	}
	var twice int
	if err := b.db.QueryRowContext(ctx, spentTwice).Scan(&twice); err != nil {
		return err
	}
	a.planted += twice - a.doubleSpent
	if a.planted != 2 {
		l.seen.violation("of 2 planted faults the checks have found %d: they prove nothing", a.planted)
	}
	return nil
}

// index asks PostgreSQL itself.
func (a *audit) index(ctx context.Context, b *backends, l *load) error {
	recorded := map[string]bool{}
	rows, err := b.db.QueryContext(ctx, `SELECT id FROM media`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		recorded[id] = true
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, x := range l.acks {
		if !recorded[x.id] {
			a.unrecorded++
			l.seen.violation("LOST: %s %s was acknowledged and is not in the index", x.endpoint, x.id)
		}
	}
	for _, q := range []struct {
		into  *int
		query string
	}{
		{&a.exchanges, `SELECT count(*) FROM exchange WHERE problem = '' AND media <> 'null'`},
		{&a.nonces, `SELECT count(DISTINCT (nonce::json->>'account', nonce::json->>'value'))` + spending},
		{&a.doubleSpent, spentTwice},
		{&a.replays, `SELECT count(*) FROM exchange WHERE replay_of <> ''`},
	} {
		if err := b.db.QueryRowContext(ctx, q.query).Scan(q.into); err != nil {
			return fmt.Errorf("%s: %w", q.query, err)
		}
	}
	if a.doubleSpent > 0 {
		l.seen.violation("%d nonces were spent twice", a.doubleSpent)
	}
	if a.nonces == 0 {
		l.seen.violation("no exchange with a nonce was found: the check of nonces has seen nothing")
	}
	// Whatever the exchanges say: a nonce's row names one exchange, and that is there.
	var dangling int
	err = b.db.QueryRowContext(ctx, `SELECT count(*) FROM nonce WHERE NOT EXISTS (SELECT 1 FROM exchange WHERE exchange.id = nonce.exchange)`).Scan(&dangling)
	if dangling > 0 {
		l.seen.violation("%d nonces were spent by exchanges that are not there", dangling)
	}
	return err
}
