package s3blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/fsblob"
	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/app/testservers"
)

// openAt opens a URL of a server, with its keys. There is time enough on a machine that does other
// things as well.
func openAt(t testing.TB, s *testservers.S3Server, url string) *Bucket {
	t.Helper()
	at, err := parse(url)
	if err != nil {
		t.Fatal(err)
	}
	b, err := open(t.Context(), at, keysOf(s))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	b.within(time.Minute)
	return b
}

// within sets the budget, also that of Ping.
func (b *Bucket) within(budget time.Duration) {
	b.budget, b.ping, b.http.quick.ResponseHeaderTimeout = budget, budget, budget/2
}

func keysOf(s *testservers.S3Server) *credentials.Credentials {
	return credentials.NewStaticV4(s.AccessKey, s.SecretKey, "")
}

// openNew opens a bucket of its own.
func openNew(t testing.TB) *Bucket {
	t.Helper()
	s := testservers.S3(t)
	return openAt(t, s, s.URL(t))
}

func put(b *Bucket, data []byte) error {
	return b.Put(context.Background(), storetest.Sum(data), int64(len(data)), bytes.NewReader(data))
}

func TestBlobs(t *testing.T) {
	t.Parallel()
	storetest.TestBlobs(t, func(t *testing.T) store.Blobs { return openNew(t) })
}

// TestBlobsPlain runs the suite without what not every store can do.
func TestBlobsPlain(t *testing.T) {
	t.Parallel()
	storetest.TestBlobs(t, func(t *testing.T) store.Blobs {
		b := openNew(t)
		b.able = abilities{}
		return b
	})
}

// TestNodes: two processes on one bucket put the same bytes at the same time, and each sees what
// the other has put.
func TestNodes(t *testing.T) {
	t.Parallel()
	s := testservers.S3(t)
	url := s.URL(t)
	nodes := []*Bucket{openAt(t, s, url), openAt(t, s, url)}
	nodes[1].able = abilities{} // an older one
	var wg sync.WaitGroup
	for i := range 200 {
		data := storetest.Bytes(uint64(i), 20_000)
		for n, b := range nodes {
			wg.Go(func() {
				if err := put(b, data); err != nil {
					t.Errorf("node %d: %v", n, err)
				} else if err := reads(nodes[1-n], data); err != nil {
					t.Errorf("put by node %d, and the other one: %v", n, err)
				}
			})
		}
	}
	wg.Wait()
}

// reads reports whether a blob reads as it should.
func reads(b *Bucket, data []byte) error {
	f, err := b.Open(context.Background(), storetest.Sum(data))
	if err != nil {
		return err
	}
	defer f.Close()
	got, err := io.ReadAll(f)
	if err == nil && !bytes.Equal(got, data) {
		err = fmt.Errorf("%d other bytes", len(got))
	}
	return err
}

// TestPrefixes: two prefixes of a bucket do not see each other, nor does the bucket as a whole see
// them.
func TestPrefixes(t *testing.T) {
	t.Parallel()
	s := testservers.S3(t)
	url := s.URL(t)
	at := map[string]*Bucket{}
	for _, prefix := range []string{"", "/a", "/a/b", "/ab", "/ab/", "/00", "/图"} {
		at[prefix] = openAt(t, s, strings.Replace(url, "?", prefix+"?", 1))
	}
	if at["/ab"].prefix != at["/ab/"].prefix {
		t.Error("a slash at the end makes another prefix")
	}
	delete(at, "/ab/")
	for prefix, b := range at {
		if err := put(b, []byte(prefix)); err != nil {
			t.Fatal(err)
		}
	}
	for prefix, b := range at {
		n := 0
		for info, err := range b.List(t.Context()) {
			if n++; err != nil || info.SHA256 != storetest.Sum([]byte(prefix)) {
				t.Errorf("prefix %q lists %v, %v", prefix, info, err)
			}
		}
		if n != 1 {
			t.Errorf("prefix %q lists %d", prefix, n)
		}
		for other := range at {
			if _, err := b.Stat(t.Context(), storetest.Sum([]byte(other))); (err == nil) != (other == prefix) {
				t.Errorf("prefix %q, and what was put at %q: %v", prefix, other, err)
			}
		}
	}
}

