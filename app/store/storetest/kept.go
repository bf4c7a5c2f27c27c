package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/server"
)

// Kept is an index and the bytes that it knows of, as [TestKept] tests them.
type Kept struct {
	Index interface {
		server.Recorder
		store.Rows
		Unwanted(ctx context.Context, state string, before time.Time, after store.Row, limit int) ([]store.Row, error)
		Adopt(ctx context.Context, found []store.Info, now time.Time) (int64, error)
		Doom(ctx context.Context, sha256 string, now time.Time) error
		DropMedia(ctx context.Context, before time.Time, account string, dryRun bool) (int64, error)
	}
	Blobs store.Blobs
}

// TestKept puts bytes while they are deleted: bytes that nothing has any more, because their media
// was dropped or because a crash has left them, are uploaded by two at the very moment when two
// collectors delete them. Each upload is acknowledged, and has its bytes. open gives one site to
// all that use it, or one of its nodes to each.
func TestKept(t *testing.T, rounds int, nodes ...Kept) {
	node := func(i int) Kept { return nodes[i%len(nodes)] }
	var again atomic.Int64
	var all sync.WaitGroup
	room := make(chan bool, 8)
	for i := range rounds {
		room <- true
		all.Go(func() {
			defer func() { <-room }()
			data := Bytes(uint64(i), 2000)
			sum, account := Sum(data), fmt.Sprint("account ", i)
			ctx := t.Context()
			long := time.Now().Add(-100 * 24 * time.Hour)
			if i%2 == 0 { // an old upload, which is dropped
				_, err := keep(ctx, node(i), data, account, "old", long)
				must(t, err)
				n, err := node(i).Index.DropMedia(ctx, long.Add(time.Hour), account, false)
				if must(t, err); n != 1 {
					t.Errorf("%d media were dropped", n)
				}
			} else {
				must(t, node(i).Blobs.Put(ctx, sum, int64(len(data)), bytes.NewReader(data)))
				n, err := node(i).Index.Adopt(ctx, []store.Info{{SHA256: sum, Size: 2000}}, time.Now())
				if must(t, err); n != 1 {
					t.Errorf("%d blobs were found without a row", n)
				}
			}
			row, err := doomedRow(ctx, node(i), sum)
			must(t, err)
			if i%4 == 0 { // wanted by now; that the row does not say so yet must not matter
				_, err := keep(ctx, node(i), data, account+" too", "old", time.Now())
				must(t, err)
				must(t, node(i).Index.Doom(ctx, sum, time.Now()))
				row, err = doomedRow(ctx, node(i), sum)
				must(t, err)
			}
			var raced sync.WaitGroup
			for k := range 2 {
				raced.Go(func() {
					_, err := store.Remove(ctx, node(i+k).Index, slow{node(i + k).Blobs}, row)
					if err != nil && !errors.Is(err, context.DeadlineExceeded) { // then a later one takes it up
						t.Error(err)
					}
				})
				if i%4 == 0 {
					continue
				}
				raced.Go(func() {
					n, err := keep(ctx, node(i+k+1), data, account, fmt.Sprint("new ", k), time.Now())
					if err != nil {
						t.Errorf("an upload was refused: %v", err)
					}
					again.Add(int64(n))
				})
			}
			raced.Wait()
			if got, err := get(ctx, node(0).Blobs, sum); err != nil || !bytes.Equal(got, data) {
				t.Errorf("an acknowledged upload has lost its bytes: %d, %v", len(got), err)
			}
		})
	}
	all.Wait()
	t.Logf("%d rounds; bytes were kept again %d times", rounds, again.Load())
}

// slow is a store in which a DELETE takes its time.
type slow struct{ store.Blobs }

func (s slow) Delete(ctx context.Context, sum string) error {
	time.Sleep(rand.N(20 * time.Millisecond))
	return s.Blobs.Delete(ctx, sum)
}

func doomedRow(ctx context.Context, k Kept, sum string) (store.Row, error) {
	for after := (store.Row{}); ; {
		rows, err := k.Index.Unwanted(ctx, "doomed", time.Now().Add(time.Hour), after, 100)
		if err != nil {
			return after, err
		}
		for _, row := range rows {
			if row.SHA256 == sum {
				return row, nil
			}
			after = row
		}
		if len(rows) < 100 {
			return after, errors.New("the bytes are not doomed")
		}
	}
}

// keep uploads as the server does it, and gives how often the bytes had to be kept again.
func keep(ctx context.Context, k Kept, data []byte, account, name string, at time.Time) (again int, err error) {
	e := NewExchange(0)
	e.ID, e.Time, e.Account, e.Nonce = account+" "+name, at, account, nil
	e.Media.ID, e.Media.Account, e.Media.SHA256, e.Media.Size, e.Media.Created = account+" "+name, account, Sum(data), int64(len(data)), at
	for ; ; again++ {
		if err := k.Blobs.Put(ctx, Sum(data), int64(len(data)), bytes.NewReader(data)); err != nil {
			return again, err
		}
		if err := k.Index.Record(ctx, e); !errors.Is(err, server.ErrKeepAgain) {
			return again, err
		}
		time.Sleep(time.Millisecond)
	}
}
