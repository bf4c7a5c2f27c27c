package node

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/server"
)

// taken returns an address of this machine that something listens on.
func taken(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

func open(t *testing.T, c Config) (datadir.Addresses, error) {
	t.Helper()
	c.Log = slog.New(slog.DiscardHandler)
	n, err := New(t.Context(), c)
	if err != nil {
		return datadir.Addresses{}, err
	}
	defer n.Close()
	return n.Addresses(), nil
}

// TestPortTaken: a port that was asked for is an error before anything is created; a default port
// gives way.
func TestPortTaken(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	addr := taken(t)
	for _, c := range []Config{
		{Data: dir, HTTP: addr, Movable: []string{"https"}},
		{Data: dir, HTTP: "127.0.0.1:0", HTTPS: addr, Movable: []string{"http"}},
		{Data: dir, HTTP: "127.0.0.1:0", Proxy: addr},
	} {
		if _, err := open(t, c); err == nil || !strings.Contains(err.Error(), addr) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the data directory was created")
	}
	at, err := open(t, Config{Data: dir, HTTP: addr, HTTPS: addr, Movable: []string{"http", "https"}})
	if err != nil || at.HTTP == "" || at.HTTPS == "" || strings.HasSuffix(at.HTTP, addr) || strings.HasSuffix(at.HTTPS, addr) {
		t.Errorf("default ports: %+v, %v", at, err)
	}
}

// TestPortOfURLs: a data directory that has answered URLs keeps its port.
func TestPortOfURLs(t *testing.T) {
	dir, kept := filepath.Join(t.TempDir(), "data"), taken(t)
	record(t, dir, "https://img.example.com/1", "http://127.0.0.1:1/old", "http://"+kept+"/mmbiz_jpg/1/0", "", "http://10.0.0.1:80/1")
	c := Config{Data: dir, HTTP: "127.0.0.1:0", Movable: []string{"http"}}
	if _, err := open(t, c); err == nil || !strings.Contains(err.Error(), "begin with http://"+kept) {
		t.Errorf("the port is taken: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") // a free port, most likely free once more
	if err != nil {
		t.Fatal(err)
	}
	free := l.Addr().String()
	l.Close()
	record(t, dir, "http://"+free+"/mmbiz_jpg/2/0")
	if at, err := open(t, c); err != nil || at.HTTP != "http://"+free {
		t.Errorf("the port is free: %+v, %v; want %s", at, err, free)
	}
	c.Movable = nil
	if at, err := open(t, c); err != nil || at.HTTP == "http://"+free {
		t.Errorf("another port was asked for: %+v, %v", at, err)
	}
}

// record records images with these URLs, one after the other.
func record(t *testing.T, dir string, urls ...string) {
	t.Helper()
	ctx := context.Background()
	d, err := datadir.Open(ctx, dir, "")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	now := time.Now()
	for i, u := range urls {
		m := &server.Media{ID: u, URL: u, SHA256: "00", Created: now.Add(time.Duration(i) * time.Microsecond)}
		if err := d.Index.Record(ctx, &server.Exchange{ID: "of " + u, Time: now, Media: m}); err != nil {
			t.Fatal(err)
		}
	}
}