// TestRequests counts what calls cost, since stores charge for it.
func TestRequests(t *testing.T) {
	t.Parallel()
	b, p := openVia(t)
	if got := p.asked(); got != "PUT PUT HEAD" { // the probe, again, and something that is not there
		t.Errorf("the first Open asks %s", got)
	}
	again, err := open(t.Context(), b.target, keysOf(testservers.S3(t)))
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
	if got := p.asked(); got != "PUT HEAD" {
		t.Errorf("another Open asks %s", got)
	}
	data := storetest.Bytes(1, 100_000)
	sum := storetest.Sum(data)
	call := func(name, want string, f func() error) {
		t.Helper()
		if err := f(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := p.asked(); got != want {
			t.Errorf("%s asks %s, want %s", name, got, want)
		}
	}
	doPut := func() error { return put(b, data) }
	call("Put of new bytes", "PUT", doPut)
	call("Put of what is there", "PUT HEAD", doPut)
	b.able = abilities{}
	call("Put of what is there, plain", "HEAD", doPut)
	call("Put of new bytes, plain", "HEAD PUT", func() error { return put(b, data[1:]) })
	call("Stat", "HEAD", func() error { _, err := b.Stat(t.Context(), sum); return err })
	call("Open", "GET", func() error { return reads(b, data) })
	call("Open and read from the middle", "GET GET", func() error {
		f, err := b.Open(t.Context(), sum)
		if err != nil {
			return err
		}
		defer f.Close()
		f.Seek(50_000, io.SeekStart)
		_, err = io.ReadAll(f)
		return err
	})
	b.able = abilities{true, true}
	call("Ping", "HEAD", func() error { return b.Ping(t.Context()) })
	call("List", "GET", func() error {
		for range b.List(t.Context()) {
		}
		return nil
	})
}

// TestObject: an object says what it is, for people who look into the bucket.
func TestObject(t *testing.T) {
	t.Parallel()
	b := openNew(t)
	jpeg := []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00")
	if err := put(b, jpeg); err != nil {
		t.Fatal(err)
	}
	o, err := b.s3.StatObject(t.Context(), b.bucket, b.place(storetest.Sum(jpeg)), minio.StatObjectOptions{Checksum: true})
	if err != nil {
		t.Fatal(err)
	}
	if o.ContentType != "image/jpeg" {
		t.Errorf("Content-Type is %q", o.ContentType)
	}
	if sum, _ := base64.StdEncoding.DecodeString(o.ChecksumSHA256); fmt.Sprintf("%x", sum) != storetest.Sum(jpeg) {
		t.Errorf("the store keeps the checksum %q", o.ChecksumSHA256)
	}
}

// TestHealing: what others have written under a blob's name is replaced when the good bytes are
// put.
func TestHealing(t *testing.T) {
	t.Parallel()
	b := openNew(t)
	data := storetest.Bytes(1, 10_000)
	for _, bad := range [][]byte{nil, data[:5_000], append([]byte{data[0] ^ 1}, data[1:]...)} {
		// An upload of somebody else's, with the checksum of what it is. minio-go's own form of
		// none at all, which is signed piece by piece, has a body without a length, and a store may
		// take its rest for another request.
		sum := sha256.Sum256(bad)
		_, err := b.s3.PutObject(t.Context(), b.bucket, b.place(storetest.Sum(data)), bytes.NewReader(bad), int64(len(bad)), "", hex.EncodeToString(sum[:]), minio.PutObjectOptions{
			DisableContentSha256: true, UserMetadata: map[string]string{"x-amz-checksum-sha256": base64.StdEncoding.EncodeToString(sum[:])},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := put(b, data); err != nil {
			t.Errorf("over %d bad bytes: %v", len(bad), err)
		}
		if err := reads(b, data); err != nil {
			t.Errorf("after %d bad bytes: %v", len(bad), err)
		}
	}
}

// TestFullDisk fills the disk of the store.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir, ballast := storetest.SmallDisk(t, 4<<20)
	s := testservers.NewS3(t, dir)
	storetest.TestFull(t, openAt(t, s, s.URL(t)), ballast)
}

// BenchmarkPut compares a Put of new bytes with minio-go alone, which neither hashes them nor looks
// whether they arrived.
func BenchmarkPut(b *testing.B) {
	for _, size := range []int{300_000, 2 << 20} {
		bucket := openNew(b)
		data := storetest.Bytes(1, size)
		n := 0
		next := func() []byte { n++; copy(data, fmt.Sprintf("%020d", n)); return data }
		b.Run(fmt.Sprintf("%d/Put", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				sum := storetest.Sum(next())
				b.StartTimer()
				if err := bucket.Put(b.Context(), sum, int64(size), bytes.NewReader(data)); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("%d/minio-go", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				data, key := next(), fmt.Sprintf("bare/%d", n)
				b.StartTimer()
				_, err := bucket.s3.Client.PutObject(b.Context(), bucket.bucket, key, bytes.NewReader(data), int64(size), minio.PutObjectOptions{})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("%d/Put again", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if err := put(bucket, data); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("%d/Open", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			sum, buf := storetest.Sum(data), make([]byte, 32<<10)
			for b.Loop() {
				f, err := bucket.Open(b.Context(), sum)
				if err != nil {
					b.Fatal(err)
				}
				for err == nil {
					_, err = f.Read(buf)
				}
				f.Close()
				if err != io.EOF {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestMoved: what fsblob has kept is found in a bucket to which it was copied file by file.
func TestMoved(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "blobs")
	d, err := fsblob.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]byte{}
	for i := range 20 {
		data := storetest.Bytes(uint64(i), 5_000)
		want[storetest.Sum(data)] = data
		if err := d.Put(t.Context(), storetest.Sum(data), 5_000, bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	}
	d.Close()
	s := testservers.NewS3(t, "")
	b := openAt(t, s, strings.Replace(s.URL(t), "?", "/wxup?", 1))
	if err := os.CopyFS(filepath.Join(s.Dir, b.bucket, "wxup"), os.DirFS(path)); err != nil {
		t.Fatal(err)
	}
	n := 0
	for info, err := range b.List(t.Context()) {
		if n++; err != nil || info.Size != 5_000 || want[info.SHA256] == nil {
			t.Errorf("List gives %+v, %v", info, err)
		}
	}
	if n != len(want) {
		t.Errorf("%d are listed, want %d", n, len(want))
	}
	for _, data := range want {
		if err := errors.Join(reads(b, data), put(b, data)); err != nil {
			t.Error(err)
		}
	}
}
