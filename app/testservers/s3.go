package testservers

import (
	"bytes"
	"context"
	"crypto/rand"

	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"

	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/wxup/wxup/internal/need"
)

// S3 gives an S3 server, versitygw, on which a test makes buckets of its own: see [S3Server.URL].
//
// WXUP_TEST_S3 names another one, as http://access-key:secret-key@host:port?region=us-east-1.
func S3(t testing.TB) *S3Server {
	t.Helper()
	need.Time(t) // what uses a server is slow
	s, err := sharedS3()
	if err != nil {
		missing(t, "an S3 server", err)
	}
	return s
}

var sharedS3 = sync.OnceValues(func() (*S3Server, error) {
	if server := os.Getenv("WXUP_TEST_S3"); server != "" {
		return parseS3(server)
	}
	return StartS3("")
})

func parseS3(server string) (*S3Server, error) {
	u, err := url.Parse(server)
	if err != nil || u.Host == "" || u.User == nil {
		return nil, errors.New("WXUP_TEST_S3 is not http://access-key:secret-key@host:port") // it holds a secret
	}
	s := &S3Server{Endpoint: u.Scheme + "://" + u.Host, Region: u.Query().Get("region"), AccessKey: u.User.Username()}
	s.SecretKey, _ = u.User.Password()
	if s.Region == "" {
		s.Region = "us-east-1"
	}
	return s, nil
}

// S3Server is an S3 server. One that was started here can be stopped, hung and started again.
type S3Server struct {
	Endpoint  string // http://127.0.0.1:41234
	Region    string
	AccessKey string
	SecretKey string

	// Dir is where a server that was started here has its buckets: a directory each, and each
	// object a file of its name.
	Dir string

	own       string // a temporary directory
	arguments []string
	process   *os.Process
	stop      func()
}

// NewS3 starts a server for one test, on a directory ("" makes one), with options of versitygw such
// as "--readonly".
func NewS3(t testing.TB, dir string, options ...string) *S3Server {
	t.Helper()
	need.Time(t) // what uses a server is slow
	s, err := StartS3(dir, options...)
	if err != nil {
		missing(t, "an S3 server", err)
	}
	t.Cleanup(s.End)
	return s
}

// StartS3 starts a server. It ends with this process, if not before; a directory that it had to
// make is removed then.
func StartS3(dir string, options ...string) (*S3Server, error) {
	program, err := versitygwProgram()
	if err != nil {
		return nil, err
	}
	own, err := os.MkdirTemp("", "wxup-s3-")
	if err != nil {
		return nil, err
	}
	if dir == "" {
		dir = filepath.Join(own, "buckets")
		if err := os.Mkdir(dir, 0o700); err != nil {
			return nil, err
		}
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	clean, err := whenDone(`rm -rf "$1"`, own)
	if err != nil {
		return nil, err
	}
	for range 3 { // the port may be taken between its choice and its use
		s := &S3Server{
			Region: "us-east-1", AccessKey: "wxup-test-access", SecretKey: "wxup-test-secret", Dir: dir, own: own, stop: func() {},
		}
		if err = s.arrange(program, options); err != nil {
			break
		}
		if err = s.Start(); err == nil {
			return s, nil
		}
	}
	clean()
	return nil, err
}

// arrange says how the program is called.
func (s *S3Server) arrange(program string, options []string) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	at := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	s.Endpoint = "http://" + at
	if slices.Contains(options, "--cert") {
		s.Endpoint = "https://" + at
	}
	if i := slices.Index(options, "--region"); i >= 0 {
		s.Region = options[i+1]
	}
	s.arguments = append([]string{program, "--port", at, "--keep-alive", "--quiet"}, options...)
	s.arguments = append(s.arguments, "posix")
	if !extendedAttributes(s.Dir) { // in which it keeps what it knows of an object
		sidecar := filepath.Join(s.own, "sidecar")
		if err := os.MkdirAll(sidecar, 0o700); err != nil {
			return err
		}
		s.arguments = append(s.arguments, "--sidecar", sidecar)
	}
	s.arguments = append(s.arguments, s.Dir)
	return nil
}

