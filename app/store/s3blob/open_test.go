package s3blob

import (
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/wxup/wxup/app/testservers"
)

// TestOpenErrors: what can be wrong at the start is said in one line, with what to do.
func TestOpenErrors(t *testing.T) {
	t.Parallel()
	s := testservers.NewS3(t, "") // others are started on its directory
	good := s.URL(t)
	bucket := strings.TrimPrefix(good[:strings.Index(good, "?")], "s3://")
	p := newProxy(t, s.Endpoint)
	readOnly := testservers.NewS3(t, s.Dir, "--readonly")
	elsewhere := testservers.NewS3(t, "", "--region", "cn-north-1")
	cert, key := testCertificate(t)
	secure := testservers.NewS3(t, s.Dir, "--cert", cert, "--key", key)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	console := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "<!doctype html><title>Console</title>")
	}))
	t.Cleanup(console.Close)

	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNotImplemented)
		io.WriteString(w, "<!doctype html>\n<title>Error</title>\n")
	}))
	t.Cleanup(page.Close)

	at := func(endpoint string) string { return strings.Replace(good, s.Endpoint, endpoint, 1) }
	soon := func(url string) string { return strings.Replace(url, "answer_within=1m", "answer_within=2s", 1) } // it is tried until then
	keys := func(access, secret string) *credentials.Credentials {
		return credentials.NewStaticV4(access, secret, "")
	}
	for _, x := range []struct {
		name  string
		url   string
		keys  *credentials.Credentials
		fault fault
		want  []string
	}{
		{"no bucket", strings.Replace(good, bucket, "wxup-not-there", 1), nil, nil,
			[]string{"404 NoSuchBucket", "create the bucket wxup-not-there, or add create=true"}},
		{"wrong secret", good, keys(s.AccessKey, "hunter2-hunter2"), nil, []string{"403 SignatureDoesNotMatch", "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"}},
		{"wrong access key", good, keys("nobody", s.SecretKey), nil, []string{"404 XAdminUserNotFound", "check AWS_ACCESS_KEY_ID"}},
		{"read only", at(readOnly.Endpoint), nil, nil, []string{"write an object", "403 AccessDenied", "s3:PutObject"}},
		{"wrong region", strings.Replace(at(elsewhere.Endpoint), "region=us-east-1", "region=eu-west-1", 1), nil, nil, []string{"400 AuthorizationHeaderMalformed", "region="}},
		{"nothing listens", soon(at("http://" + l.Addr().String())), nil, nil, []string{"refused", "nothing listens at " + l.Addr().String()}},
		{"no such host", soon(at("http://store.invalid")), nil, nil, []string{"is endpoint=http://store.invalid right?"}},
		{"TLS to a plain port", at(strings.Replace(s.Endpoint, "http", "https", 1)), nil, nil, []string{"does not use TLS; write endpoint=http://"}},
		{"plain to a TLS port", soon(at(strings.Replace(secure.Endpoint, "https", "http", 1))), nil, nil, []string{"write endpoint=https://"}},
		{"unknown CA", at(secure.Endpoint), nil, nil, []string{"certificate signed by unknown authority", "SSL_CERT_FILE"}},
		{"a console", soon(at(console.URL)), nil, nil, []string{"is " + console.URL + " the address of the S3 API"}},
		{"a web server", at(page.URL), nil, nil, []string{"501", "is " + page.URL + " the address of the S3 API"}},
		{"clock", at(p.URL), nil, answers(403, "RequestTimeTooSkewed"), []string{"403 RequestTimeTooSkewed", "set this machine's clock"}},
		{"may not look", at(p.URL), nil, only("HEAD", answers(403, "AccessDenied")), []string{"look for an object", "s3:ListBucket"}},
		{"path style", at(p.URL), nil, answers(403, "SecondLevelDomainForbidden"), []string{"add style=virtual"}},
		{"moved", at(p.URL), nil, answers(301, "PermanentRedirect"), []string{"region="}},
		{"hangs", soon(at(p.URL)), nil, p.hangs, []string{"did not answer within 2s", "firewall"}},
	} {
		target, err := parse(x.url)
		if err != nil {
			t.Errorf("%s: %v", x.name, err)
			continue
		}
		if x.keys == nil {
			x.keys = keysOf(s)
		}
		p.set(x.fault)
		b, err := open(t.Context(), target, x.keys)
		p.set(nil)
		if err == nil {
			b.Close()
			t.Errorf("%s: Open succeeds", x.name)
			continue
		}
		t.Logf("%-20s %v", x.name, err)
		for _, want := range append(x.want, "open images in s3://") {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v\nlacks %q", x.name, err, want)
			}
		}
		for _, secret := range []string{s.SecretKey, "hunter2", "\n"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: %q has %q in it", x.name, err, secret)
			}
		}
	}
}

