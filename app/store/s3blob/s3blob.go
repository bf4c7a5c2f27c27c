// Package s3blob keeps blobs in a bucket of any S3-compatible store: AWS S3, MinIO, versitygw,
// Ceph, Aliyun OSS, Tencent COS. Any number of processes share one bucket and need nothing else in
// common.
//
//	<prefix>/ab/abcd…  the blobs, each an object named by its digest; the same tree as fsblob makes
//	<prefix>/probe     what Open and Ping write to learn whether they may
//
// Only what every such store can do is used: PUT of a whole object, GET with a range, HEAD, DELETE,
// LIST. A store shows an object whole or not at all, and what it has acknowledged it keeps; on that
// this package builds, and adds the rest:
//
//   - Nothing is sent before it was found to have its digest. The digest is part of each upload's
//     signature, so the store refuses bytes that were changed on their way; what it answers is
//     checked again.
//   - If-None-Match, where the store honours it, makes an upload of new bytes one request. Where it
//     does not, an upload costs a HEAD more. Which of both it is, Open tries out.
//   - Put, Open, Stat and each Read have [Budget] to succeed in, repeated requests and all.
//     Whatever a store does, or does not do, an answer is there by then; and an upload of which it
//     is not known whether it arrived has failed.
package s3blob

import (
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/wxup/wxup/app/store"
)

const pingBudget = time.Second

// Bucket is [store.Blobs] in a bucket. Make it with [Open].
type Bucket struct {
	target
	s3   *minio.Core
	http *transport
	able abilities

	// Tests change these.
	budget   time.Duration // for a call
	ping     time.Duration // for Ping
	patience time.Duration // for a page of a list; some stores walk directories for it
}

// abilities are what the store was seen to do when the bucket was opened. Not all stores do more
// than S3 did in 2010.
type abilities struct {
	ifNoneMatch bool // refuses to write what is there
	checksums   bool // takes x-amz-checksum-sha256
}

// Close closes the connections that are not in use.
func (b *Bucket) Close() error {
	b.http.CloseIdleConnections()
	return nil
}

// place is the name of a blob's object.
func (b *Bucket) place(sum string) string { return b.prefix + sum[:2] + "/" + sum }

var _ store.Blobs = (*Bucket)(nil)