// Start starts a server that was stopped, at the address it had.
func (s *S3Server) Start() error {
	log, err := os.Create(filepath.Join(s.own, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(s.arguments[0], s.arguments[1:]...)
	// Nothing but these: it would take VGW_… from ours.
	cmd.Env = []string{"ROOT_ACCESS_KEY=" + s.AccessKey, "ROOT_SECRET_KEY=" + s.SecretKey, "HOME=" + s.own}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	kill, err := whenDone(`kill -9 "$1" 2>/dev/null`, strconv.Itoa(cmd.Process.Pid))
	if err != nil {
		cmd.Process.Kill()
		return err
	}
	s.process = cmd.Process
	s.stop = sync.OnceFunc(func() { kill(); <-ended })
	_, at, _ := strings.Cut(s.Endpoint, "://")
	for deadline := time.Now().Add(5 * time.Minute); time.Now().Before(deadline); {
		if c, err := net.Dial("tcp", at); err == nil {
			c.Close()
			return nil
		}
		select {
		case <-ended:
			text, _ := os.ReadFile(log.Name())
			return fmt.Errorf("versitygw has ended: %.1000s", bytes.TrimSpace(text))
		case <-time.After(10 * time.Millisecond):
		}
	}
	s.stop()
	return errors.New("versitygw does not answer")
}

// Stop kills it. Connections are cut.
func (s *S3Server) Stop() { s.stop() }

// Hang stops it where it is: connections stay open, and nothing answers. Resume lets it go on.
func (s *S3Server) Hang() error   { return stop(s.process.Pid) }
func (s *S3Server) Resume() error { return resume(s.process.Pid) }

// End stops it and removes what it has made. It may be called again.
func (s *S3Server) End() {
	s.stop()
	os.RemoveAll(s.own)
}

// NewBucket makes a bucket for the time of a test.
func (s *S3Server) NewBucket(t testing.TB) string {
	t.Helper()
	client, err := s.Client()
	if err != nil {
		t.Fatal(err)
	}
	name := "wxup-test-" + strings.ToLower(rand.Text()[:12])
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if err := client.MakeBucket(ctx, name, minio.MakeBucketOptions{Region: s.Region}); err != nil {
		t.Fatalf("make a bucket at %s: %v", s.Endpoint, err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
		defer cancel()
		all := client.ListObjects(ctx, name, minio.ListObjectsOptions{Recursive: true})
		for failed := range client.RemoveObjects(ctx, name, all, minio.RemoveObjectsOptions{}) {
			t.Logf("an object of the test stays: %s/%s: %v", name, failed.ObjectName, failed.Err)
		}
		if err := client.RemoveBucket(ctx, name); err != nil {
			t.Logf("the bucket of the test stays: %s: %v", name, err)
		}
	})
	return name
}

// URL makes a bucket for the time of a test and names it as wxup serve --blobs takes it. The keys
// are not part of it: see Env.
func (s *S3Server) URL(t testing.TB) string {
	t.Helper()
	// wxup's own limit is for a machine that has time.
	return fmt.Sprintf("s3://%s?endpoint=%s&region=%s&answer_within=1m&style=path", s.NewBucket(t), s.Endpoint, s.Region)
}

// Env is the keys as a process takes them from its environment.
func (s *S3Server) Env() []string {
	return []string{"AWS_ACCESS_KEY_ID=" + s.AccessKey, "AWS_SECRET_ACCESS_KEY=" + s.SecretKey}
}

// Shared is what WXUP_TEST_S3 is to name this server.
func (s *S3Server) Shared() string {
	scheme, at, _ := strings.Cut(s.Endpoint, "://")
	return (&url.URL{Scheme: scheme, User: url.UserPassword(s.AccessKey, s.SecretKey), Host: at, RawQuery: "region=" + s.Region}).String()
}

// Client is a client of the server.
func (s *S3Server) Client() (*minio.Client, error) {
	scheme, at, _ := strings.Cut(s.Endpoint, "://")
	return minio.New(at, &minio.Options{
		Creds:  credentials.NewStaticV4(s.AccessKey, s.SecretKey, ""),
		Region: s.Region, Secure: scheme == "https", BucketLookup: minio.BucketLookupPath, MaxRetries: 3,
	})
}
