package s3blob

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/wxup/wxup/app/store"
)

// No store can delete an object on the condition that nobody has put it again. (Where there is If-Match, the ETag of the
// same bytes is the same.) Between the look at its age and its removal another process may put it, be told that it is
// there, and record it: an acknowledged upload would be gone. So a Delete announces itself, and Puts look:
//
//	Delete   is the blob older than wanted? → announce: write <prefix>/deleting/<digest>, a random word
//	         → wait until each Put that may have looked before that is over (settle)
//	         → is it still my word, and the blob still as old? → remove the blob → remove the announcement
//	Put      of bytes that are there and older than fresh: is a Delete announced? → wait and, in the end, fail
//	         → write them again
//
// Why that is right, by cases of what a Put finds:
//
//   - Nothing: it writes. Of all Deletes of a blob only one at a time comes to removing it, and it asks the store to once;
//     when the blob is gone that was done. None is left to remove what is written now.
//   - Something younger than fresh: it leaves it. A Delete takes a blob to be put as much later as it looks, so that this
//     Put was before the time that the Delete was given, or the blob stays.
//   - Something older, and no announcement: it writes. If a Delete announces itself after the look, it waits for settle,
//     which is twice as long as a Put may take, and then sees the new time.
//   - Something older, and an announcement: it fails, for the seconds that the Delete takes. Nobody has wanted these bytes
//     for long, and whoever does now will try again.
//
// Two Deletes of one blob at once: the last one to write its word goes on. The first one reads another's word after its
// wait, and starts anew. This is Fischer's algorithm; it needs no condition that a store may not know, only that whoever
// writes an announcement does so soon after it has found none (as soon as a Put is over), which it checks.
//
// An announcement that nobody takes back (its process was killed, or the store did not say whether it has removed the
// blob) holds for a minute. A process that is halted for longer, between its last look and its request, could remove what
// was put since; so could a request that the network delivers a minute late. Nothing short of a store with conditions
// helps against that.

// notice is the name of a blob's announcement.
func (b *Bucket) notice(sum string) string { return b.prefix + "deleting/" + sum }

var errAnother = errors.New("another Delete is at work")

// Delete implements [store.Blobs]. To remove a blob takes four seconds, nearly all of them waiting: who has many to remove
// calls it from many goroutines.
func (b *Bucket) Delete(ctx context.Context, sum string, before time.Time) error {
	if !store.ValidDigest(sum) {
		return nil
	}
	for {
		err := b.delete(ctx, sum, before)
		if errors.Is(err, errAnother) {
			err = wait(ctx, b.settle/4)
			if err == nil {
				continue
			}
		}
		return err
	}
}

func (b *Bucket) delete(ctx context.Context, sum string, before time.Time) error {
	if old, err := b.putBefore(ctx, sum, before); !old || err != nil {
		return err
	}
	start := time.Now()
	if token, err := b.lookUp(ctx, sum); err != nil {
		return err
	} else if token != "" {
		return errAnother
	}
	mine := rand.Text()
	if err := b.announce(ctx, sum, mine); err != nil {
		return err
	}
	if time.Since(start) > b.budget {
		return fmt.Errorf("the store took %s for the announcement that %s is deleted, which is too long", time.Since(start), sum)
	}
	if err := wait(ctx, b.settle); err != nil {
		return err
	}
	if token, err := b.lookUp(ctx, sum); err != nil {
		return err
	} else if token != mine {
		return errAnother
	}
	// From here on nobody else touches the announcement, until it ends by itself.
	old, err := b.putBefore(ctx, sum, before)
	if old && err == nil {
		if time.Since(start) > b.lease/2 {
			return fmt.Errorf("the store took %s for what comes before %s is deleted, which is too long", time.Since(start), sum)
		}
		if err := b.remove(ctx, b.place(sum)); err != nil {
			return err // it may still happen; so the announcement stays
		}
	}
	return errors.Join(err, b.try(context.WithoutCancel(ctx), func(ctx context.Context) error {
		return b.s3.RemoveObject(ctx, b.bucket, b.notice(sum), minio.RemoveObjectOptions{})
	}))
}

// doubt is how wrong an age can be: the store's times are whole seconds, and some clocks tick once a second.
const doubt = 5 * time.Second

// putBefore reports whether a blob is there that was last put before a time, beyond doubt: a Put of what was fresh has
// left no trace.
func (b *Bucket) putBefore(ctx context.Context, sum string, before time.Time) (old bool, err error) {
	err = b.try(ctx, func(ctx context.Context) error {
		there, err := b.stat(ctx, b.place(sum), false)
		if err == nil {
			old = time.Now().Add(doubt + b.fresh - there.age).Before(before)
		}
		return err
	})
	if isMissing(err) {
		return false, nil
	}
	return old, err
}

// remove asks the store once to remove an object.
func (b *Bucket) remove(ctx context.Context, key string) error {
	ctx, cancel := context.WithTimeout(ctx, b.budget)
	defer cancel()
	return describe(b.s3.RemoveObject(ctx, b.bucket, key, minio.RemoveObjectOptions{}))
}

func (b *Bucket) announce(ctx context.Context, sum, token string) error {
	return b.try(ctx, func(ctx context.Context) error {
		_, err := b.send(ctx, b.notice(sum), newObject([]byte(token)), false) // another's may stand there at once
		return err
	})
}

// lookUp reads the announcement; it is "" if there is none that holds.
func (b *Bucket) lookUp(ctx context.Context, sum string) (token string, err error) {
	err = b.try(ctx, func(ctx context.Context) (err error) {
		token, err = b.announced(ctx, sum)
		return err
	})
	return token, err
}

// announced is lookUp in one attempt.
func (b *Bucket) announced(ctx context.Context, sum string) (token string, err error) {
	body, o, h, err := b.s3.GetObject(ctx, b.bucket, b.notice(sum), minio.GetObjectOptions{})
	if isMissing(err) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	defer body.Close()
	word, err := io.ReadAll(io.LimitReader(body, 100))
	if err != nil || newSeen(o, h).age > b.lease {
		return "", err
	}
	return string(word), nil
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
