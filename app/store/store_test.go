package store_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/fsblob"
	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/server"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// counted are Blobs that count how often they are asked to open one.
type counted struct {
	store.Blobs
	opens int
}

func (c *counted) Open(ctx context.Context, sum string) (*store.Blob, error) {
	c.opens++
	return c.Blobs.Open(ctx, sum)
}

func newStore(t testing.TB) (*store.Store, *counted) {
	t.Helper()
	dir, err := fsblob.Open(filepath.Join(t.TempDir(), "blobs"))
	must(t, err)
	t.Cleanup(func() { dir.Close() })
	blobs := &counted{Blobs: dir}
	s, err := store.New(blobs, secret(1))
	must(t, err)
	return s, blobs
}

func secret(i byte) []byte { return bytes.Repeat([]byte{i}, store.SecretSize) }

func newMedia(data []byte) *server.Media {
	return &server.Media{
		Account: "1900000001", Endpoint: "marketing", SHA256: storetest.Sum(data), Size: int64(len(data)), Format: media.JPEG, Public: true,
	}
}

func TestKeepAndOpen(t *testing.T) {
	s, _ := newStore(t)
	for i, m := range []*server.Media{
		{Account: "1900000001", Endpoint: "marketing", Format: media.JPEG, Public: true},
		{Account: "1900000001", Endpoint: "secapi", Format: media.PNG},
		{Account: "wx1", Endpoint: "video"},
	} {
		data := storetest.Bytes(uint64(i), 1000)
		m.SHA256, m.Size = storetest.Sum(data), 1000
		must(t, s.Keep(t.Context(), m, bytes.NewReader(data)))
		c, err := s.Open(t.Context(), m.ID)
		must(t, err)
		if c.SHA256 != m.SHA256 || c.Size != 1000 || c.Format != m.Format || c.Public != m.Public {
			t.Errorf("kept %+v, opened %+v", m, c)
		}
		must(t, iotest.TestReader(c, data))
		must(t, c.Close())
		if m.URL != "" {
			t.Errorf("URL is %q", m.URL)
		}
	}
}

// TestSameID: an ID depends on the account, the endpoint and the bytes, on all of each, and on
// nothing else.
func TestSameID(t *testing.T) {
	s, blobs := newStore(t)
	keep := func(s *store.Store, account, endpoint, data, filename string) string {
		m := newMedia([]byte(data))
		m.Account, m.Endpoint, m.Filename = account, endpoint, filename
		must(t, s.Keep(t.Context(), m, strings.NewReader(data)))
		return m.ID
	}
	first := keep(s, "1900000001", "marketing", "x", "a.jpg")
	if again := keep(s, "1900000001", "marketing", "x", "b.jpg"); again != first {
		t.Errorf("the same upload got %s and %s", first, again)
	}
	restarted, err := store.New(blobs, secret(1))
	must(t, err)
	if again := keep(restarted, "1900000001", "marketing", "x", "a.jpg"); again != first {
		t.Errorf("after a restart the same upload got %s and %s", first, again)
	}
	other, err := store.New(blobs, secret(2))
	must(t, err)
	seen := map[string]bool{first: true}
	for _, id := range []string{
		keep(s, "1900000002", "marketing", "x", ""), keep(s, "1900000001", "merchant", "x", ""), keep(s, "1900000001", "marketing", "y", ""),
		keep(s, "1900000001", "", "x", ""), keep(s, `1900000001" "marketing`, "", "x", ""),
		keep(s, "1900000001 ", "a", "x", ""), keep(s, "1900000001", " a", "x", ""),
		keep(s, "1900000001\x00a", "b", "x", ""), keep(s, "1900000001", "a\x00b", "x", ""),
		keep(other, "1900000001", "marketing", "x", ""),
	} {
		if seen[id] {
			t.Errorf("two uploads share the ID %s", id)
		}
		seen[id] = true
		if id[:8] == first[:8] || id[20:28] == first[20:28] {
			t.Errorf("%s and %s have a part in common", id, first)
		}
	}
	if _, err := other.Open(t.Context(), first); !errors.Is(err, server.ErrNotFound) {
		t.Errorf("another secret opens it: %v", err)
	}
}

// TestForgedIDs: no change of an ID gives another, and none costs a look at the disk.
func TestForgedIDs(t *testing.T) {
	s, blobs := newStore(t)
	m := newMedia([]byte("x"))
	must(t, s.Keep(t.Context(), m, strings.NewReader("x")))
	raw, err := base64.RawURLEncoding.DecodeString(m.ID)
	must(t, err)

	forged := []string{
		"", "x", m.ID + "A", m.ID[1:], m.ID[:len(m.ID)-1], "A" + m.ID, m.ID + "=", m.ID + "\n", m.ID[:40] + "\r\n" + m.ID[40:], " " + m.ID,
		strings.Repeat("A", 82), strings.Repeat("A", 87), strings.Repeat("A", 103), strings.Repeat("A", 1<<20),
		strings.Repeat("_", 87), strings.Repeat("\x00", 87), strings.Repeat("图", 29), "../../../../etc/passwd", m.SHA256,
	}
	for i := range len(raw) * 8 {
		b := bytes.Clone(raw)
		b[i/8] ^= 1 << (i % 8)
		forged = append(forged, base64.RawURLEncoding.EncodeToString(b))
	}
	for i := range m.ID { // other spellings
		for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=" {
			if id := m.ID[:i] + string(c) + m.ID[i+1:]; id != m.ID {
				forged = append(forged, id)
			}
		}
	}
	for n := range raw {
		forged = append(forged, base64.RawURLEncoding.EncodeToString(raw[:n]))
	}
	for _, id := range forged {
		if c, err := s.Open(t.Context(), id); !errors.Is(err, server.ErrNotFound) {
			t.Errorf("Open(%.100q) = %v, %v", id, c, err)
		}
	}
	if blobs.opens != 0 {
		t.Errorf("%d of %d forged IDs cost a look at the disk", blobs.opens, len(forged))
	}
	if _, err := s.Open(t.Context(), m.ID); err != nil {
		t.Error(err)
	}
}

