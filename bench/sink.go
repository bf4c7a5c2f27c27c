package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/sign"
)

// sinkEnv makes a process of this program the sink.
const sinkEnv = "WXUP_BENCH_SINK"

// sink is the server that everyone uploads to: it throws the bytes away, counts them, and answers
// as WeChat does. It is a process of its own, so that what it allocates is nobody's. Its answers of
// WeChat Pay are signed beforehand, once a minute: a signature costs as much as an upload of 100
// KB, and would hide what the clients differ in.
type sink struct {
	Plain, Secure string // addresses
	CA            []byte // PEM, of the secure one
	PublicKeyID   string
	PublicKey     []byte // PEM: what verifies the answers

	process *exec.Cmd
	stop    io.Closer
}

// startSink starts this program again as the sink.
func startSink(ctx context.Context) (*sink, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &sink{process: exec.CommandContext(ctx, self)}
	s.process.Env = append(os.Environ(), sinkEnv+"=1")
	s.process.Stderr = os.Stderr
	if s.stop, err = s.process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.process.Start(); err != nil {
		return nil, fmt.Errorf("start the sink: %w", err)
	}
	if err := json.NewDecoder(out).Decode(s); err != nil {
		s.close()
		return nil, fmt.Errorf("start the sink: %w", err)
	}
	return s, nil
}

// close ends the sink, which ends when its input does.
func (s *sink) close() {
	s.stop.Close()
	s.process.Wait()
}

// counts is what the sink has received so far.
type counts struct{ Requests, Bytes int64 }

func (s *sink) counts(ctx context.Context) (c counts, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Plain+"/counts", nil)
	if err != nil {
		return c, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return c, err
	}
	defer resp.Body.Close()
	return c, json.NewDecoder(resp.Body).Decode(&c)
}

// isSink reports whether this process is to be the sink.
func isSink() bool { return os.Getenv(sinkEnv) != "" }

// runSink is the whole life of the sink's process.
func runSink() error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	ca, err := devkeys.NewCA(time.Now())
	if err != nil {
		return err
	}
	leaf, err := ca.Server()
	if err != nil {
		return err
	}
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	secure, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	answers := &answers{key: key, id: devkeys.NewPublicKeyID("1900009191", time.Now())}
	for path, body := range map[string]string{
		"/v3/marketing/favor/media/image-upload":  `{"media_url":"https://qpic.cn/xRfzrHcdGgdMkbxC"}`,
		"/v3/global/merchant-storage/file/upload": `{"file_id":"MTAwMDEyMzQ1Njc4OTAxMjM0NTY3ODkw"}`,
	} {
		answers.add(path, body)
	}
	go func() {
		for range time.Tick(time.Minute) {
			answers.sign()
		}
	}()
	err = json.NewEncoder(os.Stdout).Encode(sink{
		Plain: plain.Addr().String(), Secure: secure.Addr().String(), CA: ca.PEM(),
		PublicKeyID: answers.id, PublicKey: devkeys.PublicKeyPEM(&key.PublicKey),
	})
	if err != nil {
		return err
	}
	server := &http.Server{Handler: answers, ErrorLog: log.New(io.Discard, "", 0), TLSConfig: &tls.Config{Certificates: []tls.Certificate{leaf}, NextProtos: []string{"http/1.1"}}}
	failed := make(chan error, 2)
	go func() { failed <- server.Serve(plain) }()
	go func() { failed <- server.ServeTLS(secure, "", "") }()
	go func() {
		io.Copy(io.Discard, os.Stdin) // until the benchmark ends, however it ends
		failed <- server.Close()
	}()
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// answers is the sink's handler.
type answers struct {
	key  *rsa.PrivateKey
	id   string
	list map[string]*signedAnswer

	requests, bytes atomic.Int64
	buffers         sync.Pool
}

// signedAnswer is an answer of WeChat Pay, whose header is good for five minutes.
type signedAnswer struct {
	body   []byte
	header atomic.Pointer[http.Header]
}

func (a *answers) add(path, body string) {
	if a.list == nil {
		a.list = map[string]*signedAnswer{}
	}
	a.list[path] = &signedAnswer{body: []byte(body)}
	a.sign()
}

func (a *answers) sign() {
	for _, answer := range a.list {
		timestamp, nonce := strconv.FormatInt(time.Now().Unix(), 10), rand.Text()
		signature, err := sign.RSA(a.key, sign.V3Answer(timestamp, nonce, answer.body))
		if err != nil {
			panic(err) // an RSA key always signs
		}
		answer.header.Store(&http.Header{
			"Content-Type": {"application/json"}, "Request-Id": {"08E6D3B2BF06105018D3F2EB5C20B8A5022882" + nonce},
			"Wechatpay-Timestamp": {timestamp}, "Wechatpay-Nonce": {nonce}, "Wechatpay-Signature": {signature},
			"Wechatpay-Serial": {a.id}, "Wechatpay-Signature-Type": {"WECHATPAY2-SHA256-RSA2048"},
		})
	}
}

func (a *answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		json.NewEncoder(w).Encode(counts{a.requests.Load(), a.bytes.Load()})
		return
	}
	p, _ := a.buffers.Get().(*[256 << 10]byte)
	if p == nil {
		p = new([256 << 10]byte)
	}
	defer a.buffers.Put(p)
	var n int64
	for {
		m, err := r.Body.Read(p[:])
		if n += int64(m); err == io.EOF {
			break
		} else if err != nil {
			return
		}
	}
	a.requests.Add(1)
	a.bytes.Add(n)
	answer, ok := a.list[r.URL.Path]
	switch {
	case ok:
		for name, values := range *answer.header.Load() {
			w.Header()[name] = values
		}
		w.Write(answer.body)
	case strings.HasPrefix(r.URL.Path, "/cgi-bin/"):
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"url":"http://mmbiz.qpic.cn/mmbiz_jpg/bEe0nEZV8s40Cp6n/0"}`)
	default:
		http.NotFound(w, r)
	}
}

// publicKey is what verifies the sink's answers.
func (s *sink) publicKey() (*rsa.PublicKey, error) {
	block, _ := pem.Decode(s.PublicKey)
	if block == nil {
		return nil, errors.New("the sink's public key is no PEM")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	public, ok := key.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("the sink's public key is %T", key)
	}
	return public, nil
}
