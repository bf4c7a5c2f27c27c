package upkeep_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/fsblob"
	"github.com/wxup/wxup/app/store/s3blob"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/app/testservers"
	"github.com/wxup/wxup/app/upkeep"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/server"
)

// site is an index and a store of images, with uploads in them.
type site struct {
	t     *testing.T
	index *sqlindex.Index
	blobs store.Blobs
	n     int
}

// everywhere runs a test on disk and SQLite, and on PostgreSQL and S3.
func everywhere(t *testing.T, test func(t *testing.T, s *site)) {
	t.Run("disk and SQLite", func(t *testing.T) { test(t, onDisk(t)) })
	t.Run("PostgreSQL and S3", func(t *testing.T) { test(t, onServers(t)) })
}

func onDisk(t *testing.T) *site {
	dir := t.TempDir()
	index, err := sqlindex.Open(t.Context(), filepath.Join(dir, "index.db"))
	must(t, err)
	t.Cleanup(func() { index.Close() })
	blobs, err := fsblob.Open(filepath.Join(dir, "blobs"))
	must(t, err)
	t.Cleanup(func() { blobs.Close() })
	return &site{t: t, index: index, blobs: blobs}
}

func onServers(t *testing.T) *site {
	index, err := sqlindex.Open(t.Context(), testservers.Postgres(t))
	must(t, err)
	t.Cleanup(func() { index.Close() })
	s3 := testservers.S3(t)
	for _, pair := range s3.Env() {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	blobs, err := s3blob.Open(t.Context(), s3.URL(t))
	must(t, err)
	t.Cleanup(func() { blobs.Close() })
	return &site{t: t, index: index, blobs: blobs}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func digest(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// upload keeps a file and records it, as if that had been some time ago.
func (s *site) upload(account, content string, ago, life time.Duration) *server.Media {
	s.t.Helper()
	must(s.t, s.blobs.Put(s.t.Context(), digest(content), int64(len(content)), bytes.NewReader([]byte(content))))
	at := time.Now().Add(-ago)
	m := &server.Media{
		ID: "id-" + account + "-" + digest(content)[:16], Account: account, Endpoint: "marketing", SHA256: digest(content), Size: int64(len(content)),
		Format: media.JPEG, Filename: "a.jpg", Public: true, Created: at,
	}
	if life > 0 {
		m.Expires = at.Add(life)
	}
	s.n++
	e := &server.Exchange{
		ID: fmt.Sprintf("exchange-%d", s.n), Time: at, Family: wxup.PayV3, Endpoint: "marketing", Account: account, Method: "POST", Status: 200, Media: m,
	}
	err := s.index.Record(s.t.Context(), e)
	if errors.Is(err, server.ErrKeepAgain) {
		must(s.t, s.blobs.Put(s.t.Context(), digest(content), int64(len(content)), bytes.NewReader([]byte(content))))
		err = s.index.Record(s.t.Context(), e)
	}
	must(s.t, err)
	return m
}

func (s *site) has(content string) bool {
	_, err := s.blobs.Stat(s.t.Context(), digest(content))
	if err != nil && !errors.Is(err, server.ErrNotFound) {
		s.t.Fatal(err)
	}
	return err == nil
}

const day = 24 * time.Hour

// TestCollect: what is old goes, and nothing else: not what was uploaded again since, nor what
// another account has as well.
func TestCollect(t *testing.T) {
	everywhere(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		s.upload("a", "old", 100*day, 0)
		s.upload("a", "old, and uploaded again", 100*day, 0)
		s.upload("a", "old, and uploaded again", 5*day, 0)
		s.upload("a", "old, and another's", 100*day, 0)
		s.upload("b", "old, and another's", 5*day, 0)
		s.upload("b", "invoice that has ended", 6*day, 3*day)
		s.upload("b", "invoice, uploaded again", 6*day, 3*day)
		s.upload("b", "invoice, uploaded again", day, 3*day)
		s.upload("b", "new", time.Minute, 0)
		orphan := "nobody's"
		must(t, s.blobs.Put(ctx, digest(orphan), int64(len(orphan)), bytes.NewReader([]byte(orphan))))
		all := []string{"old", "old, and uploaded again", "old, and another's", "invoice that has ended", "invoice, uploaded again", "new", orphan}

		policy := upkeep.Policy{
			Exchanges: 50 * day, Images: 50 * day,
			Now: func() time.Time { return time.Now().Add(2 * day) }, // by which the orphan is old
		}
		dry := policy
		dry.DryRun = true
		would, err := upkeep.Collect(ctx, s.index, s.blobs, dry)
		must(t, err)
		for _, content := range all {
			if !s.has(content) {
				t.Fatalf("a dry run has removed %q", content)
			}
		}
		got, err := upkeep.Collect(ctx, s.index, s.blobs, policy)
		must(t, err)
		want := upkeep.Collected{Exchanges: 3, Media: 3, Files: 2, Bytes: int64(len("old") + len("invoice that has ended"))}
		if got != want {
			t.Errorf("forgotten: %+v, want %+v", got, want)
		}
		if would.Exchanges != got.Exchanges || would.Media != got.Media || would.Files != 0 { // the records were still there
			t.Errorf("the dry run said %+v", would)
		}
		// What has no row was found, and goes the next day.
		policy.Now = func() time.Time { return time.Now().Add(3*day + time.Hour) }
		policy.Images = 0
		if got, err = upkeep.Collect(ctx, s.index, s.blobs, policy); err != nil || got != (upkeep.Collected{Files: 1, Bytes: int64(len(orphan))}) {
			t.Errorf("a day later: %+v, %v", got, err)
		}
		gone := map[string]bool{"old": true, "invoice that has ended": true, orphan: true}
		for _, content := range all {
			if s.has(content) == gone[content] {
				t.Errorf("%q: there is %v", content, !gone[content])
			}
		}
		if again, err := upkeep.Collect(ctx, s.index, s.blobs, policy); err != nil || again != (upkeep.Collected{}) {
			t.Errorf("the second time: %+v, %v", again, err)
		}
		n, err := upkeep.Check(ctx, s.index, s.blobs, upkeep.Checks{})
		if err != nil || n.Faults != 0 || n.Records != 4 {
			t.Errorf("what is left: %+v, %v", n, err)
		}
	})
}

// TestPolicy: an age that could lose an upload under way is refused.
func TestPolicy(t *testing.T) {
	s := onDisk(t)
	for _, p := range []upkeep.Policy{{Exchanges: time.Minute}, {Images: day}, {Orphans: time.Minute}, {Keep: -1}} {
		if _, err := upkeep.Collect(t.Context(), s.index, s.blobs, p); err == nil {
			t.Errorf("%+v was carried out", p)
		}
	}
}

// TestCheck: what is missing and what is damaged is found, each record of it; a copy mends it, and
// no copy but the right one.
func TestCheck(t *testing.T) {
	s := onDisk(t)
	ctx := t.Context()
	for _, account := range []string{"a", "b"} {
		s.upload(account, "shared", day, 0)
	}
	s.upload("a", "lost", day, 0)
	s.upload("a", "longer", day, 0)
	s.upload("a", "right", day, 0)
	must(t, os.Chmod(s.path(digest("shared")), 0o600))
	must(t, os.WriteFile(s.path(digest("shared")), []byte("shaRed"), 0o600))
	must(t, os.Chmod(s.path(digest("longer")), 0o600))
	must(t, os.WriteFile(s.path(digest("longer")), []byte("longer!"), 0o600))
	must(t, os.Remove(s.path(digest("lost"))))

	var found []upkeep.Finding
	look := func(c upkeep.Checks) upkeep.Checked {
		t.Helper()
		found = nil
		c.Found = func(f upkeep.Finding) { found = append(found, f) }
		n, err := upkeep.Check(ctx, s.index, s.blobs, c)
		must(t, err)
		return n
	}
	if n := look(upkeep.Checks{}); n.Records != 5 || n.Faults != 4 || len(found) != 4 || n.Mended != 0 {
		t.Errorf("found %+v: %+v", n, found)
	}
	if n := look(upkeep.Checks{Quick: true}); n.Faults != 2 { // one has the right size
		t.Errorf("by the sizes %+v", n)
	}
	backup, err := fsblob.Open(t.TempDir())
	must(t, err)
	defer backup.Close()
	must(t, backup.Put(ctx, digest("shared"), 6, bytes.NewReader([]byte("shared"))))
	must(t, backup.Put(ctx, digest("lost"), 4, bytes.NewReader([]byte("lost"))))
	if n := look(upkeep.Checks{Repair: true, Copy: backup}); n.Faults != 4 || n.Mended != 3 {
		t.Errorf("repaired %+v: %+v", n, found)
	}
	if n := look(upkeep.Checks{}); n.Faults != 1 || found[0].Fault != upkeep.Missing {
		t.Errorf("afterwards %+v: %+v", n, found)
	}
	s.upload("a", "longer", 0, 0) // brings them again
	if n := look(upkeep.Checks{}); n.Faults != 0 {
		t.Errorf("and in the end %+v: %+v", n, found)
	}
}

// path is where a blob lies.
func (s *site) path(sum string) string {
	s.t.Helper()
	b, err := s.blobs.Open(s.t.Context(), sum)
	must(s.t, err)
	defer b.Close()
	return b.ReadSeekCloser.(*os.File).Name()
}

// TestCopyImages: from disk to S3 and back, cut short and gone on with; what is there is not copied
// again.
func TestCopyImages(t *testing.T) {
	from, to := onDisk(t), onServers(t)
	const files = 250
	for i := range files {
		content := fmt.Sprint("file ", i)
		must(t, from.blobs.Put(t.Context(), digest(content), int64(len(content)), bytes.NewReader([]byte(content))))
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := upkeep.CopyImages(ctx, from.blobs, to.blobs, 4, false, func(_ string, done, _ int64) {
		if done >= 100 {
			cancel()
		}
	}); !errors.Is(err, context.Canceled) {
		t.Fatalf("it was cut short: %v", err)
	}
	n, err := upkeep.CopyImages(t.Context(), from.blobs, to.blobs, 4, true, nil)
	if err != nil || n.Files != files || n.Copied == 0 || n.Copied > files-90 {
		t.Errorf("dry run %+v, %v", n, err)
	}
	again, err := upkeep.CopyImages(t.Context(), from.blobs, to.blobs, 4, false, nil)
	if err != nil || again != n {
		t.Errorf("went on with %+v, %v; the dry run said %+v", again, err, n)
	}
	if n, err := upkeep.CopyImages(t.Context(), from.blobs, to.blobs, 4, false, nil); err != nil || n.Copied != 0 {
		t.Errorf("the next time %+v, %v", n, err)
	}
	back := onDisk(t)
	if n, err := upkeep.CopyImages(t.Context(), to.blobs, back.blobs, 4, false, nil); err != nil || n.Copied != files {
		t.Errorf("back %+v, %v", n, err)
	}
}

// TestCollectKeeps: a dry run counts as many exchanges as would go, with those of the newest that
// stay.
func TestCollectKeeps(t *testing.T) {
	everywhere(t, func(t *testing.T, s *site) {
		for i := range 10 {
			s.upload([]string{"a", "b"}[i%2], fmt.Sprint("file ", i), 100*day, 0)
		}
		for account, want := range map[string]int64{"": 7, "a": 2, "nobody": 0} {
			policy := upkeep.Policy{Exchanges: 50 * day, Keep: 3, Account: account, DryRun: true}
			n, err := upkeep.Collect(t.Context(), s.index, s.blobs, policy)
			if err != nil || n.Exchanges != want {
				t.Errorf("of %q %d would go, %v; want %d", account, n.Exchanges, err, want)
			}
		}
	})
}

// broken gives blobs of which some cannot be read to their end.
type broken struct {
	store.Blobs
	reads map[string]error
}

func (b broken) Open(ctx context.Context, sum string) (*store.Blob, error) {
	blob, err := b.Blobs.Open(ctx, sum)
	if why := b.reads[sum]; err == nil && why != nil {
		blob.ReadSeekCloser = unreadable{blob.ReadSeekCloser, why}
	}
	return blob, err
}

type unreadable struct {
	io.ReadSeekCloser
	why error
}

func (u unreadable) Read([]byte) (int, error) { return 0, u.why }

// TestRepairUnsure: bytes that the store does not give just now are not removed; those that the
// disk cannot read are.
func TestRepairUnsure(t *testing.T) {
	everywhere(t, func(t *testing.T, s *site) {
		s.upload("a", "on its way", day, 0)
		s.upload("a", "on a bad sector", day, 0)
		blobs := &removals{Blobs: broken{s.blobs, map[string]error{
			digest("on its way"):      fmt.Errorf("given up after 2s: %w", server.ErrUnavailable),
			digest("on a bad sector"): &fs.PathError{Op: "read", Path: "x", Err: syscall.EIO},
		}}}
		n, err := upkeep.Check(t.Context(), s.index, blobs, upkeep.Checks{Repair: true})
		if err != nil || n.Faults != 2 {
			t.Errorf("found %+v, %v", n, err)
		}
		if want := []string{digest("on a bad sector")}; !slices.Equal(blobs.removed, want) {
			t.Errorf("removed were %q", blobs.removed)
		}
	})
}

// removals notes what is to be removed, and keeps it.
type removals struct {
	store.Blobs
	removed []string
}

func (r *removals) Delete(_ context.Context, sum string) error {
	r.removed = append(r.removed, sum)
	return nil
}

// TestCopyDamaged: what is damaged is counted, and does not keep the rest from being copied. What
// the target does not take ends the copying.
func TestCopyDamaged(t *testing.T) {
	from, to := onDisk(t), onDisk(t)
	for i := range 50 {
		from.upload("a", fmt.Sprint("file ", i), day, 0)
	}
	must(t, os.Chmod(from.path(digest("file 7")), 0o600))
	must(t, os.WriteFile(from.path(digest("file 7")), []byte("f1le 7"), 0o600))
	source := broken{from.blobs, map[string]error{digest("file 9"): &fs.PathError{Op: "read", Path: "x", Err: syscall.EIO}}}
	n, err := upkeep.CopyImages(t.Context(), source, to.blobs, 4, false, nil)
	if err != nil || n.Files != 50 || n.Copied != 48 || n.Damaged != 2 {
		t.Errorf("copied %+v, %v", n, err)
	}
	full := broken{from.blobs, map[string]error{digest("file 9"): server.ErrUnavailable}}
	if _, err := upkeep.CopyImages(t.Context(), full, to.blobs, 4, false, nil); !errors.Is(err, server.ErrUnavailable) {
		t.Errorf("from a store that is away: %v", err)
	}
	must(t, to.blobs.(*fsblob.Dir).Close())
	if _, err := upkeep.CopyImages(t.Context(), from.blobs, to.blobs, 4, false, nil); err == nil {
		t.Error("a closed directory takes images")
	}
}

// TestCopyRecorded: the images of young records are copied, and no others.
func TestCopyRecorded(t *testing.T) {
	everywhere(t, func(t *testing.T, s *site) {
		for _, x := range []struct {
			content string
			ago     time.Duration
		}{{"young", time.Minute}, {"younger", 0}, {"old", 2 * day}} {
			s.upload("a", x.content, x.ago, 0)
		}
		to := onDisk(t)
		for _, want := range []int64{2, 0} {
			n, err := upkeep.CopyRecorded(t.Context(), s.index, time.Now().Add(-time.Hour), s.blobs, to.blobs, 4, nil)
			if err != nil || n.Files != 2 || n.Copied != want {
				t.Errorf("copied %+v, %v", n, err)
			}
		}
		if !to.has("young") || !to.has("younger") || to.has("old") {
			t.Error("the wrong ones were copied")
		}
	})
}

// TestRepairInBucket: what is damaged in a bucket is gone when it is said to be removed, and right
// when it is said to be repaired.
func TestRepairInBucket(t *testing.T) {
	ctx, s, server := t.Context(), onDisk(t), testservers.NewS3(t, "")
	copies := s.blobs
	for _, pair := range server.Env() {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	bucket, err := s3blob.Open(ctx, server.URL(t))
	must(t, err)
	defer bucket.Close()
	s.blobs = bucket
	for content, age := range map[string]time.Duration{"one": time.Hour, "two": time.Hour, "new": 0} {
		s.upload("a", content, day, 0)
		found, err := filepath.Glob(filepath.Join(server.Dir, "*", digest(content)[:2], digest(content)))
		if err != nil || len(found) != 1 {
			t.Fatalf("%q lies in %q, %v", content, found, err)
		}
		must(t, os.WriteFile(found[0], []byte("bad"), 0o600))
		must(t, os.Chtimes(found[0], time.Time{}, time.Now().Add(-age)))
	}
	must(t, copies.Put(ctx, digest("one"), 3, strings.NewReader("one")))
	must(t, copies.Put(ctx, digest("new"), 3, strings.NewReader("new")))
	said := map[string]string{}
	n, err := upkeep.Check(ctx, s.index, s.blobs, upkeep.Checks{Repair: true, Copy: copies, Found: func(f upkeep.Finding) {
		said[f.Media.SHA256] = fmt.Sprintf("%s %t %t", f.Fault, f.Repaired, f.Cleared)
	}})
	if err != nil || n.Faults != 3 || n.Mended != 2 {
		t.Errorf("repaired %+v, %v", n, err)
	}
	for content, want := range map[string]string{"one": "damaged true true", "two": "damaged false true", "new": "damaged true true"} {
		if got := said[digest(content)]; got != want {
			t.Errorf("of %q it is said %q, not %q", content, got, want)
		}
	}
	if !s.has("one") || s.has("two") || !s.has("new") {
		t.Error("what is there is not what was said")
	}
	clear(said)
	if n, err = upkeep.Check(ctx, s.index, s.blobs, upkeep.Checks{}); err != nil || n.Faults != 1 {
		t.Errorf("afterwards %+v, %v", n, err)
	}
}
