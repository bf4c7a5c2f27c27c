package s3blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/server"
)

// suffers calls f while there is a fault. If it is to fail, with an error that has want in it, it
// has a second for that, and more if nothing else than the end of that time came about: the machine
// was busy. If it is to succeed (want is ""), it has a minute, but an answer must come within half
// a second.
func suffers(t testing.TB, b *Bucket, p *proxy, name string, fault fault, want string, f func() error) error {
	t.Helper()
	for budget := time.Second; ; budget *= 4 {
		b.within(budget)
		if want == "" {
			b.budget, b.ping = time.Minute, time.Minute
		}
		p.set(fault)
		start := time.Now()
		err := f()
		p.set(nil)
		b.within(time.Minute)
		t.Logf("%-36s %6s  %v", name, time.Since(start).Round(time.Millisecond), err)
		if want == "" || !errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), want) || budget > time.Minute {
			return err
		}
	}
}

// TestPutFaults: whatever is done to a Put, it ends in time, an error says what was wrong, nothing
// is ever seen in part, and as soon as the fault is over the same Put succeeds.
func TestPutFaults(t *testing.T) {
	t.Parallel()
	b, p := openVia(t)
	wrongETag := changes(func(h http.Header) {
		h.Set("ETag", `"00000000000000000000000000000000"`)
		h.Del("X-Amz-Checksum-Sha256")
	})
	for i, x := range []struct {
		name  string
		fault fault
		err   string // "" for success
	}{
		{"500 once", first(1, answers(500, "InternalError")), ""},
		{"500 always", answers(500, "InternalError"), "500 InternalError: A message. (request REQ1)"},
		{"503 SlowDown twice", first(2, answers(503, "SlowDown")), ""},
		{"503 SlowDown always", answers(503, "SlowDown"), "503 SlowDown"},
		{"429 once", first(1, answers(429, "TooManyRequests")), ""},
		{"409 once", only("PUT", first(1, answers(409, "ConditionalRequestConflict"))), ""},
		{"403", answers(403, "AccessDenied"), "403 AccessDenied"},
		{"507", answers(507, "InsufficientStorage"), "507 InsufficientStorage"},
		{"a proxy's 502 page", func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			http.Error(w, "<html>Bad Gateway</html>", http.StatusBadGateway)
		}, "502"},
		{"200 with an error, once", only("PUT", first(1, answers(200, "InternalError"))), ""},
		{"200 with an error, always", only("PUT", answers(200, "InternalError")), "does not have it"},
		{"cut at once, once", first(1, resets), ""},
		{"cut at once, always", resets, "connection"},
		{"cut in the middle, once", only("PUT", first(1, cutsRequest)), ""},
		{"cut in the middle, always", only("PUT", cutsRequest), "connection"},
		{"done and not said, once", only("PUT", first(1, cutsAnswer)), ""},
		{"done and not said, always", cutsAnswer, "connection"},
		{"a flipped bit, once", only("PUT", first(1, flips)), ""},
		{"a flipped bit, always", only("PUT", flips), "400 XAmzContentSHA256Mismatch"},
		{"a wrong ETag, right bytes", wrongETag, ""},
		{"a wrong ETag, nothing written", only("PUT", func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			io.Copy(io.Discard, r.Body)
			w.Header().Set("ETag", `"00000000000000000000000000000000"`)
		}), "does not have it"},
		{"a wrong ETag, cannot be read back", func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.Method == "GET" {
				answers(500, "InternalError")(w, r, next)
			} else {
				wrongETag(w, r, next)
			}
		}, ""}, // the second attempt finds that it is there
		{"hangs once", first(1, p.hangs), ""},
		{"hangs always", p.hangs, "within 1s"},
		{"trickles", only("PUT", p.trickles), "within 1s"},
	} {
		data := storetest.Bytes(uint64(i), 300_000)
		sum := storetest.Sum(data)
		err := suffers(t, b, p, x.name, x.fault, x.err, func() error { return put(b, data) })
		if x.err == "" && err != nil {
			t.Errorf("%s: Put = %v", x.name, err)
		} else if x.err != "" && (err == nil || !strings.Contains(err.Error(), x.err)) {
			t.Errorf("%s: Put = %v, want an error with %q", x.name, err, x.err)
		}
		f, openErr := b.Open(t.Context(), sum)
		switch {
		case openErr == nil:
			got, err := io.ReadAll(f)
			f.Close()
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s: then a reader sees %d bytes, %v: neither all nor nothing", x.name, len(got), err)
			}
		case err == nil:
			t.Errorf("%s: acknowledged, and: %v", x.name, openErr)
		case !errors.Is(openErr, server.ErrNotFound):
			t.Errorf("%s: then Open = %v", x.name, openErr)
		}
		if err := put(b, data); err != nil {
			t.Errorf("%s is over, and Put = %v", x.name, err)
		}
	}
	for info, err := range b.List(t.Context()) {
		if err != nil || info.Size != 300_000 {
			t.Errorf("List gives %+v, %v", info, err)
		}
	}
}

