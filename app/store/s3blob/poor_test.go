package s3blob

import (
	"bytes"
	"crypto/md5"
	"crypto/rand"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/server"
)

// poor is a store in memory that does what the least able of real ones do, and no more. It knows
// one bucket and does not look at signatures; versitygw is there for that.
type poor struct {
	lacks
	mu      sync.Mutex
	objects map[string]poorObject
}

type lacks struct {
	noIfNoneMatch string // "ignored" or a status: what becomes of that header
	noChecksums   string // the same for x-amz-checksum-sha256
	etag          string // "md5", "random" (as of encrypted objects) or "" for none
	corrupts      bool
}

type poorObject struct {
	data []byte
	etag string
	at   time.Time
}

func (s *poor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/bucket"), "/")
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o, there := s.objects[key]
	switch {
	case r.URL.Query().Has("list-type"):
		s.list(w, r)
	case r.Method == "PUT":
		s.put(w, r, key, body)
	case r.Method == "DELETE":
		delete(s.objects, key)
		w.WriteHeader(http.StatusNoContent)
	case !there:
		refuse(w, http.StatusNotFound, "NoSuchKey")
	default:
		if o.etag != "" {
			w.Header().Set("ETag", `"`+o.etag+`"`)
		}
		http.ServeContent(w, r, "", o.at, bytes.NewReader(o.data))
	}
}

func (s *poor) put(w http.ResponseWriter, r *http.Request, key string, body []byte) {
	for header, how := range map[string]string{"If-None-Match": s.noIfNoneMatch, "X-Amz-Checksum-Sha256": s.noChecksums} {
		if r.Header.Get(header) != "" && how == "501" {
			refuse(w, http.StatusNotImplemented, "NotImplemented")
			return
		} else if r.Header.Get(header) != "" && how == "400" {
			refuse(w, http.StatusBadRequest, "InvalidArgument")
			return
		}
	}
	if r.Header.Get("X-Amz-Content-Sha256") != storetest.Sum(body) {
		refuse(w, http.StatusBadRequest, "XAmzContentSHA256Mismatch")
		return
	}
	if _, there := s.objects[key]; there && s.noIfNoneMatch == "" && r.Header.Get("If-None-Match") == "*" {
		refuse(w, http.StatusPreconditionFailed, "PreconditionFailed")
		return
	}
	o := poorObject{data: body, at: time.Now()}
	switch s.etag {
	case "md5":
		o.etag = fmt.Sprintf("%x", md5.Sum(body))
	case "random":
		o.etag = fmt.Sprintf("%x", []byte(rand.Text()[:16]))
	}
	if s.corrupts && len(body) > 1000 {
		o.data[500] ^= 1
	}
	s.objects[key] = o
	if o.etag != "" {
		w.Header().Set("ETag", `"`+o.etag+`"`)
	}
	if s.noChecksums == "" && !s.corrupts {
		w.Header().Set("X-Amz-Checksum-Sha256", r.Header.Get("X-Amz-Checksum-Sha256"))
	}
}

func (s *poor) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var keys []string
	for key := range s.objects {
		if strings.HasPrefix(key, q.Get("prefix")) && key > q.Get("start-after") && key > q.Get("continuation-token") {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	type contents struct {
		Key          string
		LastModified string
		Size         int
	}
	var page struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		Contents              []contents
		IsTruncated           bool
		NextContinuationToken string
	}
	for _, key := range keys[:min(len(keys), 100)] { // fewer than it was asked for
		o := s.objects[key]
		page.Contents = append(page.Contents, contents{key, o.at.UTC().Format("2006-01-02T15:04:05.000Z"), len(o.data)})
		page.NextContinuationToken = key
	}
	page.IsTruncated = len(keys) > 100
	xml.NewEncoder(w).Encode(page)
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>No.</Message></Error>", code)
}

func openPoor(t *testing.T, l lacks) *Bucket {
	t.Helper()
	s := &poor{lacks: l, objects: map[string]poorObject{}}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	at, err := parse("s3://bucket/p?region=r&answer_within=1m&endpoint=" + srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	b, err := open(t.Context(), at, credentials.NewStaticV4("a", "b", ""))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	b.within(time.Minute)
	return b
}

// TestPoorStores opens stores that lack this or that, and runs the suite on those that differ most.
func TestPoorStores(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name  string
		lacks lacks
		want  abilities
		suite bool
	}{
		{"all of it", lacks{etag: "md5"}, abilities{true, true}, true},
		{"If-None-Match is ignored", lacks{etag: "md5", noIfNoneMatch: "ignored"}, abilities{false, true}, false},
		{"If-None-Match is an error", lacks{etag: "md5", noIfNoneMatch: "501"}, abilities{false, true}, false},
		{"If-None-Match is a bad argument", lacks{etag: "md5", noIfNoneMatch: "400"}, abilities{false, true}, false},
		{"checksums are ignored", lacks{etag: "md5", noChecksums: "ignored"}, abilities{true, true}, false},
		{"checksums are an error", lacks{etag: "md5", noChecksums: "501"}, abilities{true, false}, false},
		{"neither", lacks{etag: "md5", noIfNoneMatch: "501", noChecksums: "501"}, abilities{}, true},
		{"both are ignored, objects are encrypted", lacks{etag: "random", noIfNoneMatch: "ignored", noChecksums: "ignored"}, abilities{false, true}, true},
		{"no ETags", lacks{noIfNoneMatch: "ignored", noChecksums: "ignored"}, abilities{false, true}, true},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			b := openPoor(t, x.lacks)
			if b.able != x.want {
				t.Errorf("found able of %+v, want %+v", b.able, x.want)
			}
			for range 2 {
				data := storetest.Bytes(1, 10_000)
				if err := errors.Join(put(b, data), reads(b, data), b.Ping(t.Context())); err != nil {
					t.Error(err)
				}
			}
			if x.suite {
				storetest.TestBlobs(t, func(t *testing.T) store.Blobs {
					return openPoor(t, x.lacks)
				})
			}
		})
	}
}

// TestCorruption: a store that writes other bytes than it was sent gets no acknowledgement, and
// shows none of them.
func TestCorruption(t *testing.T) {
	t.Parallel()
	for _, etag := range []string{"random", ""} {
		b := openPoor(t, lacks{corrupts: true, etag: etag})
		data := storetest.Bytes(1, 10_000)
		if err := put(b, data); err == nil || !strings.Contains(err.Error(), "other bytes than it was sent; they were removed") {
			t.Errorf("Put = %v", err)
		}
		if _, err := b.Stat(t.Context(), storetest.Sum(data)); err != server.ErrNotFound {
			t.Errorf("then Stat = %v", err)
		}
	}
}
