package storetest

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/wxup/wxup/app/store"
)

func testList(t *testing.T, b store.Blobs) {
	want := map[string]int64{}
	for i := range 300 {
		data := Bytes(uint64(i), i)
		want[put(t, b, data)] = int64(i)
	}
	all := list(t, b)
	if len(all) != len(want) {
		t.Errorf("List gives %d, want %d", len(all), len(want))
	}
	for sum, size := range want {
		if all[sum].Size != size || all[sum].Put.IsZero() {
			t.Errorf("%s is listed as %+v, want %d bytes", sum, all[sum], size)
		}
	}
	n := 0
	for range b.List(t.Context()) {
		if n++; n == 10 {
			break
		}
	}
	if n != 10 {
		t.Errorf("a List that was left after 10 gave %d", n)
	}
}

// testListMany lists more than any store gives at once.
func testListMany(t *testing.T, b store.Blobs) {
	const many = 1_100
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Go(func() {
			for i := w; i < many; i += 16 {
				data := []byte(fmt.Sprint(i))
				if err := b.Put(t.Context(), Sum(data), int64(len(data)), bytes.NewReader(data)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	all := list(t, b)
	if len(all) != many {
		t.Errorf("List gives %d, want %d", len(all), many)
	}
	for i := range many {
		if sum := Sum([]byte(fmt.Sprint(i))); all[sum].SHA256 != sum {
			t.Errorf("%s is not listed", sum)
		}
	}
}

func testListWhileWritten(t *testing.T, b store.Blobs) {
	want := map[string]bool{}
	for i := range 50 {
		want[put(t, b, Bytes(uint64(i), 100))] = true
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 100 {
			data := Bytes(uint64(1000+i), 100)
			if err := b.Put(t.Context(), Sum(data), 100, bytes.NewReader(data)); err != nil {
				t.Error(err)
			}
		}
	})
	for range 5 {
		all := list(t, b)
		for sum := range want {
			if all[sum].Size != 100 {
				t.Errorf("%s was there all the time and is listed as %+v", sum, all[sum])
			}
		}
		for sum := range all {
			if !store.ValidDigest(sum) {
				t.Errorf("List gives %q", sum)
			}
		}
	}
	wg.Wait()
	if all := list(t, b); len(all) != 150 {
		t.Errorf("%d blobs, want 150", len(all))
	}
}
