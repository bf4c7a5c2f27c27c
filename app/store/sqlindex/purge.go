package sqlindex

import (
	"context"
	"time"
)

// deadTokensStay is how long a token is remembered after its end, so that who still shows it is told that it has expired
// and not that it never was.
const deadTokensStay = 7 * 24 * time.Hour

// purgeAtOnce bounds what is deleted in one change, so that uploads come between.
const purgeAtOnce = 500

// Purge forgets what has no use any more: nonces past their time, quota windows that are over, tokens dead for 7 days. The
// newest token of a line stays, because the next one is numbered after it. Call it about every minute.
func (ix *Index) Purge(ctx context.Context, now time.Time) error {
	at := micros(now)
	if _, err := ix.deleteAll(ctx, `DELETE FROM nonce WHERE (account, value) IN
		(SELECT account, value FROM nonce WHERE expires <= $1 ORDER BY expires LIMIT $2)`, at); err != nil {
		return doing("purge nonces", err)
	}
	if _, err := ix.deleteAll(ctx, `DELETE FROM quota WHERE (name, start, ends) IN
		(SELECT name, start, ends FROM quota WHERE ends <= $1 ORDER BY ends LIMIT $2)`, at); err != nil {
		return doing("purge quotas", err)
	}
	for _, column := range []string{"expires", "retired"} {
		if _, err := ix.deleteAll(ctx, `DELETE FROM token WHERE value IN
			(SELECT value FROM token t WHERE `+column+` > 0 AND `+column+` <= $1 AND EXISTS
				(SELECT 1 FROM token n WHERE n.kind = t.kind AND n.subject = t.subject AND n.component = t.component AND n.seq > t.seq)
			 ORDER BY `+column+` LIMIT $2)`, micros(now.Add(-deadTokensStay))); err != nil {
			return doing("purge tokens", err)
		}
	}
	return nil
}

// DropExchanges forgets the exchanges before a time, and gives their number. The media that they kept stays. The time must
// be earlier than any nonce that is still valid was spent.
func (ix *Index) DropExchanges(ctx context.Context, before time.Time) (int64, error) {
	n, err := ix.deleteAll(ctx, `DELETE FROM exchange WHERE id IN
		(SELECT id FROM exchange WHERE at < $1 ORDER BY at LIMIT $2)`, micros(before))
	return n, doing("drop exchanges", err)
}

// deleteAll repeats a deletion of at most $2 rows until there are none left.
func (ix *Index) deleteAll(ctx context.Context, query string, until int64) (total int64, err error) {
	for {
		var n int64
		err := ix.write.do(ctx, func(c *change) error {
			var err error
			n, err = c.exec(query, until, purgeAtOnce)
			return err
		})
		total += n
		if err != nil || n < purgeAtOnce {
			return total, err
		}
	}
}
