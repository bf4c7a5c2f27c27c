package storetest

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/server"
)

// TestFull fills Blobs on a [SmallDisk] until nothing fits: that must be an error, of which nothing
// is seen, and no harm to what was there; and when there is room again, all is well. Room is made
// by removing the file ballast.
func TestFull(t *testing.T, b store.Blobs, ballast string) {
	const size = 300_000
	full := func(i uint64) error {
		data := Bytes(i, size)
		return b.Put(t.Context(), Sum(data), size, bytes.NewReader(data))
	}
	n := uint64(0)
	var err error
	for ; err == nil && n < 100; n++ {
		err = full(n)
	}
	if err == nil {
		t.Fatal("30 MB fit: the disk is not small")
	}
	n--
	t.Logf("%d blobs fit, then: %v", n, err)
	if n == 0 {
		t.Fatal("not one blob fits: this says nothing")
	}
	if _, err := b.Stat(t.Context(), Sum(Bytes(n, size))); !errors.Is(err, server.ErrNotFound) {
		t.Errorf("Stat of what did not fit = %v", err)
	}
	whole := func() {
		t.Helper()
		all := list(t, b)
		if uint64(len(all)) != n {
			t.Errorf("%d blobs are listed, %d were acknowledged", len(all), n)
		}
		for i := range n {
			if got, err := get(t.Context(), b, Sum(Bytes(i, size))); err != nil || !bytes.Equal(got, Bytes(i, size)) {
				t.Errorf("blob %d reads as %d bytes, %v", i, len(got), err)
			}
		}
	}
	whole()
	if err := full(n); err == nil {
		t.Error("the same Put succeeds now, and no room was made")
		n++
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := full(n); err != nil {
		t.Errorf("there is room again, and Put = %v", err)
	}
	n++
	whole()
}
