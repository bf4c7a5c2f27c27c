package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
)

// minding is an Index and a Keeper that do nothing for a caller who has gone.
type minding struct {
	Index
	Keeper
}

func (m minding) SpentBy(ctx context.Context, account, nonce string) (*Exchange, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return m.Index.SpentBy(ctx, account, nonce)
}

func (m minding) Keep(ctx context.Context, x *Media, content io.ReadSeeker) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return m.Keeper.Keep(ctx, x, content)
}

// mindful makes the Index and the Keeper of a rig mind their contexts.
func mindful(c *Config) {
	m := minding{c.Index, c.Keeper}
	c.Index, c.Keeper = m, m
}

// TestChunks: the chunks of a body and what is wrong with them. Of a body that has no end nothing
// else is said; a whole form before it is accepted.
func TestChunks(t *testing.T) {
	chunk := func(b []byte, format string, more int) string {
		return fmt.Sprintf(format+"\r\n%s\r\n", len(b)+more, b)
	}
	const last = "0\r\n\r\n"
	for _, x := range []struct {
		name  string
		write func(b []byte) string
		cause string // "": accepted
		warns string
	}{
		{"right", func(b []byte) string { return chunk(b, "%x", 0) + last }, "", ""},
		{"two", func(b []byte) string { return chunk(b[:300], "%x", 0) + chunk(b[300:], "%X", 0) + last }, "", ""},
		{"none", func(b []byte) string { return string(b) }, "http.not_chunked", ""},
		{"0x", func(b []byte) string { return chunk(b, "0x%x", 0) + last }, "http.not_chunked", ""},
		{"written-out line ends", func(b []byte) string { return fmt.Sprintf(`%x\r\n%s\r\n0\r\n\r\n`, len(b), b) }, "http.not_chunked", ""},
		{"LF", func(b []byte) string { return fmt.Sprintf("%x\n%s\n0\n\n", len(b), b) }, "http.chunk_line", ""},
		{"a size too small", func(b []byte) string { return chunk(b, "%x", -10) + last }, "http.chunk_length", ""},
		{"a size too small by one", func(b []byte) string { return chunk(b, "%x", -1) + last }, "http.chunk_length", ""},
		{"LF behind the second size", func(b []byte) string {
			return chunk(b[:300], "%x", 0) + fmt.Sprintf("%x\n%s\r\n", len(b)-300, b[300:]) + last
		}, "http.chunk_size", ""},
		{"something behind a chunk", func(b []byte) string { return chunk(b[:300], "%x", 0) + "xyz\r\n" + last }, "http.chunk_size", ""},
		{"a size too large", func(b []byte) string { return chunk(b, "%x", 10) + last }, "", "larger than its data"},
		{"no last chunk", func(b []byte) string { return chunk(b, "%x", 0) }, "", "is missing"},
		{"cut off", func(b []byte) string { return fmt.Sprintf("%x\r\n%s", len(b), b[:300]) }, "http.chunks_unended", ""},
	} {
		for _, ep := range []*wxup.Endpoint{wxup.MarketingImage, wxup.SecapiMedia, wxup.ArticleImage} {
			t.Run(x.name+"/"+ep.Name, func(t *testing.T) {
				t.Parallel()
				g := newRig(t, mindful)
				a := try(ep)
				g.send(a)
				text := g.framed(a, "Transfer-Encoding: chunked", []byte(x.write(a.form())))
				e := g.lastExchange()
				if x.cause == "" {
					warned := strings.Contains(strings.Join(e.Warnings, "\n"), "the chunked body has no end")
					if !strings.HasPrefix(text, "HTTP/1.1 200 ") || warned != (x.warns != "") || !strings.Contains(strings.Join(e.Warnings, "\n"), x.warns) {
						t.Errorf("%.100q; %s; warnings %q", text, e.Reason, e.Warnings)
					}
					return
				}
				if e.Cause != x.cause || len(e.Report.Findings) != 1 || len(e.Report.Check) > 0 || e.Problem == problem.Internal {
					t.Errorf("%.100q; recorded %s (%s): %v", text, e.Problem, e.Reason, e.Report)
				}
				if bad := x.cause != "http.chunks_unended"; bad && !strings.HasPrefix(text, "HTTP/1.1 400 ") {
					t.Errorf("answered %.100q", text)
				}
			})
		}
	}
}

// framed sends the request of an attempt with a header that tells where its body ends, and nothing
// after the body, and returns what comes back.
func (g *rig) framed(a *attempt, header string, body []byte) string {
	g.t.Helper()
	_, r := g.request(a)
	r.Header.Del("Content-Length")
	var head bytes.Buffer
	fmt.Fprintf(&head, "%s %s HTTP/1.1\r\nHost: x\r\n%s\r\n", r.Method, r.URL.RequestURI(), header)
	r.Header.Write(&head)
	conn, err := tls.Dial("tcp", g.ts.Listener.Addr().String(), &tls.Config{
		RootCAs: keys().ca.Pool(), ServerName: "localhost", Certificates: []tls.Certificate{keys().mine.pair},
	})
	if err != nil {
		g.t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Minute))
	head.WriteString("\r\n")
	conn.Write(append(head.Bytes(), body...))
	conn.CloseWrite()
	got, err := io.ReadAll(conn)
	if _, timeout := err.(net.Error); timeout && len(got) == 0 {
		g.t.Error(err)
	}
	return string(got)
}
