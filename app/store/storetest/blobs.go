// Package storetest says by tests what a store must do: [TestBlobs] for any [store.Blobs],
// [TestIndex] for any [server.Index]. A backend's own tests call them, and add what only that
// backend does.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/server"
)

// TestBlobs runs the suite. Each part opens Blobs of its own, empty, which open closes at the end
// of t. Parts run at the same time.
func TestBlobs(t *testing.T, open func(t *testing.T) store.Blobs) {
	for _, part := range []struct {
		name string
		test func(*testing.T, store.Blobs)
	}{
		{"put and get", testPutGet},
		{"seek", testSeek},
		{"borders", testBorders},
		{"missing", testMissing},
		{"mismatch", testMismatch},
		{"lying content", testLyingContent},
		{"broken content", testBrokenContent},
		{"put again", testPutAgain},
		{"delete", testDelete},
		{"delete twice", testDeleteTwice},
		{"list", testList},
		{"list of many", testListMany},
		{"same bytes at once", testSameBytes},
		{"read while written", testReadWhileWritten},
		{"list while written", testListWhileWritten},
		{"delete while put", testDeleteWhilePut},
		{"cancelled", testCancelled},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.test(t, open(t))
		})
	}
}

func testPutGet(t *testing.T, b store.Blobs) {
	for i, size := range []int{0, 1, 4095, 4096, 4097, 200 << 10, 3 << 20} {
		data := Bytes(uint64(i), size)
		before := time.Now().Add(-2 * time.Second) // file systems keep coarse times
		sum := put(t, b, data)
		got, err := get(t.Context(), b, sum)
		if err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%d bytes: got %d bytes back, equal %t, err %v", size, len(got), bytes.Equal(got, data), err)
		}
		f, err := b.Open(t.Context(), sum)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		info, err := b.Stat(t.Context(), sum)
		if err != nil || info != f.Info || info.SHA256 != sum || info.Size != int64(size) || info.Put.Before(before) {
			t.Errorf("Stat = %+v, %v, and Open gave %+v; wanted %s, %d bytes, put after %s", info, err, f.Info, sum, size, before)
		}
	}
}