// TestReadFaults: reading goes on where it was when a connection breaks, and ends in time when
// nothing comes.
func TestReadFaults(t *testing.T) {
	t.Parallel()
	b, p := openVia(t)
	data := storetest.Bytes(1, 2<<20)
	sum := storetest.Sum(data)
	if err := put(b, data); err != nil {
		t.Fatal(err)
	}
	read := func() error {
		f, err := b.Open(t.Context(), sum)
		if err != nil {
			return fmt.Errorf("open: %w", err)
		}
		defer f.Close()
		got, err := io.ReadAll(f)
		if !bytes.HasPrefix(data, got) {
			t.Errorf("other bytes came")
		}
		if err == nil && len(got) != len(data) {
			t.Errorf("%d bytes came without an error", len(got))
		}
		return err
	}
	for _, x := range []struct {
		name  string
		fault fault
		err   string // "" for success
	}{
		{"500 twice", first(2, answers(500, "InternalError")), ""},
		{"500 always", answers(500, "InternalError"), "s: the store says 500"},
		{"403", answers(403, "AccessDenied"), "open: the store says 403"},
		{"no bucket", answers(404, "NoSuchBucket"), "open: the store says 404 NoSuchBucket"},
		{"cut at once, once", first(1, resets), ""},
		{"cut in the middle, thrice", first(3, cutsBody), ""},
		{"stalls in the middle, once", first(1, p.stallsBody), ""},
		{"stalls in the middle, always", only("GET", p.stallsAtHalf(len(data))), "stopped coming"},
		{"hangs once", first(1, p.hangs), ""},
		{"hangs always", p.hangs, "open: the store did not answer within 1s"},
	} {
		err := suffers(t, b, p, x.name, x.fault, x.err, read)
		if x.err == "" && err != nil || x.err != "" && (err == nil || !strings.Contains(err.Error(), x.err)) {
			t.Errorf("%s: %v, want %q", x.name, err, x.err)
		}
	}
	// Each cut gives half of what is left, so this ends, and it needs many of them.
	p.set(cutsBody)
	if err := read(); err != nil {
		t.Errorf("cut in the middle, always: %v", err)
	}
	p.set(nil)

	// A blob that is deleted while it is read ends in an error or in all of it.
	f, err := b.Open(t.Context(), sum)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := b.Delete(t.Context(), sum); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Seek(1<<20, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if n, err := f.Read(make([]byte, 10)); err == nil {
		t.Errorf("%d bytes of what was deleted", n)
	}
}

func TestOtherFaults(t *testing.T) {
	t.Parallel()
	b, p := openVia(t)
	sum := storetest.Sum([]byte("x"))
	for _, x := range []struct {
		name  string
		fault func() fault
		err   string // "" for success
	}{
		{"500 once", func() fault { return first(1, answers(500, "InternalError")) }, ""},
		{"503 always", func() fault { return answers(503, "SlowDown") }, "the store says 503"},
		{"hangs once", func() fault { return first(1, p.hangs) }, ""},
		{"hangs always", func() fault { return p.hangs }, "the store did not answer within 1s"},
	} {
		for call, f := range map[string]func() error{
			"Stat":   func() error { _, err := b.Stat(t.Context(), sum); return err },
			"Ping":   func() error { return b.Ping(t.Context()) },
			"Delete": func() error { return b.Delete(t.Context(), sum) },
		} {
			if err := put(b, []byte("x")); err != nil { // it may be deleted below
				t.Fatal(err)
			}
			err := suffers(t, b, p, call+", "+x.name, x.fault(), x.err, f)
			if x.err == "" && err != nil || x.err != "" && (err == nil || !strings.Contains(err.Error(), x.err)) {
				t.Errorf("%s, %s: %v, want %q", call, x.name, err, x.err)
			}
		}
	}
	if err := put(b, []byte("x")); err != nil {
		t.Fatal(err)
	}
	list := func() (n int, err error) {
		for _, err := range b.List(t.Context()) {
			if err != nil {
				return n, err
			}
			n++
		}
		return n, nil
	}
	p.set(first(2, answers(500, "InternalError")))
	if n, err := list(); n != 1 || err != nil {
		t.Errorf("List, 500 twice: %d, %v", n, err)
	}
	p.set(answers(403, "AccessDenied"))
	if n, err := list(); n != 0 || err == nil {
		t.Errorf("List, 403: %d, %v", n, err)
	}
	b.patience = 2 * time.Second // it is asked again until then
	p.set(answers(200, "InternalError"))
	if n, err := list(); n != 0 || err == nil {
		t.Errorf("List, 200 with an error: %d, %v", n, err)
	}
	p.set(nil)
	if err := b.Ping(t.Context()); err != nil {
		t.Errorf("all faults are over, and Ping = %v", err)
	}
}

// TestBudget: so it is with the budget that users have.
func TestBudget(t *testing.T) {
	t.Parallel()
	b, p := openVia(t)
	b.within(Budget)
	data := storetest.Bytes(1, 300_000)
	p.set(p.hangs)
	start := time.Now()
	err := put(b, data)
	if err == nil || err.Error() != "the store did not answer within 2s" {
		t.Errorf("Put = %v", err)
	}
	t.Logf("%v, after %s", err, time.Since(start))
}

// TestLoan: net/http may read a request's body after it has returned. By then the memory may be
// another upload's.
func TestLoan(t *testing.T) {
	l := &loan{content: strings.NewReader("of another")}
	if err := l.end(); err != nil {
		t.Fatal(err)
	}
	if n, err := l.Read(make([]byte, 10)); n != 0 || err == nil {
		t.Errorf("Read after the end = %d, %v", n, err)
	}
}
