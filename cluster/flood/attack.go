package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// targets are the server's listeners, host:port; an empty one is left alone.
type targets struct {
	HTTP, HTTPS, Proxy, SideCar, Admin string
	Image                              string // the path of a large public image
}

// kind is one way to hold a connection.
type kind struct {
	name string
	at   func(targets) string
	run  func(c net.Conn, t targets) // returns when the server has closed it
}

// kinds are the ways to hold a connection, each as cheap as it gets for who does it.
var kinds = []kind{
	{"silent", httpAt, func(c net.Conn, _ targets) { wait(c) }},
	{"a TLS handshake that never begins", httpsAt, func(c net.Conn, _ targets) { wait(c) }},
	{"a header that announces 2 MB, and nothing more", httpAt, func(c net.Conn, t targets) {
		io.WriteString(c, header(t.HTTP, 2<<20))
		wait(c)
	}},
	{"a body of a byte a second", httpAt, func(c net.Conn, t targets) {
		io.WriteString(c, header(t.HTTP, 2<<20)+fileFirst)
		trickle(c)
	}},
	{"64 KB of a body, then a byte a second", httpAt, func(c net.Conn, t targets) {
		io.WriteString(c, header(t.HTTP, 2<<20)+fileFirst)
		c.Write(make([]byte, 64<<10))
		trickle(c)
	}},
	{"a header of a byte a second", httpAt, func(c net.Conn, t targets) {
		io.WriteString(c, "POST /v3/marketing/favor/media/image-upload HTTP/1.1\r\nHost: x\r\nX: ")
		trickle(c)
	}},
	{"answers that are not read", httpAt, func(c net.Conn, t targets) {
		c.(*net.TCPConn).SetReadBuffer(4 << 10)
		request := "GET " + t.Image + " HTTP/1.1\r\nHost: x\r\n\r\n"
		for range 40 {
			if _, err := io.WriteString(c, request); err != nil {
				return
			}
		}
		for { // without reading: writing tells when it has ended
			time.Sleep(time.Second)
			if _, err := io.WriteString(c, "G"); err != nil {
				return
			}
		}
	}},
	{"a silent connection to the proxy", proxyAt, func(c net.Conn, _ targets) { wait(c) }},
	{"CONNECT, and no handshake", proxyAt, func(c net.Conn, _ targets) {
		io.WriteString(c, "CONNECT api.mch.weixin.qq.com:443 HTTP/1.1\r\nHost: api.mch.weixin.qq.com:443\r\n\r\n")
		wait(c)
	}},
	{"the page, asked a byte a second", adminAt, func(c net.Conn, _ targets) {
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\nX: ")
		trickle(c)
	}},
	{"the side-car, a body of a byte a second", sideCarAt, func(c net.Conn, _ targets) {
		fmt.Fprintf(c, "POST /cgi-bin/media/uploadimg HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n%s", fileFirst)
		trickle(c)
	}},
}

func httpAt(t targets) string    { return t.HTTP }
func httpsAt(t targets) string   { return t.HTTPS }
func proxyAt(t targets) string   { return t.Proxy }
func sideCarAt(t targets) string { return t.SideCar }
func adminAt(t targets) string   { return t.Admin }

const fileFirst = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"

// header is that of a v3 upload whose signature is wrong.
func header(host string, length int) string {
	return fmt.Sprintf("POST /v3/marketing/favor/media/image-upload HTTP/1.1\r\nHost: %s\r\nAccept: */*\r\nUser-Agent: x\r\n"+
		"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n"+
		"Authorization: WECHATPAY2-SHA256-RSA2048 mchid=\"%s\",nonce_str=\"%x\",timestamp=\"%d\",serial_no=\"%s\",signature=\"QUFB\"\r\n\r\n",
		host, length, os.Getenv("FLOOD_MCHID"), rand.Uint64(), time.Now().Unix(), os.Getenv("FLOOD_SERIAL"))
}

// wait reads until the server has had enough.
func wait(c net.Conn) {
	for small := make([]byte, 128); ; {
		if _, err := c.Read(small); err != nil {
			return
		}
	}
}

func trickle(c net.Conn) {
	for {
		time.Sleep(time.Second)
		if _, err := io.WriteString(c, "x"); err != nil {
			return
		}
	}
}

// source is the address of an attacker.
func source(i int, one bool) net.IP {
	if one {
		i = 0
	}
	return net.IPv4(127, 1, byte(i/250), byte(1+i%250))
}

// attack opens connections, and opens each of them again some seconds after it was closed, until
// standard input ends. It prints how many are open, and how many were closed, each second.
func attack(t targets, count int, one bool, in io.Reader, out io.Writer) {
	ctx, stop := context.WithCancel(context.Background())
	var open, closed, refused atomic.Int64
	var all sync.WaitGroup
	var ways []kind
	for _, k := range kinds {
		if k.at(t) != "" {
			ways = append(ways, k)
		}
	}
	for i := range count {
		all.Go(func() {
			k := ways[i%len(ways)]
			d := net.Dialer{LocalAddr: &net.TCPAddr{IP: source(i, one)}, Timeout: 10 * time.Second}
			sleep(ctx, rand.N(3*time.Second))
			for ctx.Err() == nil {
				c, err := d.DialContext(ctx, "tcp", k.at(t))
				if err != nil {
					refused.Add(1)
				} else {
					open.Add(1)
					gone := context.AfterFunc(ctx, func() { c.Close() })
					k.run(c, t)
					gone()
					c.Close()
					open.Add(-1)
					closed.Add(1)
				}
				sleep(ctx, 5*time.Second+rand.N(5*time.Second))
			}
		})
	}
	go func() {
		for ctx.Err() == nil {
			fmt.Fprintln(out, open.Load(), closed.Load(), refused.Load())
			sleep(ctx, time.Second)
		}
	}()
	io.Copy(io.Discard, in)
	stop()
	all.Wait()
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// figures reads what attack prints.
func figures(r io.Reader, into *atomic.Pointer[[3]int]) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		var n [3]int
		if _, err := fmt.Fscan(bytes.NewReader(lines.Bytes()), &n[0], &n[1], &n[2]); err == nil {
			into.Store(&n)
		}
	}
}

// hostPort is the address in a URL.
func hostPort(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	return strings.TrimSuffix(rest, "/")
}