func testSeek(t *testing.T, b store.Blobs) {
	data := Bytes(1, 100_000)
	f, err := b.Open(t.Context(), put(t, b, data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, x := range []struct {
		offset int64
		whence int
		at     int
	}{
		{70_000, io.SeekStart, 70_000},
		{0, io.SeekStart, 0},
		{-10, io.SeekEnd, 99_990},
		{0, io.SeekEnd, 100_000},
		{99_000, io.SeekStart, 99_000},
		{-500, io.SeekCurrent, 98_600}, // 100 bytes were read before
	} {
		at, err := f.Seek(x.offset, x.whence)
		if err != nil || at != int64(x.at) {
			t.Fatalf("Seek(%d, %d) = %d, %v; want %d", x.offset, x.whence, at, err, x.at)
		}
		got := make([]byte, min(100, len(data)-x.at))
		if _, err := io.ReadFull(f, got); err != nil || !bytes.Equal(got, data[x.at:x.at+len(got)]) {
			t.Fatalf("at %d: other bytes than were put, or %v", x.at, err)
		}
	}
}

// testBorders reads from and to every place where an implementation may be off by one.
func testBorders(t *testing.T, b store.Blobs) {
	for i, size := range []int{0, 1, 2, 4096, 70_000} {
		data := Bytes(uint64(i), size)
		f, err := b.Open(t.Context(), put(t, b, data))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := iotest.TestReader(f, data); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		for _, at := range []int{0, 1, size - 1, size} {
			if at < 0 || at > size {
				continue
			}
			if _, err := f.Seek(int64(at), io.SeekStart); err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, data[at:]) {
				t.Errorf("%d bytes, from %d: got %d, %v", size, at, len(got), err)
			}
		}
		if _, err := f.Seek(-1, io.SeekStart); err == nil {
			t.Errorf("%d bytes: Seek(-1) succeeds", size)
		}
		if _, err := f.Seek(int64(size)+10, io.SeekStart); err != nil {
			t.Errorf("%d bytes: Seek behind the end: %v", size, err)
		} else if n, err := f.Read(make([]byte, 10)); n != 0 || err != io.EOF {
			t.Errorf("%d bytes: Read behind the end = %d, %v", size, n, err)
		}
	}
}

func testMissing(t *testing.T, b store.Blobs) {
	ctx := t.Context()
	for _, sum := range []string{
		Sum(nil), "", "..", "../../etc/passwd", strings.Repeat("A", 64), strings.Repeat("g", 64), strings.Repeat("/", 64),
		Sum(nil) + "0", Sum(nil)[:63],
	} {
		if _, err := b.Open(ctx, sum); !errors.Is(err, server.ErrNotFound) {
			t.Errorf("Open(%.20q) = %v, want ErrNotFound", sum, err)
		}
		if _, err := b.Stat(ctx, sum); !errors.Is(err, server.ErrNotFound) {
			t.Errorf("Stat(%.20q) = %v, want ErrNotFound", sum, err)
		}
		if err := b.Delete(ctx, sum); err != nil {
			t.Errorf("Delete(%.20q) = %v, want nil", sum, err)
		}
	}
	if all := list(t, b); len(all) != 0 {
		t.Errorf("List of nothing gives %v", all)
	}
}

func testMismatch(t *testing.T, b store.Blobs) {
	data := Bytes(1, 10_000)
	there := put(t, b, Bytes(2, 10_000))
	flipped := bytes.Clone(data)
	flipped[9_999] ^= 1
	for _, x := range []struct {
		name    string
		sum     string
		size    int64
		content []byte
	}{
		{"a flipped bit", Sum(data), 10_000, flipped},
		{"a byte too few", Sum(data), 10_000, data[:9_999]},
		{"a byte too many", Sum(data), 10_000, append(bytes.Clone(data), 0)},
		{"another size", Sum(data), 9_999, data},
		{"nothing", Sum(data), 10_000, nil},
		{"other bytes under a digest that is there", there, 10_000, data},
	} {
		err := b.Put(t.Context(), x.sum, x.size, bytes.NewReader(x.content))
		if !errors.Is(err, store.ErrMismatch) {
			t.Errorf("%s: Put = %v, want ErrMismatch", x.name, err)
		}
	}
	for _, sum := range []string{"", "..", strings.ToUpper(Sum(data)), Sum(data)[:63], "../" + Sum(data)[3:]} {
		if err := b.Put(t.Context(), sum, 10_000, bytes.NewReader(data)); err == nil {
			t.Errorf("Put under %q succeeds", sum)
		}
	}
	if all := list(t, b); len(all) != 1 {
		t.Errorf("%d blobs are left, want the one that was put", len(all))
	}
	if got, err := get(t.Context(), b, there); err != nil || Sum(got) != there {
		t.Errorf("the one that was put reads as %s, %v", Sum(got), err)
	}
}

func testLyingContent(t *testing.T, b store.Blobs) {
	data := Bytes(1, 10_000)
	for _, x := range []struct {
		name    string
		content []byte
	}{
		{"fewer", data[:9_999]},
		{"none", nil},
		{"more", append(bytes.Clone(data), 0)},
	} {
		if err := b.Put(t.Context(), Sum(data), 10_000, lying{bytes.NewReader(x.content), 10_000}); err == nil {
			t.Errorf("%s bytes than promised: Put succeeds", x.name)
		}
	}
	if all := list(t, b); len(all) != 0 {
		t.Errorf("%d blobs are left", len(all))
	}
}

// testBrokenContent: of two Puts of the same bytes one breaks off; the other one holds.
func testBrokenContent(t *testing.T, b store.Blobs) {
	data := Bytes(1, 100_000)
	errClient := errors.New("connection reset")
	broken := func() error {
		return b.Put(t.Context(), Sum(data), int64(len(data)), &breaking{bytes.NewReader(data), errClient})
	}
	if err := broken(); !errors.Is(err, errClient) {
		t.Errorf("Put = %v, want the error of the content", err)
	}
	if _, err := b.Stat(t.Context(), Sum(data)); !errors.Is(err, server.ErrNotFound) {
		t.Errorf("Stat of a Put that broke off = %v", err)
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := broken(); !errors.Is(err, errClient) {
				t.Errorf("Put = %v, want the error of the content", err)
			}
		})
	}
	put(t, b, data)
	wg.Wait()
	if got, err := get(t.Context(), b, Sum(data)); err != nil || !bytes.Equal(got, data) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}

