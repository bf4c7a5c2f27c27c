package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/wxup/wxup/app/testservers"
)

const bucket = "wxup"

// backends are what the nodes share: PostgreSQL and an S3 server, with what breaks them in between.
//
//	node → toxiproxy → PostgreSQL
//	node → toxiproxy → moody → versitygw
type backends struct {
	postgres *testservers.PostgresServer
	s3       *testservers.S3Server
	mood     *moody
	toIndex  *toxic
	toBlobs  *toxic
	db       *sql.DB // past the proxy
}

func startBackends(ctx context.Context) (b *backends, err error) {
	b = &backends{}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	if b.postgres, err = testservers.StartPostgres("fsync=on"); err != nil { // it is off for tests
		return b, err
	}
	admin, err := sql.Open("pgx", b.postgres.URL("postgres"))
	if err != nil {
		return b, err
	}
	defer admin.Close()
	if _, err := admin.ExecContext(ctx, `CREATE DATABASE wxup ENCODING 'UTF8' TEMPLATE template0`); err != nil {
		return b, fmt.Errorf("make the database: %w", err)
	}
	if b.db, err = sql.Open("pgx", b.postgres.URL("wxup")); err != nil {
		return b, err
	}
	if b.s3, err = testservers.StartS3(""); err != nil {
		return b, err
	}
	s3URL, err := url.Parse(b.s3.Endpoint)
	if err != nil {
		return b, err
	}
	client, err := minio.New(s3URL.Host, &minio.Options{
		Creds: credentials.NewStaticV4(b.s3.AccessKey, b.s3.SecretKey, ""), Region: b.s3.Region, BucketLookup: minio.BucketLookupPath,
	})
	if err != nil {
		return b, err
	}
	if err := client.MakeBucket(ctx, bucket, minio.MakeBucketOptions{Region: b.s3.Region}); err != nil {
		return b, fmt.Errorf("make the bucket: %w", err)
	}
	if b.mood, err = newMoody(s3URL); err != nil {
		return b, err
	}
	quiet := zerolog.Nop()
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), quiet)
	if b.toIndex, err = newToxic(server, "index", fmt.Sprintf("127.0.0.1:%d", b.postgres.Port)); err != nil {
		return b, err
	}
	b.toBlobs, err = newToxic(server, "blobs", b.mood.address())
	return b, err
}

// flags and environment name the backends to a node.
func (b *backends) flags() []string {
	return []string{
		"--index", fmt.Sprintf("postgres://postgres@%s/wxup", b.toIndex.address()),
		"--blobs", fmt.Sprintf("s3://%s?endpoint=http://%s&region=%s&style=path", bucket, b.toBlobs.address(), b.s3.Region),
	}
}

func (b *backends) environment() []string { return b.s3.Env() }

func (b *backends) close() {
	if b.db != nil {
		b.db.Close()
	}
	for _, t := range []*toxic{b.toIndex, b.toBlobs} {
		if t != nil {
			t.proxy.Stop()
		}
	}
	if b.mood != nil {
		b.mood.server.Close()
	}
	if b.s3 != nil {
		b.s3.End()
	}
	if b.postgres != nil {
		b.postgres.End()
	}
}

// toxic is one proxy of toxiproxy.
type toxic struct{ proxy *toxiproxy.Proxy }

func newToxic(server *toxiproxy.ApiServer, name, upstream string) (*toxic, error) {
	p := toxiproxy.NewProxy(server, name, "127.0.0.1:0", upstream)
	if err := p.Start(); err != nil {
		return nil, fmt.Errorf("toxiproxy: %w", err)
	}
	return &toxic{p}, nil
}

func (t *toxic) address() string { return t.proxy.Listen }

// add puts a toxic on all connections, those that are open too; cure takes all away.
func (t *toxic) add(kind, stream string, attributes string) error {
	text := fmt.Sprintf(`{"name":%q,"type":%q,"stream":%q,"toxicity":1,"attributes":%s}`, kind+"-"+stream, kind, stream, attributes)
	_, err := t.proxy.Toxics.AddToxicJson(strings.NewReader(text))
	return err
}

func (t *toxic) cure() error {
	t.proxy.Toxics.ResetToxics(context.Background())
	return nil
}

// refuse closes all connections and takes no new ones; accept takes them again.
func (t *toxic) refuse() error {
	t.proxy.Stop()
	return nil
}

func (t *toxic) accept() error { return t.proxy.Start() }

// moody passes requests on to an S3 server, or answers them as S3 does when it is not well.
type moody struct {
	server *http.Server
	at     string
	status atomic.Int32 // 0 passes on
	said   atomic.Int64 // how often it has answered for the store
}

func newMoody(store *url.URL) (*moody, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	m := &moody{at: l.Addr().String()}
	pass := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(store)
			r.Out.Host = r.In.Host // it is signed
		},
		Transport:    &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }, // the store is away: so are we
	}
	m.server = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status := int(m.status.Load()); status != 0 {
			m.refuse(w, status)
			return
		}
		pass.ServeHTTP(w, r)
	}), ErrorLog: discard}
	go m.server.Serve(l)
	return m, nil
}

func (m *moody) address() string { return m.at }

// refuse answers as S3 documents it:
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
func (m *moody) refuse(w http.ResponseWriter, status int) {
	m.said.Add(1)
	code, message := "InternalError", "We encountered an internal error. Please try again."
	if status == http.StatusServiceUnavailable {
		code, message = "SlowDown", "Please reduce your request rate."
	}
	var body bytes.Buffer
	fmt.Fprintf(&body, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>%s</Message><RequestId>moody</RequestId></Error>`, code, message)
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	w.Write(body.Bytes())
}
