package s3blob

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/server"
)

// Stat implements [store.Blobs]. The time is the store's, in whole seconds.
func (b *Bucket) Stat(ctx context.Context, sum string) (store.Info, error) {
	if !store.ValidDigest(sum) {
		return store.Info{}, server.ErrNotFound
	}
	var there seen
	err := b.try(ctx, func(ctx context.Context) (err error) {
		there, err = b.stat(ctx, b.place(sum), false)
		return err
	})
	if isMissing(err) {
		return store.Info{}, server.ErrNotFound
	}
	return store.Info{SHA256: sum, Size: there.Size, Put: there.Put}, err
}

// seen is an object as the store describes it.
type seen struct {
	store.Info        // SHA256 is the name's and not filled in
	sha256     string // "" if the store keeps none
}

func (b *Bucket) stat(ctx context.Context, key string, checksum bool) (seen, error) {
	o, err := b.s3.StatObject(ctx, b.bucket, key, minio.StatObjectOptions{Checksum: checksum})
	if err != nil {
		return seen{}, err
	}
	if o.Size < 0 {
		return seen{}, errors.New("the store does not say how long an object is")
	}
	return newSeen(o), nil
}

func newSeen(o minio.ObjectInfo) seen {
	s := seen{Info: store.Info{Size: o.Size, Put: o.LastModified.Truncate(time.Second)}}
	if sum, err := base64.StdEncoding.DecodeString(o.ChecksumSHA256); err == nil {
		s.sha256 = hex.EncodeToString(sum)
	}
	return s
}

// Open implements [store.Blobs]. It is one request, and its answer is the blob from its start; who
// seeks elsewhere and reads causes another. What is open stays so when ctx ends; each Read has the
// budget.
func (b *Bucket) Open(ctx context.Context, sum string) (*store.Blob, error) {
	if !store.ValidDigest(sum) {
		return nil, server.ErrNotFound
	}
	r := &reader{b: b, key: b.place(sum)}
	var there seen
	err := b.try(ctx, func(within context.Context) (err error) {
		there, err = r.get(within)
		return err
	})
	if isMissing(err) {
		return nil, server.ErrNotFound
	} else if err != nil {
		return nil, err
	}
	r.size = there.Size
	return &store.Blob{ReadSeekCloser: r, Info: store.Info{SHA256: sum, Size: there.Size, Put: there.Put}}, nil
}

// reader reads an object, from another place when it was sought there, and again from where it was
// when the connection broke.
type reader struct {
	b      *Bucket
	key    string
	size   int64
	offset int64 // of the next Read
	closed bool

	body   io.ReadCloser // nil, or an answer that is being read
	at     int64         // the offset of its next byte
	cancel context.CancelFunc
}

// get asks for the object from r.offset on. The answer outlives the context, which is for asking.
func (r *reader) get(asking context.Context) (seen, error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(asking))
	stop := context.AfterFunc(asking, cancel)
	var options minio.GetObjectOptions
	if r.offset > 0 {
		options.SetRange(r.offset, 0)
	}
	body, o, _, err := r.b.s3.GetObject(ctx, r.b.bucket, r.key, options)
	if err != nil {
		cancel()
		if asking.Err() != nil {
			err = asking.Err()
		}
		return seen{}, err
	}
	if !stop() || o.Size < 0 || r.offset > 0 && o.Size != r.size-r.offset {
		cancel()
		body.Close()
		if err := asking.Err(); err != nil {
			return seen{}, err
		}
		return seen{}, fmt.Errorf("the store gives %d bytes from %d on of an object of %d", o.Size, r.offset, r.size)
	}
	r.body, r.at, r.cancel = body, r.offset, cancel
	return newSeen(o), nil
}

func (r *reader) Read(p []byte) (n int, err error) {
	switch {
	case r.closed:
		return 0, os.ErrClosed
	case r.offset >= r.size:
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	p = p[:min(int64(len(p)), r.size-r.offset)]
	err = r.b.try(context.Background(), func(ctx context.Context) error {
		if r.body != nil && r.at != r.offset {
			r.drop()
		}
		if r.body == nil {
			if _, err := r.get(ctx); err != nil {
				return err
			}
		}
		stalled := time.AfterFunc(r.b.budget/2, r.cancel) // then there is time for another connection
		n, err = r.body.Read(p)
		stalled.Stop()
		r.offset += int64(n)
		r.at = r.offset
		if n > 0 {
			return nil // an error will come again
		}
		r.drop()
		return fmt.Errorf("an object's bytes stopped coming: %w", err)
	})
	return n, err
}

func (r *reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.offset
	case io.SeekEnd:
		offset += r.size
	case io.SeekStart:
	default:
		return 0, errors.New("seek: invalid whence")
	}
	if offset < 0 {
		return 0, errors.New("seek: before the start")
	}
	r.offset = offset
	return offset, nil
}

func (r *reader) drop() {
	r.cancel()
	r.body.Close()
	r.body = nil
}

// Close lets go of the connection. If the blob was read to its end the connection is kept for the
// next.
func (r *reader) Close() error {
	if r.body != nil && r.at == r.size {
		stop := time.AfterFunc(r.b.budget, r.cancel)
		r.body.Read(make([]byte, 1)) // the end
		stop.Stop()
	}
	if r.body != nil {
		r.drop()
	}
	r.closed = true
	return nil
}
