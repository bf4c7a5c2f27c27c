package testservers

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
)

// TestS3: each call gives a bucket of its own.
func TestS3(t *testing.T) {
	s := S3(t)
	if a, b := s.URL(t), s.URL(t); a == b {
		t.Errorf("the same bucket twice: %s", a)
	}
	if again := S3(t); again != s {
		t.Error("a second server was started")
	}
	other, err := parseS3(s.Shared())
	if err != nil || other.Endpoint != s.Endpoint || other.Region != s.Region || other.SecretKey != s.SecretKey {
		t.Errorf("%s is read as %+v, %v", s.Shared(), other, err)
	}
}

// TestS3Server: what tests do to a server of their own has the effect that they rely on.
func TestS3Server(t *testing.T) {
	s := NewS3(t, "")
	bucket := s.NewBucket(t)
	client, err := s.Client()
	if err != nil {
		t.Fatal(err)
	}
	stat := func(patience time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		_, err := client.StatObject(ctx, bucket, "a/b", minio.StatObjectOptions{})
		return err
	}
	if _, err := client.PutObject(t.Context(), bucket, "a/b", bytes.NewReader([]byte("x")), 1, minio.PutObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(s.Dir, bucket, "a", "b")); err != nil || string(got) != "x" {
		t.Errorf("the object's file has %q, %v", got, err)
	}
	for _, step := range []struct {
		name string
		do   func() error
		want error
	}{
		{"at first", func() error { return nil }, nil},
		{"hung", s.Hang, context.DeadlineExceeded},
		{"resumed", s.Resume, nil},
		{"stopped", func() error { s.Stop(); return nil }, syscall.ECONNREFUSED},
		{"started again", s.Start, nil},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		patience := time.Minute
		if step.want == context.DeadlineExceeded {
			patience = time.Second
		}
		err := stat(patience)
		for try := 0; err == nil && step.want == context.DeadlineExceeded && try < 10; try++ {
			err = stat(patience) // a busy system takes a while to stop a process
		}
		if step.want == nil && err != nil || !errors.Is(err, step.want) {
			t.Errorf("%s: %v, want %v", step.name, err, step.want)
		}
	}
}