func testPutAgain(t *testing.T, b store.Blobs) {
	data := Bytes(1, 50_000)
	sum := put(t, b, data)
	first, err := b.Stat(t.Context(), sum)
	if err != nil {
		t.Fatal(err)
	}
	content := bytes.NewReader(data)
	content.Seek(20_000, io.SeekStart) // wherever it stands
	if err := b.Put(t.Context(), sum, 50_000, content); err != nil {
		t.Fatal(err)
	}
	again, err := b.Stat(t.Context(), sum)
	if err != nil || again.Put.Before(first.Put) || again.Size != first.Size {
		t.Errorf("first %+v, then %+v, %v", first, again, err)
	}
	if all := list(t, b); len(all) != 1 {
		t.Errorf("%d blobs, want 1", len(all))
	}
}

func testDelete(t *testing.T, b store.Blobs) {
	ctx := t.Context()
	data := Bytes(1, 1000)
	sum := put(t, b, data)
	f, err := b.Open(ctx, sum)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := b.Delete(ctx, sum); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Open(ctx, sum); !errors.Is(err, server.ErrNotFound) {
		t.Errorf("Open after Delete = %v, want ErrNotFound", err)
	}
	if got, err := io.ReadAll(f); err == nil && !bytes.Equal(got, data) {
		t.Errorf("an open blob gives %d other bytes after Delete", len(got))
	}
	put(t, b, data)
	if got, err := get(ctx, b, sum); err != nil || !bytes.Equal(got, data) {
		t.Errorf("put after Delete: %d bytes, %v", len(got), err)
	}
}

// testDeleteTwice: two at once, and again; another blob stays.
func testDeleteTwice(t *testing.T, b store.Blobs) {
	ctx := t.Context()
	sum, other := put(t, b, Bytes(1, 1000)), put(t, b, Bytes(2, 1000))
	errs := make(chan error, 2)
	for range 2 {
		go func() { errs <- b.Delete(ctx, sum) }()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if err := b.Delete(ctx, sum); err != nil {
		t.Error(err)
	}
	if all := list(t, b); len(all) != 1 || all[other].Size != 1000 {
		t.Errorf("%d blobs are left, want the other one", len(all))
	}
}

// testCancelled: no work is done for a caller that has gone away, and it gets no wrong answer.
func testCancelled(t *testing.T, b store.Blobs) {
	there := put(t, b, Bytes(2, 1000))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	data := Bytes(1, 1000)
	if err := b.Put(ctx, Sum(data), 1000, bytes.NewReader(data)); !errors.Is(err, context.Canceled) {
		t.Errorf("Put with a cancelled context = %v", err)
	}
	if err := b.Delete(ctx, there); !errors.Is(err, context.Canceled) {
		t.Errorf("Delete with a cancelled context = %v", err)
	}
	if _, err := b.Stat(ctx, there); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("Stat with a cancelled context = %v", err)
	}
	if f, err := b.Open(ctx, there); err == nil {
		f.Close()
	} else if !errors.Is(err, context.Canceled) {
		t.Errorf("Open with a cancelled context = %v", err)
	}
	for info, err := range b.List(ctx) {
		if err != nil && !errors.Is(err, context.Canceled) || err == nil && info.SHA256 != there {
			t.Errorf("List with a cancelled context gives %+v, %v", info, err)
		}
	}
	if all := list(t, b); len(all) != 1 {
		t.Errorf("and %d blobs are there, want 1", len(all))
	}
	// What is open outlives the call that has opened it.
	ctx, cancel = context.WithCancel(t.Context())
	f, err := b.Open(ctx, there)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cancel()
	if got, err := io.ReadAll(f); err != nil || Sum(got) != there {
		t.Errorf("after the context of Open: %d bytes, %v", len(got), err)
	}
}
