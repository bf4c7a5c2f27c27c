package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/fsblob"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/app/testservers"
	"github.com/wxup/wxup/app/upkeep"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/server"
)

// eachIndex runs a test with an empty index of each kind.
func eachIndex(t *testing.T, test func(*testing.T, *sqlindex.Index)) {
	t.Run("SQLite", func(t *testing.T) { test(t, openIndex(t, filepath.Join(t.TempDir(), "index.db"))) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, openIndex(t, testservers.Postgres(t))) })
}

func openIndex(t *testing.T, where string) *sqlindex.Index {
	t.Helper()
	ix, err := sqlindex.Open(t.Context(), where)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ix.Close() })
	return ix
}

func openBlobDir(t *testing.T) *fsblob.Dir {
	t.Helper()
	d, err := fsblob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// keepOne keeps a file and records it.
func keepOne(t *testing.T, ix *sqlindex.Index, b store.Blobs, content string) {
	t.Helper()
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(content)))
	if err := b.Put(t.Context(), sum, int64(len(content)), strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	e := &server.Exchange{
		ID: "exchange of " + content, Time: time.Now(), Family: wxup.PayV3, Endpoint: "marketing", Account: "1900000001", Method: "POST", Status: 200,
		Media: &server.Media{ID: "id of " + content, Account: "1900000001", Endpoint: "marketing", SHA256: sum, Size: int64(len(content)), Format: media.JPEG, Created: time.Now()},
	}
	if err := ix.Record(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

// busy is a store into which uploads come as soon as it was listed.
type busy struct {
	blobs
	then func()
}

func (b busy) List(ctx context.Context) iter.Seq2[store.Info, error] {
	return func(yield func(store.Info, error) bool) {
		b.blobs.List(ctx)(yield)
		b.then()
	}
}

// TestMoveWhileServed: of what is uploaded while images and index are copied, no record comes without its bytes.
func TestMoveWhileServed(t *testing.T) {
	eachIndex(t, func(t *testing.T, from *sqlindex.Index) {
		source, target := openBlobDir(t), openBlobDir(t)
		to := openIndex(t, filepath.Join(t.TempDir(), "index.db"))
		keepOne(t, from, source, "before")
		var out bytes.Buffer
		p := &program{stdout: &out, stderr: io.Discard, lang: "en"}
		meanwhile := busy{source, func() { keepOne(t, from, source, "meanwhile") }}
		if _, err := p.moveOnce(t.Context(), &state{index: from}, meanwhile, target, to, move{toIndex: "x", toBlobs: "y", workers: 2}); err != nil {
			t.Fatal(err)
		}
		n, err := upkeep.Check(t.Context(), to, target, upkeep.Checks{})
		if err != nil || n.Records != 2 || n.Faults != 0 {
			t.Errorf("what was copied: %+v, %v\n%s", n, err, &out)
		}
	})
}

// TestMayBecome: the images of another wxup keep their records; what nobody has used yet is overwritten.
func TestMayBecome(t *testing.T) {
	eachIndex(t, func(t *testing.T, target *sqlindex.Index) {
		ctx := t.Context()
		s := &state{index: openIndex(t, filepath.Join(t.TempDir(), "index.db"))}
		set := func(ix *sqlindex.Index, secret string) {
			if err := ix.PutSetting(ctx, settingURLSecret, secret); err != nil {
				t.Fatal(err)
			}
		}
		set(s.index, "01")
		if err := s.mayBecome(ctx, target); err != nil {
			t.Errorf("an empty one: %v", err)
		}
		set(target, "02")
		if err := s.mayBecome(ctx, target); err != nil {
			t.Errorf("another one without images: %v", err)
		}
		keepOne(t, target, openBlobDir(t), "another's")
		if err := s.mayBecome(ctx, target); err == nil || !strings.Contains(err.Error(), "another wxup") {
			t.Errorf("another one with images: %v", err)
		}
		set(target, "01")
		if err := s.mayBecome(ctx, target); err != nil {
			t.Errorf("a copy of this one: %v", err)
		}
	})
}

// TestLeftIndex: an index that was carried elsewhere is not in use, its copy is, and it is again when it is served.
func TestLeftIndex(t *testing.T) {
	ctx := t.Context()
	old, next := &state{index: openIndex(t, filepath.Join(t.TempDir(), "index.db"))}, &state{index: openIndex(t, filepath.Join(t.TempDir(), "next.db"))}
	p := &program{stdout: io.Discard, stderr: io.Discard, lang: "en"}
	for range 2 {
		if _, err := p.moveOnce(ctx, old, nil, nil, next.index, move{toIndex: "x", leave: true}); err != nil {
			t.Fatal(err)
		}
		if err := old.inUse(ctx); err == nil || !strings.Contains(err.Error(), "next.db") {
			t.Errorf("the old one: %v", err)
		}
		if err := next.inUse(ctx); err != nil {
			t.Errorf("the new one: %v", err)
		}
	}
	for _, want := range []string{next.index.Where(), ""} {
		if moved, err := old.use(ctx); moved != want || err != nil || old.inUse(ctx) != nil {
			t.Errorf("in use again: %q, %v, %v", moved, err, old.inUse(ctx))
		}
	}
}

// endless is a store whose list takes for ever.
type endless struct {
	blobs
	listing chan struct{}
}

func (e endless) List(ctx context.Context) iter.Seq2[store.Info, error] {
	return func(yield func(store.Info, error) bool) {
		close(e.listing)
		<-ctx.Done()
		yield(store.Info{}, ctx.Err())
	}
}

// TestHouseIsKeptBesideCollecting: a collection that takes long holds up nothing else.
func TestHouseIsKeptBesideCollecting(t *testing.T) {
	ix := openIndex(t, filepath.Join(t.TempDir(), "index.db"))
	b := endless{openBlobDir(t), make(chan struct{})}
	n := &node{flags: serveFlags{collectEvery: time.Millisecond}, state: &state{index: ix}, blobs: b}
	n.ports.failed = make(chan error)
	over := make(chan error, 1)
	go func() { over <- n.keepHouse(t.Context()) }()
	<-b.listing
	failure := errors.New("a listener failed")
	select {
	case n.ports.failed <- failure:
	case <-time.After(5 * time.Second):
		t.Fatal("nobody looks after the listeners")
	}
	if err := <-over; !errors.Is(err, failure) {
		t.Errorf("it ends with %v", err)
	}
}

// TestInterrupted: who stops a command is told that it goes on the next time.
func TestInterrupted(t *testing.T) {
	var text bytes.Buffer
	p := &program{stderr: &text, lang: "en"}
	why := errors.New("why")
	if err := p.interrupted(t.Context(), why); err != why || text.Len() > 0 {
		t.Errorf("not stopped: %v %s", err, &text)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.interrupted(ctx, ctx.Err()); !errors.Is(err, exit(exitStopped)) || !strings.Contains(text.String(), "run it again") {
		t.Errorf("stopped: %v %s", err, &text)
	}
}