// testCertificate writes a certificate that nobody trusts.
func testCertificate(t *testing.T) (cert, key string) {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	c := srv.TLS.Certificates[0]
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: c.Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: der},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// TestCreate: create=true makes the bucket, and does not mind one that is there, or that others
// make at the same time.
func TestCreate(t *testing.T) {
	t.Parallel()
	s := testservers.NewS3(t, "")
	target, err := parse("s3://new-bucket/x?create=true&region=us-east-1&answer_within=1m&endpoint=" + s.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	errs := make(chan error)
	for range 8 {
		go func() {
			b, err := open(t.Context(), target, keysOf(s))
			if err == nil {
				b.within(time.Minute)
				err = b.Ping(t.Context())
				b.Close()
			}
			errs <- err
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// TestRestart: a store that goes away and comes back is used again without a restart of ours.
func TestRestart(t *testing.T) {
	t.Parallel()
	s := testservers.NewS3(t, "")
	b := openAt(t, s, s.URL(t))
	if err := put(b, []byte("1")); err != nil {
		t.Fatal(err)
	}
	s.Stop()
	b.within(time.Second)
	if err := put(b, []byte("2")); err == nil {
		t.Error("the store is stopped, and Put succeeds")
	}
	if err := b.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "is the store running") {
		t.Errorf("Ping = %v", err)
	}
	b.within(time.Minute)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	if err := b.Ping(t.Context()); err != nil {
		t.Errorf("started again, and Ping = %v", err)
	}
	if err := put(b, []byte("2")); err != nil {
		t.Errorf("started again, and Put = %v", err)
	}
	if err := reads(b, []byte("1")); err != nil {
		t.Errorf("started again, and what was put before: %v", err)
	}
}

func TestParse(t *testing.T) {
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_DEFAULT_REGION", "")
	for raw, want := range map[string]string{
		"s3://bbb":                                  "bbb  https://s3.amazonaws.com  virtual",
		"s3://bbb/":                                 "bbb  https://s3.amazonaws.com  virtual",
		"s3://bbb/p/q/?region=eu-1":                 "bbb p/q/ https://s3.eu-1.amazonaws.com eu-1 virtual",
		"s3://bbb?region=cn-north-1":                "bbb  https://s3.cn-north-1.amazonaws.com.cn cn-north-1 virtual",
		"s3://bbb?endpoint=http://h:9000":           "bbb  http://h:9000  path",
		"s3://bbb?endpoint=http://h/&style=virtual": "bbb  http://h  virtual",
		"s3://bbb?endpoint=https://[::1]:9000":      "bbb  https://[::1]:9000  path",
		"s3://bbb?endpoint=https://oss-cn-hangzhou.aliyuncs.com&region=oss-cn-hangzhou": "bbb  https://oss-cn-hangzhou.aliyuncs.com oss-cn-hangzhou virtual",
		"s3://b-125?endpoint=https://cos.ap-guangzhou.myqcloud.com&region=r":            "b-125  https://cos.ap-guangzhou.myqcloud.com r virtual",
		"s3://bbb/%E5%9B%BE?endpoint=http://h&style=path":                               "bbb 图/ http://h  path",
	} {
		at, err := parse(raw)
		style := map[minio.BucketLookupType]string{minio.BucketLookupDNS: "virtual", minio.BucketLookupPath: "path"}[at.style]
		if err != nil {
			t.Errorf("%s: %v", raw, err)
		} else if got := strings.Join([]string{at.bucket, at.prefix, at.endpoint.String(), at.region, style}, " "); got != want {
			t.Errorf("%s is %q, want %q", raw, got, want)
		}
	}
	for raw, want := range map[string]string{
		"":                                     "not the URL of a bucket",
		"/var/images":                          "not the URL of a bucket",
		"http://bbb":                           "not the URL of a bucket",
		"s3:b":                                 "not the URL of a bucket",
		"s3://":                                "names no bucket",
		"s3:///p":                              "names no bucket",
		"s3://bbb:9000/p":                      "names a bucket, not a host",
		"s3://AKIA:hunter2@bbb":                "keys do not belong into the URL",
		"s3://AKIA:hunter2%zz@bbb":             "not the URL of a bucket",
		"s3://bbb?access_key=hunter2":          "keys do not belong into the URL",
		"s3://bbb?Secret=hunter2":              "keys do not belong into the URL",
		"s3://bbb?x-token=hunter2":             "keys do not belong into the URL",
		"s3://bbb?endpoint=http://a:hunter2@h": "keys do not belong into the endpoint",
		"s3://bbb?endpoint=h:9000":             "endpoint is the store's address",
		"s3://bbb?endpoint=ftp://h":            "endpoint is the store's address",
		"s3://bbb?endpoint=http://h/b":         "endpoint is an address alone, http://h;",
		"s3://bbb?endpoint=http://h%3Fx":       "endpoint is an address alone",
		"s3://Bucket":                          "cannot be a bucket's name",
		"s3://b":                               "cannot be a bucket's name",
		"s3://bbb?bucket=c":                    `"bucket" is unknown; there are endpoint, region, style, create and answer_within`,
		"s3://bbb?style=x":                     "style is path",
		"s3://bbb?create=maybe":                "create is true or false",
		"s3://bbb?answer_within=1s":            "answer_within is a time from 2s to 1m0s",
		"s3://bbb?answer_within=61s":           "answer_within is a time from",
		"s3://bbb?answer_within=long":          "answer_within is a time from",
		"s3://bbb?create=true&create=false":    "given twice",
		"s3://bbb?%zz":                         "cannot be read",
		"s3://bbb/a//b":                        "cannot be a prefix",
		"s3://bbb/../b":                        "cannot be a prefix",
		"s3://bbb/a%0ab":                       "cannot be a prefix",
		"s3://bbb/" + strings.Repeat("x", 513): "512 are the most",
	} {
		_, err := parse(raw)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", raw, err, want)
		} else if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "AKIA") {
			t.Errorf("%s: the error shows the key: %v", raw, err)
		}
	}
}

// TestKeys looks for keys where the manual says that they are looked for, the whole way from Open.
func TestKeys(t *testing.T) {
	s := testservers.S3(t)
	url := s.URL(t)
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		t.Setenv(name, "")
		os.Unsetenv(name)
	}
	if _, err := Open(t.Context(), url); err == nil || !strings.Contains(err.Error(), "no keys were found; set AWS_ACCESS_KEY_ID") {
		t.Errorf("without keys: %v", err)
	}
	opens := func(where string) {
		t.Helper()
		b, err := Open(t.Context(), url)
		if err != nil {
			t.Errorf("%s: %v", where, err)
			return
		}
		b.Close()
	}
	file := filepath.Join(os.Getenv("HOME"), ".aws", "credentials")
	os.Mkdir(filepath.Dir(file), 0o700)
	if err := os.WriteFile(file, []byte("[default]\naws_access_key_id = "+s.AccessKey+"\naws_secret_access_key = "+s.SecretKey+
		"\n[other]\naws_access_key_id = x\naws_secret_access_key = hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	opens("~/.aws/credentials")
	t.Setenv("AWS_PROFILE", "other")
	if _, err := Open(t.Context(), url); err == nil || !strings.Contains(err.Error(), "the keys are wrong") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("with a profile of wrong keys: %v", err)
	}
	for _, line := range s.Env() {
		name, value, _ := strings.Cut(line, "=")
		t.Setenv(name, value)
	}
	opens("the environment, before the file")
}