func TestMissingBlob(t *testing.T) {
	s, blobs := newStore(t)
	m := newMedia([]byte("x"))
	must(t, s.Keep(t.Context(), m, strings.NewReader("x")))
	must(t, blobs.Delete(t.Context(), m.SHA256))
	if _, err := s.Open(t.Context(), m.ID); !errors.Is(err, server.ErrNotFound) {
		t.Errorf("Open = %v, want ErrNotFound", err)
	}
}

func TestKeepRefuses(t *testing.T) {
	s, _ := newStore(t)
	m := newMedia([]byte("x"))
	if err := s.Keep(t.Context(), m, strings.NewReader("y")); !errors.Is(err, store.ErrMismatch) || m.ID != "" {
		t.Errorf("Keep of other bytes = %v, with ID %q", err, m.ID)
	}
	m.SHA256 = "../x"
	if err := s.Keep(t.Context(), m, strings.NewReader("x")); err == nil || m.ID != "" {
		t.Errorf("Keep under no digest = %v, with ID %q", err, m.ID)
	}
	m = newMedia([]byte("x"))
	m.Format = "a-format-with-a-name-that-is-too-long"
	if err := s.Keep(t.Context(), m, strings.NewReader("x")); err == nil {
		t.Error("Keep of a format with a long name succeeds, and Open would refuse its ID")
	}
	for _, n := range []int{0, 16, 31, 33} {
		if _, err := store.New(nil, make([]byte, n)); err == nil {
			t.Errorf("New takes a secret of %d bytes", n)
		}
	}
}

// TestFormats: every format that there is fits into an ID.
func TestFormats(t *testing.T) {
	s, _ := newStore(t)
	for _, f := range []media.Format{media.Unknown, media.JPEG, media.PNG, media.BMP, media.HTML, "sixteen letters!"} {
		m := newMedia([]byte("x"))
		m.Format = f
		must(t, s.Keep(t.Context(), m, strings.NewReader("x")))
		c, err := s.Open(t.Context(), m.ID)
		must(t, err)
		c.Close()
		if c.Format != f {
			t.Errorf("%q comes back as %q", f, c.Format)
		}
		if strings.ContainsAny(m.ID, "+/=") || len(m.ID) > 103 {
			t.Errorf("%q is no ID for a URL", m.ID)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	s, _ := newStore(b)
	m := newMedia([]byte("x"))
	must(b, s.Keep(b.Context(), m, strings.NewReader("x")))
	b.Run("kept", func(b *testing.B) {
		for b.Loop() {
			c, err := s.Open(b.Context(), m.ID)
			must(b, err)
			io.Copy(io.Discard, c)
			c.Close()
		}
	})
	b.Run("forged", func(b *testing.B) {
		id := m.ID[:50] + "AAAA" + m.ID[54:]
		for b.Loop() {
			s.Open(b.Context(), id)
		}
	})
}

// TestVerify: a file that is damaged is served only if nobody verifies it; one that is whole comes
// from its start.
func TestVerify(t *testing.T) {
	path := filepath.Join(t.TempDir(), "blobs")
	dir, err := fsblob.Open(path)
	must(t, err)
	defer dir.Close()
	s, err := store.New(dir, secret(1))
	must(t, err)
	var damaged []string
	s.Damaged = func(sum string) { damaged = append(damaged, sum) }
	data := []byte("a picture")
	m := newMedia(data)
	must(t, s.Keep(t.Context(), m, bytes.NewReader(data)))
	open := func() (string, error) {
		f, err := s.Open(t.Context(), m.ID)
		if err != nil {
			return "", err
		}
		defer f.Close()
		got, err := io.ReadAll(f)
		return string(got), err
	}
	s.Verify = true
	if got, err := open(); got != "a picture" || err != nil || damaged != nil {
		t.Fatalf("whole: %q, %v, told %v", got, err, damaged)
	}
	for _, other := range []string{"a pictura", "a picture with more", "a pic", ""} {
		damaged = nil
		file := filepath.Join(path, m.SHA256[:2], m.SHA256)
		must(t, os.Chmod(file, 0o600))
		must(t, os.WriteFile(file, []byte(other), 0o600))
		if got, err := open(); !errors.Is(err, store.ErrMismatch) || !strings.Contains(err.Error(), m.SHA256) || len(damaged) != 1 {
			t.Errorf("with %q: %q, %v, told %v", other, got, err, damaged)
		}
	}
	s.Verify = false
	if _, err := open(); err != nil {
		t.Errorf("nobody verifies: %v", err)
	}
}
