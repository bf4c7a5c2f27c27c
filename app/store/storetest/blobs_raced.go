package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/server"
)

func testSameBytes(t *testing.T, b store.Blobs) {
	data := Bytes(1, 100_000)
	const writers = 64
	errs := make(chan error, writers)
	for range writers {
		go func() {
			err := b.Put(t.Context(), Sum(data), int64(len(data)), bytes.NewReader(data))
			if err == nil { // acknowledged: must be there from now on
				var got []byte
				got, err = get(t.Context(), b, Sum(data))
				if err == nil && !bytes.Equal(got, data) {
					err = errors.New("other bytes")
				}
			}
			errs <- err
		}()
	}
	for range writers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if all := list(t, b); len(all) != 1 {
		t.Errorf("%d blobs, want 1", len(all))
	}
}

func testReadWhileWritten(t *testing.T, b store.Blobs) {
	data := Bytes(1, 2<<20)
	var wg sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		wg.Go(func() {
			for put := false; !put; {
				select {
				case <-done:
					put = true // look once more
				default:
				}
				got, err := get(t.Context(), b, Sum(data))
				if put && err != nil {
					t.Errorf("acknowledged, and: %v", err)
				} else if !errors.Is(err, server.ErrNotFound) && (err != nil || !bytes.Equal(got, data)) {
					t.Errorf("a reader saw %d bytes, %v: neither all nor nothing", len(got), err)
					return
				}
			}
		})
	}
	put(t, b, data)
	close(done)
	wg.Wait()
}

// testDeleteWhilePut: whatever the order of a Put and a Delete, the blob is there whole or not at
// all. That no upload loses its bytes is the rows' to see to: [TestKept].
func testDeleteWhilePut(t *testing.T, b store.Blobs) {
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			data := Bytes(uint64(i), 10_000)
			if err := deleteWhilePut(t.Context(), b, data); err != nil {
				t.Errorf("blob %d: %v", i, err)
			}
		})
	}
	wg.Wait()
}

func deleteWhilePut(ctx context.Context, b store.Blobs, data []byte) error {
	sum := Sum(data)
	put := func() error { return b.Put(ctx, sum, int64(len(data)), bytes.NewReader(data)) }
	if err := put(); err != nil {
		return err
	}
	deleted := make(chan error, 1)
	go func() { deleted <- b.Delete(ctx, sum) }()
	if err := put(); err != nil {
		return err
	}
	if err := <-deleted; err != nil {
		return err
	}
	if got, err := get(ctx, b, sum); !errors.Is(err, server.ErrNotFound) && (err != nil || !bytes.Equal(got, data)) {
		return fmt.Errorf("%d bytes, %v: neither all nor nothing", len(got), err)
	}
	if err := put(); err != nil {
		return err
	}
	_, err := b.Stat(ctx, sum)
	return err
}
