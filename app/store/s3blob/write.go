package s3blob

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/minio/minio-go/v7"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/media"
)

// write makes one attempt to write an object, and makes sure that what was written is what was
// meant.
func (b *Bucket) write(ctx context.Context, key string, o *object, ifNew bool) error {
	said, err := b.send(ctx, key, o, ifNew)
	if err != nil {
		return err
	}
	return b.verify(ctx, key, o, said)
}

func (b *Bucket) send(ctx context.Context, key string, o *object, ifNew bool) (minio.UploadInfo, error) {
	// The name misleads: the digest that is given below is signed. What is disabled is to sign
	// piece by piece instead, in a form that is not the bytes themselves and that some stores do
	// not know.
	options := minio.PutObjectOptions{ContentType: o.mime, DisableContentSha256: true}
	if b.able.checksums {
		options.UserMetadata = map[string]string{"x-amz-checksum-sha256": o.checksum}
	}
	if ifNew {
		options.SetMatchETagExcept("*")
	}
	if _, err := o.content.Seek(0, io.SeekStart); err != nil {
		return minio.UploadInfo{}, &contentError{err}
	}
	body := &loan{content: o.content}
	said, err := b.s3.PutObject(ctx, b.bucket, key, body, o.size, "", o.sum, options)
	if broken := body.end(); broken != nil {
		err = &contentError{broken}
	}
	return said, err
}

// verify looks at what the store says to have written. The SHA-256 settles it. The ETag is the MD5
// in most stores, but something else where objects are encrypted; so if it differs, what is there
// is read back.
func (b *Bucket) verify(ctx context.Context, key string, o *object, said minio.UploadInfo) error {
	if said.ChecksumSHA256 == o.checksum {
		return nil
	}
	if said.ChecksumSHA256 == "" {
		sum, err := o.md5()
		if err != nil {
			return &contentError{err}
		}
		if said.ETag == sum {
			return nil
		}
	}
	body, _, _, err := b.s3.GetObject(ctx, b.bucket, key, minio.GetObjectOptions{})
	if isMissing(err) {
		return errors.New("the store says that it has written an object, and does not have it")
	} else if err != nil {
		return fmt.Errorf("read back what was written: %w", err)
	}
	defer body.Close()
	digest := sha256.New()
	n, err := io.Copy(digest, io.LimitReader(body, o.size+1))
	if err != nil {
		return fmt.Errorf("read back what was written: %w", err)
	}
	if n == o.size && hex.EncodeToString(digest.Sum(nil)) == o.sum {
		return nil
	}
	// Whoever put it has been deceived as well: what lies under this name is not what the name
	// says.
	return &corruptError{b.s3.RemoveObject(ctx, b.bucket, key, minio.RemoveObjectOptions{})}
}

// object is what is written.
type object struct {
	sum      string // SHA-256 in hex
	checksum string // and as S3 spells it
	size     int64
	mime     string
	content  io.ReadSeeker
}

func newObject(data []byte) *object {
	digest := sha256.Sum256(data)
	return &object{
		sum: hex.EncodeToString(digest[:]), checksum: base64.StdEncoding.EncodeToString(digest[:]),
		size: int64(len(data)), mime: "text/plain", content: bytes.NewReader(data),
	}
}

// readObject reads content once, to know that it is what its digest says before any of it is sent.
func readObject(sum string, size int64, content io.ReadSeeker) (*object, error) {
	if n, err := content.Seek(0, io.SeekEnd); err != nil {
		return nil, err
	} else if n != size {
		return nil, fmt.Errorf("%w: %d bytes, not %d", store.ErrMismatch, n, size)
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	digest := sha256.New()
	head := make([]byte, min(size, media.SniffLen))
	if _, err := io.ReadFull(content, head); err != nil {
		return nil, err
	}
	digest.Write(head)
	if n, err := io.Copy(digest, content); err != nil {
		return nil, err
	} else if n += int64(len(head)); n != size {
		return nil, fmt.Errorf("%w: %d bytes, not %d", store.ErrMismatch, n, size)
	}
	got := digest.Sum(nil)
	if hex.EncodeToString(got) != sum {
		return nil, fmt.Errorf("%w: %x, not %s", store.ErrMismatch, got, sum)
	}
	o := &object{
		sum: sum, checksum: base64.StdEncoding.EncodeToString(got), size: size,
		mime: media.Sniff(head).MIME(), content: content,
	}
	return o, nil
}

func (o *object) md5() (string, error) {
	if _, err := o.content.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	digest := md5.New()
	_, err := io.Copy(digest, o.content)
	return hex.EncodeToString(digest.Sum(nil)), err
}

// loan is content for the time of one request. net/http may go on reading a body after it has
// returned; but then the memory may be another upload's already.
type loan struct {
	mu      sync.Mutex
	content io.Reader // nil when it was given back
	broken  error
}

var errGivenBack = errors.New("the request is over")

func (l *loan) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.content == nil {
		return 0, errGivenBack
	}
	n, err := l.content.Read(p)
	if err != nil && err != io.EOF {
		l.broken = err
	}
	return n, err
}

// end takes the content back, and tells whether it could not be read.
func (l *loan) end() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.content = nil
	return l.broken
}
